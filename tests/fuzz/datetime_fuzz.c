/* Any text: orders and parsers agree, and what is parsed is written and read back as the same moment. */
#include "base/datetime.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_date(const char *p, size_t n, uint8_t order, uint8_t orders) {
  int32_t days, again;
  char text[16];
  bool parsed = date_parse(p, n, order, &days);
  require(parsed == ((orders & order) != 0));
  if (!parsed) return;
  size_t length = date_format(days, text);
  require(date_parse(text, length, DATE_YMD, &again) && again == days);
}

static void check_timestamp(const char *p, size_t n, uint8_t order, uint8_t orders) {
  int64_t micros, again;
  bool zoned, still;
  char text[48];
  bool parsed = timestamp_parse(p, n, order, &micros, &zoned);
  require(parsed == ((orders & order) != 0));
  if (!parsed) return;
  size_t length = timestamp_format(micros, zoned, text);
  bool five_digits = length > 5 && text[4] != '-' && text[5] != '-'; /* a zone can lead out of year 9999 */
  if (five_digits) return;
  require(timestamp_parse(text, length, DATE_YMD, &again, &still) && again == micros && still == zoned);
}

static void check_formats(const uint8_t *data) {
  int64_t v;
  char text[48];
  memcpy(&v, data, sizeof v);
  require(timestamp_format(v, true, text) <= 48 && time_format(v, text) <= 24 &&
          date_format((int32_t)v, text) <= 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *p = (const char *)data;
  bool zoned;
  uint8_t dates = date_orders(p, size), timestamps = timestamp_orders(p, size, &zoned);
  for (uint8_t order = DATE_YMD; order <= DATE_NAMED; order = (uint8_t)(order << 1)) {
    check_date(p, size, order, dates);
    check_timestamp(p, size, order, timestamps);
  }
  int64_t micros, again;
  char text[24];
  if (time_parse(p, size, &micros)) {
    size_t length = time_format(micros, text);
    require(time_parse(text, length, &again) && again == micros);
  }
  if (size >= sizeof micros) check_formats(data);
  return 0;
}
