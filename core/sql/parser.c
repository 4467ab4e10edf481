/* See parser.h: tokens, names, failures and nodes. */
#include "sql/parser.h"

#include <stdarg.h>
#include <string.h>

#include "base/print.h"
#include "base/utf8.h"

/* ---- tokens ---- */

const token *peek(const parser *p) { return &p->tokens[p->pos]; }
const token *peek_at(const parser *p, size_t n) {
  return n < p->count - p->pos ? &p->tokens[p->pos + n] : &p->tokens[p->count - 1];
}

bool word_is(const token *t, const char *lower) {
  if (t->kind != TOKEN_WORD) return false;
  for (size_t i = 0; i < t->text.len; i++) {
    char c = t->text.ptr[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
    if (c != lower[i] || c == '\0') return false;
  }
  return lower[t->text.len] == '\0';
}

bool operator_is(const token *t, const char *what) {
  return t->kind == TOKEN_OPERATOR && strlen(what) == t->text.len &&
         memcmp(what, t->text.ptr, t->text.len) == 0;
}

bool at_word(const parser *p, const char *lower) { return word_is(peek(p), lower); }
bool at_words(const parser *p, const char *first, const char *second) {
  return word_is(peek(p), first) && word_is(peek_at(p, 1), second);
}
bool at_operator(const parser *p, const char *what) { return operator_is(peek(p), what); }

const token *advance(parser *p) {
  const token *t = peek(p);
  if (p->pos + 1 < p->count) p->pos++;
  return t;
}

bool take_word(parser *p, const char *lower) { return at_word(p, lower) && advance(p); }
bool take_words(parser *p, const char *first, const char *second) {
  return at_words(p, first, second) && advance(p) && advance(p);
}
bool take_operator(parser *p, const char *what) { return at_operator(p, what) && advance(p); }

void expect_word(parser *p, const char *lower) {
  if (take_word(p, lower)) return;
  char upper[32];
  size_t i = 0;
  for (; lower[i] && i + 1 < sizeof upper; i++) {
    upper[i] = lower[i] >= 'a' && lower[i] <= 'z' ? (char)(lower[i] & ~0x20) : lower[i];
  }
  upper[i] = '\0';
  fail_expected(p, upper);
}

void expect_operator(parser *p, const char *what) {
  if (!take_operator(p, what)) fail_expected(p, what);
}

size_t previous_end(const parser *p) { return p->pos ? p->tokens[p->pos - 1].end : 0; }

/* ---- names ---- */

static bool among(const token *t, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (word_is(t, words[i])) return true;
  }
  return false;
}

/* PostgreSQL's reserved words that DuckDB keeps, and DuckDB's own. */
static bool is_reserved(const token *t) {
  static const char *const words[] = {
      "all",      "and",     "any",     "array",     "as",        "asc",       "both",       "case",
      "cast",     "check",   "collate", "column",    "create",    "default",   "desc",       "describe",
      "distinct", "do",      "else",    "end",       "except",    "false",     "fetch",      "for",
      "foreign",  "from",    "group",   "having",    "in",        "intersect", "into",       "lambda",
      "lateral",  "leading", "limit",   "not",       "null",      "offset",    "on",         "only",
      "or",       "order",   "pivot",   "placing",   "primary",   "qualify",   "references", "returning",
      "select",   "show",    "some",    "summarize", "symmetric", "table",     "then",       "to",
      "trailing", "true",    "union",   "unique",    "unpivot",   "using",     "variadic",   "when",
      "where",    "window",  "with"};
  return among(t, words, sizeof words / sizeof *words);
}

bool at_name(const parser *p) {
  const token *t = peek(p);
  return t->kind == TOKEN_QUOTED || (t->kind == TOKEN_WORD && !is_reserved(t));
}

bool at_alias(const parser *p) {
  static const char *const words[] = {"anti",  "asof",    "binary",  "cross",      "full",     "glob",
                                      "ilike", "inner",   "is",      "isnull",     "join",     "left",
                                      "like",  "natural", "notnull", "outer",      "overlaps", "positional",
                                      "right", "semi",    "similar", "tablesample"};
  return at_name(p) && !among(peek(p), words, sizeof words / sizeof *words);
}

sonde_str parse_name(parser *p, const char *what) {
  if (at_name(p)) return advance(p)->text;
  fail_expected(p, what);
  return (sonde_str){"", 0};
}

sonde_str parse_label(parser *p, const char *what) {
  token_kind kind = peek(p)->kind;
  if (kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_STRING) return advance(p)->text;
  return parse_name(p, what);
}

ast_names parse_path(parser *p, const char *what) {
  ast_names path = {0};
  push_name(p, &path, parse_name(p, what));
  while (take_operator(p, ".")) push_name(p, &path, parse_label(p, what));
  return path;
}

