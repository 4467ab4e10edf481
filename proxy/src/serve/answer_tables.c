/* /v1/tables: the list, one table, its rows. */
#include "answers.h"
#include "peek.h"
#include "reply.h"
#include "tag.h"
#include <string.h>

void answer_tables(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  work_problem(w, 404, "not_found", "There is no such table.", NULL);
}
