#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/when.h"
#include "pki/der.h"
#include "pki/leaf.h"
#include "pki/sha256.h"
#include "pki/x509.h"

#define SHAPE_MAX	2048	/* bytes that go into a shape */
#define SERIAL_MAX	20	/* octets: RFC 5280 section 4.1.2.2 */
#define MODULUS_MIN	256	/* octets */
#define MODULUS_MAX	512

enum {
	BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04,
	OID = 0x06, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, SEQUENCE = 0x30,
	KEY_ID = 0x80, URI = 0x86, EXTENSIONS = 0xa3
};

/*
 * What two leaves may differ in, one element after the other: each begins with
 * a tag and ends where its length says, so no two rows are the same bytes.
 * What leaf_parse() wants to be this and nothing else is not in it.
 */
struct shape {
	unsigned char	b[SHAPE_MAX];
	size_t		n;
};

static int
add(struct shape *sh, const uint8_t *p, size_t n)
{
	if (n > sizeof(sh->b) - sh->n)
		return 0;
	memcpy(sh->b + sh->n, p, n);
	sh->n += n;
	return 1;
}

/* Step over bytes that must stand here. */
static int
expect(struct der *in, const char *bytes, size_t n)
{
	if (in->len < n || memcmp(in->p, bytes, n) != 0)
		return 0;
	in->p += n;
	in->len -= n;
	return 1;
}
#define EXPECT(in, lit) expect(in, lit, sizeof(lit) - 1)

/* sha256WithRSAEncryption, and rsaEncryption */
#define SIGNATURE_ALG	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b" \
			"\x05\x00"
#define KEY_ALG		"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" \
			"\x05\x00"

/*
 * All from here on look at what der_strict_bytes() has passed: numbers are
 * canonical, digits are digits, a modulus is odd, each name in a SAN is of a
 * kind and form that everybody takes, no extension is there twice.
 */

static int
take_serial(struct der *in, struct leaf *l)
{
	struct der_tlv t;

	if (der_want(in, INTEGER, &t) == -1)
		return 0;
	l->serial = t.body;
	return t.body.len > 0 && t.body.len <= SERIAL_MAX &&
	    !(t.body.len == 1 && *t.body.p == 0);
}

/* Two digits; it has seen that they are some. */
static int
two(const uint8_t *p)
{
	return (p[0] - '0') * 10 + p[1] - '0';
}

static int
month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	return days[m - 1] + (m == 2 && y % 4 == 0 &&
	    (y % 100 != 0 || y % 400 == 0));
}

static int
take_time(struct der *in, struct shape *sh, int64_t *out)
{
	int year, mon, day, hour, min, sec;
	struct der_tlv t;
	const uint8_t *p;

	if (der_next(in, &t) == -1)
		return 0;
	p = t.body.p;
	if (t.tag == UTC_TIME && t.body.len == 13) {
		year = two(p) + (two(p) < 50 ? 2000 : 1900);
	} else if (t.tag == GENERALIZED_TIME && t.body.len == 15) {
		year = two(p) * 100 + two(p + 2);
		p += 2;
		if (year < 2050)	/* RFC 5280 section 4.1.2.5 */
			return 0;
	} else
		return 0;
	mon = two(p + 2);
	day = two(p + 4);
	hour = two(p + 6);
	min = two(p + 8);
	sec = two(p + 10);
	if (mon < 1 || mon > 12 || day < 1 || day > month_days(year, mon) ||
	    hour > 23 || min > 59 || sec > 59)
		return 0;
	*out = when_civil(year, mon, day, hour, min, sec);
	return add(sh, t.whole.p, 2);	/* without its digits */
}

static int
take_validity(struct der *in, struct shape *sh, struct leaf *l)
{
	struct der_tlv t;

	return der_want(in, SEQUENCE, &t) == 0 &&
	    take_time(&t.body, sh, &l->not_before) &&
	    take_time(&t.body, sh, &l->not_after) && t.body.len == 0;
}

