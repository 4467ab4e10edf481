/* Any bytes as a settings file: taken, within its bounds, or refused with the line. */
#include "config.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  config c;
  char why[192] = "";
  config_init(&c);
  bool read = config_read((const char *)data, size, &c, why);
  require(read ? !*why : (strncmp(why, "line ", 5) == 0 || size > 65536));
  if (read) {
    require(c.queue >= 1 && c.connections >= 1 && c.head_seconds <= 120 && c.root_count <= ROOTS_MAX);
    require(!config_finish(&c) == (c.listen_count > 0 && c.threads > 0 && c.workers > 0) || c.cors_count > 1);
  }
  config_free(&c);
  return 0;
}
