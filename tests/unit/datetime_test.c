/* Dates and times as text: by table, and every day of the calendar there and back. */
#include "base/datetime.h"

#include "check.h"

static const int64_t second = 1000000;

static uint8_t orders(const char *text) { return date_orders(text, strlen(text)); }

static void dates_fit_the_orders_they_could_be_written_in(void) {
  static const struct {
    const char *text;
    int orders;
  } table[] = {
      {"2026-11-21", DATE_YMD},
      {"2026/1/2", DATE_YMD},
      {"2026.11.21", DATE_YMD},
      {"-0044-03-15", DATE_YMD},
      {"21.11.2026", DATE_DMY},
      {"11/21/2026", DATE_MDY},
      {"1/2/2026", DATE_DMY | DATE_MDY},
      {"01-02-03", DATE_YMD2 | DATE_DMY2 | DATE_MDY2},
      {"31-12-99", DATE_DMY2},
      {"99-12-31", DATE_YMD2},
      {"12/31/99", DATE_MDY2},
      {"21 Nov 2026", DATE_NAMED},
      {"21-nov-26", DATE_NAMED},
      {"Nov 21, 2026", DATE_NAMED},
      {"NOVEMBER 21 2026", DATE_NAMED},
      {"1 Sept 2026", DATE_NAMED},
      {"29 Feb 2024", DATE_NAMED},
      {"2024-02-29", DATE_YMD},
      {"2000-02-29", DATE_YMD},
      {"0000-01-01", DATE_YMD},
      {"2023-02-29", 0},
      {"1900-02-29", 0},
      {"29 Feb 2023", 0},
      {"2026-13-01", 0},
      {"2026-00-01", 0},
      {"2026-01-32", 0},
      {"2026-01-00", 0},
      {"2026-11/21", 0},
      {"2026-11-21 ", 0},
      {" 2026-11-21", 0},
      {"2026-11-211", 0},
      {"20261121", 0},
      {"12026-11-21", 0},
      {"26-11-2", DATE_YMD2},
      {"126-11-21", 0},
      {"2026-11", 0},
      {"1.2.3", 0},
      {"21 Novem 2026", 0},
      {"21 2026 Nov", 0},
      {"Nov 21,2026", 0},
      {"Nov 21, 2026,", 0},
      {"32 Nov 2026", 0},
      {"-1/2/2026", 0},
      {"1 2 2026", 0},
      {"", 0},
      {"------", 0},
      {"10:15:00", 0},
      {"1234567", 0},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!CHECK(orders(table[i].text) == table[i].orders)) fprintf(stderr, "    %s\n", table[i].text);
  }
}

static int32_t days(const char *text, uint8_t order) {
  int32_t d = INT32_MIN;
  return date_parse(text, strlen(text), order, &d) ? d : INT32_MIN;
}

static void dates_become_days(void) {
  CHECK_EQ_INT(days("1970-01-01", DATE_YMD), 0);
  CHECK_EQ_INT(days("2000-03-01", DATE_YMD), 11017);
  CHECK_EQ_INT(days("1969-12-31", DATE_YMD), -1);
  CHECK_EQ_INT(days("-9999-01-01", DATE_YMD), -4371587);
  CHECK_EQ_INT(days("9999-12-31", DATE_YMD), 2932896);
  CHECK_EQ_INT(days("1/2/2026", DATE_DMY), days("2026-02-01", DATE_YMD));
  CHECK_EQ_INT(days("1/2/2026", DATE_MDY), days("2026-01-02", DATE_YMD));
  CHECK_EQ_INT(days("01-02-70", DATE_DMY2), days("1970-02-01", DATE_YMD));
  CHECK_EQ_INT(days("01-02-69", DATE_MDY2), days("2069-01-02", DATE_YMD));
  CHECK_EQ_INT(days("26-02-01", DATE_YMD2), days("2026-02-01", DATE_YMD));
  CHECK_EQ_INT(days("21-Nov-26", DATE_NAMED), days("2026-11-21", DATE_YMD));
  CHECK_EQ_INT(days("Nov 21, 1999", DATE_NAMED), days("1999-11-21", DATE_YMD));
  CHECK_EQ_INT(days("2026-11-21", DATE_DMY), INT32_MIN);
  CHECK_EQ_INT(days("21 Nov 2026", DATE_DMY), INT32_MIN);
}

static void every_day_survives_the_round_trip(void) {
  int wrong = 0;
  char text[16], before[16] = "";
  for (int32_t d = -4371587; d <= 2932896; d++) {
    int32_t back = INT32_MIN;
    size_t n = date_format(d, text);
    wrong += !date_parse(text, n, DATE_YMD, &back) || back != d;
    wrong += d > 0 && d < 1000000 && memcmp(before, text, 10) >= 0; /* ISO text sorts as days do */
    memcpy(before, text, sizeof before);
  }
  CHECK_EQ_INT(wrong, 0);
  CHECK_STRN(text, date_format(INT32_MIN, text), "-5877641-06-23");
  CHECK_STRN(text, date_format(INT32_MAX, text), "5881580-07-11");
}

static int64_t micros(const char *text) {
  int64_t v;
  return time_parse(text, strlen(text), &v) ? v : -1;
}

