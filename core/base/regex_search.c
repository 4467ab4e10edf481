/* Running a program: a DFA whose states and transitions are made when they are first needed. A state is the set of
 * instructions reached after a byte, before splits and assertions are followed, with what assertions may ask of that byte:
 * these are followed when the next byte is known. So a match shows one byte late, or at the end of the text. */
#include <string.h>

#include "base/regex_program.h"

enum {
  UNKNOWN, /* no transition made yet */
  MATCH,
  DEAD, /* nothing can match any more */
  IDLE, /* no match has begun: the first real state */
  TRANSITION_BYTES = 512 << 10,
  LEAST_STATES = 16,
  MOST_STATES = 4096,
  POOL_MEMBERS = 64 << 10
};

typedef struct {
  uint32_t begin, n; /* members in the pool, ascending */
  uint8_t before;    /* BEFORE_* */
} state_set;

struct regex_search {
  const regex *program;
  uint32_t stride; /* byte classes, and one for the end of the text */
  uint32_t states, most_states;
  uint32_t *transitions; /* most_states rows; a state is known by the begin of its row, number * stride */
  state_set *sets;
  uint16_t *pool;
  uint32_t pooled, pool_size;
  uint16_t *slots; /* open addressing by set; 0: free */
  uint32_t slot_mask;
  uint32_t begin_row;   /* the state at a text's begin; 0: not made */
  uint8_t byte_of[256]; /* one byte of each class */
  /* scratch of a transition */
  uint64_t *seen, *reached; /* bit sets of instructions */
  uint32_t words;
  uint16_t *members, *stack;
};

/* ---- states ---- */

static uint32_t hash_members(const uint16_t *members, uint32_t n, uint8_t before) {
  uint32_t h = 2166136261u ^ before;
  for (uint32_t i = 0; i < n; i++) h = (h ^ members[i]) * 16777619u;
  return h ^ h >> 15;
}

static bool same_set(const regex_search *s, uint32_t state, uint32_t n, uint8_t before) {
  const state_set *set = &s->sets[state];
  return set->n == n && set->before == before &&
         memcmp(s->pool + set->begin, s->members, n * sizeof *s->members) == 0;
}

/* The slot of the state with s->members, or the free one where it belongs. */
static uint16_t *find_slot(regex_search *s, uint32_t n, uint8_t before) {
  uint32_t at = hash_members(s->members, n, before) & s->slot_mask;
  while (s->slots[at] && !same_set(s, s->slots[at], n, before)) at = (at + 1) & s->slot_mask;
  return &s->slots[at];
}

static uint32_t add_state(regex_search *s, uint16_t *slot, uint32_t n, uint8_t before) {
  uint32_t state = s->states++;
  s->sets[state] = (state_set){.begin = s->pooled, .n = n, .before = before};
  memcpy(s->pool + s->pooled, s->members, n * sizeof *s->members);
  s->pooled += n;
  memset(s->transitions + (size_t)state * s->stride, 0, s->stride * sizeof *s->transitions);
  *slot = (uint16_t)state;
  return state;
}

/* Forgets all states but IDLE. */
static void reset(regex_search *s) {
  s->states = IDLE;
  s->pooled = 0;
  s->begin_row = 0;
  memset(s->slots, 0, (s->slot_mask + 1u) * sizeof *s->slots);
  s->members[0] = (uint16_t)s->program->start;
  add_state(s, find_slot(s, 1, 0), 1, 0);
}

/* The row of the state with the instructions in s->reached. `*forgot`: all rows handed out before are void. */
static uint32_t row_of_reached(regex_search *s, uint8_t before, bool *forgot) {
  uint32_t n = 0;
  for (uint32_t w = 0; w < s->words; w++) {
    for (uint64_t bits = s->reached[w]; bits; bits &= bits - 1) {
      s->members[n++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(bits));
    }
  }
  *forgot = false;
  if (n == 0) return DEAD * s->stride;
  uint16_t *slot = find_slot(s, n, before);
  if (*slot) return *slot * s->stride;
  if (s->states < s->most_states && n <= s->pool_size - s->pooled)
    return add_state(s, slot, n, before) * s->stride;

  *forgot = true;
  reset(s); /* overwrites the members */
  return row_of_reached(s, before, &(bool){false});
}

