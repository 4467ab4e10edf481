/* Numbers as text, exactly: scanning, correctly rounded doubles, 128-bit integers, shortest text. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_HELD_DIGITS = 19 }; /* 10^19 - 1 fits 64 bits */

/* value = (negative ? -1 : 1) * mantissa * 10^exponent. `mantissa` holds the first 19 significant digits; when there
 * are more, `digits` says how many and the value has to be read again from the text. */
typedef struct {
  uint64_t mantissa;
  int32_t exponent;              /* of the mantissa as held */
  uint32_t digits;               /* significant digits: leading zeros not counted, trailing ones counted */
  uint32_t fraction;             /* digits after the point as written (before applying e±nn) */
  bool negative, point, e, plus; /* signs and marks as written */
  bool padded; /* a leading zero before another digit ("007"): text for us, an id or a zip code */
} number_text;

/* True when the whole of [p, p+n) is a number: [+-] digits [decimal digits] [e [+-] digits]; digits may be missing on one
 * side of the point (".5", "5."), not on both; no spaces, no thousands marks, no hex, no "inf"/"nan". */
bool number_scan(const char *p, size_t n, char decimal, number_text *out);

/* The double nearest to a scanned number (round half to even); infinite from 2^1024 - 2^970 on; "-0" is -0. `p, n, decimal` must be what was scanned. */
double number_to_double(const number_text *, const char *p, size_t n, char decimal);
/* Exact, or false when it does not fit or has a fraction ("1.0" and "1e3" are integers). */
bool number_to_int64(const number_text *, const char *p, size_t n, int64_t *out);

typedef struct {
  uint64_t low;
  int64_t high;
} int128; /* two's complement; in memory: 16 bytes little endian */
/* value * 10^scale as an integer of at most 38 digits; false when it does not fit or loses digits. */
bool number_to_int128(const number_text *, const char *p, size_t n, char decimal, uint32_t scale,
                      int128 *out);
int int128_compare(int128, int128);
/* The double nearest to value / 10^scale; scale <= 38. */
double int128_to_double(int128, uint32_t scale);

/* Texts written without terminator; answer their length. */
size_t number_format_int64(int64_t, char out[24]);
/* Shortest text that reads back as the same double, as JavaScript's String(v) writes it ("NaN", "Infinity", "1e+21"; "0" for
 * -0). */
size_t number_format_double(double, char out[32]);
/* All digits of a positive finite double, 0.d1d2… * 10^point, no zeros around them; answers how many. */
enum { NUMBER_EXACT_DIGITS = 800 };
size_t number_exact_digits(double, char out[NUMBER_EXACT_DIGITS], int32_t *point);
/* Shortest text that reads back as the same 32-bit float. */
size_t number_format_float(double, char out[32]);
/* value / 10^scale with exactly `scale` digits after the point; scale <= 38. */
size_t number_format_int128(int128, uint32_t scale, char out[48]);

#endif
