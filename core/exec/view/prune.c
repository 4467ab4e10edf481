/* See prune.h. Every answer errs towards "may match": what is left out was ruled out for certain. */
#include "exec/view/prune.h"

#include "exec/refs.h"
#include "exec/view/condition.h"

#define DEPTH_MAX 64

typedef struct {
  const known_columns *known;
  rd *r;
  arena *memory;
  sonde_error *err;
} pruner;

/* The test that bounds can be held against; false: there is none. A whole number that a fraction was cut from is the one below. */
static bool test_of(const condition *c, pq_test *t) {
  static const uint8_t plain[] = {[OP_EQ] = PQ_EQ,
                                  [OP_NE] = PQ_NE,
                                  [OP_LT] = PQ_LT,
                                  [OP_LE] = PQ_LE,
                                  [OP_GT] = PQ_GT,
                                  [OP_GE] = PQ_GE,
                                  [OP_BETWEEN] = PQ_BETWEEN,
                                  [OP_IN] = PQ_IN,
                                  [OP_STARTS] = PQ_STARTS_WITH,
                                  [OP_NULL] = PQ_IS_NULL,
                                  [OP_NOT_NULL] = PQ_IS_NOT_NULL};
  static const uint8_t negated[] = {
      [OP_EQ] = PQ_NE, [OP_NE] = PQ_EQ, [OP_LT] = PQ_GE, [OP_LE] = PQ_GT, [OP_GT] = PQ_LE, [OP_GE] = PQ_LT};
  if (c->op == OP_CONTAINS || c->op == OP_REGEX) return false;
  if (c->op == OP_STARTS && (!c->match_case || c->negated)) return false;
  if (c->negated && c->op > OP_GE) return false;
  t->op = c->negated ? negated[c->op] : plain[c->op];
  bool cut = c->n_values == 1 && !c->values[0].whole;
  if (cut && t->op == PQ_LT) t->op = PQ_LE;
  return !(cut && t->op == PQ_NE);
}

static pq_value value_of(const condition *c, uint32_t i) {
  if (c->op == OP_STARTS) return (pq_value){.text = c->text};
  const typed_value *v = &c->values[i];
  return (pq_value){.i64 = v->i64, .f64 = v->f64, .i128 = v->i128, .text = v->text};
}

/* Statistics order values as predicates do; where a value is shown as a text and compared as such, they do not. The predicate's values
 * are of the type that the column has in a union of files. */
static bool comparable(const column_ref *ref, const pq_piece *piece) {
  const pq_node *n = piece->node;
  bool same = n->type.id == ref->form.type.id && n->type.scale == ref->form.type.scale;
  return same && n->kind == PQ_LEAF && n->max_rep == 0 && family_of(n->type) != FAMILY_SHOWN;
}

static bool bloom_tells(const condition *c, const pq_test *t) {
  return !c->negated && !c->null_too && (t->op == PQ_EQ || t->op == PQ_IN);
}

static bool bloom_excludes(const pruner *p, uint32_t ref, const condition *c, const pq_test *t) {
  const pq_span *bloom = p->known->blooms ? &p->known->blooms[ref] : NULL;
  if (!bloom || !bloom->bytes || !bloom_tells(c, t)) return false;
  for (uint32_t i = 0; i < t->n_values; i++)
    if (pq_bloom_may_contain(&p->known->pieces[ref], 0, bloom->bytes, (size_t)bloom->range.length,
                             &t->values[i], NULL))
      return false;
  return true;
}

static bool may_match(const pq_piece *piece, const pq_bounds *b, const condition *c, const pq_test *t) {
  static const pq_test is_null = {.op = PQ_IS_NULL};
  return pq_may_match(piece->node->type, b, t) ||
         (c->null_too && pq_may_match(piece->node->type, b, &is_null));
}

