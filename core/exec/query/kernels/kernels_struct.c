/* Functions of structs and maps. */
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

static const nested *nested_at(const kernel_call *c, uint32_t arg, uint32_t row) {
  return COL_AT(&c->args[arg], const nested *, row);
}

static sonde_code put(const kernel_call *c, nested *x, uint32_t row, col *out) {
  if (!x) return c->err->code;
  col_put(out, row, (cell){.n = x});
  return SONDE_OK;
}

static void set_arg(nested *x, uint32_t at, const col *from, uint32_t row) {
  nested_validity(x)[at] = col_valid(from, row);
  if (x->valid[at]) nested_cells(x)[at] = col_cell(from, row);
}

static void set_child(nested *x, uint32_t at, const nested *from, uint32_t i) {
  nested_validity(x)[at] = nested_valid(from, i);
  nested_cells(x)[at] = from->cells[i];
}

/* ---- structs ---- */

sonde_code kernel_row(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    nested *x = nested_new(c->n_args, true, c->a, c->err);
    for (uint32_t k = 0; x && k < c->n_args; k++) set_arg(x, k, &c->args[k], i);
    SONDE_TRY(put(c, x, i, out));
  }
  return SONDE_OK;
}

static bool same_name(sonde_str a, sonde_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower_ascii(a.ptr[i]) != lower_ascii(b.ptr[i])) return false;
  return true;
}

static uint32_t field_of(const kernel_call *c) {
  const sql_type *t = c->args[0].type;
  const col *which = &c->args[1];
  for (uint32_t i = 0; i < t->n_children; i++)
    if (which->lane == LANE_STR ? t->names && same_name(t->names[i], COL_AT(which, sonde_str, 0))
                                : COL_AT(which, int64_t, 0) == (int64_t)i + 1)
      return i;
  return UINT32_MAX;
}

sonde_code kernel_struct_extract(const kernel_call *c, col *out) {
  uint32_t field = field_of(c);
  SONDE_CHECK(field != UINT32_MAX, c->err, SONDE_NAME, c->e->at, "the struct has no such field");
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *x = nested_at(c, 0, i);
    if (nested_valid(x, field))
      col_put(out, i, x->cells[field]);
    else
      col_put_null(out, i);
  }
  return SONDE_OK;
}

sonde_code kernel_struct_keys(const kernel_call *c, col *out) {
  const sql_type *t = c->args[0].type;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    nested *x = nested_new(t->n_children, false, c->a, c->err);
    for (uint32_t k = 0; x && k < t->n_children; k++)
      nested_cells(x)[k].s = t->names ? t->names[k] : (sonde_str){"", 0};
    SONDE_TRY(put(c, x, i, out));
  }
  return SONDE_OK;
}

/* ---- maps ---- */

static int64_t find_key(const sql_type *t, const nested *m, cell key) {
  for (uint32_t i = 0; i + 1 < m->n; i += 2)
    if (cell_compare(t, m->cells[i], key) == 0) return i;
  return -1;
}

static sonde_code check_key(const kernel_call *c, const nested *m, bool there, cell key) {
  SONDE_CHECK(there, c->err, SONDE_VALUE, c->e->at, "a map's key cannot be NULL");
  SONDE_CHECK(find_key(&c->e->type.children[0], m, key) < 0, c->err, SONDE_VALUE, c->e->at,
              "a map's keys have to be different");
  return SONDE_OK;
}

static sonde_code add_pair(const kernel_call *c, nested *m, bool key_there, cell key, bool there, cell v) {
  SONDE_TRY(check_key(c, m, key_there, key));
  nested_cells(m)[m->n] = key;
  nested_validity(m)[m->n] = 1;
  nested_cells(m)[m->n + 1] = v;
  nested_validity(m)[m->n + 1] = there;
  m->n += 2;
  return SONDE_OK;
}

static nested *new_map(const kernel_call *c, uint32_t pairs) {
  nested *m = nested_new(pairs * 2, true, c->a, c->err);
  if (m) m->n = 0;
  return m;
}

