/*
 * The N-th call of one kind that the tools themselves make fails: FAIL=KIND:N,
 * KIND one of alloc, read, write, open.  Linked in by -Wl,--wrap, which leaves
 * libraries' calls alone.  FAIL_LOG: a file that is made when it has struck.
 */
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

enum kind { ALLOC, READ, WRITE, OPEN, KINDS };

static const char *const names[KINDS] = { "alloc", "read", "write", "open" };
static long left[KINDS];
static __thread int within;	/* libcrypto, which allocates through us */

__attribute__((constructor)) static void
begin(void)
{
	const char *what = getenv("FAIL"), *colon;
	int k;

	if (what == NULL || (colon = strchr(what, ':')) == NULL)
		return;
	for (k = 0; k < KINDS; k++)
		if (strncmp(what, names[k], (size_t)(colon - what)) == 0)
			left[k] = atol(colon + 1);
}

static int
strikes(enum kind k, int error)
{
	const char *log;
	long fd;

	if (within || left[k] == 0 || --left[k] > 0)
		return 0;
	if ((log = getenv("FAIL_LOG")) != NULL && (fd = syscall(SYS_openat,
	    AT_FDCWD, log, O_WRONLY | O_CREAT, 0600)) != -1)
		syscall(SYS_close, fd);
	errno = error;
	return 1;
}

#define WRAP(type, name, params, args, kind, error, failed)		\
type	__real_##name params;						\
type	__wrap_##name params;						\
type									\
__wrap_##name params							\
{									\
	return strikes(kind, error) ? (failed) : __real_##name args;	\
}

WRAP(void *, malloc, (size_t n), (n), ALLOC, ENOMEM, NULL)
WRAP(void *, calloc, (size_t n, size_t m), (n, m), ALLOC, ENOMEM, NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), ALLOC, ENOMEM, NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t m), (p, n, m), ALLOC,
    ENOMEM, NULL)
WRAP(char *, strdup, (const char *s), (s), ALLOC, ENOMEM, NULL)
WRAP(char *, strndup, (const char *s, size_t n), (s, n), ALLOC, ENOMEM, NULL)

WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), READ, EIO, -1)
WRAP(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at),
    READ, EIO, -1)

WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), OPEN,
    EMFILE, NULL)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), OPEN, EMFILE,
    NULL)
WRAP(int, pipe, (int fd[2]), (fd), OPEN, EMFILE, -1)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode),
    OPEN, ENOSPC, -1)

static int
mode_of(int flags, va_list ap)
{
	return (flags & O_CREAT) != 0 ? va_arg(ap, int) : 0;
}

int	__real_open(const char *path, int flags, ...);
int	__wrap_open(const char *path, int flags, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return strikes(OPEN, EMFILE) ? -1 : __real_open(path, flags, mode);
}

int	__real_openat(int fd, const char *path, int flags, ...);
int	__wrap_openat(int fd, const char *path, int flags, ...);

int
__wrap_openat(int fd, const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return strikes(OPEN, EMFILE) ? -1 : __real_openat(fd, path, flags,
	    mode);
}

/* What stdio remembers of a write that failed. */
static int
broken(FILE *f)
{
#ifdef __GLIBC__
	f->_flags |= 0x20;	/* ferror() */
#else
	(void)f;
#endif
	return EOF;
}

WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), WRITE,
    ENOSPC, -1)
WRAP(int, fsync, (int fd), (fd), WRITE, EIO, -1)
WRAP(size_t, fwrite, (const void *p, size_t n, size_t m, FILE *f),
    (p, n, m, f), WRITE, ENOSPC, (size_t)(broken(f) + 1))
WRAP(int, fputs, (const char *s, FILE *f), (s, f), WRITE, ENOSPC, broken(f))
WRAP(int, fputc, (int c, FILE *f), (c, f), WRITE, ENOSPC, broken(f))
WRAP(int, fflush, (FILE *f), (f), WRITE, ENOSPC, broken(f))
WRAP(int, vfprintf, (FILE *f, const char *fmt, va_list ap), (f, fmt, ap),
    WRITE, ENOSPC, broken(f))

int	__wrap_fprintf(FILE *f, const char *fmt, ...);

int
__wrap_fprintf(FILE *f, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (strikes(WRITE, ENOSPC))
		return broken(f);
	va_start(ap, fmt);
	n = __real_vfprintf(f, fmt, ap);
	va_end(ap);
	return n;
}

static CRYPTO_malloc_fn  get;
static CRYPTO_realloc_fn resize;

static void *
crypto_get(size_t n, const char *file, int line)
{
	void *p;

	within++;
	p = get(n, file, line);
	within--;
	return p;
}

static void *
crypto_resize(void *p, size_t n, const char *file, int line)
{
	within++;
	p = resize(p, n, file, line);
	within--;
	return p;
}

int	__real_CRYPTO_set_mem_functions(CRYPTO_malloc_fn m,
	    CRYPTO_realloc_fn r, CRYPTO_free_fn f);
int	__wrap_CRYPTO_set_mem_functions(CRYPTO_malloc_fn m,
	    CRYPTO_realloc_fn r, CRYPTO_free_fn f);

int
__wrap_CRYPTO_set_mem_functions(CRYPTO_malloc_fn m, CRYPTO_realloc_fn r,
    CRYPTO_free_fn f)
{
	get = m;
	resize = r;
	return __real_CRYPTO_set_mem_functions(crypto_get, crypto_resize, f);
}
