/* What the sniffer decides, about which head, and that it says why. */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "format/csv/sniff.h"

static mem test_mem;
static arena memory;
static csv_sniffed got;

static void sniff_bytes(const void *bytes, size_t n, bool last, const csv_overrides *o) {
  sonde_error err = {0};
  arena_reset(&memory);
  sonde_code code = csv_sniff((csv_span){bytes, n, 0, last}, o, &memory, &got, &err);
  CHECK_STR(err.message, "");
  CHECK_EQ_INT(code, SONDE_OK);
}

static void sniff(const char *text) { sniff_bytes(text, strlen(text), true, NULL); }

/* Names joined with '|'. */
static const char *names(void) {
  static char text[1000];
  size_t n = 0;
  for (uint32_t i = 0; i < got.dialect.columns && n + got.names[i].len + 2 < sizeof text; i++) {
    if (i) text[n++] = '|';
    memcpy(text + n, got.names[i].ptr, got.names[i].len);
    n += got.names[i].len;
  }
  text[n] = 0;
  return text;
}

static const csv_guess *guess(const char *setting) {
  for (int i = 0; i < CSV_GUESSES; i++) {
    if (strcmp(got.guesses[i].setting, setting) == 0) return &got.guesses[i];
  }
  return NULL;
}

#define CHECK_GUESS(setting, expected)                                                                       \
  CHECK_STRN(guess(setting)->value.ptr, guess(setting)->value.len, expected)
#define CHECK_REASON(setting, expected)                                                                      \
  CHECK_STRN(guess(setting)->reason.ptr, guess(setting)->reason.len, expected)
#define CHECK_RUNNER(setting, expected)                                                                      \
  CHECK_STRN(guess(setting)->runner_reason.ptr, guess(setting)->runner_reason.len, expected)

/* ---- delimiter ---- */

static void each_usual_delimiter_is_found(void) {
  static const char delimiters[] = ",;\t|";
  for (const char *d = delimiters; *d; d++) {
    char text[100];
    snprintf(text, sizeof text, "id%cname%cprice\n1%cab c%c2.5\n2%cde%c3.5\n", *d, *d, *d, *d, *d, *d);
    sniff(text);
    CHECK_EQ_INT(got.dialect.delimiter, *d);
    CHECK_EQ_INT(got.dialect.columns, 3);
    CHECK_STR(names(), "id|name|price");
  }
}

static void a_rare_delimiter_needs_rows_that_all_fit(void) {
  sniff("root:x:0:0\nbin:x:1:1\ndaemon:x:2:2\n");
  CHECK_EQ_INT(got.dialect.delimiter, ':');
  sniff("a\x01"
        "b\n1\x01"
        "2\n");
  CHECK_EQ_INT(got.dialect.delimiter, 1);
  sniff("1 2 3\n4 5 6\n7 8 9\n");
  CHECK_EQ_INT(got.dialect.delimiter, ' ');
  sniff("new york\nlos angeles\nsan diego\n");
  CHECK_EQ_INT(got.dialect.delimiter, 0);
  CHECK_EQ_INT(got.dialect.columns, 1);
}

static void commas_within_texts_do_not_split_a_semicolon_table(void) {
  sniff("id;note\n1;a, b\n2;c, d\n3;e, f\n");
  CHECK_EQ_INT(got.dialect.delimiter, ';');
  CHECK_REASON("delimiter", "every one of 4 sampled rows has 2 fields with ';'");
  CHECK_GUESS("delimiter", ";");
  CHECK_STRN(guess("delimiter")->runner_value.ptr, guess("delimiter")->runner_value.len, ",");
  CHECK_RUNNER("delimiter", "every one of 3 sampled rows has 2 fields with ','");
}

static void rows_that_no_dialect_likes_are_still_rows(void) {
  sniff("\"1\"aa\"2\"\n\"1\"aa\"2\"\n\"1\"aa\"2\"\n");
  CHECK_EQ_UINT(got.dialect.columns, 1);
  CHECK_EQ_UINT(got.dialect.header_at, 0);
  CHECK(got.row_bytes > 0);
}

