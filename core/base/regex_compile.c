/* Tree to program: instructions over bytes, made from the end of the pattern to its begin, and what can be known of a
 * program before it runs. */
#include <string.h>

#include "base/regex_program.h"
#include "base/utf8.h"

/* Nodes visited, so that repeats of repeats of nothing end as well. */
#define MOST_VISITS (1u << 18)

typedef struct {
  regex_instruction *code;
  uint32_t n, cap, visits;
  arena *memory;
  sonde_error *err;
  sonde_code failed;
} compiler;

/* ---- instructions ---- */

static void fail_too_large(compiler *c) {
  c->failed = status_set(c->err, SONDE_LIMIT, 0,
                         "regular expression: too large (more than %d instructions); use smaller {counts}",
                         REGEX_MOST_INSTRUCTIONS);
}

static bool reserve(compiler *c) {
  if (c->n < c->cap) return true;
  if (c->n == REGEX_MOST_INSTRUCTIONS) {
    fail_too_large(c);
    return false;
  }
  uint32_t cap = c->cap ? c->cap * 2 : 64;
  regex_instruction *code = arena_array(c->memory, cap, sizeof *code, c->err);
  if (!code) {
    c->failed = c->err->code;
    return false;
  }
  if (c->n) memcpy(code, c->code, c->n * sizeof *code);
  c->code = code;
  c->cap = cap;
  return true;
}

/* Answers the instruction's place; 0 after a failure. */
static uint32_t add(compiler *c, regex_instruction instruction) {
  if (c->failed || !reserve(c)) return 0;
  c->code[c->n] = instruction;
  return c->n++;
}

static uint32_t add_split(compiler *c, uint32_t next, uint32_t or_next) {
  return add(c, (regex_instruction){.op = OP_SPLIT, .next = (uint16_t)next, .or_next = (uint16_t)or_next});
}

/* ---- code points as byte sequences ---- */

/* The instructions of one class: all go on at `next`, and begin at `entry` once there is one. */
typedef struct {
  uint32_t begin, next, entry;
  bool entered;
} class_code;

/* Sequences that end alike share their ends. */
static uint32_t add_range(compiler *c, const class_code *k, uint8_t low, uint8_t high, uint32_t next) {
  enum { LOOK_BACK = 64 };
  uint32_t oldest = c->n - k->begin > LOOK_BACK ? c->n - LOOK_BACK : k->begin;
  for (uint32_t i = c->n; i-- > oldest;) {
    const regex_instruction *in = &c->code[i];
    if (in->op == OP_RANGE && in->low == low && in->high == high && in->next == next) return i;
  }
  return add(c, (regex_instruction){.op = OP_RANGE, .low = low, .high = high, .next = (uint16_t)next});
}

/* Code points low to high whose encodings are as long and differ in each byte's range only. */
static void add_sequence(compiler *c, class_code *k, uint32_t low, uint32_t high) {
  char from[4], to[4];
  size_t length = utf8_encode(low, from);
  utf8_encode(high, to);
  uint32_t at = k->next;
  for (size_t i = length; i-- > 0;) at = add_range(c, k, (uint8_t)from[i], (uint8_t)to[i], at);
  k->entry = k->entered ? add_split(c, at, k->entry) : at;
  k->entered = true;
}

/* Splits until each part is one sequence of byte ranges. */
static void add_code_points(compiler *c, class_code *k, uint32_t low, uint32_t high) {
  static const uint32_t lasts[] = {0x7F, 0x7FF, 0xD7FF, 0xDFFF, 0xFFFF};
  for (size_t i = 0; i < sizeof lasts / sizeof lasts[0]; i++) {
    if (low > lasts[i] || high <= lasts[i]) continue;
    add_code_points(c, k, low, lasts[i]);
    low = lasts[i] + 1;
  }
  if (low >= 0xD800 && low <= 0xDFFF) return;
  if (high < 0x80) {
    add_sequence(c, k, low, high);
    return;
  }
  for (uint32_t tail = 0x3F; tail <= 0x3FFFF; tail = tail << 6 | 0x3F) {
    if ((low & ~tail) == (high & ~tail)) break;
    if (low & tail) {
      add_code_points(c, k, low, low | tail);
      add_code_points(c, k, (low | tail) + 1, high);
      return;
    }
    if ((high & tail) != tail) {
      add_code_points(c, k, low, (high & ~tail) - 1);
      add_code_points(c, k, high & ~tail, high);
      return;
    }
  }
  add_sequence(c, k, low, high);
}

static uint32_t add_class(compiler *c, const regex_node *node, uint32_t next) {
  class_code k = {.begin = c->n, .next = next};
  for (size_t i = 0; i < node->n_ranges && !c->failed; i++) {
    add_code_points(c, &k, node->ranges[i].low, node->ranges[i].high);
  }
  return k.entered ? k.entry : add(c, (regex_instruction){.op = OP_FAIL});
}

/* ---- nodes ---- */

static uint32_t add_node(compiler *c, const regex_node *node, uint32_t next);

static uint32_t add_repeat(compiler *c, const regex_node *node, uint32_t next) {
  const regex_node *child = node->children;
  int32_t least = node->least;
  uint32_t at = next;
  if (node->most == REGEX_MANY) {
    uint32_t loop = add_split(c, 0, next), body = add_node(c, child, loop);
    if (c->failed) return 0;
    c->code[loop].next = (uint16_t)body;
    at = loop;
  } else {
    for (int32_t i = least; i < node->most && !c->failed; i++)
      at = add_split(c, add_node(c, child, at), next);
  }
  for (int32_t i = 0; i < least && !c->failed; i++) at = add_node(c, child, at);
  return at;
}

