/* Text to double and back. To double: Clinger's exact cases first, then a product of 128 bits with a known error, and for
 * the few texts that it cannot decide an exact comparison of integers. The way back uses the same product. */
#include <math.h>
#include <string.h>

#include "base/number.h"

__extension__ typedef unsigned __int128 u128;

/* ---- powers of ten ---- */

static const double exact_powers[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t fives[28] = {
    1u,
    5u,
    25u,
    125u,
    625u,
    3125u,
    15625u,
    78125u,
    390625u,
    1953125u,
    9765625u,
    48828125u,
    244140625u,
    1220703125u,
    6103515625u,
    30517578125u,
    152587890625u,
    762939453125u,
    3814697265625u,
    19073486328125u,
    95367431640625u,
    476837158203125u,
    2384185791015625u,
    11920928955078125u,
    59604644775390625u,
    298023223876953125u,
    1490116119384765625u,
    7450580596923828125u,
};

/* 5^(28 k), k from -13 to 12: (high * 2^64 + low) * 2^exponent, cut off after 128 bits. */
static const struct {
  uint64_t high, low;
  int32_t exponent;
} big_fives[26] = {
    {0xE1AFA13AFBD14D6D, 0x82189C09A3A1EC21, -973}, /* 5^-364 */
    {0xE3E27A444D8D98B7, 0xFD1B1B2308169B25, -908}, /* 5^-336 */
    {0xE61ACF033D1A45DF, 0x6FB92487298E33BD, -843}, /* 5^-308 */
    {0xE858AD248F5C22C9, 0xD1B3400F8F9CFF68, -778}, /* 5^-280 */
    {0xEA9C227723EE8BCB, 0x465E15A979C1CADC, -713}, /* 5^-252 */
    {0xECE53CEC4A314EBD, 0xA4F8BF5635246428, -648}, /* 5^-224 */
    {0xEF340A98172AACE4, 0x86FB897116C87C34, -583}, /* 5^-196 */
    {0xF18899B1BC3F8CA1, 0xDC44E6C3CB279AC1, -518}, /* 5^-168 */
    {0xF3E2F893DEC3F126, 0x5A89DBA3C3EFCCFA, -453}, /* 5^-140 */
    {0xF64335BCF065D37D, 0x4D4617B5FF4A16D5, -388}, /* 5^-112 */
    {0xF8A95FCF88747D94, 0x75A44C6397CE912A, -323}, /* 5^-84 */
    {0xFB158592BE068D2E, 0xEED6E2F0F0D56712, -258}, /* 5^-56 */
    {0xFD87B5F28300CA0D, 0x8BCA9D6E188853FC, -193}, /* 5^-28 */
    {0x8000000000000000, 0x0000000000000000, -127}, /* 5^0 */
    {0x813F3978F8940984, 0x4000000000000000, -62},  /* 5^28 */
    {0x82818F1281ED449F, 0xBFF8F10E7A8921A4, 3},    /* 5^56 */
    {0x83C7088E1AAB65DB, 0x792667C6DA79E0FA, 68},   /* 5^84 */
    {0x850FADC09923329E, 0x03E2CF6BC604DDB0, 133},  /* 5^112 */
    {0x865B86925B9BC5C2, 0x0B8A2392BA45A9B2, 198},  /* 5^140 */
    {0x87AA9AFF79042286, 0x90FB44D2F05D0842, 263},  /* 5^168 */
    {0x88FCF317F22241E2, 0x441FECE3BDF81F03, 328},  /* 5^196 */
    {0x8A5296FFE33CC92F, 0x82BD6B70D99AAA6F, 393},  /* 5^224 */
    {0x8BAB8EEFB6409C1A, 0x1AD089B6C2F7548E, 458},  /* 5^252 */
    {0x8D07E33455637EB2, 0xDB0B487B6423E1E8, 523},  /* 5^280 */
    {0x8E679C2F5E44FF8F, 0x570F09EAA7EA7648, 588},  /* 5^308 */
    {0x8FCAC257558EE4E6, 0x213A4F0AA5E8A7B1, 653},  /* 5^336 */
};

enum { STEP = 28, FIRST_STEP = -13, LEAST_POWER = STEP * FIRST_STEP, MOST_POWER = STEP * 13 - 1 };

/* A number in [bits, bits + error] * 2^exponent, the highest of the 128 bits set. */
typedef struct {
  u128 bits;
  int32_t exponent;
  uint32_t error; /* 0 or 4 */
} wide;

static u128 multiply_high(u128 a, u128 b) {
  uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a, b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
  u128 low = (u128)a0 * b0, cross1 = (u128)a1 * b0, cross2 = (u128)a0 * b1;
  u128 middle = (low >> 64) + (uint64_t)cross1 + (uint64_t)cross2;
  return (u128)a1 * b1 + (cross1 >> 64) + (cross2 >> 64) + (middle >> 64);
}

static u128 normalize(u128 bits, int32_t *exponent) {
  uint64_t high = (uint64_t)(bits >> 64);
  int shift = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)bits);
  *exponent -= shift;
  return bits << shift;
}