ast_names parse_name_list(parser *p, const char *what) {
  ast_names names = {0};
  expect_operator(p, "(");
  do {
    push_name(p, &names, parse_label(p, what));
  } while (take_operator(p, ",") && !at_operator(p, ")"));
  expect_operator(p, ")");
  return names;
}

/* ---- failures ---- */

static void latch(parser *p, sonde_code code) {
  p->failed = code;
  p->pos = p->count - 1;
}

void fail_at(parser *p, sonde_code code, size_t at, const char *format, ...) {
  if (p->failed) return;
  sonde_error *err = p->err;
  va_list args;
  va_start(args, format);
  char message[sizeof err->message];
  print_list(message, sizeof message, format, args);
  va_end(args);
  latch(p, status_set(err, code, at, "%s", message));
}

static const char *token_noun(const token *t) {
  switch (t->kind) {
  case TOKEN_STRING: return "the text ";
  case TOKEN_INTEGER:
  case TOKEN_DECIMAL:
  case TOKEN_DOUBLE: return "the number ";
  default: return "";
  }
}

sonde_code fail_expected(parser *p, const char *what) {
  const token *t = peek(p);
  if (t->kind == TOKEN_END) {
    fail_at(p, SONDE_SYNTAX, t->at, "expected %s, found the end of the text", what);
  } else {
    size_t shown = utf8_cut(p->sql.ptr + t->at, t->end - t->at, 40);
    fail_at(p, SONDE_SYNTAX, t->at, "expected %s, found %s%.*s%s", what, token_noun(t), (int)shown,
            p->sql.ptr + t->at, shown < t->end - t->at ? "…" : "");
  }
  return p->failed;
}

bool enter(parser *p) {
  if (++p->nesting <= SQL_NESTING_MAX) return true;
  fail_at(p, SONDE_LIMIT, peek(p)->at, "brackets and sub-queries are nested deeper than %d levels here",
          SQL_NESTING_MAX);
  return false;
}

void leave(parser *p) { p->nesting--; }

/* ---- nodes ---- */

void *parser_alloc(parser *p, size_t size) {
  if (p->failed) return NULL;
  void *node = arena_zero(p->memory, size, p->err);
  if (!node) latch(p, p->err->code);
  return node;
}

ast_expr *new_expr(parser *p, ast_kind kind, size_t at) {
  ast_expr *e = parser_alloc(p, sizeof *e);
  if (!e) e = &p->no_expr;
  e->kind = kind;
  e->depth = 1;
  e->at = (uint32_t)at;
  return e;
}

ast_query *new_query(parser *p, ast_query_kind kind) {
  ast_query *q = parser_alloc(p, sizeof *q);
  if (!q) q = &p->no_query;
  q->kind = kind;
  q->at = peek(p)->at;
  q->depth = 1;
  return q;
}

ast_table *new_table(parser *p, ast_table_kind kind) {
  ast_table *t = parser_alloc(p, sizeof *t);
  if (!t) t = &p->no_table;
  t->kind = kind;
  t->at = peek(p)->at;
  t->depth = 1;
  return t;
}

/* Room for one more of `size` bytes; a full array moves to one of twice the size. */
static void *grown(parser *p, void *items, uint32_t count, uint32_t *cap, size_t size) {
  if (p->failed) return NULL;
  if (count < *cap) return items;
  uint32_t wanted = *cap ? *cap * 2 : 4;
  void *more = arena_array(p->memory, wanted, size, p->err);
  if (!more) {
    latch(p, p->err->code);
    return NULL;
  }
  if (count) memcpy(more, items, count * size);
  *cap = wanted;
  return more;
}

void push_expr(parser *p, ast_exprs *list, ast_expr *e) {
  ast_expr **items = grown(p, list->items, list->count, &list->cap, sizeof *items);
  if (!items) return;
  list->items = items;
  list->items[list->count++] = e;
}

void push_name(parser *p, ast_names *list, sonde_str name) {
  sonde_str *items = grown(p, list->items, list->count, &list->cap, sizeof *items);
  if (!items) return;
  list->items = items;
  list->items[list->count++] = name;
}

void add_arg(parser *p, ast_expr *e, ast_expr *arg) {
  push_expr(p, &e->args, arg);
  if (arg->depth >= SQL_TREE_DEPTH_MAX) {
    fail_at(p, SONDE_LIMIT, arg->at,
            "the expression that begins here applies more than %d operators to each other",
            SQL_TREE_DEPTH_MAX);
  }
  if (e->depth <= arg->depth) e->depth = (uint16_t)(arg->depth + 1);
  finish(p, e);
}

ast_expr *finish(parser *p, ast_expr *e) {
  e->end = (uint32_t)previous_end(p);
  return e;
}