static void log_lines_are_not_split_at_their_colons(void) {
  sniff(
      "[2026-02-28 10:00:00] INFO started\n[2026-02-28 10:01:00] WARN disk\n[2026-02-28 10:02:00] INFO ended\n");
  CHECK_EQ_UINT(got.dialect.columns, 1);
}

static void times_and_dates_are_one_column(void) {
  sniff("when\n12:30:00\n12:31:00\n12:32:00\n");
  CHECK_EQ_INT(got.dialect.columns, 1);
  sniff("Nov 21, 2026\nNov 22, 2026\nNov 23, 2026\n");
  CHECK_EQ_INT(got.dialect.columns, 1);
  CHECK(!got.dialect.header);
}

static void ragged_rows_do_not_change_the_number_of_columns(void) {
  sniff("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,2,3\n1,2,3\n1,2,3\n");
  CHECK_EQ_INT(got.dialect.columns, 3);
  CHECK_REASON("delimiter", "5 of 7 sampled rows have 3 fields with ','; all have 2 to 4");
}

static void a_delimiter_at_the_end_of_each_row_makes_a_column_without_name(void) {
  sniff("a,b,\n1,2,\n3,4,\n");
  CHECK_EQ_INT(got.dialect.columns, 3);
  CHECK_STR(names(), "a|b|column2");
}

/* ---- quotes ---- */

static void quoted_delimiters_and_newlines_belong_to_their_field(void) {
  sniff("\"a\nb\",\"c,d\"\n1,\"x\ny\"\n2,\"z\"\n");
  CHECK_EQ_INT(got.dialect.quote, '"');
  CHECK_EQ_INT(got.dialect.columns, 2);
  CHECK_STR(names(), "a\nb|c,d");
  CHECK_EQ_UINT(got.dialect.data_at, 12);
}

static void single_quotes_are_found(void) {
  sniff("id,text\n1,'a, b'\n2,'c, d'\n3,'e'\n");
  CHECK_EQ_INT(got.dialect.quote, '\'');
  CHECK_EQ_INT(got.dialect.columns, 2);
  sniff("id,text\n1,it's\n2,'tis\n3,rock 'n' roll\n");
  CHECK_EQ_INT(got.dialect.quote, '"');
}

static void a_backslash_before_quotes_is_an_escape(void) {
  sniff("id,text\n1,\"say \\\"a\\\", b\"\n2,\"say \\\"c\\\", d\"\n");
  CHECK_EQ_INT(got.dialect.escape, '\\');
  CHECK_EQ_INT(got.dialect.columns, 2);
  CHECK_GUESS("escape", "\\");
  sniff("id,text\n1,\"say \"\"a\"\", b\"\n");
  CHECK_EQ_INT(got.dialect.escape, '"');
}

static void inches_within_a_field_are_no_quotes(void) {
  sniff("size,count\n5\" pipe,3\n7\" pipe,4\n");
  CHECK_EQ_INT(got.dialect.columns, 2);
  CHECK_EQ_INT(got.dialect.quote, '"');
  CHECK_REASON("quote", "nothing is quoted in the sample; '\"' is the usual quote");
}

static void a_file_may_end_inside_a_quote(void) {
  sniff("a,b\n1,\"x\n2,y\n");
  CHECK_EQ_INT(got.dialect.columns, 2);
  CHECK_STR(names(), "a|b");
  sniff("\"");
  CHECK_EQ_INT(got.dialect.columns, 1);
}

/* ---- encoding ---- */

