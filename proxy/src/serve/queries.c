/* Ids are the client's own (field Sonde-Query of the request), or the server's (the same field of the answer). The loop itself
 * answers: workers may all be busy with what is to be ended. */
#include "queries.h"
#include "site.h"

static const char prefix[] = "/v1/queries/";
enum { PREFIX_LEN = sizeof prefix - 1 };

bool queries_is_path(const http_request *q) {
  return q->path.len > PREFIX_LEN && memcmp(q->path.ptr, prefix, PREFIX_LEN) == 0;
}

void queries_answer(loop *l, const http_request *q, const char *user, exchange *x) {
  sonde_str id = {q->path.ptr + PREFIX_LEN, q->path.len - PREFIX_LEN};
  if (q->method != METHOD_DELETE) {
    answer_problem(l, q, x, 405, "Allow: DELETE\r\n", "method", "A query can only be ended here.");
  } else if (work_cancel_named(l->site->work, user, id)) {
    answer_begin(l, q, x, 204);
    out_literal(&x->head, "\r\n");
  } else {
    answer_problem(l, q, x, 404, "", "not_found", "No such query of yours is being answered.");
  }
}