static void times_become_microseconds(void) {
  static const struct {
    const char *text;
    int64_t value;
  } table[] = {
      {"00:00", 0},
      {"9:05", 32700000000},
      {"10:15:30", 36930000000},
      {"10:15:30.5", 36930500000},
      {"23:59:59.999999", 86399999999},
      {"10:15:30.123456000", 36930123456},
      {"12:00 AM", 0},
      {"12:30 pm", 45000000000},
      {"1:00:00PM", 46800000000},
      {"10:15:30.1234567", -1},
      {"10:15:30.1234560000", -1},
      {"24:00", -1},
      {"23:60", -1},
      {"23:59:60", -1},
      {"13:00 PM", -1},
      {"0:00 AM", -1},
      {"10:5", -1},
      {"10", -1},
      {"10:15:", -1},
      {"10:15:30.", -1},
      {"10:15 ", -1},
      {"10:15  PM", -1},
      {"10:15 XM", -1},
      {"10:15Z", -1},
      {"", -1},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!CHECK(micros(table[i].text) == table[i].value)) fprintf(stderr, "    %s\n", table[i].text);
  }
}

static void timestamps_become_microseconds(void) {
  static const struct {
    const char *text;
    int order; /* 0: refused */
    bool zoned;
    const char *written;
  } table[] = {
      {"2026-11-21 10:15:00", DATE_YMD, false, "2026-11-21 10:15:00"},
      {"2026-11-21T10:15", DATE_YMD, false, "2026-11-21 10:15:00"},
      {"2026-11-21t10:15:00.5", DATE_YMD, false, "2026-11-21 10:15:00.500"},
      {"2026-11-21 10:15:00.000001", DATE_YMD, false, "2026-11-21 10:15:00.000001"},
      {"2026-11-21T10:15:00Z", DATE_YMD, true, "2026-11-21 10:15:00+00:00"},
      {"2026-11-21 10:15:00 UTC", DATE_YMD, true, "2026-11-21 10:15:00+00:00"},
      {"2026-11-21T10:15:00+02:00", DATE_YMD, true, "2026-11-21 08:15:00+00:00"},
      {"2026-11-21 00:15:00 +0530", DATE_YMD, true, "2026-11-20 18:45:00+00:00"},
      {"2026-11-21T23:15:00-08", DATE_YMD, true, "2026-11-22 07:15:00+00:00"},
      {"20261121T101500Z", DATE_YMD, true, "2026-11-21 10:15:00+00:00"},
      {"20261121T1015", DATE_YMD, false, "2026-11-21 10:15:00"},
      {"20261121T101500.25", DATE_YMD, false, "2026-11-21 10:15:00.250"},
      {"21.11.2026 10:15", DATE_DMY, false, "2026-11-21 10:15:00"},
      {"11/21/2026 1:15:00 PM", DATE_MDY, false, "2026-11-21 13:15:00"},
      {"1.1.26 1:05", DATE_DMY2, false, "2026-01-01 01:05:00"},
      {"21 Nov 2026 10:15", DATE_NAMED, false, "2026-11-21 10:15:00"},
      {"Nov 21, 2026 10:15:00 PM +01:00", DATE_NAMED, true, "2026-11-21 21:15:00+00:00"},
      {"1969-12-31 23:59:59.999999", DATE_YMD, false, "1969-12-31 23:59:59.999999"},
      {"-0044-03-15 12:00:00", DATE_YMD, false, "-0044-03-15 12:00:00"},
      {"2026-11-21", 0, false, NULL},
      {"2026-11-21 ", 0, false, NULL},
      {"2026-11-21  10:15", 0, false, NULL},
      {"2026-11-21 10:15 CET", 0, false, NULL},
      {"2026-11-21 10:15+24:00", 0, false, NULL},
      {"2026-11-21 10:15+1", 0, false, NULL},
      {"2026-11-21 10:15+01:", 0, false, NULL},
      {"2026-11-21 10:15+01:60", 0, false, NULL},
      {"20261121 101500", 0, false, NULL},
      {"2026112110:15:00", 0, false, NULL},
      {"2026-02-30 10:15:00", 0, false, NULL},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    int64_t v = 0;
    bool zoned = false, also_zoned = false;
    size_t n = strlen(table[i].text);
    uint8_t fits = timestamp_orders(table[i].text, n, &also_zoned);
    if (!CHECK(table[i].order ? fits & table[i].order : fits == 0))
      fprintf(stderr, "    %s\n", table[i].text);
    if (!CHECK(timestamp_parse(table[i].text, n, (uint8_t)table[i].order, &v, &zoned) ==
               (table[i].order != 0)))
      continue;
    if (!table[i].order) continue;
    char text[48];
    CHECK(zoned == table[i].zoned && also_zoned == zoned);
    CHECK_STRN(text, timestamp_format(v, zoned, text), table[i].written);
  }
}

static void every_int64_has_a_text(void) {
  char text[48];
  CHECK_STRN(text, timestamp_format(INT64_MIN, true, text), "-290308-12-21 19:59:05.224192+00:00");
  CHECK_STRN(text, timestamp_format(INT64_MAX, true, text), "294247-01-10 04:00:54.775807+00:00");
  CHECK_STRN(text, timestamp_format_nanos(INT64_MIN, false, text), "1677-09-21 00:12:43.145224192");
  CHECK_STRN(text, timestamp_format_nanos(INT64_MAX, false, text), "2262-04-11 23:47:16.854775807");
  CHECK_STRN(text, time_format(86399 * second, text), "23:59:59");
  CHECK_STRN(text, time_format(-second, text), "23:59:59");
}

int main(void) {
  RUN(dates_fit_the_orders_they_could_be_written_in);
  RUN(dates_become_days);
  RUN(every_day_survives_the_round_trip);
  RUN(times_become_microseconds);
  RUN(timestamps_become_microseconds);
  RUN(every_int64_has_a_text);
  return check_report();
}
