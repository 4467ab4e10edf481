/* See double_text.h. */
#include "exec/query/kernels/double_text.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

enum { POINTS_MAX = 1100 }; /* no double has more digits behind the point */

/* 0.d1d2… * 10^point; no zeros at the end. */
typedef struct {
  char digits[NUMBER_EXACT_DIGITS];
  int32_t n, point;
} decimal;

static char digit(const decimal *d, int32_t i) { return i >= 0 && i < d->n ? d->digits[i] : '0'; }

static void put_digits(buf *b, const decimal *d, int32_t from, int32_t n) {
  for (int32_t i = from; i < from + n; i++) buf_u8(b, (uint8_t)digit(d, i));
}

/* Halves go to the even neighbour. */
static bool rounds_up(const decimal *d, int32_t keep) {
  char next = d->digits[keep];
  bool odd = keep > 0 && (d->digits[keep - 1] & 1);
  return next > '5' || (next == '5' && (odd || keep + 1 < d->n));
}

static void round_to(decimal *d, int32_t keep) {
  if (keep >= d->n) return;
  bool up = keep >= 0 && rounds_up(d, keep);
  d->n = keep < 0 ? 0 : keep;
  while (d->n > 0 && d->digits[d->n - 1] == (up ? '9' : '0')) d->n--;
  if (!up) return;
  if (d->n > 0) {
    d->digits[d->n - 1]++;
  } else {
    d->digits[d->n++] = '1';
    d->point++;
  }
}

static void put_whole(buf *b, const decimal *d, char thousands) {
  int32_t n = d->point > 0 ? d->point : 1, from = d->point > 0 ? 0 : -1;
  for (int32_t i = 0; i < n; i++) {
    if (thousands && i && (n - i) % 3 == 0) buf_u8(b, (uint8_t)thousands);
    put_digits(b, d, from + i, 1);
  }
}

static void put_fixed(buf *b, const decimal *d, int32_t precision, char thousands) {
  put_whole(b, d, thousands);
  if (precision == 0) return;
  buf_u8(b, thousands == '.' ? ',' : '.');
  put_digits(b, d, d->point, precision);
}

static void put_scientific(buf *b, const decimal *d, int32_t precision, char e) {
  int32_t exponent = d->n ? d->point - 1 : 0, size = exponent < 0 ? -exponent : exponent;
  put_digits(b, d, 0, 1);
  if (precision > 0) buf_u8(b, '.');
  put_digits(b, d, 1, precision);
  buf_printf(b, "%c%c%02d", e, exponent < 0 ? '-' : '+', (int)size);
}

/* So many digits in all, in the shorter of the two ways. */
static void put_general(buf *b, decimal *d, int32_t digits, char e, char thousands) {
  if (digits == 0) digits = 1;
  round_to(d, digits);
  int32_t exponent = d->n ? d->point - 1 : 0;
  if (exponent < -4 || exponent >= digits) {
    put_scientific(b, d, d->n - 1, e);
  } else {
    put_fixed(b, d, d->n > d->point ? d->n - d->point : 0, thousands);
  }
}

void put_double_as(buf *b, double x, char type, int precision, char thousands) {
  bool upper = type >= 'A' && type <= 'Z';
  if (!isfinite(x)) {
    buf_put(b, isnan(x) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf"), 3);
    return;
  }
  decimal d = {.n = 0, .point = 1};
  if (x != 0) d.n = (int32_t)number_exact_digits(fabs(x), d.digits, &d.point);
  int32_t wanted = precision < 0 ? 6 : precision > POINTS_MAX ? POINTS_MAX : precision;
  switch (type) {
  case 'f':
  case 'F':
    round_to(&d, d.point + wanted);
    put_fixed(b, &d, wanted, thousands);
    break;
  case 'e':
  case 'E':
    round_to(&d, 1 + wanted);
    put_scientific(b, &d, wanted, type);
    break;
  default: put_general(b, &d, wanted, upper ? 'E' : 'e', thousands); break;
  }
}
