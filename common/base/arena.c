#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define BLOCK_MIN	4096	/* bytes of a block that is not for one only */

struct arena_block {
	struct arena_block	*next;
	size_t			 size;
	size_t			 off;
	alignas(max_align_t) unsigned char p[];
};

void
arena_init(struct arena *a, size_t max, const char *what)
{
	memset(a, 0, sizeof(*a));
	a->max = max;
	a->what = what;
	a->block = BLOCK_MIN;
}

static struct arena_block *
block(struct arena *a, size_t n, struct err *e)
{
	size_t size = n < a->block ? a->block : n;
	struct arena_block *b;

	if ((b = malloc(sizeof(*b) + size)) == NULL) {
		err_nomem(e);
		return NULL;
	}
	b->size = size;
	b->off = 0;
	b->next = a->head;
	a->head = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n, struct err *e)
{
	struct arena_block *b = a->head;
	void *p;

	if (n > SIZE_MAX / 2 || n > a->max - a->used) {
		a->over = 1;
		err_set(e, ERR_LIMIT, "%s is over the limit of %zu bytes",
		    a->what, a->max);
		return NULL;
	}
	n = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (n > a->max - a->used)
		n = a->max - a->used;	/* the last one needs no alignment */
	if ((b == NULL || b->size - b->off < n) &&
	    (b = block(a, n, e)) == NULL)
		return NULL;
	p = b->p + b->off;
	b->off += n;
	a->used += n;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size, struct err *e)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / 2 / size)
		n = SIZE_MAX, size = 1;
	if ((p = arena_alloc(a, n * size, e)) != NULL)
		memset(p, 0, n * size);
	return p;
}

char *
arena_text(struct arena *a, const void *p, size_t n, struct err *e)
{
	char *s;

	if ((s = arena_alloc(a, n + 1, e)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *
arena_printf(struct arena *a, struct err *e, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		err_nomem(e);
		return NULL;
	}
	if ((s = arena_alloc(a, (size_t)n + 1, e)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	if (b != NULL && b->next == NULL && b->size <= ARENA_KEEP) {
		explicit_bzero(b->p, b->off);
		b->off = 0;
		a->used = 0;
	} else {
		while (a->block < a->used && a->block < ARENA_KEEP)
			a->block *= 2;
		arena_release(a);
	}
	a->over = 0;
}

void
arena_release(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->head) != NULL) {
		a->head = b->next;
		explicit_bzero(b->p, b->off);
		free(b);
	}
	a->used = 0;
}
