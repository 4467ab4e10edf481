/* SQL text as tokens. Words are not told apart from keywords here: only their place in a sentence decides. */
#ifndef SQL_LEX_H
#define SQL_LEX_H
#include "base/arena.h"

typedef enum {
  TOKEN_END,
  TOKEN_WORD,   /* an identifier or keyword as written */
  TOKEN_QUOTED, /* "an identifier" */
  TOKEN_INTEGER,
  TOKEN_DECIMAL, /* has a point */
  TOKEN_DOUBLE,  /* has an exponent */
  TOKEN_STRING,
  TOKEN_BLOB,      /* x'C0FFEE': text holds the hex digits */
  TOKEN_PARAMETER, /* ?, ?1, $1, $name: text holds what follows the mark */
  TOKEN_OPERATOR
} token_kind;

typedef struct {
  token_kind kind;
  uint32_t at, end; /* bytes in the SQL */
  sonde_str text;   /* without quotes, marks, escapes and digit separators; in the SQL or the arena */
} token;

/* The tokens of a text; the last one is TOKEN_END. SONDE_SYNTAX with the byte in err->at for what is no token: a quote that
 * is never closed, a stray character; SONDE_LIMIT for text of 2 GiB and more. */
sonde_code sql_lex(sonde_str sql, arena *, token **out, size_t *count, sonde_error *);

#endif
