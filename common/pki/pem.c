#include <string.h>

#include "pki/b64.h"
#include "pki/pem.h"

#define DASHES "-----"
#define LINE_BYTES 48	/* as 64 digits */

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

static int
write_lines(struct buf *out, const unsigned char *p, size_t len, struct err *e)
{
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < LINE_BYTES ? len : LINE_BYTES;
		if (b64_encode(p, n, out, e) == -1 ||
		    buf_putc(out, '\n', e) == -1)
			return -1;
	}
	return 0;
}

int
pem_write(struct buf *out, const char *label, const void *der, size_t len,
    struct err *e)
{
	size_t was = out->len;

	if (buf_printf(out, e, PEM_BEGIN "%s" DASHES "\n", label) == 0 &&
	    write_lines(out, der, len, e) == 0 &&
	    buf_printf(out, e, PEM_END "%s" DASHES "\n", label) == 0)
		return 0;
	out->len = was;
	if (out->p != NULL)
		out->p[was] = '\0';
	return -1;
}
