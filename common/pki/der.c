#include <string.h>

#include "pki/der.h"

#define T_INTEGER	0x02
#define T_BIT_STRING	0x03
#define T_SEQUENCE	0x30
#define T_VERSION	0xa0

int
der_equal(const struct der *a, const struct der *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

int
der_next(struct der *in, struct der_tlv *out)
{
	const uint8_t *p = in->p, *end = in->p + in->len;
	size_t len, n;

	if (in->len < 2 || (p[0] & 0x1f) == 0x1f)
		return -1;
	out->tag = *p++;
	len = *p++;
	if (len == 0x80 || len > 0x84)
		return -1;
	if (len > 0x80) {
		n = len & 0x7f;
		if ((size_t)(end - p) < n || p[0] == 0)
			return -1;
		for (len = 0; n > 0; n--)
			len = len << 8 | *p++;
		if (len < 0x80)
			return -1;
	}
	if ((size_t)(end - p) < len)
		return -1;
	out->body.p = p;
	out->body.len = len;
	out->whole.p = in->p;
	out->whole.len = (size_t)(p - in->p) + len;
	in->p += out->whole.len;
	in->len -= out->whole.len;
	return 0;
}

int
der_want(struct der *in, unsigned tag, struct der_tlv *out)
{
	if (in->len == 0 || in->p[0] != tag)
		return -1;
	return der_next(in, out);
}

int
der_cert(struct cert *c)
{
	struct der all = c->der, in, tbs;
	struct der_tlv t;

	if (der_want(&all, T_SEQUENCE, &t) == -1 || all.len != 0)
		return -1;
	in = t.body;
	if (der_want(&in, T_SEQUENCE, &t) == -1)
		return -1;
	tbs = t.body;
	if (der_want(&in, T_SEQUENCE, &t) == -1 ||
	    der_want(&in, T_BIT_STRING, &t) == -1 || in.len != 0)
		return -1;
	if (tbs.len > 0 && tbs.p[0] == T_VERSION &&
	    der_next(&tbs, &t) == -1)
		return -1;
	if (der_want(&tbs, T_INTEGER, &t) == -1)
		return -1;
	c->serial = t.body;
	if (der_want(&tbs, T_SEQUENCE, &t) == -1 ||	/* signature */
	    der_want(&tbs, T_SEQUENCE, &t) == -1)
		return -1;
	c->issuer = t.whole;
	if (der_want(&tbs, T_SEQUENCE, &t) == -1 ||	/* validity */
	    der_want(&tbs, T_SEQUENCE, &t) == -1)
		return -1;
	c->subject = t.whole;
	if (der_want(&tbs, T_SEQUENCE, &t) == -1)
		return -1;
	c->spki = t.whole;
	return 0;
}
