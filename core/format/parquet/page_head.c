/* PageHeader (parquet.thrift). */
#include "format/parquet/pages.h"
#include "format/parquet/thrift.h"

typedef struct {
  int64_t values, rows, def_bytes, rep_bytes, packed, plain;
  bool seen; /* the header of this kind of page is there */
} sizes;

static void read_data(thrift *t, page_head *h, sizes *s) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: s->values = thrift_int(t, f.type); break;
    case 2: h->encoding = (uint8_t)thrift_int(t, f.type); break;
    case 3: h->def_encoding = (uint8_t)thrift_int(t, f.type); break;
    case 4: h->rep_encoding = (uint8_t)thrift_int(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
}

static void read_dictionary(thrift *t, page_head *h, sizes *s) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: s->values = thrift_int(t, f.type); break;
    case 2: h->encoding = (uint8_t)thrift_int(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
}

static void read_data_v2(thrift *t, page_head *h, sizes *s) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: s->values = thrift_int(t, f.type); break;
    case 3: s->rows = thrift_int(t, f.type); break;
    case 4: h->encoding = (uint8_t)thrift_int(t, f.type); break;
    case 5: s->def_bytes = thrift_int(t, f.type); break;
    case 6: s->rep_bytes = thrift_int(t, f.type); break;
    case 7: h->compressed = thrift_bool(t, f.type); break;
    default: thrift_skip(t, f.type); break;
    }
  }
}

/* One of the structs that only one kind of page has: fields 5, 7 and 8. */
static void read_kind(thrift *t, thrift_field f, page_head *h, sizes *s) {
  page_type type = f.id == 5 ? PAGE_DATA : f.id == 7 ? PAGE_DICTIONARY : PAGE_DATA_V2;
  if (f.type != THRIFT_STRUCT || h->type != type) {
    thrift_skip(t, f.type);
    return;
  }
  s->seen = true;
  thrift_enter(t);
  if (type == PAGE_DATA) read_data(t, h, s);
  if (type == PAGE_DICTIONARY) read_dictionary(t, h, s);
  if (type == PAGE_DATA_V2) read_data_v2(t, h, s);
  thrift_leave(t);
}

static void read_header(thrift *t, page_head *h, sizes *s) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1: h->type = (uint8_t)thrift_int(t, f.type); break;
    case 2: s->plain = thrift_int(t, f.type); break;
    case 3: s->packed = thrift_int(t, f.type); break;
    case 4:
      h->has_crc = true;
      h->crc = (uint32_t)thrift_int(t, f.type);
      break;
    case 5:
    case 7:
    case 8: read_kind(t, f, h, s); break;
    default: thrift_skip(t, f.type); break;
    }
  }
}

static bool fits(int64_t v) { return v >= 0 && v <= INT32_MAX; }

static bool keep_sizes(page_head *h, const sizes *s) {
  if (!fits(s->packed) || !fits(s->plain) || !fits(s->values) || !fits(s->rows)) return false;
  if (!fits(s->def_bytes) || !fits(s->rep_bytes)) return false;
  bool known = h->type == PAGE_DATA || h->type == PAGE_DICTIONARY || h->type == PAGE_DATA_V2;
  if (known && !s->seen) return false;
  if (s->def_bytes + s->rep_bytes > s->packed || s->def_bytes + s->rep_bytes > s->plain) return false;
  h->packed = (uint32_t)s->packed;
  h->plain = (uint32_t)s->plain;
  h->values = (uint32_t)s->values;
  h->rows = (uint32_t)s->rows;
  h->def_bytes = (uint32_t)s->def_bytes;
  h->rep_bytes = (uint32_t)s->rep_bytes;
  return true;
}

size_t page_head_read(const uint8_t *p, const uint8_t *end, page_head *h, bool *at_end) {
  thrift t = {.p = p, .end = end};
  sizes s = {.packed = -1, .plain = -1};
  *h = (page_head){.compressed = true, .type = 255, .first_row = UINT64_MAX};
  read_header(&t, h, &s);
  *at_end = t.bad && t.at_end;
  if (t.bad || !keep_sizes(h, &s)) return 0;
  return (size_t)(t.p - p);
}
