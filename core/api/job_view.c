/* {"job":"view"}: rows filtered, searched, sorted. First the filter over every block, then the keys of what is left. */
#include <string.h>

#include "api/job.h"
#include "exec/value_text.h"
#include "exec/view/sort.h"

#define SORT_KEYS_MAX 64u

typedef struct {
  view *view;
  buf predicate;
  column_ref *refs;
  uint32_t n_refs;
  bool filtered;
  column_ref *keys;
  sort_order *orders;
  uint32_t n_keys;
  sorter *sorter;
} viewing;

enum { PHASE_BEGIN, PHASE_FILTER, PHASE_KEYS, PHASE_DONE };

static uint32_t view_block_of(sonde_job *j, uint32_t id) {
  (void)j;
  return id;
}

static size_t words_of(const block *b) { return ((size_t)b->rows + 63) / 64; }

static sonde_code view_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  viewing *x = j->self;
  fragment_head h;
  bool keys = j->phase == PHASE_KEYS;
  table_head(j->table, keys ? FRAGMENT_KEYS : FRAGMENT_FILTER, id, &h);
  fragment_put_head(out, &h);
  if (keys) {
    SONDE_TRY(table_put_refs(j->table, id, x->keys, x->n_keys, out, &j->scratch, err));
    buf_u8(out, x->filtered);
    if (x->filtered) buf_put(out, x->view->bits[id], words_of(&j->table->blocks[id]) * 8);
  } else {
    SONDE_TRY(table_put_refs(j->table, id, x->refs, x->n_refs, out, &j->scratch, err));
    buf_str(out, (sonde_str){(const char *)x->predicate.data, x->predicate.len});
  }
  return buf_status(out, err);
}

static uint64_t selected(const viewing *x, const table *t, uint32_t b) {
  return x->filtered ? x->view->before[b + 1] - x->view->before[b] : t->blocks[b].rows;
}

static sonde_code view_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  viewing *x = j->self;
  const block *b = &j->table->blocks[id];
  j->progress.done_bytes += b->end - b->begin;
  if (j->phase == PHASE_KEYS) {
    uint64_t first = x->filtered ? x->view->before[id] : b->first_row;
    return sorter_add(x->sorter, id, (uint32_t)first, (uint32_t)selected(x, j->table, id), r, err);
  }
  uint32_t matched = rd_u32(r);
  size_t size = words_of(b) * 8;
  const uint8_t *bits = rd_bytes(r, size);
  if (!bits || matched == 0) return SONDE_OK;
  x->view->bits[id] = mem_alloc(x->view->mem, size, err);
  if (!x->view->bits[id]) return err->code;
  memcpy(x->view->bits[id], bits, size);
  x->view->before[id + 1] = matched; /* summed up once all are there */
  x->view->rows += matched;
  j->progress.rows += matched;
  return SONDE_OK;
}

/* A fragment for each of thousands of row groups would cost more than the few that are read. */
static sonde_code skip_excluded(sonde_job *j, sonde_error *err) {
  viewing *x = j->self;
  sonde_str predicate = {(const char *)x->predicate.data, x->predicate.len};
  for (uint32_t b = 0; b < j->table->n_blocks; b++) {
    bool excluded;
    arena_reset(&j->scratch);
    SONDE_TRY(table_block_excluded(j->table, b, x->refs, x->n_refs, predicate, &excluded, &j->scratch, err));
    if (!excluded) continue;
    split_skip(j, b);
    j->progress.done_bytes += j->table->blocks[b].end - j->table->blocks[b].begin;
  }
  return SONDE_OK;
}

static sonde_code begin_filter(sonde_job *j, sonde_error *err) {
  viewing *x = j->self;
  table *t = j->table;
  view *v = x->view;
  mem *m = v->mem;
  v->before = mem_alloc(m, ((size_t)t->n_blocks + 1) * 8, err);
  if (!v->before) return err->code;
  memset(v->before, 0, ((size_t)t->n_blocks + 1) * 8);
  if (t->n_blocks == 0) return split_begin(j, 0, err);
  v->bits = mem_alloc(m, t->n_blocks * sizeof *v->bits, err);
  if (!v->bits) return err->code;
  memset(v->bits, 0, t->n_blocks * sizeof *v->bits);
  j->phase = PHASE_FILTER;
  SONDE_TRY(split_begin(j, t->n_blocks, err));
  return skip_excluded(j, err);
}

