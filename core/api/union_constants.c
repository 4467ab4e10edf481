/* What all rows of a file have in common: its name, and what its folders are called, where they are called key=value (as Hive writes
 * partitions). See union.h. */
#include "api/union.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/refs.h"

/* ---- key=value ---- */

static bool parse_folder(sonde_str name, sonde_str *key, sonde_str *value) {
  const char *equals = name.len ? memchr(name.ptr, '=', name.len) : NULL;
  if (!equals || equals == name.ptr) return false;
  *key = (sonde_str){name.ptr, (size_t)(equals - name.ptr)};
  *value = (sonde_str){equals + 1, name.len - key->len - 1};
  return true;
}

/* The next folder of that form; false: there is none. What stands last is no folder. */
static bool next_folder(sonde_str path, size_t *at, sonde_str *key, sonde_str *value) {
  for (size_t begin = *at; *at < path.len; ++*at) {
    char c = path.ptr[*at];
    if (c != '/' && c != '\\') continue;
    sonde_str name = {path.ptr + begin, *at - begin};
    begin = *at + 1;
    if (!parse_folder(name, key, value)) continue;
    ++*at;
    return true;
  }
  return false;
}

static bool find_folder(sonde_str path, sonde_str wanted, sonde_str *value) {
  sonde_str key;
  for (size_t at = 0; next_folder(path, &at, &key, value);)
    if (text_same(key, wanted)) return true;
  return false;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Without %20 and its like; the folder of nulls is a null. */
static sonde_code decode(sonde_str s, arena *memory, sonde_str *out, sonde_error *err) {
  static const sonde_str nulls[] = {{"__HIVE_DEFAULT_PARTITION__", 26}, {"NULL", 4}};
  *out = (sonde_str){NULL, 0};
  if (text_same(s, nulls[0]) || text_same(s, nulls[1])) return SONDE_OK;
  char *text = arena_alloc(memory, s.len + 1, err);
  if (!text) return err->code;
  size_t n = 0;
  for (size_t i = 0; i < s.len; i++) {
    bool coded =
        s.ptr[i] == '%' && i + 2 < s.len && hex_digit(s.ptr[i + 1]) >= 0 && hex_digit(s.ptr[i + 2]) >= 0;
    text[n++] = coded ? (char)(hex_digit(s.ptr[i + 1]) * 16 + hex_digit(s.ptr[i + 2])) : s.ptr[i];
    if (coded) i += 2;
  }
  *out = (sonde_str){text, n};
  SONDE_CHECK(utf8_valid(text, n), err, SONDE_VALUE, 0, "the name of the folder '%.*s' is not UTF-8",
              (int)utf8_cut(s.ptr, s.len, 80), s.ptr);
  return SONDE_OK;
}

/* ---- types ---- */

static bool are(type_id type, const sonde_str *values, uint32_t n) {
  bool any = false;
  int64_t number;
  for (uint32_t i = 0; i < n; i++) {
    if (values[i].ptr && !ref_number(type, values[i], &number)) return false;
    any |= values[i].ptr != NULL;
  }
  return any;
}

static column_type type_of(const sonde_str *values, uint32_t n) {
  static const type_id types[] = {TYPE_INT64, TYPE_DATE, TYPE_TIMESTAMP};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (are(types[i], values, n)) return (column_type){.id = (uint8_t)types[i]};
  return (column_type){.id = TYPE_TEXT};
}

/* ---- the constants of a union ---- */

typedef struct {
  const table *t;
  arena *memory;
  union_constants *out;
} collecting;

static sonde_str path_of(const collecting *x, uint32_t file) { return x->t->members[file].table->name; }

static sonde_str *add_constant(collecting *x, sonde_str name, sonde_error *err) {
  sonde_str *values = arena_array(x->memory, x->t->n_members, sizeof *values, err);
  x->out->items[x->out->n++] = (union_constant){.name = name, .type = {.id = TYPE_TEXT}, .values = values};
  return values;
}

static uint32_t count_folders(sonde_str path) {
  sonde_str key, value;
  uint32_t n = 0;
  for (size_t at = 0; next_folder(path, &at, &key, &value);) n++;
  return n;
}

/* Whether all files lie in folders of the same keys as the first one. */
static bool all_have_keys(const collecting *x) {
  sonde_str key, value, first = path_of(x, 0);
  for (uint32_t i = 1; i < x->t->n_members; i++) {
    if (count_folders(path_of(x, i)) != count_folders(first)) return false;
    for (size_t at = 0; next_folder(first, &at, &key, &value);)
      if (!find_folder(path_of(x, i), key, &value)) return false;
  }
  return true;
}

static sonde_code add_key(collecting *x, sonde_str key, sonde_error *err) {
  union_constant *c = &x->out->items[x->out->n];
  sonde_str *values = add_constant(x, key, err), value = {0};
  if (!values) return err->code;
  for (uint32_t i = 0; i < x->t->n_members; i++) {
    find_folder(path_of(x, i), key, &value);
    SONDE_TRY(decode(value, x->memory, &values[i], err));
  }
  c->type = type_of(values, x->t->n_members);
  return SONDE_OK;
}

static bool is_listed(const collecting *x, sonde_str key) {
  for (uint32_t i = 0; i < x->out->n; i++)
    if (text_same(x->out->items[i].name, key)) return true;
  return false;
}

static int compare(sonde_str a, sonde_str b) {
  int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* In the order of their names, as DuckDB has them. */
static void sort_from(union_constants *c, uint32_t from) {
  for (uint32_t i = from + 1; i < c->n; i++) {
    union_constant moved = c->items[i];
    uint32_t at = i;
    for (; at > from && compare(c->items[at - 1].name, moved.name) > 0; at--) c->items[at] = c->items[at - 1];
    c->items[at] = moved;
  }
}

static sonde_code add_keys(collecting *x, bool wanted, sonde_error *err) {
  sonde_str key, value, first = path_of(x, 0);
  uint32_t from = x->out->n;
  bool same = all_have_keys(x);
  SONDE_CHECK(same || !wanted, err, SONDE_VALUE, 0,
              "hive_partitioning: the files do not all lie in folders called key=value with the same keys");
  for (size_t at = 0; same && next_folder(first, &at, &key, &value);)
    if (!is_listed(x, key)) SONDE_TRY(add_key(x, key, err));
  sort_from(x->out, from);
  return SONDE_OK;
}

sonde_code union_constants_find(const table *t, sonde_str filename, folder_keys keys, arena *memory,
                                union_constants *out, sonde_error *err) {
  collecting x = {t, memory, out};
  *out = (union_constants){0};
  uint32_t most = 1 + count_folders(path_of(&x, 0));
  out->items = arena_array(memory, most, sizeof *out->items, err);
  if (!out->items) return err->code;
  if (filename.len) {
    sonde_str *names = add_constant(&x, filename, err);
    if (!names) return err->code;
    for (uint32_t i = 0; i < t->n_members; i++) names[i] = path_of(&x, i);
  }
  return keys == FOLDER_KEYS_NEVER ? SONDE_OK : add_keys(&x, keys == FOLDER_KEYS_ALWAYS, err);
}
