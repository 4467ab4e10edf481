/* See builder.h: typed values. */
#include "format/csv/builder.h"

#include <math.h>
#include <string.h>

#include "base/datetime.h"
#include "base/number.h"
#include "base/utf8.h"

static sonde_code start(builder *b, arena *scratch, sonde_error *err) {
  if (b->form.type.id == TYPE_TEXT) {
    b->text = text_builder_new(b->cap, b->stats, scratch, err);
    if (!b->text) return err->code;
    for (uint32_t i = 0; i < b->rows; i++) SONDE_TRY(text_builder_null(b->text, scratch, err));
    return SONDE_OK;
  }
  b->scaled = b->form.type.id == TYPE_DOUBLE;
  b->scale = b->seen.frac_digits <= BUILDER_SCALE_MAX ? b->seen.frac_digits : 0;
  b->values = arena_array(scratch, b->cap, b->form.type.id == TYPE_DECIMAL ? 16 : 8, err);
  return b->values ? SONDE_OK : err->code;
}

static uint32_t round_up(uint32_t cap) { return (cap + 63) / 64 * 64; }

sonde_code builder_init(builder *b, const csv_plan *plan, uint32_t cap, const csv_dialect *d, bool valid_utf8,
                        bool stats, arena *scratch, sonde_error *err) {
  cap = round_up(cap ? cap : 1);
  *b = (builder){.plan = *plan,
                 .form = plan->form,
                 .seen = plan->seen,
                 .decimal = (char)d->decimal,
                 .quote = d->quote,
                 .escape = d->escape,
                 .missing = d->nulls,
                 .missing_len = d->nulls_len,
                 .cap = cap,
                 .valid_utf8 = valid_utf8,
                 .stats = stats};
  if (plan->mode == CSV_INFER) b->form = csv_resolve(&plan->seen);
  b->validity = arena_alloc(scratch, cap / 8, err);
  if (!b->validity) return err->code;
  memset(b->validity, 0xff, cap / 8);
  return b->form.type.id == TYPE_NONE ? SONDE_OK : start(b, scratch, err);
}

/* Whether what was seen still resolves to the form that is being built. */
static bool still(const builder *b, const csv_seen *s) {
  csv_form f = csv_resolve(s);
  return f.type.id == b->form.type.id && f.type.scale == b->form.type.scale && f.order == b->form.order;
}

/* ---- the general way: one value ---- */

static bool add_int(builder *b, uint32_t row, const char *p, size_t n) {
  number_text t;
  bool ok = number_scan(p, n, b->decimal, &t) && !t.padded && !t.e && !t.point &&
            number_to_int64(&t, p, n, (int64_t *)b->values + row);
  if (ok) csv_seen_add(&b->seen, p, n, b->decimal);
  return ok;
}

/* Infinities and NaN, in whatever way they are written. */
static bool add_not_finite(builder *b, uint32_t row, const char *p, size_t n) {
  csv_seen s;
  csv_seen_init(&s);
  csv_seen_add(&s, p, n, b->decimal);
  if (s.kinds != CSV_SAW_EXPONENT) return false;
  if (b->scaled) builder_unscale(b);
  bool nan = (p[n - 1] | 32) == 'n' && n <= 4;
  ((double *)b->values)[row] = nan ? NAN : *p == '-' ? -INFINITY : INFINITY;
  b->seen.kinds |= CSV_SAW_EXPONENT;
  return true;
}

