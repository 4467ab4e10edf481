/* What a node that was read has to be like, so that whoever runs it need not ask. */
#include "plan/wire_fields.h"

unsigned inputs_of(uint8_t kind) {
  switch (kind) {
  case PLAN_ONE:
  case PLAN_NONE:
  case PLAN_SCAN:
  case PLAN_VALUES:
  case PLAN_CTE_REF:
  case PLAN_RANGE:
  case PLAN_SIDE:
  case PLAN_PART: return 0;
  case PLAN_JOIN:
  case PLAN_APPLY:
  case PLAN_SET:
  case PLAN_CTE:
  case PLAN_RECURSIVE: return 2;
  default: return 1;
  }
}

static bool same_columns(const plan *a, uint32_t first, const plan *b) {
  if (!b || first > a->n_columns || b->n_columns > a->n_columns - first) return false;
  for (uint32_t i = 0; i < b->n_columns; i++)
    if (!sql_type_equal(&a->columns[first + i].type, &b->columns[i].type)) return false;
  return true;
}

static bool joins_columns(const plan *p, join_kind kind) {
  uint32_t left = p->input[0]->n_columns, right = p->input[1]->n_columns;
  if (!same_columns(p, 0, p->input[0])) return false;
  if (kind == JOIN_SEMI || kind == JOIN_ANTI) return p->n_columns == left;
  if (kind == JOIN_MARK) return p->n_columns == left + 1 && p->columns[left].type.id == SQL_BOOL;
  return p->n_columns == left + right && same_columns(p, left, p->input[1]);
}

static bool unnests_columns(const plan *p) {
  uint32_t n = p->input[0]->n_columns;
  if (p->n_columns != n + p->u.unnest.n + p->u.unnest.ordinality || !same_columns(p, 0, p->input[0]))
    return false;
  for (uint32_t i = 0; i < p->u.unnest.n; i++) {
    const sql_type *list = &p->u.unnest.lists[i]->type;
    if (list->id == SQL_LIST && !sql_type_equal(&p->columns[n + i].type, &list->children[0])) return false;
  }
  return !p->u.unnest.ordinality || p->columns[p->n_columns - 1].type.id == SQL_BIGINT;
}

bool has_sound_columns(const wire *w, const plan *p) {
  const plan *in = p->n_inputs ? p->input[0] : NULL;
  switch (p->kind) {
  case PLAN_FILTER:
  case PLAN_DISTINCT:
  case PLAN_SORT:
  case PLAN_LIMIT:
  case PLAN_SAMPLE: return p->n_columns == in->n_columns && same_columns(p, 0, in);
  case PLAN_JOIN: return joins_columns(p, p->u.join.kind);
  case PLAN_APPLY: return joins_columns(p, p->u.apply.kind);
  case PLAN_WINDOW: return p->n_columns == in->n_columns + p->u.window.n && same_columns(p, 0, in);
  case PLAN_UNNEST: return unnests_columns(p);
  case PLAN_SET:
  case PLAN_RECURSIVE:
    return same_columns(p, 0, in) && same_columns(p, 0, p->input[1]) && in->n_columns == p->n_columns &&
           p->input[1]->n_columns == p->n_columns;
  case PLAN_CTE: return p->n_columns == p->input[1]->n_columns && same_columns(p, 0, p->input[1]);
  case PLAN_CTE_REF: return same_columns(p, 0, w->ctes[p->u.cte.id]);
  case PLAN_RANGE: return p->n_columns == 1;
  case PLAN_PARTITION:
    return p->n_columns == in->n_columns + 1 && same_columns(p, 0, in) &&
           p->columns[in->n_columns].type.id == SQL_BIGINT;
  default: return true;
  }
}
