/*
 * A growing run of bytes with a maximum that has a name.
 *
 * Every buffer is born with the most it may ever hold, so that no input can
 * make it grow without bound, and with the words that say so when it would.
 * A secret buffer (a key, a token) is wiped when it grows, is reset or is
 * released.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

struct buf {
	unsigned char	*p;	/* NULL while nothing was ever appended */
	size_t		 len;	/* bytes in use */
	size_t		 cap;	/* bytes allocated; one more holds a NUL */
	size_t		 max;	/* len never exceeds this */
	const char	*what;	/* for the message: "a line", "an item" */
	int		 secret;
};

/* Neither allocates.  what is borrowed for the buffer's life. */
void	buf_init(struct buf *b, size_t max, const char *what);
void	buf_init_secret(struct buf *b, size_t max, const char *what);

/*
 * Append.  -1: out of memory, or the maximum would be passed (ERR_LIMIT, "WHAT
 * is over the limit of MAX bytes"); the contents are then as before.  After
 * every success p[len] is NUL, so text can be read as a C string.
 */
int	buf_append(struct buf *b, const void *p, size_t n, struct err *e);
int	buf_puts(struct buf *b, const char *s, struct err *e);
int	buf_putc(struct buf *b, int c, struct err *e);
int	buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Make room for n more bytes at p + len; the caller then adds to len. */
int	buf_reserve(struct buf *b, size_t n, struct err *e);

/*
 * Append all that fd has until its end, chunk bytes at a time; max must leave
 * room for as much beyond the last byte.  -1: as buf_reserve(), or "cannot
 * read" (and what, unless it is NULL) and the reason, which is ERR_IO.
 */
int	buf_read_all(struct buf *b, int fd, size_t chunk, const char *what,
	    struct err *e);

/* Drop the first n bytes, or all of them; the allocation stays. */
void	buf_consume(struct buf *b, size_t n);
void	buf_reset(struct buf *b);

/* The bytes as a C string; "" for a buffer that is empty. */
const char *buf_str(const struct buf *b);

/* Free the contents (wiped first if secret); the buffer can be used again. */
void	buf_release(struct buf *b);

#endif
