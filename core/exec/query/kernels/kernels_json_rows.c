/* json_each and json_tree: the parts of JSON values as lists of rows. json_merge_patch (RFC 7396). */
#include <string.h>

#include "exec/query/kernels/json_parts.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

/* ---- rows ---- */

enum { ROW_KEY, ROW_VALUE, ROW_TYPE, ROW_ATOM, ROW_ID, ROW_PARENT, ROW_FULLKEY, ROW_PATH, ROW_FIELDS };

typedef struct {
  const kernel_call *c;
  buf text;
  nested *rows;
  uint32_t n;
  bool deep; /* json_tree */
} listing;

/* A part and where it is. */
typedef struct {
  const json *j;
  sonde_str key, fullkey, path; /* key.ptr NULL: the value that was asked for */
  uint64_t id, parent;          /* UINT64_MAX: none */
} place;

static uint64_t names_of(const json *j) { return j->kind == JSON_OBJECT; }

/* Values are numbered as they stand in the text, the names of members too. */
static uint64_t numbers_of(const json *j) {
  uint64_t n = 1;
  for (const json *e = json_is_nested(j) ? j->first : NULL; e; e = e->next) n += names_of(j) + numbers_of(e);
  return n;
}

static uint32_t rows_of(const json *j) {
  uint32_t n = 1;
  for (const json *e = json_is_nested(j) ? j->first : NULL; e; e = e->next) n += rows_of(e);
  return n;
}

static bool find_number(const json *j, const json *wanted, uint64_t *id) {
  if (j == wanted) return true;
  for (const json *e = json_is_nested(j) ? j->first : NULL; e; e = e->next) {
    uint64_t before = *id;
    *id += 1 + names_of(j);
    if (find_number(e, wanted, id)) return true;
    *id = before + names_of(j) + numbers_of(e);
  }
  return false;
}

static void set_text(nested *row, uint32_t field, sonde_str s) {
  nested_validity(row)[field] = s.ptr != NULL;
  nested_cells(row)[field].s = s;
}

static void set_number(nested *row, uint32_t field, uint64_t number) {
  nested_validity(row)[field] = number != UINT64_MAX;
  nested_cells(row)[field].w = (i128)number;
}

static sonde_code add_row(listing *x, const place *at) {
  const char *type = json_type(at->j);
  sonde_str text, none = {NULL, 0};
  bool atom = !json_is_nested(at->j) && at->j->kind != JSON_NULL;
  nested *row = nested_new(ROW_FIELDS, true, x->c->a, x->c->err);
  if (!row) return x->c->err->code;
  json_put(&x->text, at->j);
  SONDE_TRY(text_take(x->c, &x->text, &text));
  set_text(row, ROW_KEY, at->key);
  set_text(row, ROW_VALUE, text);
  set_text(row, ROW_TYPE, (sonde_str){type, strlen(type)});
  set_text(row, ROW_ATOM, atom ? text : none);
  set_number(row, ROW_ID, at->id);
  set_number(row, ROW_PARENT, at->parent);
  set_text(row, ROW_FULLKEY, at->fullkey);
  set_text(row, ROW_PATH, at->path);
  nested_cells(x->rows)[x->n++].n = row;
  return SONDE_OK;
}

static sonde_code name_place(listing *x, bool object, uint32_t i, place *at) {
  if (object) {
    at->key = at->j->name;
  } else {
    buf_printf(&x->text, "%u", i);
    SONDE_TRY(text_take(x->c, &x->text, &at->key));
  }
  buf_put(&x->text, at->path.ptr, at->path.len);
  buf_printf(&x->text, object ? "." : "[");
  buf_put(&x->text, at->key.ptr, at->key.len);
  if (!object) buf_u8(&x->text, ']');
  return text_take(x->c, &x->text, &at->fullkey);
}

static sonde_code add_parts(listing *x, const place *of) {
  bool object = of->j->kind == JSON_OBJECT;
  uint64_t id = of->id + 1;
  uint32_t i = 0;
  for (const json *e = of->j->first; e; e = e->next, i++) {
    place at = {.j = e, .path = of->fullkey, .id = id + object, .parent = x->deep ? of->id : UINT64_MAX};
    SONDE_TRY(name_place(x, object, i, &at));
    SONDE_TRY(add_row(x, &at));
    if (x->deep && json_is_nested(e)) SONDE_TRY(add_parts(x, &at));
    id = at.id + numbers_of(e);
  }
  return SONDE_OK;
}

