/*
 * Would decoders stricter than OpenSSL's take this certificate?  Go's
 * crypto/x509 (parser.go) and BoringSSL's crypto/asn1 refuse much that
 * d2i_X509() lets through.  Everything here errs on the side of refusing.
 */
#include <string.h>

#include "base/utf8.h"
#include "pki/der.h"

#define DEPTH_MAX 32

enum {
	BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04,
	NULL_ = 0x05, OID = 0x06, UTF8_STRING = 0x0c, SEQUENCE = 0x30,
	SET = 0x31, NUMERIC = 0x12, PRINTABLE = 0x13, TELETEX = 0x14,
	IA5 = 0x16, UTC_TIME = 0x17, GENERALIZED_TIME = 0x18,
	CONTEXT = 0x80, CONSTRUCTED = 0x20
};

static int
is_oid(const struct der *d)
{
	size_t i;

	if (d->len == 0 || (d->p[d->len - 1] & 0x80))
		return 0;
	for (i = 0; i < d->len; i++)	/* no arc begins with padding */
		if (d->p[i] == 0x80 && (i == 0 || !(d->p[i - 1] & 0x80)))
			return 0;
	return 1;
}

static int
is_integer(const struct der *d)
{
	if (d->len == 0)
		return 0;
	if (d->len == 1)
		return 1;
	return !(d->p[0] == 0 && !(d->p[1] & 0x80)) &&
	    !(d->p[0] == 0xff && (d->p[1] & 0x80));
}

static int
is_bits(const struct der *d)
{
	if (d->len == 0 || d->p[0] > 7 || (d->len == 1 && d->p[0] != 0))
		return 0;
	return d->len == 1 ||
	    (d->p[d->len - 1] & ((1u << d->p[0]) - 1)) == 0;
}

