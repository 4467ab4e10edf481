/* catalog.json: {"tables": [{"name", "paths", "format", "description", "columns"}]}, and the roots' own files, each a table
 * that is called like it without its ending. */
#include "catalog.h"
#include "json_check.h"
#include "peek.h"
#include "request.h"
#include "target.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A root may be somebody's whole home folder: after some time enough was found. */
enum { FILE_MAX = 16 << 20, FOLDERS_DEEP = 16, VISITS_MAX = 50000 };

struct catalog_piece {
  catalog_piece *next;
  char bytes[];
};

typedef struct {
  catalog *catalog;
  const roots *roots;
  char *why;
  unsigned cap, visits;
} maker;

__attribute__((format(printf, 2, 3))) static bool fail(maker *m, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(m->why, 256, format, args);
  va_end(args);
  return false;
}

/* ---- its memory ---- */

static void *room(catalog *c, size_t size) {
  catalog_piece *p = memory_of(sizeof *p + size);
  p->next = c->pieces;
  c->pieces = p;
  return p->bytes;
}

static char *keep(catalog *c, const char *bytes, size_t len) {
  char *copy = room(c, len + 1);
  if (len) memcpy(copy, bytes, len);
  copy[len] = '\0';
  return copy;
}

static char *keep_place(catalog *c, const char *path) {
  size_t len = strlen(path);
  char *place = room(c, len + 2);
  *place = '/';
  memcpy(place + 1, path, len + 1);
  return place;
}

static char *keep_string(catalog *c, sonde_str json) {
  text plain = {0};
  peek_add_text(&plain, json);
  char *copy = keep(c, plain.ptr, plain.len);
  text_free(&plain);
  return copy;
}

catalog *catalog_share(catalog *c) {
  atomic_fetch_add(&c->users, 1);
  return c;
}

void catalog_release(catalog *c) {
  if (!c || atomic_fetch_sub(&c->users, 1) > 1) return;
  for (catalog_piece *p = c->pieces, *next; p; p = next) {
    next = p->next;
    free(p);
  }
  free(c->tables);
  free(c);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(((const catalog_table *)a)->name, ((const catalog_table *)b)->name);
}

const catalog_table *catalog_find(const catalog *c, sonde_str name) {
  char copy[CATALOG_NAME_MAX + 1];
  if (name.len > CATALOG_NAME_MAX || !c->count) return NULL;
  memcpy(copy, name.ptr, name.len);
  copy[name.len] = '\0';
  catalog_table wanted = {.name = copy};
  return bsearch(&wanted, c->tables, c->count, sizeof *c->tables, compare_names);
}

static bool has(const catalog *c, const char *name) {
  for (unsigned i = 0; i < c->count; i++)
    if (strcmp(c->tables[i].name, name) == 0) return true;
  return false;
}

static bool add(maker *m, const catalog_table *table) {
  catalog *c = m->catalog;
  if (c->count == CATALOG_TABLES_MAX) return fail(m, "more than %d tables", CATALOG_TABLES_MAX);
  if (c->count == m->cap) {
    m->cap = m->cap ? 2 * m->cap : 64;
    catalog_table *more = memory_of(m->cap * sizeof *more);
    if (c->count) memcpy(more, c->tables, c->count * sizeof *more);
    free(c->tables);
    c->tables = more;
  }
  c->tables[c->count++] = *table;
  return true;
}

/* ---- the file ---- */

/* A name stands in the scopes of signatures, where "*" is all tables, a slash begins a place, and blanks around it may get lost. */
static bool is_name(const char *name) {
  size_t len = strlen(name);
  if (!len || len > CATALOG_NAME_MAX || strcmp(name, "*") == 0 || strchr("/ ", *name) || name[len - 1] == ' ')
    return false;
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '"' || name[i] == ',') return false;
  return true;
}

static bool is_string(sonde_str json) { return json.len && *json.ptr == '"'; }

static bool take_path(maker *m, catalog_table *t, sonde_str json) {
  const char *path = keep_string(m->catalog, json);
  sonde_str beneath = str_from(path);
  if (!is_string(json) || !beneath.len || !path_is_plain(beneath))
    return fail(m, "table %s: %.100s is no path beneath a root", t->name, path);
  int folder = roots_find(m->roots, &beneath);
  if (folder == NO_ROOT) return fail(m, "table %s: %.100s lies in no root", t->name, path);
  t->files[t->file_count++] = (catalog_file){folder, beneath.ptr};
  return true;
}

static bool take_paths(maker *m, catalog_table *t, sonde_str paths) {
  sonde_str path;
  size_t n = paths.len && *paths.ptr == '[' ? peek_count(paths) : 0;
  if (!n || n > CATALOG_FILES_MAX)
    return fail(m, "table %s: \"paths\" is a list of 1 to %d files", t->name, CATALOG_FILES_MAX);
  t->files = room(m->catalog, n * sizeof *t->files);
  for (size_t at = 0; peek_next(paths, &at, &path);)
    if (!take_path(m, t, path)) return false;
  return true;
}

static const char *optional_text(maker *m, sonde_str entry, const char *name) {
  sonde_str json = peek_member(entry, name);
  return is_string(json) ? keep_string(m->catalog, json) : "";
}

static bool take_entry(maker *m, sonde_str entry) {
  catalog_table t = {0};
  sonde_str name = *entry.ptr == '{' ? peek_member(entry, "name") : (sonde_str){0};
  t.name = is_string(name) ? keep_string(m->catalog, name) : "";
  if (!is_name(t.name))
    return fail(
        m,
        "a table's name is missing, is *, begins with a slash, or has a comma, a quotation mark, a control "
        "character or a blank at an end");
  if (has(m->catalog, t.name)) return fail(m, "two tables are called %.100s", t.name);
  t.format = optional_text(m, entry, "format");
  t.description = optional_text(m, entry, "description");
  sonde_str columns = peek_member(entry, "columns");
  if (columns.len && *columns.ptr == '{')
    t.columns = (sonde_str){keep(m->catalog, columns.ptr, columns.len), columns.len};
  return take_paths(m, &t, peek_member(entry, "paths")) && add(m, &t);
}

