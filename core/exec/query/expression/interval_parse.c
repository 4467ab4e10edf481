/* Intervals from text: numbers with units, a clock, ISO 8601 durations. */
#include <math.h>

#include "base/number.h"
#include "exec/query/expression/cast.h"

typedef struct {
  const char *name;
  double months, days, micros; /* of one */
} unit;

static const unit units[] = {{"millennium", 12000, 0, 0},
                             {"millennia", 12000, 0, 0},
                             {"mil", 12000, 0, 0},
                             {"millenium", 12000, 0, 0},
                             {"century", 1200, 0, 0},
                             {"centuries", 1200, 0, 0},
                             {"cent", 1200, 0, 0},
                             {"c", 1200, 0, 0},
                             {"decade", 120, 0, 0},
                             {"dec", 120, 0, 0},
                             {"year", 12, 0, 0},
                             {"yr", 12, 0, 0},
                             {"y", 12, 0, 0},
                             {"quarter", 3, 0, 0},
                             {"q", 3, 0, 0},
                             {"month", 1, 0, 0},
                             {"mon", 1, 0, 0},
                             {"week", 0, 7, 0},
                             {"w", 0, 7, 0},
                             {"day", 0, 1, 0},
                             {"d", 0, 1, 0},
                             {"dayofmonth", 0, 1, 0},
                             {"hour", 0, 0, 3.6e9},
                             {"hr", 0, 0, 3.6e9},
                             {"h", 0, 0, 3.6e9},
                             {"minute", 0, 0, 6e7},
                             {"min", 0, 0, 6e7},
                             {"m", 0, 0, 6e7},
                             {"second", 0, 0, 1e6},
                             {"sec", 0, 0, 1e6},
                             {"s", 0, 0, 1e6},
                             {"millisecond", 0, 0, 1e3},
                             {"msec", 0, 0, 1e3},
                             {"ms", 0, 0, 1e3},
                             {"microsecond", 0, 0, 1},
                             {"usec", 0, 0, 1},
                             {"us", 0, 0, 1}};

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static bool named(const char *p, size_t n, const char *name) {
  size_t i = 0;
  while (i < n && name[i] && lower(p[i]) == name[i]) i++;
  return !name[i] && (i == n || (i + 1 == n && lower(p[i]) == 's'));
}

static const unit *find_unit(const char *p, size_t n) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (named(p, n, units[i].name)) return &units[i];
  return NULL;
}

typedef struct {
  double months, days, micros;
} sums;

/* Fractions of a month are days (30), of a day microseconds. */
static void add(sums *s, const unit *u, double n) {
  double months = n * u->months, whole = trunc(months);
  s->months += whole;
  double days = n * u->days + (u->months >= 1 && u->months < 12 ? (months - whole) * 30 : 0);
  s->days += trunc(days);
  s->micros += round((days - trunc(days)) * 86400e6) + round(n * u->micros);
}

static bool finish(const sums *s, interval *out) {
  if (fabs(s->months) > INT32_MAX || fabs(s->days) > INT32_MAX || fabs(s->micros) > 9.2e18) return false;
  *out = (interval){(int32_t)s->months, (int32_t)s->days, (int64_t)s->micros};
  return true;
}

static const char *skip(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == ',')) p++;
  return p;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *number(const char *p, const char *end, double *n) {
  char digits[40];
  size_t len = 0;
  if (p < end && (*p == '-' || *p == '+')) digits[len++] = *p++;
  while (p < end && len < 38 && (is_digit(*p) || *p == '.' || *p == '_')) {
    if (*p != '_') digits[len++] = *p;
    p++;
  }
  number_text text;
  if (!number_scan(digits, len, '.', &text)) return NULL;
  *n = number_to_double(&text, digits, len, '.');
  return p;
}

/* [h]h:mm[:ss[.f]] behind the hours, which were read. */
static const char *clock_rest(const char *p, const char *end, double hours, bool negative, sums *s) {
  double minutes, seconds = 0;
  p = number(p + 1, end, &minutes);
  if (p && p < end && *p == ':') p = number(p + 1, end, &seconds);
  if (!p || minutes >= 60 || seconds >= 60) return NULL;
  double micros = (fabs(hours) * 60 + minutes) * 6e7 + round(seconds * 1e6);
  s->micros += negative ? -micros : micros;
  return p;
}

/* P1Y2M3W4DT5H6M7S */
static bool iso(const char *p, const char *end, sums *s) {
  bool time = false, any = false;
  while (p < end) {
    double n;
    if (lower(*p) == 't') {
      time = true;
      p++;
      continue;
    }
    p = number(p, end, &n);
    if (!p || p >= end) return false;
    char c = lower(*p++);
    const char *name = time       ? (c == 'h'   ? "h"
                                     : c == 'm' ? "min"
                                     : c == 's' ? "s"
                                                : "")
                       : c == 'y' ? "y"
                       : c == 'm' ? "mon"
                       : c == 'w' ? "w"
                       : c == 'd' ? "d"
                                  : "";
    const unit *u = find_unit(name, strlen(name));
    if (!*name || !u) return false;
    add(s, u, n);
    any = true;
  }
  return any;
}

static bool is_ago(const char *p, const char *end) { return end - p == 3 && named(p, 3, "ago"); }

bool interval_parse(sonde_str text, interval *out) {
  sums s = {0};
  const char *p = text.ptr, *end = p + text.len;
  bool any = false, ago = false;
  p = skip(p, end);
  if (p < end && *p == '@') p = skip(p + 1, end);
  if (p < end && lower(*p) == 'p') return iso(p + 1, end, &s) && finish(&s, out);
  for (; (p = skip(p, end)) < end; any = true) {
    if (is_ago(p, end)) {
      ago = any;
      break;
    }
    double n;
    bool negative = *p == '-';
    p = number(p, end, &n);
    if (!p) return false;
    if (p < end && *p == ':') {
      p = clock_rest(p, end, n, negative, &s);
      if (!p) return false;
      continue;
    }
    p = skip(p, end);
    if (p == end && !any && memchr(text.ptr, '.', text.len)) { /* a fraction alone counts seconds */
      s.micros += round(n * 1e6);
      continue;
    }
    const char *word = p;
    while (p < end && ((lower(*p) >= 'a' && lower(*p) <= 'z'))) p++;
    const unit *u = p > word ? find_unit(word, (size_t)(p - word)) : NULL;
    if (!u) return false;
    add(&s, u, n);
  }
  if (ago) s = (sums){-s.months, -s.days, -s.micros};
  return any && finish(&s, out);
}