static int
is_text(const struct der *d, unsigned tag)
{
	static const char printable[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*&";
	uint32_t cp;
	size_t i, n;

	for (i = 0; i < d->len; i += n) {
		n = 1;
		if (tag == UTF8_STRING) {
			n = utf8_decode((const char *)d->p + i, d->len - i,
			    &cp);
			if (n == 0 || cp == 0)
				return 0;
		} else if (d->p[i] == 0 || d->p[i] > 0x7e ||
		    (tag == PRINTABLE &&
		    strchr(printable, d->p[i]) == NULL) ||
		    (tag == NUMERIC && d->p[i] != ' ' &&
		    (d->p[i] < '0' || d->p[i] > '9')))
			return 0;
	}
	return 1;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ; the numbers were read by libcrypto. */
static int
is_time(const struct der *d, unsigned tag)
{
	size_t i, len = tag == UTC_TIME ? 13 : 15;

	if (d->len != len || d->p[len - 1] != 'Z')
		return 0;
	for (i = 0; i < len - 1; i++)
		if (d->p[i] < '0' || d->p[i] > '9')
			return 0;
	return 1;
}

static int
is_primitive(const struct der_tlv *t)
{
	switch (t->tag) {
	case BOOLEAN:
		return t->body.len == 1 &&
		    (t->body.p[0] == 0 || t->body.p[0] == 0xff);
	case INTEGER:
		return is_integer(&t->body);
	case BIT_STRING:
		return is_bits(&t->body);
	case NULL_:
		return t->body.len == 0;
	case OID:
		return is_oid(&t->body);
	case UTF8_STRING:
	case NUMERIC:
	case PRINTABLE:
	case TELETEX:
	case IA5:
		return is_text(&t->body, t->tag);
	case UTC_TIME:
	case GENERALIZED_TIME:
		return is_time(&t->body, t->tag);
	default:
		/* context-specific ones mean something only in their place */
		return t->tag == OCTET_STRING || (t->tag & 0xc0) == CONTEXT;
	}
}

/* Every element of a constructed one, all the way down. */
static int
is_der(struct der in, int depth)
{
	struct der_tlv t;

	if (depth == DEPTH_MAX)
		return 0;
	while (in.len > 0) {
		if (der_next(&in, &t) == -1)
			return 0;
		if (t.tag & CONSTRUCTED) {
			if ((t.tag & 0xc0) == 0 && t.tag != SEQUENCE &&
			    t.tag != SET)
				return 0;
			if (!is_der(t.body, depth + 1))
				return 0;
		} else if (!is_primitive(&t))
			return 0;
	}
	return 1;
}

static int
is(const struct der *d, const char *bytes, size_t n)
{
	return d->len == n && memcmp(d->p, bytes, n) == 0;
}
#define IS(d, lit) is(d, lit, sizeof(lit) - 1)

/* AlgorithmIdentifiers: RSA with a NULL, the others with nothing. */
static int
is_signature_alg(struct der in)
{
	struct der_tlv t, oid;

	if (der_want(&in, OID, &oid) == -1)
		return 0;
	/* 1.2.840.113549.1.1.x, but for PSS (10) */
	if (oid.body.len == 9 &&
	    memcmp(oid.body.p, "\x2a\x86\x48\x86\xf7\x0d\x01\x01", 8) == 0)
		return oid.body.p[8] != 10 &&
		    der_want(&in, NULL_, &t) == 0 && in.len == 0;
	return in.len == 0;
}

static int
is_rsa(struct der in)
{
	struct der_tlv seq, n, e;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0)
		return 0;
	in = seq.body;
	if (der_want(&in, INTEGER, &n) == -1 ||
	    der_want(&in, INTEGER, &e) == -1 || in.len != 0)
		return 0;
	/* positive, odd; an exponent that fits 31 bits and is not 1 */
	return n.body.len >= 64 && n.body.len <= 1025 &&
	    !(n.body.p[0] & 0x80) && (n.body.p[n.body.len - 1] & 1) &&
	    e.body.len > 0 && e.body.len <= 4 && !(e.body.p[0] & 0x80) &&
	    (e.body.p[e.body.len - 1] & 1) &&
	    !(e.body.len == 1 && e.body.p[0] < 3);
}

static int
is_spki(struct der in)
{
	struct der_tlv alg, oid, param, key;
	struct der bits;

	if (der_want(&in, SEQUENCE, &alg) == -1 ||
	    der_want(&in, BIT_STRING, &key) == -1 || in.len != 0 ||
	    key.body.len < 2 || key.body.p[0] != 0)
		return 0;
	bits.p = key.body.p + 1;
	bits.len = key.body.len - 1;
	in = alg.body;
	if (der_want(&in, OID, &oid) == -1)
		return 0;
	if (IS(&oid.body, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))
		return der_want(&in, NULL_, &param) == 0 && in.len == 0 &&
		    is_rsa(bits);
	if (IS(&oid.body, "\x2a\x86\x48\xce\x3d\x02\x01"))
		return der_want(&in, OID, &param) == 0 && in.len == 0 &&
		    bits.p[0] == 4 &&
		    (IS(&param.body, "\x2a\x86\x48\xce\x3d\x03\x01\x07") ||
		    IS(&param.body, "\x2b\x81\x04\x00\x22") ||
		    IS(&param.body, "\x2b\x81\x04\x00\x23"));
	return IS(&oid.body, "\x2b\x65\x70") && in.len == 0 && bits.len == 32;
}

/* RDNSequence: every attribute an OID and one string of a known kind. */
static int
is_name(struct der in)
{
	struct der_tlv set, seq, t;
	struct der rdn, atv;

	while (in.len > 0) {
		if (der_want(&in, SET, &set) == -1)
			return 0;
		for (rdn = set.body; rdn.len > 0;) {
			if (der_want(&rdn, SEQUENCE, &seq) == -1)
				return 0;
			atv = seq.body;
			if (der_want(&atv, OID, &t) == -1 ||
			    der_next(&atv, &t) == -1 || atv.len != 0 ||
			    (t.tag != UTF8_STRING && t.tag != PRINTABLE &&
			    t.tag != IA5 && t.tag != NUMERIC &&
			    t.tag != TELETEX))
				return 0;
		}
	}
	return 1;
}

/* ---- extensions: 2.5.29.x has a shape of its own each ---- */

static int
shape_bc(struct der in)
{
	struct der_tlv seq, t;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0)
		return 0;
	in = seq.body;
	if (in.len > 0 && in.p[0] == BOOLEAN) {
		if (der_next(&in, &t) == -1 || t.body.len != 1 ||
		    t.body.p[0] != 0xff)
			return 0;
	}
	if (in.len > 0 && (der_want(&in, INTEGER, &t) == -1 ||
	    t.body.len != 1 || (t.body.p[0] & 0x80)))
		return 0;
	return in.len == 0;
}

static int
shape_one(struct der in, unsigned tag)
{
	struct der_tlv t;

	return der_want(&in, tag, &t) == 0 && in.len == 0 &&
	    t.body.len > 0 && is_primitive(&t);
}

static int
shape_oids(struct der in)
{
	struct der_tlv seq, t;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0 ||
	    seq.body.len == 0)
		return 0;
	for (in = seq.body; in.len > 0;)
		if (der_want(&in, OID, &t) == -1)
			return 0;
	return 1;
}

