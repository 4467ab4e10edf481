/* The file's end and FileMetaData (parquet.thrift). */
#include <string.h>

#include "format/parquet/schema.h"

#define ELEMENTS_MAX 1000000u

static uint32_t u32_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

sonde_code pq_tail(const uint8_t *last, size_t n, uint64_t file_size, pq_range *footer, sonde_error *err) {
  SONDE_CHECK(n >= PQ_TAIL_BYTES && file_size >= PQ_TAIL_BYTES + 4, err, SONDE_CORRUPT, 0,
              "a file of %llu bytes is too short for Parquet", (unsigned long long)file_size);
  const uint8_t *tail = last + n - PQ_TAIL_BYTES;
  SONDE_CHECK(memcmp(tail + 4, "PARE", 4) != 0, err, SONDE_UNSUPPORTED, file_size - 4,
              "the Parquet file's footer is encrypted, which is not supported");
  SONDE_CHECK(memcmp(tail + 4, "PAR1", 4) == 0, err, SONDE_CORRUPT, file_size - 4,
              "the file does not end as a Parquet file does: it was cut off or is still being written");
  uint64_t length = u32_at(tail), before = file_size - PQ_TAIL_BYTES;
  SONDE_CHECK(length > 0 && length <= before - 4, err, SONDE_CORRUPT, before,
              "the Parquet file says that its footer has %llu bytes, but it has only %llu before it",
              (unsigned long long)length, (unsigned long long)before);
  *footer = (pq_range){before - length, length};
  return SONDE_OK;
}

/* What FileMetaData says, gathered before the schema is known. */
typedef struct {
  thrift t;
  arena *memory;
  sonde_error *err;
  pq_element *elements;
  uint32_t n_elements;
  pq_group *groups;
  uint32_t n_groups;
  uint32_t *chunk_at, n_chunks, cap_chunks;
  const uint8_t *bytes;
  uint8_t *orders;
  uint32_t n_orders;
  sonde_str created_by;
} reading;

static sonde_code read_elements(reading *r, uint8_t type) {
  uint32_t n = thrift_list(&r->t, type, THRIFT_STRUCT);
  SONDE_CHECK(n <= ELEMENTS_MAX, r->err, SONDE_LIMIT, 0, "a schema of %u elements is too large", n);
  r->elements = arena_array(r->memory, n, sizeof *r->elements, r->err);
  if (!r->elements) return r->err->code;
  for (r->n_elements = 0; r->n_elements < n && !r->t.bad; r->n_elements++)
    pq_element_read(&r->t, &r->elements[r->n_elements]);
  return SONDE_OK;
}

static sonde_code keep_chunk(reading *r) {
  if (r->n_chunks == r->cap_chunks) {
    uint32_t cap = r->cap_chunks ? r->cap_chunks * 2 : 64;
    uint32_t *more = arena_array(r->memory, cap, sizeof *more, r->err);
    if (!more) return r->err->code;
    if (r->n_chunks) memcpy(more, r->chunk_at, r->n_chunks * sizeof *more);
    r->chunk_at = more;
    r->cap_chunks = cap;
  }
  r->chunk_at[r->n_chunks++] = (uint32_t)(r->t.p - r->bytes);
  thrift_skip(&r->t, THRIFT_STRUCT);
  return SONDE_OK;
}

/* Chunks are looked at when a column is read: a file may have a million of them. */
static sonde_code read_chunks(reading *r, uint8_t type) {
  uint32_t n = thrift_list(&r->t, type, THRIFT_STRUCT);
  for (uint32_t i = 0; i < n && !r->t.bad; i++) SONDE_TRY(keep_chunk(r));
  return SONDE_OK;
}

static sonde_code read_group(reading *r, pq_group *g) {
  *g = (pq_group){.at = r->n_chunks};
  int64_t rows = 0, plain = 0, packed = 0;
  thrift_field f = {0};
  thrift_enter(&r->t);
  while (thrift_next(&r->t, &f)) {
    switch (f.id) {
    case 1: SONDE_TRY(read_chunks(r, f.type)); break;
    case 2: plain = thrift_int(&r->t, f.type); break;
    case 3: rows = thrift_int(&r->t, f.type); break;
    case 6: packed = thrift_int(&r->t, f.type); break;
    default: thrift_skip(&r->t, f.type); break;
    }
  }
  thrift_leave(&r->t);
  SONDE_CHECK(rows >= 0 && rows < INT64_MAX / 2, r->err, SONDE_CORRUPT, 0, "a row group has %lld rows",
              (long long)rows);
  g->rows = (uint64_t)rows;
  g->bytes = (uint64_t)(packed > 0 ? packed : plain > 0 ? plain : 0);
  return SONDE_OK;
}

