/* Typed expressions: making them, comparing, walking and changing them. */
#include <string.h>

#include "sql/bind.h"

/* ---- making ---- */

expr *ex_new(binder *b, int kind, sql_type type, size_t at, uint32_t n_args) {
  expr *e = bind_alloc(b, sizeof *e);
  ex *args = n_args ? bind_alloc(b, n_args * sizeof *args) : NULL;
  if (!e || (n_args && !args)) {
    b->no_expr = (expr){.kind = EXPR_CONST, .constant.null = true};
    return &b->no_expr;
  }
  *e = (expr){.kind = (uint8_t)kind, .type = type, .at = (uint32_t)at, .n_args = n_args, .args = args};
  return e;
}

/* The failed node has no room for arguments. */
static void set_arg(expr *e, uint32_t i, ex arg) {
  if (i < e->n_args) e->args[i] = arg;
}

sql_type plain(sql_type t) {
  t.literal = 0;
  return t;
}

ex ex_column(binder *b, uint32_t id, sql_type type, size_t at) {
  expr *e = ex_new(b, EXPR_COLUMN, plain(type), at, 0);
  e->index = id;
  return e;
}

static expr *constant(binder *b, sql_type type, size_t at) { return ex_new(b, EXPR_CONST, type, at, 0); }

ex ex_null(binder *b, size_t at) {
  expr *e = constant(b, sql_simple(SQL_NULL), at);
  e->constant.null = true;
  return e;
}

ex ex_bool(binder *b, bool truth, size_t at) {
  expr *e = constant(b, sql_simple(SQL_BOOL), at);
  e->constant.v.b = truth;
  return e;
}

ex ex_integer(binder *b, int64_t i, size_t at) {
  expr *e = constant(b, sql_simple(SQL_BIGINT), at);
  e->constant.v.i = i;
  return e;
}

ex ex_text(binder *b, sonde_str s, size_t at) {
  sql_type type = sql_simple(SQL_TEXT);
  type.literal = SQL_TEXT;
  expr *e = constant(b, type, at);
  e->constant.v.s = s;
  return e;
}

static bool is_null_constant(ex e) { return e->kind == EXPR_CONST && e->constant.null; }

static ex cast_by(binder *b, int kind, ex e, sql_type type) {
  type = plain(type);
  if (type.id == SQL_NULL) return e->type.id == SQL_NULL ? e : ex_null(b, e->at);
  if (sql_type_equal(&e->type, &type)) {
    if (!e->type.literal) return e;
    expr *same = ex_new(b, EXPR_CONST, type, e->at, 0);
    *same = *e;
    same->type = type;
    return same;
  }
  if (is_null_constant(e)) {
    expr *none = constant(b, type, e->at);
    none->constant.null = true;
    return none;
  }
  ex folded = fold_number(b, e, type);
  if (folded) return folded;
  expr *cast = ex_new(b, kind, type, e->at, 1);
  set_arg(cast, 0, e);
  return cast;
}

ex ex_cast(binder *b, ex e, sql_type type) { return cast_by(b, EXPR_CAST, e, type); }
ex ex_try_cast(binder *b, ex e, sql_type type) { return cast_by(b, EXPR_TRY_CAST, e, type); }

ex ex_not(binder *b, ex e) {
  expr *not = ex_new(b, EXPR_NOT, sql_simple(SQL_BOOL), e->at, 1);
  set_arg(not, 0, ex_cast(b, e, sql_simple(SQL_BOOL)));
  return not ;
}

ex ex_and(binder *b, ex left, ex right) {
  if (!left || !right) return left ? left : right;
  ex_list parts = {0};
  ex_split(b, left, &parts);
  ex_split(b, right, &parts);
  expr *both = ex_new(b, EXPR_AND, sql_simple(SQL_BOOL), left->at, parts.count);
  for (uint32_t i = 0; i < parts.count; i++) set_arg(both, i, parts.items[i]);
  return both;
}

ex ex_all(binder *b, const ex_list *list) {
  ex_list parts = {0};
  if (list->count < 2) return list->count ? list->items[0] : NULL;
  for (uint32_t i = 0; i < list->count; i++) ex_split(b, list->items[i], &parts);
  expr *all = ex_new(b, EXPR_AND, sql_simple(SQL_BOOL), list->items[0]->at, parts.count);
  for (uint32_t i = 0; i < parts.count; i++) set_arg(all, i, parts.items[i]);
  return all;
}

ex ex_is_null(binder *b, ex e, bool negated) {
  expr *is = ex_new(b, negated ? EXPR_IS_NOT_NULL : EXPR_IS_NULL, sql_simple(SQL_BOOL), e->at, 1);
  set_arg(is, 0, e);
  return is;
}

/* ---- functions ---- */

static function_argument *arguments_of(binder *b, const ex_list *args, const sonde_str *names) {
  function_argument *out = bind_alloc(b, (args->count + 1) * sizeof *out);
  for (uint32_t i = 0; out && i < args->count; i++) {
    ex e = args->items[i];
    out[i] = (function_argument){.type = e->type, .constant = e->kind == EXPR_CONST ? &e->constant : NULL};
    if (names) out[i].name = names[i];
  }
  return out;
}

/* timezone('Europe/Rome', …): that zone will be needed. */
static void note_zone(binder *b, const expr *call) {
  ex name = call->function == FN_AT_TIME_ZONE ? call->args[0] : NULL;
  if (!name || name->kind != EXPR_CONST || name->constant.null) return;
  sql_zone z = {name->constant.v.s, name->at};
  PUSH(b, &b->zones, z);
}