/* keyid [0], issuer [1], serial [2], in this order, nothing else. */
static int
shape_aki(struct der in)
{
	struct der_tlv seq, t;
	unsigned last = 0;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0)
		return 0;
	for (in = seq.body; in.len > 0; last = t.tag & 0x1f) {
		if (der_next(&in, &t) == -1 ||
		    (t.tag != 0x80 && t.tag != 0xa1 && t.tag != 0x82) ||
		    (last != 0 && (t.tag & 0x1f) <= last) || t.body.len == 0)
			return 0;
	}
	return 1;
}

/* A URI that Go's net/url takes: of the plain kind SPIFFE and HTTP have. */
static int
is_uri(const struct der *d)
{
	static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._/";
	const char *host;
	size_t i, n = 0;

	if (d->len > 9 && memcmp(d->p, "spiffe://", 9) == 0)
		n = 9;
	if (n == 0)
		return 0;
	host = (const char *)d->p + n;
	for (i = n; i < d->len; i++)
		if (d->p[i] == 0 || strchr(legal, d->p[i]) == NULL)
			return 0;
	/* the trust domain: labels of letters, digits and hyphens */
	for (i = n; i < d->len && d->p[i] != '/'; i++)
		if (d->p[i] == '_' || (d->p[i] == '.' && (i == n ||
		    d->p[i - 1] == '.' || i + 1 == d->len ||
		    d->p[i + 1] == '/')))
			return 0;
	return i > n && *host != '-' && d->p[i - 1] != '-';
}

static int
shape_san(struct der in)
{
	struct der_tlv seq, t;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0 ||
	    seq.body.len == 0)
		return 0;
	for (in = seq.body; in.len > 0;) {
		if (der_next(&in, &t) == -1)
			return 0;
		if (t.tag == 0x86 && !is_uri(&t.body))
			return 0;
		if (t.tag == 0x82 && !is_text(&t.body, IA5))
			return 0;
		if (t.tag == 0x81 && !is_text(&t.body, IA5))
			return 0;
		if (t.tag == 0x87 && t.body.len != 4 && t.body.len != 16)
			return 0;
		if (t.tag != 0x86 && t.tag != 0x82 && t.tag != 0x81 &&
		    t.tag != 0x87)
			return 0;
	}
	return 1;
}

/* What each of a sequence's sequences must begin with, and may hold then. */
static int
shape_list(struct der in, int (*one)(struct der))
{
	struct der_tlv seq, t;

	if (der_want(&in, SEQUENCE, &seq) == -1 || in.len != 0 ||
	    seq.body.len == 0)
		return 0;
	while (seq.body.len > 0)
		if (der_want(&seq.body, SEQUENCE, &t) == -1 || !one(t.body))
			return 0;
	return 1;
}

/* certificatePolicies: an id, and qualifiers that nobody reads. */
static int
one_policy(struct der in)
{
	struct der_tlv t;

	return is_der(in, 0) && der_want(&in, OID, &t) == 0 &&
	    (in.len == 0 || (der_want(&in, SEQUENCE, &t) == 0 &&
	    in.len == 0 && t.body.len > 0));
}

/* authorityInfoAccess: a method, and a URI. */
static int
one_access(struct der in)
{
	struct der_tlv t;

	return der_want(&in, OID, &t) == 0 && is_oid(&t.body) &&
	    der_want(&in, 0x86, &t) == 0 && is_text(&t.body, IA5) &&
	    in.len == 0;
}

/* cRLDistributionPoints: full names that are URIs, and nothing else. */
static int
one_point(struct der in)
{
	struct der_tlv t;

	if (der_want(&in, 0xa0, &t) == -1 || in.len != 0)
		return 0;
	in = t.body;
	if (der_want(&in, 0xa0, &t) == -1 || in.len != 0 || t.body.len == 0)
		return 0;
	for (in = t.body; in.len > 0;)
		if (der_want(&in, 0x86, &t) == -1 || !is_text(&t.body, IA5))
			return 0;
	return 1;
}

/*
 * An extension's contents, where a decoder looks at them.  An id nobody knows
 * is nobody's business here: whether a critical one matters is for the rule
 * set.
 */
static int
is_extension(const struct der *oid, struct der value, int critical)
{
	if (oid->len == 3 && memcmp(oid->p, "\x55\x1d", 2) == 0)
		switch (oid->p[2]) {
		case 14:
			return !critical && shape_one(value, OCTET_STRING);
		case 15:
			return shape_one(value, BIT_STRING);
		case 17:
			return shape_san(value);
		case 19:
			return shape_bc(value);
		case 30:	/* name constraints: not judged */
			return 0;
		case 31:
			return shape_list(value, one_point);
		case 32:
			return shape_list(value, one_policy);
		case 35:
			return !critical && shape_aki(value);
		case 37:
			return shape_oids(value);
		default:
			return !critical;
		}
	if (IS(oid, "\x2b\x06\x01\x05\x05\x07\x01\x01"))
		return !critical && shape_list(value, one_access);
	/* Netscape's certificate type is a purpose of its own: not judged */
	return !IS(oid, "\x60\x86\x48\x01\x86\xf8\x42\x01\x01");
}