static int
take_names(struct der *in, struct shape *sh, struct leaf *l)
{
	struct der_tlv issuer, subject;

	if (der_want(in, SEQUENCE, &issuer) == -1 ||
	    !take_validity(in, sh, l) ||
	    der_want(in, SEQUENCE, &subject) == -1)
		return 0;
	l->issuer = issuer.whole;
	l->subject = subject.whole;
	return !der_equal(&l->issuer, &l->subject) &&
	    add(sh, l->issuer.p, l->issuer.len) &&
	    add(sh, l->subject.p, l->subject.len);
}

static int
take_key(struct der *in, struct leaf *l)
{
	struct der_tlv t, n;
	struct der *m = &l->modulus;

	if (der_want(in, SEQUENCE, &t) == -1)
		return 0;
	l->spki = t.whole;
	if (!EXPECT(&t.body, KEY_ALG) ||
	    der_want(&t.body, BIT_STRING, &n) == -1 || t.body.len != 0 ||
	    !EXPECT(&n.body, "\0") || der_want(&n.body, SEQUENCE, &t) == -1 ||
	    n.body.len != 0 || der_want(&t.body, INTEGER, &n) == -1)
		return 0;
	*m = n.body;
	if (m->len > 1 && m->p[0] == 0) {
		m->p++;
		m->len--;
		if (!(m->p[0] & 0x80))
			return 0;
	} else if (m->len == 0 || (m->p[0] & 0x80))
		return 0;
	if (m->len < MODULUS_MIN || m->len > MODULUS_MAX ||
	    (m->len == MODULUS_MIN && !(m->p[0] & 0x80)) ||
	    !EXPECT(&t.body, "\x02\x03\x01\x00\x01") || t.body.len != 0)
		return 0;
	l->exponent.p = t.body.p - 3;
	l->exponent.len = 3;
	return 1;
}

/* serverAuth and clientAuth, in any order: 1.3.6.1.5.5.7.3.1 and .2 */
static int
is_eku(struct der in)
{
	struct der_tlv t;
	struct der *ids = &t.body;

	if (der_want(&in, SEQUENCE, &t) == -1 || in.len != 0 || ids->len == 0)
		return 0;
	while (ids->len > 0)
		if (!EXPECT(ids, "\x06\x08\x2b\x06\x01\x05\x05\x07") ||
		    (!EXPECT(ids, "\x03\x01") && !EXPECT(ids, "\x03\x02")))
			return 0;
	return 1;
}

static int
take_aki(struct der in, struct leaf *l)
{
	struct der_tlv seq, id;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0 ||
	    der_want(&seq.body, KEY_ID, &id) == -1 || seq.body.len != 0 ||
	    id.body.len == 0)
		return 0;
	l->aki = id.body;
	return 1;
}

static int
take_san(struct der in, struct leaf *l)
{
	struct der_tlv seq, t;

	l->san = in;
	if (der_want(&in, SEQUENCE, &seq) == -1)
		return 0;
	while (seq.body.len > 0) {
		if (der_next(&seq.body, &t) == -1)
			return 0;
		if (t.tag == URI && l->nuri++ == 0)
			l->uri = t.body;
	}
	return 1;
}

/* id: the last arc of 2.5.29. */
static int
take_value(unsigned id, struct der value, struct leaf *l)
{
	switch (id) {
	case 14:
		return 1;
	case 15:
		return EXPECT(&value, "\x03\x02\x05\xa0") && value.len == 0;
	case 17:
		return take_san(value, l);
	case 19:
		return EXPECT(&value, "\x30\x00") && value.len == 0;
	case 35:
		return take_aki(value, l);
	case 37:
		return is_eku(value);
	default:
		return 0;
	}
}

