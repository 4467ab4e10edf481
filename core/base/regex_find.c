/* Finding where a match is: a backtracking matcher that never does the same work twice. A bit for each pair of instruction and
 * position says that it was tried, so time and memory are bounded by their product. */
#include <string.h>

#include "base/regex_program.h"
#include "base/utf8.h"

typedef enum { FIND_CLASS, FIND_ASSERT, FIND_SPLIT, FIND_SAVE, FIND_MATCH } find_op;

typedef struct {
  uint8_t op;
  uint8_t assertion;
  uint32_t next, or_next; /* FIND_SPLIT: `next` is tried first */
  uint32_t slot;          /* FIND_SAVE */
  const regex_range *ranges;
  uint32_t n_ranges;
  uint64_t ascii[2]; /* FIND_CLASS: which of the first 128 code points */
} instruction;

/* Something still to be tried, or a span to be put back. */
typedef struct {
  uint32_t at; /* instruction; UINT32_MAX: put back */
  uint32_t slot;
  size_t pos; /* of the text, or the old span */
} todo;

struct regex_finder {
  instruction *code;
  uint32_t n, cap, start, groups;
  arena *memory;
  sonde_code failed;
  sonde_error *err;
  size_t *spans;
  todo *stack;
  size_t stack_n, stack_cap;
  uint64_t *seen;
  size_t seen_words;
};

/* ---- the program ---- */

static uint32_t add(regex_finder *f, instruction i) {
  if (f->failed) return 0;
  if (f->n == REGEX_MOST_INSTRUCTIONS) {
    f->failed = status_set(f->err, SONDE_LIMIT, 0, "the regular expression is too large");
    return 0;
  }
  if (f->n == f->cap) {
    uint32_t cap = f->cap ? f->cap * 2 : 32;
    instruction *more = arena_array(f->memory, cap, sizeof *more, f->err);
    if (!more) return f->failed = f->err->code, 0;
    if (f->n) memcpy(more, f->code, f->n * sizeof *more);
    f->code = more;
    f->cap = cap;
  }
  f->code[f->n] = i;
  return f->n++;
}

static uint32_t add_class(regex_finder *f, const regex_node *node, uint32_t next) {
  instruction i = {
      .op = FIND_CLASS, .next = next, .ranges = node->ranges, .n_ranges = (uint32_t)node->n_ranges};
  for (size_t r = 0; r < node->n_ranges; r++)
    for (uint32_t cp = node->ranges[r].low; cp <= node->ranges[r].high && cp < 128; cp++)
      i.ascii[cp >> 6] |= (uint64_t)1 << (cp & 63);
  return add(f, i);
}

static uint32_t add_split(regex_finder *f, uint32_t first, uint32_t second, bool lazy) {
  return add(
      f, (instruction){.op = FIND_SPLIT, .next = lazy ? second : first, .or_next = lazy ? first : second});
}

static uint32_t add_node(regex_finder *, const regex_node *, uint32_t next);

static uint32_t add_repeat(regex_finder *f, const regex_node *node, uint32_t next) {
  uint32_t entry = next;
  if (node->most == REGEX_MANY) {
    entry = add_split(f, 0, next, node->lazy);
    uint32_t body = add_node(f, node->children, entry);
    if (f->failed) return 0;
    if (node->lazy)
      f->code[entry].or_next = body;
    else
      f->code[entry].next = body;
  }
  for (int32_t i = node->least; i < node->most && !f->failed; i++)
    entry = add_split(f, add_node(f, node->children, entry), next, node->lazy);
  for (int32_t i = 0; i < node->least && !f->failed; i++) entry = add_node(f, node->children, entry);
  return entry;
}

static uint32_t add_all(regex_finder *f, const regex_node *node, uint32_t next) {
  if (node->group) next = add(f, (instruction){.op = FIND_SAVE, .next = next, .slot = node->group * 2 + 1});
  for (const regex_node *child = node->children; child; child = child->next) next = add_node(f, child, next);
  if (node->group) next = add(f, (instruction){.op = FIND_SAVE, .next = next, .slot = node->group * 2});
  return next;
}

static uint32_t add_node(regex_finder *f, const regex_node *node, uint32_t next) {
  switch (node->kind) {
  case NODE_CLASS: return add_class(f, node, next);
  case NODE_ASSERT:
    return add(f, (instruction){.op = FIND_ASSERT, .next = next, .assertion = (uint8_t)node->assertion});
  case NODE_ALL: return add_all(f, node, next);
  case NODE_REPEAT: return add_repeat(f, node, next);
  case NODE_ANY: break;
  }
  uint32_t entry = add_node(f, node->children, next);
  for (const regex_node *child = node->children->next; child; child = child->next)
    entry = add_split(f, add_node(f, child, next), entry, false);
  return entry;
}

sonde_code regex_finder_new(sonde_str pattern, uint32_t flags, arena *memory, regex_finder **out,
                            sonde_error *err) {
  regex_node *tree;
  regex_finder *f = *out = arena_zero(memory, sizeof *f, err);
  if (!f) return err->code;
  f->memory = memory;
  f->err = err;
  SONDE_TRY(regex_parse(pattern, flags, memory, &tree, &f->groups, err));
  uint32_t match = add(f, (instruction){.op = FIND_MATCH});
  f->start = add_node(f, tree, match);
  f->spans = arena_array(memory, 2 * (size_t)f->groups + 2, sizeof *f->spans, err);
  if (!f->spans) return err->code;
  return f->failed;
}

