/* The inside of wire.h. A struct is described once: `wire` either writes the fields that it is shown or fills them. */
#ifndef PLAN_WIRE_FIELDS_H
#define PLAN_WIRE_FIELDS_H
#include "plan/wire.h"

typedef struct {
  buf *out; /* NULL: reading */
  rd *in;
  arena *memory;
  sonde_error *err;
  sonde_code code;
  unsigned depth;
  query_plan *query;
  const plan **ctes; /* reading: what each id stands for */
} wire;

/* What columns an expression may refer to: those of one input, then of another. */
typedef struct {
  const plan *first, *second;
} scope;

static inline bool reading(const wire *w) { return w->in != NULL; }
static inline void spoil(wire *w) {
  if (reading(w)) w->in->bad = true;
}
static inline void expect(wire *w, bool sound) {
  if (!sound) spoil(w);
}
static inline bool broken(const wire *w) { return w->code != SONDE_OK || (reading(w) && w->in->bad); }

/* ---- wire_fields.c ---- */

void wire_u8(wire *, uint8_t *);
void wire_u32(wire *, uint32_t *);
void wire_u64(wire *, uint64_t *);
void wire_bool(wire *, bool *);
void wire_double(wire *, double *);
void wire_str(wire *, sonde_str *);
/* One of the values [0, below). */
void wire_kind(wire *, uint8_t *kind, unsigned below);
unsigned wire_choice(wire *, unsigned v, unsigned below);
#define WIRE_ENUM(w, field, below)                                                                           \
  do {                                                                                                       \
    unsigned chosen = wire_choice(w, field, below);                                                          \
    if (reading(w)) field = chosen;                                                                          \
  } while (0)
void wire_function(wire *, uint16_t *function, function_kind);
/* An array of n elements that take at least one byte each; reading, room for it. Writing, nothing is written to it. */
void *wire_items(wire *, const void *items, uint32_t *n, size_t size);
void *wire_struct(wire *, const void *it, size_t size);
/* Around what may hold its like. False: it is broken, and not to be left. */
bool wire_enter(wire *);
static inline void wire_leave(wire *w) { w->depth--; }

/* ---- wire_value.c ---- */

void wire_type(wire *, sql_type *);
void wire_cell(wire *, const sql_type *, cell *);

/* ---- wire_expr.c ---- */

void wire_expr(wire *, const scope *, const expr **);
void wire_exprs(wire *, const scope *, const expr ***list, uint32_t *n);
/* One that may be left out. */
void wire_part(wire *, const scope *, const expr **);
void wire_condition(wire *, const scope *, const expr **);
void wire_sort_keys(wire *, const scope *, const sort_key **list, uint32_t *n);
void wire_call(wire *, const scope *, aggregate_call *);

/* ---- wire_body.c: what one kind of node has and others have not ---- */

void wire_body(wire *, plan *);

/* ---- wire_check.c: what a node that was read has to be like ---- */

unsigned inputs_of(uint8_t kind);
bool has_sound_columns(const wire *, const plan *);

#endif
