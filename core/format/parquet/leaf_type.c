/* Physical and logical type of a leaf as ours: LogicalTypes.md. */
#include "format/parquet/schema.h"

static void set(pq_node *n, type_id id, uint8_t scale, pq_conversion how) {
  n->type = (column_type){.id = (uint8_t)id, .scale = scale};
  n->conversion = (uint8_t)how;
}

static void by_physical(pq_node *n) {
  switch (n->physical) {
  case PQ_BOOLEAN: set(n, TYPE_BOOL, 0, PQ_AS_BOOL); break;
  case PQ_INT32: set(n, TYPE_INT64, 0, PQ_AS_INT32); break;
  case PQ_INT64: set(n, TYPE_INT64, 0, PQ_AS_INT64); break;
  case PQ_INT96: set(n, TYPE_TIMESTAMP, 0, PQ_AS_INT96); break;
  case PQ_FLOAT: set(n, TYPE_FLOAT, 0, PQ_AS_FLOAT); break;
  case PQ_DOUBLE: set(n, TYPE_DOUBLE, 0, PQ_AS_DOUBLE); break;
  default: set(n, TYPE_BLOB, 0, PQ_AS_BYTES); break;
  }
}

static bool is_bytes(const pq_node *n) { return n->physical == PQ_BYTE_ARRAY || n->physical == PQ_FIXED; }
static bool is_whole(const pq_node *n) { return n->physical == PQ_INT32 || n->physical == PQ_INT64; }

#define UINT64_DIGITS 20u

static void set_decimal(const pq_element *e, pq_node *n) {
  if (!is_bytes(n) && !is_whole(n)) return;
  if (e->scale < 0 || e->scale > 255 || e->precision < 0) return;
  if (e->precision > 38 || e->scale > 38) {
    if (is_bytes(n)) set(n, TYPE_DOUBLE, (uint8_t)e->scale, PQ_AS_WIDE_DECIMAL);
    return;
  }
  set(n, TYPE_DECIMAL, (uint8_t)e->scale, PQ_AS_DECIMAL);
  n->precision = (uint8_t)e->precision;
}

static void set_time(const pq_element *e, pq_node *n) {
  type_id id = e->logical == LOGICAL_TIME ? TYPE_TIME : e->utc ? TYPE_TIMESTAMPTZ : TYPE_TIMESTAMP;
  uint8_t scale = e->unit == UNIT_NANOS ? SCALE_NANOS : 0;
  if (n->physical == PQ_INT32 && e->unit == UNIT_MILLIS && id == TYPE_TIME) set(n, id, 0, PQ_AS_MILLIS32);
  if (n->physical == PQ_INT64) set(n, id, scale, e->unit == UNIT_MILLIS ? PQ_AS_MILLIS64 : PQ_AS_INT64);
}

static void set_integer(const pq_element *e, pq_node *n) {
  if (e->is_signed) return;
  if (n->physical == PQ_INT32) n->conversion = PQ_AS_UINT32;
  if (n->physical != PQ_INT64) return;
  set(n, TYPE_DECIMAL, 0, PQ_AS_UINT64);
  n->precision = UINT64_DIGITS;
}

static void set_logical(const pq_element *e, pq_node *n) {
  switch (e->logical) {
  case LOGICAL_STRING:
  case LOGICAL_ENUM:
  case LOGICAL_JSON:
    if (is_bytes(n)) set(n, TYPE_TEXT, 0, PQ_AS_BYTES);
    break;
  case LOGICAL_DECIMAL: set_decimal(e, n); break;
  case LOGICAL_DATE:
    if (n->physical == PQ_INT32) set(n, TYPE_DATE, 0, PQ_AS_INT32);
    break;
  case LOGICAL_TIME:
  case LOGICAL_TIMESTAMP: set_time(e, n); break;
  case LOGICAL_INTEGER: set_integer(e, n); break;
  case LOGICAL_UNKNOWN: set(n, TYPE_NONE, 0, PQ_AS_NULL); break;
  case LOGICAL_UUID:
    if (n->physical == PQ_FIXED && n->fixed_bytes == 16) set(n, TYPE_UUID, 0, PQ_AS_UUID);
    break;
  case LOGICAL_FLOAT16:
    if (n->physical == PQ_FIXED && n->fixed_bytes == 2) set(n, TYPE_FLOAT, 0, PQ_AS_FLOAT16);
    break;
  case LOGICAL_INTERVAL:
    if (n->physical == PQ_FIXED && n->fixed_bytes == 12) set(n, TYPE_INTERVAL, 0, PQ_AS_INTERVAL);
    break;
  default: break;
  }
}