uint32_t regex_groups(const regex_finder *f) { return f->groups; }

/* ---- matching ---- */

static sonde_code push(regex_finder *f, todo t, sonde_error *err) {
  if (f->stack_n == f->stack_cap) {
    size_t cap = f->stack_cap ? f->stack_cap * 2 : 64;
    todo *more = arena_array(f->memory, cap, sizeof *more, err);
    if (!more) return err->code;
    if (f->stack_n) memcpy(more, f->stack, f->stack_n * sizeof *more);
    f->stack = more;
    f->stack_cap = cap;
  }
  f->stack[f->stack_n++] = t;
  return SONDE_OK;
}

static bool is_word(sonde_str s, size_t pos) {
  if (pos >= s.len) return false;
  char c = s.ptr[pos];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool holds(regex_assertion a, sonde_str s, size_t pos) {
  bool before = pos > 0 && is_word(s, pos - 1);
  switch (a) {
  case REGEX_TEXT_BEGIN: return pos == 0;
  case REGEX_TEXT_END: return pos == s.len;
  case REGEX_LINE_BEGIN: return pos == 0 || s.ptr[pos - 1] == '\n';
  case REGEX_LINE_END: return pos == s.len || s.ptr[pos] == '\n';
  case REGEX_WORD: return before != is_word(s, pos);
  default: return before == is_word(s, pos);
  }
}

/* Length of the code point at a position if the class has it; else 0. */
static size_t takes(const instruction *i, sonde_str s, size_t pos) {
  if (pos >= s.len) return 0;
  uint32_t cp = (unsigned char)s.ptr[pos];
  if (cp < 128) return i->ascii[cp >> 6] >> (cp & 63) & 1;
  bool valid;
  size_t n = utf8_decode(s.ptr + pos, s.len - pos, &cp, &valid);
  for (uint32_t r = 0; valid && r < i->n_ranges; r++)
    if (cp >= i->ranges[r].low && cp <= i->ranges[r].high) return n;
  return 0;
}

static bool was_tried(regex_finder *f, uint32_t at, size_t pos, size_t positions) {
  size_t bit = at * positions + pos;
  uint64_t mask = (uint64_t)1 << (bit & 63);
  bool tried = f->seen[bit >> 6] & mask;
  f->seen[bit >> 6] |= mask;
  return tried;
}

/* Follows one thread as far as it goes; what else could be tried waits on the stack. */
static sonde_code follow(regex_finder *f, sonde_str s, uint32_t at, size_t pos, bool *found,
                         sonde_error *err) {
  for (;;) {
    if (was_tried(f, at, pos, s.len + 1)) return SONDE_OK;
    const instruction *i = &f->code[at];
    size_t n;
    switch (i->op) {
    case FIND_CLASS:
      n = takes(i, s, pos);
      if (n == 0) return SONDE_OK;
      pos += n;
      break;
    case FIND_ASSERT:
      if (!holds((regex_assertion)i->assertion, s, pos)) return SONDE_OK;
      break;
    case FIND_SPLIT: SONDE_TRY(push(f, (todo){.at = i->or_next, .pos = pos}, err)); break;
    case FIND_SAVE:
      SONDE_TRY(push(f, (todo){.at = UINT32_MAX, .slot = i->slot, .pos = f->spans[i->slot]}, err));
      f->spans[i->slot] = pos;
      break;
    default:
      f->spans[1] = pos;
      *found = true;
      return SONDE_OK;
    }
    at = i->next;
  }
}

static sonde_code try_at(regex_finder *f, sonde_str s, size_t from, bool *found, sonde_error *err) {
  f->spans[0] = from;
  f->stack_n = 0;
  SONDE_TRY(follow(f, s, f->start, from, found, err));
  while (!*found && f->stack_n) {
    todo t = f->stack[--f->stack_n];
    if (t.at == UINT32_MAX)
      f->spans[t.slot] = t.pos;
    else
      SONDE_TRY(follow(f, s, t.at, t.pos, found, err));
  }
  return SONDE_OK;
}

sonde_code regex_find(regex_finder *f, sonde_str s, size_t from, bool *found, const size_t **spans,
                      sonde_error *err) {
  size_t bits, words;
  SONDE_CHECK(s.len < SIZE_MAX / 2 / f->n, err, SONDE_LIMIT, 0,
              "a text is too long for a regular expression");
  bits = f->n * (s.len + 1);
  words = bits / 64 + 1;
  if (words > f->seen_words) {
    f->seen = arena_array(f->memory, words * 2, sizeof *f->seen, err);
    if (!f->seen) return err->code;
    f->seen_words = words * 2;
  }
  memset(f->seen, 0, words * sizeof *f->seen);
  memset(f->spans, 0xFF, (2 * (size_t)f->groups + 2) * sizeof *f->spans);
  *found = false;
  *spans = f->spans;
  for (size_t at = from; at <= s.len && !*found; at++) {
    if (at > from && at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80) continue;
    SONDE_TRY(try_at(f, s, at, found, err));
  }
  return SONDE_OK;
}
