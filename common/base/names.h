/* A growing list of strings of its own, to be sorted when it is complete. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

#include "base/err.h"

#define NAMES_MAX 2000000	/* strings in a list */

struct names {
	char	**v;		/* NULL while it is empty */
	size_t	  n;
	size_t	  room;
};

/* A copy of s, unless it is the one that came just before. */
int	names_add(struct names *l, const char *s, struct err *e);

/* By bytes, each once. */
void	names_sort(struct names *l);

/* Where s is in a list that has been sorted since, or NULL. */
char	**names_find(const struct names *l, const char *s);

void	names_free(struct names *l);

#endif
