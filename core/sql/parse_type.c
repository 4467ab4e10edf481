/* Names of types. */
#include <string.h>

#include "sql/parser.h"

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

static ast_type *new_type(parser *p, size_t at, sonde_str name) {
  ast_type *t = parser_alloc(p, sizeof *t);
  if (!t) t = &p->no_type;
  t->at = at;
  t->name = name;
  return t;
}

static sonde_str lower(parser *p, sonde_str s) {
  char *out = parser_alloc(p, s.len);
  if (!out) return str("");
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
  }
  return (sonde_str){out, s.len};
}

static void add_child(parser *p, ast_type *t, const ast_type *child) {
  const ast_type **more = parser_alloc(p, (t->n_children + 1) * sizeof *more);
  if (!more) return;
  if (t->n_children) memcpy(more, t->children, t->n_children * sizeof *more);
  more[t->n_children++] = child;
  t->children = more;
}

static uint32_t parse_number(parser *p) {
  const token *t = peek(p);
  uint64_t n = 0;
  if (t->kind != TOKEN_INTEGER) return fail_expected(p, "a number"), 0;
  for (size_t i = 0; i < t->text.len && n <= 1000000; i++) n = n * 10 + (uint64_t)(t->text.ptr[i] - '0');
  if (n > 1000000) fail_at(p, SONDE_SYNTAX, t->at, "this number is too large for a type");
  advance(p);
  return (uint32_t)n;
}

/* STRUCT(a INTEGER, b TEXT), also UNION( … ) and ROW( … ) */
static void parse_members(parser *p, ast_type *t) {
  expect_operator(p, "(");
  do {
    push_name(p, &t->names, parse_label(p, "the name of a field"));
    add_child(p, t, parse_type(p));
  } while (take_operator(p, ",") && !p->failed);
  expect_operator(p, ")");
}

static void parse_key_and_value(parser *p, ast_type *t) {
  expect_operator(p, "(");
  add_child(p, t, parse_type(p));
  expect_operator(p, ",");
  add_child(p, t, parse_type(p));
  expect_operator(p, ")");
}

static void parse_numbers(parser *p, ast_type *t) {
  if (!take_operator(p, "(")) return;
  do {
    if (t->n_numbers == 2) {
      fail_expected(p, ")");
      return;
    }
    t->numbers[t->n_numbers++] = parse_number(p);
  } while (take_operator(p, ","));
  expect_operator(p, ")");
}

/* The second and later words of a type's name. */
static void parse_more_words(parser *p, ast_type *t) {
  bool zoned = false;
  if (word_is(&p->tokens[p->pos - 1], "double") && take_word(p, "precision")) return;
  if (take_word(p, "varying")) t->name = str("varchar");
  parse_numbers(p, t);
  if (at_words(p, "with", "time") || at_words(p, "without", "time")) {
    zoned = at_word(p, "with");
    advance(p);
    advance(p);
    expect_word(p, "zone");
  }
  if (zoned) t->name = t->name.len == 4 ? str("timetz") : str("timestamptz");
}

static const ast_type *parse_suffixes(parser *p, const ast_type *t) {
  for (;;) {
    size_t at = peek(p)->at;
    bool word = take_word(p, "array");
    if (!word && !at_operator(p, "[")) return t;
    bool bracket = take_operator(p, "[");
    bool sized = bracket && !at_operator(p, "]");
    ast_type *list = new_type(p, at, str(sized ? "array" : "list"));
    if (sized) {
      list->numbers[0] = parse_number(p);
      list->n_numbers = 1;
    }
    if (bracket) expect_operator(p, "]");
    add_child(p, list, t);
    t = list;
  }
}

static ast_type *parse_plain_type(parser *p) {
  const token *first = peek(p);
  ast_type *t = new_type(p, first->at, lower(p, parse_name(p, "the name of a type")));
  bool bracket = at_operator(p, "(");
  if (bracket && (word_is(first, "struct") || word_is(first, "row") || word_is(first, "union"))) {
    parse_members(p, t);
  } else if (bracket && word_is(first, "map")) {
    parse_key_and_value(p, t);
  } else if (bracket && word_is(first, "enum")) {
    t->names = parse_name_list(p, "a value");
  } else {
    parse_more_words(p, t);
  }
  return t;
}

const ast_type *parse_type(parser *p) {
  const ast_type *t = &p->no_type;
  if (enter(p)) t = parse_suffixes(p, parse_plain_type(p));
  leave(p);
  return t;
}

sonde_code sql_parse_type(sonde_str text, arena *memory, const ast_type **out, sonde_error *err) {
  parser p = {.sql = text, .memory = memory, .err = err};
  token *tokens;
  SONDE_TRY(sql_lex(text, memory, &tokens, &p.count, err));
  p.tokens = tokens;
  *out = parse_type(&p);
  if (!p.failed && peek(&p)->kind != TOKEN_END) fail_expected(&p, "the end of the type");
  return p.failed;
}

/* A type in one word, or a time with its zone, before a text. */
bool at_typed_literal(const parser *p) {
  if (!at_name(p)) return false;
  if (peek_at(p, 1)->kind == TOKEN_STRING) return true;
  bool time = at_word(p, "timestamp") || at_word(p, "time");
  const token *with = peek_at(p, 1);
  return time && (word_is(with, "with") || word_is(with, "without")) && peek_at(p, 4)->kind == TOKEN_STRING;
}