ex ex_function(binder *b, sonde_str name, function_kind kind, size_t at, const ex_list *args,
               const sonde_str *names) {
  function_argument *given = arguments_of(b, args, names);
  function_binding found;
  if (!given) return &b->no_expr;
  sonde_code code = function_bind(name, kind, given, args->count, (uint32_t)at, b->memory, &found, b->err);
  if (code != SONDE_OK) {
    b->failed = code;
    return &b->no_expr;
  }
  expr *e = ex_new(b, EXPR_CALL, found.result, at, args->count);
  e->function = (uint16_t)found.id;
  for (uint32_t i = 0; i < e->n_args; i++) {
    bool lambda = args->items[i]->kind == EXPR_LAMBDA;
    e->args[i] = lambda ? args->items[i] : ex_cast(b, args->items[i], found.parameters[i]);
  }
  if (e->n_args) note_zone(b, e);
  return e;
}

ex ex_call(binder *b, const char *name, size_t at, uint32_t n, const ex *args) {
  ex_list list = {0};
  for (uint32_t i = 0; i < n; i++) PUSH(b, &list, args[i]);
  return ex_function(b, str_of(name), FUNCTION_SCALAR, at, &list, NULL);
}

static const char *printed(binder *b, const sql_type *t, char out[64]) {
  buf text;
  buf_init(&text, b->memory->mem, 4096);
  sql_type_print(t, &text);
  size_t n = text.len < 63 ? text.len : 63;
  if (n) memcpy(out, text.data, n);
  out[n] = '\0';
  buf_free(&text);
  return out;
}

sql_type ex_unify(binder *b, size_t at, const char *what, const sql_type *left, const sql_type *right) {
  sql_type out = *left;
  char x[64], y[64];
  if (!b->failed && !sql_type_unify(left, right, b->memory, &out, b->err)) {
    bind_fail(b, SONDE_TYPE, at, "%s are of types that do not meet, %s and %s: cast one of them", what,
              printed(b, left, x), printed(b, right, y));
  }
  return out;
}

/* ---- walking ---- */

bool ex_is_column(ex e) { return e->kind == EXPR_COLUMN; }

bool ex_walk(ex e, ex_visit visit, void *user) {
  if (!visit(user, e)) return false;
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (!ex_walk(e->args[i], visit, user)) return false;
  }
  return true;
}

static bool count_down(void *user, ex e) {
  (void)e;
  return (*(uint32_t *)user)-- > 1;
}

bool ex_is_larger(ex e, uint32_t nodes) { return !ex_walk(e, count_down, &nodes); }

static bool is_other_kind(void *user, ex e) { return e->kind != *(const int *)user; }
bool ex_has_kind(ex e, int kind) { return !ex_walk(e, is_other_kind, &kind); }

ex ex_map(binder *b, ex e, ex_change change, void *user) {
  ex changed = change(user, e);
  if (changed || b->failed) return changed ? changed : e;
  expr *copy = NULL;
  for (uint32_t i = 0; i < e->n_args; i++) {
    ex arg = ex_map(b, e->args[i], change, user);
    if (arg == e->args[i]) continue;
    if (!copy) {
      copy = ex_new(b, EXPR_CONST, e->type, e->at, e->n_args);
      ex *args = copy->args;
      if (b->failed) return e;
      memcpy(args, e->args, e->n_args * sizeof *args);
      *copy = *e;
      copy->args = args;
    }
    copy->args[i] = arg;
  }
  return copy ? copy : e;
}

void ex_split(binder *b, ex e, ex_list *out) {
  if (e->kind != EXPR_AND) {
    PUSH(b, out, e);
    return;
  }
  for (uint32_t i = 0; i < e->n_args; i++) ex_split(b, e->args[i], out);
}

/* ---- comparing ---- */

static bool same_bytes(sonde_str a, sonde_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool nested_equal(const sql_type *t, const nested *x, const nested *y);

static bool cell_equal(const sql_type *t, cell x, cell y) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return x.b == y.b;
  case LANE_I64: return x.i == y.i;
  case LANE_F64: return memcmp(&x.f, &y.f, sizeof x.f) == 0;
  case LANE_I128: return x.w == y.w;
  case LANE_STR: return same_bytes(x.s, y.s);
  case LANE_NESTED: return nested_equal(t, x.n, y.n);
  }
  return false;
}

static bool nested_equal(const sql_type *t, const nested *x, const nested *y) {
  if (x == y) return true;
  if (x->n != y->n) return false;
  for (uint32_t i = 0; i < x->n; i++) {
    const sql_type *child = &t->children[t->id == SQL_LIST ? 0 : t->id == SQL_MAP ? i % 2 : i];
    if (nested_valid(x, i) != nested_valid(y, i)) return false;
    if (nested_valid(x, i) && !cell_equal(child, x->cells[i], y->cells[i])) return false;
  }
  return true;
}

static bool constant_equal(ex a, ex b) {
  if (a->constant.null || b->constant.null) return a->constant.null && b->constant.null;
  return cell_equal(&a->type, a->constant.v, b->constant.v);
}

bool ex_equal(ex a, ex b) {
  if (a == b) return true;
  if (a->kind != b->kind || a->function != b->function || a->index != b->index || a->n_args != b->n_args)
    return false;
  if (!sql_type_equal(&a->type, &b->type)) return false;
  if (a->kind == EXPR_CONST && !constant_equal(a, b)) return false;
  for (uint32_t i = 0; i < a->n_args; i++) {
    if (!ex_equal(a->args[i], b->args[i])) return false;
  }
  return true;
}
