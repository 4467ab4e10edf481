/* From a path to an answer: which file, which bytes of it, under which header fields. */
#include "files.h"
#include "condition.h"
#include "media.h"
#include "target.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static const char page_policy[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "style-src 'self'; img-src 'self' data: blob:; connect-src *; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'\r\n";

/* A file that was found, and how it is to be presented. */
typedef struct {
  opened *file;
  media_type type;
  const char *coding; /* of the precompressed file that stands in; NULL: none */
  bool page, hashed;
} found;

static void put_field(out *o, const char *name, const char *value) {
  out_text(o, name), out_literal(o, ": "), out_text(o, value), out_literal(o, "\r\n");
}

static void put_file_fields(loop *l, const http_request *q, const found *f, exchange *x) {
  out *o = &x->head;
  put_field(o, "ETag", f->file->version.etag);
  put_field(o, "Last-Modified", f->file->version.date);
  out_literal(o, "Accept-Ranges: bytes\r\n");
  if (f->hashed)
    out_literal(o, "Cache-Control: public, max-age=31536000, immutable\r\n");
  else if (f->page)
    out_literal(o, "Cache-Control: no-cache\r\n");
  else
    out_literal(o, "Cache-Control: private, no-cache\r\n");
  if (f->page && f->type.precompressed) out_literal(o, "Vary: Accept-Encoding\r\n");
  if (f->page && f->type.policed) out_text(o, page_policy);
  if (!f->page) answer_put_data_fields(l, q, x);
}

static void put_content_range(out *o, byte_range r, uint64_t size) {
  out_literal(o, "Content-Range: bytes ");
  out_number(o, r.first), out_literal(o, "-"), out_number(o, r.first + r.length - 1);
  out_literal(o, "/"), out_number(o, size), out_literal(o, "\r\n");
}

static void send_bytes(exchange *x, const found *f, byte_range r) {
  put_field(&x->head, "Content-Type", f->type.name);
  if (f->coding) put_field(&x->head, "Content-Encoding", f->coding);
  out_literal(&x->head, "Content-Length: "), out_number(&x->head, r.length),
      out_literal(&x->head, "\r\n\r\n");
  x->offset = r.first;
  x->length = x->only_head ? 0 : r.length;
}

static void put_part_head(out *o, const multipart *m, byte_range r, uint64_t size) {
  out_literal(o, "\r\n--"), out_text(o, m->boundary), out_literal(o, "\r\n");
  put_field(o, "Content-Type", m->type);
  put_content_range(o, r, size);
  out_literal(o, "\r\n");
}

static void put_last_boundary(out *o, const multipart *m) {
  out_literal(o, "\r\n--"), out_text(o, m->boundary), out_literal(o, "--\r\n");
}

void files_next_part(exchange *x) {
  multipart *m = x->parts;
  x->head.len = x->head_sent = 0;
  if (m->next == m->ranges.count) {
    put_last_boundary(&x->head, m);
    x->done = true;
    return;
  }
  byte_range r = m->ranges.parts[m->next++];
  put_part_head(&x->head, m, r, x->file->version.size);
  x->offset = r.first;
  x->length = r.length;
  x->warm_until = 0;
}

/* What all parts come to with their heads; each is written once to see how long it is. */
static uint64_t multipart_length(const multipart *m, uint64_t size) {
  char bytes[512];
  uint64_t total = 0;
  for (unsigned i = 0; i <= m->ranges.count; i++) {
    out o = {.ptr = bytes, .cap = sizeof bytes};
    if (i == m->ranges.count)
      put_last_boundary(&o, m);
    else
      put_part_head(&o, m, m->ranges.parts[i], size), total += m->ranges.parts[i].length;
    total += o.len;
  }
  return total;
}

