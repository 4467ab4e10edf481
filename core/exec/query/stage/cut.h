/* Cutting plans: what of a query runs block by block over one table becomes a stage, which any engine can run for any block;
 * what is left runs over the stages' answers (op_exchange.c). */
#ifndef QUERY_CUT_H
#define QUERY_CUT_H
#include "plan/plan.h"

typedef struct {
  void *self;
  bool (*in_parts)(void *self, uint32_t table); /* whether a table's blocks are worth being given away */
  /* Whether so many of its columns may lie in this engine: then only what makes few rows of many is cut. */
  bool (*stays)(void *self, uint32_t table, uint32_t columns);
  double (*rows)(void *self, uint32_t table); /* exactly */
} cut_tables;

/* *out shares what stays the same with the plan given; new nodes lie in the arena. *n_cuts: in how many places it differs, by a
 * stage or by a count of rows that is known. */
sonde_code plan_cut(const query_plan *, const cut_tables *, arena *, query_plan *out, uint32_t *n_cuts,
                    sonde_error *);

#endif
