#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define BUF_FIRST 256	/* bytes of the first allocation */

static void
init(struct buf *b, size_t max, const char *what, int secret)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
	b->what = what;
	b->secret = secret;
}

void
buf_init(struct buf *b, size_t max, const char *what)
{
	init(b, max, what, 0);
}

void
buf_init_secret(struct buf *b, size_t max, const char *what)
{
	init(b, max, what, 1);
}

/* realloc() would leave a copy of a secret behind. */
static unsigned char *
grow(struct buf *b, size_t cap)
{
	unsigned char *p;

	if (!b->secret)
		return realloc(b->p, cap + 1);
	if ((p = malloc(cap + 1)) == NULL)
		return NULL;
	if (b->p != NULL) {
		memcpy(p, b->p, b->len);
		explicit_bzero(b->p, b->len);
		free(b->p);
	}
	return p;
}

int
buf_reserve(struct buf *b, size_t n, struct err *e)
{
	unsigned char *p;
	size_t cap;

	if (n > b->max - b->len)
		return err_set(e, ERR_LIMIT,
		    "%s is over the limit of %zu bytes", b->what, b->max);
	if (b->p != NULL && n <= b->cap - b->len)
		return 0;
	cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
	while (cap - b->len < n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	if ((p = grow(b, cap)) == NULL)
		return err_nomem(e);
	b->p = p;
	b->cap = cap;
	b->p[b->len] = '\0';
	return 0;
}

int
buf_append(struct buf *b, const void *p, size_t n, struct err *e)
{
	if (buf_reserve(b, n, e) == -1)
		return -1;
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int
buf_puts(struct buf *b, const char *s, struct err *e)
{
	return buf_append(b, s, strlen(s), e);
}

int
buf_putc(struct buf *b, int c, struct err *e)
{
	unsigned char ch = (unsigned char)c;

	return buf_append(b, &ch, 1, e);
}

int
buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, ERR_FORMAT, "cannot format a message");
	if (buf_reserve(b, (size_t)n, e) == -1)
		return -1;
	va_start(ap, fmt);
	vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (b->p == NULL || n == 0)
		return;
	memmove(b->p, b->p + n, b->len - n);
	if (b->secret)
		explicit_bzero(b->p + b->len - n, n);
	b->len -= n;
	b->p[b->len] = '\0';
}

int
buf_read_all(struct buf *b, int fd, size_t chunk, const char *what,
    struct err *e)
{
	ssize_t n;

	for (;;) {
		if (buf_reserve(b, chunk, e) == -1)
			return -1;
		n = read(fd, b->p + b->len, chunk);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(e, errno, "cannot read%s%s",
			    what == NULL ? "" : " ", what == NULL ? "" : what);
		if (n == 0)
			return 0;
		b->len += (size_t)n;
		b->p[b->len] = '\0';
	}
}

void
buf_reset(struct buf *b)
{
	buf_consume(b, b->len);
}

const char *
buf_str(const struct buf *b)
{
	return b->p == NULL ? "" : (const char *)b->p;
}

void
buf_release(struct buf *b)
{
	/* behind len all is wiped already, or was never written */
	if (b->p != NULL && b->secret)
		explicit_bzero(b->p, b->len);
	free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
}
