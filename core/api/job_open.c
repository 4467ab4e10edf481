/* {"job":"open"}: sniff the head of a source, make a table of it, show its first rows. */
#include <string.h>

#include "api/job.h"
#include "base/datetime.h"
#include "codec/codec.h"
#include "column/page.h"
#include "format/csv/empty.h"

#define HEAD_FIRST ((uint32_t)256 << 10)
#define HEAD_MAX ((uint32_t)64 << 20)
#define FIRST_ROWS 200u
#define FIRST_CELLS 200000u

typedef struct {
  sonde_source source;
  uint32_t head_bytes;
  csv_overrides overrides;
  const json *types;
  sonde_str name;
  int compression; /* -1: guess */
} opening;

/* ---- options ---- */

static uint8_t one_byte(const json *j) { return json_str(j).len ? (uint8_t)json_str(j).ptr[0] : 0; }

static int word_of(const json *j, const char *const *words, int n) {
  for (int i = 0; i < n; i++)
    if (json_text_is(j, words[i])) return i;
  return -1;
}

static sonde_code read_word(const json *read, const char *name, const char *const *words, int n, uint32_t bit,
                            csv_overrides *o, uint8_t *out, sonde_error *err) {
  const json *j = json_get(read, name);
  if (!j) return SONDE_OK;
  int w = word_of(j, words, n);
  SONDE_CHECK(w >= 0, err, SONDE_NAME, 0, "'%.*s' is not a value of the option %s", (int)json_str(j).len,
              json_str(j).ptr ? json_str(j).ptr : "", name);
  *out = (uint8_t)w;
  o->set |= bit;
  return SONDE_OK;
}

static void read_byte(const json *read, const char *name, uint32_t bit, csv_overrides *o, uint8_t *out) {
  const json *j = json_get(read, name);
  if (!json_is(j, JSON_STRING)) return;
  *out = one_byte(j);
  o->set |= bit;
}

static sonde_code read_nulls(const json *list, csv_dialect *d, sonde_error *err) {
  for (const json *j = json_is(list, JSON_ARRAY) ? list->first : NULL; j; j = j->next) {
    sonde_str s = json_str(j);
    SONDE_CHECK(d->nulls_len + s.len < CSV_NULLS_MAX, err, SONDE_LIMIT, 0,
                "the texts for missing values are longer than %d bytes together", CSV_NULLS_MAX);
    d->nulls[d->nulls_len] = (uint8_t)s.len;
    if (s.len) memcpy(d->nulls + d->nulls_len + 1, s.ptr, s.len);
    d->nulls_len = (uint8_t)(d->nulls_len + s.len + 1);
  }
  return SONDE_OK;
}

static sonde_code read_options(const json *read, opening *o, sonde_error *err) {
  static const char *const encodings[] = {"utf-8", "utf-16le", "utf-16be", "windows-1252"};
  static const char *const newlines[] = {"lf", "crlf", "cr", "mixed"};
  static const char *const compressions[] = {"none", "gzip", "zstd"};
  csv_overrides *x = &o->overrides;
  csv_dialect *d = &x->value;
  SONDE_TRY(read_word(read, "encoding", encodings, 4, CSV_SET_ENCODING, x, &d->encoding, err));
  SONDE_TRY(read_word(read, "newline", newlines, 4, CSV_SET_NEWLINE, x, &d->newline, err));
  read_byte(read, "delimiter", CSV_SET_DELIMITER, x, &d->delimiter);
  read_byte(read, "quote", CSV_SET_QUOTE, x, &d->quote);
  read_byte(read, "escape", CSV_SET_ESCAPE, x, &d->escape);
  read_byte(read, "comment", CSV_SET_COMMENT, x, &d->comment);
  read_byte(read, "decimal", CSV_SET_DECIMAL, x, &d->decimal);
  if (json_is(json_get(read, "header"), JSON_BOOL)) {
    x->set |= CSV_SET_HEADER;
    d->header = json_bool(json_get(read, "header"), false);
  }
  if (json_is(json_get(read, "skip"), JSON_NUMBER)) {
    x->set |= CSV_SET_SKIP;
    d->skip = (uint32_t)json_u64(json_get(read, "skip"), 0);
  }
  SONDE_TRY(read_nulls(json_get(read, "nulls"), d, err));
  o->compression = word_of(json_get(read, "compression"), compressions, 3);
  o->types = json_get(read, "types");
  return SONDE_OK;
}