static void byte_order_marks_decide(void) {
  sniff("\xEF\xBB\xBF"
        "a,b\n1,2\n");
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF8);
  CHECK_EQ_UINT(got.dialect.bom, 3);
  CHECK_EQ_UINT(got.dialect.header_at, 3);
  CHECK_EQ_UINT(got.dialect.data_at, 7);
  CHECK_STR(names(), "a|b");
  sniff_bytes("\xFF\xFE"
              "a\0,\0b\0\n\0"
              "1\0,\0"
              "2\0",
              16, true, NULL);
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF16LE);
  CHECK_EQ_UINT(got.dialect.data_at, 10);
  sniff_bytes("\xFE\xFF\0a\0,\0b\0\n\0"
              "1\0,\0"
              "2",
              16, true, NULL);
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF16BE);
  CHECK_EQ_UINT(got.dialect.data_at, 10);
  CHECK_REASON("encoding", "the file begins with its byte order mark");
}

static void utf16_without_mark_is_seen_by_its_zeros(void) {
  sniff_bytes("a\0,\0b\0\n\0"
              "1\0,\0"
              "2\0",
              14, true, NULL);
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF16LE);
  CHECK_EQ_UINT(got.dialect.data_at, 8);
  CHECK_STR(names(), "a|b");
}

static void zeros_in_plain_text_are_data(void) {
  sniff_bytes("hello\n\0world\0\n", 14, true, NULL);
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF8);
  sniff_bytes("a,b\n1,\0\n2,\0\n", 12, true, NULL);
  CHECK_EQ_INT(got.dialect.columns, 2);
}

static void bytes_that_are_no_utf8_are_windows_1252(void) {
  sniff("name,city\nJos\xE9,K\xF6ln\nAna,Bonn\n");
  CHECK_EQ_INT(got.dialect.encoding, CSV_WINDOWS_1252);
  CHECK_REASON("encoding", "byte 13 (0xE9) is not valid UTF-8");
  CHECK_EQ_UINT(got.dialect.data_at, 10);
  sniff("na\xEFve,b\n1,2\n");
  CHECK_STR(names(), "na\xC3\xAFve|b");
  CHECK_EQ_UINT(got.dialect.data_at, 8);
}

static void a_damaged_byte_among_many_good_ones_leaves_utf8(void) {
  sniff("a,b\n\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9,\xC3\xA9\xC3\xA9\n\xFF,2\n");
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF8);
  CHECK_STRN(guess("encoding")->runner_value.ptr, guess("encoding")->runner_value.len, "windows-1252");
}

static void a_character_cut_by_the_end_of_the_head_is_not_damage(void) {
  sniff_bytes("a,b\n1,\xC3", 7, false, NULL);
  CHECK_EQ_INT(got.dialect.encoding, CSV_UTF8);
}

/* ---- line ends ---- */

static void line_ends_are_told_apart(void) {
  sniff("a,b\n1,2\n");
  CHECK_EQ_INT(got.dialect.newline, CSV_LF);
  sniff("a,b\r\n1,2\r\n");
  CHECK_EQ_INT(got.dialect.newline, CSV_CRLF);
  CHECK_STR(names(), "a|b");
  sniff("a,b\r1,2\r3,4\r");
  CHECK_EQ_INT(got.dialect.newline, CSV_CR);
  CHECK_EQ_UINT(got.dialect.data_at, 4);
  sniff("a,b\n1,2\r3,4\r\n5,6\n");
  CHECK_EQ_INT(got.dialect.newline, CSV_MIXED);
  CHECK_REASON("newline", "2 lines of the sample end in \\n, 1 in \\r\\n, 1 in \\r");
}

static void a_lone_cr_within_a_field_is_data(void) {
  sniff("a,b\n1,x\ry\n2,z\n3,w\n");
  CHECK_EQ_INT(got.dialect.newline, CSV_LF);
  CHECK_EQ_INT(got.dialect.columns, 2);
}

/* ---- where the table begins ---- */

static void title_lines_are_skipped(void) {
  sniff("Report of November\n\nid,name,n\n1,ab,2\n2,cd,3\n");
  CHECK_EQ_UINT(got.dialect.skip, 2);
  CHECK_EQ_UINT(got.dialect.header_at, 20);
  CHECK_EQ_UINT(got.dialect.data_at, 30);
  CHECK_STR(names(), "id|name|n");
  CHECK_REASON("skip", "rows of 3 fields begin at line 3; before it are only titles or blank lines");
}

