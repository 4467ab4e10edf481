/* A reader with one character of look-ahead; decoded strings are kept in a store as large as the file, since no
 * escape makes a text longer. */
#include "toml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { FILE_MAX = 65536, NAME_MAX_LEN = 64, ITEMS_MAX = 64, DIGITS_MAX = 18, KEYS_SEEN_MAX = 256 };

typedef struct {
  const char *at, *end;
  unsigned line;
  char *store;
  char table[NAME_MAX_LEN + 1], key[NAME_MAX_LEN + 1];
  const char *items[ITEMS_MAX];
  uint64_t seen[KEYS_SEEN_MAX]; /* hashes of "table\nkey" */
  unsigned seen_count;
  const char *wrong;
} reader;

static int peek(const reader *r) { return r->at < r->end ? (unsigned char)*r->at : -1; }

static bool fail(reader *r, const char *what) {
  if (!r->wrong) r->wrong = what;
  return false;
}

static void skip_blanks(reader *r) {
  while (peek(r) == ' ' || peek(r) == '\t') r->at++;
}

static bool skip_comment(reader *r) {
  if (peek(r) != '#') return true;
  for (; r->at < r->end && *r->at != '\n'; r->at++) {
    unsigned char c = (unsigned char)*r->at;
    if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) return fail(r, "a control character in a comment");
  }
  return true;
}

/* The end of a line, or of the file. */
static bool take_line_end(reader *r) {
  skip_blanks(r);
  if (!skip_comment(r)) return false;
  if (peek(r) == '\r' && r->at + 1 < r->end && r->at[1] == '\n') r->at++;
  if (peek(r) == -1) return true;
  if (peek(r) != '\n') return fail(r, "more than one thing in the line");
  r->at++;
  r->line++;
  return true;
}

