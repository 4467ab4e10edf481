/* `sonde serve`: options, the listening socket, and one loop over all connections (epoll, no threads). */
#include "command.h"
#include "connection.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

const char serve_usage[] =
    "sonde serve [--root DIR] [--listen ADDR:PORT] [--cors ORIGIN]\n"
    "\n"
    "Serves the files of a folder over HTTP, ranges of bytes included. Hidden files stay hidden.\n"
    "\n"
    "  --root DIR          the folder; default: this one\n"
    "  --listen ADDR:PORT  default 127.0.0.1:8002, which only this machine can reach; port 0 picks a free one\n"
    "  --cors ORIGIN       let pages of another site read the files, e.g. https://example.org, or * for all sites\n"
    "\n"
    "Ctrl-C ends it.\n";

enum { CONNECTION_LIMIT = 256 };

typedef struct {
  const char *root, *listen;
  http_site site;
  int listener, signals, epoll;
  connection *connections[CONNECTION_LIMIT];
} server;

static int read_options(int argc, char **argv, server *s) {
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i], **kept = NULL;
    if (strcmp(name, "--root") == 0)
      kept = &s->root;
    else if (strcmp(name, "--listen") == 0)
      kept = &s->listen;
    else if (strcmp(name, "--cors") == 0)
      kept = &s->site.cors;
    else
      return say_usage_error("%s is not understood", name);
    *kept = option_value(argc, argv, &i);
    if (!*kept) return EXIT_USAGE;
  }
  return EXIT_FINE;
}

/* An origin goes into header fields as it is. */
static int check_cors(const char *origin) {
  if (!origin) return EXIT_FINE;
  size_t len = strlen(origin);
  for (size_t i = 0; i < len; i++)
    if (origin[i] <= ' ' || origin[i] > '~') return say_usage_error("--cors %s is no origin", origin);
  bool web = strncmp(origin, "http://", 7) == 0 || strncmp(origin, "https://", 8) == 0;
  if (len <= 256 && ((web && origin[len - 1] != '/') || strcmp(origin, "*") == 0)) return EXIT_FINE;
  return say_usage_error("--cors takes an origin such as https://example.org, or *");
}

static int open_root(server *s) {
  s->site.root = open(s->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (s->site.root < 0) return say_error("cannot open %s: %s", s->root, strerror(errno));
  int probe = http_open(s->site.root, ".", O_DIRECTORY);
  if (probe < 0) return say_error("cannot read %s: %s", s->root, strerror(errno));
  close(probe);
  return EXIT_FINE;
}

/* "ADDR:PORT", "[ADDR]:PORT" or just "PORT". */
static int resolve(const char *listen, struct addrinfo **out) {
  char host[256] = "127.0.0.1";
  const char *colon = strrchr(listen, ':'), *port = colon ? colon + 1 : listen;
  size_t len = colon ? (size_t)(colon - listen) : 0;
  const char *begin = listen;
  if (len > 1 && begin[0] == '[' && begin[len - 1] == ']') begin++, len -= 2;
  if (len >= sizeof host) return say_usage_error("--listen %s is too long", listen);
  if (len) snprintf(host, sizeof host, "%.*s", (int)len, begin);
  char *end;
  unsigned long number = strtoul(port, &end, 10);
  if (*port < '0' || *port > '9' || *end || number > 65535)
    return say_usage_error("--listen takes ADDR:PORT with a port of at most 65535, not %s", listen);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  int failed = getaddrinfo(host, port, &hints, out);
  return failed ? say_error("--listen %s: %s", listen, gai_strerror(failed)) : EXIT_FINE;
}

static bool is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static int open_listener(server *s) {
  struct addrinfo *address;
  int code = resolve(s->listen, &address), on = 1;
  if (code) return code;
  s->site.loopback = is_loopback(address->ai_addr);
  s->listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  bool bound = s->listener >= 0 && setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
               bind(s->listener, address->ai_addr, address->ai_addrlen) == 0 && listen(s->listener, 128) == 0;
  freeaddrinfo(address);
  return bound ? EXIT_FINE : say_error("cannot listen on %s: %s", s->listen, strerror(errno));
}

static bool watch(server *s, int operation, int fd, void *who, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = who};
  return epoll_ctl(s->epoll, operation, fd, &event) == 0;
}

