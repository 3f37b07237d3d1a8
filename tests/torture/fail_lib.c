/*
 * To be preloaded: the N-th allocation of the whole process fails, libraries'
 * own among them: FAIL_ANY=N; FAIL_LOG as in fail.c.  A crash says its stack on
 * stderr, since it may be a library's.
 */
#include <sys/syscall.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define FRAMES 24

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t m);
extern void *__libc_realloc(void *p, size_t n);

static long left;

static void
on_crash(int sig)
{
	static const char said[] = "CRASH\n";
	void *frame[FRAMES];
	int n = backtrace(frame, FRAMES);

	if (write(STDERR_FILENO, said, sizeof(said) - 1) != -1)
		backtrace_symbols_fd(frame, n, STDERR_FILENO);
	signal(sig, SIG_DFL);
	raise(sig);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *n = getenv("FAIL_ANY");
	void *frame[1];

	/* its library is loaded with the first call */
	backtrace(frame, 1);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	signal(SIGBUS, on_crash);
	left = n == NULL ? 0 : atol(n);
}

static int
strikes(void)
{
	const char *log;
	long fd;

	if (left == 0 || __atomic_sub_fetch(&left, 1, __ATOMIC_RELAXED) != 0)
		return 0;
	if ((log = getenv("FAIL_LOG")) != NULL && (fd = syscall(SYS_openat,
	    AT_FDCWD, log, O_WRONLY | O_CREAT, 0600)) != -1)
		syscall(SYS_close, fd);
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return strikes() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t m)
{
	return strikes() ? NULL : __libc_calloc(n, m);
}

void *
realloc(void *p, size_t n)
{
	return strikes() ? NULL : __libc_realloc(p, n);
}
