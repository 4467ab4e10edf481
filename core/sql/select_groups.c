/* GROUP BY: columns, their numbers, and grouping sets as masks over them. */
#include <string.h>

#include "sql/select.h"

static uint32_t add_group(selection *q, ex e, size_t at) {
  binder *b = q->b;
  if (ex_has_kind(e, BIND_AGGREGATE) || ex_has_kind(e, BIND_WINDOW)) {
    bind_fail(b, SONDE_TYPE, at, "an aggregate cannot be used in GROUP BY");
  }
  for (uint32_t i = 0; i < q->groups.count; i++) {
    if (ex_equal(q->groups.items[i], e)) return i;
  }
  PUSH(b, &q->groups, e);
  return q->groups.count ? q->groups.count - 1 : 0;
}

static uint32_t bind_group(selection *q, const ast_expr *ast) {
  uint32_t item;
  if (ordinal_of(q->b, ast, q->s.items.count, &item)) {
    return q->b->failed ? 0 : add_group(q, q->s.items.items[item].bound, ast->at);
  }
  enter_clause(q, "GROUP BY", false, false, ast->kind == AST_COLUMN ? q->s.items.count : 0);
  ex e = bind_expr(q->b, ast);
  return add_group(q, e->type.literal ? ex_cast(q->b, e, plain(e->type)) : e, ast->at);
}

/* The masks that one element of GROUP BY stands for. */
typedef LIST_OF(uint64_t) mask_list;

static uint64_t bind_group_row(selection *q, const ast_expr *ast) {
  uint64_t mask = 0;
  uint32_t n = ast->kind == AST_ROW ? ast->args.count : 1;
  for (uint32_t i = 0; i < n && !q->b->failed; i++) {
    uint32_t group = bind_group(q, ast->kind == AST_ROW ? ast->args.items[i] : ast);
    if (group > 63) bind_fail(q->b, SONDE_LIMIT, ast->at, "grouping sets are for at most 64 expressions");
    mask |= (uint64_t)1 << (group & 63);
  }
  return mask;
}

static void bind_group_element(selection *q, const ast_expr *ast, mask_list *out);

static void bind_grouping_sets(selection *q, const ast_expr *ast, mask_list *out) {
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++)
    bind_group_element(q, ast->args.items[i], out);
}

static void bind_rollup(selection *q, const ast_expr *ast, mask_list *out) {
  uint64_t mask = 0;
  mask_list prefixes = {0};
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++) {
    mask |= bind_group_row(q, ast->args.items[i]);
    PUSH(q->b, &prefixes, mask);
  }
  for (uint32_t i = prefixes.count; i > 0; i--) PUSH(q->b, out, prefixes.items[i - 1]);
  PUSH(q->b, out, (uint64_t)0);
}

static void bind_cube(selection *q, const ast_expr *ast, mask_list *out) {
  mask_list parts = {0};
  if (ast->args.count > 12) bind_fail(q->b, SONDE_LIMIT, ast->at, "CUBE is for at most 12 expressions");
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++)
    PUSH(q->b, &parts, bind_group_row(q, ast->args.items[i]));
  for (uint32_t choice = 1u << parts.count; choice > 0 && !q->b->failed; choice--) {
    uint64_t mask = 0;
    for (uint32_t i = 0; i < parts.count; i++) {
      if ((choice - 1) >> i & 1) mask |= parts.items[i];
    }
    PUSH(q->b, out, mask);
  }
}

static void bind_group_element(selection *q, const ast_expr *ast, mask_list *out) {
  if (ast->kind != AST_GROUPING) {
    uint64_t mask = bind_group_row(q, ast);
    PUSH(q->b, out, mask);
  } else if (name_is(ast->name, "sets")) {
    bind_grouping_sets(q, ast, out);
  } else if (name_is(ast->name, "rollup")) {
    bind_rollup(q, ast, out);
  } else {
    bind_cube(q, ast, out);
  }
}

/* Elements side by side are multiplied: each set of one with each set of the other. */
static void multiply_sets(selection *q, const mask_list *more) {
  mask_list product = {0};
  if (q->sets.count == 0) PUSH(q->b, &q->sets, (uint64_t)0);
  for (uint32_t i = 0; i < q->sets.count; i++) {
    for (uint32_t j = 0; j < more->count && !q->b->failed; j++)
      PUSH(q->b, &product, q->sets.items[i] | more->items[j]);
  }
  if (product.count > 65536)
    bind_fail(q->b, SONDE_LIMIT, q->s.ast->at, "there are more than 65536 grouping sets");
  memcpy(&q->sets, &product, sizeof product);
}

static void bind_group_list(selection *q) {
  const ast_exprs *list = &q->s.ast->groups;
  bool sets = false;
  for (uint32_t i = 0; i < list->count; i++) sets |= list->items[i]->kind == AST_GROUPING;
  for (uint32_t i = 0; i < list->count && !q->b->failed; i++) {
    mask_list masks = {0};
    if (sets) {
      bind_group_element(q, list->items[i], &masks);
      multiply_sets(q, &masks);
    } else if (list->items[i]->kind == AST_ROW) {
      for (uint32_t j = 0; j < list->items[i]->args.count; j++) bind_group(q, list->items[i]->args.items[j]);
    } else {
      bind_group(q, list->items[i]);
    }
  }
}

static bool varies(ex e) {
  static const int kinds[] = {EXPR_COLUMN, BIND_SUBQUERY, BIND_UNNEST};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (ex_has_kind(e, kinds[i])) return true;
  return false;
}

/* GROUP BY ALL: every item that varies and is without an aggregate; without any there is one group, also of no rows. */
static void group_by_items(selection *q) {
  for (uint32_t i = 0; i < q->s.items.count && !q->b->failed; i++) {
    ex e = q->s.items.items[i].bound;
    if (varies(e) && !ex_has_kind(e, BIND_AGGREGATE) && !ex_has_kind(e, BIND_WINDOW) &&
        !ex_has_kind(e, BIND_GROUPING)) {
      add_group(q, e, q->s.ast->at);
    }
  }
}

void bind_group_by(selection *q) {
  bind_group_list(q);
  if (q->s.ast->group_all) group_by_items(q);
}
