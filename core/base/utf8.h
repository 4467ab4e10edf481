/* UTF-8: validation and repair, transcoding from the other encodings files come in (and mapping offsets back),
 * simple case folding and case-insensitive search. Pure functions; no terminators; any bytes may be given. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* ---- code points ---- */

#define UTF8_REPLACEMENT 0xFFFDu

/* Reads one code point of [p, p + n), n > 0; answers its length in bytes. For an ill-formed sequence `*cp` is
 * UTF8_REPLACEMENT and the length that of its maximal subpart (1 to 3 bytes; Unicode 15, section 3.9, U+FFFD
 * substitution), `*valid` (may be NULL) false. */
size_t utf8_decode(const char *p, size_t n, uint32_t *cp, bool *valid);
/* Writes 1 to 4 bytes; surrogates and what is beyond U+10FFFF become U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[4]);
/* Code points in valid text. */
size_t utf8_count(const char *p, size_t n);

/* ---- validation and repair ---- */

bool utf8_valid(const char *p, size_t n);
/* Offset of the first ill-formed sequence; n when there is none. */
size_t utf8_valid_prefix(const char *p, size_t n);
/* How many bytes at the end begin a sequence that more bytes could complete (0 to 3): what to leave to the next block. */
size_t utf8_incomplete_tail(const char *p, size_t n);
/* Length of the longest start of the text that is at most `max` bytes long and does not cut a sequence. */
size_t utf8_cut(const char *p, size_t n, size_t max);
/* Bytes that utf8_repair may write for n source bytes. */
static inline size_t utf8_repair_max(size_t n) { return n > SIZE_MAX / 3 ? SIZE_MAX : n * 3; }
/* Copies, each maximal ill-formed subpart replaced by U+FFFD; answers the length. `out` does not overlap `p`. */
size_t utf8_repair(const char *p, size_t n, char *out);

/* ---- other encodings ---- */

typedef enum { TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_WINDOWS_1252 } text_encoding; /* as csv_encoding */

/* Bytes that text_to_utf8 may write for n source bytes: 3n (UTF-8, Windows-1252), 3 * ceil(n / 2) (UTF-16). */
size_t text_to_utf8_max(text_encoding, size_t n);
/* Transcodes the source bytes [p, p + n) to UTF-8 and answers the length written. Lone surrogates, ill-formed UTF-8 and an
 * odd last byte become U+FFFD. Windows-1252 as the WHATWG index has it: the five undefined bytes are C1 controls.
 * With `last` false, an unfinished sequence at the end (half a unit, a leading surrogate, a started UTF-8 sequence) is
 * left for the next call; `*used` says how many source bytes were taken. A byte order mark is transcoded like any other
 * code point (EF BB BF): skip it before. `out` does not overlap the source. */
size_t text_to_utf8(text_encoding, const uint8_t *p, size_t n, bool last, char *out, size_t *used);
/* How many source bytes the slice [text, text + n) of text_to_utf8's output came from; the slice begins and ends between
 * code points. Sums of adjacent slices are exact, so a block's offsets are mapped in one pass. An odd last byte of
 * UTF-16 counts two: cap at the source's size. TEXT_UTF8: n, for text that was valid (or is still the source's). */
size_t text_source_bytes(text_encoding, const char *text, size_t n);

/* ---- case-insensitive search ---- */

/* Simple case folding (CaseFolding.txt of Unicode 15, statuses C and S) of ASCII, Latin-1, Latin Extended-A and
 * Additional, Greek, Cyrillic, Armenian, and the full-width letters; other code points fold to themselves. */
uint32_t utf8_fold(uint32_t cp);
/* Every code point that folds to another one, in turn: begin with a zeroed pair; false after the last. */
typedef struct {
  uint32_t from, to;
  size_t range;
} utf8_fold_pair;
bool utf8_next_fold(utf8_fold_pair *);
/* Folds a text; ill-formed bytes are kept. Never longer than its source: `out` has room for n bytes. */
size_t utf8_fold_text(const char *p, size_t n, char *out);

/* What to search for, prepared once. */
typedef struct {
  const char *bytes; /* folded; borrowed */
  size_t len;
  uint8_t first[4], second[4]; /* bytes with which a match can begin and go on; unused ones repeat */
} utf8_needle;

/* `folded` comes from utf8_fold_text and outlives the needle. */
void utf8_needle_init(utf8_needle *, sonde_str folded);
/* Whether the folded haystack contains the needle; an empty needle is in every text. */
bool utf8_contains_folded(sonde_str haystack, const utf8_needle *);

#endif
