/* ColumnChunk and ColumnMetaData as the facts that reading needs; pieces as bytes. */
#include <string.h>

#include "codec/codec_block.h"
#include "format/parquet/schema.h"

#define BLOOM_GUESS 64u /* enough for the header, which tells the rest */

/* ColumnChunk and the ColumnMetaData in it, as written. */
typedef struct {
  int64_t codec, values, packed, data_at, dictionary_at, nulls;
  int64_t bloom_at, bloom_length;
  int64_t offset_index_at, offset_index_length, column_index_at, column_index_length;
  int64_t physical;
  sonde_str min, max, old_min, old_max;
  bool elsewhere, encrypted, described;
} written;

static void read_statistics(thrift *t, written *w) {
  thrift_field f = {0};
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: w->old_max = thrift_str(t, f.type); break;
    case 2: w->old_min = thrift_str(t, f.type); break;
    case 3: w->nulls = thrift_int(t, f.type); break;
    case 5: w->max = thrift_str(t, f.type); break;
    case 6: w->min = thrift_str(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
  thrift_leave(t);
}

static void read_metadata(thrift *t, written *w) {
  thrift_field f = {0};
  w->described = true;
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: w->physical = thrift_int(t, f.type); break;
    case 4: w->codec = thrift_int(t, f.type); break;
    case 5: w->values = thrift_int(t, f.type); break;
    case 7: w->packed = thrift_int(t, f.type); break;
    case 9: w->data_at = thrift_int(t, f.type); break;
    case 11: w->dictionary_at = thrift_int(t, f.type); break;
    case 12:
      if (f.type == THRIFT_STRUCT)
        read_statistics(t, w);
      else
        thrift_skip(t, f.type);
      break;
    case 14: w->bloom_at = thrift_int(t, f.type); break;
    case 15: w->bloom_length = thrift_int(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
  thrift_leave(t);
}

static void read_chunk(thrift *t, written *w) {
  *w = (written){.nulls = -1};
  thrift_field f = {0};
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: w->elsewhere = thrift_str(t, f.type).len > 0; break;
    case 3:
      if (f.type == THRIFT_STRUCT)
        read_metadata(t, w);
      else
        thrift_skip(t, f.type);
      break;
    case 4: w->offset_index_at = thrift_int(t, f.type); break;
    case 5: w->offset_index_length = thrift_int(t, f.type); break;
    case 6: w->column_index_at = thrift_int(t, f.type); break;
    case 7: w->column_index_length = thrift_int(t, f.type); break;
    case 8:
    case 9:
      w->encrypted = true;
      thrift_skip(t, f.type);
      break;
    default: thrift_skip(t, f.type); break;
    }
  }
  thrift_leave(t);
}

/* enum CompressionCodec; LZO has no decoder here, as in every reader of today. */
static bool codec_of(int64_t codec, uint8_t *out) {
  static const uint8_t kinds[] = {BLOCK_PLAIN,  BLOCK_SNAPPY, BLOCK_GZIP, 255,
                                  BLOCK_BROTLI, BLOCK_LZ4,    BLOCK_ZSTD, BLOCK_LZ4_RAW};
  if (codec < 0 || codec >= (int64_t)sizeof kinds || kinds[codec] == 255) return false;
  *out = kinds[codec];
  return true;
}

static bool inside(int64_t at, int64_t length, uint64_t file_size, pq_range *out) {
  if (at <= 0 || length < 0 || (uint64_t)at > file_size || (uint64_t)length > file_size - (uint64_t)at)
    return false;
  *out = (pq_range){(uint64_t)at, (uint64_t)length};
  return true;
}

/* What only helps (indexes, bloom filters) is left out when it lies outside of the file. */
static void keep_helpers(const written *w, uint64_t file_size, pq_chunk *c) {
  pq_range r;
  if (inside(w->column_index_at, w->column_index_length, file_size, &r)) c->column_index = r;
  if (inside(w->offset_index_at, w->offset_index_length, file_size, &r)) c->offset_index = r;
  if (w->bloom_at <= 0 || (uint64_t)w->bloom_at >= file_size) return;
  uint64_t rest = file_size - (uint64_t)w->bloom_at;
  int64_t guess = (int64_t)(rest < BLOOM_GUESS ? rest : BLOOM_GUESS);
  int64_t length = w->bloom_length > 0 ? w->bloom_length : guess;
  if (inside(w->bloom_at, length, file_size, &r)) c->bloom = r;
  c->bloom_guessed = w->bloom_length <= 0;
}