/* The end is asked for by signals, read like any other input: there is nothing for a handler to interrupt. */
static int open_loop(server *s) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGINT);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, NULL);
  signal(SIGPIPE, SIG_IGN);
  s->signals = signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  bool ready = s->signals >= 0 && s->epoll >= 0 &&
               watch(s, EPOLL_CTL_ADD, s->signals, &s->signals, EPOLLIN) &&
               watch(s, EPOLL_CTL_ADD, s->listener, &s->listener, EPOLLIN);
  return ready ? EXIT_FINE : say_error("cannot wait for connections: %s", strerror(errno));
}

static void announce(const server *s) {
  struct sockaddr_storage address;
  socklen_t len = sizeof address;
  char host[64], port[8];
  getsockname(s->listener, (struct sockaddr *)&address, &len);
  getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  bool v6 = address.ss_family == AF_INET6;
  printf("Serving %s at http://%s%s%s:%s/ (Ctrl-C ends it)\n", s->root, v6 ? "[" : "", host, v6 ? "]" : "",
         port);
  fflush(stdout);
  if (!s->site.loopback) fprintf(stderr, "Everyone who can reach this address can read these files.\n");
}

static void drop(server *s, size_t slot) {
  connection_free(s->connections[slot]);
  s->connections[slot] = NULL;
}

/* A client over the limit is turned away at once rather than left waiting. */
static void accept_all(server *s) {
  for (;;) {
    int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    size_t slot = 0;
    while (slot < CONNECTION_LIMIT && s->connections[slot]) slot++;
    connection *c = slot < CONNECTION_LIMIT ? connection_new(fd, slot) : NULL;
    if (!c || !watch(s, EPOLL_CTL_ADD, fd, c, EPOLLIN)) {
      connection_refuse(fd, &s->site);
      free(c);
    } else {
      s->connections[slot] = c;
    }
  }
}

static void serve_connection(server *s, connection *c) {
  switch (connection_advance(c, &s->site)) {
  case CONNECTION_READS: watch(s, EPOLL_CTL_MOD, connection_fd(c), c, EPOLLIN); break;
  case CONNECTION_WRITES: watch(s, EPOLL_CTL_MOD, connection_fd(c), c, EPOLLOUT); break;
  case CONNECTION_ENDS: drop(s, connection_slot(c)); break;
  }
}

static void drop_the_late(server *s) {
  for (size_t i = 0; i < CONNECTION_LIMIT; i++)
    if (s->connections[i] && connection_is_late(s->connections[i])) drop(s, i);
}

static void loop(server *s) {
  struct epoll_event events[64];
  for (;;) {
    int n = epoll_wait(s->epoll, events, 64, 1000);
    for (int i = 0; i < n; i++) {
      void *who = events[i].data.ptr;
      if (who == &s->signals) return;
      if (who == &s->listener)
        accept_all(s);
      else
        serve_connection(s, who);
    }
    drop_the_late(s);
  }
}

static void close_server(server *s) {
  for (size_t i = 0; i < CONNECTION_LIMIT; i++) drop(s, i);
  const int fds[] = {s->listener, s->signals, s->epoll, s->site.root};
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
    if (fds[i] >= 0) close(fds[i]);
}

int command_serve(int argc, char **argv) {
  server s = {
      .root = ".", .listen = "127.0.0.1:8002", .site.root = -1, .listener = -1, .signals = -1, .epoll = -1};
  int code = read_options(argc, argv, &s);
  if (!code) code = check_cors(s.site.cors);
  if (!code) code = open_root(&s);
  if (!code) code = open_listener(&s);
  if (!code) code = open_loop(&s);
  if (!code) {
    announce(&s);
    loop(&s);
  }
  close_server(&s);
  return code;
}