/* ---- transitions ---- */

static bool is_word(uint8_t b) {
  return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || b == '_' || (b >= 'a' && b <= 'z');
}

/* What stands after a position: a byte, or the end of the text. */
typedef struct {
  bool end;
  uint8_t byte;
} lookahead;

static bool holds(regex_assertion which, uint8_t before, lookahead after) {
  bool word = !after.end && is_word(after.byte);
  switch (which) {
  case REGEX_TEXT_BEGIN: return before & BEFORE_TEXT;
  case REGEX_TEXT_END: return after.end;
  case REGEX_LINE_BEGIN: return before & BEFORE_LINE;
  case REGEX_LINE_END: return after.end || after.byte == '\n';
  case REGEX_WORD: return word != ((before & BEFORE_WORD) != 0);
  case REGEX_NOT_WORD: return word == ((before & BEFORE_WORD) != 0);
  }
  return false;
}

static void set_bit(uint64_t *bits, uint32_t i) { bits[i / 64] |= (uint64_t)1 << (i % 64); }
static bool has_bit(const uint64_t *bits, uint32_t i) { return bits[i / 64] >> (i % 64) & 1; }

/* Follows splits and assertions from one member, and the byte from where these lead. True: a match ends here. */
static bool follow(regex_search *s, uint32_t member, uint8_t before, lookahead after) {
  uint32_t top = 0;
  s->stack[top++] = (uint16_t)member;
  while (top > 0) {
    uint32_t at = s->stack[--top];
    if (has_bit(s->seen, at)) continue;
    set_bit(s->seen, at);
    const regex_instruction *in = &s->program->code[at];
    switch ((regex_op)in->op) {
    case OP_MATCH: return true;
    case OP_FAIL: break;
    case OP_RANGE:
      if (!after.end && after.byte >= in->low && after.byte <= in->high) set_bit(s->reached, in->next);
      break;
    case OP_SPLIT:
      s->stack[top++] = in->or_next;
      s->stack[top++] = in->next;
      break;
    case OP_ASSERT:
      if (holds((regex_assertion)in->low, before, after)) s->stack[top++] = in->next;
      break;
    }
  }
  return false;
}

/* Makes the transition of a state for a byte class (or the end) and answers the row it leads to. */
static uint32_t make_transition(regex_search *s, uint32_t row, uint32_t class) {
  const regex *r = s->program;
  const state_set from = s->sets[row / s->stride];
  lookahead after = {.end = class == r->classes};
  if (!after.end) after.byte = s->byte_of[class];
  memset(s->seen, 0, s->words * sizeof *s->seen);
  memset(s->reached, 0, s->words * sizeof *s->reached);

  bool match = false, forgot = false;
  for (uint32_t i = 0; i < from.n && !match; i++)
    match = follow(s, s->pool[from.begin + i], from.before, after);
  if (!r->anchored) set_bit(s->reached, r->start);
  unsigned before = (after.byte == '\n' ? BEFORE_LINE : 0u) | (is_word(after.byte) ? BEFORE_WORD : 0u);

  uint32_t next = DEAD * s->stride;
  if (match) {
    next = MATCH * s->stride;
  } else if (!after.end) {
    next = row_of_reached(s, (uint8_t)(before & r->asks), &forgot);
  }
  if (!forgot) s->transitions[row + class] = next;
  return next;
}

static uint32_t begin_row(regex_search *s) {
  if (s->begin_row) return s->begin_row;
  memset(s->reached, 0, s->words * sizeof *s->reached);
  set_bit(s->reached, s->program->start);
  bool forgot;
  uint32_t row = row_of_reached(s, s->program->asks & (BEFORE_TEXT | BEFORE_LINE), &forgot);
  s->begin_row = row;
  return row;
}