static int
take_extension(struct der in, struct shape *sh, struct leaf *l)
{
	struct der_tlv oid, critical, value;
	struct der all = in;

	if (der_want(&in, OID, &oid) == -1 || oid.body.len != 3 ||
	    memcmp(oid.body.p, "\x55\x1d", 2) != 0)
		return 0;
	if (in.len > 0 && in.p[0] == BOOLEAN &&
	    der_next(&in, &critical) == -1)
		return 0;
	/* all of a SAN but its value; an OID begins every row */
	if (oid.body.p[2] == 17 && !add(sh, all.p, all.len - in.len))
		return 0;
	if (oid.body.p[2] != 17 && !add(sh, all.p, all.len))
		return 0;
	return der_want(&in, OCTET_STRING, &value) == 0 && in.len == 0 &&
	    take_value(oid.body.p[2], value.body, l);
}

static int
take_extensions(struct der in, struct shape *sh, struct leaf *l)
{
	struct der_tlv all, list, t;

	if (der_want(&in, EXTENSIONS, &all) == -1 || in.len != 0 ||
	    der_want(&all.body, SEQUENCE, &list) == -1 || all.body.len != 0)
		return 0;
	while (list.body.len > 0)
		if (der_want(&list.body, SEQUENCE, &t) == -1 ||
		    !take_extension(t.body, sh, l))
			return 0;
	return l->san.p != NULL;
}

int
leaf_parse(const uint8_t *der, size_t len, struct leaf *l)
{
	struct der_tlv all, tbs, sig;
	struct shape sh;
	struct der in;

	memset(l, 0, sizeof(*l));
	sh.n = 0;
	l->der.p = der;
	l->der.len = len;
	in = l->der;
	if (len > LEAF_DER_MAX || !der_strict_bytes(in) ||
	    der_want(&in, SEQUENCE, &all) == -1 || in.len != 0 ||
	    der_want(&all.body, SEQUENCE, &tbs) == -1 ||
	    !EXPECT(&all.body, SIGNATURE_ALG) ||
	    der_want(&all.body, BIT_STRING, &sig) == -1 ||
	    all.body.len != 0 || !EXPECT(&sig.body, "\0"))
		return 0;
	l->tbs = tbs.whole;
	l->signature = sig.body;
	in = tbs.body;
	return EXPECT(&in, "\xa0\x03\x02\x01\x02") && take_serial(&in, l) &&
	    EXPECT(&in, SIGNATURE_ALG) && take_names(&in, &sh, l) &&
	    take_key(&in, l) && take_extensions(in, &sh, l) &&
	    sha256_of(sh.b, sh.n, l->shape) == 0;
}

int
leaf_apart(const struct leaf *l, struct cert *const *other, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (other[i]->bc != BC_CA ||
		    der_equal(&other[i]->spki, &l->spki))
			return 0;
	return 1;
}

/* Made once for an issuer, and good for any number of signatures. */
static EVP_PKEY_CTX *
verifier(struct cert_x509 *x)
{
	EVP_PKEY_CTX *ctx;

	if (x->verify != NULL)
		return x->verify;
	/* RSA-PSS keys are of another kind: they verify nothing of this */
	if (x->key == NULL || EVP_PKEY_get_base_id(x->key) != EVP_PKEY_RSA ||
	    (ctx = EVP_PKEY_CTX_new_from_pkey(NULL, x->key, NULL)) == NULL)
		return NULL;
	if (EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, sha256_md()) != 1) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	x->verify = ctx;
	return ctx;
}

int
leaf_signed_by(const struct leaf *l, const struct cert *issuer)
{
	unsigned char hash[SHA256_BYTES];
	EVP_PKEY_CTX *ctx;
	int ok;

	ok = sha256_of(l->tbs.p, l->tbs.len, hash) == 0 &&
	    (ctx = verifier(issuer->x509)) != NULL &&
	    EVP_PKEY_verify(ctx, l->signature.p, l->signature.len, hash,
	    sizeof(hash)) == 1;
	if (!ok)
		ERR_clear_error();
	return ok;
}
