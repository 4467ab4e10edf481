/* Keys leave this file only as bytes for HMAC; messages name lines, never what stands in them. */
#include "keys.h"
#include "request.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 16384 };

const unsigned char *keyring_find(const keyring *ring, sonde_str id) {
  for (unsigned i = 0; i < ring->count; i++)
    if (str_is(id, ring->keys[i].id)) return ring->keys[i].bytes;
  return NULL;
}

void keyring_wipe(keyring *ring) { sodium_memzero(ring, sizeof *ring); }

static bool id_is_sane(sonde_str id) {
  for (size_t i = 0; i < id.len; i++) {
    char c = id.ptr[i];
    bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fits) return false;
  }
  return id.len > 0 && id.len <= KEY_ID_MAX;
}

/* Answers what is wrong with the line, NULL when nothing is. */
static const char *add_line(keyring *ring, sonde_str line) {
  const char *blank = memchr(line.ptr, ' ', line.len);
  if (!blank) return "is not an id, a blank and a key";
  sonde_str id = {line.ptr, (size_t)(blank - line.ptr)};
  size_t key_len = line.len - id.len - 1, got = 0;
  if (!id_is_sane(id)) return "has an id of other characters than A-Z a-z 0-9 _ -, or of more than 32";
  if (keyring_find(ring, id)) return "has the id of a line before";
  if (ring->count == KEYS_MAX) return "is one key too many: 16 are the most";
  unsigned char *bytes = ring->keys[ring->count].bytes;
  bool decoded = sodium_base642bin(bytes, KEY_SIZE, blank + 1, key_len, NULL, &got, NULL,
                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
  if (!decoded || got != KEY_SIZE) return "has a key that is not 32 bytes in base64url without padding";
  memcpy(ring->keys[ring->count].id, id.ptr, id.len);
  ring->count++;
  return NULL;
}

static sonde_str take_line(sonde_str *rest) {
  const char *end = memchr(rest->ptr, '\n', rest->len);
  sonde_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
  size_t used = end ? line.len + 1 : line.len;
  rest->ptr += used;
  rest->len -= used;
  if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
  return str_trim(line);
}

bool keyring_read(const char *text, size_t len, keyring *out, char why[128]) {
  sonde_str rest = {text, len};
  memset(out, 0, sizeof *out);
  for (unsigned number = 1; rest.len; number++) {
    sonde_str line = take_line(&rest);
    if (!line.len || *line.ptr == '#') continue;
    const char *wrong = add_line(out, line);
    if (!wrong) continue;
    snprintf(why, 128, "line %u %s", number, wrong);
    return false;
  }
  if (!out->count) snprintf(why, 128, "it holds no key");
  return out->count > 0;
}

static bool is_private(int fd, char why[128]) {
  struct stat file;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) {
    snprintf(why, 128, "it is no file");
    return false;
  }
  if (file.st_mode & S_IRWXO) snprintf(why, 128, "everybody may read it; chmod o-rwx");
  return !(file.st_mode & S_IRWXO);
}

bool keyring_load(const char *path, keyring *out, char why[128]) {
  char text[KEY_FILE_MAX + 1];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    snprintf(why, 128, "%s", strerror(errno));
    return false;
  }
  bool loaded = is_private(fd, why);
  ssize_t n = loaded ? read(fd, text, sizeof text) : 0;
  close(fd);
  if (loaded && (n < 0 || n > KEY_FILE_MAX)) {
    snprintf(why, 128, n < 0 ? "it cannot be read" : "it is larger than 16 KB");
    loaded = false;
  }
  loaded = loaded && keyring_read(text, (size_t)n, out, why);
  sodium_memzero(text, sizeof text);
  return loaded;
}
