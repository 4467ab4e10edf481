/* Waits for sockets, gives each its turn, and looks after deadlines. Mail and deadlines, which may close connections, come
 * after the events of a round, none of which then speaks of a connection that is gone. */
#include "loop.h"
#include "conn.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 128, ACCEPTS = 64 };

static void read_clocks(loop *l) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  l->now_ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
  clock_gettime(CLOCK_REALTIME_COARSE, &t);
  if (t.tv_sec != l->wall) http_date(t.tv_sec, l->date);
  l->wall = t.tv_sec;
}

static uint32_t tick_of(const loop *l) { return (uint32_t)(l->now_ms / WHEEL_TICK_MS); }

static int open_reserve(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

static bool watch(loop *l, int fd, void *who, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = who};
  return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool loop_watch(loop *l, int fd, void *who) {
  return watch(l, fd, who, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

loop *loop_new(site *s) {
  loop *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  l->site = s;
  l->ready_end = &l->ready;
  l->epoll = epoll_create1(EPOLL_CLOEXEC);
  l->reserve = open_reserve();
  bool ready = mailbox_open(&l->box) && l->epoll >= 0 && l->reserve >= 0;
  if (ready && watch(l, l->box.fd, &l->box, EPOLLIN)) {
    read_clocks(l);
    wheel_init(&l->timers, tick_of(l));
    return l;
  }
  loop_free(l);
  return NULL;
}

static void close_listeners(loop *l) {
  for (unsigned i = 0; i < l->listener_count; i++) {
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->listeners[i].fd, NULL);
    if (!l->listeners[i].shared) close(l->listeners[i].fd);
  }
  l->listener_count = 0;
}

void loop_free(loop *l) {
  if (!l) return;
  close_listeners(l);
  while (l->connections) conn_close(l->connections);
  mailbox_empty(&l->box);
  mailbox_close(&l->box);
  opened_forget(&l->files);
  for (exchange *x = l->spare, *next; x; x = next) next = x->next, free(x);
  if (l->epoll >= 0) close(l->epoll);
  if (l->reserve >= 0) close(l->reserve);
  keyring_wipe(&l->keys);
  free(l);
}

bool loop_add_listener(loop *l, const listener *from) {
  listener *mine = &l->listeners[l->listener_count];
  *mine = *from;
  if (!watch(l, mine->fd, mine, EPOLLIN | (mine->shared ? EPOLLEXCLUSIVE : 0))) return false;
  l->listener_count++;
  return true;
}

void loop_wake(loop *l) { mailbox_ring(&l->box); }

void loop_make_ready(loop *l, conn *c) {
  if (c->is_ready) return;
  c->is_ready = true;
  c->next_ready = NULL;
  *l->ready_end = c;
  l->ready_end = &c->next_ready;
}

void loop_forget_ready(loop *l, const conn *c) {
  conn **at = &l->ready;
  while (*at != c) at = &(*at)->next_ready;
  *at = c->next_ready;
  if (!*at) l->ready_end = at;
}

void loop_set_deadline(loop *l, timer *t, unsigned seconds) {
  wheel_set(&l->timers, t, tick_of(l) + seconds * (1000 / WHEEL_TICK_MS) + 1);
}

/* Without a descriptor nothing can be accepted, and the listener would stay readable for ever: one that was kept back is
 * given up to take the connection and turn it away. */
static void turn_away(loop *l, int listener_fd) {
  metrics_add(&l->metrics, COUNT_NO_DESCRIPTORS, 1);
  opened_forget(&l->files);
  if (l->reserve >= 0) close(l->reserve);
  int fd = accept4(listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) conn_refuse(l, fd);
  l->reserve = open_reserve();
}

static void take_in(loop *l, int fd, const listener *from, const struct sockaddr_storage *address) {
  address_key key = address_key_of(address);
  limit_hit hit = limits_enter(l->site->limits, key);
  metrics_add(&l->metrics, COUNT_ACCEPTED, 1);
  if (hit != LIMIT_NONE) {
    metrics_add(&l->metrics, hit == LIMIT_ADDRESS ? COUNT_REFUSED_ADDRESS : COUNT_REFUSED_LIMIT, 1);
    conn_refuse(l, fd);
  } else if (!conn_open(l, fd, from->trusted, key)) {
    limits_leave(l->site->limits, key);
  }
}

static void accept_some(loop *l, const listener *from) {
  for (int i = 0; i < ACCEPTS; i++) {
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    int fd = accept4(from->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
      take_in(l, fd, from, &address);
    else if (errno == EMFILE || errno == ENFILE)
      turn_away(l, from->fd);
    else if (errno != ECONNABORTED && errno != EINTR)
      return;
  }
}

static const listener *listener_at(const loop *l, const void *who) {
  for (unsigned i = 0; i < l->listener_count; i++)
    if (who == &l->listeners[i]) return &l->listeners[i];
  return NULL;
}

/* Files leave in turns. Between two rounds of them others that have work may have the processor: loops that send as fast as they can
 * would else take most of it from workers, whose answers somebody waits for. */
static void run_ready(loop *l) {
  l->round_sent = 0;
  while (l->ready && l->round_sent < ROUND_BYTES) {
    conn *c = l->ready;
    loop_forget_ready(l, c);
    c->is_ready = false;
    conn_run(c);
  }
  if (l->ready && work_pool_is_busy(l->site->work)) sched_yield();
}

static void refresh_keys(loop *l) {
  site *s = l->site;
  if (l->keys_generation == atomic_load_explicit(&s->keys_generation, memory_order_acquire)) return;
  pthread_mutex_lock(&s->keys_mutex);
  l->keys = s->keys;
  l->keys_generation = atomic_load(&s->keys_generation);
  pthread_mutex_unlock(&s->keys_mutex);
}

/* Requests that are here already are answered; whoever has asked nothing is let go. */
static void drain_connections(loop *l) {
  for (conn *c = l->connections, *next; c; c = next) next = c->next, conn_event(c, EPOLLIN);
  for (conn *c = l->connections, *next; c; c = next) next = c->next, conn_drain(c);
}

static void begin_draining(loop *l) {
  if (l->draining || !atomic_load_explicit(&l->site->draining, memory_order_acquire)) return;
  l->draining = true;
  l->drain_until_ms = l->now_ms + (uint64_t)l->site->config.drain_seconds * 1000;
  for (unsigned i = 0; i < l->listener_count; i++)
    accept_some(l, &l->listeners[i]); /* who came before is not turned away */
  close_listeners(l);
  drain_connections(l);
}

static void run_late(loop *l) {
  for (timer *t; (t = wheel_expire(&l->timers, tick_of(l)));) conn_late((conn *)(void *)t);
}

/* Without connections there are no deadlines, and nothing wakes an idle server. */
static int patience(const loop *l) {
  if (l->ready) return 0;
  return l->connections || l->draining ? WHEEL_TICK_MS : -1;
}

void loop_round(loop *l) {
  struct epoll_event events[EVENTS];
  bool has_mail = false;
  int n = epoll_wait(l->epoll, events, EVENTS, patience(l));
  read_clocks(l);
  if (!l->connections) l->timers.now = tick_of(l);
  refresh_keys(l);
  for (int i = 0; i < n; i++) {
    void *who = events[i].data.ptr;
    const listener *from = listener_at(l, who);
    if (who == &l->box)
      has_mail = true;
    else if (from)
      accept_some(l, from);
    else
      conn_event(who, events[i].events);
  }
  if (has_mail) mailbox_empty(&l->box);
  run_ready(l);
  run_late(l);
  begin_draining(l);
}

static bool has_drained(const loop *l) {
  return l->draining &&
         (!l->connections || l->now_ms >= l->drain_until_ms || atomic_load(&l->site->hurrying));
}

void *loop_run(void *context) {
  loop *l = context;
  while (!has_drained(l)) loop_round(l);
  while (l->connections) conn_close(l->connections);
  return NULL;
}
