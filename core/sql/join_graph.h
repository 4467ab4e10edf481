/* What is joined: the parts of neighbouring inner joins and what conditions say about them, for those who look for an order. */
#ifndef SQL_JOIN_GRAPH_H
#define SQL_JOIN_GRAPH_H
#include "sql/estimate.h"
#include "sql/rewrite.h"

enum {
  PARTS_MAX = 40, /* of more, the first ones are joined as they are written */
  ELEMENTS_MAX = 64
};

/* What is joined with others: a table, or whatever cannot be taken apart. */
typedef struct {
  node *n;
  id_set ids;
  double rows;
  double base;  /* rows before filters */
  double width; /* of what is read of it, in numbers */
} part;

/* A column, or an expression, of one part. */
typedef struct {
  ex e;
  uint32_t part;
  double distinct; /* values it has in its part, before filters */
} member;

/* Equal to each other in every row that comes out. */
typedef struct {
  LIST_OF(member) members;
  uint64_t parts;
  double share; /* of the values that a condition leaves which was passed on to all members */
} key_class;

/* A condition over several parts that is no class; `share` of pairs passes. */
typedef struct {
  ex e;
  uint64_t parts;
  double share;
} link;

/* Two parts with several classes in common: the product of their values is more than there are, by this factor. */
typedef struct {
  uint64_t first, second;
  double factor;
} pairing;

/* A semi-join or anti-join. */
typedef struct {
  node *n;
  uint64_t needs; /* parts that its condition is about */
  double share;   /* of rows that pass */
  double rows;    /* of its right input */
} filtering;

/* Parts and semi-joins are its elements, and sets of them are bits of a word: first the parts, then the semi-joins, which filter
 * whatever they are about. */
typedef struct {
  binder *b;
  LIST_OF(part) parts;
  LIST_OF(filtering) semis;
  ex_list conditions; /* not yet one of the next */
  LIST_OF(key_class) classes;
  LIST_OF(link) links;
  LIST_OF(pairing) pairings;
  uint64_t near[ELEMENTS_MAX]; /* of each part the parts that it has a key in common with */
} join_graph;

static inline uint64_t bit(uint32_t i) { return (uint64_t)1 << i; }
static inline bool is_one(uint64_t mask) { return mask && (mask & (mask - 1)) == 0; }

/* The tree of inner joins, filters and semi-joins from n down, taken apart; the predicates are over what comes out of it. At
 * least one part. */
void join_graph_make(join_graph *, node *n, ex_list *predicates);
/* Of a class, in one of the parts; 0: it has no column there. */
double values_in_part(const key_class *, uint32_t part);
/* Aggregates among the parts look only at rows whose group another part can want. */
void restrict_aggregates(join_graph *);

#endif
