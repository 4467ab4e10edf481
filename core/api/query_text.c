/* The rows of a query as pages of one JSON text. */
#include "api/query_job.h"
#include "exec/query/expression/result_json.h"

#define PAGE_BYTES ((size_t)1 << 20)

static sonde_code begin(asking *x, const plan_column *columns, uint32_t n, sonde_error *err) {
  buf *page = &x->job->page;
  plan shown = {.columns = columns, .n_columns = n};
  buf_clear(page);
  buf_u8(page, '{');
  result_columns(page, &shown);
  buf_put(page, ",\"rows\":[", 9);
  return buf_status(page, err);
}

static sonde_code rows(asking *x, const batch *b, sonde_error *err) {
  buf *page = &x->job->page;
  result_rows(page, b, x->rows == 0, x->zone);
  if (page->len >= PAGE_BYTES) x->job->phase = QUERY_PAGE;
  return buf_status(page, err);
}

static sonde_step end(asking *x, sonde_error *err) {
  buf_put(&x->job->page, "]}\n", 3);
  return query_last_page(x, err);
}

const sink query_text_sink = {begin, rows, end};
