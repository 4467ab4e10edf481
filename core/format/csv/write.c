/* Rows of CSV. See write.h. */
#include "format/csv/write.h"

#include <string.h>

#include "column/page.h"
#include "format/csv/write_cell.h"

csv_write_options csv_write_defaults(void) {
  return (csv_write_options){.delimiter = ',', .quote = '"', .header = true};
}

static bool is_mark(uint8_t c) { return c > 0 && c < 128 && c != '\r' && c != '\n'; }

static sonde_code check_options(const csv_write_options *o, sonde_error *err) {
  SONDE_CHECK(is_mark(o->delimiter) && is_mark(o->quote) && o->delimiter != o->quote, err, SONDE_VALUE, 0,
              "delimiter and quote have to be two different ASCII characters other than line ends");
  for (size_t i = 0; i < o->null_text.len; i++) {
    char c = o->null_text.ptr[i];
    bool fits = c != (char)o->delimiter && c != (char)o->quote && c != '\r' && c != '\n';
    SONDE_CHECK(fits, err, SONDE_VALUE, i, "the text for nulls holds a delimiter, a quote or a line end");
  }
  return SONDE_OK;
}

static void end_row(csv_writer *w) {
  if (w->options->crlf) buf_u8(w->out, '\r');
  buf_u8(w->out, '\n');
}

sonde_code csv_write_head(const shape *shapes, uint32_t n, const csv_write_options *o, buf *out,
                          sonde_error *err) {
  SONDE_TRY(check_options(o, err));
  if (!o->header) return SONDE_OK;
  csv_writer w;
  csv_writer_init(&w, o, n, out->mem, out);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) buf_u8(out, o->delimiter);
    csv_put_text(&w, shapes[i].name);
  }
  end_row(&w);
  return csv_writer_end(&w, err);
}

static sonde_code check_columns(const shape *shapes, uint32_t n, const vec *vecs, uint32_t rows,
                                sonde_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    SONDE_CHECK(vecs[i].rows == rows && vec_readable_as(&vecs[i], shapes[i].type), err, SONDE_MISUSE, 0,
                "column %.*s: %u values of type %s cannot be written as %u of type %s",
                (int)shapes[i].name.len, shapes[i].name.ptr, vecs[i].rows,
                type_name((type_id)vecs[i].type.id), rows, type_name((type_id)shapes[i].type.id));
  }
  return SONDE_OK;
}

sonde_code csv_write_rows(const shape *shapes, uint32_t n, const vec *vecs, uint32_t rows,
                          const csv_write_options *o, mem *m, buf *out, sonde_error *err) {
  SONDE_TRY(check_options(o, err));
  SONDE_TRY(check_columns(shapes, n, vecs, rows, err));
  size_t before = out->len;
  csv_writer w;
  csv_writer_init(&w, o, n, m, out);
  for (uint32_t r = 0; r < rows && !out->failed; r++) {
    for (uint32_t i = 0; i < n; i++) {
      if (i > 0) buf_u8(out, o->delimiter);
      csv_put_cell(&w, &vecs[i], r, shapes[i].type);
    }
    end_row(&w);
  }
  sonde_code code = csv_writer_end(&w, err);
  if (code) out->len = before;
  return code;
}
