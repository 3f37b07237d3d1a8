#include "kube/wire.h"

#define VARINT_MAX 10	/* bytes of a varint */

static int
varint(struct wire *w, uint64_t *out)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < VARINT_MAX && w->p < w->end; i++) {
		unsigned char c = *w->p++;

		/* the tenth byte has room for one bit */
		if (i == VARINT_MAX - 1 && c > 1)
			return -1;
		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (!(c & 0x80)) {
			*out = v;
			return 0;
		}
	}
	return -1;
}

static int
skip(struct wire *w, size_t n)
{
	if ((size_t)(w->end - w->p) < n)
		return -1;
	w->p += n;
	return 0;
}

/* Are ten bytes here, or the end of a varint before them? */
static int
has_varint(const struct wire *w)
{
	const unsigned char *p;

	for (p = w->p; p < w->end; p++)
		if (!(*p & 0x80) || p - w->p + 1 == VARINT_MAX)
			return 1;
	return 0;
}

static int
tag(struct wire *w, struct wire_field *f)
{
	uint64_t v;

	if (varint(w, &v) == -1 || v >> 3 == 0 || v >> 3 > 0x1fffffff)
		return -1;
	f->number = (uint32_t)(v >> 3);
	f->type = (unsigned)(v & 7);
	return 0;
}

int
wire_head(struct wire *w, struct wire_field *f)
{
	uint64_t len;

	if (!has_varint(w))
		return 0;
	if (tag(w, f) == -1)
		return -1;
	if (f->type != 2)
		return 1;
	if (!has_varint(w))
		return 0;
	if (varint(w, &len) == -1 || len > SIZE_MAX)
		return -1;
	f->p = w->p;
	f->len = (size_t)len;
	return 1;
}

int
wire_next(struct wire *w, struct wire_field *f)
{
	uint64_t len;

	if (w->p == w->end)
		return 0;
	if (tag(w, f) == -1)
		return -1;
	switch (f->type) {
	case 0:
		return varint(w, &f->value) == -1 ? -1 : 1;
	case 1:
		return skip(w, 8) == -1 ? -1 : 1;
	case 2:
		if (varint(w, &len) == -1 || len > (size_t)(w->end - w->p))
			return -1;
		f->p = w->p;
		f->len = (size_t)len;
		w->p += len;
		return 1;
	case 5:
		return skip(w, 4) == -1 ? -1 : 1;
	default:
		return -1;
	}
}
