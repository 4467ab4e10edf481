/* The files of a table, opened beneath their roots: what is asked is asked of these, whatever becomes of their names. */
#include "seats.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool open_one(table_now *t, unsigned i) {
  struct stat st;
  file_version version;
  t->fds[i] = root_open(t->table->files[i].folder, t->table->files[i].path);
  if (t->fds[i] < 0 || fstat(t->fds[i], &st) != 0) return false;
  if (!S_ISREG(st.st_mode)) return errno = EISDIR, false;
  version_of(&st, &version);
  text_print(&t->identity, " %s", version.etag);
  return true;
}

/* A file that is gone is a table that is not there; that there is no room for one more passes. */
static sonde_code code_of_errno(void) {
  switch (errno) {
  case ENOENT:
  case ENOTDIR:
  case ELOOP: return SONDE_NAME;
  case EMFILE:
  case ENFILE: return SONDE_NOMEM;
  default: return SONDE_BYTES;
  }
}

bool table_now_open(table_now *t, const catalog_table *table, sonde_error *err) {
  *t = (table_now){.table = table, .fds = memory_of(table->file_count * sizeof *t->fds)};
  for (unsigned i = 0; i < table->file_count; i++) t->fds[i] = -1;
  text_add(&t->identity, table->name, strlen(table->name));
  for (unsigned i = 0; i < table->file_count; i++) {
    if (open_one(t, i)) continue;
    *err = (sonde_error){.code = code_of_errno(), .source = 1}; /* not a place in the SQL */
    snprintf(err->message, sizeof err->message, "file %u of table %.120s cannot be opened: %s", i + 1,
             table->name, strerror(errno));
    return false;
  }
  return true;
}

void table_now_close(table_now *t) {
  for (unsigned i = 0; t->fds && i < t->table->file_count; i++)
    if (t->fds[i] >= 0) close(t->fds[i]);
  free(t->fds);
  text_free(&t->identity);
}
