/* The clauses of a SELECT that list columns: items, WHERE with COLUMNS, ORDER BY. */
#include "sql/select.h"

/* What is selected keeps its case and accents: a collation only compares. */
static const ast_expr *shown_value(const ast_expr *ast) {
  while (ast->kind == AST_COLLATE) ast = ast->args.items[0];
  return ast;
}

typedef LIST_OF(select_item) item_list;

static void add_fields(binder *b, ex e, uint32_t depth, const select_item *as, item_list *out) {
  for (uint32_t i = 0; i < e->type.n_children && !b->failed; i++) {
    bool named = e->type.names && e->type.names[i].len > 0;
    ex key = named ? ex_text(b, e->type.names[i], e->at) : ex_integer(b, (int64_t)i + 1, e->at);
    ex field = ex_call(b, "struct_extract", e->at, 2, (ex[]){e, key});
    select_item item = *as;
    if (named) item.name = e->type.names[i];
    item.named = named;
    item.bound = field;
    if (depth > 1 && field->type.id == SQL_STRUCT)
      add_fields(b, field, depth - 1, as, out);
    else
      PUSH(b, out, item);
  }
}

/* The i-th item is unnest(struct): its fields come in its place. How many there are. */
static uint32_t spread_fields(selection *q, uint32_t i, ex fields) {
  binder *b = q->b;
  item_list out = {0};
  for (uint32_t k = 0; k < i; k++) PUSH(b, &out, q->s.items.items[k]);
  add_fields(b, fields->args[0], fields->index, &q->s.items.items[i], &out);
  uint32_t n = out.count - i;
  for (uint32_t k = i + 1; k < q->s.items.count; k++) PUSH(b, &out, q->s.items.items[k]);
  if (b->failed) return 1;
  q->s.items.items = out.items;
  q->s.items.count = out.count;
  q->s.items.cap = out.cap;
  return n;
}

static ex bind_item(selection *q, uint32_t i) {
  binder *b = q->b;
  const select_item *item = &q->s.items.items[i];
  enter_clause(q, "SELECT", true, true, i);
  q->s.unnests = true;
  b->each = item->each;
  ex e = bind_expr(b, shown_value(item->ast));
  b->each = NULL;
  if (e->kind != BIND_FIELDS && ex_has_kind(e, BIND_FIELDS))
    bind_fail(b, SONDE_UNSUPPORTED, e->at, "unnest of a struct makes columns: it has to stand alone");
  return e->type.literal ? ex_cast(b, e, plain(e->type)) : e;
}

void bind_select_items(selection *q) {
  for (uint32_t i = 0; i < q->s.items.count && !q->b->failed; i++) {
    if (q->s.items.items[i].bound) continue;
    ex e = bind_item(q, i);
    if (e->kind == BIND_FIELDS && e->n_args)
      i += spread_fields(q, i, e) - 1;
    else
      q->s.items.items[i].bound = e;
  }
}

/* ---- WHERE ---- */

/* What COLUMNS in an expression stands for, one column after the other; just one NULL where it has none. */
typedef LIST_OF(const scope_column *) each_list;

static each_list each_column(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list out = {0};
  const ast_expr *columns = ast_find(ast, AST_COLUMNS);
  select_state chosen = {.from = q->s.from};
  ast_expr *items[] = {(ast_expr *)(uintptr_t)ast};
  bool several = columns && !columns->all;
  if (several) bind_items(b, &(ast_exprs){items, 1, 1}, &chosen);
  for (uint32_t i = 0; i < chosen.items.count; i++) PUSH(b, &out, chosen.items.items[i].each);
  if (!several) PUSH(b, &out, NULL);
  return out;
}

/* WHERE COLUMNS(*) > 0: for every column. */
ex bind_where(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list each = each_column(q, ast);
  ex all = NULL;
  for (uint32_t i = 0; i < each.count && !b->failed; i++) {
    b->each = each.items[i];
    all = ex_and(b, all, bind_bool(b, ast));
  }
  b->each = NULL;
  return all ? all : &b->no_expr;
}

/* ---- ORDER BY ---- */

bool ordinal_of(binder *b, const ast_expr *ast, uint32_t count, uint32_t *out) {
  if (ast->kind != AST_INTEGER) return false;
  uint64_t n = 0;
  for (size_t i = 0; i < ast->name.len && n < 1000000; i++) n = n * 10 + (uint64_t)(ast->name.ptr[i] - '0');
  if (n < 1 || n > count) {
    bind_fail(b, SONDE_NAME, ast->at, "there is no column %.*s: the query has %u", (int)ast->name.len,
              ast->name.ptr, count);
    return true;
  }
  *out = (uint32_t)n - 1;
  return true;
}

static void add_order(selection *q, ex e, const ast_expr *ast) {
  sort_key key = sort_by(e, ast);
  PUSH(q->b, &q->order, key);
}

static void bind_order_key(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list each = each_column(q, ast);
  for (uint32_t i = 0; i < each.count && !b->failed; i++) {
    enter_clause(q, "ORDER BY", true, true, q->s.items.count);
    q->s.items_first = true;
    b->each = each.items[i];
    ex e = bind_expr(b, ast);
    add_order(q, ex_cast(b, e, plain(e->type)), ast);
  }
  b->each = NULL;
}

void bind_order_by(selection *q) {
  const ast_exprs *list = &q->query->order;
  for (uint32_t i = 0; i < list->count && !q->b->failed; i++) {
    const ast_expr *ast = list->items[i];
    uint32_t item;
    if (q->query->order_all) {
      for (uint32_t j = 0; j < q->s.items.count; j++) add_order(q, q->s.items.items[j].bound, ast);
      return;
    }
    if (ordinal_of(q->b, ast, q->s.items.count, &item)) {
      if (!q->b->failed) add_order(q, q->s.items.items[item].bound, ast);
      continue;
    }
    if (ast->kind == AST_OPERATOR && ast->args.count == 1 && ast->args.items[0]->kind == AST_INTEGER) {
      bind_fail(q->b, SONDE_NAME, ast->at, "columns are numbered from 1 to %u", q->s.items.count);
    }
    bind_order_key(q, ast);
  }
}
