/* queries.h — DELETE /v1/queries/{id}: ends an answer that is being made, for who asked for it. */
#ifndef SERVE_QUERIES_H
#define SERVE_QUERIES_H
#include "work.h"

extern const work_route queries_route;

#endif