/* ---- the head ---- */

/* The first bytes of a compressed source, inflated as far as they go. */
static sonde_code inflate_head(sonde_job *j, csv_span *head, int kind, sonde_error *err) {
  codec *c;
  SONDE_TRY(codec_new((codec_kind)kind, &j->engine->mem, &c, err));
  size_t cap = HEAD_FIRST;
  uint8_t *out = arena_alloc(&j->scratch, cap, err);
  codec_io io = {.in = head->bytes, .in_len = head->len, .last = head->last, .out = out, .out_cap = cap};
  sonde_code code = out ? codec_step(c, &io, err) : err->code;
  if (code == SONDE_OK) *head = (csv_span){out, io.out_used, 0, io.done};
  codec_free(c);
  return code;
}

static void count_lines(table *t, csv_span head) {
  const csv_dialect *d = &t->sniffed.dialect;
  uint64_t n = d->data_at < head.len ? d->data_at : head.len;
  uint8_t eol = d->newline == CSV_CR ? '\r' : '\n';
  for (uint64_t i = 0; i < n; i++) t->data_line += head.bytes[i] == eol;
}

/* ---- types and first rows ---- */

static bool same_name(sonde_str a, sonde_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static sonde_code force_type(table *t, uint32_t c, const json *type, sonde_error *err) {
  sonde_str name = json_str(type);
  type_id id = type_of_name(name.ptr ? name.ptr : "", (uint32_t)name.len);
  SONDE_CHECK(id != TYPE_NONE, err, SONDE_NAME, 0, "'%.*s' is no type", (int)name.len,
              name.ptr ? name.ptr : "");
  csv_form seen = csv_resolve(&t->seen[c]);
  t->forms[c] =
      (csv_form){.type = {.id = (uint8_t)id, .scale = id == TYPE_DECIMAL ? t->seen[c].frac_digits : 0},
                 .order = seen.order ? seen.order : DATE_YMD};
  t->forced[c] = true;
  return SONDE_OK;
}

/* One for every column, or in their order. */
static sonde_code force_in_order(table *t, const json *types, sonde_error *err) {
  const json *type = json_is(types, JSON_ARRAY) ? types->first : types;
  for (uint32_t c = 0; c < t->columns && type; c++) {
    SONDE_TRY(force_type(t, c, type, err));
    if (type != types) type = type->next;
  }
  SONDE_CHECK(!type || type == types, err, SONDE_NAME, 0, "there are more types than the %u columns",
              t->columns);
  return SONDE_OK;
}

static sonde_code force_types(table *t, const json *types, sonde_error *err) {
  if (!json_is(types, JSON_OBJECT)) return force_in_order(t, types, err);
  for (const json *m = types->first; m; m = m->next) {
    bool found = false;
    for (uint32_t c = 0; c < t->columns; c++) {
      if (!same_name(t->names[c], m->name)) continue;
      SONDE_TRY(force_type(t, c, m, err));
      found = true;
    }
    SONDE_CHECK(found, err, SONDE_NAME, 0, "a type is given for the column '%.*s', which is not there",
                (int)(m->name.len < 80 ? m->name.len : 80), m->name.ptr);
  }
  return SONDE_OK;
}

static sonde_code show_rows(sonde_job *j, table *t, const chunk *sample, const csv_column *columns,
                            sonde_error *err) {
  uint32_t n_columns = t->columns;
  uint32_t n = FIRST_CELLS / n_columns < 1 ? 1 : FIRST_CELLS / n_columns;
  if (n > FIRST_ROWS) n = FIRST_ROWS;
  if (n > sample->rows) n = sample->rows;
  page_cell *cells = arena_array(&j->scratch, n, sizeof *cells, err);
  if (!cells) return err->code;
  buf_clear(&j->page);
  page_begin(&j->page, n_columns, n, 0, NULL);
  for (uint32_t c = 0; c < n_columns; c++) {
    for (uint32_t r = 0; r < n; r++) cells[r] = (page_cell){&sample->vecs[c], r};
    page_column(&j->page, c, c, columns[c].form.type, cells);
  }
  return buf_status(&j->page, err);
}

typedef struct {
  csv_span data;
  uint32_t n_rows;
  csv_plan *plan;
  chunk into;
  arena keep;
  csv_rows rows;
} sample;

/* Reads the sample with what is known of its columns, and learns their types. */
static sonde_code read_sample(sonde_job *j, table *t, sample *s, sonde_error *err) {
  const csv_dialect *d = &t->sniffed.dialect;
  csv_want want = {.rows = s->n_rows, .field_max = HEAD_MAX};
  for (uint32_t c = 0; c < d->columns; c++)
    s->plan[c] =
        (csv_plan){.mode = t->forced[c] ? CSV_FIXED : CSV_INFER, .form = t->forms[c], .seen = t->seen[c]};
  arena_free(&s->into.memory);
  SONDE_TRY(csv_read(d, s->data, want, s->plan, &s->into, &s->keep, &j->scratch, &s->rows, err));
  for (uint32_t c = 0; c < d->columns; c++) {
    if (t->forced[c]) continue;
    t->seen[c] = s->rows.columns[c].seen;
    t->forms[c] = csv_resolve(&t->seen[c]);
  }
  return SONDE_OK;
}

/* A second time with the types that the user fixed, and where "" came before it was known to be a text. */
static sonde_code read_and_show(sonde_job *j, table *t, sample *s, const json *types, sonde_error *err) {
  const csv_dialect *d = &t->sniffed.dialect;
  SONDE_TRY(read_sample(j, t, s, err));
  bool again = types || csv_unsure_of_empty(d, s->data, &s->rows, s->plan, NULL);
  if (types) SONDE_TRY(force_types(t, types, err));
  if (again) SONDE_TRY(read_sample(j, t, s, err));
  return show_rows(j, t, &s->into, s->rows.columns, err);
}

static sonde_code sample_rows(sonde_job *j, table *t, csv_span head, const opening *o, sonde_error *err) {
  const csv_dialect *d = &t->sniffed.dialect;
  uint64_t at = d->data_at < head.len ? d->data_at : head.len;
  csv_index index;
  bool more;
  sample s = {.data = {head.bytes + at, head.len - (size_t)at, at, head.last},
              .into = {.memory = {.mem = &j->engine->mem}},
              .keep = {.mem = &j->engine->mem}};
  s.plan = arena_zero(&j->scratch, d->columns * sizeof *s.plan, err);
  if (!s.plan) return err->code;
  SONDE_TRY(csv_index_block(d, s.data, UINT64_MAX, at, &j->scratch, &j->scratch, &index, &more, err));
  s.n_rows = index.rows + 1;
  for (uint32_t c = 0; c < d->columns; c++) csv_seen_init(&t->seen[c]);
  sonde_code code = read_and_show(j, t, &s, o->types, err);
  arena_free(&s.keep);
  arena_free(&s.into.memory);
  return code;
}

static sonde_code make_table(sonde_job *j, csv_span head, int kind, uint64_t size, sonde_error *err) {
  sonde_engine *e = j->engine;
  opening *o = j->self;
  table *t = mem_alloc(&e->mem, sizeof *t, err);
  if (!t) return err->code;
  *t = (table){.id = e->next_id++,
               .source = kind ? 0 : o->source,
               .size = size,
               .compression = (uint8_t)kind,
               .next = e->tables};
  arena_init(&t->memory, &e->mem);
  e->tables = t;
  j->table = t;
  t->name = (sonde_str){arena_copy(&t->memory, o->name.ptr, o->name.len, err), o->name.len};
  SONDE_TRY(csv_sniff(head, &o->overrides, &t->memory, &t->sniffed, err));
  memcpy(t->sniffed.dialect.nulls, o->overrides.value.nulls, CSV_NULLS_MAX);
  t->sniffed.dialect.nulls_len = o->overrides.value.nulls_len;
  uint32_t n = t->columns = t->sniffed.dialect.columns;
  t->names = t->sniffed.names;
  t->forms = arena_zero(&t->memory, n * sizeof *t->forms, err);
  t->forced = arena_zero(&t->memory, n * sizeof *t->forced, err);
  t->seen = arena_zero(&t->memory, n * sizeof *t->seen, err);
  t->stats = arena_zero(&t->memory, n * sizeof *t->stats, err);
  if (!t->name.ptr || !t->forms || !t->forced || !t->seen || !t->stats) return err->code;
  count_lines(t, head);
  SONDE_TRY(sample_rows(j, t, head, o, err));
  return kind ? SONDE_OK : table_cut(e, t, err);
}

/* The table is not what it seemed: nobody has heard of it yet. */
static sonde_step discard(sonde_job *j) {
  if (!j->table) return SONDE_FAIL;
  engine_unlist(j->engine, j->table);
  table_free(j->engine, j->table);
  j->table = NULL;
  return SONDE_FAIL;
}

/* Ended before its table was shown. */
static void open_free(sonde_job *j) {
  if (j->phase != OPEN_SHOWN) discard(j);
}

static sonde_step open_step(sonde_job *j, sonde_error *err) {
  opening *o = j->self;
  if (j->phase == OPEN_SHOWN) return SONDE_DONE;
  source *src = sources_find(&j->engine->sources, o->source);
  if (!src) return status_set(err, SONDE_MISUSE, 0, "source %u is not known", o->source), SONDE_FAIL;
  if (j->phase == OPEN_PARQUET || parquet_by_name(o->name)) {
    bool is_parquet = true;
    sonde_step s = parquet_open(j, o->source, o->name, &is_parquet, err);
    if (is_parquet) return s == SONDE_FAIL ? discard(j) : s;
  }
  uint64_t n = src->size < o->head_bytes ? src->size : o->head_bytes;
  task t = job_task(j, err);
  const uint8_t *bytes = task_bytes(&t, o->source, 0, n);
  if (!bytes) return err->code ? SONDE_FAIL : SONDE_NEED;
  csv_span head = {bytes, (size_t)n, 0, n == src->size};
  if (n >= 4 && memcmp(bytes, "PAR1", 4) == 0) {
    j->phase = OPEN_PARQUET;
    return SONDE_YIELD;
  }
  if (n >= 6 && memcmp(bytes, "ARROW1", 6) == 0)
    return status_set(err, SONDE_UNSUPPORTED, 0,
                      "this is an Arrow file; Sonde writes such files but does not open them yet"),
           SONDE_FAIL;
  const char *other = codec_sniff_unsupported(bytes, (size_t)n);
  if (other)
    return status_set(err, SONDE_UNSUPPORTED, 0, "this is a %s file; unpack it and open what is inside",
                      other),
           SONDE_FAIL;
  int kind = o->compression >= 0 ? o->compression : (int)codec_sniff(bytes, (size_t)n);
  if (kind && inflate_head(j, &head, kind, err) != SONDE_OK) return SONDE_FAIL;
  uint64_t size = kind ? (head.last ? head.len : src->size) : src->size;
  if (make_table(j, head, kind, size, err) != SONDE_OK) return discard(j);
  bool no_row = j->table->sniffed.row_bytes <= 0 && !head.last && o->head_bytes < HEAD_MAX;
  if (no_row && !kind) { /* not even one whole row: look further */
    discard(j);
    o->head_bytes *= 16;
    return SONDE_YIELD;
  }
  if (job_answer(j, err) != SONDE_OK) return discard(j);
  source_release(&j->engine->sources, src, 0, n);
  j->phase = OPEN_SHOWN;
  return SONDE_PAGE;
}

static const job_kind open_kind = {.step = open_step, .free = open_free};

sonde_code open_start(sonde_job *j, const json *spec, sonde_error *err) {
  opening *o = arena_zero(&j->memory, sizeof *o, err);
  if (!o) return err->code;
  *o = (opening){.source = (sonde_source)json_u64(json_get(spec, "source"), 0),
                 .head_bytes = HEAD_FIRST,
                 .name = json_str(json_get(spec, "name"))};
  SONDE_CHECK(sources_find(&j->engine->sources, o->source), err, SONDE_NAME, 0, "source %u is not known",
              o->source);
  j->self = o;
  j->kind = &open_kind;
  j->table = NULL;
  return read_options(json_get(spec, "read"), o, err);
}
