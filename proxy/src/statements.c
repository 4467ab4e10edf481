/* Reads statements line by line, so that each is answered before the next has to be there. */
#include "statements.h"
#include <stdlib.h>
#include <string.h>

static void trim_end(text *t) {
  while (t->len && strchr(" \t\r\n", t->ptr[t->len - 1])) t->len--;
}

static bool take_semicolon(text *sql) {
  if (!sql->len || sql->ptr[sql->len - 1] != ';') return false;
  sql->len--;
  return true;
}

bool statement_read(FILE *file, text *sql) {
  char *line = NULL;
  size_t cap = 0;
  bool ended = false;
  ssize_t n;
  text_clear(sql);
  while (!ended && (n = getline(&line, &cap, file)) >= 0) {
    if (sql->len) text_add(sql, "\n", 1);
    text_add(sql, line, (size_t)n);
    trim_end(sql);
    ended = take_semicolon(sql);
  }
  free(line);
  return ended || sql->len > 0;
}
