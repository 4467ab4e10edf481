/* What is wrong in a filter or a sort is named with its byte in what the person wrote, however the job carries it. */
#include "check.h"
#include "host.h"

static host h;

static void open_table(void) {
  static const char csv[] = "id,name,price\n1,a,1.5\n2,b,2.5\n";
  REQUIRE(host_open(&h, NULL, 0, csv, sizeof csv - 1));
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"open\",\"source\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"index\",\"table\":1}"), SONDE_OK);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"import\",\"table\":1}"), SONDE_OK);
}

/* The part as a text in quotes. */
static const char *quoted(const char *part) {
  static char out[1000];
  size_t n = 0;
  out[n++] = '"';
  for (; *part; part++) {
    if (*part == '"' || *part == '\\') out[n++] = '\\';
    out[n++] = *part;
  }
  out[n++] = '"';
  out[n] = 0;
  return out;
}

/* `at`: what stands at the byte that the error names; "" is the end. */
static void check_refused(const char *member, const char *written, bool in_quotes, sonde_code code,
                          const char *at, const char *why) {
  char job[2000];
  snprintf(job, sizeof job, "{\"job\":\"view\",\"table\":1,\"%s\":%s}", member,
           in_quotes ? quoted(written) : written);
  CHECK_EQ_INT(host_run(&h, job), code);
  uint64_t byte = *at ? (uint64_t)(strstr(written, at) - written) : strlen(written);
  CHECK_EQ_UINT(h.err.at, byte);
  char place[64];
  snprintf(place, sizeof place, "the %s, byte %llu: ", member, (unsigned long long)byte);
  if (!CHECK(strstr(h.err.message, place) && strstr(h.err.message, why)))
    fprintf(stderr, "    %s\n    %s\n", written, h.err.message);
}

static void mistakes_are_named_with_their_byte(void) {
  static const struct {
    const char *member, *written;
    sonde_code code;
    const char *at, *why; /* `at`: what stands there */
  } mistakes[] = {
      {"filter", "{\"column\": 7, \"op\": \"=\", \"value\": \"1\"}", SONDE_NAME, "7",
       "column 7 is not there; the table has 3"},
      {"filter", "{\"column\": -1, \"op\": \"=\", \"value\": \"1\"}", SONDE_NAME, "-1",
       "column -1 is not there"},
      {"filter", "{\"column\": 4294967296, \"op\": \"=\", \"value\": \"1\"}", SONDE_NAME, "4294967296",
       "column 4294967296 is not there"},
      {"filter", "{\"and\":[{\"column\":0,\"op\":\"~\",\"value\":\"\"}]}", SONDE_SYNTAX, "\"~\"",
       "'~' is not known"},
      {"filter", "{\"column\":0,\"op\":\"=\",\"value\":\"x\"}", SONDE_VALUE, "\"x\"", "'x' is no int64"},
      {"filter", "{\"column\":0,\"op\":\"=\",\"value\":12}", SONDE_SYNTAX, "12", "'value' has to be a text"},
      {"filter", "{\"not\":{\"column\":0,\"op\":\"=\"}}", SONDE_SYNTAX, "{\"column", "lacks its 'value'"},
      {"filter", "{\"column\":0,\"op\":\"in\",\"values\":[\"1\",null,3]}", SONDE_SYNTAX, "3]", "as text"},
      {"filter", "{\"column\":0,\"op\":\"in\",\"value\":\"1\"}", SONDE_SYNTAX, "{",
       "lacks its 'values', a list"},
      {"filter", "{\"column\":2,\"op\":\"between\",\"low\":\"1\",\"high\":\"?\"}", SONDE_VALUE, "\"?\"",
       "no double"},
      {"filter", "{\"column\":1,\"op\":\"regex\",\"value\":\"a(\"}", SONDE_SYNTAX, "\"a(\"",
       "regular expression"},
      {"filter", "{\"or\":{}}", SONDE_SYNTAX, "{}", "list of conditions"},
      {"filter", "{\"or\":[1]}", SONDE_SYNTAX, "1", "condition is an object"},
      {"filter", "[]", SONDE_SYNTAX, "[", "condition is an object"},
      {"sort", "[{\"column\":0},{\"column\":3}]", SONDE_NAME, "3", "column 3 is not there"},
      {"sort", "[{\"column\":-1}]", SONDE_NAME, "-1", "column -1 is not there"},
      {"sort", "[{\"column\":0.5}]", SONDE_NAME, "0.5", "column 0.5 is not there"},
      {"sort", "[{\"column\":0,\"nulls\":\"frist\"}]", SONDE_SYNTAX, "\"frist\"", "'nulls' is"},
      {"sort", "[{\"column\":0,\"descending\":1}]", SONDE_SYNTAX, "1", "true or false"},
      {"sort", "[ {} ]", SONDE_SYNTAX, "{}", "'column'"},
      {"sort", "{}", SONDE_SYNTAX, "{}", "list of keys"},
  };
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
    for (int in_quotes = 0; in_quotes < 2; in_quotes++)
      check_refused(mistakes[i].member, mistakes[i].written, in_quotes, mistakes[i].code, mistakes[i].at,
                    mistakes[i].why);
  check_refused("filter", "{\"column\":0 \"op\"", true, SONDE_SYNTAX, "\"op\"", "a '}' was expected");
  check_refused("sort", "[{\"column\":0}", true, SONDE_SYNTAX, "", "a ']' was expected");
}

static void a_filter_in_quotes_filters(void) {
  CHECK_EQ_INT(host_run(&h,
                        "{\"job\":\"view\",\"table\":1,\"filter\":\"{\\\"column\\\":0,\\\"op\\\":\\\">\\\","
                        "\\\"value\\\":\\\"1\\\"}\",\"sort\":null}"),
               SONDE_OK);
  CHECK_EQ_UINT(host_number(&h, "rows"), 1);
}

int main(void) {
  open_table();
  RUN(mistakes_are_named_with_their_byte);
  RUN(a_filter_in_quotes_filters);
  host_close(&h);
  return check_report();
}
