/* Physical values as ours. */
#ifndef PARQUET_CONVERT_H
#define PARQUET_CONVERT_H
#include "format/parquet/parquet.h"

/* Bytes of a physical value as written; 0: they vary, or are bits. */
uint32_t physical_bytes(const pq_node *leaf);
/* Bytes of a value in the vec: 4, 8 or 16; 0 for bool, text, blob. */
uint32_t converted_bytes(const pq_node *leaf);

/* n values of physical_bytes each, to `out`. SONDE_VALUE when one does not fit our type. */
sonde_code convert_fixed(const pq_node *leaf, const uint8_t *raw, uint32_t n, void *out, sonde_error *);
/* The same for values of varying length: value i is bytes [offsets[i], offsets[i + 1]). */
sonde_code convert_varying(const pq_node *leaf, const char *bytes, const uint32_t *offsets, uint32_t n,
                           void *out, sonde_error *);
/* Type, form, width and base of the vec that converted values make; the buffers are the caller's to fill in. */
vec converted_vec(const pq_node *leaf);

#endif
