/* See leaf.h. The hot loop of reading: a page at a time, its levels in runs, its values dense, then spread. */
#include "format/parquet/leaf.h"

#include <string.h>

#include "format/parquet/bits.h"
#include "format/parquet/body.h"
#include "format/parquet/convert.h"
#include "format/parquet/spread.h"
#include "format/parquet/text_check.h"
#include "format/parquet/values.h"

typedef struct {
  const pq_node *node;
  const pq_chunk *of;
  const page_list *pages;
  arena *memory, *scratch;
  arena page; /* what lasts as long as a page */
  unpacker unpack;
  sonde_error *err;
  dictionary words;
  bool coded;     /* VEC_DICT */
  uint32_t width; /* of fixed values or codes; 0: bits or texts */
  uint32_t cap, slots, nulls;
  uint8_t *fixed;
  uint64_t *bits, *validity;
  uint32_t *offsets;
  texts text;
  bool text_exact; /* `text` has room for all pages */
  uint8_t *defs, *reps;
  uint32_t entries;
  bool *too_few; /* bytes of a page */
} leaf;

/* ---- the dictionary ---- */

static sonde_code read_words(leaf *l, const page_values *v) {
  dictionary *d = &l->words;
  uint32_t width = converted_bytes(l->node);
  if (width) {
    d->fixed = arena_array(l->scratch, v->n, width, l->err);
    return d->fixed ? values_fixed(v, d->fixed, l->err) : l->err->code;
  }
  texts t = {.memory = l->coded ? l->memory : l->scratch};
  d->offsets = arena_array(t.memory, (size_t)v->n + 1, sizeof *d->offsets, l->err);
  if (!d->offsets) return l->err->code;
  d->offsets[0] = 0;
  SONDE_TRY(values_texts(v, &t, d->offsets + 1, l->err));
  d->bytes = t.bytes;
  return SONDE_OK;
}

/* Before anything is reserved for n values: so many have to fit the page. */
static bool plausible(const page_values *v) {
  uint32_t least = physical_bytes(v->leaf);
  return (uint64_t)v->n * (least ? least : 4) <= (uint64_t)(v->end - v->p);
}

static sonde_code read_dictionary(leaf *l) {
  const page_head *h = &l->pages->dictionary;
  page_body b;
  if (!h->body || l->node->conversion <= PQ_AS_BOOL)
    return SONDE_OK; /* no values, or none that a dictionary has */
  SONDE_CHECK(h->encoding == ENCODING_PLAIN || h->encoding == ENCODING_PLAIN_DICTIONARY, l->err,
              SONDE_UNSUPPORTED, h->at, "a dictionary in encoding %u is not supported", h->encoding);
  SONDE_TRY(body_open(&l->unpack, l->of->codec, h, l->node, true, &b, l->err));
  page_values v = {.leaf = l->node, .p = b.p, .end = b.end, .n = h->values, .scratch = l->scratch};
  SONDE_CHECK(plausible(&v), l->err, SONDE_CORRUPT, h->at, "a dictionary has fewer values than it says");
  SONDE_TRY(read_words(l, &v));
  l->words.n = h->values;
  return SONDE_OK;
}

static bool all_coded(const page_list *pages) {
  bool worth = pages->wanted >= pages->dictionary.values; /* else the words are more than the rows */
  if (!pages->dictionary.body || !worth) return false;
  for (uint32_t i = 0; i < pages->n; i++)
    if (!is_dictionary_encoding(pages->data[i].encoding)) return false;
  return pages->n > 0;
}

/* Texts stay codes when every page has them and no word stands in the dictionary twice. */
static sonde_code prepare_dictionary(leaf *l) {
  bool text = l->node->conversion == PQ_AS_BYTES;
  l->coded = text && all_coded(l->pages);
  SONDE_TRY(read_dictionary(l));
  if (!l->coded) return SONDE_OK;
  texts t = {.memory = l->memory, .bytes = l->words.bytes, .len = l->words.offsets[l->words.n]};
  if (l->node->type.id == TYPE_TEXT) SONDE_TRY(texts_make_valid(&t, l->words.offsets, l->words.n, l->err));
  l->words.bytes = t.bytes;
  bool distinct;
  SONDE_TRY(texts_distinct(t.bytes, l->words.offsets, l->words.n, l->scratch, &distinct, l->err));
  l->coded = distinct;
  return SONDE_OK;
}

