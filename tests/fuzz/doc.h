/* What the fuzz targets of both document readers share. */
#ifndef TESTS_FUZZ_DOC_H
#define TESTS_FUZZ_DOC_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"

#define VISITS 100000	/* aliases share nodes: a walk must end */

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static inline int
fuzz_walk_key(void *arg, const char *key, const struct node *v);

/* Look at every value, by every accessor. */
static inline void
fuzz_walk(const struct node *n, size_t *left)
{
	size_t i, len = 0;
	const char *s;

	if (*left == 0)
		return;
	(*left)--;
	s = node_str(n, &len);
	if (s != NULL && s[len] != '\0')
		abort();
	if (node_bool(n) > 1 || (node_type(n) == NODE_LIST && s != NULL))
		abort();
	for (i = 0; i < node_len(n); i++)
		fuzz_walk(node_at(n, i), left);
	node_each(n, fuzz_walk_key, left);
}

static inline int
fuzz_walk_key(void *arg, const char *key, const struct node *v)
{
	(void)key;
	fuzz_walk(v, arg);
	return 0;
}

static inline int
fuzz_item(void *arg, const struct node *obj, struct err *e)
{
	size_t left = VISITS;

	(void)e;
	if (node_type(obj) != NODE_MAP)
		abort();
	(void)node_path(obj, "metadata", "name", (const char *)NULL);
	fuzz_walk(obj, &left);
	++*(size_t *)arg;
	return 0;
}

static inline int
fuzz_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	(void)arg;
	(void)e;
	if (nth == 0 || why->msg[0] == '\0')
		abort();
	return 0;
}

/* The same bytes whole and in drips must be the same to a reader. */
struct fuzz_drip {
	const uint8_t	*p;
	size_t		 len;
	size_t		 step;
};

static inline ssize_t
fuzz_read(void *arg, void *p, size_t n, struct err *e)
{
	struct fuzz_drip *d = arg;

	(void)e;
	n = n < d->step ? n : d->step;
	n = n < d->len ? n : d->len;
	if (n > 0)
		memcpy(p, d->p, n);
	d->p += n;
	d->len -= n;
	return (ssize_t)n;
}

static inline void
fuzz_both(const uint8_t *p, size_t n, int (*reader)(const struct doc_source *,
    const struct doc_sink *, struct err *))
{
	struct fuzz_drip whole = { p, n, SIZE_MAX }, drip = { p, n, 5 };
	struct doc_source a = { fuzz_read, &whole }, b = { fuzz_read, &drip };
	size_t seen_a = 0, seen_b = 0;
	struct doc_sink sa = { fuzz_item, fuzz_bad, &seen_a };
	struct doc_sink sb = { fuzz_item, fuzz_bad, &seen_b };
	struct err e = ERR_INIT;
	int ret;

	ret = reader(&a, &sa, &e);
	if (ret == -1 && e.msg[0] == '\0')
		abort();
	if (reader(&b, &sb, &e) != ret || seen_a != seen_b)
		abort();
}

#endif
