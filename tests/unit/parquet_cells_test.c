/* The types that came with Parquet: their text, their JSON, their way through a page block. */
#include "base/datetime.h"
#include "check.h"
#include "column/page.h"
#include "column/value_format.h"

static mem m;
static arena memory;

static const char *float_text(float f) {
  static char out[32];
  out[number_format_float((double)f, out)] = 0;
  return out;
}

static void shortest_floats(void) {
  CHECK_STR(float_text(0.1f), "0.1");
  CHECK_STR(float_text(16777216.0f), "16777216");
  CHECK_STR(float_text(27.392338f), "27.392338");
  CHECK_STR(float_text(3.4028235e38f), "3.4028235e+38");
  CHECK_STR(float_text(1e-45f), "1e-45");
  CHECK_STR(float_text(-0.3f), "-0.3");
  CHECK_STR(float_text(1.0f / 3), "0.33333334");
  CHECK_STR(float_text((float)INFINITY), "Infinity");
}

static void uuids_and_intervals(void) {
  char out[64];
  int128 uuid = {0x8899AABBCCDDEEFFu, (int64_t)(0x0011223344556677u ^ (uint64_t)1 << 63)};
  CHECK_STRN(out, uuid_format(uuid, out), "00112233-4455-6677-8899-aabbccddeeff");
  CHECK_STRN(out, interval_format((int128){0, 0}, out), "00:00:00");
  CHECK_STRN(out, interval_format((int128){0, (int64_t)14 << 32 | 3}, out), "1 year 2 months 3 days");
  CHECK_STRN(out, interval_format((int128){90061500000u, (int64_t)1 << 32}, out), "1 month 25:01:01.5");
}

static void nanoseconds(void) {
  char out[48];
  int64_t x;
  bool zoned;
  CHECK_STRN(out, timestamp_format_nanos(1, false, out), "1970-01-01 00:00:00.000000001");
  CHECK_STRN(out, timestamp_format_nanos(-1, true, out), "1969-12-31 23:59:59.999999999+00:00");
  CHECK_STRN(out, timestamp_format_nanos(1500000000, false, out), "1970-01-01 00:00:01.500");
  CHECK_STRN(out, timestamp_format_nanos(1500000001, false, out), "1970-01-01 00:00:01.500000001");
  CHECK_STRN(out, time_format_nanos(3600000000007, out), "01:00:00.000000007");
  const char *text = "2024-11-07 12:33:54.123456789+01:00", *far = "2300-01-01 00:00:00";
  REQUIRE(timestamp_parse_nanos(text, strlen(text), DATE_YMD, &x, &zoned) && zoned);
  CHECK_STRN(out, timestamp_format_nanos(x, false, out), "2024-11-07 11:33:54.123456789");
  CHECK(!timestamp_parse_nanos(far, strlen(far), DATE_YMD, &x, &zoned));
  CHECK(time_parse_nanos("00:00:01.000000020", 18, &x) && x == 1000000020);
  CHECK(time_parse_nanos("10:15", 5, &x) && x == 36900000000000);
  CHECK(!time_parse_nanos("00:00:01.0000000201", 19, &x));
}

static const char *json_of(const vec *v, uint32_t row) {
  static char out[256];
  buf b;
  buf_init(&b, &m, 1 << 16);
  cell_json(&b, v, row);
  snprintf(out, sizeof out, "%.*s", (int)b.len, (const char *)b.data);
  buf_free(&b);
  return out;
}

/* Two rows of a map from text to list of double; the second is null. */
static const double numbers[] = {1.5, NAN};
static const uint64_t first_only[] = {1};
static const uint32_t list_offsets[] = {0, 2, 2}, map_offsets[] = {0, 2, 2}, key_offsets[] = {0, 1, 3};
static const vec doubles = {.type = {TYPE_DOUBLE, 0}, .form = VEC_F64, .rows = 2, .data = numbers};
static const vec lists = {.type = {TYPE_LIST, 0},
                          .form = VEC_LIST,
                          .rows = 2,
                          .offsets = list_offsets,
                          .n_children = 1,
                          .children = &doubles};

