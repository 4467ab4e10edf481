/* Which parts of a plan are worth being run where the columns are rather than here. What all rules weigh: a stage takes some
 * milliseconds, columns that are kept elsewhere have to be brought here once if there is none (and then serve every later query), rows
 * that a stage answers are written, sent and read, which costs several times what it does to look at them. */
#ifndef QUERY_PAYS_H
#define QUERY_PAYS_H
#include "exec/query/stage/cut.h"

/* Of a pipeline: the scan it ends in, and how many joins lie over that. */
const plan *pipeline_scan(const plan *);
uint32_t pipeline_joins(const plan *);
/* Whether an aggregate's states can be put together. */
bool aggregates_by_states(const plan *);
bool aggregates_distinct(const plan *);

/* Whether the columns of a pipeline's table may as well lie here; where not, all that can be cut is. */
bool columns_stay(const cut_tables *, const plan *pipeline);
/* Whether so few rows come out of a pipeline that those are brought here. For an aggregate of a single table smaller ones
 * count, too: columns that only it reads need not come. */
bool few_rows_pay(const cut_tables *, const plan *pipeline, bool for_aggregate);
/* Whether it is worth while to have the node on top of a pipeline done in the stage. */
bool top_pays(const cut_tables *, const plan *);

#endif