/* ---- room for all pages ---- */

static sonde_code reserve_texts(leaf *l) {
  uint64_t plain = 0;
  l->text_exact = true;
  for (uint32_t i = 0; i < l->pages->n; i++) {
    uint8_t encoding = l->pages->data[i].encoding;
    plain += l->pages->data[i].plain;
    bool bounded = (encoding == ENCODING_PLAIN && l->pages->data[i].wanted == l->pages->data[i].values) ||
                   encoding == ENCODING_DELTA_LENGTH_BYTE_ARRAY || encoding == ENCODING_BYTE_STREAM_SPLIT;
    l->text_exact = l->text_exact && bounded;
  }
  l->text = (texts){.memory = l->text_exact ? l->memory : l->scratch};
  SONDE_CHECK(plain < UINT32_MAX, l->err, SONDE_LIMIT, 0,
              "the texts of one column of a row group have more than 4 GB");
  l->offsets = arena_array(l->memory, (size_t)l->cap + 1, sizeof *l->offsets, l->err);
  if (!l->offsets) return l->err->code;
  l->offsets[0] = 0;
  return l->text_exact ? texts_reserve(&l->text, (size_t)plain, l->err) : SONDE_OK;
}

static sonde_code reserve_levels(leaf *l) {
  if (l->node->max_def) l->defs = arena_alloc(l->scratch, l->cap, l->err);
  if (l->node->max_rep) l->reps = arena_alloc(l->scratch, l->cap, l->err);
  bool fine = (!l->node->max_def || l->defs) && (!l->node->max_rep || l->reps);
  return fine ? SONDE_OK : l->err->code;
}

static sonde_code reserve(leaf *l, bool nested) {
  SONDE_CHECK(l->pages->wanted < UINT32_MAX, l->err, SONDE_LIMIT, 0, "a column chunk has too many values");
  l->cap = (uint32_t)l->pages->wanted;
  size_t words = bits_words(l->cap) * 8;
  if (nested) SONDE_TRY(reserve_levels(l));
  if (l->node->max_def) {
    l->validity = arena_zero(l->memory, words, l->err);
    if (!l->validity) return l->err->code;
  }
  if (l->node->conversion == PQ_AS_NULL) return SONDE_OK;
  uint32_t code_width = l->words.n <= 256 ? 1 : l->words.n <= 65536 ? 2 : 4;
  l->width = l->coded ? code_width : converted_bytes(l->node);
  if (l->width) {
    l->fixed = arena_array(l->memory, l->cap, l->width, l->err);
    return l->fixed ? SONDE_OK : l->err->code;
  }
  if (l->node->conversion == PQ_AS_BYTES) return reserve_texts(l);
  l->bits = arena_zero(l->memory, words, l->err);
  return l->bits ? SONDE_OK : l->err->code;
}

/* ---- levels ---- */

static sonde_code bad_levels(leaf *l, const page_head *h) {
  return status_set(l->err, SONDE_CORRUPT, h->at, "the levels of the page at byte %llu are damaged",
                    (unsigned long long)h->at);
}

/* Entries of a leaf in a list or struct to slots. */
static void slots_of(leaf *l, const uint8_t *defs, uint32_t n, uint32_t *slots, uint32_t *valid) {
  uint8_t slot_def = l->node->slot_def, max_def = l->node->max_def;
  uint32_t at = l->slots, set = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (defs[i] < slot_def) continue;
    bool present = defs[i] == max_def;
    bits_put(l->validity, at++, present);
    set += present;
  }
  *slots = at - l->slots;
  *valid = set;
}

/* How many slots the page adds, and how many of them have values; their bits are in l->validity then. */
static sonde_code read_levels(leaf *l, const page_head *h, const page_body *b, uint32_t *slots,
                              uint32_t *valid) {
  uint32_t n = h->wanted - h->skipped;
  *slots = *valid = n;
  if (l->reps && !levels_read(&b->reps, l->reps + l->entries, n)) return bad_levels(l, h);
  if (l->defs) {
    if (!levels_read(&b->defs, l->defs + l->entries, n)) return bad_levels(l, h);
    slots_of(l, l->defs + l->entries, n, slots, valid);
  } else if (l->validity) {
    *valid = levels_read_bits(&b->defs, l->validity, l->slots, n);
    if (*valid == UINT32_MAX) return bad_levels(l, h);
  }
  return SONDE_OK;
}