/* ---- searching ---- */

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static const uint8_t *skip_to_any_of_four(const uint8_t first[4], const uint8_t *p, const uint8_t *end) {
  for (; end - p >= 16; p += 16) {
    bytes16 v;
    uint64_t halves[2];
    memcpy(&v, p, sizeof v);
    bytes16 found = (bytes16)((v == first[0]) | (v == first[1]) | (v == first[2]) | (v == first[3]));
    memcpy(halves, &found, sizeof halves);
    if (halves[0]) return p + __builtin_ctzll(halves[0]) / 8;
    if (halves[1]) return p + 8 + __builtin_ctzll(halves[1]) / 8;
  }
  while (p < end && !memchr(first, *p, 4)) p++;
  return p;
}

/* The next place where a match may begin. */
static const uint8_t *skip(const regex *r, const uint8_t *p, const uint8_t *end) {
  if (r->n_first == 1) {
    const uint8_t *found = memchr(p, r->first[0], (size_t)(end - p));
    return found ? found : end;
  }
  return skip_to_any_of_four(r->first, p, end);
}

bool regex_contains(regex_search *s, sonde_str text) {
  const regex *r = s->program;
  const uint32_t match = MATCH * s->stride, dead = DEAD * s->stride, idle = IDLE * s->stride;
  const uint32_t stop = r->can_skip ? idle : dead; /* rows up to here need a look */
  const uint8_t *p = (const uint8_t *)text.ptr, *end = p + text.len;
  uint32_t row = begin_row(s);
  while (p < end) {
    if (row == idle && r->can_skip) p = skip(r, p, end);
    uint32_t next = stop + 1;
    for (; p < end; p++, row = next) {
      next = s->transitions[row + r->class_of[*p]];
      if (next <= stop) break;
    }
    if (p == end) break;
    if (next == UNKNOWN) next = make_transition(s, row, r->class_of[*p]);
    if (next == match) return true;
    if (next == dead) return false;
    row = next;
    p++;
  }
  uint32_t next = s->transitions[row + r->classes];
  if (next == UNKNOWN) next = make_transition(s, row, r->classes);
  return next == match;
}

/* ---- making ---- */

static sonde_code allocate(regex_search *s, arena *memory, sonde_error *err) {
  uint32_t n = s->program->n, slots = 1;
  while (slots < 2 * s->most_states) slots *= 2;
  s->slot_mask = slots - 1;
  s->words = (n + 63) / 64;
  s->pool_size = POOL_MEMBERS > 2 * n ? POOL_MEMBERS : 2 * n;
  s->transitions = arena_array(memory, (size_t)s->most_states * s->stride, sizeof *s->transitions, err);
  s->sets = arena_array(memory, s->most_states, sizeof *s->sets, err);
  s->pool = arena_array(memory, s->pool_size, sizeof *s->pool, err);
  s->slots = arena_array(memory, slots, sizeof *s->slots, err);
  s->seen = arena_array(memory, s->words, sizeof *s->seen, err);
  s->reached = arena_array(memory, s->words, sizeof *s->reached, err);
  s->members = arena_array(memory, n, sizeof *s->members, err);
  s->stack = arena_array(memory, 2 * (n + 1u), sizeof *s->stack, err);
  bool have =
      s->transitions && s->sets && s->pool && s->slots && s->seen && s->reached && s->members && s->stack;
  return have ? SONDE_OK : err->code;
}

sonde_code regex_search_new(const regex *program, arena *memory, regex_search **out, sonde_error *err) {
  sonde_error ignored;
  if (!err) err = &ignored;
  regex_search *s = arena_zero(memory, sizeof *s, err);
  if (!s) return err->code;
  s->program = program;
  s->stride = program->classes + 1;
  s->most_states = (uint32_t)TRANSITION_BYTES / (uint32_t)sizeof(uint32_t) / s->stride;
  if (s->most_states < LEAST_STATES) s->most_states = LEAST_STATES;
  if (s->most_states > MOST_STATES) s->most_states = MOST_STATES;
  for (uint32_t b = 0; b < 256; b++) s->byte_of[program->class_of[b]] = (uint8_t)b;
  SONDE_TRY(allocate(s, memory, err));
  reset(s);
  *out = s;
  return SONDE_OK;
}