static void titles_padded_with_delimiters_are_skipped(void) {
  sniff("Report,,\n,,\nid,name,n\n1,ab,2\n2,cd,3\n");
  CHECK_EQ_UINT(got.dialect.skip, 2);
  CHECK_STR(names(), "id|name|n");
}

static void a_sparse_first_row_of_data_is_kept(void) {
  sniff("1,,\n2,3,4\n5,6,7\n");
  CHECK_EQ_UINT(got.dialect.skip, 0);
  CHECK_EQ_UINT(got.dialect.data_at, 0);
}

static void hash_lines_are_data_until_asked_for(void) {
  sniff("#id,n\n1,2\n");
  CHECK_EQ_INT(got.dialect.comment, 0);
  CHECK_STR(names(), "#id|n");
  csv_overrides o = {.set = CSV_SET_COMMENT, .value = {.comment = '#'}};
  const char text[] = "# made by hand, and more\nid,n\n# half\n1,2\n";
  sniff_bytes(text, sizeof text - 1, true, &o);
  CHECK_STR(names(), "id|n");
  CHECK_EQ_UINT(got.dialect.header_at, 25);
  CHECK_EQ_UINT(got.dialect.data_at, 37);
}

/* ---- header and names ---- */

static void a_header_is_text_above_other_types(void) {
  sniff("a,b\n1,x\n2,y\n");
  CHECK(got.dialect.header);
  CHECK_REASON("header", "the first row has text above values of another type in 1 of 2 columns");
  sniff("1,x\n2,y\n3,z\n");
  CHECK(!got.dialect.header);
  CHECK_STR(names(), "column0|column1");
  CHECK_REASON("header", "the first row holds values like those below it in 1 of 2 columns");
}

static void a_few_stray_words_do_not_hide_a_header(void) {
  char text[400] = "id,n\n";
  for (int i = 0; i < 12; i++) snprintf(text + strlen(text), 20, "%d,%s\n", i, i == 7 ? "unknown" : "5");
  sniff(text);
  CHECK(got.dialect.header);
  CHECK_REASON("header", "the first row has text above values of another type in 2 of 2 columns");
}

static void a_missing_value_in_the_first_row_makes_no_header(void) {
  sniff("1,NA\n2,3\n4,5\n");
  CHECK(!got.dialect.header);
}

static void years_may_be_names(void) {
  sniff("country,1990,1991\nAruba,12.5,13.5\nBenin,14.5,15.5\n");
  CHECK(got.dialect.header);
  CHECK_STR(names(), "country|1990|1991");
}

static void a_table_of_texts_has_a_header_unless_it_comes_again(void) {
  sniff("name,city\nAnn,Bonn\nBen,Rome\n");
  CHECK(got.dialect.header);
  sniff("yes,no\nno,yes\nyes,no\nno,no\n");
  CHECK(!got.dialect.header);
}

static void a_header_repeated_below_is_still_a_header(void) {
  sniff("a,b\n1,2\n3,4\na,b\n5,6\n");
  CHECK(got.dialect.header);
}

static void names_are_made_unique_and_trimmed(void) {
  sniff(" a ,a,A,,a_1\n1,2,3,4,5\n");
  CHECK_STR(names(), "a|a_1|A_2|column3|a_1_1");
}

static void names_without_header_are_numbered_in_equal_width(void) {
  sniff("1,2,3,4,5,6,7,8,9,10,11\n1,2,3,4,5,6,7,8,9,10,11\n");
  CHECK_STRN(got.names[0].ptr, got.names[0].len, "column00");
  CHECK_STRN(got.names[10].ptr, got.names[10].len, "column10");
}

static void names_are_valid_utf8(void) {
  csv_overrides o = {.set = CSV_SET_ENCODING, .value = {.encoding = CSV_UTF8}};
  sniff_bytes("caf\xE9,b\n1,2\n", 11, true, &o);
  CHECK_STR(names(), "caf\xEF\xBF\xBD|b");
}

