/* What the parts of {"job":"query"} share: job_query.c runs a statement, a sink takes its rows. */
#ifndef API_QUERY_JOB_H
#define API_QUERY_JOB_H
#include "api/job.h"
#include "exec/query/query.h"
#include "exec/query/spool/spool.h"
#include "exec/store/collect.h"
#include "sql/sql.h"

typedef struct asking asking;

typedef struct {
  sonde_code (*begin)(asking *, const plan_column *, uint32_t n, sonde_error *);
  sonde_code (*rows)(asking *, const batch *, sonde_error *);
  sonde_step (*end)(asking *, sonde_error *); /* after the last row; answers what the job's step answers */
} sink;

/* query_stages.c: the stages of the query that runs. */
typedef struct running_stage running_stage;
typedef struct fetched_table fetched_table;

struct asking {
  sonde_job *job;
  sonde_str sql;
  table **tables; /* of the catalogue; NULL: a view */
  sql_catalog catalog;
  sql_parameters parameters;
  sql_statement statement;
  query_tables source;
  arena made_columns; /* of a block: those that its file does not have */
  uint32_t blocks_out;
  query query;
  spool spool;
  sonde_source spooled; /* the source behind it; 0: none */
  query_plan cut;       /* the statement's plan, cut into stages; root NULL: it was not */
  bool in_parts;        /* the host said that it takes fragments */
  bool everywhere;      /* it is cut wherever it can be, whether that pays or not */
  uint64_t share;       /* bytes that an operator keeps before it spills; 0: as the engine's limit says */
  uint32_t batch_rows;  /* 0: as many as there may be */
  bool read_only;       /* what would outlive the query is refused */
  query_stages stage_source;
  running_stage *stages, *given; /* all of them; the one whose fragments are given away */
  bool waiting;                  /* for an answer of that one */
  fetched_table
      *fetches; /* tables whose columns are brought here before the query runs; the first one is under way */
  bool fetching;
  bool running;       /* the query has to be closed */
  const sink *answer; /* of what the host asked for: text or table */
  const sink *sink;   /* of the query that runs now */
  plan_count *counts; /* EXPLAIN ANALYZE: n_counts, of all nodes of the plan; else NULL */
  uint32_t n_counts;
  uint64_t rows, limit;
  uint64_t batches, taken; /* that the running query has answered; that the sink has taken */
  const time_zone *zone;   /* of the session; NULL: UTC */
  int64_t now;
  uint64_t seed;
  collector collector; /* query_table.c */
  table *made;         /* not yet the engine's */
  sonde_str *texts;    /* query_pivot.c */
  uint32_t texts_cap;
};

enum { QUERY_BIND, QUERY_FETCH, QUERY_RUN, QUERY_PAGE, QUERY_LAST_PAGE };

/* The phase is QUERY_LAST_PAGE: the host looks at the job's page, then the job is done. */
sonde_step query_last_page(asking *, sonde_error *);
/* A statement without rows of its own answers one column with one number, or none. */
sonde_step query_answer_count(asking *, uint64_t count, bool has_count, sonde_error *);

extern const sink query_text_sink;         /* pages of JSON text */
extern const sink query_table_sink;        /* a table of the engine */
extern const sink query_create_table_sink; /* a table of the session */
extern const sink query_pivot_sink;        /* values for binding again */
extern const sink query_analyze_sink;      /* counted, node by node */
void query_table_free(asking *);

/* query_stages.c. Cuts the plan where that is worth it: x->cut. */
sonde_code query_cut(asking *, sonde_error *);
/* Fragments of stages: of the job's kind. */
sonde_code stage_encode(sonde_job *, uint32_t id, buf *, sonde_error *);
sonde_code stage_accept(sonde_job *, uint32_t id, rd *, sonde_error *);
bool stage_refuse(sonde_job *, uint32_t id, const sonde_error *);
uint32_t stage_block_of(sonde_job *, uint32_t id);
void query_stages_free(asking *);
extern const query_stages query_stage_functions; /* `self` is the asking */

/* query_fetch.c. Lists what the plan reads here and other engines keep: x->fetches, which the steps empty. */
sonde_code query_fetch(asking *, sonde_error *);
sonde_step query_fetch_step(asking *, sonde_error *);
/* Whether so many columns of a table of the catalogue may be kept here. */
bool query_fits(asking *, uint32_t table, uint32_t columns);
sonde_code fetch_encode(sonde_job *, uint32_t id, buf *, sonde_error *);
sonde_code fetch_accept(sonde_job *, uint32_t id, rd *, sonde_error *);
uint32_t fetch_block_of(sonde_job *, uint32_t id);

/* The tables that a query may read are not dropped under it; from here on it reads none. */
void query_release_tables(asking *);

/* query_parameters.c: an array of values, or an object of named ones; or either as a text that holds its JSON, which has all digits. */
sonde_code query_parameters(const json *, arena *, sql_parameters *out, sonde_error *);

#endif
