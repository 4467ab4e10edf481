/* Files as tables: opened, inflated, indexed, imported; several of them as one. */
#include "query_tables.h"
#include "peek.h"
#include "table_load.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool ask(host *h, text *spec, text *info, sonde_error *err) {
  bool done = host_run(h, text_str(spec), NULL, NULL, info, err);
  text_clear(spec);
  return done;
}

/* `read`: ReadOptions. */
static bool load(host *h, const char *path, const char *name, sonde_str read, uint64_t *id,
                 sonde_error *err) {
  text info = {0};
  uint32_t source = host_add(h, path, err);
  bool done = source && table_load(h, source, str_from(name), read, &info, err);
  *id = done ? peek_u64(peek_member(text_str(&info), "table")) : 0;
  text_free(&info);
  return done;
}

static void add_named(query_tables *t, sonde_str name, uint64_t id) {
  if (t->count == t->cap) {
    t->cap = t->cap ? t->cap * 2 : 8;
    query_table *more = memory_of(t->cap * sizeof *more);
    if (t->count) memcpy(more, t->items, t->count * sizeof *more);
    free(t->items);
    t->items = more;
  }
  char *copy = memory_of(name.len + 1);
  memcpy(copy, name.ptr, name.len);
  copy[name.len] = '\0';
  t->items[t->count++] = (query_table){copy, id};
}

static const char *name_in(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool tables_add(query_tables *t, sonde_str name, const char *path, sonde_error *err) {
  uint64_t id;
  if (!load(t->host, path, name_in(path), str_from("{}"), &id, err)) return false;
  add_named(t, name, id);
  return true;
}

/* ---- the files of a statement ---- */

/* A table in the making. */
typedef struct {
  host *host;
  sonde_str read;
  text ids; /* of its files, with commas */
  size_t count;
  uint64_t last;
  bool folders; /* one of their paths may have folders called key=value, which make columns */
} files_table;

/* The reason, behind the file's name and at the place in the SQL that names it. */
static bool blame(const char *path, sonde_str file, sonde_error *err) {
  sonde_error inner = *err;
  bool named = strstr(inner.message, path) != NULL;
  err->source = 0;
  err->at = peek_u64(peek_member(file, "at"));
  snprintf(err->message, sizeof err->message, "%.100s%s%.120s", named ? "" : path, named ? "" : ": ",
           inner.message);
  return false;
}

static bool add_file(files_table *f, const char *path, sonde_error *err) {
  if (!load(f->host, path, path, f->read, &f->last, err)) return false;
  text_print(&f->ids, "%s%llu", f->count++ ? "," : "", (unsigned long long)f->last);
  f->folders |= strchr(path, '=') != NULL;
  return true;
}

static bool add_matching(files_table *f, const char *pattern, sonde_error *err) {
  glob_t found = {0};
  if (glob(pattern, 0, NULL, &found) != 0) {
    *err = (sonde_error){.code = SONDE_BYTES, .message = "there is no such file"};
    return false;
  }
  bool done = true;
  for (size_t i = 0; i < found.gl_pathc && done; i++) done = add_file(f, found.gl_pathv[i], err);
  globfree(&found);
  return done;
}

/* A file may be called like a pattern. */
static bool add_path(files_table *f, const char *path, sonde_error *err) {
  bool pattern = strpbrk(path, "*?[") && access(path, F_OK) != 0;
  return pattern ? add_matching(f, path, err) : add_file(f, path, err);
}

static bool unite(files_table *f, sonde_str file, sonde_error *err) {
  text spec = {0}, info = {0};
  text_print(&spec, "{\"job\":\"union\",\"tables\":[%s],\"name\":\"files\",\"filename\":", f->ids.ptr);
  sonde_str filename = peek_member(file, "filename");
  text_add(&spec, filename.ptr, filename.len);
  text_print(&spec, ",\"folders\":");
  sonde_str folders = peek_member(file, "folders");
  text_add(&spec, folders.ptr, folders.len);
  text_add(&spec, "}", 1);
  bool done = ask(f->host, &spec, &info, err);
  if (done) f->last = peek_u64(peek_member(text_str(&info), "table"));
  text_free(&spec);
  text_free(&info);
  return done;
}

static bool add_paths(files_table *f, sonde_str file, sonde_error *err) {
  text path = {0};
  sonde_str one;
  bool done = true;
  for (size_t at = 0; done && peek_next(peek_member(file, "paths"), &at, &one);) {
    text_clear(&path);
    peek_add_text(&path, one);
    done = add_path(f, path.ptr, err) || blame(path.ptr, file, err);
  }
  text_free(&path);
  return done;
}

static bool add_table(query_tables *t, sonde_str name, sonde_str file, sonde_error *err) {
  files_table f = {.host = t->host, .read = peek_member(file, "read")};
  bool done = add_paths(&f, file, err);
  bool several = f.count > 1 || f.folders || peek_member(file, "filename").len > strlen("\"\"");
  if (done && several) done = unite(&f, file, err) || blame("files", file, err);
  if (done) add_named(t, name, f.last);
  text_free(&f.ids);
  return done;
}

static bool has(const query_tables *t, const char *name) {
  for (size_t i = 0; i < t->count; i++)
    if (strcmp(t->items[i].name, name) == 0) return true;
  return false;
}

bool tables_add_files(query_tables *t, sonde_str sql, sonde_error *err) {
  text spec = {0}, info = {0}, name = {0};
  sonde_str file;
  text_print(&spec, "{\"job\":\"files\",\"sql\":");
  text_add_json(&spec, sql);
  text_add(&spec, "}", 1);
  bool done = ask(t->host, &spec, &info, err);
  for (size_t at = 0; done && peek_next(peek_member(text_str(&info), "files"), &at, &file);) {
    text_clear(&name);
    peek_add_text(&name, peek_member(file, "name"));
    done = has(t, name.ptr) || add_table(t, text_str(&name), file, err);
  }
  text_free(&spec);
  text_free(&info);
  text_free(&name);
  return done;
}

void tables_put(const query_tables *t, text *out) {
  text_add(out, "[", 1);
  for (size_t i = 0; i < t->count; i++) {
    text_print(out, "%s{\"table\":%llu,\"name\":", i ? "," : "", (unsigned long long)t->items[i].id);
    text_add_json(out, str_from(t->items[i].name));
    text_add(out, "}", 1);
  }
  text_add(out, "]", 1);
}

void tables_free(query_tables *t) {
  for (size_t i = 0; i < t->count; i++) free(t->items[i].name);
  free(t->items);
  *t = (query_tables){0};
}
