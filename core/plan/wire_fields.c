/* Numbers, texts, arrays: what all that travels is made of. */
#include "plan/wire_fields.h"

#include <string.h>

#define DEPTH_MAX 200u /* of nodes, expressions, types and values within each other */

void wire_u8(wire *w, uint8_t *v) {
  if (reading(w))
    *v = rd_u8(w->in);
  else
    buf_u8(w->out, *v);
}

void wire_u32(wire *w, uint32_t *v) {
  if (reading(w))
    *v = rd_u32(w->in);
  else
    buf_u32(w->out, *v);
}

void wire_u64(wire *w, uint64_t *v) {
  if (reading(w))
    *v = rd_u64(w->in);
  else
    buf_u64(w->out, *v);
}

void wire_bool(wire *w, bool *v) {
  if (reading(w))
    *v = rd_u8(w->in) != 0;
  else
    buf_u8(w->out, *v);
}

void wire_double(wire *w, double *v) {
  uint64_t bits;
  memcpy(&bits, v, sizeof bits);
  wire_u64(w, &bits);
  if (reading(w)) memcpy(v, &bits, sizeof bits);
}

void wire_str(wire *w, sonde_str *s) {
  if (reading(w))
    *s = rd_str(w->in);
  else
    buf_str(w->out, *s);
}

void wire_kind(wire *w, uint8_t *kind, unsigned below) {
  wire_u8(w, kind);
  expect(w, *kind < below);
}

unsigned wire_choice(wire *w, unsigned v, unsigned below) {
  uint8_t byte = (uint8_t)v;
  wire_kind(w, &byte, below);
  return broken(w) ? 0 : byte;
}

void wire_function(wire *w, uint16_t *function, function_kind kind) {
  uint32_t id = *function;
  wire_u32(w, &id);
  bool known = id > FN_NONE && id < FN_COUNT_IDS;
  expect(w, known && function_get((function_id)id)->kind == kind);
  if (reading(w)) *function = (uint16_t)id;
}

void *wire_items(wire *w, const void *items, uint32_t *n, size_t size) {
  if (!reading(w)) {
    buf_u32(w->out, *n);
    return (void *)(uintptr_t)items;
  }
  *n = rd_count(w->in, 1);
  void *room = broken(w) ? NULL : arena_zero(w->memory, (*n + 1u) * size, w->err);
  if (!room && !broken(w)) w->code = w->err->code;
  if (!room) *n = 0;
  return room;
}

void *wire_struct(wire *w, const void *it, size_t size) {
  if (!reading(w)) return (void *)(uintptr_t)it;
  void *room = arena_zero(w->memory, size, w->err);
  if (!room) w->code = w->err->code;
  return room;
}

bool wire_enter(wire *w) {
  expect(w, w->depth < DEPTH_MAX);
  if (!reading(w) && w->depth >= DEPTH_MAX)
    w->code = status_set(w->err, SONDE_LIMIT, 0, "the query is nested too deeply to be run in parts");
  w->depth++;
  return !broken(w);
}