static sonde_code pages_left(const pruner *p, uint32_t ref, const condition *c, const pq_test *t,
                             row_ranges *out) {
  const pq_piece *piece = &p->known->pieces[ref];
  const pq_leaf_pages *pages = &p->known->indexes[ref][0];
  out->n = 0;
  out->at = arena_array(p->memory, pages->n, sizeof *out->at, p->err);
  if (!out->at) return p->err->code;
  for (uint32_t i = 0; i < pages->n; i++) {
    uint32_t end = i + 1 < pages->n ? pages->pages[i + 1].first_row : p->known->rows;
    if (may_match(piece, &pages->pages[i].bounds, c, t)) ranges_add(out, pages->pages[i].first_row, end, 0);
  }
  return SONDE_OK;
}

static uint32_t ref_of(const pruner *p, uint32_t column) {
  uint32_t i = 0;
  while (i < p->known->n && p->known->refs[i].column != column) i++;
  return i;
}

/* Whether the leaf at `at` reads a column that is the same in every row, and no row satisfies it. */
static sonde_code none_matches(const pruner *p, rd at, uint32_t column, bool *none) {
  for (uint32_t i = 0; i < p->known->n_all; i++) {
    const column_ref *ref = &p->known->all[i];
    if (ref->column != column || ref_is_stored(ref)) continue;
    uint64_t bit = 0;
    const vec *one = ref_vec(ref, 1, p->memory, p->err);
    if (!one) return p->err->code;
    SONDE_TRY(predicate_run(&at, ref, &one, 1, 1, &bit, p->memory, p->err));
    *none = bit == 0;
  }
  return SONDE_OK;
}

static sonde_code prune_leaf(pruner *p, uint8_t op, row_ranges *out) {
  condition c;
  rd begin = *p->r;
  begin.pos--; /* at its operator */
  bool none = false;
  SONDE_TRY(condition_read(p->r, op, p->memory, &c, p->err));
  SONDE_TRY(none_matches(p, begin, c.column, &none));
  if (none) {
    *out = ranges_all(0, p->memory, p->err);
    return out->at ? SONDE_OK : p->err->code;
  }
  pq_test t = {.n_values = c.op == OP_STARTS ? 1 : c.n_values};
  pq_value *values = arena_array(p->memory, t.n_values, sizeof *values, p->err);
  *out = ranges_all(p->known->rows, p->memory, p->err);
  if (!out->at || !values) return p->err->code;
  uint32_t ref = ref_of(p, c.column);
  bool told = ref < p->known->n && comparable(&p->known->refs[ref], &p->known->pieces[ref]);
  if (!told || !test_of(&c, &t)) return SONDE_OK;
  for (uint32_t i = 0; i < t.n_values; i++) values[i] = value_of(&c, i);
  t.values = values;
  pq_bounds all;
  pq_chunk_bounds(&p->known->pieces[ref], 0, &all);
  if (!may_match(&p->known->pieces[ref], &all, &c, &t) || bloom_excludes(p, ref, &c, &t)) out->n = 0;
  if (p->known->asked && out->n && bloom_tells(&c, &t)) p->known->asked[ref] = true;
  bool paged = p->known->indexes && p->known->indexes[ref] && p->known->indexes[ref][0].n > 0;
  return out->n && paged ? pages_left(p, ref, &c, &t, out) : SONDE_OK;
}

static sonde_code prune_node(pruner *p, int depth, row_ranges *out) {
  uint8_t op = rd_u8(p->r);
  if (op != OP_AND && op != OP_OR) return prune_leaf(p, op, out);
  uint32_t n = rd_count(p->r, 5);
  SONDE_CHECK(!p->r->bad && depth < DEPTH_MAX, p->err, SONDE_LIMIT, 0, "a filter is nested too deeply");
  *out = ranges_all(op == OP_AND ? p->known->rows : 0, p->memory, p->err);
  for (uint32_t i = 0; i < n && out->at; i++) {
    row_ranges child;
    SONDE_TRY(prune_node(p, depth + 1, &child));
    *out =
        op == OP_AND ? ranges_and(*out, child, p->memory, p->err) : ranges_or(*out, child, p->memory, p->err);
  }
  return out->at ? SONDE_OK : p->err->code;
}

sonde_code prune_rows(const known_columns *known, rd *predicate, arena *memory, row_ranges *out,
                      sonde_error *err) {
  pruner p = {known, predicate, memory, err};
  return prune_node(&p, 0, out);
}