/* ---- decimal mark ---- */

static void a_decimal_comma_is_found(void) {
  sniff("a;b\n1,5;x\n2,25;y\n");
  CHECK_EQ_INT(got.dialect.decimal, ',');
  CHECK(got.dialect.header);
  CHECK_REASON("decimal", "with ',' 1 column holds numbers that are none with '.'; the other way round 0");
  sniff("a;b\n1.5;x\n2.25;y\n");
  CHECK_EQ_INT(got.dialect.decimal, '.');
}

static void groups_of_three_digits_are_no_decimal_comma(void) {
  sniff("a;b\n1,500;x\n22,250;y\n");
  CHECK_EQ_INT(got.dialect.decimal, '.');
}

/* ---- little or much ---- */

static void no_bytes_are_one_column_without_rows(void) {
  sniff("");
  CHECK_EQ_UINT(got.dialect.columns, 1);
  CHECK(!got.dialect.header);
  CHECK_STR(names(), "column0");
  CHECK_EQ_UINT(got.dialect.data_at, 0);
  CHECK_REASON("delimiter", "there is no row to judge by");
  CHECK_EQ_DOUBLE(got.row_bytes, 0.0);
}

static void only_line_ends_hold_no_row(void) {
  sniff("\n\n\n");
  CHECK_EQ_UINT(got.dialect.columns, 1);
  CHECK_EQ_UINT(got.dialect.data_at, 3);
}

static void a_header_may_be_all(void) {
  sniff("a,b,c\n");
  CHECK(got.dialect.header);
  CHECK_STR(names(), "a|b|c");
  CHECK_EQ_UINT(got.dialect.data_at, 6);
  sniff("a,b,c");
  CHECK_EQ_UINT(got.dialect.data_at, 5);
}

/* It would swallow the file as a name, and nobody were told. */
static void a_first_row_whose_quote_does_not_close_is_data(void) {
  sniff("\"hello\n\n world\n");
  CHECK(!got.dialect.header);
  CHECK_EQ_UINT(got.dialect.data_at, 0);
  CHECK_REASON("quote", "1 field begins with '\"', the last of them does not end");
  CHECK_REASON("header", "a quote in the first row does not close: what follows it are no names");
  sniff("\"hello\n\n world\"\n");
  CHECK(got.dialect.header);
}

static void one_value_is_data_if_it_is_a_number(void) {
  sniff("42");
  CHECK(!got.dialect.header);
  CHECK_EQ_UINT(got.dialect.columns, 1);
}

static void a_blank_line_in_one_column_is_a_row(void) {
  sniff("n\n\n1\n2\n");
  CHECK(got.dialect.header);
  CHECK_EQ_UINT(got.dialect.data_at, 2);
}

static void the_row_size_is_the_mean_of_the_data_rows(void) {
  sniff("a,b\n10,20\n30,40\n");
  CHECK_EQ_DOUBLE(got.row_bytes, 6.0);
  sniff_bytes("\xFF\xFE"
              "a\0\n\0"
              "1\0\n\0"
              "2\0\n\0",
              14, true, NULL);
  CHECK(got.row_bytes > 3.9 && got.row_bytes < 5.0);
}

static char *big; /* 256 KB to fill */
enum { HEAD = 256 << 10 };

