#include <string.h>

#include "pki/b64.h"
#include "pki/leaf.h"

#define LINE 64		/* digits on a line, its LF not counted */

/* Step over what must stand here. */
static int
expect(const char **p, const char *end, const char *what)
{
	size_t n = strlen(what);

	if ((size_t)(end - *p) < n || memcmp(*p, what, n) != 0)
		return 0;
	*p += n;
	return 1;
}

static int
boundary(const char **p, const char *end, const char *what, const char *label)
{
	return expect(p, end, what) && expect(p, end, label) &&
	    expect(p, end, "-----");
}

/*
 * The last group of a block, which may be padded.  Its bytes, 1 to 3; 0 if it
 * is not one.
 */
static size_t
last_group(const char s[4], unsigned char out[3])
{
	char full[4] = { s[0], s[1], s[2], s[3] };
	size_t pad = s[3] != '=' ? 0 : s[2] != '=' ? 1 : 2;

	/* a padding is zero bits, and A is six of them */
	memset(full + 4 - pad, 'A', pad);
	if (b64_run(full, 4, out) != 4)
		return 0;
	return pad > 0 && out[3 - pad] != 0 ? 0 : 3 - pad;
}

/* Lines of digits into out, which has room; 0: not of the plain form. */
static size_t
body(const char *p, const char *end, unsigned char *out)
{
	size_t line, run, n = 0, last;

	while (p < end) {
		line = (size_t)(end - p) > LINE ? LINE : (size_t)(end - p) - 1;
		if (p[line] != '\n' || line == 0)
			return 0;
		run = b64_run(p, line, out + n);
		n += run / 4 * 3;
		p += line + 1;
		if (run == line)
			continue;
		/* a group that is short leaves less than four */
		if (p != end || line - run != 4 ||
		    (last = last_group(p - 5, out + n)) == 0)
			return 0;
		n += last;
	}
	return n;
}

int
pem_first(const char *text, size_t len, const char *label, struct buf *out,
    size_t *rest)
{
	const char *p = text, *end = text + len, *stop;
	size_t room, n;

	if (!boundary(&p, end, "-----BEGIN ", label) ||
	    !expect(&p, end, "\n") ||
	    (stop = memchr(p, '-', (size_t)(end - p))) == NULL)
		return 0;
	room = (size_t)(stop - p) / 4 * 3;
	if (room == 0 || buf_reserve(out, room, NULL) == -1)
		return 0;
	n = body(p, stop, out->p + out->len);
	p = stop;
	if (n == 0 || !boundary(&p, end, "-----END ", label) ||
	    (p != end && *p++ != '\n')) {
		if (out->secret)
			explicit_bzero(out->p + out->len, room);
		out->p[out->len] = '\0';
		return 0;
	}
	out->len += n;
	out->p[out->len] = '\0';
	*rest = (size_t)(p - text);
	return 1;
}
