/* SchemaElement: one line of the schema, and the older converted types as logical ones. */
#include "format/parquet/schema.h"

static void read_time(thrift *t, pq_element *e) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    if (f.id == 1) {
      e->utc = thrift_bool(t, f.type);
    } else if (f.id == 2 && f.type == THRIFT_STRUCT) { /* union TimeUnit */
      thrift_enter(t);
      thrift_field unit = {0};
      while (thrift_next(t, &unit)) {
        if (unit.id >= UNIT_MILLIS && unit.id <= UNIT_NANOS) e->unit = (uint8_t)unit.id;
        thrift_skip(t, unit.type);
      }
      thrift_leave(t);
    } else {
      thrift_skip(t, f.type);
    }
  }
}

static void read_decimal(thrift *t, pq_element *e) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    if (f.id == 1)
      e->scale = thrift_int(t, f.type);
    else if (f.id == 2)
      e->precision = thrift_int(t, f.type);
    else
      thrift_skip(t, f.type);
  }
}

static void read_integer(thrift *t, pq_element *e) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    if (f.id == 1)
      e->bits = (uint8_t)thrift_int(t, f.type);
    else if (f.id == 2)
      e->is_signed = thrift_bool(t, f.type);
    else
      thrift_skip(t, f.type);
  }
}

static void read_other(thrift *t) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) thrift_skip(t, f.type);
}

/* union LogicalType: one field, whose value is a struct */
static void read_logical(thrift *t, pq_element *e) {
  thrift_enter(t);
  thrift_field f = {0};
  while (thrift_next(t, &f)) {
    if (f.type != THRIFT_STRUCT) {
      thrift_skip(t, f.type);
      continue;
    }
    thrift_enter(t);
    e->logical = f.id > 0 && f.id <= LOGICAL_GEOGRAPHY ? (uint8_t)f.id : LOGICAL_NONE;
    switch (f.id) {
    case LOGICAL_DECIMAL: read_decimal(t, e); break;
    case LOGICAL_TIME:
    case LOGICAL_TIMESTAMP: read_time(t, e); break;
    case LOGICAL_INTEGER: read_integer(t, e); break;
    default: read_other(t); break;
    }
    thrift_leave(t);
  }
  thrift_leave(t);
}

static void set_integer(pq_element *e, uint8_t bits, bool is_signed) {
  e->logical = LOGICAL_INTEGER;
  e->bits = bits;
  e->is_signed = is_signed;
}

static void set_time(pq_element *e, pq_logical logical, pq_unit unit) {
  e->logical = (uint8_t)logical;
  e->unit = (uint8_t)unit;
}

/* enum ConvertedType. Its timestamps are in UTC by the letter, but were written for local times as well; readers agree on
 * showing them without a zone (Arrow's "is_from_converted_type"). */
static void convert(pq_element *e, int64_t converted) {
  switch (converted) {
  case 0: e->logical = LOGICAL_STRING; break;
  case 1: e->logical = LOGICAL_MAP; break;
  case 2: e->key_value = true; break;
  case 3: e->logical = LOGICAL_LIST; break;
  case 4: e->logical = LOGICAL_ENUM; break;
  case 5: e->logical = LOGICAL_DECIMAL; break;
  case 6: e->logical = LOGICAL_DATE; break;
  case 7: set_time(e, LOGICAL_TIME, UNIT_MILLIS); break;
  case 8: set_time(e, LOGICAL_TIME, UNIT_MICROS); break;
  case 9: set_time(e, LOGICAL_TIMESTAMP, UNIT_MILLIS); break;
  case 10: set_time(e, LOGICAL_TIMESTAMP, UNIT_MICROS); break;
  case 11:
  case 12:
  case 13:
  case 14: set_integer(e, (uint8_t)(8u << (converted - 11)), false); break;
  case 15:
  case 16:
  case 17:
  case 18: set_integer(e, (uint8_t)(8u << (converted - 15)), true); break;
  case 19: e->logical = LOGICAL_JSON; break;
  case 20: e->logical = LOGICAL_BSON; break;
  case 21: e->logical = LOGICAL_INTERVAL; break;
  default: break;
  }
}

void pq_element_read(thrift *t, pq_element *e) {
  *e = (pq_element){.name = {"", 0}};
  int64_t converted = -1, scale = 0, precision = 0;
  thrift_field f = {0};
  thrift_enter(t);
  while (thrift_next(t, &f)) {
    switch (f.id) {
    case 1:
      e->leaf = true;
      e->physical = (uint8_t)thrift_int(t, f.type);
      break;
    case 2: e->fixed_bytes = thrift_int(t, f.type); break;
    case 3: e->repetition = (uint8_t)thrift_int(t, f.type); break;
    case 4: e->name = thrift_str(t, f.type); break;
    case 5: e->children = thrift_int(t, f.type); break;
    case 6: converted = thrift_int(t, f.type); break;
    case 7: scale = thrift_int(t, f.type); break;
    case 8: precision = thrift_int(t, f.type); break;
    case 10:
      if (f.type == THRIFT_STRUCT)
        read_logical(t, e);
      else
        thrift_skip(t, f.type);
      break;
    default: thrift_skip(t, f.type); break;
    }
  }
  thrift_leave(t);
  if (e->children > 0) e->leaf = false;
  if (e->logical == LOGICAL_NONE) convert(e, converted);
  if (e->logical == LOGICAL_DECIMAL && e->precision == 0) {
    e->scale = scale;
    e->precision = precision;
  }
  if (!e->name.ptr) e->name = (sonde_str){"", 0};
}
