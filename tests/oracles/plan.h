/*
 * A certificate as it is meant to be, and its DER: for the programs that
 * generate what the oracles are asked.
 */
#ifndef TESTS_ORACLES_PLAN_H
#define TESTS_ORACLES_PLAN_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#define T0 1767225600L		/* 2026-01-01T00:00:00Z */
#define DAY 86400L

extern uint64_t rng;		/* the program's; not 0 */

static inline unsigned
rnd(unsigned n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)(rng >> 33) % n;
}

struct plan {
	const char	*cn, *issuer;
	int		 type, issuer_type;	/* of the strings */
	EVP_PKEY	*key, *by;
	long		 from, to;
	const char	*bc, *ku, *eku;
	int		 ski;			/* 0 none, 1 hash, 2 odd */
	int		 aki;			/* none right odd pins */
						/* of an odd SKI */
	const EVP_MD	*md;
	int		 odd_ext;		/* 1 unknown, 2 critical */
	int		 corporate;		/* what such CAs put in */
	int		 junk;			/* bytes behind it */
	/* as Go writes them: extensions in its order, serials of 128 bits */
	const char	*san;
	EVP_PKEY	*aki_of;		/* NULL: by */
};

static inline X509_NAME *
name(const char *cn, int type)
{
	X509_NAME *n = X509_NAME_new();

	if (cn == NULL)
		return n;
	X509_NAME_add_entry_by_txt(n, "O", type, (const unsigned char *)cn,
	    -1, -1, 0);
	return n;
}

static inline void
ext(X509 *x, int nid, const char *v)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	if (v == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if ((e = X509V3_EXT_conf_nid(NULL, &ctx, nid, v)) == NULL)
		abort();
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static inline void
odd_ext(X509 *x, int critical)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *v = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(v, (const unsigned char *)"\x05\x00", 2);
	e = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, v);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(v);
}

static inline void
key_id(EVP_PKEY *key, ASN1_OCTET_STRING *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	X509_PUBKEY *pub = NULL;
	const unsigned char *p;
	unsigned n;
	int len;

	X509_PUBKEY_set(&pub, key);
	X509_PUBKEY_get0_param(NULL, &p, &len, NULL, pub);
	EVP_Digest(p, (size_t)len, md, &n, EVP_sha1(), NULL);
	ASN1_OCTET_STRING_set(out, md, (int)n);
	X509_PUBKEY_free(pub);
}

static inline void
aki(X509 *x, const struct plan *p)
{
	AUTHORITY_KEYID *a = AUTHORITY_KEYID_new();
	GENERAL_NAME *g;

	a->keyid = ASN1_OCTET_STRING_new();
	key_id(p->aki_of == NULL ? p->by : p->aki_of, a->keyid);
	if (p->aki == 2)
		ASN1_OCTET_STRING_set(a->keyid,
		    (const unsigned char *)"odd", 3);
	if (p->aki == 4)
		ASN1_OCTET_STRING_set(a->keyid,
		    (const unsigned char *)"\x0b\xad\xc0\xde", 4);
	if (p->aki == 3) {
		a->serial = ASN1_INTEGER_new();
		ASN1_INTEGER_set(a->serial, 42);
		g = GENERAL_NAME_new();
		GENERAL_NAME_set0_value(g, GEN_DIRNAME,
		    name(p->issuer, p->issuer_type));
		a->issuer = sk_GENERAL_NAME_new_null();
		sk_GENERAL_NAME_push(a->issuer, g);
	}
	X509_add1_ext_i2d(x, NID_authority_key_identifier, a, 0, 0);
	AUTHORITY_KEYID_free(a);
}

static inline void
serial(X509 *x, const struct plan *p)
{
	static long last;
	BIGNUM *bn;
	int i;

	if (p->san == NULL) {
		ASN1_INTEGER_set(X509_get_serialNumber(x), rnd(8) == 0 ? 42 :
		    100 + ++last);
		return;
	}
	bn = BN_new();
	BN_set_word(bn, 1 + rnd(127));
	for (i = 0; i < 15; i++) {
		BN_lshift(bn, bn, 8);
		BN_add_word(bn, rnd(256));
	}
	BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));
	BN_free(bn);
}

/* The DER of a plan; the caller frees. */
static inline unsigned char *
make(const struct plan *p, int *len)
{
	unsigned char *der = NULL;
	X509 *x = X509_new();
	X509_NAME *s = name(p->cn, p->type), *i = name(p->issuer,
	    p->issuer_type);

	X509_set_version(x, 2);
	serial(x, p);
	X509_set_subject_name(x, s);
	X509_set_issuer_name(x, i);
	X509_set_pubkey(x, p->key);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 + p->from);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + p->to);
	ext(x, NID_basic_constraints, p->san == NULL ? p->bc : NULL);
	ext(x, NID_key_usage, p->ku);
	ext(x, NID_ext_key_usage, p->eku);
	ext(x, NID_basic_constraints, p->san != NULL ? p->bc : NULL);
	if (p->ski != 0)
		ext(x, NID_subject_key_identifier, p->ski == 1 ? "hash" :
		    "0badc0de");
	if (p->aki != 0)
		aki(x, p);
	ext(x, NID_subject_alt_name, p->san);
	if (p->corporate) {
		ext(x, NID_info_access, "OCSP;URI:http://ocsp.example.com/,"
		    "caIssuers;URI:http://example.com/ca.cer");
		ext(x, NID_crl_distribution_points, p->corporate == 2 ?
		    "URI:http://a.example.com/x.crl,URI:ldap://b/x" :
		    "URI:http://example.com/x.crl");
		ext(x, NID_certificate_policies, p->corporate == 2 ?
		    "critical,DER:300830060604551d2000" :
		    "DER:300e300506032a0304300506032a0305");
		ext(x, NID_netscape_comment, "made by openssl");
		ext(x, NID_policy_constraints, p->corporate == 3 ?
		    "requireExplicitPolicy:3" : NULL);
	}
	if (p->odd_ext)
		odd_ext(x, p->odd_ext == 2);
	/* there is no ECDSA with MD5 */
	if (!X509_sign(x, p->by, p->md) &&
	    !X509_sign(x, p->by, EVP_sha256()))
		abort();
	*len = i2d_X509(x, &der);
	if (p->junk) {
		der = OPENSSL_realloc(der, (size_t)*len + 2);
		memset(der + *len, 0, 2);
		*len += 2;
	}
	X509_NAME_free(s);
	X509_NAME_free(i);
	X509_free(x);
	return der;
}

static const struct plan blank = {
	.type = V_ASN1_PRINTABLESTRING, .issuer_type = V_ASN1_PRINTABLESTRING,
	.from = -100 * DAY, .to = 100 * DAY, .ski = 1,
};

static inline struct plan
ca(const char *cn, EVP_PKEY *key, const char *issuer, EVP_PKEY *by)
{
	struct plan p = blank;

	p.cn = cn;
	p.issuer = issuer;
	p.key = key;
	p.by = by;
	p.bc = "critical,CA:TRUE";
	p.ku = "critical,keyCertSign";
	p.md = EVP_sha256();
	return p;
}

#endif