static sonde_code read_groups(reading *r, uint8_t type) {
  uint32_t n = thrift_list(&r->t, type, THRIFT_STRUCT);
  r->groups = arena_array(r->memory, n, sizeof *r->groups, r->err);
  if (!r->groups) return r->err->code;
  for (r->n_groups = 0; r->n_groups < n && !r->t.bad; r->n_groups++)
    SONDE_TRY(read_group(r, &r->groups[r->n_groups]));
  return SONDE_OK;
}

/* union ColumnOrder: 1 is TYPE_ORDER; others are not known to us. */
static uint8_t read_order(thrift *t) {
  uint8_t known = 0;
  thrift_field f = {0};
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    if (f.id == 1) known = 1;
    thrift_skip(t, f.type);
  }
  thrift_leave(t);
  return known;
}

static sonde_code read_orders(reading *r, uint8_t type) {
  uint32_t n = thrift_list(&r->t, type, THRIFT_STRUCT);
  r->orders = arena_alloc(r->memory, n, r->err);
  if (!r->orders) return r->err->code;
  for (r->n_orders = 0; r->n_orders < n && !r->t.bad; r->n_orders++)
    r->orders[r->n_orders] = read_order(&r->t);
  return SONDE_OK;
}

static sonde_code read_metadata(reading *r) {
  thrift_field f = {0};
  while (thrift_next(&r->t, &f)) {
    switch (f.id) {
    case 2: SONDE_TRY(read_elements(r, f.type)); break;
    case 4: SONDE_TRY(read_groups(r, f.type)); break;
    case 6: r->created_by = thrift_str(&r->t, f.type); break;
    case 7: SONDE_TRY(read_orders(r, f.type)); break;
    default: thrift_skip(&r->t, f.type); break;
    }
  }
  SONDE_CHECK(!r->t.bad, r->err, SONDE_CORRUPT, 0, "the Parquet file's footer is damaged");
  return SONDE_OK;
}

/* Every group describes each leaf once; rows add up. */
static sonde_code check_groups(const reading *r, pq_file *file) {
  for (uint32_t g = 0; g < r->n_groups; g++) {
    uint32_t next = g + 1 < r->n_groups ? r->groups[g + 1].at : r->n_chunks;
    SONDE_CHECK(next - r->groups[g].at == file->n_leaves, r->err, SONDE_CORRUPT, 0,
                "row group %u has %u column chunks, the schema has %u columns", g, next - r->groups[g].at,
                file->n_leaves);
    r->groups[g].first_row = file->rows;
    file->rows += r->groups[g].rows;
    SONDE_CHECK(file->rows < INT64_MAX / 2, r->err, SONDE_CORRUPT, 0, "the file has impossibly many rows");
  }
  return SONDE_OK;
}

static sonde_code keep_orders(const reading *r, pq_file *file) {
  uint8_t *ordered = arena_zero(r->memory, file->n_leaves, r->err);
  if (!ordered) return r->err->code;
  if (r->n_orders == file->n_leaves && r->n_orders) memcpy(ordered, r->orders, r->n_orders);
  file->ordered = ordered;
  return SONDE_OK;
}

sonde_code pq_footer(const uint8_t *bytes, size_t len, uint64_t file_size, arena *memory, pq_file *out,
                     sonde_error *err) {
  reading r = {.t = {.p = bytes, .end = bytes + len}, .memory = memory, .err = err, .bytes = bytes};
  SONDE_CHECK(len <= INT32_MAX, err, SONDE_LIMIT, 0, "a footer of %llu bytes is too large",
              (unsigned long long)len);
  SONDE_TRY(read_metadata(&r));
  *out = (pq_file){.file_size = file_size,
                   .created_by = r.created_by,
                   .n_groups = r.n_groups,
                   .groups = r.groups,
                   .bytes = bytes,
                   .len = len,
                   .chunk_at = r.chunk_at};
  SONDE_TRY(pq_schema(r.elements, r.n_elements, memory, out, err));
  SONDE_TRY(check_groups(&r, out));
  return keep_orders(&r, out);
}
