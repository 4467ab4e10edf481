/* See text_column.h. */
#include "exec/store/text_column.h"

#include "exec/store/col_vec.h"

#define DICTIONARY_MAX 65536u /* texts, so that codes have two bytes */
#define TRIAL_TEXTS 4096u     /* before that many texts nothing is decided */
#define NO_CODE UINT32_MAX    /* of a null */

void text_column_init(text_column *t, mem *m) {
  *t = (text_column){.mem = m, .epoch = 1};
  intern_init(&t->texts, m);
  buf_init(&t->bytes, m, UINT32_MAX);
}

void text_column_free(text_column *t) {
  mem_free(t->mem, t->codes, t->codes_cap * sizeof *t->codes);
  mem_free(t->mem, t->known, t->known_cap * sizeof *t->known);
  mem_free(t->mem, t->ends, t->ends_cap * sizeof *t->ends);
  intern_free(&t->texts);
  buf_free(&t->bytes);
}

static void forget_codes(text_column *t) {
  t->epoch++;
  t->dict_id = 0;
}

void text_column_clear(text_column *t) {
  intern_clear(&t->texts);
  buf_clear(&t->bytes);
  forget_codes(t);
  t->coded_bytes = 0;
  t->rows = 0;
  t->plain = false;
}

/* ---- one text a row ---- */

/* Most texts are short: two overlapping words hold up to 16 bytes. */
static inline void copy_text(char *to, sonde_str s) {
  uint64_t first, last;
  if (s.len < 8 || s.len > 16) {
    memcpy(to, s.ptr, s.len);
    return;
  }
  memcpy(&first, s.ptr, 8);
  memcpy(&last, s.ptr + s.len - 8, 8);
  memcpy(to, &first, 8);
  memcpy(to + s.len - 8, &last, 8);
}

static uint64_t total_length(const sonde_str *texts, const uint8_t *valid, uint32_t n) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += !valid || valid[i] ? texts[i].len : 0;
  return sum;
}

static sonde_code add_texts(text_column *t, const sonde_str *texts, const uint8_t *valid, uint32_t first,
                            uint32_t n, sonde_error *err) {
  uint64_t more = total_length(texts, valid, n);
  SONDE_CHECK(more <= UINT32_MAX - t->bytes.len, err, SONDE_LIMIT, 0,
              "a block of a result has more than 4 GB of text");
  SONDE_TRY(grow(t->mem, &t->ends, &t->ends_cap, (uint64_t)first + n, sizeof *t->ends, err));
  uint32_t at = (uint32_t)t->bytes.len;
  if (more && !buf_extend(&t->bytes, (size_t)more)) return buf_status(&t->bytes, err);
  char *bytes = (char *)t->bytes.data;
  for (uint32_t i = 0; i < n; i++) {
    if ((!valid || valid[i]) && texts[i].len) {
      copy_text(bytes + at, texts[i]);
      at += (uint32_t)texts[i].len;
    }
    t->ends[first + i] = at;
  }
  return SONDE_OK;
}

static sonde_code add_plain(text_column *t, const col *from, uint32_t n, arena *scratch, sonde_error *err) {
  col flat;
  SONDE_TRY(col_flatten(from, n, &flat, scratch, err));
  SONDE_TRY(add_texts(t, flat.data, flat.valid, t->rows, n, err));
  t->rows += n;
  return SONDE_OK;
}

/* The text of each row so far; nulls are empty. */
static sonde_code decode(const text_column *t, arena *scratch, sonde_str **out, sonde_error *err) {
  *out = arena_array(scratch, t->rows, sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < t->rows; i++)
    (*out)[i] = t->codes[i] == NO_CODE ? (sonde_str){"", 0} : intern_get(&t->texts, t->codes[i]);
  return SONDE_OK;
}

static sonde_code become_plain(text_column *t, arena *scratch, sonde_error *err) {
  sonde_str *texts;
  SONDE_TRY(decode(t, scratch, &texts, err));
  SONDE_TRY(add_texts(t, texts, NULL, 0, t->rows, err));
  t->plain = true;
  intern_clear(&t->texts);
  return SONDE_OK;
}

/* ---- a dictionary ---- */

static sonde_code code_of(text_column *t, sonde_str s, uint32_t *out, sonde_error *err) {
  uint32_t had = t->texts.n, number = intern_find(&t->texts, s, hash_bytes(s.ptr, s.len), true, err);
  if (!number) return err->code;
  if (t->texts.n > had) t->coded_bytes += s.len;
  *out = number - 1;
  return SONDE_OK;
}

