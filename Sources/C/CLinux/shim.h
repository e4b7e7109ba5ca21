// What `import Glibc` leaves out of Linux's own interfaces. Maps and inline shims only: no logic.
#pragma once

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

// GNU extensions are declared only under _GNU_SOURCE. Defining it here would make these headers' types differ
// from the ones that the other modules have read (the importer refuses that), so they are declared as their
// manual pages have them.
extern const char *strerrorname_np(int number);
extern const char *strerrordesc_np(int number);
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int pthread_getname_np(pthread_t thread, char *name, size_t size);
extern int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *set);
extern int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set);
extern int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *end);
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int setgroups(size_t count, const gid_t *groups);
extern int close_range(unsigned int first, unsigned int last, int flags);

// Enumerators and macros that the importer drops or types in a way that does not combine.
static const int securechat_socket_stream = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
// An enumerator, which belongs to whichever module is the first to include its header.
static const int securechat_socket_kind_stream = SOCK_STREAM;
static const int securechat_socket_datagram = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int securechat_accept_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int securechat_send_flags = MSG_NOSIGNAL;
static const int securechat_signal_flags = SFD_NONBLOCK | SFD_CLOEXEC;
static const int securechat_limit_descriptors = RLIMIT_NOFILE;
static const int securechat_limit_core = RLIMIT_CORE;
static const int securechat_limit_locked = RLIMIT_MEMLOCK;
// CLOSE_RANGE_CLOEXEC of linux/close_range.h.
static const int securechat_close_on_exec = 1 << 2;

/// `struct ucred` (socket(7), SO_PEERCRED) under a name that does not depend on _GNU_SOURCE.
struct securechat_peer_credentials {
    int process;
    unsigned int user;
    unsigned int group;
};

/// prctl(2) takes a variable number of arguments, which Swift cannot call.
static inline int securechat_set_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

extern char **environ;
/// A global variable of C is shared mutable state to Swift; its value at one moment is not.
static inline char **securechat_environment(void) { return environ; }
