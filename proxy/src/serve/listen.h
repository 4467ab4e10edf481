/* listen.h — sockets that take connections: addresses of our own, or those that systemd hands over. */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H
#include <stdbool.h>

typedef struct {
  int fd;
  bool trusted;  /* a unix socket: the file system says who may connect */
  bool shared;   /* other loops wait on it too */
  bool loopback; /* only this machine reaches it */
} listener;

/* The sockets that systemd passed, at most `max`; 0 when it passed none. -1: what it passed cannot be used, `why` says why. */
int listen_inherited(listener *out, int max, char why[256]);
/* Whether it is "ADDR:PORT", "[ADDR]:PORT", "PORT" or "unix:PATH". */
bool listen_is_sane(const char *address);
/* Opens such an address. With `reuse` several sockets may have one address. */
bool listen_open(const char *address, bool reuse, listener *out, char why[256]);
/* Another socket on the very address that `first` has, also when its port was picked by the kernel. */
bool listen_again(const listener *first, listener *out);
/* "http://127.0.0.1:8002/" or "unix:/run/…", for people. */
void listen_name(const listener *, char out[256]);

#endif