/* m * 10^power, m > 0, power in [LEAST_POWER, MOST_POWER]. Exact for 0 <= power < 28; otherwise the cut-off big power
 * and the cut-off product each lose less than one unit, doubled when the product is normalized: less than four. */
static wide times_ten_to(uint64_t m, int32_t power) {
  int32_t step = (power - LEAST_POWER) / STEP, rest = (power - LEAST_POWER) % STEP;
  wide w = {.exponent = power};
  w.bits = normalize((u128)m * fives[rest], &w.exponent);
  if (step == -FIRST_STEP) return w;
  u128 big = (u128)big_fives[step].high << 64 | big_fives[step].low;
  w.exponent += big_fives[step].exponent + 128;
  w.bits = normalize(multiply_high(w.bits, big), &w.exponent);
  w.error = 4;
  return w;
}

/* ---- text to double ---- */

static double double_of_bits(uint64_t bits) {
  double v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

/* Rounds to the nearest double. False when the error leaves the nearest one open, or it may be subnormal. */
static bool round_wide(wide w, uint64_t *bits) {
  int32_t exponent = w.exponent + 127;
  if (exponent < -1022) return false;
  if (exponent > 1023) {
    *bits = 0x7FF0000000000000u;
    return true;
  }
  const u128 half = (u128)1 << 74;
  u128 rest = w.bits & (2 * half - 1);
  uint64_t mantissa = (uint64_t)(w.bits >> 75);
  if (w.error && rest <= half && rest + w.error >= half) return false;
  bool up = rest > half || (rest == half && (mantissa & 1));
  /* A mantissa that overflows carries into the exponent, up to infinity: as it should. */
  *bits = ((uint64_t)(exponent + 1022) << 52) + mantissa + up;
  return true;
}

/* Integers as exact as needed: at most 801 digits, or 5^1143 times 55 bits. */
enum { LIMBS = 128, EXACT_DIGITS = 800 };
typedef struct {
  uint32_t limb[LIMBS];
  uint32_t n;
} big;

static void big_push(big *b, uint32_t limb) {
  if (limb && b->n < LIMBS) b->limb[b->n++] = limb;
}

static void big_multiply_add(big *b, uint32_t factor, uint32_t add) {
  uint64_t carry = add;
  for (uint32_t i = 0; i < b->n; i++) {
    carry += (uint64_t)b->limb[i] * factor;
    b->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  big_push(b, (uint32_t)carry);
}

static void big_times_five_to(big *b, uint32_t power) {
  for (; power >= 13; power -= 13) big_multiply_add(b, 1220703125, 0);
  for (; power > 0; power--) big_multiply_add(b, 5, 0);
}

static void big_shift(big *b, uint32_t bits) {
  big_multiply_add(b, 1u << (bits % 32), 0);
  uint32_t limbs = bits / 32;
  if (b->n == 0 || b->n + limbs > LIMBS) return;
  memmove(b->limb + limbs, b->limb, b->n * sizeof b->limb[0]);
  memset(b->limb, 0, limbs * sizeof b->limb[0]);
  b->n += limbs;
}

static int big_compare(const big *a, const big *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (uint32_t i = a->n; i-- > 0;) {
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  }
  return 0;
}

/* The digits of a scanned text as an integer; answers its power of ten. Halfway points between doubles have at most 767
 * digits, so what follows the 800th only matters in being zero or not. */
static int32_t big_read(big *b, const number_text *t, const char *p, size_t n) {
  uint32_t taken = 0;
  bool more = false;
  b->n = 0;
  for (const char *end = p + n; p < end && (*p | 0x20) != 'e'; p++) {
    uint32_t d = (uint32_t)(uint8_t)*p - '0';
    if (d > 9 || (taken == 0 && d == 0)) continue;
    if (taken < EXACT_DIGITS) {
      big_multiply_add(b, 10, d);
      taken++;
    } else if (d != 0) {
      more = true;
      break;
    }
  }
  if (more) {
    big_multiply_add(b, 10, 1);
    taken++;
  }
  uint32_t held = t->digits < NUMBER_HELD_DIGITS ? t->digits : NUMBER_HELD_DIGITS;
  return t->exponent - (int32_t)(taken - held);
}

/* Compares the text with (2 * mantissa + 1) * 2^(exponent - 1), the point halfway to the next double. */
static int compare_halfway(const number_text *t, const char *p, size_t n, uint64_t mantissa,
                           int32_t exponent) {
  big text, halfway = {.n = 0};
  int32_t power = big_read(&text, t, p, n);
  mantissa = 2 * mantissa + 1;
  big_push(&halfway, (uint32_t)mantissa);
  if (mantissa >> 32) big_push(&halfway, (uint32_t)(mantissa >> 32));
  big_times_five_to(power < 0 ? &halfway : &text, (uint32_t)(power < 0 ? -power : power));
  int32_t shift = exponent - 1 - power;
  big_shift(shift < 0 ? &text : &halfway, (uint32_t)(shift < 0 ? -shift : shift));
  return big_compare(&text, &halfway);
}

/* Exact for every text. The double below it follows from the first 19 digits. */
static uint64_t round_exactly(const number_text *t, const char *p, size_t n) {
  wide w = times_ten_to(t->mantissa, t->exponent);
  int32_t exponent = w.exponent + 75;
  uint64_t bits;
  if (exponent >= -1074) {
    bits = (uint64_t)(w.bits >> 75);
  } else {
    int32_t shift = 75 - 1074 - exponent;
    bits = shift < 128 ? (uint64_t)(w.bits >> shift) : 0;
    exponent = -1074;
  }
  int side = compare_halfway(t, p, n, bits, exponent);
  bits += side > 0 || (side == 0 && (bits & 1));
  return bits + ((uint64_t)(exponent + 1074) << 52);
}

static uint64_t magnitude_bits(const number_text *t, const char *p, size_t n) {
  /* Below 2^64 * 10^-343 all is nearer to zero than to the least subnormal. */
  if (t->mantissa == 0 || t->exponent < -342) return 0;
  if (t->exponent > 308) return 0x7FF0000000000000u;
  uint64_t bits, next;
  bool sure = round_wide(times_ten_to(t->mantissa, t->exponent), &bits);
  if (sure && t->digits > NUMBER_HELD_DIGITS) {
    sure = round_wide(times_ten_to(t->mantissa + 1, t->exponent), &next) && next == bits;
  }
  return sure ? bits : round_exactly(t, p, n);
}

double number_to_double(const number_text *t, const char *p, size_t n, char decimal) {
  (void)decimal;
  double v;
  /* Clinger 1990: both operands are exact doubles, so the one operation rounds correctly. */
  if (t->mantissa <= (uint64_t)1 << 53 && t->digits <= NUMBER_HELD_DIGITS && t->exponent >= -22 &&
      t->exponent <= 22) {
    v = (double)t->mantissa;
    v = t->exponent < 0 ? v / exact_powers[-t->exponent] : v * exact_powers[t->exponent];
  } else {
    v = double_of_bits(magnitude_bits(t, p, n));
  }
  return t->negative ? -v : v;
}

double int128_to_double(int128 v, uint32_t scale) {
  bool small = (v.high == 0 || v.high == -1) && (int64_t)v.low >> 63 == v.high;
  int64_t value = (int64_t)v.low;
  const int64_t exact = (int64_t)1 << 53;
  if (small && value <= exact && value >= -exact && scale <= 22) return (double)value / exact_powers[scale];
  char text[48];
  number_text t;
  size_t n = number_format_int128(v, scale, text);
  return number_scan(text, n, '.', &t) ? number_to_double(&t, text, n, '.') : 0;
}

/* ---- double to shortest text ---- */

/* digits * 10^power, without zeros at the end */
typedef struct {
  uint64_t digits;
  int32_t power;
} decimal;

static double nearest_double(decimal d) {
  char text[24];
  number_text t = {.mantissa = d.digits, .exponent = d.power};
  size_t n = number_format_int64((int64_t)d.digits, text);
  t.digits = (uint32_t)n;
  return number_to_double(&t, text, n, '.');
}

static bool reads_back(decimal d, double v) {
  return d.power >= -342 && d.power <= 308 && nearest_double(d) == v;
}

/* Up to 15 digits and at most 22 after the point, so both operands of the division are exact: the most common case. */
static bool short_decimal(double v, decimal *out) {
  for (int32_t places = 0; places <= 22; places++) {
    double scaled = v * exact_powers[places];
    if (scaled >= 1e15) return false;
    uint64_t digits = (uint64_t)(scaled + 0.5);
    double off = scaled - (double)digits;
    if (off * 0x1p50 > scaled || off * 0x1p50 < -scaled) continue;
    if ((double)digits / exact_powers[places] != v) continue;
    *out = (decimal){digits, -places};
    return true;
  }
  return false;
}

/* v * 10^scale as an integer and whether anything, or more than a half, is left. */
typedef struct {
  uint64_t whole;
  u128 rest; /* a fraction of 2^128 */
} fixed;

static fixed fixed_of(uint64_t mantissa, int32_t exponent, int32_t scale) {
  wide w = times_ten_to(mantissa, scale);
  int32_t shift = -(w.exponent + exponent); /* 17 digits are 54 to 57 bits, so 71 to 74 bits are fraction */
  if (shift >= 128) return (fixed){.rest = shift == 128 ? w.bits : 1};
  return (fixed){(uint64_t)(w.bits >> shift), w.bits << (128 - shift)};
}

/* Rounded to `drop` digits fewer, half to even. */
static uint64_t round_digits(fixed f, uint32_t drop) {
  uint64_t unit = 1;
  for (uint32_t i = 0; i < drop; i++) unit *= 10;
  uint64_t kept = f.whole / unit, rest = f.whole % unit;
  const u128 half = (u128)1 << 127;
  bool above = drop == 0 ? f.rest > half : rest > unit / 2 || (rest == unit / 2 && f.rest > 0);
  bool tie = drop == 0 ? f.rest == half : rest == unit / 2 && f.rest == 0;
  return kept + (above || (tie && (kept & 1)));
}

/* The first 17 or 18 digits of a positive double. */
typedef struct {
  fixed digits;
  int32_t scale;
  uint32_t extra; /* 1: there are 18 */
  bool normal, power_of_two;
} leading;

static leading leading_digits(double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  int32_t biased = (int32_t)(bits >> 52);
  uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
  uint64_t mantissa = biased ? fraction | (uint64_t)1 << 52 : fraction;
  int32_t exponent = (biased ? biased : 1) - 1075;

  /* floor(log10 v), perhaps one too small */
  int32_t top = exponent + 63 - __builtin_clzll(mantissa);
  int32_t scale = 16 - (int32_t)(((int64_t)top * 78913) >> 18);
  fixed f = fixed_of(mantissa, exponent, scale);
  return (leading){f, scale, f.whole >= 100000000000000000u, biased != 0, fraction == 0};
}

static decimal shortened(const leading *l, uint32_t n) {
  uint32_t drop = 17 - n + l->extra;
  return (decimal){round_digits(l->digits, drop), (int32_t)drop - l->scale};
}

/* Any other positive double. 17 digits always read back. Normal doubles: when 15 digits or fewer do, they are the nearest
 * 15; of 16 the nearest, or its neighbour where the gap below v is half the one above (v a power of two). Subnormals
 * are so far apart that every length has to be tried. */
static decimal long_decimal(double v) {
  leading l = leading_digits(v);
  for (uint32_t n = l.normal ? 15 : 1; n < 17; n++) {
    decimal d = shortened(&l, n);
    if (reads_back(d, v)) return d;
    d.digits++;
    if (l.power_of_two && reads_back(d, v)) return d;
  }
  return shortened(&l, 17);
}

static size_t put_zeros(char *out, int32_t n) {
  memset(out, '0', (size_t)n);
  return (size_t)n;
}

/* ECMA-262, Number::toString: `digits` of them, the point after the first `point`. */
static size_t write_javascript(char *out, const char *text, int32_t digits, int32_t point) {
  size_t n = 0, count = (size_t)digits;
  if (point > 21 || point <= -6) {
    out[n++] = text[0];
    if (digits > 1) {
      out[n++] = '.';
      memcpy(out + n, text + 1, count - 1);
      n += count - 1;
    }
    out[n++] = 'e';
    out[n++] = point > 0 ? '+' : '-';
    return n + number_format_int64(point > 0 ? point - 1 : 1 - point, out + n);
  }
  if (point <= 0) {
    out[n++] = '0';
    out[n++] = '.';
    n += put_zeros(out + n, -point);
    memcpy(out + n, text, count);
    return n + count;
  }
  size_t whole = digits < point ? count : (size_t)point;
  memcpy(out, text, whole);
  n = whole;
  if (digits <= point) return n + put_zeros(out + n, point - digits);
  out[n++] = '.';
  memcpy(out + n, text + whole, count - whole);
  return n + count - whole;
}

static size_t put_text(char *out, const char *text) {
  size_t n = strlen(text);
  memcpy(out, text, n);
  return n;
}

size_t number_format_double(double v, char out[32]) {
  if (v != v) return put_text(out, "NaN");
  if (v == 0) return put_text(out, "0");
  size_t sign = v < 0;
  if (sign) *out++ = '-';
  if (v < 0) v = -v;
  if (v > 1.7976931348623157e308) return sign + put_text(out, "Infinity");

  decimal d;
  if (!short_decimal(v, &d)) d = long_decimal(v);
  char text[24];
  int32_t digits = (int32_t)number_format_int64((int64_t)d.digits, text), point = digits + d.power;
  while (digits > 1 && text[digits - 1] == '0') digits--;
  return sign + write_javascript(out, text, digits, point);
}

/* Nearest decimals of growing length until one reads back; a normal float needs 6 to 9 digits or has zeros behind. */
size_t number_format_float(double v, char out[32]) {
  const float smallest_normal = 1.17549435e-38f;
  float f = (float)(v < 0 ? -v : v);
  if (f != f || f == 0 || f > 3.402823466e38f) return number_format_double(v, out);
  leading l = leading_digits(f);
  double found = f;
  for (uint32_t n = f < smallest_normal ? 1 : 6; n <= 9; n++) {
    found = nearest_double(shortened(&l, n));
    if ((float)found == f) break;
  }
  return number_format_double(v < 0 ? -found : found, out);
}

/* The lowest nine digits are taken off: answered. */
static uint32_t big_take_digits(big *b) {
  uint64_t rest = 0;
  for (uint32_t i = b->n; i-- > 0;) {
    rest = rest << 32 | b->limb[i];
    b->limb[i] = (uint32_t)(rest / 1000000000);
    rest %= 1000000000;
  }
  while (b->n > 0 && b->limb[b->n - 1] == 0) b->n--;
  return (uint32_t)rest;
}

/* mantissa * 2^exponent is an integer, or one over a power of ten: * 2^-n = * 5^n / 10^n. */
size_t number_exact_digits(double v, char out[NUMBER_EXACT_DIGITS], int32_t *point) {
  int32_t exponent;
  double fraction = frexp(v, &exponent);
  uint64_t mantissa = (uint64_t)(fraction * 0x1p53);
  exponent -= 53;
  int trailing = __builtin_ctzll(mantissa);
  mantissa >>= trailing;
  exponent += trailing;

  big b = {.n = 0};
  big_push(&b, (uint32_t)mantissa);
  if (mantissa >> 32) big_push(&b, (uint32_t)(mantissa >> 32));
  if (exponent < 0) big_times_five_to(&b, (uint32_t)-exponent);
  if (exponent > 0) big_shift(&b, (uint32_t)exponent);

  size_t begin = NUMBER_EXACT_DIGITS, end = begin;
  while (b.n > 0) {
    uint32_t nine = big_take_digits(&b);
    for (int i = 0; i < 9; i++, nine /= 10) out[--begin] = (char)('0' + nine % 10);
  }
  while (out[begin] == '0') begin++;
  *point = (int32_t)(end - begin) + (exponent < 0 ? exponent : 0);
  while (out[end - 1] == '0') end--;
  memmove(out, out + begin, end - begin);
  return end - begin;
}
