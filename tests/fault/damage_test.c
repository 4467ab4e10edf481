/* Good files cut at every length and with every bit flipped: rows or a clean error, never a crash, a hang or a leak. */
#include <zlib.h>
#include <zstd.h>

#include "../unit/check.h"
#include "../unit/host.h"

#define PLACES 300u /* looked at where a file has more bytes or bits than that */

static const char quoted[] = "id,name,note,when,price\n"
                             "1,\"Smith, John\",\"said \"\"no\"\"\n\nand left\",2026-01-02 10:15:00,12.50\n"
                             "2,Zo\xC3\xAB,,2026-01-03T10:15:00Z,-0.5e-3\n"
                             "3,\"\",x,2026-01-04,9007199254740993\n";
static const char tabs[] = "a\tb\tc\r\n1\ttrue\t10:15\r\n2\tfalse\t11:15\r\n\r\n007\t\tx\r\n";
static const char german[] = "Nr;Betrag;Datum\n1;1.234,50;21.11.2026\n2;-3,25;01.12.2026\n3;0,5;02.12.2026\n";
static const char latin[] = "name,city\nJos\xE9,K\xF6ln\nAnna,Z\xFCrich\n";

/* Opens, scans and reads a file; the first error ends it. */
static sonde_code whole_life(const void *file, size_t n, sonde_error *err) {
  static const char *const jobs[] = {
      "{\"job\":\"index\",\"table\":1}", "{\"job\":\"import\",\"table\":1}",
      "{\"job\":\"bad\",\"table\":1,\"first\":0,\"count\":10}",
      "{\"job\":\"read\",\"table\":1,\"row\":0,\"rows\":100}",
      "{\"job\":\"view\",\"table\":1,\"search\":\"o\",\"sort\":[{\"column\":0}]}"};
  host h;
  random_state dice = {n + 1};
  sonde_config config = {.struct_size = sizeof config, .memory_limit = (uint64_t)64 << 20};
  sonde_code code = host_open(&h, &config, 0, file, n) ? SONDE_OK : h.err.code;
  h.random = &dice;
  if (code == SONDE_OK) code = host_table(&h);
  for (size_t i = 0; code == SONDE_OK && i < sizeof jobs / sizeof *jobs; i++) code = host_run(&h, jobs[i]);
  *err = h.err;
  host_close(&h);
  return code;
}

static void check_clean(const uint8_t *file, size_t n) {
  sonde_error err = {0};
  sonde_code code = whole_life(file, n, &err);
  CHECK(code == SONDE_OK || (code != SONDE_MISUSE && err.message[0] != 0));
}

static void check_damage(const void *good, size_t n) {
  sonde_error err = {0};
  CHECK_EQ_INT(whole_life(good, n, &err), SONDE_OK);
  size_t step = n / PLACES + 1;
  for (size_t cut = 0; cut < n; cut += step) {
    uint8_t *part = malloc(cut ? cut : 1); /* of its own, so that a byte too far is seen */
    memcpy(part, good, cut);
    check_clean(part, cut);
    free(part);
  }
  uint8_t *copy = malloc(n);
  memcpy(copy, good, n);
  step = n * 8 / PLACES + 1;
  for (size_t bit = 0; bit < n * 8; bit += step) {
    copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    check_clean(copy, n);
    copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  free(copy);
}

static void plain_files(void) {
  check_damage(quoted, sizeof quoted - 1);
  check_damage(tabs, sizeof tabs - 1);
  check_damage(german, sizeof german - 1);
  check_damage(latin, sizeof latin - 1);
}

static void utf16(void) {
  uint8_t wide[sizeof quoted * 2];
  size_t n = 0;
  wide[n++] = 0xFF;
  wide[n++] = 0xFE;
  for (size_t i = 0; i < sizeof quoted - 1; i++) {
    wide[n++] = (uint8_t)quoted[i] & 0x7F;
    wide[n++] = 0;
  }
  check_damage(wide, n);
}

static void compressed(void) {
  uint8_t out[2048];
  z_stream z = {0};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = (z_const Bytef *)quoted;
  z.avail_in = sizeof quoted - 1;
  z.next_out = out;
  z.avail_out = sizeof out;
  CHECK_EQ_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
  size_t n = z.total_out;
  deflateEnd(&z);
  check_damage(out, n);
  ZSTD_CCtx *c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
  n = ZSTD_compress2(c, out, sizeof out, quoted, sizeof quoted - 1);
  ZSTD_freeCCtx(c);
  CHECK(!ZSTD_isError(n));
  check_damage(out, n);
}

int main(void) {
  RUN(plain_files);
  RUN(utf16);
  RUN(compressed);
  return check_report();
}
