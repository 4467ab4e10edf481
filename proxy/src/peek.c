/* Finding values in JSON text. */
#include "peek.h"
#include <stdlib.h>
#include <string.h>

static size_t skip_blank(sonde_str s, size_t i) {
  while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\n' || s.ptr[i] == '\t' || s.ptr[i] == '\r')) i++;
  return i;
}

static size_t skip_string(sonde_str s, size_t i) {
  for (i++; i < s.len && s.ptr[i] != '"'; i++)
    if (s.ptr[i] == '\\') i++;
  return i + 1;
}

/* Behind the value that begins at `i`. */
static size_t skip_value(sonde_str s, size_t i) {
  size_t depth = 0;
  do {
    char c = s.ptr[i];
    if (c == '"') {
      i = skip_string(s, i);
      continue;
    }
    if (c == '{' || c == '[')
      depth++;
    else if (c == '}' || c == ']')
      depth--;
    else if (!depth)
      return i + strcspn(s.ptr + i, ",]} \n\t\r");
    i++;
  } while (depth && i < s.len);
  return i;
}

static sonde_str slice(sonde_str s, size_t begin, size_t end) {
  return (sonde_str){s.ptr + begin, (end < s.len ? end : s.len) - begin};
}

sonde_str peek_member(sonde_str object, const char *name) {
  size_t name_len = strlen(name), i = skip_blank(object, 1);
  while (i < object.len && object.ptr[i] == '"') {
    size_t name_end = skip_string(object, i);
    bool found = name_end - i == name_len + 2 && memcmp(object.ptr + i + 1, name, name_len) == 0;
    size_t begin = skip_blank(object, skip_blank(object, name_end) + 1), end = skip_value(object, begin);
    if (found) return slice(object, begin, end);
    i = skip_blank(object, skip_blank(object, end) + 1);
  }
  return (sonde_str){0};
}

bool peek_next(sonde_str array, size_t *at, sonde_str *element) {
  size_t begin = skip_blank(array, *at ? *at : 1);
  if (begin >= array.len || array.ptr[begin] == ']') return false;
  size_t end = skip_value(array, begin);
  *element = slice(array, begin, end);
  *at = skip_blank(array, end) + 1;
  return true;
}

size_t peek_count(sonde_str array) {
  size_t n = 0, at = 0;
  for (sonde_str element; peek_next(array, &at, &element);) n++;
  return n;
}

uint64_t peek_u64(sonde_str s) { return s.len ? strtoull(s.ptr, NULL, 10) : 0; }
double peek_double(sonde_str s) { return s.len ? strtod(s.ptr, NULL) : 0; }
bool peek_is_true(sonde_str s) { return s.len == 4 && memcmp(s.ptr, "true", 4) == 0; }
bool peek_is_null(sonde_str s) { return s.len == 0 || (s.len == 4 && memcmp(s.ptr, "null", 4) == 0); }

bool peek_is(sonde_str s, const char *string) {
  size_t len = strlen(string);
  return s.len == len + 2 && s.ptr[0] == '"' && memcmp(s.ptr + 1, string, len) == 0;
}

static void add_code_point(text *out, unsigned long c) {
  static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
  size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  char utf8[4] = {(char)(first[more] | c >> 6 * more)};
  for (size_t i = 1; i <= more; i++) utf8[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
  text_add(out, utf8, more + 1);
}

/* The four digits behind a \u; 0 when there are none. */
static unsigned long unit_at(sonde_str s, size_t at) {
  char digits[5] = "";
  if (at + 6 > s.len || s.ptr[at] != '\\' || s.ptr[at + 1] != 'u') return 0;
  memcpy(digits, s.ptr + at + 2, 4);
  return strtoul(digits, NULL, 16);
}

/* A lone surrogate is no character: U+FFFD. Answers where the last of its digits is. */
static size_t add_escaped_unit(text *out, sonde_str s, size_t backslash) {
  unsigned long high = unit_at(s, backslash), low = unit_at(s, backslash + 6);
  bool begins = high >= 0xd800 && high < 0xdc00, pair = begins && low >= 0xdc00 && low < 0xe000;
  if (pair)
    add_code_point(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
  else
    add_code_point(out, high >= 0xd800 && high < 0xe000 ? 0xfffd : high);
  return backslash + (pair ? 11 : 5);
}

/* `at` is behind a backslash. */
static size_t add_unescaped(text *out, sonde_str s, size_t at) {
  static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
  const char *known = strchr(names, s.ptr[at]);
  if (s.ptr[at] == 'u') return add_escaped_unit(out, s, at - 1);
  text_add(out, known ? &values[known - names] : s.ptr + at, 1);
  return at;
}

void peek_add_text(text *out, sonde_str value) {
  if (value.len < 2 || value.ptr[0] != '"') {
    text_add(out, value.ptr, value.len);
    return;
  }
  for (size_t i = 1; i < value.len - 1; i++) {
    if (value.ptr[i] == '\\')
      i = add_unescaped(out, value, i + 1);
    else
      text_add(out, value.ptr + i, 1);
  }
}
