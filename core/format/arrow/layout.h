/* Inside the writer: how a shape is laid out in Arrow, which schema and batches have to agree on. */
#ifndef ARROW_LAYOUT_H
#define ARROW_LAYOUT_H
#include "format/arrow/flatbuf.h"
#include "format/arrow/metadata.h"
#include "format/arrow/write.h"

arrow_type arrow_type_of(const shape *, const arrow_write_options *);
/* A nested value without children is written as its JSON. */
bool arrow_is_json(const shape *);
/* How many nodes and buffers a shape takes in a batch. */
void arrow_count_buffers(const shape *, const arrow_write_options *, uint32_t *nodes, uint32_t *buffers);

/* An encapsulated message: its head with a Message of the kind whose `header` is to be written next; answers the position of
 * that reference. `*body_length` is the position of that field. */
size_t arrow_message_begin(buf *, uint8_t header_type, size_t *body_length);
/* Ends the metadata of the message that begins at `begin`; answers its length. */
uint32_t arrow_message_end(buf *, size_t begin);
void arrow_put_schema(buf *, size_t reference, const shape *, uint32_t n, const arrow_write_options *);

#endif
