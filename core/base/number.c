/* See number.h. Text to double: Clinger's exact cases first, then a product of 128 bits with a known error, and for the
 * few texts that it cannot decide an exact comparison of integers. Double to text goes the same way back. */
#include "base/number.h"

#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum { HELD_DIGITS = 19 }; /* 10^19 - 1 fits 64 bits */

/* ---- scanning ---- */

static inline uint32_t digit_of(char c) { return (uint32_t)(uint8_t)c - '0'; }

/* Significant digits were more than 19: the first 19 again, without the others' overflow. */
static uint64_t held_digits(const char *p, const char *end) {
  uint64_t mantissa = 0;
  for (uint32_t held = 0; p < end && held < HELD_DIGITS; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9 || (held == 0 && d == 0)) continue;
    mantissa = mantissa * 10 + d;
    held++;
  }
  return mantissa;
}

/* [+-] digits up to the end. What is beyond any use as an exponent is kept at a million. */
static bool scan_exponent(const char *p, const char *end, int64_t *exponent) {
  bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end) return false;
  int64_t value = 0;
  for (; p < end; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9) return false;
    if (value < 1000000) value = value * 10 + d;
  }
  *exponent = negative ? -value : value;
  return true;
}

bool number_scan(const char *p, size_t n, char decimal, number_text *out) {
  const char *end = p + n;
  bool negative = n > 0 && *p == '-', plus = n > 0 && *p == '+';
  p += negative || plus;

  uint64_t mantissa = 0;
  const char *digits = p, *digits_end;
  uint32_t d;
  for (; p < end && (d = digit_of(*p)) <= 9; p++) mantissa = mantissa * 10 + d;
  size_t whole = (size_t)(p - digits), fraction = 0;
  bool point = p < end && *p == decimal;
  if (point) {
    const char *begin = ++p;
    for (; p < end && (d = digit_of(*p)) <= 9; p++) mantissa = mantissa * 10 + d;
    fraction = (size_t)(p - begin);
  }
  digits_end = p;
  size_t written = whole + fraction;
  if (written == 0) return false;

  int64_t exponent = 0;
  bool e = p < end;
  if (e && ((*p | 0x20) != 'e' || !scan_exponent(p + 1, end, &exponent))) return false;

  size_t significant = written;
  if (*digits == '0' || whole == 0) {
    for (const char *z = digits; z < digits_end && (*z == '0' || *z == decimal); z++)
      significant -= *z == '0';
  }
  exponent -= (int64_t)fraction;
  if (significant > HELD_DIGITS) {
    mantissa = held_digits(digits, digits_end);
    exponent += (int64_t)(significant - HELD_DIGITS);
  }
  const int64_t most = 1 << 30;
  out->mantissa = mantissa;
  out->exponent = (int32_t)(exponent > most ? most : exponent < -most ? -most : exponent);
  out->digits = (uint32_t)significant;
  out->fraction = (uint32_t)fraction;
  out->negative = negative;
  out->point = point;
  out->e = e;
  out->plus = plus;
  out->padded = whole > 1 && *digits == '0';
  return true;
}

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
    uint32_t d = digit_of(*p);
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
  uint32_t held = t->digits < HELD_DIGITS ? t->digits : HELD_DIGITS;
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
  if (sure && t->digits > HELD_DIGITS) {
    sure = round_wide(times_ten_to(t->mantissa + 1, t->exponent), &next) && next == bits;
  }
  return sure ? bits : round_exactly(t, p, n);
}

double number_to_double(const number_text *t, const char *p, size_t n, char decimal) {
  (void)decimal;
  double v;
  /* Clinger 1990: both operands are exact doubles, so the one operation rounds correctly. */
  if (t->mantissa <= (uint64_t)1 << 53 && t->digits <= HELD_DIGITS && t->exponent >= -22 &&
      t->exponent <= 22) {
    v = (double)t->mantissa;
    v = t->exponent < 0 ? v / exact_powers[-t->exponent] : v * exact_powers[t->exponent];
  } else {
    v = double_of_bits(magnitude_bits(t, p, n));
  }
  return t->negative ? -v : v;
}

/* ---- integers ---- */

/* The digits of a scanned text before any 'e' as one integer with its power of ten; false beyond 38 digits that count
 * (zeros at the end do not). */
static bool read_digits(const number_text *t, const char *p, size_t n, u128 *out, int64_t *power) {
  *power = t->exponent;
  if (t->digits <= HELD_DIGITS) {
    *out = t->mantissa;
    return true;
  }
  u128 value = 0;
  uint32_t zeros = 0;
  for (const char *end = p + n; p < end && (*p | 0x20) != 'e'; p++) {
    uint32_t d = digit_of(*p);
    if (d > 9 || (value == 0 && d == 0)) continue;
    if (d == 0) {
      zeros++;
      continue;
    }
    for (; zeros > 0 && value < (u128)1 << 124; zeros--) value *= 10;
    if (zeros > 0 || value >= (u128)1 << 124) return false;
    value = value * 10 + d;
  }
  *power = (int64_t)t->exponent - ((int64_t)t->digits - HELD_DIGITS) + zeros;
  *out = value;
  return true;
}

/* value * 10^power, exactly, up to `most`. */
static bool scale_integer(u128 value, int64_t power, u128 most, u128 *out) {
  if (value == 0) power = 0;
  for (; power < 0; power++, value /= 10) {
    if (value % 10 != 0) return false;
  }
  for (; power > 0; power--, value *= 10) {
    if (value > most / 10) return false;
  }
  *out = value;
  return value <= most;
}

