/* Landlock: reading below the roots and in the folders of the key ring and the catalog, writing in the cache folder. */
#include "sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Later than the headers of some systems. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FIRST_ABI ((1ULL << 13) - 1) /* everything that Landlock's first version can forbid */

static bool drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  for (int i = 0; i <= CAP_LAST_CAP; i++) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return syscall(SYS_capset, &header, none) == 0;
}

static bool allow(int rules, int fd, uint64_t access) {
  struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
  return fd < 0 || syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool allow_path(int rules, const char *path, uint64_t access) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  bool allowed = fd >= 0 && allow(rules, fd, access);
  if (fd >= 0) close(fd);
  return allowed;
}

/* A file that is replaced by renaming is another file: the folder it lies in must be allowed. */
static bool allow_folder_of(int rules, const char *file) {
  if (!file) return true;
  char *copy = strdup(file);
  bool allowed = copy && allow_path(rules, dirname(copy), READING);
  free(copy);
  return allowed;
}

/* A query may name a time zone. Systems without that folder know none. */
static bool allow_zones(int rules) {
  static const char folder[] = "/usr/share/zoneinfo";
  return access(folder, R_OK) != 0 || allow_path(rules, folder, READING);
}

static bool allow_all(int rules, const config *c, const roots *r, uint64_t writing) {
  bool allowed = allow(rules, r->site, READING) && allow(rules, r->root, READING) &&
                 allow(rules, r->cache, READING | writing) && allow_folder_of(rules, c->keys) &&
                 allow_folder_of(rules, c->catalog) && allow_zones(rules) &&
                 allow_path(rules, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE);
  for (unsigned i = 0; i < r->named_count; i++) allowed = allowed && allow(rules, r->named[i].fd, READING);
  return allowed;
}

static bool enter_landlock(const config *c, const roots *r, const char **missing) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return *missing = "Landlock", true;
  uint64_t truncate = abi >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
  struct landlock_ruleset_attr all = {.handled_access_fs = FIRST_ABI | truncate};
  if (abi >= 2) all.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
  bool entered = rules >= 0 && allow_all(rules, c, r, WRITING | truncate) &&
                 syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  if (rules >= 0) close(rules);
  return entered;
}

static bool fail(char why[256], const char *what) {
  snprintf(why, 256, "cannot give up %s: %s", what, strerror(errno));
  return false;
}

bool sandbox_enter(const config *c, const roots *r, char why[256], const char **missing) {
  *missing = NULL;
  if (c->sandbox == SANDBOX_OFF) return true;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(why, "new privileges");
  if (!drop_capabilities()) return fail(why, "capabilities");
  if (!SANDBOX_SANITIZED && !enter_landlock(c, r, missing)) return fail(why, "the rest of the file system");
  return seccomp_enter(c->sandbox) || fail(why, "system calls");
}
