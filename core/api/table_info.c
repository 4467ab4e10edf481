/* A table as JSON: TableInfo of the TypeScript API. */
#include <string.h>

#include "api/engine.h"
#include "codec/codec.h"
#include "exec/refs.h"
#include "exec/value_text.h"

#define EXTREME_CHARS 64u
#define TYPE_TEXT_MAX ((size_t)1 << 20)

static void put_text(buf *b, const char *name, const char *value) {
  buf_printf(b, ",\"%s\":", name);
  json_put_cstr(b, value);
}

/* The first characters (code points) of a text. */
static sonde_str beginning(sonde_str s) {
  size_t at = 0;
  for (uint32_t chars = 0; at < s.len; at++) {
    bool begins = ((uint8_t)s.ptr[at] & 0xC0) != 0x80;
    if (begins && chars++ == EXTREME_CHARS) break;
  }
  return (sonde_str){s.ptr, at};
}

static void put_extreme(buf *b, const char *name, const column_stats *s, bool high) {
  char room[VALUE_TEXT_MAX];
  sonde_str text;
  buf_printf(b, ",\"%s\":", name);
  value_family family = family_of(s->form.type);
  if (s->values == 0 || family == FAMILY_SHOWN || s->form.type.id == TYPE_BLOB) {
    buf_put(b, "null", 4);
    return;
  }
  if (family == FAMILY_TEXT) {
    text = high ? (sonde_str){s->max_text, s->max_len} : (sonde_str){s->min_text, s->min_len};
    text = beginning(text);
  } else if (family == FAMILY_DECIMAL) {
    int128 v = high ? s->max_i128 : s->min_i128;
    text = (sonde_str){room, number_format_int128(v, s->form.type.scale, room)};
  } else if (family == FAMILY_DOUBLE) {
    text = double_text(high ? s->max_f64 : s->min_f64, s->form.type, room);
  } else {
    text = i64_text(high ? s->max_i64 : s->min_i64, s->form.type, room);
  }
  json_put_str(b, text);
}

static void put_stats(buf *b, const column_stats *s) {
  value_family family = family_of(s->form.type);
  bool number = s->form.type.id == TYPE_INT64 || family == FAMILY_DOUBLE || family == FAMILY_DECIMAL;
  buf_printf(b, ",\"stats\":{\"nulls\":%llu", (unsigned long long)s->nulls);
  put_extreme(b, "min", s, false);
  put_extreme(b, "max", s, true);
  buf_printf(b, ",\"mean\":");
  if (number && s->values)
    json_put_double(b, stats_sum(s) / (double)s->values);
  else
    buf_put(b, "null", 4);
  buf_printf(b, ",\"sum\":");
  if (number)
    json_put_double(b, stats_sum(s));
  else
    buf_put(b, "null", 4);
  double distinct = s->sketch ? sketch_estimate(s->sketch) : 0;
  if (distinct > (double)s->values) distinct = (double)s->values;
  buf_printf(b, ",\"distinct\":%llu}", (unsigned long long)(distinct + 0.5));
}

/* What Parquet calls the column's type; "" where that says no more than its type, or files differ in it. */
static sonde_str type_text(const table *t, uint32_t c) {
  const pq_column *first = table_parquet_column(t, c);
  sonde_str text = first ? first->type_text : (sonde_str){"", 0};
  for (uint32_t i = 0; first && i < t->n_members; i++) {
    const member *m = &t->members[i];
    if (!ref_is_stored(&m->refs[c])) continue;
    const pq_column *x = table_parquet_column(m->table, m->refs[c].stored);
    bool same = x && x->type_text.len == text.len && memcmp(x->type_text.ptr, text.ptr, text.len) == 0;
    if (!same) return (sonde_str){"", 0};
  }
  return text;
}

