/* See utf8.h. */
#include "base/utf8.h"

#include <string.h>

/* ---- code points ---- */

static bool is_continuation(uint8_t b) { return (b & 0xC0) == 0x80; }

/* Well-formed byte sequences, Unicode 15 table 3-7: the lead decides the length and the range of the second byte. */
static size_t sequence_length(uint8_t lead, uint8_t *low, uint8_t *high) {
  *low = 0x80;
  *high = 0xBF;
  if (lead < 0xC2) return 1;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) {
    if (lead == 0xE0) *low = 0xA0;
    if (lead == 0xED) *high = 0x9F;
    return 3;
  }
  if (lead == 0xF0) *low = 0x90;
  if (lead == 0xF4) *high = 0x8F;
  return lead < 0xF5 ? 4 : 1;
}

size_t utf8_decode(const char *p, size_t n, uint32_t *cp, bool *valid) {
  const uint8_t *s = (const uint8_t *)p;
  bool ignored;
  if (!valid) valid = &ignored;
  *cp = s[0];
  *valid = s[0] < 0x80;
  if (*valid) return 1;

  uint8_t low, high;
  size_t length = sequence_length(s[0], &low, &high), got = 1;
  *cp = s[0] & (0xFFu >> (length + 1));
  while (got < length && got < n && s[got] >= low && s[got] <= high) {
    *cp = *cp << 6 | (s[got++] & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  *valid = length > 1 && got == length;
  if (!*valid) *cp = UTF8_REPLACEMENT;
  return got;
}

size_t utf8_encode(uint32_t cp, char out[4]) {
  if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000)) cp = UTF8_REPLACEMENT;
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  size_t length = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--, cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
  out[0] = (char)((0xF00u >> length & 0xF0) | cp);
  return length;
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bytes16 load16(const char *p) {
  bytes16 v;
  memcpy(&v, p, sizeof v);
  return v;
}

/* How many bytes are in [low, low + span), modulo 256. A lane counts up to 255. */
static size_t count_bytes(const char *p, size_t n, uint8_t low, uint8_t span) {
  size_t count = 0, i = 0;
  while (n - i >= 16) {
    bytes16 counts = {0};
    for (size_t k = 0; k < 255 && n - i >= 16; k++, i += 16)
      counts -= (bytes16)((load16(p + i) - low) < span);
    for (size_t k = 0; k < 16; k++) count += counts[k];
  }
  for (; i < n; i++) count += (uint8_t)((uint8_t)p[i] - low) < span;
  return count;
}

/* All bytes but the continuations, 80 to BF. */
size_t utf8_count(const char *p, size_t n) { return count_bytes(p, n, 0xC0, 0xC0); }

/* ---- validation and repair ---- */

static uint64_t load64(const void *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

static size_t ascii_prefix(const char *p, size_t n) {
  const uint64_t high_bits = 0x8080808080808080u;
  size_t i = 0;
  for (; n - i >= 32; i += 32) {
    uint64_t all = load64(p + i) | load64(p + i + 8) | load64(p + i + 16) | load64(p + i + 24);
    if (all & high_bits) break;
  }
  for (; n - i >= 8; i += 8) {
    if (load64(p + i) & high_bits) break;
  }
  while (i < n && (uint8_t)p[i] < 0x80) i++;
  return i;
}

size_t utf8_valid_prefix(const char *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    if ((uint8_t)p[i] < 0x80) {
      i += ascii_prefix(p + i, n - i);
      continue;
    }
    uint32_t cp;
    bool valid;
    size_t length = utf8_decode(p + i, n - i, &cp, &valid);
    if (!valid) return i;
    i += length;
  }
  return n;
}

bool utf8_valid(const char *p, size_t n) { return utf8_valid_prefix(p, n) == n; }

size_t utf8_incomplete_tail(const char *p, size_t n) {
  for (size_t tail = 1; tail <= 3 && tail <= n; tail++) {
    uint8_t b = (uint8_t)p[n - tail], low, high;
    if (is_continuation(b)) continue;
    uint32_t cp;
    bool begins = sequence_length(b, &low, &high) > tail;
    return begins && utf8_decode(p + n - tail, tail, &cp, NULL) == tail ? tail : 0;
  }
  return 0;
}

size_t utf8_cut(const char *p, size_t n, size_t max) {
  if (n <= max) return n;
  size_t end = max;
  while (end > 0 && max - end < 3 && is_continuation((uint8_t)p[end])) end--;
  return is_continuation((uint8_t)p[end]) ? max : end;
}

/* With `last` false, stops before an unfinished sequence; `*used` says where. */
static size_t repair(const char *p, size_t n, bool last, char *out, size_t *used) {
  size_t end = last ? n : n - utf8_incomplete_tail(p, n), i = 0, written = 0;
  while (i < end) {
    size_t good = utf8_valid_prefix(p + i, end - i);
    memcpy(out + written, p + i, good);
    written += good;
    i += good;
    if (i == end) break;
    uint32_t cp;
    i += utf8_decode(p + i, end - i, &cp, NULL);
    written += utf8_encode(cp, out + written);
  }
  *used = end;
  return written;
}

size_t utf8_repair(const char *p, size_t n, char *out) {
  size_t used;
  return repair(p, n, true, out, &used);
}

/* ---- other encodings ---- */

size_t text_to_utf8_max(text_encoding encoding, size_t n) {
  bool wide = encoding == TEXT_UTF16LE || encoding == TEXT_UTF16BE;
  return utf8_repair_max(wide ? n / 2 + n % 2 : n);
}

static uint32_t unit16(const uint8_t *p, bool big) {
  return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* Eight ASCII units at a time; answers how many units were copied. */
static size_t copy_ascii16(const uint8_t *p, size_t units, bool big, char *out) {
  size_t i = 0;
  for (; units - i >= 8; i += 8) {
    const uint8_t *u = p + 2 * i;
    uint8_t other = 0;
    for (size_t k = 0; k < 8; k++) other |= (uint8_t)(u[2 * k + !big] | (u[2 * k + big] & 0x80));
    if (other) break;
    for (size_t k = 0; k < 8; k++) out[i + k] = (char)u[2 * k + big];
  }
  return i;
}

static size_t from_utf16(const uint8_t *p, size_t n, bool big, bool last, char *out, size_t *used) {
  size_t units = n / 2, i = 0, written = 0;
  while (i < units) {
    size_t ascii = copy_ascii16(p + 2 * i, units - i, big, out + written);
    i += ascii;
    written += ascii;
    /* What stopped the fast copy is rarely alone: the next eight units go one by one. */
    for (size_t stop = units - i < 8 ? units : i + 8; i < stop; i++) {
      uint32_t cp = unit16(p + 2 * i, big);
      if ((cp & 0xFC00) == 0xD800) {
        if (i + 1 == units && !last) goto done;
        uint32_t low = i + 1 < units ? unit16(p + 2 * i + 2, big) : 0;
        if ((low & 0xFC00) == 0xDC00) {
          cp = 0x10000 + ((cp & 0x3FF) << 10 | (low & 0x3FF));
          i++;
        }
      }
      written += utf8_encode(cp, out + written);
    }
  }
done:
  *used = 2 * i;
  if (last && i == units && n % 2) {
    written += utf8_encode(UTF8_REPLACEMENT, out + written);
    *used = n;
  }
  return written;
}

/* WHATWG encoding standard, index windows-1252, bytes 80 to 9F. */
static const uint16_t windows_1252[32] = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                          0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

static size_t from_windows_1252(const uint8_t *p, size_t n, char *out) {
  size_t i = 0, written = 0;
  while (i < n) {
    size_t ascii = ascii_prefix((const char *)p + i, n - i);
    memcpy(out + written, p + i, ascii);
    i += ascii;
    written += ascii;
    for (; i < n && p[i] >= 0x80; i++) {
      written += utf8_encode(p[i] < 0xA0 ? windows_1252[p[i] - 0x80] : p[i], out + written);
    }
  }
  return written;
}

size_t text_to_utf8(text_encoding encoding, const uint8_t *p, size_t n, bool last, char *out, size_t *used) {
  *used = n;
  switch (encoding) {
  case TEXT_UTF16LE: return from_utf16(p, n, false, last, out, used);
  case TEXT_UTF16BE: return from_utf16(p, n, true, last, out, used);
  case TEXT_WINDOWS_1252: return from_windows_1252(p, n, out);
  case TEXT_UTF8: break;
  }
  return repair((const char *)p, n, last, out, used);
}

size_t text_source_bytes(text_encoding encoding, const char *text, size_t n) {
  if (encoding == TEXT_UTF8) return n;
  size_t points = utf8_count(text, n);
  if (encoding == TEXT_WINDOWS_1252) return points;
  return 2 * (points + count_bytes(text, n, 0xF0, 0x10)); /* four bytes were a pair of units */
}

/* ---- case folding ---- */

/* first, last, step; distance to the folded code point; ascending. U+023A and U+023E are left out: their folded
 * forms are longer in UTF-8, and no text may grow. */
typedef struct {
  uint16_t first, last;
  uint16_t step;
  int16_t distance;
} fold_range;

static const fold_range folds[] = {
    {0x0041, 0x005A, 1, 32},    {0x00B5, 0x00B5, 1, 775},   {0x00C0, 0x00D6, 1, 32},
    {0x00D8, 0x00DE, 1, 32},    {0x0100, 0x012E, 2, 1},     {0x0132, 0x0136, 2, 1},
    {0x0139, 0x0147, 2, 1},     {0x014A, 0x0176, 2, 1},     {0x0178, 0x0178, 1, -121},
    {0x0179, 0x017D, 2, 1},     {0x017F, 0x017F, 1, -268},  {0x0181, 0x0181, 1, 210},
    {0x0182, 0x0184, 2, 1},     {0x0186, 0x0186, 1, 206},   {0x0187, 0x0187, 1, 1},
    {0x0189, 0x018A, 1, 205},   {0x018B, 0x018B, 1, 1},     {0x018E, 0x018E, 1, 79},
    {0x018F, 0x018F, 1, 202},   {0x0190, 0x0190, 1, 203},   {0x0191, 0x0191, 1, 1},
    {0x0193, 0x0193, 1, 205},   {0x0194, 0x0194, 1, 207},   {0x0196, 0x0196, 1, 211},
    {0x0197, 0x0197, 1, 209},   {0x0198, 0x0198, 1, 1},     {0x019C, 0x019C, 1, 211},
    {0x019D, 0x019D, 1, 213},   {0x019F, 0x019F, 1, 214},   {0x01A0, 0x01A4, 2, 1},
    {0x01A6, 0x01A6, 1, 218},   {0x01A7, 0x01A7, 1, 1},     {0x01A9, 0x01A9, 1, 218},
    {0x01AC, 0x01AC, 1, 1},     {0x01AE, 0x01AE, 1, 218},   {0x01AF, 0x01AF, 1, 1},
    {0x01B1, 0x01B2, 1, 217},   {0x01B3, 0x01B5, 2, 1},     {0x01B7, 0x01B7, 1, 219},
    {0x01B8, 0x01B8, 1, 1},     {0x01BC, 0x01BC, 1, 1},     {0x01C4, 0x01C4, 1, 2},
    {0x01C5, 0x01C5, 1, 1},     {0x01C7, 0x01C7, 1, 2},     {0x01C8, 0x01C8, 1, 1},
    {0x01CA, 0x01CA, 1, 2},     {0x01CB, 0x01DB, 2, 1},     {0x01DE, 0x01EE, 2, 1},
    {0x01F1, 0x01F1, 1, 2},     {0x01F2, 0x01F4, 2, 1},     {0x01F6, 0x01F6, 1, -97},
    {0x01F7, 0x01F7, 1, -56},   {0x01F8, 0x021E, 2, 1},     {0x0220, 0x0220, 1, -130},
    {0x0222, 0x0232, 2, 1},     {0x023B, 0x023B, 1, 1},     {0x023D, 0x023D, 1, -163},
    {0x0241, 0x0241, 1, 1},     {0x0243, 0x0243, 1, -195},  {0x0244, 0x0244, 1, 69},
    {0x0245, 0x0245, 1, 71},    {0x0246, 0x024E, 2, 1},     {0x0345, 0x0345, 1, 116},
    {0x0370, 0x0372, 2, 1},     {0x0376, 0x0376, 1, 1},     {0x037F, 0x037F, 1, 116},
    {0x0386, 0x0386, 1, 38},    {0x0388, 0x038A, 1, 37},    {0x038C, 0x038C, 1, 64},
    {0x038E, 0x038F, 1, 63},    {0x0391, 0x03A1, 1, 32},    {0x03A3, 0x03AB, 1, 32},
    {0x03C2, 0x03C2, 1, 1},     {0x03CF, 0x03CF, 1, 8},     {0x03D0, 0x03D0, 1, -30},
    {0x03D1, 0x03D1, 1, -25},   {0x03D5, 0x03D5, 1, -15},   {0x03D6, 0x03D6, 1, -22},
    {0x03D8, 0x03EE, 2, 1},     {0x03F0, 0x03F0, 1, -54},   {0x03F1, 0x03F1, 1, -48},
    {0x03F4, 0x03F4, 1, -60},   {0x03F5, 0x03F5, 1, -64},   {0x03F7, 0x03F7, 1, 1},
    {0x03F9, 0x03F9, 1, -7},    {0x03FA, 0x03FA, 1, 1},     {0x03FD, 0x03FF, 1, -130},
    {0x0400, 0x040F, 1, 80},    {0x0410, 0x042F, 1, 32},    {0x0460, 0x0480, 2, 1},
    {0x048A, 0x04BE, 2, 1},     {0x04C0, 0x04C0, 1, 15},    {0x04C1, 0x04CD, 2, 1},
    {0x04D0, 0x052E, 2, 1},     {0x0531, 0x0556, 1, 48},    {0x1E00, 0x1E94, 2, 1},
    {0x1E9B, 0x1E9B, 1, -58},   {0x1E9E, 0x1E9E, 1, -7615}, {0x1EA0, 0x1EFE, 2, 1},
    {0x1F08, 0x1F0F, 1, -8},    {0x1F18, 0x1F1D, 1, -8},    {0x1F28, 0x1F2F, 1, -8},
    {0x1F38, 0x1F3F, 1, -8},    {0x1F48, 0x1F4D, 1, -8},    {0x1F59, 0x1F5F, 2, -8},
    {0x1F68, 0x1F6F, 1, -8},    {0x1F88, 0x1F8F, 1, -8},    {0x1F98, 0x1F9F, 1, -8},
    {0x1FA8, 0x1FAF, 1, -8},    {0x1FB8, 0x1FB9, 1, -8},    {0x1FBA, 0x1FBB, 1, -74},
    {0x1FBC, 0x1FBC, 1, -9},    {0x1FBE, 0x1FBE, 1, -7173}, {0x1FC8, 0x1FCB, 1, -86},
    {0x1FCC, 0x1FCC, 1, -9},    {0x1FD8, 0x1FD9, 1, -8},    {0x1FDA, 0x1FDB, 1, -100},
    {0x1FE8, 0x1FE9, 1, -8},    {0x1FEA, 0x1FEB, 1, -112},  {0x1FEC, 0x1FEC, 1, -7},
    {0x1FF8, 0x1FF9, 1, -128},  {0x1FFA, 0x1FFB, 1, -126},  {0x1FFC, 0x1FFC, 1, -9},
    {0x2126, 0x2126, 1, -7517}, {0x212A, 0x212A, 1, -8383}, {0x212B, 0x212B, 1, -8262},
    {0xFF21, 0xFF3A, 1, 32},
};

enum { FOLDS = sizeof folds / sizeof folds[0] };

static uint8_t ascii_lower(uint8_t b) { return b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b; }

uint32_t utf8_fold(uint32_t cp) {
  if (cp < 0x80) return ascii_lower((uint8_t)cp);
  size_t low = 0, high = FOLDS;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (folds[middle].last < cp) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == FOLDS || cp < folds[low].first) return cp;
  const fold_range *f = &folds[low];
  return (cp - f->first) % f->step == 0 ? (uint32_t)((int32_t)cp + f->distance) : cp;
}

bool utf8_next_fold(utf8_fold_pair *pair) {
  bool begun = pair->to != 0;
  const fold_range *f = &folds[pair->range];
  if (begun && pair->from < f->last) {
    pair->from += f->step;
  } else {
    if (begun && ++pair->range == FOLDS) return false;
    pair->from = folds[pair->range].first;
  }
  pair->to = utf8_fold(pair->from);
  return true;
}

size_t utf8_fold_text(const char *p, size_t n, char *out) {
  size_t i = 0, written = 0;
  while (i < n) {
    uint8_t b = (uint8_t)p[i];
    if (b < 0x80) {
      out[written++] = (char)ascii_lower(b);
      i++;
      continue;
    }
    uint32_t cp;
    bool valid;
    size_t length = utf8_decode(p + i, n - i, &cp, &valid);
    if (valid) {
      written += utf8_encode(utf8_fold(cp), out + written);
    } else {
      memmove(out + written, p + i, length);
      written += length;
    }
    i += length;
  }
  return written;
}

/* ---- search ---- */

static size_t add_byte(uint8_t set[4], size_t count, uint8_t byte) {
  for (size_t i = 0; i < count; i++) {
    if (set[i] == byte) return count;
  }
  if (count < 4) set[count++] = byte;
  return count;
}

/* The bytes that can begin a code point whose folding begins at p. At most four: no letter has more forms. */
static void leads_of(const char *p, size_t n, uint8_t set[4]) {
  uint32_t cp;
  bool valid;
  utf8_decode(p, n, &cp, &valid);
  size_t count = add_byte(set, 0, (uint8_t)p[0]);
  for (size_t i = 0; valid && i < FOLDS; i++) {
    int32_t from = (int32_t)cp - folds[i].distance;
    if (from < folds[i].first || from > folds[i].last || (from - folds[i].first) % folds[i].step) continue;
    char form[4];
    utf8_encode((uint32_t)from, form);
    count = add_byte(set, count, (uint8_t)form[0]);
  }
  while (count < 4) {
    set[count] = set[0];
    count++;
  }
}

void utf8_needle_init(utf8_needle *needle, sonde_str folded) {
  *needle = (utf8_needle){.bytes = folded.ptr, .len = folded.len};
  if (folded.len == 0) return;
  leads_of(folded.ptr, folded.len, needle->first);
  uint32_t cp;
  size_t first = utf8_decode(folded.ptr, folded.len, &cp, NULL);
  if (first == 1 && folded.len > 1) leads_of(folded.ptr + 1, folded.len - 1, needle->second);
}

/* Whether the text at p, folded, begins with the needle. */
static bool matches_at(const char *p, size_t n, const utf8_needle *needle) {
  size_t i = 0, k = 0;
  while (k < needle->len) {
    if (i == n) return false;
    uint8_t b = (uint8_t)p[i];
    if (b < 0x80) {
      if ((uint8_t)needle->bytes[k] != ascii_lower(b)) return false;
      i++;
      k++;
      continue;
    }
    char folded[4];
    size_t source = utf8_decode(p + i, n - i, &(uint32_t){0}, NULL);
    size_t length = utf8_fold_text(p + i, source, folded);
    if (length > needle->len - k || memcmp(folded, needle->bytes + k, length) != 0) return false;
    i += source;
    k += length;
  }
  return true;
}

static bytes16 in_set(bytes16 v, const uint8_t set[4]) {
  return (bytes16)((v == set[0]) | (v == set[1]) | (v == set[2]) | (v == set[3]));
}

/* Where a match may begin: an ASCII first letter is only a candidate when the byte after it fits as well. */
static bytes16 candidates(const char *p, const utf8_needle *needle) {
  bytes16 here = load16(p), found = in_set(here, needle->first);
  if (needle->second[0] == 0) return found;
  return found & (in_set(load16(p + 1), needle->second) | (bytes16)(here >= 0x80));
}

static bool is_in(uint8_t b, const uint8_t set[4]) {
  return b == set[0] || b == set[1] || b == set[2] || b == set[3];
}

bool utf8_contains_folded(sonde_str haystack, const utf8_needle *needle) {
  if (needle->len == 0) return true;
  if (haystack.len < needle->len) return false; /* folding makes nothing longer */
  const char *p = haystack.ptr;
  size_t n = haystack.len, starts = n - needle->len + 1, i = 0;
  for (; i < starts && n - i > 16; i += 16) {
    bytes16 found = candidates(p + i, needle);
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    if (!(halves[0] | halves[1])) continue;
    for (size_t k = 0; k < 16; k++) {
      if (found[k] && matches_at(p + i + k, n - i - k, needle)) return true;
    }
  }
  for (; i < starts; i++) {
    if (is_in((uint8_t)p[i], needle->first) && matches_at(p + i, n - i, needle)) return true;
  }
  return false;
}
