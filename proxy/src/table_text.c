/* Aligned text. Widths follow East Asian Width in its coarse blocks; a terminal may disagree about rare characters. */
#include "table_text.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CELL_WIDTH_MAX = 40 };

typedef struct {
  uint32_t first, last;
} span;

static bool within(uint32_t c, const span *spans, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (c >= spans[i].first && c <= spans[i].last) return true;
  return false;
}

static size_t width_of(uint32_t c) {
  static const span none[] = {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
  static const span wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},  {0x4e00, 0xa4cf},
                              {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},  {0xff00, 0xff60},
                              {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
  if (c < 0x300) return 1;
  if (within(c, none, sizeof none / sizeof *none)) return 0;
  return within(c, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* Bytes of the character at `p`; its code point, or U+FFFD for a byte that begins none. */
static size_t decode(const char *p, size_t left, uint32_t *c) {
  const unsigned char *b = (const unsigned char *)p;
  size_t len = b[0] < 0x80 ? 1 : b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : b[0] >= 0xc0 ? 2 : 0;
  static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  *c = 0xfffd;
  if (len == 0 || len > left) return 1;
  uint32_t code = b[0] & lead[len];
  for (size_t i = 1; i < len; i++) {
    if ((b[i] & 0xc0) != 0x80) return 1;
    code = code << 6 | (b[i] & 0x3f);
  }
  *c = code;
  return len;
}

/* A control character could move the cursor or worse, and a right-to-left override turns a line around: their pictures
 * (U+2400 and on) or U+FFFD stand for them. */
static bool is_unsafe(uint32_t c) {
  static const span unsafe[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x200e, 0x200f},
                                {0x202a, 0x202e}, {0x2066, 0x2069}, {0xfffd, 0xfffd}};
  return within(c, unsafe, sizeof unsafe / sizeof *unsafe);
}

static void add_character(text *out, const char *bytes, size_t len, uint32_t c) {
  if (!is_unsafe(c))
    text_add(out, bytes, len);
  else if (c < 0x20)
    text_print(out, "\xe2\x90%c", (char)(0x80 + c));
  else
    text_add(out, "\xef\xbf\xbd", 3);
}

void text_add_visible(text *out, sonde_str s, size_t max) {
  size_t width = 0, cut = out->len, used;
  uint32_t c;
  for (size_t i = 0; i < s.len; i += used) {
    used = decode(s.ptr + i, s.len - i, &c);
    width += is_unsafe(c) ? 1 : width_of(c);
    if (width > max) {
      out->len = cut;
      text_add(out, "…", strlen("…"));
      return;
    }
    add_character(out, s.ptr + i, used, c);
    if (width < max) cut = out->len;
  }
}

static size_t visible_width(const char *s) {
  size_t width = 0, left = strlen(s);
  uint32_t c;
  while (left) {
    size_t used = decode(s, left, &c);
    width += width_of(c);
    s += used;
    left -= used;
  }
  return width;
}

size_t terminal_width(FILE *stream) {
  struct winsize size;
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

table_text table_text_new(size_t n_columns) {
  table_text t = {.n_columns = n_columns, .right = memory_of(n_columns * sizeof(bool))};
  memset(t.right, 0, n_columns * sizeof(bool));
  return t;
}

static void add_cell(table_text *t, sonde_str s, size_t max) {
  text_add_visible(&t->cells, s, max);
  text_add(&t->cells, "", 1);
  t->count++;
}

void table_text_cell(table_text *t, sonde_str s) { add_cell(t, s, CELL_WIDTH_MAX); }
void table_text_sentence(table_text *t, sonde_str s) { add_cell(t, s, SIZE_MAX); }

void table_text_cell_cstr(table_text *t, const char *s) { table_text_cell(t, str_from(s)); }

static size_t *measure(const table_text *t) {
  size_t *widths = memory_of(t->n_columns * sizeof *widths);
  memset(widths, 0, t->n_columns * sizeof *widths);
  const char *cell = t->cells.ptr;
  for (size_t i = 0; i < t->count; i++, cell += strlen(cell) + 1) {
    size_t w = visible_width(cell);
    if (w > widths[i % t->n_columns]) widths[i % t->n_columns] = w;
  }
  return widths;
}

static size_t columns_that_fit(const size_t *widths, size_t n, size_t width) {
  size_t used = 0;
  for (size_t i = 0; width && i < n; i++) {
    used += widths[i] + 2;
    if (used > width + 2 && i) return i;
  }
  return n;
}

static void pad(FILE *out, size_t n) { fprintf(out, "%*s", (int)n, ""); }

static void print_cell(FILE *out, const char *cell, size_t width, bool right, bool last) {
  size_t gap = width - visible_width(cell);
  if (right) pad(out, gap);
  fputs(cell, out);
  if (!right && !last) pad(out, gap);
  fputs(last ? "\n" : "  ", out);
}

static void print_rule(FILE *out, const size_t *widths, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < widths[i]; k++) fputs("─", out);
    fputs(i + 1 < n ? "  " : "\n", out);
  }
}

void table_text_print(const table_text *t, FILE *out, size_t n_head, size_t width) {
  if (!t->count) return;
  size_t *widths = measure(t), shown = columns_that_fit(widths, t->n_columns, width);
  const char *cell = t->cells.ptr;
  for (size_t i = 0; i < t->count; i++, cell += strlen(cell) + 1) {
    size_t column = i % t->n_columns;
    if (column == 0 && n_head && i == n_head * t->n_columns) print_rule(out, widths, shown);
    if (column < shown) print_cell(out, cell, widths[column], t->right[column], column + 1 == shown);
  }
  if (shown < t->n_columns)
    fprintf(out, "and %zu more columns, for which there is no room here\n", t->n_columns - shown);
  free(widths);
}

void table_text_free(table_text *t) {
  free(t->right);
  text_free(&t->cells);
}
