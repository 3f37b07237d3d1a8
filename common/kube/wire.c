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

int
wire_next(struct wire *w, struct wire_field *f)
{
	uint64_t tag, len;

	if (w->p == w->end)
		return 0;
	if (varint(w, &tag) == -1 || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return -1;
	f->number = (uint32_t)(tag >> 3);
	f->type = (unsigned)(tag & 7);
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
