/* Protobuf, made field by field, for who reads it. */
#ifndef TESTS_UNIT_PB_H
#define TESTS_UNIT_PB_H

#include "tests/unit/unit.h"

struct pb {
	unsigned char	p[2048];
	size_t		n;
};

/* A field of bytes: a string, or another message. */
static inline void
pb_put(struct pb *b, unsigned field, const void *p, size_t len)
{
	assert_true(len < 16384 && b->n + len + 3 < sizeof(b->p));
	b->p[b->n++] = (unsigned char)(field << 3 | 2);
	if (len > 127) {
		b->p[b->n++] = (unsigned char)(len & 0x7f) | 0x80;
		b->p[b->n++] = (unsigned char)(len >> 7);
	} else
		b->p[b->n++] = (unsigned char)len;
	memcpy(b->p + b->n, p, len);
	b->n += len;
}

#endif
