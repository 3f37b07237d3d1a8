#include <string.h>

#include "pki/der.h"
#include "pki/key_form.h"
#include "pki/rsa.h"

enum {
	INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, NULL_ = 0x05,
	OID = 0x06, SEQUENCE = 0x30, TAG_0 = 0xa0, TAG_1 = 0xa1
};

/* The contents of a SEQUENCE that is all there is. */
static int
enter(struct der *in)
{
	struct der_tlv t;

	if (der_want(in, SEQUENCE, &t) == -1 || in->len != 0)
		return 0;
	*in = t.body;
	return 1;
}

static int
version(struct der *in, unsigned want)
{
	struct der_tlv t;

	return der_want(in, INTEGER, &t) == 0 && t.body.len == 1 &&
	    t.body.p[0] == want;
}

static int
is_pkcs1(struct der in)
{
	struct der part[RSA_PARTS];

	return rsa_parts(in, part);
}

/* version 1, the scalar, [0] the curve, [1] the point */
static int
is_sec1(struct der in)
{
	struct der_tlv t, x;

	if (!enter(&in) || !version(&in, 1) ||
	    der_want(&in, OCTET_STRING, &t) == -1 || t.body.len == 0)
		return 0;
	if (der_want(&in, TAG_0, &t) == 0 &&
	    (der_want(&t.body, OID, &x) == -1 || t.body.len != 0))
		return 0;
	if (der_want(&in, TAG_1, &t) == 0 &&
	    (der_want(&t.body, BIT_STRING, &x) == -1 || t.body.len != 0 ||
	    x.body.len < 2 || x.body.p[0] != 0))
		return 0;
	return in.len == 0;
}

static int
is_ed25519(struct der in)
{
	struct der_tlv t;

	return der_want(&in, OCTET_STRING, &t) == 0 && in.len == 0 &&
	    t.body.len == 32;
}

static int
is(const struct der *d, const char *bytes, size_t n)
{
	return d->len == n && memcmp(d->p, bytes, n) == 0;
}
#define IS(d, lit) is(d, lit, sizeof(lit) - 1)

static int
is_pkcs8(struct der in)
{
	struct der_tlv alg, oid, param, key, rest;

	if (!enter(&in) || !version(&in, 0) ||
	    der_want(&in, SEQUENCE, &alg) == -1 ||
	    der_want(&in, OCTET_STRING, &key) == -1 ||
	    (der_want(&in, TAG_0, &rest) == -1 && in.len != 0) ||
	    in.len != 0 || der_want(&alg.body, OID, &oid) == -1)
		return 0;
	if (IS(&oid.body, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))
		return der_want(&alg.body, NULL_, &param) == 0 &&
		    param.body.len == 0 && alg.body.len == 0 &&
		    is_pkcs1(key.body);
	if (IS(&oid.body, "\x2a\x86\x48\xce\x3d\x02\x01"))
		return der_want(&alg.body, OID, &param) == 0 &&
		    alg.body.len == 0 && is_sec1(key.body);
	return IS(&oid.body, "\x2b\x65\x70") && alg.body.len == 0 &&
	    is_ed25519(key.body);
}

int
key_form(struct der in)
{
	return is_pkcs1(in) || is_sec1(in) || is_pkcs8(in);
}