static sonde_code begin_keys(sonde_job *j, sonde_error *err) {
  viewing *x = j->self;
  uint64_t total = x->filtered ? x->view->rows : j->table->rows;
  SONDE_CHECK(total <= UINT32_MAX, err, SONDE_LIMIT, 0,
              "more than 4,294,967,295 rows cannot be sorted; filter first");
  x->sorter =
      sorter_new(&j->memory, &j->engine->mem, x->orders, x->n_keys, (uint32_t)total, j->table->n_blocks, err);
  if (!x->sorter) return err->code;
  j->phase = PHASE_KEYS;
  j->progress.done_bytes = 0;
  SONDE_TRY(split_begin(j, j->table->n_blocks, err));
  for (uint32_t b = 0; b < j->table->n_blocks; b++)
    if (selected(x, j->table, b) == 0) split_skip(j, b);
  return SONDE_OK;
}

/* Positions within the selection as rows of the table. */
static void to_table_rows(const viewing *x, const table *t, uint32_t *order, uint32_t *of_position) {
  uint32_t at = 0;
  for (uint32_t b = 0; b < t->n_blocks; b++)
    for (size_t w = 0; x->view->bits[b] && w < words_of(&t->blocks[b]); w++)
      for (uint64_t word = x->view->bits[b][w]; word; word &= word - 1)
        of_position[at++] = (uint32_t)(t->blocks[b].first_row + w * 64 + (unsigned)__builtin_ctzll(word));
  for (uint32_t i = 0; i < at; i++) order[i] = of_position[order[i]];
}

static sonde_code finish_sort(sonde_job *j, sonde_error *err) {
  viewing *x = j->self;
  view *v = x->view;
  uint64_t total = x->filtered ? v->rows : j->table->rows;
  SONDE_CHECK(!x->filtered || j->table->rows <= UINT32_MAX, err, SONDE_LIMIT, 0,
              "a table of more than 4,294,967,295 rows cannot be sorted");
  if (total) {
    v->order = mem_alloc(v->mem, (size_t)total * 4, err);
    if (!v->order) return err->code;
  }
  v->rows = total;
  v->kind = VIEW_ORDER;
  SONDE_TRY(sorter_run(x->sorter, v->order, err));
  if (!x->filtered) return SONDE_OK;
  uint32_t *of_position = arena_array(&j->memory, (size_t)total, 4, err);
  if (!of_position) return err->code;
  to_table_rows(x, j->table, v->order, of_position);
  return SONDE_OK;
}

static void publish(sonde_job *j) {
  viewing *x = j->self;
  x->view->id = j->engine->next_id++;
  x->view->next = j->engine->views;
  j->engine->views = x->view;
  j->phase = PHASE_DONE;
}

static sonde_step view_step(sonde_job *j, sonde_error *err) {
  viewing *x = j->self;
  if (j->phase == PHASE_BEGIN) {
    j->progress.total_bytes = j->table->size;
    if ((x->filtered ? begin_filter(j, err) : begin_keys(j, err)) != SONDE_OK) return SONDE_FAIL;
    if (x->filtered) j->phase = PHASE_FILTER;
  }
  if (j->phase == PHASE_DONE) return SONDE_DONE;
  sonde_step s = split_step(j, err);
  if (s != SONDE_DONE) return s;
  if (j->phase == PHASE_FILTER) {
    for (uint32_t b = 0; b < j->table->n_blocks; b++) x->view->before[b + 1] += x->view->before[b];
    if (x->n_keys) return begin_keys(j, err) == SONDE_OK ? SONDE_YIELD : SONDE_FAIL;
  } else if (finish_sort(j, err) != SONDE_OK) {
    return SONDE_FAIL;
  }
  publish(j);
  return SONDE_DONE;
}

static void view_info(sonde_job *j, buf *out) {
  const viewing *x = j->self;
  buf_printf(out, "{\"view\":%u,\"rows\":%llu}", x->view->id, (unsigned long long)x->view->rows);
}

static void viewing_free(sonde_job *j) {
  viewing *x = j->self;
  buf_free(&x->predicate);
  if (j->phase != PHASE_DONE) view_free(x->view);
}

