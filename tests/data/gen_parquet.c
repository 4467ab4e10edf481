/* gen_parquet: writes a large Parquet file fast, for tests of what a remote file costs.
 *   gen_parquet ROWS OUT.parquet
 * Ten required columns c0 … c9 of plain values: of row r, c0 is r, odd columns are the doubles (r * 7 + column) % 4096 / 8,
 * the other even ones the int64 r * column. Row groups of 131,072 rows, pages of 8,192, neither compressed nor indexed. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10, PAGE_ROWS = 8192, GROUP_PAGES = 16, GROUP_ROWS = PAGE_ROWS * GROUP_PAGES };
enum { INT64 = 2, DOUBLE = 5 }; /* Type of parquet.thrift */
enum { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_BINARY = 8, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };

/* Thrift's compact protocol. Of a struct under way, `last` is the field written last. */
typedef struct {
  uint8_t *data;
  size_t len, cap;
  int last;
} text;

static void put_byte(text *t, unsigned byte) {
  if (t->len == t->cap) {
    t->cap = t->cap ? 2 * t->cap : 1 << 16;
    t->data = realloc(t->data, t->cap);
    if (!t->data) exit(1);
  }
  t->data[t->len++] = (uint8_t)byte;
}

static void put_varint(text *t, uint64_t n) {
  for (; n >= 0x80; n >>= 7) put_byte(t, (n & 0x7f) | 0x80);
  put_byte(t, (unsigned)n);
}

static void put_field(text *t, int field, int type) {
  put_byte(t, (unsigned)((field - t->last) << 4 | type));
  t->last = field;
}

/* No number here is negative, so zigzag only doubles. */
static void put_i32(text *t, int field, uint64_t n) {
  put_field(t, field, THRIFT_I32);
  put_varint(t, n << 1);
}

static void put_i64(text *t, int field, uint64_t n) {
  put_field(t, field, THRIFT_I64);
  put_varint(t, n << 1);
}

static void put_binary(text *t, const char *s) {
  put_varint(t, strlen(s));
  for (; *s; s++) put_byte(t, (unsigned char)*s);
}

static void put_list(text *t, int field, int type, unsigned n) {
  put_field(t, field, THRIFT_LIST);
  put_byte(t, (n < 15 ? n : 15) << 4 | (unsigned)type);
  if (n >= 15) put_varint(t, n);
}

/* A struct inside a struct: what is answered is given to end_struct. */
static int begin_struct(text *t) {
  int outer = t->last;
  t->last = 0;
  return outer;
}

static void end_struct(text *t, int outer) {
  put_byte(t, 0);
  t->last = outer;
}

static int type_of(int column) { return column % 2 ? DOUBLE : INT64; }

static const char *name_of(int column) {
  static const char names[COLUMNS][3] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"};
  return names[column];
}

static uint64_t bits_of(uint64_t row, int column) {
  uint64_t bits = column ? row * (uint64_t)column : row;
  double number = (double)((row * 7 + (uint64_t)column) % 4096) / 8;
  if (type_of(column) == DOUBLE) memcpy(&bits, &number, sizeof bits);
  return bits;
}

typedef struct {
  FILE *file;
  uint64_t at;
} output;

static void write_bytes(output *o, const void *bytes, size_t n) {
  if (fwrite(bytes, 1, n, o->file) != n) {
    perror("gen_parquet");
    exit(1);
  }
  o->at += n;
}

static void write_page(output *o, uint64_t first, uint64_t rows, int column) {
  static uint64_t values[PAGE_ROWS];
  text head = {0};
  put_i32(&head, 1, 0); /* a data page */
  put_i32(&head, 2, rows * sizeof *values);
  put_i32(&head, 3, rows * sizeof *values);
  put_field(&head, 5, THRIFT_STRUCT);
  int outer = begin_struct(&head);
  put_i32(&head, 1, rows);
  put_i32(&head, 2, 0); /* PLAIN */
  put_i32(&head, 3, 3); /* RLE, of levels that are not there */
  put_i32(&head, 4, 3);
  end_struct(&head, outer);
  put_byte(&head, 0);
  for (uint64_t i = 0; i < rows; i++) values[i] = bits_of(first + i, column);
  write_bytes(o, head.data, head.len);
  write_bytes(o, values, rows * sizeof *values);
  free(head.data);
}

