/* See whole_file.h. */
#include "whole_file.h"
#include "command.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

int whole_open(whole_file *f, const char *path) {
  *f = (whole_file){.file = stdout, .path = path};
  if (!path) return EXIT_FINE;
  text_print(&f->made, "%s.%d.part", path, (int)getpid());
  f->file = fopen(f->made.ptr, "wb");
  if (f->file) return EXIT_FINE;
  int code = say_error("%s cannot be written: %s", f->made.ptr, strerror(errno));
  text_free(&f->made);
  return code;
}

bool whole_write(whole_file *f, const void *bytes, size_t n) {
  if (fwrite(bytes, 1, n, f->file) == n) return true;
  if (!f->error) f->error = errno;
  return false;
}

bool whole_page(void *user, sonde_page page) { return whole_write(user, page.base, page.size); }

static int end_output(whole_file *f, int code) {
  if (fflush(f->file) != 0 && !f->error) f->error = errno;
  return f->error ? say_error("standard output cannot be written: %s", strerror(f->error)) : code;
}

int whole_close(whole_file *f, int code) {
  if (!f->path) return end_output(f, code);
  if (ferror(f->file) && !f->error) f->error = EIO;
  if (fclose(f->file) != 0 && !f->error) f->error = errno;
  if (f->error) code = say_error("%s cannot be written: %s", f->made.ptr, strerror(f->error));
  if (!code && rename(f->made.ptr, f->path) != 0) code = say_error("%s: %s", f->path, strerror(errno));
  if (code) remove(f->made.ptr);
  text_free(&f->made);
  return code;
}
