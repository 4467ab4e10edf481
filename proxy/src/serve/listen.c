/* Opening, naming and inheriting listening sockets. */
#include "listen.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, FIRST_INHERITED = 3 };
/* Of one connection's bytes, in the kernel for a reader who does not take them; connections have it from their listener. It would
 * else take megabytes for each, and a thousand slow readers the memory of everybody's. */
enum { UNSENT_MOST = 256 << 10 };

static bool is_loopback(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET)
    return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
  return address->ss_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static struct sockaddr_storage address_of(int fd) {
  struct sockaddr_storage address = {0};
  socklen_t len = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) address.ss_family = AF_UNSPEC;
  return address;
}

static listener listener_of(int fd, bool shared) {
  struct sockaddr_storage address = address_of(fd);
  bool local = address.ss_family == AF_UNIX;
  int most = UNSENT_MOST;
  if (!local) setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
  return (listener){
      .fd = fd, .trusted = local, .shared = shared || local, .loopback = local || is_loopback(&address)};
}

/* The protocol of sd_listen_fds(3): two variables, descriptors from 3 on. */
int listen_inherited(listener *out, int max, char why[256]) {
  const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
  if (!pid || !count || strtol(pid, NULL, 10) != getpid()) return 0;
  long n = strtol(count, NULL, 10);
  if (n < 1 || n > max) {
    snprintf(why, 256, "LISTEN_FDS is %s; 1 to %d sockets can be taken over", count, max);
    return -1;
  }
  for (int i = 0; i < n; i++) {
    int fd = FIRST_INHERITED + i, kind = 0, listens = 0;
    socklen_t len = sizeof kind;
    bool fits = getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &len) == 0 && kind == SOCK_STREAM &&
                getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens;
    if (!fits || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
      snprintf(why, 256, "descriptor %d, passed by LISTEN_FDS, is no listening stream socket", fd);
      return -1;
    }
    out[i] = listener_of(fd, true);
  }
  unsetenv("LISTEN_PID"), unsetenv("LISTEN_FDS"), unsetenv("LISTEN_FDNAMES");
  return (int)n;
}

static bool fail(char why[256], const char *address, const char *reason) {
  snprintf(why, 256, "cannot listen on %s: %s", address, reason);
  return false;
}

typedef enum { ALONE, FIRST_OF_SEVERAL, ANOTHER } sharing;

static bool set_on(int fd, int option) {
  int on = 1;
  return setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) == 0;
}

/* The first of several sockets lets others in only once it is bound itself: otherwise two servers that were started by
 * mistake would share an address without a word. */
static int bound_socket(const struct sockaddr *address, socklen_t len, sharing with) {
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  bool set = address->sa_family == AF_UNIX || set_on(fd, SO_REUSEADDR);
  if (with == ANOTHER) set = set && set_on(fd, SO_REUSEPORT);
  set = set && bind(fd, address, len) == 0;
  if (with == FIRST_OF_SEVERAL) set = set && set_on(fd, SO_REUSEPORT);
  if (set && listen(fd, BACKLOG) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

/* A socket file that nobody listens on was left behind by a server that was killed. */
static bool remove_stale(const struct sockaddr_un *address) {
  struct stat file;
  if (lstat(address->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool stale =
      fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
  if (fd >= 0) close(fd);
  return stale && unlink(address->sun_path) == 0;
}

/* Mode 0660: the server's user and group, which the front server is put into. */
static bool listen_unix(const char *path, listener *out, char why[256]) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!*path || strlen(path) >= sizeof address.sun_path)
    return fail(why, path, "the path is empty or too long");
  strcpy(address.sun_path, path);
  mode_t mask = umask(0117);
  int fd = bound_socket((const struct sockaddr *)&address, sizeof address, ALONE);
  if (fd < 0 && errno == EADDRINUSE && remove_stale(&address))
    fd = bound_socket((const struct sockaddr *)&address, sizeof address, ALONE);
  umask(mask);
  if (fd < 0) return fail(why, path, strerror(errno));
  *out = listener_of(fd, true);
  return true;
}

/* What stands behind the last colon, or all of it. */
static const char *port_of(const char *address) {
  const char *colon = strrchr(address, ':');
  return colon ? colon + 1 : address;
}

static bool port_is_sane(const char *port) {
  char *end;
  unsigned long number = strtoul(port, &end, 10);
  return *port >= '0' && *port <= '9' && !*end && number <= 65535;
}

bool listen_is_sane(const char *address) {
  return strncmp(address, "unix:", 5) == 0 || port_is_sane(port_of(address));
}

static bool resolve(const char *listen, struct addrinfo **out, char why[256]) {
  char host[256] = "127.0.0.1";
  const char *port = port_of(listen), *begin = listen;
  size_t len = port > listen ? (size_t)(port - listen) - 1 : 0;
  if (len > 1 && begin[0] == '[' && begin[len - 1] == ']') begin++, len -= 2;
  if (len >= sizeof host) return fail(why, "that", "the address is too long");
  if (len) snprintf(host, sizeof host, "%.*s", (int)len, begin);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  int failed = getaddrinfo(host, port, &hints, out);
  return failed ? fail(why, listen, gai_strerror(failed)) : true;
}

bool listen_open(const char *address, bool reuse, listener *out, char why[256]) {
  struct addrinfo *resolved;
  if (strncmp(address, "unix:", 5) == 0) return listen_unix(address + 5, out, why);
  if (!resolve(address, &resolved, why)) return false;
  int fd = bound_socket(resolved->ai_addr, resolved->ai_addrlen, reuse ? FIRST_OF_SEVERAL : ALONE),
      error = errno;
  freeaddrinfo(resolved);
  if (fd < 0) return fail(why, address, strerror(error));
  *out = listener_of(fd, false);
  return true;
}

bool listen_again(const listener *first, listener *out) {
  struct sockaddr_storage address = address_of(first->fd);
  socklen_t len = address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
  int fd = bound_socket((const struct sockaddr *)&address, len, ANOTHER);
  if (fd < 0) return false;
  *out = listener_of(fd, false);
  return true;
}

void listen_name(const listener *l, char out[256]) {
  struct sockaddr_storage address = address_of(l->fd);
  char host[64] = "", port[8] = "";
  if (address.ss_family == AF_UNIX) {
    snprintf(out, 256, "unix:%s", ((const struct sockaddr_un *)(const void *)&address)->sun_path);
    return;
  }
  getnameinfo((struct sockaddr *)&address, sizeof address, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  bool v6 = address.ss_family == AF_INET6;
  snprintf(out, 256, "http://%s%s%s:%s/", v6 ? "[" : "", host, v6 ? "]" : "", port);
}
