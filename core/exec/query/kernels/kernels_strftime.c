/* strftime and strptime: the specifiers of the C library, read and written the same on every machine. */
#include <stdlib.h>

#include "exec/query/kernels/date_parts.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

#define DAY_NANOS 86400000000000

static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* ---- writing ---- */

typedef struct {
  civil date;
  int64_t days, nanos, weekday; /* Sunday is 0 */
  int32_t ahead;                /* of UTC, seconds */
  sonde_str zone;               /* empty: none was given */
} broken;

static int64_t year_day(const broken *t) { return t->days - days_of_civil((civil){t->date.year, 1, 1}); }

/* Weeks begin on Sunday (first 0) or Monday (first 1); days before the first one are week 0. */
static int64_t week_of(const broken *t, int first) {
  return (year_day(t) + 7 - (t->weekday + 7 - first) % 7) / 7;
}

static bool put_clock(buf *b, char f, int64_t n) {
  int64_t hour = n / 3600000000000, half = hour % 12 ? hour % 12 : 12;
  switch (f) {
  case 'H': buf_printf(b, "%02d", (int)hour); return true;
  case 'I': buf_printf(b, "%02d", (int)half); return true;
  case 'M': buf_printf(b, "%02d", (int)(n / 60000000000 % 60)); return true;
  case 'S': buf_printf(b, "%02d", (int)(n / 1000000000 % 60)); return true;
  case 'f': buf_printf(b, "%06d", (int)(n % 1000000000 / 1000)); return true;
  case 'n': buf_printf(b, "%09d", (int)(n % 1000000000)); return true;
  case 'g': buf_printf(b, "%03d", (int)(n % 1000000000 / 1000000)); return true;
  case 'p': buf_printf(b, "%s", hour < 12 ? "AM" : "PM"); return true;
  default: return false;
  }
}

static bool put_zone(buf *b, char f, const broken *t) {
  if (f == 'z') offset_print(b, t->ahead);
  if (f == 'Z') buf_put(b, t->zone.ptr, t->zone.len);
  return f == 'z' || f == 'Z';
}

static bool put_date(buf *b, char f, const broken *t) {
  int64_t iso;
  switch (f) {
  case 'a': buf_printf(b, "%.3s", day_names[t->weekday]); return true;
  case 'A': buf_printf(b, "%s", day_names[t->weekday]); return true;
  case 'w': buf_printf(b, "%d", (int)t->weekday); return true;
  case 'u': buf_printf(b, "%d", (int)(t->weekday ? t->weekday : 7)); return true;
  case 'd': buf_printf(b, "%02d", t->date.day); return true;
  case 'b':
  case 'h': buf_printf(b, "%.3s", month_names[t->date.month - 1]); return true;
  case 'B': buf_printf(b, "%s", month_names[t->date.month - 1]); return true;
  case 'm': buf_printf(b, "%02d", t->date.month); return true;
  case 'y': buf_printf(b, "%02d", (int)llabs(t->date.year % 100)); return true;
  case 'Y': buf_printf(b, "%lld", (long long)t->date.year); return true;
  case 'j': buf_printf(b, "%03d", (int)year_day(t) + 1); return true;
  case 'U': buf_printf(b, "%02d", (int)week_of(t, 0)); return true;
  case 'W': buf_printf(b, "%02d", (int)week_of(t, 1)); return true;
  case 'V': buf_printf(b, "%02d", (int)iso_week(t->days, &iso)); return true;
  case 'G':
    iso_week(t->days, &iso);
    buf_printf(b, "%lld", (long long)iso);
    return true;
  default: return false;
  }
}

/* %-d: without the zeros in front. */
static void drop_zeros(buf *b, size_t from) {
  size_t zeros = 0;
  while (from + zeros + 1 < b->len && b->data[from + zeros] == '0') zeros++;
  memmove(b->data + from, b->data + from + zeros, b->len - from - zeros);
  b->len -= zeros;
}

static const char *composed(char f) {
  switch (f) {
  case 'c': return "%Y-%m-%d %H:%M:%S";
  case 'x':
  case 'F': return "%Y-%m-%d";
  case 'X':
  case 'T': return "%H:%M:%S";
  case 'D': return "%m/%d/%y";
  case 'R': return "%H:%M";
  default: return NULL;
  }
}

