/* Decides the encoding of a head and makes it UTF-8 text. */
#include "base/utf8.h"
#include "format/csv/sniff_parts.h"

typedef struct {
  csv_encoding encoding;
  size_t bom;
} found;

static const char *const encoding_names[] = {"utf-8", "utf-16le", "utf-16be", "windows-1252"};

static found byte_order_mark(csv_span h) {
  const uint8_t *b = h.bytes;
  if (h.len >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF) return (found){CSV_UTF8, 3};
  if (h.len >= 2 && b[0] == 0xFF && b[1] == 0xFE) return (found){CSV_UTF16LE, 2};
  if (h.len >= 2 && b[0] == 0xFE && b[1] == 0xFF) return (found){CSV_UTF16BE, 2};
  return (found){CSV_UTF8, 0};
}

/* In UTF-16 every ASCII character has a zero byte: after it in little, before it in big endian. Delimiters, digits and
 * line ends make enough of them in any language; one in eight is asked for, and next to none in the other place. */
static csv_encoding utf16_by_zeros(csv_span h) {
  size_t pairs = (h.len < 4096 ? h.len : 4096) / 2, zero[2] = {0}, letters = 0;
  for (size_t i = 0; i < pairs * 2; i += 2) {
    uint8_t a = h.bytes[i], b = h.bytes[i + 1];
    zero[0] += a == 0;
    zero[1] += b == 0;
    letters += a >= 0x20 && a < 0x7F && b >= 0x20 && b < 0x7F;
  }
  if (letters * 4 > pairs) return CSV_UTF8; /* text of one byte a character, with zeros in it */
  if (zero[1] * 8 > pairs && zero[0] * 16 <= zero[1]) return CSV_UTF16LE;
  if (zero[0] * 8 > pairs && zero[1] * 16 <= zero[0]) return CSV_UTF16BE;
  return CSV_UTF8;
}

typedef struct {
  size_t ascii, good, bad, first_bad; /* good: sequences of several bytes */
} utf8_look;

static utf8_look look_at_utf8(csv_span h) {
  const char *p = (const char *)h.bytes;
  size_t n = h.len - (h.last ? 0 : utf8_incomplete_tail(p, h.len));
  utf8_look look = {.first_bad = SIZE_MAX};
  for (size_t at = 0; at < n;) {
    uint32_t cp;
    bool valid;
    if ((uint8_t)p[at] < 0x80) {
      look.ascii++;
      at++;
      continue;
    }
    size_t len = utf8_decode(p + at, n - at, &cp, &valid);
    look.good += valid;
    look.bad += !valid;
    if (!valid && look.first_bad == SIZE_MAX) look.first_bad = at;
    at += len;
  }
  return look;
}

static const char *head_name(csv_span h) { return h.last ? "the file" : "the start of the file"; }

static bool guess_utf8_or_1252(csv_span h, csv_encoding *out, arena *memory, csv_guess *why,
                               sonde_error *err) {
  utf8_look look = look_at_utf8(h);
  unsigned long long at = look.first_bad;
  *out = CSV_UTF8;
  if (look.good + look.bad == 0)
    return sniff_say(memory, &why->reason, err, "%s is plain ASCII", head_name(h));
  if (look.bad == 0) {
    return sniff_say(memory, &why->reason, err, "%s is valid UTF-8 (%zu characters beyond ASCII)",
                     head_name(h), look.good);
  }
  /* Text of Windows-1252 hardly ever happens to form UTF-8 sequences, so a few bad bytes among many are damage. */
  if (look.good > 4 * look.bad) {
    why->runner_value = sniff_text_of(encoding_names[CSV_WINDOWS_1252]);
    return sniff_say(memory, &why->reason, err,
                     "%zu characters are valid UTF-8; %zu are damaged, the first at byte %llu", look.good,
                     look.bad, at) &&
           sniff_say(memory, &why->runner_reason, err, "byte %llu (0x%02X) is not valid UTF-8", at,
                     h.bytes[look.first_bad]);
  }
  *out = CSV_WINDOWS_1252;
  why->runner_value = sniff_text_of(encoding_names[CSV_UTF8]);
  return sniff_say(memory, &why->reason, err, "byte %llu (0x%02X) is not valid UTF-8", at,
                   h.bytes[look.first_bad]) &&
         sniff_say(memory, &why->runner_reason, err, "%zu such bytes would be unreadable", look.bad);
}

static bool guess_encoding(csv_span h, csv_encoding *out, arena *memory, csv_guess *why, sonde_error *err) {
  found mark = byte_order_mark(h);
  *out = mark.encoding;
  if (mark.bom) return sniff_say(memory, &why->reason, err, "the file begins with its byte order mark");
  *out = utf16_by_zeros(h);
  if (*out == CSV_UTF8) return guess_utf8_or_1252(h, out, memory, why, err);
  return sniff_say(memory, &why->reason, err,
                   "every other byte is zero, as in UTF-16 text, though there is no byte order mark");
}

/* The mark is passed over also when the encoding was fixed, if it is that encoding's. */
static void skip_mark(csv_span h, sniff_text *out) {
  found mark = byte_order_mark(h);
  out->bom = mark.encoding == out->encoding ? mark.bom : 0;
}

static sonde_code to_text(csv_span h, arena *scratch, sniff_text *out, sonde_error *err) {
  const uint8_t *p = h.bytes + out->bom;
  size_t n = h.len - (size_t)out->bom, used;
  out->p = (const char *)p;
  out->n = n;
  if (out->encoding == CSV_UTF8) return SONDE_OK;
  text_encoding encoding = (text_encoding)out->encoding;
  char *text = arena_alloc(scratch, text_to_utf8_max(encoding, n), err);
  if (!text) return SONDE_NOMEM;
  out->n = text_to_utf8(encoding, p, n, h.last, text, &used);
  out->p = text;
  return SONDE_OK;
}

sonde_code sniff_decode(csv_span head, const csv_overrides *o, arena *scratch, arena *memory, sniff_text *out,
                        csv_guess *why, sonde_error *err) {
  csv_encoding encoding = (csv_encoding)(o->value.encoding & 3);
  why->overridden = o->set & CSV_SET_ENCODING;
  if (!why->overridden && !guess_encoding(head, &encoding, memory, why, err)) return SONDE_NOMEM;
  *out = (sniff_text){.whole = head.last, .encoding = (uint8_t)encoding, .source_len = head.len};
  why->value = sniff_text_of(encoding_names[encoding]);
  skip_mark(head, out);
  return to_text(head, scratch, out, err);
}

uint64_t sniff_source(const sniff_text *t, size_t at) {
  uint64_t offset = t->bom + text_source_bytes((text_encoding)t->encoding, t->p, at);
  return offset < t->source_len ? offset : t->source_len;
}
