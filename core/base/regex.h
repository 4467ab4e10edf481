/* Regular expressions in linear time: does a text contain a match? Thompson NFA over UTF-8 bytes, run as a DFA whose states
 * are made when they are first reached. A pattern is compiled once and shared; each user has a search of its own.
 *
 * Syntax (RE2's, which is Perl's without what cannot be done in linear time):
 *   x .  [a-z] [^a-z]  [[:alpha:]] [[:^alpha:]]   . is any code point but \n
 *   \d \D \w \W \s \S                             ASCII, like \b and the POSIX classes
 *   ^ $ \A \z \b \B                               the text's begin and end, word boundaries
 *   xy  x|y  (x) (?:x) (?<name>x) (?P<name>x)     groups only group
 *   x* x+ x? x{n} x{n,} x{n,m}                    counts up to 1000; a ? after them (lazy) changes nothing here
 *   (?i) (?s) (?m) (?-i) (?i:x)                   ignore case; . is \n too; ^ and $ at lines
 *   \n \t \r \f \v \a \0 \xHH \x{H...} \uHHHH \.   \Q...\E is not there
 * Refused by name, with their position: back-references, look-ahead and look-behind, possessive and atomic groups,
 * \p{...}. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H
#include <stdbool.h>

#include "base/arena.h"

enum { REGEX_ICASE = 1 }; /* simple case folding as utf8_fold */

typedef struct regex regex;

/* SONDE_SYNTAX with the pattern's byte in err->at; SONDE_LIMIT when the program would have more than 16384
 * instructions. The regex lies in the arena and never changes; it does not refer to the pattern. */
sonde_code regex_compile(sonde_str pattern, uint32_t flags, arena *, const regex **out, sonde_error *);

/* The states made so far, at most about 1 MB in the arena given to regex_search_new; when they are full they are forgotten
 * and made again. Serves any number of texts, one at a time. */
typedef struct regex_search regex_search;
sonde_code regex_search_new(const regex *, arena *, regex_search **out, sonde_error *);
/* Whether the text (UTF-8; ill-formed bytes match nothing) contains a match. */
bool regex_contains(regex_search *, sonde_str text);

/* Where the first match is, and what its groups hold: leftmost, and as a backtracking matcher would choose among those that
 * begin there (greedy unless a ? follows a repeat), but in time linear in text times pattern. */
typedef struct regex_finder regex_finder;
sonde_code regex_finder_new(sonde_str pattern, uint32_t flags, arena *, regex_finder **out, sonde_error *);
uint32_t regex_groups(const regex_finder *); /* that capture; not counting the whole match */
/* The first match that begins at `from` or behind. Spans: begin and end of the whole match, then of each group, SIZE_MAX when a
 * group took no part; valid until the next call. SONDE_LIMIT when the text is too long for the memory at hand. */
sonde_code regex_find(regex_finder *, sonde_str text, size_t from, bool *found, const size_t **spans,
                      sonde_error *);

#endif
