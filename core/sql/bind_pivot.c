#include "sql/bind.h"
node *bind_pivot(binder *b, const ast_table *t, scope *s) {
  (void)s;
  bind_fail(b, SONDE_UNSUPPORTED, t->at, "PIVOT is not handled");
  return &b->no_node;
}
