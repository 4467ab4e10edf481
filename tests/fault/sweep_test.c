/* Small good files cut off at every length and with every bit flipped: rows or a clean error, never a crash, a leak or a hang
 * (this runs under sanitizers too). */
#include <zlib.h>
#include <zstd.h>

#include "../unit/check.h"
#include "../unit/host.h"

enum {
  FILE_MAX = 6000,
  LENGTHS_ALL = 2048,
  LENGTHS_SOME = 200,
  FLIPS_ALL = 300,
  FLIPS_SOME = 300,
  STEPS_MAX = 20000
};

static random_state dice = {20261121};
static uint64_t n_right, n_refused;

typedef struct {
  uint8_t bytes[FILE_MAX];
  size_t len;
} small_file;

/* ---- a life of a table ---- */

static bool is_clean(sonde_code code) {
  return code == SONDE_OK || code == SONDE_CORRUPT || code == SONDE_UNSUPPORTED || code == SONDE_LIMIT;
}

static sonde_code live(host *h) {
  static const char *const jobs[] = {
      "{\"job\":\"index\",\"table\":1}",
      "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"view\",\"table\":1,\"search\":\"a\",\"sort\":[{\"column\":0,\"descending\":true}]}",
      "{\"job\":\"read\",\"view\":2,\"row\":0,\"rows\":100}",
      "{\"job\":\"read\",\"table\":1,\"row\":1,\"rows\":3}",
      "{\"job\":\"values\",\"table\":1,\"column\":0}",
      "{\"job\":\"bad\",\"table\":1}"};
  sonde_code code = host_table(h);
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) code = host_run(h, jobs[i]);
  return code;
}

static sonde_code try_bytes(const uint8_t *data, size_t len) {
  uint8_t *exact = malloc(len ? len : 1); /* its own piece of memory: reading beyond it is seen */
  if (!exact) abort();
  if (len) memcpy(exact, data, len);
  heap memory = {0};
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = (uint64_t)256 << 20,
                         .keep_limit = (uint64_t)64 << 20,
                         .resize = heap_resize,
                         .user = &memory,
                         .block_bytes = 64};
  host h;
  CHECK(host_open(&h, &config, 0, exact, len));
  h.steps_max = STEPS_MAX;
  sonde_code code = live(&h);
  n_right += code == SONDE_OK;
  n_refused += code != SONDE_OK;
  bool fine = is_clean(code) && (code == SONDE_OK || h.err.message[0]) && h.steps <= STEPS_MAX;
  if (!CHECK(fine)) fprintf(stderr, "    %zu bytes: code %d, %s\n", len, code, h.err.message);
  host_close(&h);
  CHECK_EQ_UINT(memory.held, 0);
  free(exact);
  return code;
}

static void cut_everywhere(const small_file *f) {
  size_t n = f->len <= LENGTHS_ALL ? f->len : LENGTHS_SOME;
  for (size_t i = 0; i < n; i++) try_bytes(f->bytes, i * f->len / n);
}

static void flip(const small_file *f, size_t bit) {
  small_file x = *f;
  x.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
  try_bytes(x.bytes, x.len);
}

static void flip_everywhere(const small_file *f) {
  if (f->len <= FLIPS_ALL)
    for (size_t bit = 0; bit < f->len * 8; bit++) flip(f, bit);
  else
    for (size_t i = 0; i < FLIPS_SOME; i++) flip(f, random_below(&dice, (uint32_t)f->len * 8));
}

static void sweep(const small_file *f) {
  CHECK_EQ_INT(try_bytes(f->bytes, f->len), SONDE_OK);
  cut_everywhere(f);
  flip_everywhere(f);
}

/* ---- the files ---- */

static small_file of_text(const char *text) {
  small_file f = {.len = strlen(text)};
  memcpy(f.bytes, text, f.len);
  return f;
}

static const char plain[] = "id,name,price\n1,abc,1.5\n2,de,2.25\n3,,-7\n4,a b c,1e3\n";
static const char quoted[] =
    "id,text,\"a \"\"b\"\"\"\r\n1,\"one, two\",\"x\"\r\n2,\"two\r\nlines\",\"\"\r\n3,\"\"\"q\"\"\",y\r\n";
static const char dates[] = "day;at;zone;flag\n2026-11-21;10:15;2026-11-21T10:15:00Z;true\n"
                            "2024-02-29;23:59:59.5;1999-12-31T23:59:59+01:00;false\n";
static const char numbers[] =
    "big\thuge\tdecimal\n9007199254740993\t12345678901234567890\t0.12345678901234567\n"
    "-1\t7\t1.5\n";
static const char one_column[] = "word\nalpha\nbeta\n\"gamma\ndelta\"\n";
static const char latin[] = "stra\xDF"
                            "e,z\xE4hler\nAllee,1\nM\xFChle,2\n";

static small_file utf16(const char *text, bool big) {
  small_file f = {.len = 2};
  memcpy(f.bytes, big ? "\xFE\xFF" : "\xFF\xFE", 2);
  for (; *text; text++, f.len += 2) {
    f.bytes[f.len + big] = (uint8_t)*text;
    f.bytes[f.len + !big] = 0;
  }
  return f;
}

static small_file long_table(void) {
  small_file f = {.len = 0};
  for (int i = 0; i < 120; i++)
    f.len += (size_t)snprintf((char *)f.bytes + f.len, FILE_MAX - f.len,
                              "%d,\"name %d\",%d.%d,2026-01-%02d\n", i, i % 9, i * 7, i % 10, i % 28 + 1);
  return f;
}

static small_file gzipped(const small_file *from) {
  small_file f = {.len = 0};
  z_stream z = {.next_in = (Bytef *)(uintptr_t)from->bytes,
                .avail_in = (uInt)from->len,
                .next_out = f.bytes,
                .avail_out = FILE_MAX};
  CHECK_EQ_INT(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  CHECK_EQ_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
  f.len = z.total_out;
  deflateEnd(&z);
  return f;
}

static small_file zstd_packed(const small_file *from) {
  small_file f = {.len = 0};
  f.len = ZSTD_compress(f.bytes, FILE_MAX, from->bytes, from->len, 9);
  CHECK(!ZSTD_isError(f.len));
  return f;
}

static void texts(void) {
  static const char *const all[] = {plain, quoted, dates, numbers, one_column, latin};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    small_file f = of_text(all[i]);
    sweep(&f);
  }
}

static void utf16_texts(void) {
  small_file little = utf16(plain, false), big = utf16(quoted, true);
  sweep(&little);
  sweep(&big);
}

static void a_longer_table(void) {
  small_file f = long_table();
  sweep(&f);
}

static void compressed(void) {
  small_file f = of_text(quoted), table = long_table();
  small_file packed[] = {gzipped(&f), zstd_packed(&f), gzipped(&table), zstd_packed(&table)};
  for (int i = 0; i < 4; i++) sweep(&packed[i]);
}

int main(void) {
  RUN(texts);
  RUN(utf16_texts);
  RUN(a_longer_table);
  RUN(compressed);
  CHECK(n_right > 1000 && n_refused > 100);
  printf("%llu tables read, %llu refused\n", (unsigned long long)n_right, (unsigned long long)n_refused);
  return check_report();
}