bool number_to_int64(const number_text *t, const char *p, size_t n, int64_t *out) {
  u128 magnitude = t->mantissa, most = (u128)INT64_MAX + t->negative;
  int64_t power;
  bool plain = t->exponent == 0 && t->digits <= HELD_DIGITS && t->mantissa <= INT64_MAX;
  if (plain) {
    *out = t->negative ? -(int64_t)t->mantissa : (int64_t)t->mantissa;
    return true;
  }
  if (!read_digits(t, p, n, &magnitude, &power) || !scale_integer(magnitude, power, most, &magnitude))
    return false;
  *out = (int64_t)(t->negative ? 0 - (uint64_t)magnitude : (uint64_t)magnitude);
  return true;
}

static u128 largest_decimal(void) {
  return (u128)10000000000000000000u * 10000000000000000000u - 1; /* 10^38 - 1 */
}

bool number_to_int128(const number_text *t, const char *p, size_t n, char decimal, uint32_t scale,
                      int128 *out) {
  (void)decimal;
  u128 magnitude;
  int64_t power;
  if (!read_digits(t, p, n, &magnitude, &power)) return false;
  if (!scale_integer(magnitude, power + scale, largest_decimal(), &magnitude)) return false;
  if (t->negative) magnitude = 0 - magnitude;
  *out = (int128){.low = (uint64_t)magnitude, .high = (int64_t)(uint64_t)(magnitude >> 64)};
  return true;
}

static u128 magnitude_of(int128 v) {
  u128 bits = (u128)(uint64_t)v.high << 64 | v.low;
  return v.high < 0 ? 0 - bits : bits;
}

int int128_compare(int128 a, int128 b) {
  if (a.high != b.high) return a.high < b.high ? -1 : 1;
  return (a.low > b.low) - (a.low < b.low);
}

double int128_to_double(int128 v, uint32_t scale) {
  u128 magnitude = magnitude_of(v);
  if (magnitude >> 53 == 0 && scale <= 22) {
    double exact = (double)(uint64_t)magnitude / exact_powers[scale];
    return v.high < 0 ? -exact : exact;
  }
  char text[48];
  number_text t;
  size_t n = number_format_int128(v, scale, text);
  return number_scan(text, n, '.', &t) ? number_to_double(&t, text, n, '.') : 0;
}

/* ---- writing ---- */

/* Digits of v, the last one at end[-1]; answers where they begin. */
static char *write_digits(char *end, uint64_t v) {
  do {
    *--end = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  return end;
}

size_t number_format_int64(int64_t v, char out[24]) {
  char text[24], *end = text + sizeof text;
  char *begin = write_digits(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
  if (v < 0) *--begin = '-';
  memcpy(out, begin, (size_t)(end - begin));
  return (size_t)(end - begin);
}

size_t number_format_int128(int128 v, uint32_t scale, char out[48]) {
  char text[40], *end = text + sizeof text, *begin = end;
  u128 rest = magnitude_of(v);
  if (scale > 38) scale = 38;
  for (uint32_t i = 0; rest > 0 || i <= scale; i++, rest /= 10) *--begin = (char)('0' + (int)(rest % 10));

  size_t whole = (size_t)(end - begin) - scale, n = 0;
  if (v.high < 0) out[n++] = '-';
  memcpy(out + n, begin, whole);
  n += whole;
  if (scale == 0) return n;
  out[n++] = '.';
  memcpy(out + n, begin + whole, scale);
  return n + scale;
}

/* ---- double to shortest text ---- */

/* digits * 10^power, without zeros at the end */
typedef struct {
  uint64_t digits;
  int32_t power;
} decimal;

static bool reads_back(uint64_t digits, int32_t power, double v) {
  if (power < -342 || power > 308) return false;
  char text[24];
  number_text t = {.mantissa = digits, .exponent = power, .digits = HELD_DIGITS};
  size_t n = number_format_int64((int64_t)digits, text);
  t.digits = (uint32_t)n;
  return number_to_double(&t, text, n, '.') == v;
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

/* Any other positive double. 17 digits always read back. Normal doubles: when 15 digits or fewer do, they are the nearest
 * 15; of 16 the nearest, or its neighbour where the gap below v is half the one above (v a power of two). Subnormals
 * are so far apart that every length has to be tried. */
static decimal long_decimal(double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  int32_t biased = (int32_t)(bits >> 52);
  uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
  uint64_t mantissa = biased ? fraction | (uint64_t)1 << 52 : fraction;
  int32_t exponent = (biased ? biased : 1) - 1075;

  /* floor(log10 v), perhaps one too small: 17 or 18 digits */
  int32_t top = exponent + 63 - __builtin_clzll(mantissa);
  int32_t scale = 16 - (int32_t)(((int64_t)top * 78913) >> 18);
  fixed f = fixed_of(mantissa, exponent, scale);
  uint32_t extra = f.whole >= 100000000000000000u;
  for (uint32_t n = biased ? 15 : 1; n < 17; n++) {
    uint32_t drop = 17 - n + extra;
    uint64_t near = round_digits(f, drop);
    int32_t power = (int32_t)drop - scale;
    if (reads_back(near, power, v)) return (decimal){near, power};
    if (fraction == 0 && reads_back(near + 1, power, v)) return (decimal){near + 1, power};
  }
  return (decimal){round_digits(f, extra), (int32_t)extra - scale};
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
  char text[24], *end = text + sizeof text, *begin = write_digits(end, d.digits);
  int32_t digits = (int32_t)(end - begin), point = digits + d.power;
  while (digits > 1 && begin[digits - 1] == '0') digits--;
  return sign + write_javascript(out, begin, digits, point);
}