static sonde_code write_pattern(const kernel_call *c, sonde_str pattern, const broken *t, buf *b) {
  for (size_t i = 0; i < pattern.len; i++) {
    char f = pattern.ptr[i];
    if (f != '%' || i + 1 >= pattern.len) {
      SONDE_CHECK(f != '%', c->err, SONDE_VALUE, c->e->at, "a date pattern ends with %%");
      buf_u8(b, (uint8_t)f);
      continue;
    }
    f = pattern.ptr[++i];
    bool bare = f == '-' && i + 1 < pattern.len;
    if (bare) f = pattern.ptr[++i];
    size_t from = b->len;
    const char *more = composed(f);
    if (more)
      SONDE_TRY(write_pattern(c, (sonde_str){more, strlen(more)}, t, b));
    else if (f == '%')
      buf_u8(b, '%');
    else
      SONDE_CHECK(put_clock(b, f, t->nanos) || put_date(b, f, t) || put_zone(b, f, t), c->err, SONDE_VALUE,
                  c->e->at, "%%%c is not known in date patterns", f);
    if (bare && !b->failed) drop_zeros(b, from);
  }
  return SONDE_OK;
}

static sonde_code write_row(const kernel_call *c, uint32_t i, buf *b) {
  uint32_t point = c->e->function == FN_STRFTIME ? 0 : 1;
  const col *x = &c->args[point];
  int64_t second = x->type->unit == 9 ? 1000000000 : 1000000, v = COL_AT(x, int64_t, i);
  broken t = {.ahead = 0};
  moment m;
  if (c->n_args > 2) {
    const time_zone *z;
    t.zone = text_at(c, 2, i);
    SONDE_TRY(zones_find(c->run->zones, t.zone, c->e->at, &z, c->err));
    t.ahead = zone_offset(z, floor_divide(v, second));
  }
  if (!moment_of(x->type, v, &m)) return value_print(b, x->type, col_cell(x, i)), SONDE_OK;
  moment_of(x->type, v + t.ahead * second, &m);
  t.date = civil_of_days(m.days);
  t.days = m.days;
  t.nanos = m.nanos;
  t.weekday = iso_weekday(m.days) % 7;
  return write_pattern(c, text_at(c, 1 - point, i), &t, b);
}

sonde_code kernel_strftime(const kernel_call *c, col *out) { return each_text(c, write_row, out); }

/* ---- reading ---- */

typedef struct {
  int64_t year, month, day, hour, minute, second, nanos, offset, year_day;
  int half; /* 1 AM, 2 PM */
} fields;

static bool digits(const char **p, const char *end, int most, int64_t *out) {
  const char *start = *p;
  *out = 0;
  while (*p < end && *p - start < most && **p >= '0' && **p <= '9') *out = *out * 10 + (*(*p)++ - '0');
  return *p > start;
}

static bool fraction(const char **p, const char *end, int places, int64_t *nanos) {
  const char *start = *p;
  if (!digits(p, end, places, nanos)) return false;
  for (int64_t n = *p - start; n < 9; n++) *nanos *= 10;
  return true;
}

static bool name_in(const char **p, const char *end, const char *const *names, int n, bool full,
                    int64_t *out) {
  for (int i = 0; i < n; i++) {
    size_t len = full ? strlen(names[i]) : 3, k = 0;
    while (k < len && *p + k < end && lower_ascii((*p)[k]) == lower_ascii(names[i][k])) k++;
    if (k < len) continue;
    *p += len;
    *out = i;
    return true;
  }
  return false;
}

static bool read_offset(const char **p, const char *end, int64_t *out) {
  int64_t h, m = 0;
  if (*p < end && (**p == 'Z' || **p == 'z')) return (*p)++, *out = 0, true;
  if (*p >= end || (**p != '+' && **p != '-')) return false;
  int sign = *(*p)++ == '-' ? -1 : 1;
  if (!digits(p, end, 2, &h)) return false;
  if (*p < end && **p == ':') (*p)++;
  if (*p < end && **p >= '0' && **p <= '9' && !digits(p, end, 2, &m)) return false;
  *out = sign * (h * 60 + m);
  return true;
}

static bool read_half(const char **p, const char *end, int *half) {
  if (end - *p < 2 || lower_ascii((*p)[1]) != 'm') return false;
  *half = lower_ascii(**p) == 'a' ? 1 : lower_ascii(**p) == 'p' ? 2 : 0;
  *p += 2;
  return *half != 0;
}

