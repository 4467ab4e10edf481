/* mail.h — news for a loop from other threads: put into its box, delivered on its own thread. */
#ifndef SERVE_MAIL_H
#define SERVE_MAIL_H
#include <pthread.h>
#include <stdbool.h>

typedef struct mail {
  struct mail *next;
  void (*deliver)(struct mail *);
  bool posted; /* in a box and not delivered; guarded by the box */
} mail;

typedef struct {
  pthread_mutex_t mutex;
  mail *first, **last;
  int fd; /* an eventfd that is readable while there is mail */
} mailbox;

bool mailbox_open(mailbox *);
void mailbox_close(mailbox *);
/* Any thread. False: it was in the box already and is delivered once. */
bool mailbox_post(mailbox *, mail *);
/* Wakes the loop without mail; any thread, signal-safe. */
void mailbox_ring(mailbox *);
/* The loop's thread: delivers everything. */
void mailbox_empty(mailbox *);

#endif
