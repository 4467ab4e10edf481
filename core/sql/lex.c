/* See lex.h. Lexical rules are PostgreSQL's (sql-syntax-lexical) with DuckDB's additions: nested comments, 1_000, 0xFF,
 * $$text$$, and a fixed set of operators in place of PostgreSQL's open one. */
#include "sql/lex.h"

#include <string.h>

#include "base/utf8.h"

typedef struct {
  const char *text;
  size_t len, pos;
  arena *memory;
  token *tokens;
  size_t count, cap;
  sonde_error *err;
} lexer;

/* Longer ones first, so that the first that fits is the longest. */
static const char *const operators[] = {
    "!~~*", "->>", "<=>", "!~~", "~~*", "~~~", "!~*", "::", ":=", "->", "=>", "<=", ">=", "<>",
    "!=",   "==",  "||",  "//",  "**",  "<<",  ">>",  "&&", "@>", "<@", "~~", "~*", "!~", "^@",
    "(",    ")",   "[",   "]",   "{",   "}",   ",",   ".",  ";",  "+",  "-",  "*",  "/",  "%",
    "^",    "<",   ">",   "=",   "~",   "!",   "@",   "#",  "&",  "|",  ":"};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool begins_word(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool in_word(char c) { return begins_word(c) || is_digit(c); }

static char ahead(const lexer *l, size_t n) { return l->len - l->pos > n ? l->text[l->pos + n] : '\0'; }
static bool starts(const lexer *l, const char *what) {
  size_t n = strlen(what);
  return l->len - l->pos >= n && memcmp(l->text + l->pos, what, n) == 0;
}

static sonde_code add(lexer *l, token_kind kind, size_t at, sonde_str text) {
  if (l->count == l->cap) {
    size_t cap = l->cap ? l->cap * 2 : 64;
    token *grown = arena_array(l->memory, cap, sizeof *grown, l->err);
    if (!grown) return l->err->code;
    if (l->count) memcpy(grown, l->tokens, l->count * sizeof *grown);
    l->tokens = grown;
    l->cap = cap;
  }
  l->tokens[l->count++] = (token){kind, (uint32_t)at, (uint32_t)l->pos, text};
  return SONDE_OK;
}

static sonde_code add_slice(lexer *l, token_kind kind, size_t at) {
  return add(l, kind, at, (sonde_str){l->text + at, l->pos - at});
}

/* ---- what separates tokens ---- */

static sonde_code skip_block_comment(lexer *l) {
  size_t at = l->pos, depth = 0;
  do {
    SONDE_CHECK(l->pos < l->len, l->err, SONDE_SYNTAX, at,
                "the comment that begins here is never closed: */ is missing");
    bool open = starts(l, "/*"), close = starts(l, "*/");
    if (open) depth++;
    if (close) depth--;
    l->pos += open || close ? 2 : 1;
  } while (depth > 0);
  return SONDE_OK;
}

static sonde_code skip_space(lexer *l) {
  for (;;) {
    if (l->pos < l->len && is_space(l->text[l->pos])) {
      l->pos++;
    } else if (starts(l, "--")) {
      while (l->pos < l->len && l->text[l->pos] != '\n') l->pos++;
    } else if (starts(l, "/*")) {
      SONDE_TRY(skip_block_comment(l));
    } else {
      return SONDE_OK;
    }
  }
}

/* ---- quoted text ---- */

/* Where the quote at `pos` ends, and how many characters stand for themselves doubled or escaped. */
static sonde_code find_quote_end(lexer *l, char quote, bool escapes, size_t *end, bool *plain) {
  size_t i = l->pos + 1;
  *plain = true;
  for (; i < l->len; i++) {
    if (escapes && l->text[i] == '\\') {
      *plain = false;
      i++;
    } else if (l->text[i] == quote) {
      if (i + 1 == l->len || l->text[i + 1] != quote) break;
      *plain = false;
      i++;
    }
  }
  SONDE_CHECK(i < l->len, l->err, SONDE_SYNTAX, l->pos,
              "the %s that begins here is never closed: %c is missing", quote == '"' ? "quoted name" : "text",
              quote);
  *end = i;
  return SONDE_OK;
}

static unsigned hex_value(char c) {
  return is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* The escape of an E'…' text that begins at s[*i], a backslash; `*i` is left on its last byte. */
static size_t unescape(const char *s, size_t n, size_t *i, char *out) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  char c = s[++*i];
  const char *simple = c ? strchr(from, c) : NULL;
  if (simple) return (void)(out[0] = to[simple - from]), 1;
  size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, read = 0;
  uint32_t value = 0;
  while (read < digits && *i + 1 < n && is_hex(s[*i + 1])) {
    value = value << 4 | hex_value(s[++*i]);
    read++;
  }
  if (read) return utf8_encode(value, out);
  out[0] = c;
  return 1;
}

static size_t unquote(const char *s, size_t n, char quote, bool escapes, char *out) {
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    if (escapes && s[i] == '\\' && i + 1 < n) {
      used += unescape(s, n, &i, out + used);
    } else {
      out[used++] = s[i];
      if (s[i] == quote) i++;
    }
  }
  return used;
}