static void put_chunk(text *footer, int column, uint64_t begin, uint64_t length, uint64_t rows) {
  int outer = begin_struct(footer);
  put_i64(footer, 2, begin);
  put_field(footer, 3, THRIFT_STRUCT);
  int chunk = begin_struct(footer);
  put_i32(footer, 1, (uint64_t)type_of(column));
  put_list(footer, 2, THRIFT_I32, 1);
  put_varint(footer, 0); /* PLAIN */
  put_list(footer, 3, THRIFT_BINARY, 1);
  put_binary(footer, name_of(column));
  put_i32(footer, 4, 0); /* not compressed */
  put_i64(footer, 5, rows);
  put_i64(footer, 6, length);
  put_i64(footer, 7, length);
  put_i64(footer, 9, begin);
  end_struct(footer, chunk);
  end_struct(footer, outer);
}

static void write_group(output *o, text *footer, uint64_t first, uint64_t rows) {
  uint64_t group_at = o->at;
  int outer = begin_struct(footer);
  put_list(footer, 1, THRIFT_STRUCT, COLUMNS);
  for (int column = 0; column < COLUMNS; column++) {
    uint64_t begin = o->at;
    for (uint64_t at = 0; at < rows; at += PAGE_ROWS)
      write_page(o, first + at, rows - at < PAGE_ROWS ? rows - at : PAGE_ROWS, column);
    put_chunk(footer, column, begin, o->at - begin, rows);
  }
  put_i64(footer, 2, o->at - group_at);
  put_i64(footer, 3, rows);
  end_struct(footer, outer);
}

static void put_schema(text *footer) {
  put_list(footer, 2, THRIFT_STRUCT, COLUMNS + 1);
  int outer = begin_struct(footer);
  put_field(footer, 4, THRIFT_BINARY);
  put_binary(footer, "table");
  put_i32(footer, 5, COLUMNS);
  end_struct(footer, outer);
  for (int column = 0; column < COLUMNS; column++) {
    outer = begin_struct(footer);
    put_i32(footer, 1, (uint64_t)type_of(column));
    put_i32(footer, 3, 0); /* required */
    put_field(footer, 4, THRIFT_BINARY);
    put_binary(footer, name_of(column));
    end_struct(footer, outer);
  }
}

static void write_file(output *o, uint64_t rows) {
  text footer = {0};
  write_bytes(o, "PAR1", 4);
  put_i32(&footer, 1, 1);
  put_schema(&footer);
  put_i64(&footer, 3, rows);
  put_list(&footer, 4, THRIFT_STRUCT, (unsigned)((rows + GROUP_ROWS - 1) / GROUP_ROWS));
  for (uint64_t at = 0; at < rows; at += GROUP_ROWS)
    write_group(o, &footer, at, rows - at < GROUP_ROWS ? rows - at : GROUP_ROWS);
  put_field(&footer, 6, THRIFT_BINARY);
  put_binary(&footer, "gen_parquet");
  put_byte(&footer, 0);
  uint32_t length = (uint32_t)footer.len;
  write_bytes(o, footer.data, footer.len);
  write_bytes(o, &length, sizeof length);
  write_bytes(o, "PAR1", 4);
  free(footer.data);
}

int main(int argc, char **argv) {
  char *end = NULL;
  uint64_t rows = argc == 3 ? strtoull(argv[1], &end, 10) : 0;
  if (rows == 0 || *end) {
    fputs("usage: gen_parquet ROWS OUT.parquet\n", stderr);
    return 2;
  }
  output o = {.file = fopen(argv[2], "wb")};
  if (!o.file) {
    fprintf(stderr, "%s cannot be written: %s\n", argv[2], strerror(errno));
    return 1;
  }
  write_file(&o, rows);
  return fclose(o.file) == 0 ? 0 : 1;
}
