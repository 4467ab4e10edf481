/* A list under a mutex, and an eventfd to wake the one who waits in epoll. */
#include "mail.h"
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool mailbox_open(mailbox *box) {
  *box = (mailbox){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  box->last = &box->first;
  pthread_mutex_init(&box->mutex, NULL);
  return box->fd >= 0;
}

void mailbox_close(mailbox *box) {
  if (box->fd >= 0) close(box->fd);
  pthread_mutex_destroy(&box->mutex);
}

void mailbox_ring(mailbox *box) {
  const uint64_t one = 1;
  (void)!write(box->fd, &one, sizeof one);
}

bool mailbox_post(mailbox *box, mail *m) {
  pthread_mutex_lock(&box->mutex);
  bool fresh = !m->posted, first = !box->first;
  if (fresh) {
    m->posted = true;
    m->next = NULL;
    *box->last = m;
    box->last = &m->next;
  }
  pthread_mutex_unlock(&box->mutex);
  if (fresh && first) mailbox_ring(box);
  return fresh;
}

static mail *take_first(mailbox *box) {
  pthread_mutex_lock(&box->mutex);
  mail *m = box->first;
  if (m) {
    box->first = m->next;
    if (!box->first) box->last = &box->first;
    m->posted = false;
  }
  pthread_mutex_unlock(&box->mutex);
  return m;
}

void mailbox_empty(mailbox *box) {
  uint64_t rings;
  (void)!read(box->fd, &rings, sizeof rings);
  for (mail *m; (m = take_first(box));) m->deliver(m);
}