static vec a_map(vec pair[2]) {
  pair[0] =
      (vec){.type = {TYPE_TEXT, 0}, .form = VEC_TEXT, .rows = 2, .offsets = key_offsets, .bytes = "a\"c"};
  pair[1] = lists;
  return (vec){.type = {TYPE_MAP, 0},
               .form = VEC_MAP,
               .rows = 2,
               .nulls = 1,
               .validity = first_only,
               .offsets = map_offsets,
               .n_children = 2,
               .children = pair};
}

static void nested_cells_as_json(void) {
  vec pair[2], map = a_map(pair);
  CHECK_STR(json_of(&map, 0), "{\"a\":[1.5,\"NaN\"],\"\\\"c\":[]}");
  CHECK_STR(json_of(&map, 1), "null");
  pair[0].type.id = TYPE_BLOB; /* keys that are no text: pairs */
  CHECK_STR(json_of(&map, 0), "[[\"61\",[1.5,\"NaN\"]],[\"2263\",[]]]");
  int128 big[] = {{UINT64_MAX, INT64_MAX}};
  vec decimal = {.type = {TYPE_DECIMAL, 2}, .form = VEC_I128, .rows = 1, .data = big};
  CHECK_STR(json_of(&decimal, 0), "1701411834604692317316873037158841057.27");
  const uint64_t days[] = {20000};
  vec date = {.type = {TYPE_DATE, 0}, .form = VEC_PACKED, .width = 8, .rows = 1, .data = days};
  CHECK_STR(json_of(&date, 0), "\"2024-10-04\"");
}

static void through_a_page(void) {
  vec pair[2], map = a_map(pair);
  int128 ids[] = {{7, INT64_MIN}, {8, INT64_MIN}};
  vec uuid = {.type = {TYPE_UUID, 0}, .form = VEC_I128, .rows = 2, .data = ids};
  vec real = doubles, blob = pair[0];
  real.type.id = TYPE_FLOAT;
  blob.type.id = TYPE_BLOB;
  const vec *columns[] = {&map, &uuid, &real, &blob};
  buf b;
  page_view view;
  sonde_error err = {0};
  buf_init(&b, &m, 1 << 16);
  page_begin(&b, 4, 2, 0, NULL);
  for (uint32_t c = 0; c < 4; c++)
    page_column(&b, c, c, columns[c]->type, (page_cell[]){{columns[c], 0}, {columns[c], 1}});
  REQUIRE(buf_status(&b, &err) == SONDE_OK);
  REQUIRE(page_open(b.data, b.len, &memory, &view, &err) == SONDE_OK);
  CHECK(view.vecs[0].type.id == TYPE_MAP && view.vecs[0].form == VEC_TEXT && view.vecs[0].nulls == 1);
  sonde_str cell = vec_str(&view.vecs[0], 0), id = vec_str(&view.vecs[1], 1),
            bytes = vec_str(&view.vecs[3], 1);
  CHECK_STRN(cell.ptr, cell.len, "{\"a\":[1.5,\"NaN\"],\"\\\"c\":[]}");
  CHECK_STRN(id.ptr, id.len, "00000000-0000-0000-0000-000000000008");
  CHECK_STRN(bytes.ptr, bytes.len, "\"c");
  CHECK_EQ_DOUBLE(vec_f64(&view.vecs[2], 0), 1.5);
  buf_free(&b);
}

int main(void) {
  mem_init(&m, 1 << 24, NULL, NULL);
  arena_init(&memory, &m);
  RUN(shortest_floats);
  RUN(uuids_and_intervals);
  RUN(nanoseconds);
  RUN(nested_cells_as_json);
  RUN(through_a_page);
  arena_free(&memory);
  CHECK_EQ_UINT(m.used, 0);
  return check_report();
}