/* 128 random bits: that they occur in the data is out of the question, so the data need not be searched for them. */
static void choose_boundary(char text[33]) {
  unsigned char bytes[16] = {0};
  (void)!getrandom(bytes, sizeof bytes, 0);
  for (unsigned i = 0; i < sizeof bytes; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void send_parts(exchange *x, const found *f, const byte_ranges *ranges) {
  multipart *m = calloc(1, sizeof *m);
  if (!m) {
    x->head.len = 0;
    x->keep_alive = false;
    return;
  }
  m->ranges = *ranges;
  m->type = f->type.name;
  choose_boundary(m->boundary);
  out *o = &x->head;
  out_literal(o, "Content-Type: multipart/byteranges; boundary="), out_text(o, m->boundary);
  out_literal(o, "\r\nContent-Length: "), out_number(o, multipart_length(m, f->file->version.size));
  out_literal(o, "\r\n\r\n");
  x->parts = m;
  x->done = false;
}

static void answer_416(loop *l, const http_request *q, const found *f, exchange *x) {
  char fields[64];
  snprintf(fields, sizeof fields, "Content-Range: bytes */%" PRIu64 "\r\n", f->file->version.size);
  if (!f->page) {
    answer_problem(l, q, x, 416, fields, "range",
                   "No byte of the file is in the ranges asked for, or they are too many.");
    return;
  }
  answer_begin(l, q, x, 416);
  out_text(&x->head, fields);
  out_literal(&x->head, "Content-Type: text/plain; charset=utf-8\r\n");
  answer_end(x, "416 Range Not Satisfiable\n", 26);
}

/* Range is defined for GET alone (RFC 9110, 14.2). */
static byte_ranges ranges_of(const loop *l, const http_request *q, const file_version *v) {
  bool asked = q->method == METHOD_GET && q->fields[FIELD_RANGE].ptr &&
               condition_lets_range(q, v->etag, v->modified.tv_sec, l->wall);
  return range_read(asked ? q->fields[FIELD_RANGE] : (sonde_str){0}, v->size);
}

static void answer_content(loop *l, const http_request *q, const found *f, exchange *x) {
  byte_ranges ranges = ranges_of(l, q, &f->file->version);
  if (ranges.kind == RANGE_REFUSED) {
    answer_416(l, q, f, x);
    return;
  }
  answer_begin(l, q, x, ranges.kind == RANGE_PARTS ? 206 : 200);
  put_file_fields(l, q, f, x);
  if (ranges.kind == RANGE_WHOLE) {
    send_bytes(x, f, (byte_range){0, f->file->version.size});
  } else if (ranges.count > 1) {
    send_parts(x, f, &ranges);
  } else {
    put_content_range(&x->head, ranges.parts[0], f->file->version.size);
    send_bytes(x, f, ranges.parts[0]);
  }
}

/* Takes the file over. */
static void answer_file(loop *l, const http_request *q, const found *f, exchange *x) {
  const file_version *v = &f->file->version;
  int conditional = condition_judge(q, v->etag, v->modified.tv_sec);
  x->file = f->file;
  if (conditional == 412) {
    answer_problem(l, q, x, 412, "", "precondition",
                   "The file is not in the state that the request asks for.");
  } else if (conditional == 304) {
    answer_begin(l, q, x, 304);
    put_file_fields(l, q, f, x);
    out_literal(&x->head, "\r\n");
  } else {
    answer_content(l, q, f, x);
  }
}

/* A range counts bytes of the file itself, so it is never taken from a compressed one. */
static bool find_precompressed(loop *l, const http_request *q, int folder, sonde_str path, found *f) {
  static const char *const codings[][2] = {{"br", ".br"}, {"gzip", ".gz"}};
  char beside[REQUEST_PATH_MAX + 32];
  int status;
  if (!f->type.precompressed || q->fields[FIELD_RANGE].ptr) return false;
  for (size_t i = 0; i < 2; i++) {
    if (!media_accepts(q->fields[FIELD_ACCEPT_ENCODING], codings[i][0])) continue;
    int len = snprintf(beside, sizeof beside, "%s%s", path.ptr, codings[i][1]);
    f->coding = codings[i][0];
    f->file = opened_get(&l->files, folder, (sonde_str){beside, (size_t)len}, l->now_ms, &status);
    if (f->file) return true;
  }
  f->coding = NULL;
  return false;
}

static void answer_redirect(loop *l, const http_request *q, exchange *x) {
  if (q->target.len > EXCHANGE_HEAD_MAX / 2) {
    answer_status(l, q, x, 404);
    return;
  }
  answer_begin(l, q, x, 301);
  out_literal(&x->head, "Location: "), out_str(&x->head, q->target), out_literal(&x->head, "/\r\n");
  answer_end(x, "", 0);
}

void files_answer_page(loop *l, const http_request *q, exchange *x, int folder) {
  char path[REQUEST_PATH_MAX + 16];
  found f = {.page = true, .hashed = path_is_within(q->path, (sonde_str){"/assets", 7})};
  sonde_str below = {q->path.ptr + 1, q->path.len - 1};
  int status = 404;
  if (!path_is_plain(below)) {
    answer_status(l, q, x, 404);
    return;
  }
  bool is_folder = below.len == 0 || below.ptr[below.len - 1] == '/';
  int len = snprintf(path, sizeof path, "%s%s", below.ptr, is_folder ? "index.html" : "");
  sonde_str name = {path, (size_t)len};
  f.type = media_type_of(name);
  if (!find_precompressed(l, q, folder, name, &f))
    f.file = opened_get(&l->files, folder, name, l->now_ms, &status);
  if (f.file)
    answer_file(l, q, &f, x);
  else if (status == 301 && !is_folder)
    answer_redirect(l, q, x);
  else
    answer_status(l, q, x, status == 301 ? 404 : status);
}

void files_answer_data(loop *l, const http_request *q, exchange *x, int folder, sonde_str path) {
  found f = {.type = media_type_of(path)};
  int status = 404;
  if (folder != NO_ROOT && path.len && path_is_plain(path))
    f.file = opened_get(&l->files, folder, path, l->now_ms, &status);
  if (f.file)
    answer_file(l, q, &f, x);
  else if (status == 503)
    answer_problem(l, q, x, 503, "Retry-After: 1\r\n", "busy",
                   "The server has no room for another open file; try again.");
  else if (status == 403)
    answer_problem(l, q, x, 403, "", "unreadable", "The server may not read this file.");
  else
    answer_problem(l, q, x, 404, "", "not_found", "There is no such file.");
}