/* The same behind entries that are skipped, *skipped of which have values. A list's are not. */
static sonde_code read_later_levels(leaf *l, const page_head *h, const page_body *b, uint32_t *slots,
                                    uint32_t *valid, uint32_t *skipped) {
  uint32_t n = h->wanted - h->skipped;
  uint8_t *defs = arena_alloc(&l->page, h->wanted, l->err);
  if (!defs) return l->err->code;
  if (!levels_read(&b->defs, defs, h->wanted)) return bad_levels(l, h);
  *skipped = 0;
  for (uint32_t i = 0; i < h->skipped; i++) *skipped += defs[i] == l->node->max_def;
  if (l->defs) memcpy(l->defs + l->entries, defs + h->skipped, n);
  slots_of(l, defs + h->skipped, n, slots, valid);
  return SONDE_OK;
}

/* ---- values ---- */

static sonde_code bad_codes(leaf *l, const page_head *h) {
  return status_set(l->err, SONDE_CORRUPT, h->at,
                    "the page at byte %llu has dictionary codes that are damaged or have no word",
                    (unsigned long long)h->at);
}

static sonde_code read_fixed(leaf *l, const page_head *h, const page_values *v, uint32_t slots) {
  uint8_t *out = l->fixed + (size_t)l->slots * l->width;
  if (l->coded) {
    if (!codes_narrow(l->words.n, l->width, v, out)) return bad_codes(l, h);
  } else if (is_dictionary_encoding(h->encoding)) {
    if (!codes_gather(&l->words, l->width, v, out)) return bad_codes(l, h);
  } else {
    SONDE_TRY(values_fixed(v, out, l->err));
  }
  if (v->n < slots) spread_fixed(out, l->width, l->validity, l->slots, slots, v->n);
  return SONDE_OK;
}

static sonde_code read_bits(leaf *l, const page_values *v, uint32_t slots) {
  if (v->n == slots) return values_bits(v, l->bits, l->slots, l->err);
  uint64_t *dense = arena_zero(v->scratch, bits_words(v->n) * 8, l->err);
  if (!dense) return l->err->code;
  SONDE_TRY(values_bits(v, dense, 0, l->err));
  spread_bits(l->bits, dense, l->validity, l->slots, slots);
  return SONDE_OK;
}

/* Words of the dictionary, written out: another page of the chunk has none. */
static sonde_code copy_words(leaf *l, const page_head *h, const page_values *v, uint32_t *ends) {
  const dictionary *d = &l->words;
  uint32_t *codes = arena_array(v->scratch, v->n, sizeof *codes, l->err);
  uint64_t bytes = 0;
  if (!codes) return l->err->code;
  if (!codes_narrow(d->n, 4, v, codes)) return bad_codes(l, h);
  for (uint32_t i = 0; i < v->n; i++) bytes += d->offsets[codes[i] + 1] - d->offsets[codes[i]];
  SONDE_CHECK(bytes < UINT32_MAX, l->err, SONDE_LIMIT, h->at, "the texts of one page have more than 4 GB");
  SONDE_TRY(texts_reserve(&l->text, (size_t)bytes, l->err));
  for (uint32_t i = 0; i < v->n; i++) {
    size_t n = d->offsets[codes[i] + 1] - d->offsets[codes[i]];
    if (n) memcpy(l->text.bytes + l->text.len, d->bytes + d->offsets[codes[i]], n);
    ends[i] = (uint32_t)(l->text.len += n);
  }
  return SONDE_OK;
}

static sonde_code read_texts(leaf *l, const page_head *h, const page_values *v, uint32_t slots) {
  uint32_t begin = l->offsets[l->slots], *ends = l->offsets + l->slots + 1;
  if (is_dictionary_encoding(h->encoding))
    SONDE_TRY(copy_words(l, h, v, ends));
  else
    SONDE_TRY(values_texts(v, &l->text, ends, l->err));
  if (v->n < slots) spread_ends(ends, begin, l->validity, l->slots, slots, v->n);
  return SONDE_OK;
}