/* parquet.js hashes numbers as their decimal text, so its filters rule out what is there. */
static bool hashes_wrongly(const pq_file *file, const pq_node *leaf) {
  static const char writer[] = "parquet.js";
  size_t n = sizeof writer - 1;
  bool by_it = file->created_by.len >= n && memcmp(file->created_by.ptr, writer, n) == 0;
  return by_it && leaf->physical != PQ_BYTE_ARRAY;
}

static void keep_statistics(const written *w, bool ordered, pq_chunk *c) {
  c->ordered = ordered;
  c->deprecated = !w->min.ptr && !w->max.ptr;
  c->nulls = w->nulls >= 0 && w->nulls <= w->values ? (uint64_t)w->nulls : UINT64_MAX;
  c->min = c->deprecated ? w->old_min : w->min;
  c->max = c->deprecated ? w->old_max : w->max;
}

static sonde_code check_chunk(const written *w, const pq_node *leaf, sonde_error *err) {
  SONDE_CHECK(!w->encrypted, err, SONDE_UNSUPPORTED, 0, "the column is encrypted, which is not supported");
  SONDE_CHECK(!w->elsewhere, err, SONDE_UNSUPPORTED, 0,
              "the column's data lies in another file, which is not supported");
  SONDE_CHECK(w->described, err, SONDE_CORRUPT, 0, "the footer does not describe the column's data");
  SONDE_CHECK(w->physical == leaf->physical, err, SONDE_CORRUPT, 0,
              "the column's data has another physical type than the schema says");
  SONDE_CHECK(w->values >= 0 && w->values <= UINT32_MAX - 1, err, w->values < 0 ? SONDE_CORRUPT : SONDE_LIMIT,
              0, "a column chunk has %lld values", (long long)w->values);
  return SONDE_OK;
}

static sonde_code chunk_of(const pq_file *file, uint32_t at, const pq_node *leaf, bool ordered, pq_chunk *c,
                           sonde_error *err) {
  thrift t = {.p = file->bytes + at, .end = file->bytes + file->len};
  written w;
  read_chunk(&t, &w);
  SONDE_CHECK(!t.bad, err, SONDE_CORRUPT, 0, "the footer is damaged");
  SONDE_TRY(check_chunk(&w, leaf, err));
  *c = (pq_chunk){.values = (uint64_t)w.values};
  SONDE_CHECK(codec_of(w.codec, &c->codec), err, SONDE_UNSUPPORTED, 0,
              "the column is compressed in a way that is not supported (codec %lld%s)", (long long)w.codec,
              w.codec == 3 ? ", LZO" : "");
  bool dictionary = w.dictionary_at > 0 && w.dictionary_at < w.data_at;
  bool fits = inside(dictionary ? w.dictionary_at : w.data_at, w.packed, file->file_size, &c->pages);
  SONDE_CHECK(fits || w.values == 0, err, SONDE_CORRUPT, w.data_at > 0 ? w.data_at : 0,
              "the column's data (%lld bytes at %lld) leaves the file", (long long)w.packed,
              (long long)w.data_at);
  keep_helpers(&w, file->file_size, c);
  if (hashes_wrongly(file, leaf)) c->bloom = (pq_range){0, 0};
  keep_statistics(&w, ordered, c);
  return SONDE_OK;
}

static void collect_leaves(const pq_node *n, const pq_node **leaves) {
  if (n->kind == PQ_LEAF) leaves[n->leaf] = n;
  for (uint32_t i = 0; i < n->n_children; i++) collect_leaves(&n->children[i], leaves);
}

/* Names row group and column in what went wrong. */
static sonde_code explain(sonde_code code, uint32_t group, sonde_str column, sonde_error *err) {
  sonde_error why = *err;
  return status_set(err, code, why.at, "column \"%.*s\", row group %u: %s",
                    (int)(column.len < 60 ? column.len : 60), column.ptr, group, why.message);
}

