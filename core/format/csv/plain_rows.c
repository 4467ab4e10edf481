/* See plain_rows.h. */
#include "format/csv/plain_rows.h"

#include "base/byte_bits.h"
#include "base/simd.h"

/* Words of bits made at a time: at first, as the next row may not be plain; at most; and those behind `until` in which a row is
 * expected to end. */
enum { WORDS_FIRST = 8, WORDS = 64, WORDS_BEYOND = 4 };
/* Rows that end later than so many bytes behind `until` are left to others. */
#define FAR ((uint32_t)64 << 10)

/* Row ends as they are passed, a word of 64 bytes at a time. */
typedef struct {
  const uint8_t *text;
  uint8_t delimiter, eol, quote;
  bool quotes, blanks; /* there can be quotes; blank lines that are no rows */
  uint32_t begin, base, until;
  uint64_t inside; /* all bits when a quote is open at `base` */
  uint64_t before; /* row ends in the 64 bytes before `base` */
  uint32_t lines;  /* line ends behind the last row end */
  csv_passed passed;
} passing;

bool csv_can_pass(const csv_dialect *d) {
  bool doubles = d->escape == 0 || d->escape == d->quote;
  return (d->newline == CSV_LF || d->newline == CSV_CRLF) && doubles && !d->comment;
}

/* Bit i: whether an odd number of bits up to i is set. */
static inline uint64_t parity_up_to(uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/* Quotes that open where no field begins and no quote is doubled. */
static uint64_t stray_quotes(const passing *p, uint64_t openings, uint64_t quotes, uint64_t eols) {
  uint64_t allow = quotes | eols | simd_find_in_64(p->text + p->base, p->delimiter);
  uint8_t last = p->base > p->begin ? p->text[p->base - 1] : p->eol;
  bool first = last == p->delimiter || last == p->eol || last == p->quote;
  return openings & ~(allow << 1 | first);
}

/* Line ends right behind a row end, or a byte behind it, which may be the \r of \r\n. */
static inline uint64_t blank_lines(const passing *p, uint64_t ends) {
  return ends & (ends << 1 | p->before >> 63 | ends << 2 | p->before >> 62);
}

static inline uint32_t count_bits(uint64_t bits) { return bits ? (uint32_t)__builtin_popcountll(bits) : 0; }

static inline void pass(passing *p, uint64_t ends, uint64_t eols) {
  if (!ends) {
    p->lines += count_bits(eols);
    return;
  }
  uint32_t last = 63 - (uint32_t)__builtin_clzll(ends);
  uint64_t behind = eols & ~(~(uint64_t)0 >> (63 - last));
  uint32_t rows = count_bits(ends);
  p->passed.rows += rows;
  p->passed.lines += p->lines + rows + count_bits(eols & ~ends & ~behind);
  p->passed.next = p->base + last + 1;
  p->lines = count_bits(behind);
}

/* Row ends up to the first one behind which a row begins at `until` or later. */
static inline uint64_t ends_up_to(const passing *p, uint64_t ends, bool *enough) {
  if (p->until > p->base + 64) return ends;
  uint64_t late = p->until > p->base + 1 ? ends & ~(uint64_t)0 << (p->until - p->base - 1) : ends;
  if (!late) return ends;
  *enough = true;
  return ends & (late ^ (late - 1));
}

/* Row ends before anything that is not plain. */
static inline uint64_t find_ends(passing *p, uint64_t eols, uint64_t quotes, bool *enough) {
  uint64_t ends = eols, odd = 0;
  if (quotes || p->inside) {
    uint64_t quoted = parity_up_to(quotes) ^ p->inside;
    odd = stray_quotes(p, quotes & quoted, quotes, eols);
    ends &= ~quoted;
    p->inside = 0 - (quoted >> 63);
  }
  if (p->blanks) odd |= blank_lines(p, ends);
  *enough = odd != 0;
  return odd ? ends & (odd ^ (odd - 1)) >> 1 : ends;
}

/* False: that was the last word. */
static inline bool pass_word(passing *p, uint64_t eols, uint64_t quotes) {
  bool enough = false;
  uint64_t ends = 0;
  if (eols || quotes) {
    ends = ends_up_to(p, find_ends(p, eols, quotes, &enough), &enough);
    pass(p, ends, eols);
  }
  p->before = ends;
  p->base += 64;
  return !enough;
}

static bool pass_words(passing *p, uint32_t end) {
  uint64_t eols[WORDS], quotes[WORDS];
  uint32_t there = (end - p->base) / 64;
  uint32_t wanted = WORDS_BEYOND + (p->until > p->base ? (p->until - p->base) / 64 : 0);
  uint32_t most = p->base == p->begin ? WORDS_FIRST : WORDS;
  uint32_t n = there < wanted ? there : wanted;
  if (n > most) n = most;
  byte_bits(p->text + p->base, n, p->eol, p->quote, eols, quotes);
  for (uint32_t i = 0; i < n; i++)
    if (!pass_word(p, eols[i], p->quotes ? quotes[i] : 0)) return false;
  return n > 0;
}

csv_passed csv_pass_plain(const csv_dialect *d, const uint8_t *text, uint32_t len, uint32_t pos,
                          uint32_t until) {
  passing p = {.text = text,
               .delimiter = d->delimiter ? d->delimiter : '\n',
               .eol = '\n',
               .quote = d->quote,
               .quotes = d->quote != 0,
               .blanks = d->columns > 1,
               .begin = pos,
               .base = pos,
               .until = until,
               .before = (uint64_t)1 << 63,
               .passed = {.next = pos}};
  uint32_t end = len - until > FAR ? until + FAR : len;
  while (pass_words(&p, end)) continue;
  return p.passed;
}
