/* What the fuzz targets of both document readers share. */
#ifndef TESTS_FUZZ_DOC_H
#define TESTS_FUZZ_DOC_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"

#define FUZZ_REFUSE SIZE_MAX	/* a sink's count: refuse everything */
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

	if (node_type(obj) != NODE_MAP)
		abort();
	(void)node_path(obj, "metadata", "name", (const char *)NULL);
	fuzz_walk(obj, &left);
	if (*(size_t *)arg == FUZZ_REFUSE)
		return err_set(e, ERR_IO, "refused");
	++*(size_t *)arg;
	return 0;
}

static inline int
fuzz_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	if (nth == 0 || why->msg[0] == '\0')
		abort();
	return *(size_t *)arg == FUZZ_REFUSE ? err_set(e, ERR_IO, "refused") :
	    0;
}

/* The same bytes whole and in drips must be the same to a reader. */
struct fuzz_drip {
	const uint8_t	*p;
	size_t		 len;
	size_t		 step;
	size_t		 fail;		/* bytes left when it breaks; or 0 */
};

static inline ssize_t
fuzz_read(void *arg, void *p, size_t n, struct err *e)
{
	struct fuzz_drip *d = arg;

	if (d->fail > 0 && d->len <= d->fail)
		return err_set(e, ERR_IO, "broke");
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
	struct fuzz_drip whole = { p, n, SIZE_MAX, 0 }, drip = { p, n, 5, 0 };
	struct fuzz_drip again = whole, breaks = { p, n, 5, n / 2 };
	struct doc_source a = { fuzz_read, &whole }, b = { fuzz_read, &drip };
	struct doc_source c = { fuzz_read, &again };
	struct doc_source d = { fuzz_read, &breaks };
	size_t seen_a = 0, seen_b = 0, refuse = FUZZ_REFUSE;
	struct doc_sink sc = { .item = fuzz_item, .bad = fuzz_bad,
		    .arg = &refuse };
	struct doc_sink sa = { .item = fuzz_item, .bad = fuzz_bad,
		    .arg = &seen_a };
	struct doc_sink sb = { .item = fuzz_item, .bad = fuzz_bad,
		    .arg = &seen_b };
	struct err e = ERR_INIT, eb = ERR_INIT;
	int ret;

	ret = reader(&a, &sa, &e);
	if (ret == -1 && e.msg[0] == '\0')
		abort();
	/* a parser that reads ahead may find an error or a limit earlier, */
	/* but what is whole must be whole both times */
	if (reader(&b, &sb, &eb) != ret && e.class != ERR_LIMIT &&
	    eb.class != ERR_LIMIT)
		abort();
	if (ret == 0 && eb.class == ERR_NONE && seen_a != seen_b)
		abort();
	/* a sink that refuses, a source that breaks: an error, nothing else */
	if (reader(&c, &sc, &e) == 0 && seen_a > 0)
		abort();
	if (n > 1 && reader(&d, &sb, &e) == 0)
		abort();
}

#endif