sonde_code pq_piece_of(const pq_file *file, uint32_t group, uint32_t column, arena *memory, pq_piece *out,
                       sonde_error *err) {
  const pq_column *c = &file->columns[column];
  const pq_group *g = &file->groups[group];
  SONDE_CHECK(g->rows < UINT32_MAX, err, SONDE_LIMIT, 0, "row group %u has more than 2^32 rows", group);
  pq_chunk *chunks = arena_array(memory, c->n_leaves, sizeof *chunks, err);
  const pq_node **leaves = arena_array(memory, c->n_leaves, sizeof *leaves, err);
  if (!chunks || !leaves) return err->code;
  collect_leaves(c->node, leaves);
  for (uint32_t i = 0; i < c->n_leaves; i++) {
    uint32_t leaf = c->first_leaf + i;
    sonde_code code =
        chunk_of(file, file->chunk_at[g->at + leaf], leaves[i], file->ordered[leaf], &chunks[i], err);
    if (code) return explain(code, group, c->name, err);
  }
  *out = (pq_piece){.node = c->node,
                    .rows = g->rows,
                    .file_size = file->file_size,
                    .n_leaves = c->n_leaves,
                    .chunks = chunks,
                    .leaves = leaves};
  return SONDE_OK;
}

/* ---- as bytes ---- */

static void put_node(buf *b, const pq_node *n) {
  uint8_t facts[] = {n->type.id, n->type.scale, n->kind,       n->def,     n->item_def, n->slot_def,
                     n->rep,     n->physical,   n->conversion, n->max_def, n->max_rep};
  buf_put(b, facts, sizeof facts);
  buf_str(b, n->name);
  buf_u32(b, n->fixed_bytes);
  buf_u32(b, n->leaf);
  buf_u32(b, n->n_children);
  for (uint32_t i = 0; i < n->n_children; i++) put_node(b, &n->children[i]);
}

static void put_range(buf *b, pq_range r) {
  buf_u64(b, r.offset);
  buf_u64(b, r.length);
}

static void put_optional(buf *b, sonde_str s) {
  buf_u8(b, s.ptr != NULL);
  if (s.ptr) buf_str(b, s);
}

static void put_chunk(buf *b, const pq_chunk *c) {
  buf_u8(b, c->codec);
  buf_u8(b, c->ordered);
  buf_u8(b, c->deprecated);
  buf_u64(b, c->values);
  put_range(b, c->pages);
  buf_u64(b, c->nulls);
  put_optional(b, c->min);
  put_optional(b, c->max);
  put_range(b, c->column_index);
  put_range(b, c->offset_index);
  put_range(b, c->bloom);
  buf_u8(b, c->bloom_guessed);
}

void pq_piece_put(buf *b, const pq_piece *p) {
  buf_u64(b, p->rows);
  buf_u64(b, p->file_size);
  buf_u32(b, p->n_leaves);
  put_node(b, p->node);
  for (uint32_t i = 0; i < p->n_leaves; i++) put_chunk(b, &p->chunks[i]);
}

enum { NODE_BYTES = 11 + 4 + 4 + 4 + 4 };

/* Whether such physical values can be converted so. */
static bool converts(const pq_node *n) {
  bool bytes = n->physical == PQ_BYTE_ARRAY || n->physical == PQ_FIXED;
  switch (n->conversion) {
  case PQ_AS_NULL: return true;
  case PQ_AS_BOOL: return n->physical == PQ_BOOLEAN;
  case PQ_AS_INT32:
  case PQ_AS_UINT32:
  case PQ_AS_MILLIS32: return n->physical == PQ_INT32;
  case PQ_AS_INT64:
  case PQ_AS_UINT64:
  case PQ_AS_MILLIS64: return n->physical == PQ_INT64;
  case PQ_AS_INT96: return n->physical == PQ_INT96;
  case PQ_AS_FLOAT: return n->physical == PQ_FLOAT;
  case PQ_AS_DOUBLE: return n->physical == PQ_DOUBLE;
  case PQ_AS_FLOAT16: return n->physical == PQ_FIXED && n->fixed_bytes == 2;
  case PQ_AS_UUID: return n->physical == PQ_FIXED && n->fixed_bytes == 16;
  case PQ_AS_INTERVAL: return n->physical == PQ_FIXED && n->fixed_bytes == 12;
  case PQ_AS_DECIMAL: return bytes || n->physical == PQ_INT32 || n->physical == PQ_INT64;
  case PQ_AS_WIDE_DECIMAL:
  case PQ_AS_BYTES: return bytes;
  default: return false;
  }
}