static bool is_bare(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool take_name(reader *r, char out[NAME_MAX_LEN + 1]) {
  size_t n = 0;
  for (; is_bare(peek(r)); r->at++) {
    if (n == NAME_MAX_LEN) return fail(r, "a name of more than 64 characters");
    out[n++] = *r->at;
  }
  out[n] = '\0';
  return n > 0 || fail(r, "a name was expected, of letters, digits, _ and -");
}

/* The character that an escape stands for; 0 for those that are not known here. */
static char unescaped(int c) {
  switch (c) {
  case '"': return '"';
  case '\\': return '\\';
  case 'n': return '\n';
  case 't': return '\t';
  default: return 0;
  }
}

static bool take_string(reader *r, const char **out) {
  int quote = peek(r);
  r->at++;
  *out = r->store;
  for (; peek(r) != quote; r->at++) {
    int c = peek(r);
    if (c == -1 || c == '\n') return fail(r, "the string does not end in its line");
    if ((c < 0x20 && c != '\t') || c == 0x7f) return fail(r, "a control character in a string");
    if (c == '\\' && quote == '"') {
      r->at++;
      c = unescaped(peek(r));
      if (!c) return fail(r, "an escape other than \\\" \\\\ \\n \\t");
    }
    *r->store++ = (char)c;
  }
  r->at++;
  *r->store++ = '\0';
  return true;
}

static bool at_string(const reader *r) { return peek(r) == '"' || peek(r) == '\''; }

static bool skip_between_items(reader *r) {
  for (;;) {
    skip_blanks(r);
    int c = peek(r);
    if (c != '\n' && c != '\r' && c != '#') return true;
    if (!take_line_end(r)) return false;
  }
}

static bool take_strings(reader *r, toml_value *v) {
  v->kind = TOML_STRINGS;
  v->texts = r->items;
  for (r->at++;;) {
    if (!skip_between_items(r)) return false;
    if (peek(r) == ']') break;
    if (!at_string(r)) return fail(r, "an array holds strings here");
    if (v->text_count == ITEMS_MAX) return fail(r, "an array of more than 64 strings");
    if (!take_string(r, &r->items[v->text_count++]) || !skip_between_items(r)) return false;
    if (peek(r) == ',')
      r->at++;
    else if (peek(r) != ']')
      return fail(r, "a comma or ] was expected");
  }
  r->at++;
  return true;
}

static bool take_number(reader *r, toml_value *v) {
  bool negative = peek(r) == '-';
  unsigned digits = 0;
  if (negative) r->at++;
  const char *first = r->at;
  for (; (peek(r) >= '0' && peek(r) <= '9') || (peek(r) == '_' && digits); r->at++) {
    if (*r->at == '_') continue;
    if (++digits > DIGITS_MAX) return fail(r, "a number of more than 18 digits");
    v->number = v->number * 10 + (*r->at - '0');
  }
  if (!digits || r->at[-1] == '_' || (digits > 1 && *first == '0'))
    return fail(r, "a value was expected: a string, a whole number, true, false or [strings]");
  if (negative) v->number = -v->number;
  v->kind = TOML_NUMBER;
  return true;
}

static bool take_value(reader *r, toml_value *v) {
  if (at_string(r)) {
    v->kind = TOML_STRING;
    return take_string(r, &v->text);
  }
  if (peek(r) == '[') return take_strings(r, v);
  v->kind = TOML_BOOL;
  v->truth = text_take(&r->at, r->end, "true");
  return v->truth || text_take(&r->at, r->end, "false") || take_number(r, v);
}

/* Whether the pair of names is new; FNV-1a, and two names that collide in 64 bits are refused as one. */
static bool is_new(reader *r) {
  uint64_t hash = 14695981039346656037u;
  const char *parts[] = {r->table, "\n", r->key};
  for (size_t i = 0; i < 3; i++)
    for (const char *p = parts[i]; *p; p++) hash = (hash ^ (unsigned char)*p) * 1099511628211u;
  for (unsigned i = 0; i < r->seen_count; i++)
    if (r->seen[i] == hash) return fail(r, "the name was given a value before");
  if (r->seen_count == KEYS_SEEN_MAX) return fail(r, "more than 256 values");
  r->seen[r->seen_count++] = hash;
  return true;
}

static bool take_header(reader *r) {
  r->at++;
  skip_blanks(r);
  if (!take_name(r, r->table)) return false;
  skip_blanks(r);
  if (peek(r) != ']') return fail(r, "] was expected");
  r->at++;
  r->key[0] = '\0';
  return is_new(r) && take_line_end(r);
}

static bool take_pair(reader *r, toml_take *take, void *context) {
  toml_value v = {.table = r->table, .key = r->key, .line = r->line};
  if (!take_name(r, r->key)) return false;
  skip_blanks(r);
  if (peek(r) != '=') return fail(r, "= was expected");
  r->at++;
  skip_blanks(r);
  if (!take_value(r, &v)) return false;
  if (!is_new(r)) return false;
  const char *wrong = take(context, &v);
  if (wrong) {
    r->line = v.line;
    return fail(r, wrong);
  }
  return take_line_end(r);
}

static bool read_all(reader *r, toml_take *take, void *context) {
  while (skip_between_items(r) && r->at < r->end)
    if (!(peek(r) == '[' ? take_header(r) : take_pair(r, take, context))) return false;
  return !r->wrong;
}

bool toml_read(const char *file, size_t len, toml_take *take, void *context, char why[192]) {
  reader r = {.at = file, .end = file + len, .line = 1};
  char *store = len <= FILE_MAX ? malloc(len + 1) : NULL;
  if (!store) {
    snprintf(why, 192, "the file is larger than 64 KB");
    return false;
  }
  r.store = store;
  bool read = read_all(&r, take, context);
  if (!read) snprintf(why, 192, "line %u: %s%s%s", r.line, *r.key ? r.key : "", *r.key ? ": " : "", r.wrong);
  free(store);
  return read;
}
