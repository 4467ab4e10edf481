/* Names of the columns: trimmed, valid UTF-8, unique without regard to case (SQL folds identifiers). */
#include <string.h>

#include "base/print.h"
#include "base/utf8.h"
#include "format/csv/sniff_parts.h"

typedef struct {
  sonde_str name;
  uint32_t next; /* suffix to try for the next one of that name */
} entry;

typedef struct {
  entry *entries;
  size_t mask;
} name_set;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same(sonde_str a, sonde_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++) {
    if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
  }
  return true;
}

static uint32_t hash(sonde_str s) {
  uint32_t h = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < s.len; i++) h = (h ^ (uint8_t)lower(s.ptr[i])) * 16777619u;
  return h ^ h >> 15;
}

/* Where the name is, or the free place for it. Names are as many as half of the places at most. */
static entry *place_of(name_set *set, sonde_str name) {
  size_t i = hash(name) & set->mask;
  while (set->entries[i].name.ptr && !same(set->entries[i].name, name)) i = (i + 1) & set->mask;
  return &set->entries[i];
}

static sonde_code make_set(uint32_t names, arena *scratch, name_set *set, sonde_error *err) {
  size_t places = 16;
  while (places / 2 < names) places *= 2;
  set->mask = places - 1;
  set->entries = arena_zero(scratch, places * sizeof(entry), err);
  return set->entries ? SONDE_OK : SONDE_NOMEM;
}

/* name, name_1, name_2, ... */
static sonde_code add_unique(name_set *set, sonde_str name, arena *memory, sonde_str *out, sonde_error *err) {
  entry *first = place_of(set, name);
  *out = name;
  while (place_of(set, *out)->name.ptr) {
    char *text = arena_alloc(memory, name.len + 12, err);
    if (!text) return SONDE_NOMEM;
    memcpy(text, name.ptr, name.len);
    int n = print_text(text + name.len, 12, "_%u", ++first->next);
    *out = (sonde_str){text, name.len + (size_t)n};
  }
  place_of(set, *out)->name = *out;
  return SONDE_OK;
}

static sonde_code valid_copy(sonde_str s, arena *memory, sonde_str *out, sonde_error *err) {
  char *text = arena_alloc(memory, utf8_valid(s.ptr, s.len) ? s.len : utf8_repair_max(s.len), err);
  if (!text) return SONDE_NOMEM;
  *out = (sonde_str){text, utf8_repair(s.ptr, s.len, text)};
  return SONDE_OK;
}

static int decimal_digits(uint32_t n) {
  int digits = 1;
  while (n >= 10) n /= 10, digits++;
  return digits;
}

/* column0, column1, ...; all with as many digits as the last one has, as DuckDB names them. */
static sonde_code numbered(uint32_t column, int digits, arena *memory, sonde_str *out, sonde_error *err) {
  char *text = arena_alloc(memory, 24, err);
  if (!text) return SONDE_NOMEM;
  *out = (sonde_str){text, (size_t)print_text(text, 24, "column%0*u", digits, column)};
  return SONDE_OK;
}

static sonde_code from_header(const sniff_columns *c, int digits, arena *scratch, arena *memory,
                              sonde_str *names, sonde_error *err) {
  name_set set;
  SONDE_TRY(make_set(c->columns, scratch, &set, err));
  for (uint32_t i = 0; i < c->columns; i++) {
    sonde_str name;
    bool given = c->first[i].len > 0;
    SONDE_TRY(given ? valid_copy(c->first[i], memory, &name, err) : numbered(i, digits, memory, &name, err));
    SONDE_TRY(add_unique(&set, name, memory, &names[i], err));
  }
  return SONDE_OK;
}

sonde_code sniff_names(const sniff_columns *c, bool header, arena *scratch, arena *memory, sonde_str **out,
                       sonde_error *err) {
  int digits = decimal_digits(c->columns - 1);
  sonde_str *names = arena_array(memory, c->columns, sizeof *names, err);
  if (!names) return SONDE_NOMEM;
  *out = names;
  if (header) return from_header(c, digits, scratch, memory, names, err);
  for (uint32_t i = 0; i < c->columns; i++) SONDE_TRY(numbered(i, digits, memory, &names[i], err));
  return SONDE_OK;
}