sonde_code kernel_map(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *keys = c->n_args ? nested_at(c, 0, i) : NULL,
                 *values = c->n_args ? nested_at(c, 1, i) : NULL;
    uint32_t n = keys ? keys->n : 0;
    SONDE_CHECK(!keys || values->n == n, c->err, SONDE_VALUE, c->e->at, "a map needs as many values as keys");
    nested *m = new_map(c, n);
    if (!m) return c->err->code;
    for (uint32_t k = 0; k < n; k++)
      SONDE_TRY(
          add_pair(c, m, nested_valid(keys, k), keys->cells[k], nested_valid(values, k), values->cells[k]));
    SONDE_TRY(put(c, m, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_map_entries_of(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *l = nested_at(c, 0, i);
    nested *m = new_map(c, l->n);
    if (!m) return c->err->code;
    for (uint32_t k = 0; k < l->n; k++) {
      SONDE_CHECK(nested_valid(l, k), c->err, SONDE_VALUE, c->e->at, "an entry of a map cannot be NULL");
      const nested *e = l->cells[k].n;
      SONDE_TRY(add_pair(c, m, nested_valid(e, 0), e->cells[0], nested_valid(e, 1), e->cells[1]));
    }
    SONDE_TRY(put(c, m, i, out));
  }
  return SONDE_OK;
}

/* map_extract answers a list of at most one value, map_extract_value the value, map_contains whether it is there. */
sonde_code kernel_map_lookup(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  const sql_type *t = c->args[0].type;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    bool there = t->id == SQL_MAP && col_valid(&c->args[0], i);
    const nested *m = there ? nested_at(c, 0, i) : NULL;
    int64_t at =
        there && col_valid(&c->args[1], i) ? find_key(&t->children[0], m, col_cell(&c->args[1], i)) : -1;
    bool found = at >= 0 && nested_valid(m, (uint32_t)at + 1);
    if (fn == FN_MAP_CONTAINS && there) {
      col_put(out, i, (cell){.b = at >= 0});
    } else if (fn == FN_MAP_EXTRACT && there) {
      nested *x = nested_new(at >= 0, true, c->a, c->err);
      if (x && at >= 0) set_child(x, 0, m, (uint32_t)at + 1);
      SONDE_TRY(put(c, x, i, out));
    } else if (fn == FN_MAP_VALUE && found) {
      col_put(out, i, m->cells[at + 1]);
    } else {
      col_put_null(out, i);
    }
  }
  return SONDE_OK;
}

static sonde_code entry(const kernel_call *c, const nested *m, uint32_t k, cell *out) {
  nested *e = nested_new(2, true, c->a, c->err);
  if (!e) return c->err->code;
  set_child(e, 0, m, 2 * k);
  set_child(e, 1, m, 2 * k + 1);
  out->n = e;
  return SONDE_OK;
}

sonde_code kernel_map_parts(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *m = nested_at(c, 0, i);
    if (fn == FN_CARDINALITY) {
      col_put(out, i, (cell){.w = m->n / 2});
      continue;
    }
    nested *x = nested_new(m->n / 2, true, c->a, c->err);
    if (!x) return c->err->code;
    for (uint32_t k = 0; k < x->n; k++) {
      if (fn == FN_MAP_ENTRIES)
        SONDE_TRY(entry(c, m, k, &nested_cells(x)[k]));
      else
        set_child(x, k, m, 2 * k + (fn == FN_MAP_VALUES));
    }
    SONDE_TRY(put(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_map_concat(const kernel_call *c, col *out) {
  const sql_type *t = &c->e->type;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t n = 0, maps = 0;
    for (uint32_t k = 0; k < c->n_args; k++)
      if (col_valid(&c->args[k], i)) n += nested_at(c, k, i)->n / 2, maps++;
    nested *m = new_map(c, n);
    if (!m) return c->err->code;
    for (uint32_t k = 0; k < c->n_args; k++) {
      const nested *from = col_valid(&c->args[k], i) ? nested_at(c, k, i) : NULL;
      for (uint32_t j = 0; from && j < from->n; j += 2) {
        int64_t at = find_key(&t->children[0], m, from->cells[j]);
        uint32_t to = at < 0 ? m->n : (uint32_t)at;
        set_child(m, to, from, j);
        set_child(m, to + 1, from, j + 1);
        if (at < 0) m->n += 2;
      }
    }
    SONDE_TRY(put(c, m, i, out));
    if (!maps) col_put_null(out, i);
  }
  return SONDE_OK;
}