/* Code that matches the node and goes on at `next`; answers its begin. */
static uint32_t add_node(compiler *c, const regex_node *node, uint32_t next) {
  if (c->failed) return 0;
  if (++c->visits > MOST_VISITS) {
    fail_too_large(c);
    return 0;
  }
  uint32_t at = next;
  switch (node->kind) {
  case NODE_CLASS: return add_class(c, node, next);
  case NODE_ASSERT:
    return add(c,
               (regex_instruction){.op = OP_ASSERT, .low = (uint8_t)node->assertion, .next = (uint16_t)next});
  case NODE_REPEAT: return add_repeat(c, node, next);
  case NODE_ALL:
    for (const regex_node *child = node->children; child; child = child->next) at = add_node(c, child, at);
    return at;
  case NODE_ANY: break;
  }
  at = add_node(c, node->children, next);
  for (const regex_node *child = node->children->next; child; child = child->next) {
    at = add_split(c, add_node(c, child, next), at);
  }
  return at;
}

/* ---- what is known of a program ---- */

static bool is_anchored(const regex_node *node) {
  const regex_node *child = node->children;
  switch (node->kind) {
  case NODE_ASSERT: return node->assertion == REGEX_TEXT_BEGIN;
  case NODE_REPEAT: return node->least > 0 && is_anchored(child);
  case NODE_ALL:
    while (child && child->next) child = child->next;
    return child && is_anchored(child);
  case NODE_ANY:
    while (child && is_anchored(child)) child = child->next;
    return !child;
  case NODE_CLASS: break;
  }
  return false;
}

static uint8_t questions(const regex *r) {
  uint8_t asks = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    if (r->code[i].op != OP_ASSERT) continue;
    switch ((regex_assertion)r->code[i].low) {
    case REGEX_TEXT_BEGIN: asks |= BEFORE_TEXT; break;
    case REGEX_LINE_BEGIN:
    case REGEX_LINE_END: asks |= BEFORE_LINE; break;
    case REGEX_WORD:
    case REGEX_NOT_WORD: asks |= BEFORE_WORD; break;
    case REGEX_TEXT_END: break;
    }
  }
  return asks;
}

static void mark_range(bool begins[257], uint32_t low, uint32_t high) {
  begins[low] = true;
  begins[high + 1] = true;
}

/* Bytes that every instruction treats alike get one number. */
static void find_byte_classes(regex *r) {
  bool begins[257] = {false};
  for (uint32_t i = 0; i < r->n; i++) {
    if (r->code[i].op == OP_RANGE) mark_range(begins, r->code[i].low, r->code[i].high);
  }
  if (r->asks & BEFORE_LINE) mark_range(begins, '\n', '\n');
  if (r->asks & BEFORE_WORD) {
    mark_range(begins, '0', '9');
    mark_range(begins, 'A', 'Z');
    mark_range(begins, '_', '_');
    mark_range(begins, 'a', 'z');
  }
  uint32_t number = 0;
  for (uint32_t b = 0; b < 256; b++) {
    number += b > 0 && begins[b];
    r->class_of[b] = (uint8_t)number;
  }
  r->classes = number + 1;
}

/* Assertions are taken to hold, so there may be bytes that begin no match, but none is missed. What is asked of the byte
 * before a match would have to be kept while skipping, so such programs do not skip. */
static sonde_code find_first_bytes(regex *r, arena *memory, sonde_error *err) {
  bool *seen = arena_zero(memory, r->n, err);
  uint16_t *stack = arena_array(memory, r->n + 1u, 2 * sizeof *stack, err);
  if (!seen || !stack) return err->code;
  bool begins[256] = {false};
  uint32_t top = 0;
  stack[top++] = (uint16_t)r->start;
  r->can_skip = !r->anchored && !(r->asks & (BEFORE_LINE | BEFORE_WORD));
  while (top > 0) {
    uint32_t at = stack[--top];
    const regex_instruction *in = &r->code[at];
    if (seen[at]) continue;
    seen[at] = true;
    if (in->op == OP_MATCH) r->can_skip = false;
    if (in->op == OP_RANGE) memset(begins + in->low, true, (size_t)(in->high - in->low) + 1);
    if (in->op == OP_SPLIT) stack[top++] = in->or_next;
    if (in->op == OP_SPLIT || in->op == OP_ASSERT) stack[top++] = in->next;
  }
  uint32_t n = 0;
  for (uint32_t b = 0; b < 256; b++) {
    if (begins[b] && n++ < 4) r->first[n - 1] = (uint8_t)b;
  }
  /* Looking for one of many bytes is no faster than the DFA itself. */
  r->can_skip = r->can_skip && n >= 1 && n <= 4;
  r->n_first = (uint8_t)n;
  return SONDE_OK;
}

sonde_code regex_compile(sonde_str pattern, uint32_t flags, arena *memory, const regex **out,
                         sonde_error *err) {
  sonde_error ignored;
  if (!err) err = &ignored;
  regex_node *tree;
  uint32_t groups;
  SONDE_TRY(regex_parse(pattern, flags, memory, &tree, &groups, err));

  compiler c = {.memory = memory, .err = err};
  uint32_t match = add(&c, (regex_instruction){.op = OP_MATCH});
  uint32_t start = add_node(&c, tree, match);
  if (c.failed) return c.failed;

  regex *r = arena_zero(memory, sizeof *r, err);
  if (!r) return err->code;
  r->code = c.code;
  r->n = c.n;
  r->start = start;
  r->anchored = is_anchored(tree);
  r->asks = questions(r);
  find_byte_classes(r);
  SONDE_TRY(find_first_bytes(r, memory, err));
  *out = r;
  return SONDE_OK;
}