static sonde_code know_dictionary(text_column *t, const col *from, sonde_error *err) {
  if (from->dict_id && from->dict_id == t->dict_id) return SONDE_OK;
  uint32_t had = t->known_cap;
  SONDE_TRY(grow(t->mem, &t->known, &t->known_cap, from->dict_rows, sizeof *t->known, err));
  if (t->known_cap > had) memset(t->known + had, 0, (t->known_cap - had) * sizeof *t->known);
  forget_codes(t);
  t->dict_id = from->dict_id;
  return SONDE_OK;
}

static sonde_code add_codes(text_column *t, const col *from, uint32_t n, uint32_t *out, sonde_error *err) {
  const uint32_t *codes = from->data;
  const sonde_str *texts = from->dict->data;
  SONDE_TRY(know_dictionary(t, from, err));
  for (uint32_t i = 0; i < n; i++) {
    if (!col_valid(from, i)) {
      out[i] = NO_CODE;
      continue;
    }
    known_code *k = &t->known[codes[i]];
    if (k->epoch != t->epoch) {
      SONDE_TRY(code_of(t, texts[codes[i]], &k->code, err));
      k->epoch = t->epoch;
    }
    out[i] = k->code;
  }
  return SONDE_OK;
}

static sonde_code add_constant(text_column *t, const col *from, uint32_t n, uint32_t *out, sonde_error *err) {
  uint32_t code = NO_CODE;
  if (col_valid(from, 0)) SONDE_TRY(code_of(t, *(const sonde_str *)from->data, &code, err));
  for (uint32_t i = 0; i < n; i++) out[i] = code;
  return SONDE_OK;
}

static bool repeats(const text_column *t, uint32_t few) {
  return t->texts.n <= few || (t->texts.n <= t->rows / 2 && t->texts.n <= DICTIONARY_MAX);
}

static sonde_code add_coded(text_column *t, const col *from, uint32_t n, arena *scratch, sonde_error *err) {
  SONDE_TRY(grow(t->mem, &t->codes, &t->codes_cap, (uint64_t)t->rows + n, sizeof *t->codes, err));
  uint32_t *out = t->codes + t->rows;
  SONDE_TRY(from->form == COL_CONST ? add_constant(t, from, n, out, err) : add_codes(t, from, n, out, err));
  t->rows += n;
  return repeats(t, TRIAL_TEXTS) ? SONDE_OK : become_plain(t, scratch, err);
}

static bool comes_as_codes(const col *c) {
  return c->form == COL_CONST || (c->form == COL_DICT && c->dict_rows <= DICTIONARY_MAX);
}

sonde_code text_column_add(text_column *t, const col *from, uint32_t n, arena *scratch, sonde_error *err) {
  if (!t->plain && comes_as_codes(from)) return add_coded(t, from, n, scratch, err);
  if (!t->plain) SONDE_TRY(become_plain(t, scratch, err));
  return add_plain(t, from, n, scratch, err);
}

/* ---- blocks out ---- */

static sonde_code store_codes(const text_column *t, vec *out, arena *keep, arena *scratch, sonde_error *err) {
  out->form = VEC_DICT;
  out->n_values = t->texts.n;
  out->width = t->texts.n <= 256 ? 1 : 2;
  void *data = arena_array(keep, t->rows, out->width, err);
  if (!data) return err->code;
#define NARROW(T)                                                                                            \
  for (uint32_t i = 0; i < t->rows; i++) ((T *)data)[i] = (T)(t->codes[i] == NO_CODE ? 0 : t->codes[i])
  if (out->width == 1)
    NARROW(uint8_t);
  else
    NARROW(uint16_t);
#undef NARROW
  out->data = data;
  const sonde_str *texts = intern_list(&t->texts, scratch, err);
  return texts ? vec_put_texts(out, texts, NULL, t->texts.n, keep, err) : err->code;
}

static sonde_code store_plain(const text_column *t, vec *out, arena *keep, sonde_error *err) {
  uint32_t *offsets = arena_array(keep, (size_t)t->rows + 1, sizeof *offsets, err);
  out->form = VEC_TEXT;
  out->offsets = offsets;
  out->bytes = arena_copy(keep, t->bytes.data, t->bytes.len, err);
  if (!offsets || !out->bytes) return err->code;
  offsets[0] = 0;
  if (t->rows) memcpy(offsets + 1, t->ends, t->rows * sizeof *offsets);
  return SONDE_OK;
}

sonde_code text_column_store(const text_column *t, vec *out, arena *keep, arena *scratch, sonde_error *err) {
  sonde_str *texts;
  if (t->plain) return store_plain(t, out, keep, err);
  if (repeats(t, 0)) return store_codes(t, out, keep, scratch, err);
  SONDE_TRY(decode(t, scratch, &texts, err));
  out->form = VEC_TEXT;
  return vec_put_texts(out, texts, NULL, t->rows, keep, err);
}