static bool add_double(builder *b, uint32_t row, const char *p, size_t n) {
  number_text t;
  if (!number_scan(p, n, b->decimal, &t)) return add_not_finite(b, row, p, n);
  if (t.padded) return false;
  bool plain = !t.e && t.digits <= 15 && t.fraction <= BUILDER_SCALE_MAX && !(t.negative && t.mantissa == 0);
  int64_t mantissa = t.negative ? -(int64_t)t.mantissa : (int64_t)t.mantissa;
  if (b->scaled && !(plain && builder_put_scaled(b, row, mantissa, t.fraction))) builder_unscale(b);
  if (!b->scaled) ((double *)b->values)[row] = number_to_double(&t, p, n, b->decimal);
  if (b->plan.mode != CSV_INFER) return true;
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_decimal(builder *b, uint32_t row, const char *p, size_t n) {
  number_text t;
  int128 *out = (int128 *)b->values + row;
  bool ok = number_scan(p, n, b->decimal, &t) && !t.padded &&
            number_to_int128(&t, p, n, b->decimal, b->form.type.scale, out);
  if (!ok || b->plan.mode != CSV_INFER) return ok;
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_dated(builder *b, uint32_t row, const char *p, size_t n) {
  int64_t *out = (int64_t *)b->values + row;
  bool zoned = false, one_order = (b->seen.orders & (b->seen.orders - 1)) == 0;
  uint8_t id = b->form.type.id;
  int32_t days;
  uint32_t kind;
  if (id != TYPE_DATE && timestamp_parse(p, n, b->form.order, out, &zoned)) {
    kind = zoned ? CSV_SAW_TIMESTAMPTZ : CSV_SAW_TIMESTAMP;
    if (zoned != (id == TYPE_TIMESTAMPTZ)) return false;
  } else if (id != TYPE_TIMESTAMPTZ && date_parse(p, n, b->form.order, &days)) {
    kind = CSV_SAW_DATE;
    *out = id == TYPE_DATE ? days : days * 86400000000LL;
  } else {
    return false;
  }
  if (b->plan.mode != CSV_INFER) return true;
  b->seen.kinds |= kind;
  if (one_order) return true;
  csv_seen_add(&b->seen, p, n, b->decimal);
  return still(b, &b->seen);
}

static bool add_bool(builder *b, uint32_t row, const char *p, size_t n) {
  csv_seen s;
  csv_seen_init(&s);
  csv_seen_add(&s, p, n, b->decimal);
  ((int64_t *)b->values)[row] = (*p | 32) == 't';
  return s.kinds == CSV_SAW_BOOL;
}

/* Stores a value that is not null; false when it does not fit the form. */
static bool add_typed(builder *b, uint32_t row, const char *p, size_t n) {
  while (n && (*p == ' ' || *p == '\t')) p++, n--;
  while (n && (p[n - 1] == ' ' || p[n - 1] == '\t')) n--;
  if (n == 0) return false;
  switch (b->form.type.id) {
  case TYPE_INT64: return add_int(b, row, p, n);
  case TYPE_DOUBLE: return add_double(b, row, p, n);
  case TYPE_DECIMAL: return add_decimal(b, row, p, n);
  case TYPE_BOOL: return add_bool(b, row, p, n);
  case TYPE_TIME: return time_parse(p, n, (int64_t *)b->values + row);
  default: return add_dated(b, row, p, n);
  }
}

static sonde_code set_null(builder *b, uint32_t row, arena *scratch, sonde_error *err) {
  builder_null(b, row);
  if (b->text) return text_builder_null(b->text, scratch, err);
  if (b->values && b->form.type.id == TYPE_DECIMAL)
    ((int128 *)b->values)[row] = (int128){0, 0};
  else if (b->values)
    ((int64_t *)b->values)[row] = 0; /* all bits zero: 0.0 as well */
  return SONDE_OK;
}

/* The field's value with doubled quotes and escapes undone and invalid bytes replaced. */
static sonde_code field_value(const builder *b, const uint8_t *text, const csv_field *f, sonde_str *out,
                              arena *scratch, sonde_error *err) {
  const char *p = (const char *)text + f->begin;
  *out = (sonde_str){p, f->len};
  if (f->flags & FIELD_ESCAPED) {
    char *clean = arena_alloc(scratch, f->len, err);
    if (!clean) return err->code;
    uint8_t quote = b->quote, escape = b->escape;
    size_t n = 0;
    for (uint32_t i = 0; i < f->len; i++) {
      bool doubled = (uint8_t)p[i] == quote && i + 1 < f->len && (uint8_t)p[i + 1] == quote;
      bool escaped = escape && escape != quote && (uint8_t)p[i] == escape && i + 1 < f->len;
      if (doubled || escaped) i++;
      clean[n++] = p[i];
    }
    *out = (sonde_str){clean, n};
  }
  if (b->valid_utf8 || utf8_valid(out->ptr, out->len)) return SONDE_OK;
  char *repaired = arena_alloc(scratch, utf8_repair_max(out->len), err);
  if (!repaired) return err->code;
  *out = (sonde_str){repaired, utf8_repair(out->ptr, out->len, repaired)};
  return SONDE_OK;
}

/* Decides what the column is from its first value. */
static sonde_code begin_form(builder *b, sonde_str s, arena *scratch, sonde_error *err) {
  csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
  b->form = csv_resolve(&b->seen);
  SONDE_TRY(start(b, scratch, err));
  if (b->values) memset(b->values, 0, (size_t)b->rows * (b->form.type.id == TYPE_DECIMAL ? 16 : 8));
  return SONDE_OK;
}

static bool is_null_text(const builder *b, sonde_str s) {
  for (uint32_t i = 0; i < b->missing_len; i += b->missing[i] + 1u)
    if (s.len == b->missing[i] && memcmp(b->missing + i + 1, s.ptr, s.len) == 0) return true;
  return false;
}

static sonde_code add_one(builder *b, sonde_str s, bool quoted, bool *bad, arena *scratch, sonde_error *err) {
  uint32_t row = b->rows;
  bool none = b->form.type.id == TYPE_NONE, text = b->form.type.id == TYPE_TEXT;
  bool null = (s.len == 0 && !(quoted && text)) || is_null_text(b, s);
  if (b->mismatch) {
    if (!null) csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
  } else if (null) {
    SONDE_TRY(set_null(b, row, scratch, err));
  } else if (none) {
    SONDE_TRY(begin_form(b, s, scratch, err));
    return add_one(b, s, quoted, bad, scratch, err);
  } else if (text) {
    b->seen.kinds |= CSV_SAW_TEXT;
    SONDE_TRY(text_builder_add(b->text, b->validity, s, scratch, err));
  } else if (!add_typed(b, row, s.ptr, s.len)) {
    *bad = b->plan.mode == CSV_FIXED;
    if (*bad) {
      SONDE_TRY(set_null(b, row, scratch, err));
    } else {
      b->mismatch = true;
      csv_seen_add(&b->seen, s.ptr, s.len, b->decimal);
    }
  }
  b->rows++;
  return SONDE_OK;
}

static sonde_code add_field(builder *b, const field_run *x, uint32_t i, uint64_t *bad_rows, arena *scratch,
                            sonde_error *err) {
  const csv_field *f = &x->fields[(size_t)i * x->stride];
  sonde_str s;
  SONDE_TRY(field_value(b, x->text, f, &s, scratch, err));
  bool bad = false;
  SONDE_TRY(add_one(b, s, f->flags & FIELD_QUOTED, &bad, scratch, err));
  if (bad && bad_rows) bad_rows[i >> 6] |= (uint64_t)1 << (i & 63);
  return SONDE_OK;
}

/* The plain fields from *i on; *i is where they stop. */
static sonde_code add_plain(builder *b, const field_run *x, uint32_t *i, arena *scratch, sonde_error *err) {
  if (b->mismatch || b->missing_len) return SONDE_OK;
  if (b->text) return b->valid_utf8 ? text_builder_run(b, x, *i, i, scratch, err) : SONDE_OK;
  *i = builder_quick(b, x, *i);
  return SONDE_OK;
}

sonde_code builder_add(builder *b, const field_run *x, uint64_t *bad_rows, arena *scratch, sonde_error *err) {
  for (uint32_t i = 0; i < x->n; i++) {
    SONDE_TRY(add_plain(b, x, &i, scratch, err));
    if (i < x->n) SONDE_TRY(add_field(b, x, i, bad_rows, scratch, err));
  }
  return SONDE_OK;
}

sonde_code builder_finish(builder *b, vec *out, csv_column *c, arena *memory, arena *keep, arena *scratch,
                          sonde_error *err) {
  c->seen = b->plan.mode == CSV_INFER ? b->seen : b->plan.seen;
  c->form = b->form;
  c->nulls = b->nulls;
  if (b->form.type.id == TYPE_NONE || b->nulls == b->rows) {
    *out = (vec){.type = b->form.type, .form = VEC_NULL, .rows = b->rows, .nulls = b->rows};
    c->nulls = b->rows;
    return SONDE_OK;
  }
  if (b->text)
    return text_builder_finish(b->text, b->nulls ? b->validity : NULL, b->nulls, out, c, memory, keep, err);
  return builder_finish_values(b, out, c, memory, keep, scratch, err);
}