static bool read_field(char f, const char **p, const char *end, fields *t) {
  int64_t ignored;
  switch (f) {
  case 'Y': {
    bool negative = *p < end && **p == '-';
    *p += negative;
    bool read = digits(p, end, 6, &t->year);
    if (negative) t->year = -t->year;
    return read;
  }
  case 'y':
    if (!digits(p, end, 2, &t->year)) return false;
    t->year += t->year < 70 ? 2000 : 1900;
    return true;
  case 'm': return digits(p, end, 2, &t->month);
  case 'd': return digits(p, end, 2, &t->day);
  case 'j': return digits(p, end, 3, &t->year_day);
  case 'H':
  case 'I': return digits(p, end, 2, &t->hour) && (f == 'H' || (t->hour >= 1 && t->hour <= 12));
  case 'M': return digits(p, end, 2, &t->minute);
  case 'S': return digits(p, end, 2, &t->second);
  case 'f': return fraction(p, end, 6, &t->nanos);
  case 'g': return fraction(p, end, 3, &t->nanos);
  case 'n': return fraction(p, end, 9, &t->nanos);
  case 'p': return read_half(p, end, &t->half);
  case 'z': return read_offset(p, end, &t->offset);
  case 'Z':
    while (*p < end && ((**p | 32) >= 'a' && (**p | 32) <= 'z')) (*p)++;
    return true;
  case 'a': return name_in(p, end, day_names, 7, false, &ignored);
  case 'A': return name_in(p, end, day_names, 7, true, &ignored);
  case 'b':
  case 'h': return name_in(p, end, month_names, 12, false, &t->month) && ++t->month;
  case 'B': return name_in(p, end, month_names, 12, true, &t->month) && ++t->month;
  case 'w':
  case 'u': return digits(p, end, 1, &ignored);
  case '%': return *p < end && *(*p)++ == '%';
  default: return false;
  }
}

static bool read_pattern(sonde_str pattern, const char **p, const char *end, fields *t) {
  for (size_t i = 0; i < pattern.len; i++) {
    char f = pattern.ptr[i];
    if (f == ' ') {
      while (*p < end && **p == ' ') (*p)++;
      continue;
    }
    if (f != '%' || i + 1 >= pattern.len) {
      if (*p >= end || *(*p)++ != f) return false;
      continue;
    }
    f = pattern.ptr[++i];
    if (f == '-' && i + 1 < pattern.len) f = pattern.ptr[++i];
    const char *more = composed(f);
    if (more ? !read_pattern((sonde_str){more, strlen(more)}, p, end, t) : !read_field(f, p, end, t))
      return false;
  }
  return true;
}

static bool assemble(fields *t, const sql_type *type, int64_t *out) {
  if (t->half) t->hour = t->hour % 12 + (t->half == 2 ? 12 : 0);
  if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > month_length(t->year, (int32_t)t->month))
    return false;
  if (t->hour > 24 || t->minute > 59 || t->second > 59) return false;
  int64_t days = days_of_civil((civil){t->year, (int32_t)t->month, (int32_t)t->day});
  if (t->year_day) days = days_of_civil((civil){t->year, 1, 1}) + t->year_day - 1;
  int64_t nanos = ((t->hour * 60 + t->minute - t->offset) * 60 + t->second) * 1000000000 + t->nanos,
          over = floor_divide(nanos, DAY_NANOS);
  return moment_to(type, (moment){days + over, nanos - over * DAY_NANOS}, out);
}

static bool read_text(const kernel_call *c, sonde_str s, sonde_str pattern, int64_t *out) {
  fields t = {.year = 1900, .month = 1, .day = 1};
  while (s.len && s.ptr[0] == ' ') s.ptr++, s.len--;
  const char *p = s.ptr, *end = p + s.len;
  if (!read_pattern(pattern, &p, end, &t)) return false;
  while (p < end && *p == ' ') p++;
  return p == end && assemble(&t, &c->e->type, out);
}

static bool read_any(const kernel_call *c, uint32_t i, int64_t *out) {
  sonde_str s = text_at(c, 0, i);
  if (c->args[1].lane == LANE_STR) return read_text(c, s, text_at(c, 1, i), out);
  const nested *patterns = COL_AT(&c->args[1], const nested *, i);
  for (uint32_t k = 0; k < patterns->n; k++)
    if (nested_valid(patterns, k) && read_text(c, s, patterns->cells[k].s, out)) return true;
  return false;
}

sonde_code kernel_strptime(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t v = 0;
    if (!row_valid(out, i)) continue;
    bool read = read_any(c, i, &v);
    sonde_str s = text_at(c, 0, i);
    SONDE_CHECK(read || c->e->function == FN_TRY_STRPTIME, c->err, SONDE_VALUE, c->e->at,
                "'%.*s' does not fit the date pattern; try_strptime gives NULL instead",
                (int)(s.len < 80 ? s.len : 80), s.ptr);
    col_put(out, i, (cell){.i = v});
    if (!read) col_put_null(out, i);
  }
  return SONDE_OK;
}