static sonde_code read_body(leaf *l, const page_head *h, bool whole, page_body *b) {
  uint32_t slots = 0, valid = 0, skipped = h->skipped;
  SONDE_TRY(body_open(&l->unpack, l->of->codec, h, l->node, whole, b, l->err));
  if (skipped && l->node->max_def)
    SONDE_TRY(read_later_levels(l, h, b, &slots, &valid, &skipped));
  else
    SONDE_TRY(read_levels(l, h, b, &slots, &valid));
  page_values v = {l->node, h->encoding, b->p, b->end, valid, &l->page, skipped};
  if (l->width)
    SONDE_TRY(read_fixed(l, h, &v, slots));
  else if (l->bits)
    SONDE_TRY(read_bits(l, &v, slots));
  else if (l->offsets)
    SONDE_TRY(read_texts(l, h, &v, slots));
  l->entries += h->wanted - h->skipped;
  l->slots += slots;
  l->nulls += slots - valid;
  return SONDE_OK;
}

/* What a first look at the begin of the page wrote is the begin of what the second one writes. */
static sonde_code read_page(leaf *l, const page_head *h) {
  page_body b;
  size_t text_len = l->text.len;
  sonde_code code = read_body(l, h, false, &b);
  if (code != SONDE_CORRUPT || !b.cut) return code;
  l->text.len = text_len;
  *l->err = (sonde_error){0};
  if (h->here == h->packed) return read_body(l, h, true, &b);
  *l->too_few = true;
  return SONDE_OK;
}

/* ---- the vec ---- */

static sonde_code finish_texts(leaf *l, vec *v) {
  if (!l->text_exact) {
    l->text.bytes = arena_copy(l->memory, l->text.bytes, l->text.len, l->err);
    if (!l->text.bytes) return l->err->code;
    l->text.memory = l->memory;
  }
  if (l->node->type.id == TYPE_TEXT) SONDE_TRY(texts_make_valid(&l->text, l->offsets, l->slots, l->err));
  v->offsets = l->offsets;
  v->bytes = l->text.bytes;
  return SONDE_OK;
}

static sonde_code finish(leaf *l, vec *v) {
  *v = converted_vec(l->node);
  v->rows = l->slots;
  v->nulls = l->nulls;
  v->validity = l->nulls ? l->validity : NULL;
  if (l->node->conversion == PQ_AS_NULL || l->nulls == l->slots) {
    *v = (vec){.type = v->type, .form = VEC_NULL, .rows = l->slots, .nulls = l->slots};
    return SONDE_OK;
  }
  if (l->coded) {
    v->form = VEC_DICT;
    v->width = (uint8_t)l->width;
    v->n_values = l->words.n;
    v->offsets = l->words.offsets;
    v->bytes = l->words.bytes;
  }
  if (l->offsets) return finish_texts(l, v);
  v->data = l->fixed ? (const void *)l->fixed : l->bits;
  return SONDE_OK;
}

static sonde_code read_all(leaf *l, bool nested, leaf_data *out) {
  SONDE_TRY(prepare_dictionary(l));
  SONDE_TRY(reserve(l, nested));
  for (uint32_t i = 0; i < l->pages->n && !*l->too_few; i++) {
    arena_reset(&l->page);
    SONDE_TRY(read_page(l, &l->pages->data[i]));
  }
  if (*l->too_few) return SONDE_OK;
  *out = (leaf_data){.node = l->node, .defs = l->defs, .reps = l->reps, .entries = l->entries};
  return finish(l, &out->values);
}

sonde_code leaf_read(const pq_piece *piece, uint32_t number, const page_list *pages, bool nested,
                     arena *memory, arena *scratch, leaf_data *out, bool *too_few, sonde_error *err) {
  leaf l = {.node = piece->leaves[number],
            .of = &piece->chunks[number],
            .pages = pages,
            .memory = memory,
            .scratch = scratch,
            .too_few = too_few,
            .err = err};
  *too_few = false;
  l.unpack.codecs.memory = scratch;
  arena_init(&l.page, scratch->mem);
  sonde_code code = read_all(&l, nested, out);
  arena_free(&l.page);
  return code;
}
