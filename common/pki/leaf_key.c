#include <string.h>

#include "pki/der.h"
#include "pki/leaf.h"
#include "pki/rsa.h"

#define T_OCTET_STRING	0x04
#define T_SEQUENCE	0x30

/* PrivateKeyInfo (RFC 5208) of an RSA key, without attributes: the key. */
static int
unwrap(struct der *in)
{
	static const char head[] = "\x02\x01\x00\x30\x0d\x06\x09"
	    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
	const size_t n = sizeof(head) - 1;
	struct der_tlv seq, key;

	if (der_want(in, T_SEQUENCE, &seq) == -1 || in->len != 0 ||
	    seq.body.len < n || memcmp(seq.body.p, head, n) != 0)
		return 0;
	seq.body.p += n;
	seq.body.len -= n;
	if (der_want(&seq.body, T_OCTET_STRING, &key) == -1 ||
	    seq.body.len != 0)
		return 0;
	*in = key.body;
	return 1;
}

static int
is_key_of(const struct leaf *l, struct der in, int wrapped)
{
	struct der part[RSA_PARTS];

	return (!wrapped || unwrap(&in)) && rsa_parts(in, part) &&
	    der_equal(&part[PART_N], &l->modulus) &&
	    der_equal(&part[PART_E], &l->exponent) && rsa_holds_der(part) == 1;
}

int
leaf_key_is(const struct leaf *l, const char *pem, size_t len)
{
	int ok = 0, wrapped = 0;
	struct buf key;
	struct der in;
	size_t rest = 0;

	buf_init_secret(&key, LEAF_DER_MAX, "a key");
	if (!pem_first(pem, len, "RSA PRIVATE KEY", &key, &rest))
		wrapped = pem_first(pem, len, "PRIVATE KEY", &key, &rest);
	if (key.len > 0 && rest == len) {
		in.p = key.p;
		in.len = key.len;
		ok = is_key_of(l, in, wrapped);
	}
	buf_release(&key);
	return ok;
}