static sonde_code read_quoted(lexer *l, token_kind kind, size_t at, bool escapes) {
  char quote = l->text[l->pos];
  size_t end = 0;
  bool plain = true;
  SONDE_TRY(find_quote_end(l, quote, escapes, &end, &plain));
  const char *inside = l->text + l->pos + 1;
  sonde_str text = {inside, end - l->pos - 1};
  if (!plain) {
    char *out = arena_alloc(l->memory, text.len, l->err);
    if (!out) return l->err->code;
    text = (sonde_str){out, unquote(inside, text.len, quote, escapes, out)};
  }
  SONDE_CHECK(kind != TOKEN_QUOTED || text.len > 0, l->err, SONDE_SYNTAX, at,
              "a quoted name cannot be empty");
  l->pos = end + 1;
  return add(l, kind, at, text);
}

/* $tag$ text $tag$ */
static sonde_code read_dollar_quoted(lexer *l, size_t tag_len) {
  size_t at = l->pos, begin = at + tag_len;
  for (size_t i = begin; i + tag_len <= l->len; i++) {
    if (memcmp(l->text + i, l->text + at, tag_len) != 0) continue;
    l->pos = i + tag_len;
    return add(l, TOKEN_STRING, at, (sonde_str){l->text + begin, i - begin});
  }
  return status_set(l->err, SONDE_SYNTAX, at, "the text that begins here is never closed: %.*s is missing",
                    (int)tag_len, l->text + at);
}

/* ---- numbers ---- */

static void skip_digits(lexer *l) {
  while (is_digit(ahead(l, 0)) || (ahead(l, 0) == '_' && is_digit(ahead(l, 1)))) l->pos++;
}

static sonde_code without_separators(lexer *l, sonde_str *text) {
  if (!memchr(text->ptr, '_', text->len)) return SONDE_OK;
  char *out = arena_alloc(l->memory, text->len, l->err);
  if (!out) return l->err->code;
  size_t n = 0;
  for (size_t i = 0; i < text->len; i++) {
    if (text->ptr[i] != '_') out[n++] = text->ptr[i];
  }
  *text = (sonde_str){out, n};
  return SONDE_OK;
}

static bool has_exponent(const lexer *l) {
  char sign = ahead(l, 1);
  return (ahead(l, 0) | 0x20) == 'e' &&
         (is_digit(sign) || ((sign == '+' || sign == '-') && is_digit(ahead(l, 2))));
}