static double milliseconds(bool last, size_t n) {
  struct timespec a, b;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
  sniff_bytes(big, n, last, NULL);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
  return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

/* Bounds for builds with sanitizers on a busy machine; an optimised build takes 1 to 4 ms. */
static const double patience_ms = 500;

static void a_first_row_wider_than_the_head_gives_what_is_there(void) {
  for (size_t i = 0; i < HEAD; i++) big[i] = "7,"[i & 1];
  CHECK(milliseconds(false, HEAD) < patience_ms);
  CHECK_EQ_UINT(got.dialect.columns, HEAD / 2 + 1);
  CHECK_STRN(got.names[5].ptr, got.names[5].len, "column000005");
}

static void a_hundred_thousand_equal_names_are_made_unique(void) {
  for (size_t i = 0; i < 200000; i++) big[i] = "x,"[i & 1];
  big[199999] = '\n';
  memcpy(big + 200000, "1,2\n", 4);
  CHECK(milliseconds(true, 200004) < patience_ms);
  CHECK_EQ_UINT(got.dialect.columns, 100000);
  CHECK_STRN(got.names[99999].ptr, got.names[99999].len, "x_99999");
}

static void a_field_longer_than_the_head_is_taken_as_it_is(void) {
  memset(big, 'x', HEAD);
  memcpy(big, "id,text\n1,\"", 11);
  CHECK(milliseconds(false, HEAD) < patience_ms);
  CHECK_STR(names(), "id|text");
  CHECK_EQ_UINT(got.dialect.data_at, 8);
}

static void every_kind_of_table_is_sniffed_in_time(void) {
  static const char *const rows[] = {
      "12,ab,\"c, d\",2026-11-21,1.5\n", "a b;c d;e:f;g|h;'i'\n", "\"\"\"\",',',|;|:\n", "x\n", ",\n", "\n"};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    size_t len = strlen(rows[k]), n = 0;
    for (; n + len <= HEAD; n += len) memcpy(big + n, rows[k], len);
    CHECK(milliseconds(false, n) < patience_ms);
  }
}

/* ---- overrides ---- */

static void what_is_fixed_is_kept_and_the_rest_guessed_given_it(void) {
  csv_overrides o = {.set = CSV_SET_DELIMITER | CSV_SET_HEADER, .value = {.delimiter = ',', .header = false}};
  const char text[] = "id;note\n1;a, b\n2;c, d\n3;e, f\n";
  sniff_bytes(text, sizeof text - 1, true, &o);
  CHECK_EQ_INT(got.dialect.delimiter, ',');
  CHECK_EQ_INT(got.dialect.columns, 2);
  CHECK(!got.dialect.header);
  CHECK(guess("delimiter")->overridden);
  CHECK_REASON("delimiter", "chosen by you");
  CHECK_GUESS("delimiter", ",");
  CHECK_GUESS("header", "false");
  CHECK(!guess("quote")->overridden);
}

static void a_fixed_skip_begins_the_table_there(void) {
  csv_overrides o = {.set = CSV_SET_SKIP, .value = {.skip = 1}};
  sniff_bytes("a,b\n1,2\n3,4\n", 12, true, &o);
  CHECK_EQ_UINT(got.dialect.skip, 1);
  CHECK(!got.dialect.header);
  CHECK_EQ_UINT(got.dialect.data_at, 4);
  o.value.skip = 100;
  sniff_bytes("a,b\n1,2\n3,4\n", 12, true, &o);
  CHECK_EQ_UINT(got.dialect.data_at, 12);
}

static void a_fixed_header_holds_names_of_any_kind(void) {
  csv_overrides o = {.set = CSV_SET_HEADER, .value = {.header = true}};
  sniff_bytes("1,2\n3,4\n", 8, true, &o);
  CHECK(got.dialect.header);
  CHECK_STR(names(), "1|2");
  CHECK_EQ_UINT(got.dialect.data_at, 4);
}

static void a_table_without_quotes_can_be_asked_for(void) {
  csv_overrides o = {.set = CSV_SET_QUOTE, .value = {.quote = 0}};
  sniff_bytes("a,b\n\"1,2\"\n", 10, true, &o);
  CHECK_EQ_INT(got.dialect.quote, 0);
  CHECK_GUESS("quote", "");
  CHECK_EQ_INT(got.dialect.columns, 2);
}

/* ---- memory ---- */

