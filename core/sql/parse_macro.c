/* Calls of functions that the registry defines in SQL: the definition takes the place of the call, as if it had been written there. */
#include <string.h>

#include "plan/functions.h"
#include "sql/parser.h"

static uint32_t count_parameters(const char *list) {
  uint32_t n = *list != '\0';
  for (; *list; list++) n += *list == ',';
  return n;
}

/* The SQL behind a name, which stands for calls of just as many arguments; NULL: there is none. */
static const char *definition_of(const ast_expr *call) {
  function_id id = function_find(call->name);
  const function_info *f = id ? function_get(id) : NULL;
  return f && *f->result == '=' && count_parameters(f->parameters) == call->args.count ? f->result + 1 : NULL;
}

static bool is_plain(const ast_call *c) {
  return !c->distinct && !c->star && !c->within_group && !c->ignore_nulls && !c->order.count && !c->filter &&
         !c->over;
}

/* Errors in what the definition makes of the arguments point at the call. */
static void pin(token *tokens, size_t count, const ast_expr *call) {
  for (size_t i = 0; i < count; i++) tokens[i].at = call->at, tokens[i].end = call->end;
}

ast_expr *expand_macro(parser *p, ast_expr *call) {
  const char *definition = p->failed ? NULL : definition_of(call);
  if (!definition || !enter(p)) return call;
  if (!is_plain(call->call)) {
    fail_at(p, SONDE_UNSUPPORTED, call->at, "%.*s stands for %s; write that out to change it",
            (int)call->name.len, call->name.ptr, definition);
  }
  token *tokens;
  parser caller = *p;
  if (sql_lex((sonde_str){definition, strlen(definition)}, p->memory, &tokens, &p->count, p->err)) {
    *p = caller;
    fail_at(p, p->err->code, call->at, "%s", p->err->message);
    return call;
  }
  pin(tokens, p->count, call);
  p->tokens = tokens;
  p->pos = 0;
  p->arguments = call->args.items;
  ast_expr *body = parse_expr(p);
  p->tokens = caller.tokens;
  p->count = caller.count;
  p->arguments = caller.arguments;
  p->pos = p->failed ? p->count - 1 : caller.pos;
  leave(p);
  body->at = call->at;
  body->end = call->end;
  return body;
}