static sonde_code read_number(lexer *l) {
  size_t at = l->pos;
  token_kind kind = TOKEN_INTEGER;
  if (ahead(l, 0) == '0' && (ahead(l, 1) | 0x20) == 'x' && is_hex(ahead(l, 2))) {
    l->pos += 2;
    while (is_hex(ahead(l, 0)) || (ahead(l, 0) == '_' && is_hex(ahead(l, 1)))) l->pos++;
  } else {
    skip_digits(l);
    if (ahead(l, 0) == '.' && ahead(l, 1) != '.') {
      kind = TOKEN_DECIMAL;
      l->pos++;
      skip_digits(l);
    }
    if (has_exponent(l)) {
      kind = TOKEN_DOUBLE;
      l->pos += 2;
      skip_digits(l);
    }
  }
  SONDE_CHECK(!begins_word(ahead(l, 0)), l->err, SONDE_SYNTAX, l->pos,
              "a number cannot be followed by a letter: put a blank between them");
  sonde_str text = {l->text + at, l->pos - at};
  SONDE_TRY(without_separators(l, &text));
  return add(l, kind, at, text);
}

/* ---- everything else ---- */

static sonde_code read_word(lexer *l) {
  size_t at = l->pos;
  char prefix = (char)(ahead(l, 0) | 0x20);
  if (ahead(l, 1) == '\'' && (prefix == 'e' || prefix == 'x')) {
    l->pos++;
    return read_quoted(l, prefix == 'x' ? TOKEN_BLOB : TOKEN_STRING, at, prefix == 'e');
  }
  while (in_word(ahead(l, 0)) || ahead(l, 0) == '$') l->pos++;
  return add_slice(l, TOKEN_WORD, at);
}

static sonde_code read_parameter(lexer *l) {
  size_t at = l->pos++;
  while (in_word(ahead(l, 0))) l->pos++;
  return add(l, TOKEN_PARAMETER, at, (sonde_str){l->text + at + 1, l->pos - at - 1});
}

static sonde_code read_dollar(lexer *l) {
  size_t tag = 1;
  while (in_word(ahead(l, tag))) tag++;
  if (ahead(l, tag) == '$' && !is_digit(ahead(l, 1))) return read_dollar_quoted(l, tag + 1);
  SONDE_CHECK(tag > 1, l->err, SONDE_SYNTAX, l->pos, "a parameter's number or name has to follow $");
  return read_parameter(l);
}

static sonde_code read_operator(lexer *l) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    if (!starts(l, operators[i])) continue;
    size_t at = l->pos;
    l->pos += strlen(operators[i]);
    return add_slice(l, TOKEN_OPERATOR, at);
  }
  unsigned char c = (unsigned char)l->text[l->pos];
  SONDE_CHECK(c > ' ' && c < 0x7F, l->err, SONDE_SYNTAX, l->pos, "the byte 0x%02X has no place in SQL", c);
  return status_set(l->err, SONDE_SYNTAX, l->pos, "the character %c has no place here", c);
}

static sonde_code read_token(lexer *l) {
  char c = l->text[l->pos];
  if (is_digit(c) || (c == '.' && is_digit(ahead(l, 1)))) return read_number(l);
  if (begins_word(c)) return read_word(l);
  if (c == '\'') return read_quoted(l, TOKEN_STRING, l->pos, false);
  if (c == '"') return read_quoted(l, TOKEN_QUOTED, l->pos, false);
  if (c == '?') return read_parameter(l);
  if (c == '$') return read_dollar(l);
  return read_operator(l);
}

sonde_code sql_lex(sonde_str sql, arena *memory, token **out, size_t *count, sonde_error *err) {
  SONDE_CHECK(sql.len < INT32_MAX, err, SONDE_LIMIT, 0, "the SQL text is longer than 2 GiB");
  size_t bad = utf8_valid_prefix(sql.ptr, sql.len);
  SONDE_CHECK(bad == sql.len, err, SONDE_SYNTAX, bad, "the SQL text is not UTF-8 here");
  lexer l = {.text = sql.ptr, .len = sql.len, .memory = memory, .err = err};
  for (;;) {
    SONDE_TRY(skip_space(&l));
    if (l.pos == l.len) break;
    SONDE_TRY(read_token(&l));
  }
  SONDE_TRY(add(&l, TOKEN_END, l.pos, (sonde_str){"", 0}));
  *out = l.tokens;
  *count = l.count;
  return SONDE_OK;
}