static bool leaf_fits(const pq_node *n) {
  bool fixed = n->physical == PQ_FIXED ? n->fixed_bytes > 0 && n->fixed_bytes <= INT32_MAX : true;
  return n->physical <= PQ_FIXED && converts(n) && n->n_children == 0 && fixed;
}

static bool node_fits(const pq_node *n) {
  if (n->type.id > TYPE_LAST || n->kind > PQ_VARIANT) return false;
  if (n->kind == PQ_LIST) return n->n_children == 1;
  if (n->kind == PQ_MAP) return n->n_children == 2;
  return n->kind == PQ_STRUCT || n->kind == PQ_VARIANT || leaf_fits(n);
}

static sonde_code get_node(rd *r, uint32_t depth, uint32_t *leaf, pq_node *n, arena *memory,
                           sonde_error *err) {
  const uint8_t *f = rd_bytes(r, 11);
  SONDE_CHECK(f && depth <= 2 * PQ_DEPTH_MAX, err, SONDE_CORRUPT, 0, "a piece is broken");
  *n = (pq_node){.type = {f[0], f[1]}, .kind = f[2], .def = f[3], .item_def = f[4], .slot_def = f[5]};
  n->rep = f[6];
  n->physical = f[7];
  n->conversion = f[8];
  n->max_def = f[9];
  n->max_rep = f[10];
  n->name = rd_str(r);
  n->fixed_bytes = rd_u32(r);
  n->leaf = rd_u32(r);
  n->n_children = rd_count(r, NODE_BYTES);
  SONDE_CHECK(!r->bad && node_fits(n) && n->leaf == *leaf, err, SONDE_CORRUPT, 0, "a piece is broken");
  if (n->kind == PQ_LEAF) ++*leaf;
  pq_node *children = arena_array(memory, n->n_children, sizeof *children, err);
  if (!children) return err->code;
  n->children = children;
  for (uint32_t i = 0; i < n->n_children; i++)
    SONDE_TRY(get_node(r, depth + 1, leaf, &children[i], memory, err));
  return SONDE_OK;
}

static pq_range get_range(rd *r, uint64_t file_size) {
  pq_range range;
  range.offset = rd_u64(r);
  range.length = rd_u64(r);
  if (range.offset > file_size || range.length > file_size - range.offset) r->bad = true;
  return range;
}

static sonde_str get_optional(rd *r) { return rd_u8(r) ? rd_str(r) : (sonde_str){NULL, 0}; }

static void get_chunk(rd *r, uint64_t file_size, pq_chunk *c) {
  c->codec = rd_u8(r);
  c->ordered = rd_u8(r);
  c->deprecated = rd_u8(r);
  c->values = rd_u64(r);
  c->pages = get_range(r, file_size);
  c->nulls = rd_u64(r);
  c->min = get_optional(r);
  c->max = get_optional(r);
  c->column_index = get_range(r, file_size);
  c->offset_index = get_range(r, file_size);
  c->bloom = get_range(r, file_size);
  c->bloom_guessed = rd_u8(r);
  if (c->codec > BLOCK_LZ4_RAW || c->values >= UINT32_MAX) r->bad = true;
}

sonde_code pq_piece_get(rd *r, arena *memory, pq_piece *out, sonde_error *err) {
  uint64_t rows = rd_u64(r), file_size = rd_u64(r);
  uint32_t n_leaves = rd_count(r, NODE_BYTES), found = 0;
  pq_node *node = arena_zero(memory, sizeof *node, err);
  pq_chunk *chunks = arena_array(memory, n_leaves, sizeof *chunks, err);
  const pq_node **leaves = arena_array(memory, n_leaves, sizeof *leaves, err);
  if (!node || !chunks || !leaves) return err->code;
  SONDE_TRY(get_node(r, 0, &found, node, memory, err));
  SONDE_CHECK(found == n_leaves && rows < UINT32_MAX, err, SONDE_CORRUPT, 0, "a piece is broken");
  collect_leaves(node, leaves);
  for (uint32_t i = 0; i < n_leaves; i++) get_chunk(r, file_size, &chunks[i]);
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "a piece is broken");
  *out = (pq_piece){node, rows, file_size, n_leaves, chunks, leaves};
  return SONDE_OK;
}
