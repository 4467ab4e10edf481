/* keys.h — the key ring: keys with ids, all of which verify. SIGNING.md has its format. */
#ifndef SERVE_KEYS_H
#define SERVE_KEYS_H
#include <sonde.h>
#include <stdbool.h>

enum { KEY_SIZE = 32, KEY_ID_MAX = 32, KEYS_MAX = 16 };

typedef struct {
  unsigned count;
  struct {
    char id[KEY_ID_MAX + 1];
    unsigned char bytes[KEY_SIZE];
  } keys[KEYS_MAX];
} keyring;

/* Reads the text of a key ring. False: `why` says what is wrong and in which line, without quoting a key. */
bool keyring_read(const char *text, size_t len, keyring *out, char why[128]);
/* Reads the file, which must not be everybody's to read. */
bool keyring_load(const char *path, keyring *out, char why[128]);
void keyring_wipe(keyring *);

const unsigned char *keyring_find(const keyring *, sonde_str id); /* NULL: there is none */

#endif
