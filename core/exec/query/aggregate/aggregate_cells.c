/* Aggregates that keep whole values of any type: min, max, first, last, any_value, arg_min, arg_max. */
#include "exec/query/aggregate/aggregate.h"

static sonde_code keep(aggregate *a, const sql_type *t, const col *x, uint32_t i, cell *out, uint8_t *null) {
  *null = !col_valid(x, i);
  if (*null) return SONDE_OK;
  return cell_copy(t, col_cell(x, i), &a->memory, out, a->run->err);
}

/* Texts that win are copied; a group that goes on improving leaves those it had behind in the arena. */
static sonde_code extremes(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  const sql_type *t = &a->call->args[0]->type;
  int sign = a->call->function == FN_MAX ? 1 : -1;
  EACH_STATE(kept_state, &args[0], {
    if (s->seen && cell_compare(t, col_cell(&args[0], i), s->v) * sign <= 0) continue;
    SONDE_TRY(keep(a, t, &args[0], i, &s->v, &s->null));
    s->seen = 1;
  });
  return SONDE_OK;
}

static sonde_code firsts(aggregate *a, void *states, const uint32_t *groups, const col *args, uint32_t n) {
  const sql_type *t = &a->call->args[0]->type;
  bool last = a->call->function == FN_LAST, any = a->call->function == FN_ANY_VALUE || a->call->ignore_nulls;
  kept_state *all = states;
  for (uint32_t i = 0; i < n; i++) {
    kept_state *s = &all[groups ? groups[i] : 0];
    if ((s->seen && !last) || (any && !col_valid(&args[0], i))) continue;
    SONDE_TRY(keep(a, t, &args[0], i, &s->v, &s->null));
    s->seen = 1;
  }
  return SONDE_OK;
}

static sonde_code args_of_extremes(aggregate *a, void *states, const uint32_t *groups, const col *args,
                                   uint32_t n) {
  uint16_t fn = a->call->function;
  const sql_type *t = &a->call->args[0]->type, *by = &a->call->args[1]->type;
  int sign = fn == FN_ARG_MAX || fn == FN_ARG_MAX_NULL ? 1 : -1;
  bool nulls = fn == FN_ARG_MAX_NULL || fn == FN_ARG_MIN_NULL;
  uint8_t ignored;
  kept_state *all = states;
  for (uint32_t i = 0; i < n; i++) {
    kept_state *s = &all[groups ? groups[i] : 0];
    if (!col_valid(&args[1], i) || (!nulls && !col_valid(&args[0], i))) continue;
    if (s->seen && cell_compare(by, col_cell(&args[1], i), s->by) * sign <= 0) continue;
    SONDE_TRY(keep(a, by, &args[1], i, &s->by, &ignored));
    SONDE_TRY(keep(a, t, &args[0], i, &s->v, &s->null));
    s->seen = 1;
  }
  return SONDE_OK;
}

static sonde_code finish(aggregate *a, const void *states, uint32_t first, uint32_t n, col *out, arena *m) {
  const kept_state *all = states;
  (void)a;
  (void)m;
  for (uint32_t i = 0; i < n; i++) {
    const kept_state *s = &all[first + i];
    if (s->seen && !s->null)
      col_put(out, i, s->v);
    else
      col_put_null(out, i);
  }
  return SONDE_OK;
}

static const aggregate_class extremes_class = {sizeof(kept_state), extremes, finish, NULL, true},
                             firsts_class = {sizeof(kept_state), firsts, finish, NULL, true},
                             args_class = {sizeof(kept_state), args_of_extremes, finish, NULL, true};

const aggregate_class *cell_class(const aggregate_call *c) {
  switch (c->function) {
  case FN_MIN:
  case FN_MAX: return &extremes_class;
  case FN_FIRST:
  case FN_LAST:
  case FN_ANY_VALUE: return &firsts_class;
  case FN_ARG_MIN:
  case FN_ARG_MAX:
  case FN_ARG_MIN_NULL:
  case FN_ARG_MAX_NULL: return &args_class;
  default: return NULL;
  }
}
