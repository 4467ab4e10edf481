/* One face for the three formats that tables are written as. Parts are made apart from each other, anywhere, by a pure function; an
 * exporter puts them behind one another: begin, part after part, end are the file. */
#ifndef FORMAT_EXPORT_H
#define FORMAT_EXPORT_H
#include "format/arrow/write.h"
#include "format/csv/write.h"
#include "format/parquet/write.h"

typedef enum { EXPORT_CSV, EXPORT_PARQUET, EXPORT_ARROW } export_format;

typedef struct {
  uint8_t format; /* export_format */
  csv_write_options csv;
  pq_write_options parquet;
  arrow_write_options arrow;
} export_options;

/* Options and shapes as bytes, for fragments; what is read back borrows from the bytes. */
void export_put(buf *, const export_options *, const shape *, uint32_t n);
sonde_code export_get(rd *, arena *, export_options *, const shape **, uint32_t *n, sonde_error *);

/* One part: its bytes, and what the exporter has to know of it. Both bufs are as they were before when it fails. */
sonde_code export_part(const export_options *, const shape *, uint32_t n, const vec *, uint32_t rows, mem *,
                       buf *bytes, buf *about, sonde_error *);

typedef struct {
  const export_options *options; /* borrowed, like the shapes */
  const shape *shapes;
  uint32_t n;
  pq_writer parquet;
  arrow_writer arrow;
} exporter;

/* Zero before; freed with exporter_free also where it failed. All append to `out`, which a caller empties in between (to a length that is a
 * multiple of 8). */
sonde_code exporter_begin(exporter *, const export_options *, const shape *, uint32_t n, mem *, buf *out,
                          sonde_error *);
/* The part that comes next: `about` and the length of its bytes. */
sonde_code exporter_add(exporter *, sonde_str about, uint64_t length, sonde_error *);
sonde_code exporter_end(exporter *, buf *out, sonde_error *);
void exporter_free(exporter *);

#endif
