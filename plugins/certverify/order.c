/* What has come in order of namespace and name, each once. */
#define _GNU_SOURCE	/* qsort_r() */
#include <stdlib.h>
#include <string.h>

#include "plugins/certverify/state.h"

static int
by_name(const struct cv *cv, uint32_t a, uint32_t b)
{
	int d = strcmp(cv_ns_of(cv, a), cv_ns_of(cv, b));

	return d != 0 ? d : strcmp(cv_name_of(cv, a), cv_name_of(cv, b));
}

/* All of these begin with their name. */
static int
by_first(const void *a, const void *b, void *cv)
{
	return by_name(cv, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int
by_ns(const void *a, const void *b, void *cv)
{
	const struct mesh_ns *x = a, *y = b;
	int d = strcmp(x->ref.name, y->ref.name);

	(void)cv;
	/* the namespace itself before what only names it */
	return d != 0 ? d : y->seen - x->seen;
}

/* A cluster hands most of them on in order: then sorting takes no memory. */
static void
sort(struct cv *cv, struct cv_list *l,
    int (*by)(const void *a, const void *b, void *cv))
{
	const char *v = l->v;
	size_t i;

	for (i = 1; i < l->n; i++)
		if (by(v + (i - 1) * l->size, v + i * l->size, cv) > 0) {
			qsort_r(l->v, l->n, l->size, by, cv);
			return;
		}
}

static void
once_each_ns(struct cv_list *l)
{
	struct mesh_ns *v = l->v;
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		if (n == 0 || strcmp(v[n - 1].ref.name, v[i].ref.name) != 0)
			v[n++] = v[i];
	l->n = n;
}

/* ---- what came twice ---- */

static int
same_held(const struct cv_held *a, const struct cv_held *b)
{
	return a->class == b->class && a->flags == b->flags &&
	    a->not_after == b->not_after && a->serial == b->serial;
}

static int
twice(struct cv *cv, const char *kind, const char *holder, uint32_t name,
    struct err *e)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_FORMAT, "it is in the input twice, with different "
	    "contents: judge one mesh at a time");
	return cv_unknown_at(cv, kind, name, holder, &why, e);
}

static int
once_each(struct cv *cv, struct err *e)
{
	struct cv_held *h = cv->helds.v;
	struct cv_trust *t = cv->trusts.v;
	size_t i, n = 0;

	for (i = 0; i < cv->helds.n; i++) {
		if (n > 0 && by_name(cv, h[n - 1].name, h[i].name) == 0) {
			if (!same_held(&h[n - 1], &h[i]) && twice(cv,
			    "secret", "workload", h[i].name, e) == -1)
				return -1;
			continue;
		}
		h[n++] = h[i];
	}
	cv->helds.n = n;
	for (i = n = 0; i < cv->trusts.n; i++) {
		if (n > 0 && by_name(cv, t[n - 1].name, t[i].name) == 0 &&
		    strcmp(t[n - 1].kind, t[i].kind) == 0) {
			if (t[n - 1].set != t[i].set && t[i].source ==
			    t[n - 1].source && twice(cv, t[i].kind, "trust",
			    t[i].name, e) == -1)
				return -1;
			continue;
		}
		t[n++] = t[i];
	}
	cv->trusts.n = n;
	return 0;
}

int
cv_order(struct cv *cv, struct err *e)
{
	sort(cv, &cv->helds, by_first);
	sort(cv, &cv->trusts, by_first);
	sort(cv, &cv->hooks, by_first);
	sort(cv, &cv->namespaces, by_ns);
	once_each_ns(&cv->namespaces);
	if (once_each(cv, e) == -1)
		return -1;
	sort(cv, &cv->unknowns, by_first);
	return 0;
}

/* ---- found by their name ---- */

size_t
cv_at_or_behind(const struct cv *cv, const struct cv_list *l, const char *ns,
    const char *name)
{
	const char *v = l->v;
	size_t lo = 0, hi = l->n, mid;
	uint32_t at;
	int d;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		memcpy(&at, v + mid * l->size, sizeof(at));
		if ((d = strcmp(cv_ns_of(cv, at), ns)) == 0)
			d = strcmp(cv_name_of(cv, at), name);
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct cv_held *
cv_find_held(const struct cv *cv, const char *ns, const char *name)
{
	size_t i = cv_at_or_behind(cv, &cv->helds, ns, name);
	const struct cv_held *h;

	if (i == cv->helds.n)
		return NULL;
	h = cv_held_at(cv, i);
	return strcmp(cv_ns_of(cv, h->name), ns) == 0 &&
	    strcmp(cv_name_of(cv, h->name), name) == 0 ? h : NULL;
}

static int
by_key(const void *key, const void *ns)
{
	return strcmp(key, ((const struct mesh_ns *)ns)->ref.name);
}

const struct mesh_ns *
cv_find_ns(const struct cv *cv, const char *name)
{
	const struct cv_list *l = &cv->namespaces;

	return l->n == 0 ? NULL : bsearch(name, l->v, l->n, l->size, by_key);
}
