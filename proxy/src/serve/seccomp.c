/* The system calls of a server that has its sockets and folders open: no exec, no new sockets, no signals to others.
 *
 * Found by running the tests with sandbox = "kill". Threads come and go (workers), files are opened (Landlock says which). */
#include "sandbox.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Numbers of system calls are known here for two architectures. */
#if SANDBOX_SANITIZED
#elif defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
static const int allowed[] = {
    /* sockets and events */
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendfile,
    SYS_accept4,
    SYS_shutdown,
    SYS_setsockopt,
    SYS_getsockopt,
    SYS_getsockname,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
    /* files */
    SYS_openat,
    SYS_openat2,
    SYS_close,
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_preadv2,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_lseek,
    SYS_fcntl,
    SYS_dup,
    SYS_fadvise64,
    SYS_readahead,
    SYS_ftruncate,
    SYS_unlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_getdents64,
#ifdef SYS_rename
    SYS_rename,
    SYS_unlink,
    SYS_access,
#endif
    /* memory */
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_brk,
    /* threads, signals, time */
    SYS_clone,
    SYS_clone3,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_futex,
    SYS_membarrier,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_setpriority,
    SYS_gettid,
    SYS_getpid,
    SYS_tgkill,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigtimedwait,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_getrandom,
    SYS_getrusage,
    SYS_sysinfo,
    SYS_prlimit64,
};
enum { ALLOWED = sizeof allowed / sizeof *allowed, PROGRAM_MAX = 2 * ALLOWED + 8 };

static struct sock_filter load(size_t offset) {
  return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}
static struct sock_filter answer(uint32_t action) {
  return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
}
/* Skips the next instruction unless the loaded value is `k`. */
static struct sock_filter only_if(uint32_t k) {
  return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
}

bool seccomp_enter(sandbox_mode mode) {
  struct sock_filter program[PROGRAM_MAX];
  uint32_t otherwise = mode == SANDBOX_KILL ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
  unsigned n = 0;
  program[n++] = load(offsetof(struct seccomp_data, arch));
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  program[n++] = answer(SECCOMP_RET_KILL_PROCESS);
  program[n++] = load(offsetof(struct seccomp_data, nr));
  for (unsigned i = 0; i < ALLOWED; i++) {
    program[n++] = only_if((uint32_t)allowed[i]);
    program[n++] = answer(SECCOMP_RET_ALLOW);
  }
  program[n++] = answer(otherwise);
  struct sock_fprog all = {.len = (unsigned short)n, .filter = program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0) == 0;
}
#else
bool seccomp_enter(sandbox_mode mode) {
  (void)mode;
  return true;
}
#endif
