/* text.h — a growing text. Running out of memory ends the program with a message: a command has nothing better to do. */
#ifndef TEXT_H
#define TEXT_H
#include <sonde.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  char *ptr;
  size_t len, cap;
} text; /* {0} is an empty one; terminated whenever it is not {0} */

/* For at least so many more bytes. */
void text_reserve(text *, size_t more);
static inline void text_add(text *t, const char *bytes, size_t len) {
  if (t->cap - t->len <= len) text_reserve(t, len);
  if (len) memcpy(t->ptr + t->len, bytes, len);
  t->len += len;
  t->ptr[t->len] = '\0';
}
__attribute__((format(printf, 2, 3))) void text_print(text *, const char *format, ...);
void text_add_json(text *, sonde_str); /* quoted and escaped */
void text_clear(text *);
void text_free(text *);

sonde_str str_from(const char *terminated);
static inline sonde_str text_str(const text *t) { return (sonde_str){t->ptr, t->len}; }

/* Moves `at` behind a text that stands there. */
static inline bool text_take(const char **at, const char *end, const char *word) {
  size_t len = strlen(word);
  if ((size_t)(end - *at) < len || memcmp(*at, word, len) != 0) return false;
  *at += len;
  return true;
}

void *memory_of(size_t size); /* malloc that does not fail; free it with free */

#endif
