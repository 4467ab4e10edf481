/* See infer.h. */
#include "format/csv/infer.h"

#include <string.h>

#include "base/datetime.h"
#include "base/number.h"

#define SAW_NUMBER                                                                                           \
  (CSV_SAW_INT | CSV_SAW_BIGINT | CSV_SAW_HUGEINT | CSV_SAW_FRACTION | CSV_SAW_LONG_FRACTION |               \
   CSV_SAW_EXPONENT)
#define SAFE_INTEGER 9007199254740992 /* 2^53 */

void csv_seen_init(csv_seen *s) { *s = (csv_seen){.orders = 0xff}; }

static bool same_word(const char *p, size_t n, const char *word) {
  if (strlen(word) != n) return false;
  for (size_t i = 0; i < n; i++)
    if ((p[i] | 32) != word[i]) return false;
  return true;
}

static bool not_finite(const char *p, size_t n) {
  if (n && (*p == '-' || *p == '+')) p++, n--;
  return same_word(p, n, "nan") || same_word(p, n, "inf") || same_word(p, n, "infinity");
}

static uint32_t number_kind(const number_text *t, const char *p, size_t n) {
  if (t->padded) return CSV_SAW_TEXT;
  if (t->e) return CSV_SAW_EXPONENT;
  if (t->fraction > 0 || t->point)
    return t->digits <= 15 ? CSV_SAW_FRACTION : t->digits <= 38 ? CSV_SAW_LONG_FRACTION : CSV_SAW_EXPONENT;
  int64_t v;
  if (number_to_int64(t, p, n, &v))
    return v >= -SAFE_INTEGER && v <= SAFE_INTEGER ? CSV_SAW_INT : CSV_SAW_BIGINT;
  return t->digits <= 38 ? CSV_SAW_HUGEINT : CSV_SAW_EXPONENT;
}

static bool add_number(csv_seen *s, const char *p, size_t n, char decimal) {
  number_text t;
  if (!number_scan(p, n, decimal, &t)) return false;
  s->kinds |= number_kind(&t, p, n);
  uint32_t integer = t.digits > t.fraction ? t.digits - t.fraction : 0;
  if (!t.e && integer > s->int_digits) s->int_digits = integer < 255 ? (uint8_t)integer : 255;
  if (!t.e && t.fraction > s->frac_digits) s->frac_digits = t.fraction < 255 ? (uint8_t)t.fraction : 255;
  return true;
}

static bool add_date(csv_seen *s, const char *p, size_t n) {
  if (n < 4 || n > 48) return false;
  int64_t micros;
  bool zoned = false;
  uint8_t orders = date_orders(p, n);
  if (orders) {
    s->kinds |= CSV_SAW_DATE;
  } else if ((orders = timestamp_orders(p, n, &zoned)) != 0) {
    s->kinds |= zoned ? CSV_SAW_TIMESTAMPTZ : CSV_SAW_TIMESTAMP;
  } else if (time_parse(p, n, &micros)) {
    s->kinds |= CSV_SAW_TIME;
    return true;
  } else {
    return false;
  }
  s->orders &= orders;
  return true;
}

void csv_seen_add(csv_seen *s, const char *p, size_t n, char decimal) {
  while (n && (*p == ' ' || *p == '\t')) p++, n--;
  while (n && (p[n - 1] == ' ' || p[n - 1] == '\t')) n--;
  if (n > 0) {
    if (add_number(s, p, n, decimal) || add_date(s, p, n)) return;
    if (same_word(p, n, "true") || same_word(p, n, "false")) {
      s->kinds |= CSV_SAW_BOOL;
      return;
    }
    if (not_finite(p, n)) {
      s->kinds |= CSV_SAW_EXPONENT;
      return;
    }
  }
  s->kinds |= CSV_SAW_TEXT;
}

void csv_seen_join(csv_seen *s, const csv_seen *o) {
  s->kinds |= o->kinds;
  s->orders &= o->orders;
  if (o->int_digits > s->int_digits) s->int_digits = o->int_digits;
  if (o->frac_digits > s->frac_digits) s->frac_digits = o->frac_digits;
}

static csv_form form_of(type_id id) { return (csv_form){.type = {.id = (uint8_t)id}}; }

static csv_form number_form(const csv_seen *s) {
  uint32_t k = s->kinds;
  if (!(k & ~(uint32_t)(CSV_SAW_INT | CSV_SAW_BIGINT))) return form_of(TYPE_INT64);
  bool exact = k & (CSV_SAW_BIGINT | CSV_SAW_HUGEINT | CSV_SAW_LONG_FRACTION);
  if (!exact) return form_of(TYPE_DOUBLE);
  if (k & CSV_SAW_EXPONENT)
    return k & (CSV_SAW_BIGINT | CSV_SAW_HUGEINT) ? form_of(TYPE_TEXT) : form_of(TYPE_DOUBLE);
  if (s->int_digits + s->frac_digits > 38)
    return k & (CSV_SAW_BIGINT | CSV_SAW_HUGEINT) ? form_of(TYPE_TEXT) : form_of(TYPE_DOUBLE);
  csv_form f = form_of(TYPE_DECIMAL);
  f.type.scale = s->frac_digits;
  return f;
}

static csv_form dated_form(const csv_seen *s, type_id id) {
  static const uint8_t preferred[] = {DATE_YMD,  DATE_MDY,  DATE_DMY,  DATE_MDY2,
                                      DATE_DMY2, DATE_YMD2, DATE_NAMED};
  csv_form f = form_of(id);
  for (size_t i = 0; i < sizeof preferred; i++) {
    if (!(s->orders & preferred[i])) continue;
    f.order = preferred[i];
    return f;
  }
  return form_of(TYPE_TEXT);
}

csv_form csv_resolve(const csv_seen *s) {
  uint32_t k = s->kinds;
  if (k == 0) return form_of(TYPE_NONE);
  if (k == CSV_SAW_BOOL) return form_of(TYPE_BOOL);
  if (!(k & ~(uint32_t)SAW_NUMBER)) return number_form(s);
  if (k == CSV_SAW_DATE) return dated_form(s, TYPE_DATE);
  if (k == CSV_SAW_TIME) return form_of(TYPE_TIME);
  if (!(k & ~(uint32_t)(CSV_SAW_DATE | CSV_SAW_TIMESTAMP))) return dated_form(s, TYPE_TIMESTAMP);
  if (k == CSV_SAW_TIMESTAMPTZ) return dated_form(s, TYPE_TIMESTAMPTZ);
  return form_of(TYPE_TEXT);
}
