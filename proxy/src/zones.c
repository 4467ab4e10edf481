/* See zones.h. */
#include "zones.h"
#include "peek.h"
#include "zone_rule.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 20, HEADER = 44, CHANGES_MAX = 4000, LAST_YEAR = 2099 };

typedef struct {
  unsigned n; /* offsets[0] holds before begins[1]; begins[0] is not used */
  int64_t begins[CHANGES_MAX];
  int32_t offsets[CHANGES_MAX];
} zone_table;

/* ---- TZif ---- */

static uint64_t big_end(const unsigned char *p, unsigned bytes) {
  uint64_t v = 0;
  for (unsigned i = 0; i < bytes; i++) v = v << 8 | p[i];
  return v;
}

typedef struct {
  uint32_t times, types, bytes; /* all of the block behind the header */
} block;

/* RFC 9636, 3.1; `width`: bytes of a time in this block. */
static bool read_header(const unsigned char *p, size_t n, unsigned width, block *b) {
  if (n < HEADER || memcmp(p, "TZif", 4) != 0) return false;
  uint32_t utc = (uint32_t)big_end(p + 20, 4), standard = (uint32_t)big_end(p + 24, 4),
           leaps = (uint32_t)big_end(p + 28, 4), names = (uint32_t)big_end(p + 40, 4);
  b->times = (uint32_t)big_end(p + 32, 4);
  b->types = (uint32_t)big_end(p + 36, 4);
  if ((utc | standard | leaps | names | b->times | b->types) >= FILE_MAX / 16) return false;
  b->bytes = b->times * (width + 1) + b->types * 6 + names + leaps * (width + 4) + standard + utc;
  return b->types > 0 && n - HEADER >= b->bytes;
}

static void add_change(zone_table *z, int64_t begin, int32_t offset) {
  bool late = z->n > 0 && begin <= z->begins[z->n - 1];
  if (z->n == CHANGES_MAX || late || (z->n > 0 && z->offsets[z->n - 1] == offset)) return;
  z->begins[z->n] = begin;
  z->offsets[z->n++] = offset;
}

/* A table's times, which of its types begins with each, and what these are. */
static bool read_table(const unsigned char *p, const block *b, zone_table *z) {
  const unsigned char *indexes = p + b->times * 8, *types = indexes + b->times;
  add_change(z, INT64_MIN, (int32_t)(uint32_t)big_end(types, 4));
  for (uint32_t i = 0; i < b->times; i++) {
    if (indexes[i] >= b->types) return false;
    add_change(z, (int64_t)big_end(p + i * 8, 8), (int32_t)(uint32_t)big_end(types + indexes[i] * 6, 4));
  }
  return true;
}

static void add_year(const zone_rule *r, int year, zone_table *z) {
  int64_t begin = zone_rule_begin(r, year), end = zone_rule_end(r, year);
  if (begin < end) add_change(z, begin, r->summer_offset);
  add_change(z, end, r->offset);
  if (begin >= end) add_change(z, begin, r->summer_offset);
}

/* The rule behind the table, between two line ends. */
static bool read_footer(const char *p, size_t n, zone_table *z) {
  char footer[128];
  zone_rule rule;
  const char *end = n > 1 && *p == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
  size_t length = end ? (size_t)(end - p - 1) : 0;
  if (length == 0) return end != NULL;
  if (length >= sizeof footer) return false;
  memcpy(footer, p + 1, length);
  footer[length] = 0;
  if (!zone_rule_read(footer, &rule)) return false;
  int64_t last = z->n > 1 ? z->begins[z->n - 1] : 0;
  for (int year = 1970; rule.summer && year <= LAST_YEAR; year++)
    if (zone_rule_end(&rule, year) > last && zone_rule_begin(&rule, year) > last) add_year(&rule, year, z);
  return true;
}

/* The first block is for old readers. */
static bool read_tzif(const unsigned char *p, size_t n, zone_table *z) {
  block b;
  if (!read_header(p, n, 4, &b) || p[4] < '2') return false;
  p += HEADER + b.bytes;
  n -= HEADER + b.bytes;
  if (!read_header(p, n, 8, &b) || !read_table(p + HEADER, &b, z)) return false;
  return read_footer((const char *)p + HEADER + b.bytes, n - HEADER - b.bytes, z);
}