#define EXTENSIONS_MAX 64

static int
is_extensions(struct der in)
{
	struct der seen[EXTENSIONS_MAX];
	struct der_tlv list, ext, oid, t;
	size_t n = 0, i;
	int critical;

	if (der_want(&in, SEQUENCE, &list) == -1 || in.len != 0 ||
	    list.body.len == 0)
		return 0;
	while (list.body.len > 0) {
		if (n == EXTENSIONS_MAX ||
		    der_want(&list.body, SEQUENCE, &ext) == -1)
			return 0;
		in = ext.body;
		if (der_want(&in, OID, &oid) == -1)
			return 0;
		for (i = 0; i < n; i++)
			if (der_equal(&seen[i], &oid.body))
				return 0;
		seen[n++] = oid.body;
		critical = in.len > 0 && in.p[0] == BOOLEAN;
		/* FALSE is the default, so DER does not write it */
		if (critical && (der_next(&in, &t) == -1 ||
		    t.body.len != 1 || t.body.p[0] != 0xff))
			return 0;
		if (der_want(&in, OCTET_STRING, &t) == -1 || in.len != 0 ||
		    !is_extension(&oid.body, t.body, critical))
			return 0;
	}
	return 1;
}

/* Behind the public key: no unique identifiers, extensions if version 3. */
static int
is_tail(struct der in, int version)
{
	struct der_tlv t;

	if (in.len == 0)
		return 1;
	return version == 2 && der_want(&in, 0xa3, &t) == 0 && in.len == 0 &&
	    is_extensions(t.body);
}

int
der_strict_bytes(struct der all)
{
	struct der in, name;
	struct der_tlv t, tbs, alg, outer;
	int version = 0;

	if (!is_der(all, 0) || der_want(&all, SEQUENCE, &t) == -1)
		return 0;
	in = t.body;
	if (der_want(&in, SEQUENCE, &tbs) == -1 ||
	    der_want(&in, SEQUENCE, &outer) == -1 ||
	    der_want(&in, BIT_STRING, &t) == -1 || t.body.len < 2 ||
	    t.body.p[0] != 0)
		return 0;
	in = tbs.body;
	if (in.len > 0 && in.p[0] == 0xa0) {
		if (der_next(&in, &t) == -1 ||
		    !IS(&t.body, "\x02\x01\x02"))
			return 0;
		version = 2;
	}
	if (der_want(&in, INTEGER, &t) == -1 || (t.body.p[0] & 0x80) ||
	    der_want(&in, SEQUENCE, &alg) == -1 ||
	    !is(&alg.whole, (const char *)outer.whole.p, outer.whole.len) ||
	    !is_signature_alg(alg.body) ||
	    der_want(&in, SEQUENCE, &t) == -1 || !is_name(t.body) ||
	    der_want(&in, SEQUENCE, &t) == -1)
		return 0;
	name = t.body;			/* the validity: two times */
	if (der_next(&name, &t) == -1 || !is_time(&t.body, t.tag) ||
	    der_next(&name, &t) == -1 || !is_time(&t.body, t.tag) ||
	    name.len != 0)
		return 0;
	return der_want(&in, SEQUENCE, &t) == 0 && is_name(t.body) &&
	    der_want(&in, SEQUENCE, &t) == 0 && is_spki(t.body) &&
	    is_tail(in, version);
}

int
der_strict(const struct cert *c)
{
	return der_strict_bytes(c->der);
}

/* Its frame: versions, algorithms, times; names, key and extensions later. */
int
der_readable(const struct cert *c)
{
	struct der all = c->der, in;
	struct der_tlv t, tbs;
	int i;

	if (!is_der(c->der, 0) || der_want(&all, SEQUENCE, &t) == -1)
		return 0;
	in = t.body;
	if (der_want(&in, SEQUENCE, &tbs) == -1)
		return 0;
	in = tbs.body;
	if (in.len > 0 && in.p[0] == 0xa0 && (der_next(&in, &t) == -1 ||
	    !IS(&t.body, "\x02\x01\x02")))
		return 0;
	if (der_want(&in, INTEGER, &t) == -1 || (t.body.p[0] & 0x80) ||
	    der_want(&in, SEQUENCE, &t) == -1 ||
	    der_want(&in, SEQUENCE, &t) == -1 ||
	    der_want(&in, SEQUENCE, &t) == -1)
		return 0;
	for (all = t.body, i = 0; i < 2; i++)
		if (der_next(&all, &t) == -1 || !is_time(&t.body, t.tag))
			return 0;
	return all.len == 0;
}
