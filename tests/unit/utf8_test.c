/* UTF-8 by table, against a plain reading of the standard's table of well-formed sequences, and by round trips. */
#include "base/utf8.h"

#include <stdlib.h>

#include "check.h"
#include "random.h"

static random_state source = {11};

static void valid_and_invalid_sequences(void) {
  static const char *valid[] = {"",
                                "a",
                                "\xC2\x80",
                                "\xDF\xBF",
                                "\xE0\xA0\x80",
                                "\xED\x9F\xBF",
                                "\xEE\x80\x80",
                                "\xEF\xBF\xBF",
                                "\xF0\x90\x80\x80",
                                "\xF4\x8F\xBF\xBF",
                                "plain ASCII of more than 32 bytes, to be sure"};
  static const char *invalid[] = {"\x80",
                                  "\xBF",
                                  "\xC0\x80",
                                  "\xC1\xBF",
                                  "\xC2",
                                  "\xC2\x41",
                                  "\xE0\x9F\xBF",
                                  "\xE2\x82",
                                  "\xED\xA0\x80",
                                  "\xED\xBF\xBF",
                                  "\xF0\x8F\xBF\xBF",
                                  "\xF0\x9F\x98",
                                  "\xF4\x90\x80\x80",
                                  "\xF5\x80\x80\x80",
                                  "\xFF",
                                  "\xFE"};
  for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) CHECK(utf8_valid(valid[i], strlen(valid[i])));
  for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
    char text[64];
    for (size_t before = 0; before < 40; before += 13) {
      memset(text, 'x', sizeof text);
      memcpy(text + before, invalid[i], strlen(invalid[i]));
      CHECK_EQ_UINT(utf8_valid_prefix(text, before + strlen(invalid[i])), before);
    }
  }
}

static void repair_replaces_maximal_subparts(void) {
  static const struct {
    const char *from, *to;
  } table[] = {
      {"abc", "abc"},
      /* Unicode 15, tables 3-8 to 3-11 */
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "########A"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "########A"},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "#####A##B"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "####A"},
      {"a\xF0\x9F\x98", "a#"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char out[64], expected[64];
    size_t length = 0;
    for (const char *p = table[i].to; *p; p++) {
      length += utf8_encode(*p == '#' ? UTF8_REPLACEMENT : (uint8_t)*p, expected + length);
    }
    size_t n = utf8_repair(table[i].from, strlen(table[i].from), out);
    CHECK_BYTES(out, n, expected, length);
    CHECK(n <= utf8_repair_max(strlen(table[i].from)));
  }
}

static void every_code_point_survives_the_round_trip(void) {
  int wrong = 0;
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
    char text[4];
    uint32_t back;
    bool valid;
    size_t n = utf8_encode(cp, text);
    uint32_t expected = cp >= 0xD800 && cp < 0xE000 ? UTF8_REPLACEMENT : cp;
    wrong +=
        utf8_decode(text, n, &back, &valid) != n || back != expected || !valid || utf8_count(text, n) != 1;
    for (size_t cut = 1; cut < n; cut++)
      wrong += utf8_incomplete_tail(text, cut) != cut || utf8_valid(text, cut);
    wrong += utf8_incomplete_tail(text, n) != 0;
  }
  CHECK_EQ_INT(wrong, 0);
}

static void cutting_keeps_sequences_whole(void) {
  const char *text = "a\xE2\x82\xAC\xF0\x9F\x98\x80";
  static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
  for (size_t max = 0; max < 10; max++) CHECK_EQ_UINT(utf8_cut(text, 8, max), expected[max]);
  CHECK_EQ_UINT(utf8_incomplete_tail("\xE2\x28", 2), 0);
  CHECK_EQ_UINT(utf8_incomplete_tail("\xED\xA0", 2), 0);
  CHECK_EQ_UINT(utf8_incomplete_tail("\xFF", 1), 0);
  CHECK_EQ_UINT(utf8_incomplete_tail("x", 0), 0);
}

/* ---- transcoding ---- */

