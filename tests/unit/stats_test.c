/* Statistics in a table's info: exact extremes of decimals and texts, over blocks read in forms that differ. */
#include "check.h"
#include "host.h"

static char info[HOST_INFO];

/* The info of an imported table, cut into blocks of so many bytes. */
static const char *info_of(const char *csv, uint32_t block_bytes) {
  sonde_config config = {.struct_size = sizeof config, .memory_limit = 64 << 20, .block_bytes = block_bytes};
  host h;
  CHECK(host_open(&h, &config, 0, csv, strlen(csv)));
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  strcpy(info, h.info);
  host_close(&h);
  return info;
}

static bool says(const char *json, const char *part) {
  bool there = strstr(json, part) != NULL;
  if (!there) fprintf(stderr, "    %s is not in %.700s\n", part, json);
  return there;
}

static void extremes_of_decimals_keep_every_digit(void) {
  static const char csv[] = "n,d\n1,12345678901234567.01\n2,12345678901234567.02\n3,12345678901234567.03\n"
                            "4,-0.00000000001\n5,7\n6,\n";
  static const uint32_t blocks[] = {0, 25, 1}; /* one block; the first scale is not the last; a block a row */
  for (int i = 0; i < 3; i++) {
    const char *json = info_of(csv, blocks[i]);
    CHECK(says(json, "\"type\":\"decimal\",\"scale\":11,\"stats\":{\"nulls\":1,"
                     "\"min\":\"-0.00000000001\",\"max\":\"12345678901234567.03000000000\""));
  }
}

static void extremes_beyond_a_double_differ(void) {
  static const char csv[] =
      "n,d\n1,99999999999999999999999999999999999998\n2,99999999999999999999999999999999999999\n";
  CHECK(says(info_of(csv, 45),
             "\"scale\":0,\"stats\":{\"nulls\":0,\"min\":\"99999999999999999999999999999999999998\","
             "\"max\":\"99999999999999999999999999999999999999\""));
}

/* `n` times a character, `tail` after it, as the only text of a column. */
static void check_text(const char *character, int n, const char *tail) {
  static char csv[2000], expected[1000];
  strcpy(csv, "n,t\n1,");
  strcpy(expected, "\"max\":\"");
  for (int i = 0; i < n; i++) {
    strcat(csv, character);
    if (i < 64) strcat(expected, character);
  }
  strcat(csv, tail);
  strcat(csv, "\n");
  if (n < 64) strcat(expected, tail);
  strcat(expected, "\"");
  CHECK(says(info_of(csv, 0), expected));
}

static void extremes_of_texts_are_64_code_points(void) {
  static const char *const characters[] = {"a", "é", "€", "😀"};
  for (int c = 0; c < 4; c++)
    for (int n = 62; n <= 66; n++) check_text(characters[c], n, "z");
  check_text("x", 63, "😀"); /* the 64th, whole */
  check_text("😀", 200, ""); /* cut at 256 bytes on the way */
}

int main(void) {
  RUN(extremes_of_decimals_keep_every_digit);
  RUN(extremes_beyond_a_double_differ);
  RUN(extremes_of_texts_are_64_code_points);
  return check_report();
}
