/* Life of an exchange: reused by its loop, so that answering a request allocates nothing. */
#include "exchange.h"
#include <stddef.h>
#include <stdlib.h>

void exchange_init(exchange *x) {
  memset(x, 0, offsetof(exchange, head_bytes));
  x->head = (out){.ptr = x->head_bytes, .cap = sizeof x->head_bytes};
  x->done = true;
}

void exchange_clear(exchange *x) {
  opened_release(x->file);
  if (x->work) work_release(x->work);
  if (x->cold) cold_abandon(x->cold);
  free(x->body), free(x->parts), free(x->input), free(x->input_head), free(x->request), free(x->grant);
}

bool exchange_is_sent(const exchange *x) {
  return x->head_sent == x->head.len && x->body_sent == x->body_len && x->length == 0;
}
