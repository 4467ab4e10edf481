/* The signed text is put together from the decoded parameters, one a line; since no value may hold a line break, two
 * different grants never have the same text. */
#include "sign.h"
#include "target.h"
#include <sodium.h>
#include <stdint.h>
#include <string.h>

enum { SIGNATURE_CHARS = 43, TEXT_MAX = 12288 };

typedef enum { P_KEY, P_EXPIRES, P_METHODS, P_USER, P_TABLES, P_SIGNATURE, P_PATH, PARAMETERS } parameter;

static const struct {
  const char *name;
  size_t max;
} parameters[PARAMETERS] = {
    [P_KEY] = {"sig_key", KEY_ID_MAX},
    [P_EXPIRES] = {"sig_exp", 12},
    [P_METHODS] = {"sig_methods", 32},
    [P_USER] = {"sig_user", SIGN_USER_MAX},
    [P_TABLES] = {"sig_tables", SIGN_TABLES_MAX},
    [P_SIGNATURE] = {"sig", SIGNATURE_CHARS},
    [P_PATH] = {"sig_path", SIGN_PATH_MAX},
};

/* Decoded values, all in one store. */
typedef struct {
  char store[TEXT_MAX];
  size_t used;
  sonde_str values[P_PATH]; /* NULL ptr: not sent */
  sonde_str paths[SIGN_PATHS_MAX];
  unsigned path_count;
} claim;

static parameter parameter_of(sonde_str name) {
  unsigned p = 0;
  while (p < PARAMETERS && !str_is(name, parameters[p].name)) p++;
  return (parameter)p;
}

static bool holds_control(const char *s, int len) {
  for (int i = 0; i < len; i++)
    if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f) return true;
  return false;
}

static bool keep(claim *c, parameter p, sonde_str raw) {
  sonde_str *place = p != P_PATH                      ? &c->values[p]
                     : c->path_count < SIGN_PATHS_MAX ? &c->paths[c->path_count++]
                                                      : NULL;
  size_t left = sizeof c->store - c->used, cap = parameters[p].max + 1;
  if (!place || place->ptr) return false;
  char *at = c->store + c->used;
  int len = param_decode(raw, at, cap < left ? cap : left);
  if (len < 0 || holds_control(at, len)) return false;
  *place = (sonde_str){at, (size_t)len};
  c->used += (size_t)len + 1;
  return true;
}

static bool is_complete(const claim *c) {
  for (unsigned p = 0; p < P_PATH; p++)
    if (!c->values[p].ptr) return false;
  return c->path_count > 0 && c->values[P_USER].len > 0 && c->values[P_SIGNATURE].len == SIGNATURE_CHARS;
}

static sign_verdict read_claim(sonde_str query, claim *c) {
  sonde_str name, value;
  bool any = false;
  c->used = c->path_count = 0;
  memset(c->values, 0, sizeof c->values);
  memset(c->paths, 0, sizeof c->paths);
  while (param_next(&query, &name, &value)) {
    parameter p = parameter_of(name);
    if (p == PARAMETERS) continue;
    any = true;
    if (!keep(c, p, value)) return SIGN_INVALID;
  }
  if (!any) return SIGN_MISSING;
  return is_complete(c) ? SIGN_GOOD : SIGN_INVALID;
}

static void add_line(crypto_auth_hmacsha256_state *state, sonde_str value) {
  crypto_auth_hmacsha256_update(state, (const unsigned char *)"\n", 1);
  crypto_auth_hmacsha256_update(state, (const unsigned char *)value.ptr, value.len);
}

static bool is_signed(const unsigned char *key, const claim *c) {
  unsigned char sent[crypto_auth_hmacsha256_BYTES], made[crypto_auth_hmacsha256_BYTES];
  static const parameter order[] = {P_KEY, P_EXPIRES, P_METHODS, P_USER, P_TABLES};
  sonde_str text = c->values[P_SIGNATURE];
  size_t len = 0;
  int decoded = sodium_base642bin(sent, sizeof sent, text.ptr, text.len, NULL, &len, NULL,
                                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (decoded != 0 || len != sizeof sent) return false;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key, KEY_SIZE);
  crypto_auth_hmacsha256_update(&state, (const unsigned char *)"sonde1", 6);
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) add_line(&state, c->values[order[i]]);
  for (unsigned i = 0; i < c->path_count; i++) add_line(&state, c->paths[i]);
  crypto_auth_hmacsha256_final(&state, made);
  return sodium_memcmp(sent, made, sizeof made) == 0;
}

/* Decimal without sign or leading zero, so that there is one way to write a time. */
static bool read_time(sonde_str s, int64_t *out) {
  *out = 0;
  if (!s.len || s.len > 12 || *s.ptr == '0') return false;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    *out = *out * 10 + (s.ptr[i] - '0');
  }
  return true;
}

static bool allows_method(sonde_str methods, http_method method) {
  sonde_str item;
  while (str_next_item(&methods, &item))
    if (str_is(item, method_name(method))) return true;
  return false;
}

/* A prefix that could reach further than it looks is none. */
static bool prefix_is_sane(sonde_str p) {
  if (p.len < 5 || memcmp(p.ptr, "/v1/", 4) != 0 || p.ptr[p.len - 1] == '/') return false;
  return path_is_plain((sonde_str){p.ptr + 1, p.len - 1});
}

static bool allows_path(const claim *c, sonde_str path) {
  for (unsigned i = 0; i < c->path_count; i++)
    if (prefix_is_sane(c->paths[i]) && path_is_within(path, c->paths[i])) return true;
  return false;
}

static void fill(sign_grant *grant, const claim *c) {
  sonde_str user = c->values[P_USER], tables = c->values[P_TABLES];
  memcpy(grant->user, user.ptr, user.len + 1);
  memcpy(grant->tables, tables.ptr, tables.len + 1);
}

sign_verdict sign_verify(const keyring *ring, const http_request *q, time_t now, time_t ahead,
                         sign_grant *grant) {
  claim c;
  int64_t expires;
  sign_verdict read = read_claim(q->query, &c);
  if (read != SIGN_GOOD) return read;
  const unsigned char *key = keyring_find(ring, c.values[P_KEY]);
  if (!key || !is_signed(key, &c)) return SIGN_INVALID;
  if (!read_time(c.values[P_EXPIRES], &expires) || expires > (int64_t)now + ahead) return SIGN_INVALID;
  if (expires < (int64_t)now) return SIGN_EXPIRED;
  if (!allows_method(c.values[P_METHODS], q->method) || !allows_path(&c, q->path)) return SIGN_OUT_OF_SCOPE;
  fill(grant, &c);
  return SIGN_GOOD;
}

const char *sign_code(sign_verdict v) {
  static const char *const codes[] = {"", "signature_missing", "signature_invalid", "signature_expired",
                                      "signature_scope"};
  return codes[v];
}

const char *sign_detail(sign_verdict v) {
  static const char *const details[] = {
      "", "This address must be signed by the site that links to it.",
      "The signature of this address is not valid; ask the site for a new one.",
      "The signature of this address has expired; ask the site for a new one.",
      "The signature of this address does not allow this path or method."};
  return details[v];
}