static const job_kind view_kind_ops = {.step = view_step,
                                       .encode = view_encode,
                                       .accept = view_accept,
                                       .block_of = view_block_of,
                                       .info = view_info,
                                       .free = viewing_free};

/* Whether a member is absent or one of two words; `second` says which. */
static bool read_choice(const json *j, const char *first_word, const char *second_word, bool *second) {
  *second = j && json_text_is(j, second_word);
  return !j || *second || json_text_is(j, first_word);
}

static sonde_code read_key(sonde_job *j, const spec_part *sort, const json *k) {
  viewing *x = j->self;
  uint32_t n = j->table->columns;
  const json *number = json_get(k, "column"), *descending = json_get(k, "descending"),
             *nulls = json_get(k, "nulls");
  if (!json_is(number, JSON_NUMBER))
    return spec_refuse(sort, number ? number : k, SONDE_SYNTAX, "a sort key has a 'column', a number from 0");
  uint64_t column = json_index(number);
  if (column >= n)
    return spec_refuse(sort, number, SONDE_NAME, "column %.*s is not there; the table has %u, counted from 0",
                       (int)(number->text.len < 20 ? number->text.len : 20), number->text.ptr, n);
  if (descending && !json_is(descending, JSON_BOOL))
    return spec_refuse(sort, descending, SONDE_SYNTAX, "'descending' is true or false");
  bool first;
  if (!read_choice(nulls, "last", "first", &first))
    return spec_refuse(sort, nulls, SONDE_SYNTAX, "'nulls' is \"first\" or \"last\"");
  if (x->n_keys == SORT_KEYS_MAX)
    return spec_refuse(sort, k, SONDE_LIMIT, "there are at most %u sort keys", SORT_KEYS_MAX);
  csv_form form = j->table->forms[column];
  if (family_of(form.type) == FAMILY_SHOWN)
    return spec_refuse(sort, number, SONDE_TYPE, "a %s cannot be sorted by",
                       type_name((type_id)form.type.id));
  x->keys[x->n_keys] = (column_ref){.column = (uint32_t)column, .form = form};
  x->orders[x->n_keys++] = (sort_order){json_bool(descending, false), first};
  return SONDE_OK;
}

static sonde_code read_sort(sonde_job *j, const json *given, sonde_error *err) {
  viewing *x = j->self;
  spec_part sort;
  SONDE_TRY(spec_open("sort", given, &j->memory, &sort, err));
  if (!sort.root) return SONDE_OK;
  if (!json_is(sort.root, JSON_ARRAY))
    return spec_refuse(&sort, sort.root, SONDE_SYNTAX, "it is a list of keys: [{\"column\":2}]");
  x->keys = arena_array(&j->memory, SORT_KEYS_MAX, sizeof *x->keys, err);
  x->orders = arena_array(&j->memory, SORT_KEYS_MAX, sizeof *x->orders, err);
  if (!x->keys || !x->orders) return err->code;
  for (const json *k = sort.root->first; k; k = k->next) SONDE_TRY(read_key(j, &sort, k));
  return SONDE_OK;
}

sonde_code view_start(sonde_job *j, const json *spec, sonde_error *err) {
  SONDE_CHECK(j->table && j->table->imported, err, SONDE_MISUSE, 0, "the table has to be imported first");
  viewing *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  x->view = mem_alloc(&j->engine->mem, sizeof *x->view, err);
  if (!x->view) return err->code;
  *x->view = (view){.table = j->table, .kind = VIEW_BITS, .mem = &j->engine->mem};
  buf_init(&x->predicate, &j->engine->mem, (size_t)64 << 20);
  j->self = x;
  j->kind = &view_kind_ops;
  uint32_t n = j->table->columns;
  spec_part filter;
  sonde_str search = json_str(json_get(spec, "search"));
  x->refs = arena_array(&j->memory, n, sizeof *x->refs, err);
  if (!x->refs) return err->code;
  SONDE_TRY(read_sort(j, json_get(spec, "sort"), err));
  SONDE_TRY(spec_open("filter", json_get(spec, "filter"), &j->memory, &filter, err));
  x->filtered = filter.root || search.len || x->n_keys == 0;
  return predicate_compile(&filter, search, j->table->forms, n, &x->predicate, x->refs, &x->n_refs);
}
