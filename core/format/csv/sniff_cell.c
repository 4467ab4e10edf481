/* What one cell looks like, cheaply: under the right dialect nearly all cells are values or words, under a wrong one
 * they hold the real delimiter or quotes. */
#include <string.h>

#include "base/datetime.h"
#include "base/number.h"
#include "format/csv/sniff_parts.h"

sonde_str sniff_trim(sonde_str s) {
  while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
  while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
  return s;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_word(sonde_str s, const char *word) {
  size_t n = strlen(word);
  if (s.len != n) return false;
  for (size_t i = 0; i < n; i++) {
    if (lower(s.ptr[i]) != word[i]) return false;
  }
  return true;
}

bool sniff_means_missing(sonde_str s) {
  static const char *const words[] = {"na",  "n/a",  "nan", "null", "none", "nil",
                                      "\\n", "#n/a", "-",   "--",   "?",    "."};
  if (s.len == 0 || s.len > 4 || !memchr("nN\\#-?.", s.ptr[0], 7)) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (same_word(s, words[i])) return true;
  }
  return false;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

bool sniff_has_digit(sonde_str s) {
  size_t i = 0;
  while (i < s.len && !digit(s.ptr[i])) i++;
  return i < s.len;
}

/* 1,234,567.8 and 1.234.567,8 */
static bool grouped_number(sonde_str s, char group, char decimal) {
  size_t i = 0, run = 0, groups = 0;
  if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) i++;
  for (; i < s.len && s.ptr[i] != decimal; i++) {
    if (digit(s.ptr[i])) {
      if (++run > 3) return false;
    } else if (s.ptr[i] == group && run > 0 && (groups == 0 || run == 3)) {
      groups++;
      run = 0;
    } else {
      return false;
    }
  }
  if (groups == 0 || run != 3) return false;
  for (i++; i < s.len; i++) {
    if (!digit(s.ptr[i])) return false;
  }
  return true;
}

static bool number(sonde_str s) {
  number_text t;
  return number_scan(s.ptr, s.len, '.', &t) || number_scan(s.ptr, s.len, ',', &t) ||
         grouped_number(s, ',', '.') || grouped_number(s, '.', ',');
}

/* $1.50, €3, 12 %, (3.5) */
static bool amount(sonde_str s) {
  static const sonde_str signs[] = {{"$", 1}, {"\xE2\x82\xAC", 3}, {"\xC2\xA3", 2}, {"\xC2\xA5", 2}};
  if (s.ptr[s.len - 1] == '%') s.len--;
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    size_t n = signs[i].len;
    if (s.len <= n) continue;
    if (memcmp(s.ptr, signs[i].ptr, n) == 0)
      s.ptr += n, s.len -= n;
    else if (memcmp(s.ptr + s.len - n, signs[i].ptr, n) == 0)
      s.len -= n;
  }
  return number(sniff_trim(s));
}

static bool moment(sonde_str s) {
  bool zoned;
  int64_t micros;
  return date_orders(s.ptr, s.len) || timestamp_orders(s.ptr, s.len, &zoned) ||
         time_parse(s.ptr, s.len, &micros);
}

static bool typed(sonde_str s) {
  if (s.len > 40) return false;
  if (same_word(s, "true") || same_word(s, "false")) return true;
  char first = s.ptr[0], last = s.ptr[s.len - 1];
  bool numeric =
      digit(first) || first == '-' || first == '+' || first == '.' || first == '$' || (first & 0x80);
  if (numeric && (number(s) || amount(s))) return true;
  return (digit(first) || digit(last)) && s.len >= 4 && moment(s);
}

static bool page_address(sonde_str s) {
  return s.len > 7 && (memcmp(s.ptr, "http://", 7) == 0 || memcmp(s.ptr, "https:/", 7) == 0);
}

/* 0: at home in words; 1: in prose; 2: odd in an unquoted cell. A table, for the cells of a wrong dialect are long. */
#define O 2, 2, 2, 2, 2, 2, 2, 2
static const uint8_t oddness[256] = {
    O,         O,         O,         O,         [','] = 1, [':'] = 1, [';'] = 2,  ['|'] = 2, ['"'] = 2,
    ['^'] = 2, ['~'] = 2, ['{'] = 2, ['}'] = 2, ['['] = 2, [']'] = 2, ['\\'] = 2, [0x7F] = 2};
#undef O

sniff_cell sniff_classify(const char *p, size_t n) {
  sonde_str s = sniff_trim((sonde_str){p, n});
  if (s.len == 0 || sniff_means_missing(s)) return CELL_EMPTY;
  if (typed(s)) return CELL_TYPED;
  if (page_address(s)) return CELL_WORD;
  if (s.len > 1 && s.ptr[0] == '\'' && s.ptr[s.len - 1] == '\'') return CELL_ODD;
  int most = 0, depth = 0;
  size_t looked = s.len < 1000 ? s.len : 1000;
  for (size_t i = 0; i < looked && most < 2; i++) {
    int odd = oddness[(uint8_t)s.ptr[i]];
    if (odd > most) most = odd;
    depth += (s.ptr[i] == '(') - (s.ptr[i] == ')');
  }
  if (depth != 0 && looked == s.len) return CELL_ODD; /* "POINT(48.7": cut at a comma within */
  return most == 2 ? CELL_ODD : most == 1 ? CELL_PROSE : CELL_WORD;
}
