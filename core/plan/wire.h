/* Plans as bytes: how a part of a query travels to other engines. One function describes each struct, for both ways. */
#ifndef PLAN_WIRE_H
#define PLAN_WIRE_H
#include "plan/plan.h"

sonde_code plan_put(buf *, const query_plan *, sonde_error *);
/* Every number is checked, so that bytes of any kind give a sound plan or SONDE_CORRUPT. Texts are borrowed from the bytes. */
sonde_code plan_get(rd *, arena *, query_plan *out, sonde_error *);

/* A value of a type. False: the bytes are none (r->bad), or *err is set. Texts are borrowed. */
void cell_put(buf *, const sql_type *, cell);
bool cell_get(rd *, const sql_type *, arena *, cell *out, sonde_error *);

#endif