static bool take_file(maker *m, sonde_str json) {
  size_t at;
  sonde_str entry;
  if (!json_check(json, &at)) return fail(m, "it is no JSON (byte %zu)", at);
  sonde_str tables = *json.ptr == '{' ? peek_member(json, "tables") : (sonde_str){0};
  if (!tables.len || *tables.ptr != '[') return fail(m, "it has no list \"tables\"");
  for (size_t next = 0; peek_next(tables, &next, &entry);)
    if (!take_entry(m, entry)) return false;
  return true;
}

static bool read_file(maker *m, const char *path) {
  text json = {0};
  char part[65536];
  FILE *file = fopen(path, "re");
  if (!file) return fail(m, "%s", strerror(errno));
  for (size_t n; json.len <= FILE_MAX && (n = fread(part, 1, sizeof part, file)) > 0;)
    text_add(&json, part, n);
  bool read = !ferror(file) && json.len <= FILE_MAX;
  fclose(file);
  bool taken = read ? json.len ? take_file(m, text_str(&json)) : fail(m, "it is empty")
                    : fail(m, "it cannot be read, or is larger than %d MiB", FILE_MAX >> 20);
  text_free(&json);
  return taken;
}

/* ---- the roots ---- */

static const struct {
  const char *ending, *format;
} kinds[] = {{".csv", "csv"},     {".tsv", "csv"},    {".parquet", "parquet"}, {".csv.gz", "csv"},
             {".csv.zst", "csv"}, {".tsv.gz", "csv"}, {".tsv.zst", "csv"}};

/* NULL: not a table. */
static const char *kind_of(const char *path, size_t *stem) {
  size_t len = strlen(path);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    size_t ending = strlen(kinds[i].ending);
    if (len <= ending || strcmp(path + len - ending, kinds[i].ending) != 0) continue;
    *stem = len - ending;
    return kinds[i].format;
  }
  return NULL;
}

/* A folder of the root that is called like another root cannot be seen at /v1/f. */
static bool is_hidden_by_root(const maker *m, int folder, const char *name) {
  sonde_str path = str_from(name);
  return roots_find(m->roots, &path) != folder;
}

/* Where two files would share a name the later has all of its own; `skip`: the root's name is not of the path. */
static bool add_found(maker *m, int folder, const char *name, size_t skip) {
  size_t stem;
  const char *format = kind_of(name, &stem);
  if (!format || is_hidden_by_root(m, folder, name)) return true;
  catalog_table t = {.format = format, .description = "", .file_count = 1};
  t.name = keep(m->catalog, name, stem);
  if (has(m->catalog, t.name)) t.name = keep(m->catalog, name, strlen(name));
  if (!is_name(t.name) || has(m->catalog, t.name)) return true;
  t.files = room(m->catalog, sizeof *t.files);
  t.place = keep_place(m->catalog, name);
  *t.files = (catalog_file){folder, t.place + 1 + skip};
  return add(m, &t);
}

static bool walk(maker *m, int folder, int fd, const char *below, size_t skip, int depth);

static bool visit(maker *m, int folder, int at, const char *entry, const char *name, size_t skip, int depth) {
  struct stat st;
  if (m->visits++ == VISITS_MAX) return false;
  if (fstatat(at, entry, &st, AT_SYMLINK_NOFOLLOW) != 0) return true;
  if (S_ISREG(st.st_mode)) return add_found(m, folder, name, skip);
  if (!S_ISDIR(st.st_mode) || depth == FOLDERS_DEEP) return true;
  int fd = openat(at, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return fd < 0 || walk(m, folder, fd, name, skip, depth + 1);
}

/* In the order of names, so that the same files always have the same ones. */
static bool walk(maker *m, int folder, int fd, const char *below, size_t skip, int depth) {
  struct dirent **entries;
  int n = scandirat(fd, ".", &entries, NULL, alphasort);
  bool going = true;
  for (int i = 0; i < n; i++) {
    text name = {0};
    text_print(&name, "%s%s%s", below, *below ? "/" : "", entries[i]->d_name);
    if (entries[i]->d_name[0] != '.' && going)
      going = visit(m, folder, fd, entries[i]->d_name, name.ptr, skip, depth);
    text_free(&name);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  close(fd);
  return going;
}

static bool walk_root(maker *m, int folder, const char *name) {
  int fd = folder == NO_ROOT ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 || walk(m, folder, fd, name, *name ? strlen(name) + 1 : 0, 0);
}

static void walk_roots(maker *m) {
  bool going = walk_root(m, m->roots->root, "");
  for (unsigned i = 0; i < m->roots->named_count && going; i++)
    going = walk_root(m, m->roots->named[i].fd, m->roots->named[i].name);
}

catalog *catalog_load(const config *settings, const roots *from, char why[256]) {
  maker m = {.catalog = memory_of(sizeof *m.catalog), .roots = from, .why = why};
  *m.catalog = (catalog){0};
  atomic_init(&m.catalog->users, 1);
  bool made = !settings->catalog || read_file(&m, settings->catalog);
  if (made) walk_roots(&m);
  if (made && m.catalog->count)
    qsort(m.catalog->tables, m.catalog->count, sizeof *m.catalog->tables, compare_names);
  if (made) return m.catalog;
  catalog_release(m.catalog);
  return NULL;
}
