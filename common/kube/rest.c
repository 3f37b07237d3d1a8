/* The body of a refusal: head.h. */
#include <string.h>

#include "base/hex.h"
#include "kube/head.h"

#define SIZE_DIGITS	7	/* of a chunk's length */
#define SIZE_LINE	256	/* bytes of the line that it stands in */

void
rest_init(struct rest *r, const struct head *h)
{
	memset(r, 0, sizeof(*r));
	r->chunked = h->chunked;
	/* without a length it lasts as long as the connection */
	r->left = h->coded || h->length == -1 ? UINT64_MAX :
	    (uint64_t)h->length;
}

/* A chunk's first line: 1; 0: more must come; -1: there is no other chunk. */
static int
next_chunk(struct rest *r, struct buf *in)
{
	size_t at = r->behind ? 2 : 0, i, n;
	int digit;
	const unsigned char *end;

	if (in->len < at)
		return 0;
	if (at > 0 && memcmp(in->p, "\r\n", 2) != 0)
		return -1;
	n = in->len - at < SIZE_LINE ? in->len - at : SIZE_LINE;
	if (n == 0 || (end = memchr(in->p + at, '\n', n)) == NULL)
		return n == SIZE_LINE ? -1 : 0;
	r->left = 0;
	for (i = at; (digit = hex_digit((char)in->p[i])) != -1; i++)
		r->left = r->left << 4 | (unsigned)digit;
	if (i == at || i - at > SIZE_DIGITS || r->left == 0)
		return -1;
	buf_consume(in, (size_t)(end - in->p) + 1);
	r->in_chunk = 1;
	return 1;
}

/* 1: out has room for no more. */
static int
move(struct rest *r, struct buf *in, struct buf *out)
{
	size_t room = out->max - out->len, n = in->len;

	if (n > r->left)
		n = (size_t)r->left;
	if (n > room)
		n = room;
	if (n > 0 && buf_append(out, in->p, n, NULL) == -1)
		return 1;
	buf_consume(in, n);
	r->left -= n;
	return out->len == out->max;
}

int
rest_take(struct rest *r, struct buf *in, struct buf *out)
{
	int ret;

	if (!r->chunked)
		return move(r, in, out) || r->left == 0;
	for (;;) {
		if (!r->in_chunk && (ret = next_chunk(r, in)) != 1)
			return ret == -1;
		if (move(r, in, out))
			return 1;
		if (r->left > 0)
			return 0;
		r->in_chunk = 0;
		r->behind = 1;
	}
}
