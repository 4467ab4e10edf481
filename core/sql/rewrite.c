#include "sql/bind.h"
node *rewrite(binder *b, node *n) {
  (void)b;
  return n;
}