static void put_type_text(const table *t, uint32_t c, buf *b) {
  sonde_str known = type_text(t, c);
  buf text;
  buf_init(&text, b->mem, TYPE_TEXT_MAX);
  if (t->format == FORMAT_MEMORY) {
    sql_type_print(&t->sql_types[c], &text);
    known = (sonde_str){(const char *)text.data, text.len};
  }
  if (known.len) {
    buf_printf(b, ",\"typeText\":");
    json_put_str(b, known);
  }
  buf_free(&text);
}

static void put_columns(const table *t, buf *b) {
  buf_printf(b, ",\"columns\":[");
  for (uint32_t c = 0; c < t->columns; c++) {
    buf_printf(b, "%s{\"name\":", c ? "," : "");
    json_put_str(b, t->names[c]);
    put_text(b, "type", type_name((type_id)t->forms[c].type.id));
    put_type_text(t, c, b);
    if (t->forms[c].type.id == TYPE_DECIMAL || t->forms[c].type.scale)
      buf_printf(b, ",\"scale\":%u", t->forms[c].type.scale);
    if (t->profiled) put_stats(b, &t->stats[c]);
    buf_u8(b, '}');
  }
  buf_u8(b, ']');
}

static void put_guesses(const table *t, buf *b) {
  buf_printf(b, ",\"guesses\":[");
  bool first = true;
  for (int i = 0; i < CSV_GUESSES; i++) {
    const csv_guess *g = &t->sniffed.guesses[i];
    if (!g->setting) continue;
    buf_printf(b, "%s{\"setting\":\"%s\",\"value\":", first ? "" : ",", g->setting);
    first = false;
    json_put_str(b, g->value);
    buf_printf(b, ",\"reason\":");
    json_put_str(b, g->reason);
    if (g->runner_value.ptr && g->runner_reason.len) {
      buf_printf(b, ",\"runnerUp\":{\"value\":");
      json_put_str(b, g->runner_value);
      buf_printf(b, ",\"reason\":");
      json_put_str(b, g->runner_reason);
      buf_u8(b, '}');
    }
    buf_printf(b, ",\"overridden\":%s}", g->overridden ? "true" : "false");
  }
  buf_u8(b, ']');
}

static void put_files(const table *t, buf *b) {
  for (uint32_t i = 0; i < t->n_members; i++) {
    buf_printf(b, i ? "," : ",\"files\":[");
    json_put_str(b, t->members[i].table->name);
  }
  if (t->n_members) buf_u8(b, ']');
}

static uint64_t estimate(const table *t) {
  if (t->indexed) return t->rows;
  double bytes = t->sniffed.row_bytes, rest = (double)t->size - (double)t->sniffed.dialect.data_at;
  return bytes > 0 && rest > 0 ? (uint64_t)(rest / bytes + 0.5) : 0;
}

void table_info(const table *t, buf *b) {
  static const char *const kinds[] = {"none", "gzip", "zstd"};
  static const char *const formats[] = {"csv", "parquet", "query"};
  buf_printf(b, "{\"table\":%u,\"id\":%u,\"name\":", t->id, t->id);
  json_put_str(b, t->name);
  buf_printf(b, ",\"format\":\"%s\"", formats[t->format]);
  if (t->format == FORMAT_PARQUET) {
    buf_printf(b, ",\"parquet\":{\"rowGroups\":%u,\"createdBy\":", t->parquet.n_groups);
    json_put_str(b, t->parquet.created_by);
    buf_u8(b, '}');
  }
  buf_printf(b, ",\"bytes\":%llu,\"compression\":\"%s\",\"needs_inflate\":%s", (unsigned long long)t->size,
             kinds[t->compression], t->compression && !t->source ? "true" : "false");
  put_files(t, b);
  put_columns(t, b);
  put_guesses(t, b);
  buf_printf(b, ",\"rows\":{\"count\":%llu,\"exact\":%s},\"badRows\":%llu,\"state\":\"%s\"}",
             (unsigned long long)estimate(t), t->indexed ? "true" : "false", (unsigned long long)t->n_bad,
             t->imported  ? "imported"
             : t->indexed ? "indexed"
                          : "sniffed");
}
