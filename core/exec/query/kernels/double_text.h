/* A double as printf writes it: correctly rounded to any number of digits, without the C library's code for long doubles. */
#ifndef QUERY_DOUBLE_TEXT_H
#define QUERY_DOUBLE_TEXT_H
#include "base/buf.h"

/* Without its sign. `type`: e, E, f, F, g or G; precision -1: 6; `thousands`: what stands between groups of three digits, or 0. */
void put_double_as(buf *, double, char type, int precision, char thousands);

#endif
