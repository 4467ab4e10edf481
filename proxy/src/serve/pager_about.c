/* What is said of a large CSV file that is being read, and how long it may take. See pager.h. */
#include "pager.h"
#include "peek.h"

static uint64_t estimate(const pager_about *about) {
  const sonde_progress *p = &about->progress;
  double per_byte = p->done_bytes ? (double)p->rows / (double)p->done_bytes : 0;
  if (about->state != PAGER_OPENED) return about->rows;
  return per_byte > 0 ? (uint64_t)(per_byte * (double)p->total_bytes)
                      : peek_u64(peek_member(peek_member(text_str(&about->info), "rows"), "count"));
}

void pager_about_put(text *out, const pager_about *about) {
  const sonde_progress *p = &about->progress;
  text_print(
      out,
      "\"reading\":{\"phase\":\"%s\",\"rows\":%llu,\"about\":%llu,\"doneBytes\":%llu,\"totalBytes\":%llu}",
      about->state == PAGER_OPENED ? "index" : "import", (unsigned long long)about->rows,
      (unsigned long long)estimate(about), (unsigned long long)p->done_bytes,
      (unsigned long long)p->total_bytes);
}

void pager_about_free(pager_about *about) {
  text_free(&about->info);
  text_free(&about->columns);
}

double pager_rest_ms(const sonde_progress *now, uint64_t needed, uint64_t spent_ms) {
  double done = (double)now->done_bytes, all = (double)now->total_bytes;
  double needs = now->rows ? (double)needed * done / (double)now->rows : 0;
  if (needs > all) needs = all;
  return needs > done ? 1 + (needs / done - 1) * (double)spent_ms : 1;
}