static void transcoding_by_table(void) {
  static const struct {
    text_encoding encoding;
    const char *from;
    size_t n;
    const char *to;
  } table[] = {
      {TEXT_UTF16LE, "a\0\xAC\x20", 4, "a\xE2\x82\xAC"},
      {TEXT_UTF16BE, "\0a\x20\xAC", 4, "a\xE2\x82\xAC"},
      {TEXT_UTF16BE, "\xD8\x3D\xDE\x00", 4, "\xF0\x9F\x98\x80"},
      {TEXT_UTF16BE, "\xD8\x3D\0a", 4,
       "\xEF\xBF\xBD"
       "a"},
      {TEXT_UTF16BE, "\xDE\x00\xD8\x3D", 4, "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {TEXT_UTF16LE, "a\0b", 3, "a\xEF\xBF\xBD"},
      {TEXT_WINDOWS_1252, "caf\xE9 \x80\x81\x8D\x8F\x90\x9D\x9F\xFF", 13,
       "caf\xC3\xA9 \xE2\x82\xAC\xC2\x81\xC2\x8D\xC2\x8F\xC2\x90\xC2\x9D\xC5\xB8\xC3\xBF"},
      {TEXT_UTF8, "a\xC3\xA9\xFF", 4, "a\xC3\xA9\xEF\xBF\xBD"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char out[64];
    size_t used,
        n = text_to_utf8(table[i].encoding, (const uint8_t *)table[i].from, table[i].n, true, out, &used);
    CHECK_STRN(out, n, table[i].to);
    CHECK_EQ_UINT(used, table[i].n);
    CHECK(n <= text_to_utf8_max(table[i].encoding, table[i].n));
  }
}

/* Random units of all kinds: ASCII runs, other letters, surrogates in and out of pairs. */
static size_t random_utf16(uint8_t *out, size_t units, bool big) {
  for (size_t i = 0; i < units; i++) {
    uint32_t kind = random_below(&source, 40), u = 'a' + random_below(&source, 26);
    if (kind == 0) u = random_below(&source, 0x10000);
    if (kind == 1) u = 0xD800 + random_below(&source, 0x400);
    if (kind == 2 || (i > 0 && (out[2 * i - 2 + !big] & 0xFC) == 0xD8))
      u = 0xDC00 + random_below(&source, 0x400);
    out[2 * i + big] = (uint8_t)u;
    out[2 * i + !big] = (uint8_t)(u >> 8);
  }
  return 2 * units;
}

static void pieces_give_what_the_whole_gives_and_offsets_map_back(void) {
  enum { UNITS = 500 };
  uint8_t bytes[2 * UNITS];
  char whole[3 * 2 * UNITS], pieces[3 * 2 * UNITS];
  for (int round = 0; round < 400; round++) {
    text_encoding encoding = (text_encoding)(round % 4);
    size_t n = random_utf16(bytes, UNITS, encoding == TEXT_UTF16BE), used;
    if (encoding == TEXT_UTF8 || encoding == TEXT_WINDOWS_1252) {
      for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(random_below(&source, 4) ? 'a' + i % 26 : random_next(&source));
    }
    size_t length = text_to_utf8(encoding, bytes, n, true, whole, &used);
    size_t at = 0, written = 0, mapped = 0;
    while (at < n) {
      size_t give = 1 + random_below(&source, 9);
      if (give > n - at) give = n - at;
      size_t got = text_to_utf8(encoding, bytes + at, give, at + give == n, pieces + written, &used);
      mapped += text_source_bytes(encoding, pieces + written, got);
      written += got;
      at += used;
      if (encoding != TEXT_UTF8) CHECK_EQ_UINT(mapped, at);
      if (used == 0) { /* an unfinished sequence at the end of a short piece: give more */
        give = n - at < 16 ? n - at : 16;
        got = text_to_utf8(encoding, bytes + at, give, at + give == n, pieces + written, &used);
        mapped += text_source_bytes(encoding, pieces + written, got);
        written += got;
        at += used;
      }
    }
    CHECK_BYTES(pieces, written, whole, length);
    CHECK(utf8_valid(whole, length));
  }
}

/* ---- folding and search ---- */

static void folding_by_table(void) {
  static const uint32_t table[][2] = {
      {'A', 'a'},       {'z', 'z'},       {'[', '['},       {0xC9, 0xE9},   {0xD7, 0xD7},
      {0xDF, 0xDF},     {0x178, 0xFF},    {0x130, 0x130},   {0x131, 0x131}, {0x17F, 's'},
      {0x100, 0x101},   {0x101, 0x101},   {0x218, 0x219},   {0x3A3, 0x3C3}, {0x3C2, 0x3C3},
      {0x391, 0x3B1},   {0x386, 0x3AC},   {0x410, 0x430},   {0x401, 0x451}, {0x4C0, 0x4CF},
      {0x531, 0x561},   {0x1E9E, 0xDF},   {0x1EA0, 0x1EA1}, {0x212A, 'k'},  {0x212B, 0xE5},
      {0xFF21, 0xFF41}, {0x1F08, 0x1F00}, {0x4E00, 0x4E00}, {0xB5, 0x3BC},  {0x10FFFF, 0x10FFFF},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    CHECK_EQ_UINT(utf8_fold(table[i][0]), table[i][1]);
  int wrong = 0, changed = 0;
  utf8_fold_pair pair = {0};
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
    uint32_t folded = utf8_fold(cp);
    char from[4], to[4];
    wrong += utf8_fold(folded) != folded || utf8_encode(folded, to) > utf8_encode(cp, from);
    if (folded == cp) continue;
    changed++;
    wrong += !utf8_next_fold(&pair) || pair.from != cp || pair.to != folded;
  }
  CHECK_EQ_INT(wrong, 0);
  CHECK(!utf8_next_fold(&pair) && changed > 700);
}

static bool contains(const char *haystack, const char *needle) {
  char folded[64];
  utf8_needle prepared;
  utf8_needle_init(&prepared, (sonde_str){folded, utf8_fold_text(needle, strlen(needle), folded)});
  return utf8_contains_folded((sonde_str){haystack, strlen(haystack)}, &prepared);
}

static void search_ignores_case(void) {
  CHECK(contains("", "") && contains("abc", ""));
  CHECK(!contains("", "a"));
  CHECK(contains("Hello World", "WORLD") && contains("Hello World", "hello"));
  CHECK(!contains("Hello World", "worlds"));
  CHECK(contains("\xC3\x89T\xC3\x89", "\xC3\xA9t\xC3\xA9"));
  CHECK(contains("STRA\xE1\xBA\x9E"
                 "E",
                 "stra\xC3\x9F"
                 "e"));
  CHECK(contains("300 \xE2\x84\xAA", "300 k") && contains("\xE2\x84\xAA", "K"));
  CHECK(contains("Con\xC5\xBF"
                 "ens",
                 "CONSENS") &&
        contains("\xC5\xBFx", "sx"));
  CHECK(contains("\xD0\x9C\xD0\x9E\xD0\xA1\xD0\x9A\xD0\x92\xD0\x90",
                 "\xD0\xBC\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0"));
  CHECK(contains("a long text whose end has the ONE THING", "one thing"));
  CHECK(!contains("\xC3", "\xC3\xA9"));
}

static void search_finds_what_plain_search_in_folded_text_finds(void) {
  static const char *letters[] = {
      "a",        "A",        "s",        "S",        "k",    "K", " ", "\xC5\xBF", "\xE2\x84\xAA",
      "\xC3\x89", "\xC3\xA9", "\xCE\xA3", "\xCF\x82", "\xFF", "x"};
  int wrong = 0, found = 0;
  for (int i = 0; i < 60000; i++) {
    char hay[400], needle[64], hay_folded[400], needle_folded[64];
    size_t n = 0, m = 0;
    for (uint32_t k = random_below(&source, 60); k > 0; k--)
      n += (size_t)sprintf(hay + n, "%s", letters[random_below(&source, 15)]);
    for (uint32_t k = 1 + random_below(&source, 3); k > 0; k--)
      m += (size_t)sprintf(needle + m, "%s", letters[random_below(&source, 13)]);
    size_t hn = utf8_fold_text(hay, n, hay_folded), mn = utf8_fold_text(needle, m, needle_folded);
    utf8_needle prepared;
    utf8_needle_init(&prepared, (sonde_str){needle_folded, mn});
    bool expected = memmem(hay_folded, hn, needle_folded, mn) != NULL;
    found += expected;
    wrong += utf8_contains_folded((sonde_str){hay, n}, &prepared) != expected;
  }
  CHECK_EQ_INT(wrong, 0);
  CHECK(found > 1000 && found < 59000);
}

int main(void) {
  RUN(valid_and_invalid_sequences);
  RUN(repair_replaces_maximal_subparts);
  RUN(every_code_point_survives_the_round_trip);
  RUN(cutting_keeps_sequences_whole);
  RUN(transcoding_by_table);
  RUN(pieces_give_what_the_whole_gives_and_offsets_map_back);
  RUN(folding_by_table);
  RUN(search_ignores_case);
  RUN(search_finds_what_plain_search_in_folded_text_finds);
  return check_report();
}