/* $ and what follows it, or the name of a member. */
static sonde_code path_of(listing *x, uint32_t row, sonde_str *out) {
  sonde_str path = x->c->n_args > 1 ? text_at(x->c, 1, row) : (sonde_str){"$", 1};
  if (path.len == 0 || *path.ptr != '$') buf_put(&x->text, "$.", 2);
  buf_put(&x->text, path.ptr, path.len);
  return text_take(x->c, &x->text, out);
}

static sonde_code list_parts(listing *x, uint32_t i) {
  place at = {.id = 0, .parent = UINT64_MAX};
  const json *whole;
  SONDE_TRY(json_read(x->c, 0, i, &whole));
  SONDE_TRY(json_part(x->c, whole, i, &at.j));
  bool nested_value = at.j && json_is_nested(at.j), itself = at.j && (x->deep || !nested_value);
  uint32_t n = !at.j ? 0 : itself ? rows_of(at.j) : (uint32_t)json_count(at.j);
  x->rows = nested_new(n, false, x->c->a, x->c->err);
  x->n = 0;
  if (!x->rows) return x->c->err->code;
  if (n == 0) return SONDE_OK;
  find_number(whole, at.j, &at.id);
  SONDE_TRY(path_of(x, i, &at.fullkey));
  at.path = at.fullkey;
  if (itself) SONDE_TRY(add_row(x, &at));
  return nested_value ? add_parts(x, &at) : SONDE_OK;
}

sonde_code kernel_json_rows(const kernel_call *c, col *out) {
  listing x = {.c = c, .deep = c->e->function == FN_JSON_TREE};
  buf_init(&x.text, c->run->mem, JSON_TEXT_MAX);
  sonde_code code = kernel_out_nullable(c, out);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    code = list_parts(&x, i);
    if (code == SONDE_OK) col_put(out, i, (cell){.n = x.rows});
  }
  buf_free(&x.text);
  return code;
}

/* ---- merging ---- */

static void put_name(buf *b, const json *m, bool *any) {
  if (*any) buf_u8(b, ',');
  *any = true;
  json_put_str(b, m->name);
  buf_u8(b, ':');
}

/* Members that only `j` has, then those of the patch: its nulls take members away. */
static void put_merged(buf *b, const json *j, const json *patch) {
  bool any = false;
  if (patch->kind != JSON_OBJECT) {
    json_put(b, patch);
    return;
  }
  buf_u8(b, '{');
  for (const json *m = j && j->kind == JSON_OBJECT ? j->first : NULL; m; m = m->next) {
    if (json_member(patch, m->name)) continue;
    put_name(b, m, &any);
    json_put(b, m);
  }
  for (const json *m = patch->first; m; m = m->next) {
    if (m->kind == JSON_NULL) continue;
    put_name(b, m, &any);
    put_merged(b, j ? json_member(j, m->name) : NULL, m);
  }
  buf_u8(b, '}');
}

/* One patch after the other. As in DuckDB: what is no object is replaced by the patch as it is, and a null by what follows it. */
static sonde_code merge_row(const kernel_call *c, uint32_t i, buf *b, const json **merged) {
  *merged = NULL;
  for (uint32_t k = 0; k < c->n_args; k++) {
    const json *patch = NULL;
    sonde_str text;
    if (col_valid(&c->args[k], i)) SONDE_TRY(json_read(c, k, i, &patch));
    if (*merged && patch && (*merged)->kind == JSON_OBJECT) {
      put_merged(b, *merged, patch);
      SONDE_TRY(text_take(c, b, &text));
      patch = json_of(c, text);
      SONDE_CHECK(patch, c->err, SONDE_LIMIT, c->e->at, "what is merged is nested too deep");
    }
    *merged = patch;
  }
  return SONDE_OK;
}

sonde_code kernel_json_merge_patch(const kernel_call *c, col *out) {
  buf b;
  buf_init(&b, c->run->mem, JSON_TEXT_MAX);
  sonde_code code = kernel_out_nullable(c, out);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    const json *merged;
    sonde_str s = {NULL, 0};
    code = merge_row(c, i, &b, &merged);
    if (code == SONDE_OK && merged) {
      json_put(&b, merged);
      code = text_take(c, &b, &s);
    }
    col_put(out, i, (cell){.s = s});
    if (!merged) col_put_null(out, i);
  }
  buf_free(&b);
  return code;
}
