#include <stdlib.h>
#include <string.h>

#include "base/names.h"

int
names_add(struct names *l, const char *s, struct err *e)
{
	size_t room = l->room == 0 ? 64 : l->room * 2;
	char **v;

	if (l->n > 0 && strcmp(l->v[l->n - 1], s) == 0)
		return 0;
	if (l->n == NAMES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d names", NAMES_MAX);
	if (l->n == l->room) {
		if ((v = realloc(l->v, room * sizeof(*v))) == NULL)
			return err_nomem(e);
		l->v = v;
		l->room = room;
	}
	if ((l->v[l->n] = strdup(s)) == NULL)
		return err_nomem(e);
	l->n++;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
names_sort(struct names *l)
{
	size_t i, n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), compare);
	for (i = 0; i < l->n; i++) {
		if (n > 0 && strcmp(l->v[n - 1], l->v[i]) == 0)
			free(l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

char **
names_find(const struct names *l, const char *s)
{
	return l->n == 0 ? NULL : bsearch(&s, l->v, l->n, sizeof(*l->v),
	    compare);
}

void
names_free(struct names *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}
