/* Finding the messages of files and streams. See read.h. */
#include <string.h>

#include "format/arrow/read_parts.h"

static uint32_t u32_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- files ---- */

sonde_code arrow_tail(const uint8_t *last, size_t n, uint64_t file_size, uint64_t *offset, uint32_t *length,
                      sonde_error *err) {
  const uint64_t around = ARROW_HEAD_BYTES + ARROW_TAIL_BYTES;
  SONDE_CHECK(n >= ARROW_TAIL_BYTES && file_size >= around, err, SONDE_CORRUPT, 0,
              "a file of %llu bytes is too short for Arrow", (unsigned long long)file_size);
  const uint8_t *tail = last + n - ARROW_TAIL_BYTES;
  SONDE_CHECK(memcmp(tail + 4, ARROW_MAGIC, ARROW_MAGIC_BYTES) == 0, err, SONDE_CORRUPT,
              n - ARROW_MAGIC_BYTES,
              "the file does not end as an Arrow file does: it was cut off or is still being written");
  *length = u32_at(tail);
  SONDE_CHECK(*length > 0 && *length <= file_size - around, err, SONDE_CORRUPT, n - ARROW_TAIL_BYTES,
              "the Arrow file says that its footer has %u bytes, but it has only %llu before it", *length,
              (unsigned long long)(file_size - around));
  *offset = file_size - ARROW_TAIL_BYTES - *length;
  return SONDE_OK;
}

static sonde_code damaged_metadata(sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, 0, "the metadata of the Arrow data is damaged");
}

/* Blocks that lie in the file, one by one; that they do not overlap is of no concern. */
static sonde_code read_blocks(fb_list list, uint64_t file_size, arena *memory, const arrow_block **out,
                              uint32_t *n, sonde_error *err) {
  arrow_block *blocks = arena_array(memory, list.n, sizeof *blocks, err);
  if (!blocks) return err->code;
  for (uint32_t i = 0; i < list.n; i++) {
    uint64_t offset = fb_element_u64(list, i, BLOCK_BYTES, 0);
    uint32_t metadata = (uint32_t)fb_element_u64(list, i, BLOCK_BYTES, 8);
    uint64_t body = fb_element_u64(list, i, BLOCK_BYTES, 16);
    bool fits =
        offset <= file_size && metadata <= file_size - offset && body <= file_size - offset - metadata;
    SONDE_CHECK(fits, err, SONDE_CORRUPT, 0, "batch %u of the Arrow file lies beyond the file's end", i);
    blocks[i] = (arrow_block){offset, body, metadata};
  }
  *out = blocks;
  *n = list.n;
  return SONDE_OK;
}

sonde_code arrow_open_file(const uint8_t *footer, size_t n, uint64_t file_size, arena *memory, arrow_table *t,
                           sonde_error *err) {
  fb_bytes metadata = {footer, n, false};
  fb_view view = fb_root(&metadata);
  *t = (arrow_table){.n = 0};
  SONDE_TRY(arrow_read_schema(fb_child(view, FOOTER_SCHEMA), memory, t, err));
  fb_list dictionaries = fb_elements(view, FOOTER_DICTIONARIES, BLOCK_BYTES);
  fb_list batches = fb_elements(view, FOOTER_RECORDS, BLOCK_BYTES);
  if (metadata.bad) return damaged_metadata(err);
  SONDE_TRY(read_blocks(dictionaries, file_size, memory, &t->dictionaries, &t->n_dictionaries, err));
  return read_blocks(batches, file_size, memory, &t->batches, &t->n_batches, err);
}

/* ---- messages ---- */

/* The bytes before the metadata: 8, or 4 as before format 0.15, which knew no continuation marker. */
static size_t head_of(const uint8_t *p, uint32_t *metadata_length) {
  bool marked = u32_at(p) == ARROW_CONTINUATION;
  *metadata_length = u32_at(marked ? p + 4 : p);
  return marked ? 8 : 4;
}

sonde_code arrow_next(const uint8_t *bytes, size_t n, arrow_message_kind *kind, uint64_t *length,
                      sonde_error *err) {
  uint32_t metadata_length;
  *kind = ARROW_MESSAGE_UNKNOWN;
  *length = ARROW_HEAD_BYTES;
  if (n < ARROW_HEAD_BYTES && !(n >= 4 && u32_at(bytes) == 0)) return SONDE_OK;
  size_t head = head_of(bytes, &metadata_length);
  *length = head + (uint64_t)metadata_length;
  if (metadata_length == 0) *kind = ARROW_MESSAGE_END;
  if (metadata_length == 0 || n < *length) return SONDE_OK;
  fb_bytes metadata = {bytes + head, metadata_length, false};
  fb_view message = fb_root(&metadata);
  uint64_t body = fb_uint(message, MESSAGE_BODY_LENGTH, 8, 0);
  uint64_t type = fb_uint(message, MESSAGE_HEADER_TYPE, 1, 0);
  if (metadata.bad || body > INT64_MAX) return damaged_metadata(err);
  SONDE_CHECK(type >= HEADER_SCHEMA && type <= HEADER_RECORDS, err, SONDE_UNSUPPORTED, 0,
              "an Arrow message of kind %u is not supported", (unsigned)type);
  *kind = (arrow_message_kind)type;
  *length += body;
  return SONDE_OK;
}

sonde_code arrow_open_message(const uint8_t *bytes, size_t n, fb_bytes *metadata, fb_view *message,
                              size_t *body, sonde_error *err) {
  uint32_t length;
  SONDE_CHECK(n >= ARROW_HEAD_BYTES, err, SONDE_CORRUPT, 0, "an Arrow message ends early");
  size_t head = head_of(bytes, &length);
  SONDE_CHECK(length <= n - head, err, SONDE_CORRUPT, 0, "an Arrow message ends before its metadata does");
  *metadata = (fb_bytes){bytes + head, length, false};
  *message = fb_root(metadata);
  *body = head + length;
  if (metadata->bad) return damaged_metadata(err);
  uint64_t body_length = fb_uint(*message, MESSAGE_BODY_LENGTH, 8, 0);
  SONDE_CHECK(body_length <= n - *body, err, SONDE_CORRUPT, *body,
              "an Arrow message ends before its body does");
  return SONDE_OK;
}

sonde_code arrow_open_stream(const uint8_t *schema_message, size_t n, arena *memory, arrow_table *t,
                             sonde_error *err) {
  fb_bytes metadata;
  fb_view message;
  size_t body;
  *t = (arrow_table){.n = 0};
  SONDE_TRY(arrow_open_message(schema_message, n, &metadata, &message, &body, err));
  SONDE_CHECK(fb_uint(message, MESSAGE_HEADER_TYPE, 1, 0) == HEADER_SCHEMA, err, SONDE_CORRUPT, 0,
              "the Arrow stream does not begin with a schema");
  return arrow_read_schema(fb_child(message, MESSAGE_HEADER), memory, t, err);
}
