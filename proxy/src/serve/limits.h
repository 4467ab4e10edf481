/* limits.h — how much one address and one user may have. Shared by all loops. */
#ifndef SERVE_LIMITS_H
#define SERVE_LIMITS_H
#include <sonde.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct {
  unsigned char bytes[16];
} address_key; /* all zero: none, a unix socket */

typedef struct limits limits;

typedef struct {
  unsigned connections, connections_per_address;
  unsigned user_rate, user_burst; /* rate 0: no limit */
} limits_config;

limits *limits_new(const limits_config *);
void limits_free(limits *);

/* An IPv4 address; of an IPv6 address the half that one site has for itself. */
address_key address_key_of(const struct sockaddr_storage *);

typedef enum { LIMIT_NONE, LIMIT_CONNECTIONS, LIMIT_ADDRESS } limit_hit;
/* One more connection of this address. LIMIT_NONE: it counts until limits_leave. */
limit_hit limits_enter(limits *, address_key);
void limits_leave(limits *, address_key);
unsigned limits_connections(limits *);

/* Takes a token from the bucket of `user` (without one: of the address). False: come again in a second. */
bool limits_take(limits *, sonde_str user, address_key, uint64_t now_ms);

#endif
