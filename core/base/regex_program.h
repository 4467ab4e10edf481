/* Inside regex: the tree that a pattern is read into, and the program that searches run. */
#ifndef BASE_REGEX_PROGRAM_H
#define BASE_REGEX_PROGRAM_H
#include <stdbool.h>

#include "base/regex.h"

/* ---- the tree ---- */

typedef struct {
  uint32_t low, high; /* code points */
} regex_range;

typedef enum {
  REGEX_TEXT_BEGIN,
  REGEX_TEXT_END,
  REGEX_LINE_BEGIN,
  REGEX_LINE_END,
  REGEX_WORD,    /* \b */
  REGEX_NOT_WORD /* \B */
} regex_assertion;

typedef enum {
  NODE_CLASS,  /* one code point in `ranges`, ascending and apart; none: matches nothing */
  NODE_ASSERT, /* `assertion` holds here */
  NODE_ALL,    /* the children one after the other; none: the empty text */
  NODE_ANY,    /* one of the children */
  NODE_REPEAT  /* the child `least` to `most` times */
} regex_node_kind;

enum { REGEX_MANY = -1, REGEX_MOST_REPEATS = 1000, REGEX_MOST_NESTING = 100 };

typedef struct regex_node regex_node;
struct regex_node {
  regex_node_kind kind;
  regex_assertion assertion;
  int32_t least, most; /* most: REGEX_MANY for no end */
  bool lazy;           /* NODE_REPEAT: as few as possible; only finding asks */
  uint32_t group;      /* NODE_ALL: number of the capturing group that it is, or 0 */
  regex_range *ranges;
  size_t n_ranges;
  regex_node *children; /* the last one first: programs are made from their end */
  regex_node *next;     /* the sibling before it */
};

sonde_code regex_parse(sonde_str pattern, uint32_t flags, arena *, regex_node **out, uint32_t *groups,
                       sonde_error *);

/* ---- the program ---- */

enum { REGEX_MOST_INSTRUCTIONS = 16384 };

typedef enum { OP_RANGE, OP_SPLIT, OP_ASSERT, OP_MATCH, OP_FAIL } regex_op;

typedef struct {
  uint8_t op;
  uint8_t low, high; /* OP_RANGE: the byte's range; OP_ASSERT: low is the assertion */
  uint16_t next;     /* where to go on */
  uint16_t or_next;  /* OP_SPLIT: or there */
} regex_instruction;

/* What a position's past can be asked about. */
enum { BEFORE_TEXT = 1, BEFORE_LINE = 2, BEFORE_WORD = 4 };

struct regex {
  regex_instruction *code;
  uint32_t n, start;
  uint32_t classes; /* of bytes that no instruction tells apart */
  uint8_t class_of[256];
  uint8_t asks;  /* BEFORE_* that an assertion depends on */
  bool anchored; /* matches begin at the text's begin only */
  bool can_skip; /* a match begins with one of the n_first (1 to 4) bytes, whatever is before it */
  uint8_t n_first;
  uint8_t first[4];
};

#endif
