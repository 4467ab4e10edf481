/* What an engine found out about a CSV file is as good in another engine, if it is whole and of the same file, read the same way. */
#include "check.h"
#include "host.h"

enum { ROWS = 3000, BLOCK = 200 };

static char csv[ROWS * 80];
static size_t csv_len;

/* Rows of all lengths, some over many blocks, comments, a type that only the end tells. */
static void write_csv(void) {
  csv_len = (size_t)sprintf(csv, "# made for a test\nid,note,late\n");
  for (int i = 0; i < ROWS; i++) {
    csv_len += (size_t)sprintf(csv + csv_len, "%d,\"", i);
    for (int k = 0; k < (i % 500 == 7 ? 100 : i % 4); k++)
      csv_len += (size_t)sprintf(csv + csv_len, "line %d\n", k);
    csv_len += (size_t)sprintf(csv + csv_len, "\",%s%d\n", i < ROWS - 1 ? "" : "no ", i);
  }
}

static void open_csv(host *h, uint32_t block) {
  sonde_config config = {.struct_size = sizeof config, .memory_limit = 64 << 20, .block_bytes = block};
  REQUIRE(host_open(h, &config, 0, csv, csv_len));
  CHECK_EQ_INT(host_run(h, "{\"job\":\"open\",\"source\":1,\"name\":\"t\",\"read\":{\"comment\":\"#\"}}"),
               SONDE_OK);
}

static bytes take_pages(host *h) {
  bytes taken = h->pages;
  h->pages = (bytes){0};
  return taken;
}

static bytes remembered(host *h) {
  CHECK_EQ_INT(host_run(h, "{\"job\":\"remember\",\"table\":1}"), SONDE_OK);
  return take_pages(h);
}

static bytes made_remembered(bool typed) {
  host h;
  open_csv(&h, BLOCK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  if (typed) CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1,\"keep\":false}"), SONDE_OK);
  bytes all = remembered(&h);
  host_close(&h);
  return all;
}

/* The bytes become source 3. */
static sonde_code recall(host *h, bytes from) {
  CHECK_EQ_UINT(host_add(h, from), 3);
  return host_run(h, "{\"job\":\"recall\",\"table\":1,\"source\":3}");
}

static bytes read_rows(host *h, uint32_t first, uint32_t n) {
  char spec[100];
  snprintf(spec, sizeof spec, "{\"job\":\"read\",\"table\":1,\"row\":%u,\"rows\":%u}", first, n);
  CHECK_EQ_INT(host_run(h, spec), SONDE_OK);
  return take_pages(h);
}

static void check_same_rows(host *one, host *other) {
  for (uint32_t first = 0; first < ROWS; first += 97) {
    bytes a = read_rows(one, first, 150), b = read_rows(other, first, 150);
    CHECK_BYTES(b.data, b.len, a.data, a.len);
    free(a.data), free(b.data);
  }
}

static void any_page_is_there_without_an_index(void) {
  host one, other;
  bytes all = made_remembered(true);
  open_csv(&one, BLOCK);
  CHECK_EQ_INT(host_run(&one, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&one, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  open_csv(&other, BLOCK);
  CHECK_EQ_INT(recall(&other, all), SONDE_OK);
  CHECK_EQ_UINT(host_number(&other, "count"), ROWS);
  CHECK(strstr(other.info, "\"state\":\"imported\""));
  CHECK(strstr(other.info, "{\"name\":\"late\",\"type\":\"text\"}"));
  check_same_rows(&one, &other);
  bytes again = remembered(&other);
  CHECK_BYTES(again.data, again.len, all.data, all.len);
  free(again.data), free(all.data);
  host_close(&one), host_close(&other);
}

static void types_can_be_found_out_later(void) {
  host one, other;
  bytes all = made_remembered(false);
  open_csv(&one, BLOCK), open_csv(&other, BLOCK);
  CHECK_EQ_INT(host_run(&one, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(recall(&other, all), SONDE_OK);
  CHECK(strstr(other.info, "\"state\":\"indexed\""));
  CHECK_EQ_INT(host_run(&one, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&other, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
  CHECK_STR(other.info, one.info);
  free(all.data);
  host_close(&one), host_close(&other);
}

static void check_counts_as_ever(host *h) {
  CHECK_EQ_INT(host_run(h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_UINT(host_number(h, "count"), ROWS);
}

static void what_is_cut_off_is_refused(void) {
  bytes all = made_remembered(true);
  for (size_t len = 0; len < all.len; len += len < 100 ? 1 : 2503) {
    host h;
    open_csv(&h, BLOCK);
    CHECK(recall(&h, (bytes){.data = all.data, .len = len}) != SONDE_OK);
    CHECK(strstr(h.info, "indexed") == NULL);
    if (len % 50 == 0) check_counts_as_ever(&h);
    host_close(&h);
  }
  host longer;
  open_csv(&longer, BLOCK);
  bytes_put(&all, "x", 1);
  CHECK_EQ_INT(recall(&longer, all), SONDE_CORRUPT);
  host_close(&longer);
  free(all.data);
}

/* Much that is changed cannot be seen, such as a count of lines; nothing else may come of it than wrong rows or an error. */
static void what_is_damaged_does_no_harm(void) {
  bytes all = made_remembered(true);
  uint32_t refused = 0, tried = 0;
  for (size_t at = 0; at < all.len; at += at < 100 ? 1 : 701, tried++) {
    host h;
    open_csv(&h, BLOCK);
    all.data[at] ^= 0x81;
    bool taken = recall(&h, all) == SONDE_OK;
    refused += !taken;
    if (taken)
      host_run(&h, "{\"job\":\"read\",\"table\":1,\"row\":0,\"rows\":100000}");
    else
      check_counts_as_ever(&h);
    all.data[at] ^= 0x81;
    host_close(&h);
  }
  CHECK(refused > tried / 2);
  free(all.data);
}

static void what_is_of_another_table_is_refused(void) {
  host h;
  bytes all = made_remembered(true);
  open_csv(&h, BLOCK + 1);
  CHECK_EQ_INT(recall(&h, all), SONDE_VALUE);
  check_counts_as_ever(&h);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"recall\",\"table\":1,\"source\":3}"), SONDE_MISUSE);
  host_close(&h);
  csv_len--;
  open_csv(&h, BLOCK);
  CHECK_EQ_INT(recall(&h, all), SONDE_VALUE);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"remember\",\"table\":1}"), SONDE_MISUSE);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"recall\",\"table\":1,\"source\":9}"), SONDE_NAME);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"recall\",\"table\":1,\"source\":3,\"length\":999999999}"),
               SONDE_VALUE);
  host_close(&h);
  csv_len++;
  free(all.data);
}

int main(void) {
  write_csv();
  RUN(any_page_is_there_without_an_index);
  RUN(types_can_be_found_out_later);
  RUN(what_is_cut_off_is_refused);
  RUN(what_is_damaged_does_no_harm);
  RUN(what_is_of_another_table_is_refused);
  return check_report();
}
