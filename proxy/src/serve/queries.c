/* Ids come from the field Sonde-Query of answers that take time. */
#include "queries.h"
#include <stdlib.h>

static uint64_t id_of(sonde_str path) {
  const char *digits = path.ptr + sizeof "/v1/queries/" - 1;
  char *end;
  if (path.len < sizeof "/v1/queries/" || *digits < '1' || *digits > '9') return 0;
  uint64_t id = strtoull(digits, &end, 10);
  return *end ? 0 : id;
}

static void cancel(work *w, const work_request *q, void *context) {
  (void)context;
  uint64_t id = id_of(q->request->path);
  if (id && work_cancel_id(w, id))
    work_begin(w, 204, 0, "");
  else
    work_problem(w, 404, "not_found", "No such query of yours is being answered.", NULL);
}

const work_route queries_route = {METHOD_DELETE, "/v1/queries", true, cancel};
