/* See wire.h. */
#include "plan/wire_fields.h"

#define SLOTS_MAX 100000u /* of outer values, lambda parameters, common table expressions */

static void wire_columns(wire *w, plan *p) {
  plan_column *columns = wire_items(w, p->columns, &p->n_columns, sizeof *columns);
  for (uint32_t i = 0; i < p->n_columns && !broken(w); i++) {
    wire_str(w, &columns[i].name);
    wire_type(w, &columns[i].type);
  }
  if (reading(w)) p->columns = columns;
}

/* Comes before the inputs, which may refer to it. */
static void wire_id(wire *w, plan *p) {
  switch (p->kind) {
  case PLAN_CTE:
  case PLAN_RECURSIVE:
  case PLAN_CTE_REF:
    wire_u32(w, &p->u.cte.id);
    wire_bool(w, &p->u.cte.all);
    expect(w, p->u.cte.id < w->query->n_ctes);
    break;
  case PLAN_SIDE: wire_u32(w, &p->u.side); break;
  default: break;
  }
}

static void wire_node(wire *, const plan **);

static void wire_inputs(wire *w, plan *p) {
  if (reading(w)) p->n_inputs = (uint8_t)inputs_of(p->kind);
  for (unsigned i = 0; i < p->n_inputs && !broken(w); i++) {
    wire_node(w, &p->input[i]);
    bool names = i == 0 && (p->kind == PLAN_CTE || p->kind == PLAN_RECURSIVE);
    if (reading(w) && names && !broken(w)) w->ctes[p->u.cte.id] = p->input[0];
  }
}

static void wire_node(wire *w, const plan **at) {
  if (!wire_enter(w)) return;
  plan *p = wire_struct(w, *at, sizeof *p);
  if (!p) return;
  if (!reading(w) && p->kind > PLAN_PARTITION)
    w->code = status_set(w->err, SONDE_MISUSE, 0, "a part of a query has parts of its own");
  wire_kind(w, &p->kind, PLAN_PARTITION + 1);
  wire_columns(w, p);
  wire_double(w, &p->rows);
  wire_id(w, p);
  if (!broken(w)) wire_inputs(w, p);
  if (!broken(w)) wire_body(w, p);
  if (reading(w) && !broken(w)) expect(w, has_sound_columns(w, p));
  if (reading(w)) *at = p;
  wire_leave(w);
}

static void wire_slots(wire *w, uint32_t *n) {
  wire_u32(w, n);
  expect(w, *n <= SLOTS_MAX);
}

static void wire_query(wire *w) {
  wire_slots(w, &w->query->n_outer_slots);
  wire_slots(w, &w->query->n_lambda_slots);
  wire_slots(w, &w->query->n_ctes);
  if (broken(w)) return;
  if (reading(w)) w->ctes = arena_zero(w->memory, (w->query->n_ctes + 1u) * sizeof(plan *), w->err);
  if (reading(w) && !w->ctes) w->code = w->err->code;
  wire_node(w, &w->query->root);
}

sonde_code plan_put(buf *out, const query_plan *q, sonde_error *err) {
  query_plan shown = *q;
  wire w = {.out = out, .err = err, .query = &shown};
  wire_query(&w);
  return w.code != SONDE_OK ? w.code : buf_status(out, err);
}

sonde_code plan_get(rd *in, arena *memory, query_plan *out, sonde_error *err) {
  wire w = {.in = in, .memory = memory, .err = err, .query = out};
  *out = (query_plan){0};
  wire_query(&w);
  if (w.code != SONDE_OK) return w.code;
  SONDE_CHECK(!in->bad, err, SONDE_CORRUPT, 0, "a fragment has a broken plan");
  return SONDE_OK;
}
