/* Reading Arrow IPC (Arrow columnar format 1.4) from bytes at hand; whoever reads brings them. No number of a file is trusted.
 *
 *   a file:    arrow_tail → where the footer is; arrow_open_file → the table and where each message is
 *   a stream:  arrow_next over the first message; arrow_open_stream → the table; arrow_next → … → ARROW_MESSAGE_END
 *   then both: arrow_read_dictionary of the dictionaries (a stream: as they come), arrow_read_batch of any batch
 *
 * How types are read: integers int64, uint64 decimal(0) | half and single float, double | decimal32, 64, 128 decimal
 *   date32, date64 date | time, timestamp in microseconds or, when they have them, nanoseconds | utf8 of all layouts text
 *   binary of all layouts, fixed_size_binary blob, with extension arrow.uuid uuid | interval and duration interval
 *   list, large_list, fixed_size_list list | map | struct | null | dictionaries of texts VEC_DICT
 * SONDE_UNSUPPORTED: decimal256, unions, run-end encoding, list views, dictionaries of other values, big-endian files.
 * Offsets in errors count from the begin of the bytes given. */
#ifndef ARROW_READ_H
#define ARROW_READ_H
#include "base/arena.h"
#include "column/shape.h"
#include "column/vec.h"

typedef struct arrow_field arrow_field;

/* Where a message of a file is: metadata, then body. */
typedef struct {
  uint64_t offset, body_length;
  uint32_t metadata_length;
} arrow_block;

typedef struct {
  uint32_t n; /* columns */
  const shape *shapes;
  const arrow_field *fields;          /* the same as they are stored */
  uint32_t n_batches, n_dictionaries; /* of a file */
  const arrow_block *batches, *dictionaries;
} arrow_table;

enum { ARROW_TAIL_BYTES = 10, ARROW_HEAD_BYTES = 8 };

/* `last`: the last n >= ARROW_TAIL_BYTES bytes of a file; answers the range of its footer. */
sonde_code arrow_tail(const uint8_t *last, size_t n, uint64_t file_size, uint64_t *offset, uint32_t *length,
                      sonde_error *);
/* The table lies in `memory` and borrows nothing. */
sonde_code arrow_open_file(const uint8_t *footer, size_t n, uint64_t file_size, arena *memory, arrow_table *,
                           sonde_error *);
sonde_code arrow_open_stream(const uint8_t *schema_message, size_t n, arena *memory, arrow_table *,
                             sonde_error *);

typedef enum {
  ARROW_MESSAGE_END,
  ARROW_MESSAGE_SCHEMA,
  ARROW_MESSAGE_DICTIONARY,
  ARROW_MESSAGE_RECORDS,
  ARROW_MESSAGE_UNKNOWN /* there are too few bytes to tell */
} arrow_message_kind;

/* The message of a stream that begins at `bytes`, of which n are at hand: what it is and how long. While it is unknown, `*length`
 * says how many bytes will tell more. A stream also ends where its source does, at the end of a message. */
sonde_code arrow_next(const uint8_t *bytes, size_t n, arrow_message_kind *kind, uint64_t *length,
                      sonde_error *);

/* Dictionaries by their ids. Begin with {0}; they lie in the arena that they were read to. */
typedef struct {
  struct arrow_dictionary *first;
} arrow_dictionaries;

/* Reads a whole message; a dictionary read later replaces or (delta) lengthens one of the same id. `scratch` is reset. */
sonde_code arrow_read_dictionary(const arrow_table *, const uint8_t *message, size_t n, arena *memory,
                                 arena *scratch, arrow_dictionaries *, sonde_error *);
/* Reads a whole message: the columns that are `wanted` (NULL: all) into `vecs`, which lie in `memory`; the others become VEC_NULL.
 * `scratch` is reset. */
sonde_code arrow_read_batch(const arrow_table *, const arrow_dictionaries *, const uint8_t *message, size_t n,
                            const bool *wanted, arena *memory, arena *scratch, vec *vecs, uint32_t *rows,
                            sonde_error *);

#endif