/* ---- files ---- */

static const char *folder(void) {
  const char *named = getenv("TZDIR");
  return named && *named ? named : "/usr/share/zoneinfo";
}

static bool read_zone(const char *name, zone_table *z) {
  text path = {0};
  unsigned char *bytes = memory_of(FILE_MAX);
  text_print(&path, "%s/%s", folder(), name);
  FILE *file = fopen(path.ptr, "rb");
  size_t n = file ? fread(bytes, 1, FILE_MAX, file) : 0;
  bool read = n > 0 && read_tzif(bytes, n, z);
  if (file) fclose(file);
  free(bytes);
  text_free(&path);
  return read;
}

typedef void (*name_fn)(void *user, const char *name);

/* Every name below a folder of the database; names of zones begin with a capital letter, other files do not. */
static void each_name(const char *below, name_fn visit, void *user) {
  text path = {0};
  struct dirent *entry;
  text_print(&path, "%s/%s", folder(), below);
  DIR *dir = opendir(path.ptr);
  while (dir && (entry = readdir(dir))) {
    text name = {0};
    struct stat st;
    text_print(&name, "%s%s%s", below, *below ? "/" : "", entry->d_name);
    text_clear(&path);
    text_print(&path, "%s/%s", folder(), name.ptr);
    bool zone = entry->d_name[0] >= 'A' && entry->d_name[0] <= 'Z' && stat(path.ptr, &st) == 0;
    if (zone && S_ISDIR(st.st_mode)) each_name(name.ptr, visit, user);
    if (zone && S_ISREG(st.st_mode)) visit(user, name.ptr);
    text_free(&name);
  }
  if (dir) closedir(dir);
  text_free(&path);
}

/* ---- telling ---- */

static void add_name(void *user, const char *name) {
  text *spec = user;
  text_print(spec, spec->ptr[spec->len - 1] == '[' ? "\"%s\"" : ",\"%s\"", name);
}

static void put_table(text *spec, const zone_table *z) {
  text_print(spec, ",\"offsets\":[");
  for (unsigned i = 0; i < z->n; i++) text_print(spec, "%s%d", i ? "," : "", z->offsets[i]);
  text_print(spec, "],\"begins\":[");
  for (unsigned i = 1; i < z->n; i++) text_print(spec, "%s%lld", i > 1 ? "," : "", (long long)z->begins[i]);
  text_print(spec, "]}");
}

typedef struct {
  const char *wanted;
  text found;
} spelling;

static void match_name(void *user, const char *name) {
  spelling *s = user;
  if (strcasecmp(name, s->wanted) == 0 && !s->found.len) text_print(&s->found, "%s", name);
}

/* As the database spells it, which keeps strange paths out. */
static bool find_zone(const char *wanted, zone_table *z) {
  spelling s = {.wanted = wanted};
  each_name("", match_name, &s);
  bool read = s.found.len && read_zone(s.found.ptr, z);
  text_free(&s.found);
  return read;
}

static void put_zone(text *spec, sonde_str wanted) {
  text name = {0};
  zone_table *z = memory_of(sizeof *z);
  z->n = 0;
  peek_add_text(&name, wanted);
  text_print(spec, "{\"job\":\"zone\",\"name\":");
  text_add(spec, wanted.ptr, wanted.len);
  if (name.ptr && find_zone(name.ptr, z)) {
    put_table(spec, z);
  } else {
    text_print(spec, ",\"names\":[");
    each_name("", add_name, spec);
    text_print(spec, "]}");
  }
  text_free(&name);
  free(z);
}

bool zones_bring(sonde_engine *engine, sonde_job *job, sonde_error *err) {
  sonde_str wanted, names = peek_member(sonde_job_info(job), "zones");
  bool told = true;
  for (size_t at = 0; told && peek_next(names, &at, &wanted);) {
    text spec = {0};
    put_zone(&spec, wanted);
    sonde_job *telling = sonde_job_start(engine, text_str(&spec), err);
    told = telling && sonde_job_step(telling, 0, err) == SONDE_DONE;
    sonde_job_free(telling);
    text_free(&spec);
  }
  return told;
}
