#include <string.h>

#include "pki/pem.h"

#define DASHES "-----"

int
pem_line(const char **pos, const char *end, struct pem_line *l)
{
	const char *nl;

	if (*pos == end)
		return 0;
	nl = memchr(*pos, '\n', (size_t)(end - *pos));
	l->p = *pos;
	l->len = (size_t)((nl == NULL ? end : nl) - *pos);
	*pos = nl == NULL ? end : nl + 1;
	while (l->len > 0 && (l->p[l->len - 1] == '\r' ||
	    l->p[l->len - 1] == ' ' || l->p[l->len - 1] == '\t'))
		l->len--;
	return 1;
}

int
pem_boundary(const struct pem_line *l, const char *what,
    struct pem_line *label)
{
	size_t n = strlen(what), d = strlen(DASHES);

	if (l->len < n + d || memcmp(l->p, what, n) != 0 ||
	    memcmp(l->p + l->len - d, DASHES, d) != 0)
		return 0;
	label->p = l->p + n;
	label->len = l->len - n - d;
	return 1;
}