static void too_little_memory_is_a_clean_error(void) {
  const char text[] = "a,b\n1,2\n3,4\n";
  bool failed = false;
  for (uint64_t limit = 0; limit < (256u << 10); limit += 997) {
    mem small;
    arena a;
    csv_sniffed out;
    sonde_error err = {0};
    mem_init(&small, limit, NULL, NULL);
    arena_init(&a, &small);
    sonde_code code =
        csv_sniff((csv_span){(const uint8_t *)text, sizeof text - 1, 0, true}, NULL, &a, &out, &err);
    failed = failed || code == SONDE_LIMIT;
    if (code != SONDE_OK && (code != SONDE_LIMIT || err.message[0] == 0)) CHECK_EQ_INT(code, SONDE_LIMIT);
    arena_free(&a);
    if (small.used) CHECK_EQ_UINT(small.used, 0);
  }
  CHECK(failed);
}

int main(void) {
  mem_init(&test_mem, 256u << 20, NULL, NULL);
  arena_init(&memory, &test_mem);
  big = malloc(HEAD);
  if (!big) return 1;
  RUN(each_usual_delimiter_is_found);
  RUN(a_rare_delimiter_needs_rows_that_all_fit);
  RUN(commas_within_texts_do_not_split_a_semicolon_table);
  RUN(rows_that_no_dialect_likes_are_still_rows);
  RUN(log_lines_are_not_split_at_their_colons);
  RUN(times_and_dates_are_one_column);
  RUN(ragged_rows_do_not_change_the_number_of_columns);
  RUN(a_delimiter_at_the_end_of_each_row_makes_a_column_without_name);
  RUN(quoted_delimiters_and_newlines_belong_to_their_field);
  RUN(single_quotes_are_found);
  RUN(a_backslash_before_quotes_is_an_escape);
  RUN(inches_within_a_field_are_no_quotes);
  RUN(a_file_may_end_inside_a_quote);
  RUN(byte_order_marks_decide);
  RUN(utf16_without_mark_is_seen_by_its_zeros);
  RUN(zeros_in_plain_text_are_data);
  RUN(bytes_that_are_no_utf8_are_windows_1252);
  RUN(a_damaged_byte_among_many_good_ones_leaves_utf8);
  RUN(a_character_cut_by_the_end_of_the_head_is_not_damage);
  RUN(line_ends_are_told_apart);
  RUN(a_lone_cr_within_a_field_is_data);
  RUN(title_lines_are_skipped);
  RUN(titles_padded_with_delimiters_are_skipped);
  RUN(a_sparse_first_row_of_data_is_kept);
  RUN(hash_lines_are_data_until_asked_for);
  RUN(a_header_is_text_above_other_types);
  RUN(a_few_stray_words_do_not_hide_a_header);
  RUN(a_missing_value_in_the_first_row_makes_no_header);
  RUN(years_may_be_names);
  RUN(a_table_of_texts_has_a_header_unless_it_comes_again);
  RUN(a_header_repeated_below_is_still_a_header);
  RUN(names_are_made_unique_and_trimmed);
  RUN(names_without_header_are_numbered_in_equal_width);
  RUN(names_are_valid_utf8);
  RUN(a_decimal_comma_is_found);
  RUN(groups_of_three_digits_are_no_decimal_comma);
  RUN(no_bytes_are_one_column_without_rows);
  RUN(only_line_ends_hold_no_row);
  RUN(a_header_may_be_all);
  RUN(a_first_row_whose_quote_does_not_close_is_data);
  RUN(one_value_is_data_if_it_is_a_number);
  RUN(a_blank_line_in_one_column_is_a_row);
  RUN(the_row_size_is_the_mean_of_the_data_rows);
  RUN(a_first_row_wider_than_the_head_gives_what_is_there);
  RUN(a_hundred_thousand_equal_names_are_made_unique);
  RUN(a_field_longer_than_the_head_is_taken_as_it_is);
  RUN(every_kind_of_table_is_sniffed_in_time);
  RUN(what_is_fixed_is_kept_and_the_rest_guessed_given_it);
  RUN(a_fixed_skip_begins_the_table_there);
  RUN(a_fixed_header_holds_names_of_any_kind);
  RUN(a_table_without_quotes_can_be_asked_for);
  RUN(too_little_memory_is_a_clean_error);
  free(big);
  arena_free(&memory);
  return check_report();
}
