/*
 * Many small allocations with one end and one maximum: what a hostile answer
 * can make of memory is decided here, once.  Everything is wiped when it goes,
 * since keys and tokens pass through.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena {
	struct arena_block	*head;
	size_t			 used;	/* bytes handed out */
	size_t			 max;	/* used never exceeds this */
	const char		*what;	/* for the message: "an item" */
	int			 over;	/* max was asked to be passed */
	size_t			 block;	/* bytes of the next block, at least */
};

/* Does not allocate.  what is borrowed for the arena's life. */
void	arena_init(struct arena *a, size_t max, const char *what);

/*
 * n bytes, aligned for anything, not cleared; NULL with ERR_NOMEM or ERR_LIMIT
 * ("WHAT is over the limit of MAX bytes").
 */
void	*arena_alloc(struct arena *a, size_t n, struct err *e);

/* The same, cleared, for n elements of a size. */
void	*arena_array(struct arena *a, size_t n, size_t size, struct err *e);

/* A copy with a NUL behind it. */
char	*arena_text(struct arena *a, const void *p, size_t n, struct err *e);

/* snprintf() into the arena. */
char	*arena_printf(struct arena *a, struct err *e, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/*
 * Wipe it all and use its memory again, in one block from now on if ARENA_KEEP
 * bytes are enough: for many things of a size, one after the other.
 */
#define ARENA_KEEP (256 * 1024)
void	arena_reset(struct arena *a);

/* Wipe and free it all; the arena can be used again. */
void	arena_release(struct arena *a);

#endif