sonde_code pq_leaf_type(const pq_element *e, pq_node *n, sonde_error *err) {
  SONDE_CHECK(e->physical <= PQ_FIXED, err, SONDE_CORRUPT, 0,
              "column \"%.*s\" has the physical type %u, which there is not", (int)e->name.len, e->name.ptr,
              e->physical);
  n->physical = e->physical;
  if (n->physical == PQ_FIXED) {
    SONDE_CHECK(e->fixed_bytes > 0 && e->fixed_bytes <= INT32_MAX, err, SONDE_CORRUPT, 0,
                "column \"%.*s\" has values of %lld bytes each", (int)e->name.len, e->name.ptr,
                (long long)e->fixed_bytes);
    n->fixed_bytes = (uint32_t)e->fixed_bytes;
  }
  by_physical(n);
  set_logical(e, n);
  return SONDE_OK;
}

static void put_unit(const char *name, const pq_element *e, bool utc, buf *b) {
  static const char *const units[] = {"?", "ms", "us", "ns"};
  buf_printf(b, "%s(%s%s)", name, units[e->unit], utc ? ", utc" : "");
}

static const char *bytes_name(const pq_element *e) {
  switch (e->logical) {
  case LOGICAL_ENUM: return "enum";
  case LOGICAL_JSON: return "json";
  case LOGICAL_BSON: return "bson";
  case LOGICAL_GEOMETRY: return "geometry";
  case LOGICAL_GEOGRAPHY: return "geography";
  default: return NULL;
  }
}

static void put_bytes(const pq_element *e, const pq_node *n, buf *b) {
  const char *name = bytes_name(e);
  if (name)
    buf_printf(b, "%s", name);
  else if (n->type.id == TYPE_TEXT)
    buf_printf(b, "string");
  else if (n->physical == PQ_FIXED)
    buf_printf(b, "binary(%u)", n->fixed_bytes);
  else
    buf_printf(b, "binary");
}

static void put_whole(const pq_element *e, const pq_node *n, buf *b) {
  unsigned bits = n->physical == PQ_INT32 ? 32 : 64;
  if (e->logical == LOGICAL_INTEGER && (e->bits == 8 || e->bits == 16)) bits = e->bits;
  bool is_unsigned = n->conversion == PQ_AS_UINT32 || n->conversion == PQ_AS_UINT64;
  buf_printf(b, "%sint%u", is_unsigned ? "u" : "", bits);
}

void pq_leaf_type_text(const pq_element *e, const pq_node *n, buf *b) {
  switch (n->type.id) {
  case TYPE_NONE: buf_printf(b, "null"); return;
  case TYPE_BOOL: buf_printf(b, "bool"); return;
  case TYPE_DATE: buf_printf(b, "date"); return;
  case TYPE_TIME: put_unit("time", e, e->utc, b); return;
  case TYPE_TIMESTAMP:
  case TYPE_TIMESTAMPTZ:
    if (n->conversion == PQ_AS_INT96)
      buf_printf(b, "timestamp(int96)");
    else
      put_unit("timestamp", e, e->utc, b);
    return;
  case TYPE_FLOAT: buf_printf(b, n->conversion == PQ_AS_FLOAT16 ? "float16" : "float"); return;
  case TYPE_UUID: buf_printf(b, "uuid"); return;
  case TYPE_INTERVAL: buf_printf(b, "interval"); return;
  default: break;
  }
  if (n->conversion == PQ_AS_DOUBLE)
    buf_printf(b, "double");
  else if (n->conversion == PQ_AS_DECIMAL || n->conversion == PQ_AS_WIDE_DECIMAL)
    buf_printf(b, "decimal(%d,%d)", (int)e->precision, (int)e->scale);
  else if (n->conversion == PQ_AS_BYTES)
    put_bytes(e, n, b);
  else
    put_whole(e, n, b);
}
