/* Certificates for tests, made on the spot: no expectation ever expires. */
#ifndef TESTS_UNIT_MINT_H
#define TESTS_UNIT_MINT_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki/cert.h"
#include "tests/unit/unit.h"

struct mint {
	const char	*o;		/* subject: O=, and the issuer's O= */
	const char	*issuer;	/* NULL: self-signed */
	int		 utf8;		/* the subject's string type */
	int		 issuer_utf8;
	EVP_PKEY	*key;
	EVP_PKEY	*by;		/* NULL: key */
	long		 from, to;	/* seconds from T0 */
	const char	*bc;		/* NULL: none */
	const char	*ku;
	const char	*ski;		/* "hash", hex, NULL: none */
	const char	*aki_of;	/* hex keyid, NULL: none */
	int		 aki_pins;	/* and a serial number in it */
	const char	*eku;
	const EVP_MD	*md;		/* NULL: SHA-256 */
};

#define T0 1767225600L	/* 2026-01-01T00:00:00Z */

static inline X509_NAME *
mint_name(const char *o, int utf8)
{
	X509_NAME *n = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(n, "O", utf8 ?
	    V_ASN1_UTF8STRING : V_ASN1_PRINTABLESTRING,
	    (const unsigned char *)o, -1, -1, 0), 1);
	return n;
}

static inline void
mint_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

/* The AKI's keyid is written by hand: SEQUENCE { [0] OCTETS }. */
static inline void
mint_aki(X509 *x, const char *hex, int pins)
{
	AUTHORITY_KEYID *aki = AUTHORITY_KEYID_new();
	long len;
	unsigned char *id = OPENSSL_hexstr2buf(hex, &len);

	aki->keyid = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(aki->keyid, id, (int)len);
	if (pins) {
		aki->serial = ASN1_INTEGER_new();
		ASN1_INTEGER_set(aki->serial, 7);
		aki->issuer = GENERAL_NAMES_new();
	}
	X509_add1_ext_i2d(x, NID_authority_key_identifier, aki, 0, 0);
	OPENSSL_free(id);
	AUTHORITY_KEYID_free(aki);
}

static inline X509 *
mint_x509(const struct mint *m)
{
	X509_NAME *subject = mint_name(m->o, m->utf8);
	X509_NAME *issuer = m->issuer == NULL ? subject :
	    mint_name(m->issuer, m->issuer_utf8);
	static long serial = 1000;
	X509 *x = X509_new();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, issuer);
	X509_set_pubkey(x, m->key);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 + m->from);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + m->to);
	mint_ext(x, NID_basic_constraints, m->bc);
	mint_ext(x, NID_key_usage, m->ku);
	mint_ext(x, NID_ext_key_usage, m->eku);
	mint_ext(x, NID_subject_key_identifier, m->ski);
	if (m->aki_of != NULL)
		mint_aki(x, m->aki_of, m->aki_pins);
	assert_int_not_equal(X509_sign(x, m->by == NULL ? m->key : m->by,
	    m->md == NULL ? EVP_sha256() : m->md), 0);
	if (issuer != subject)
		X509_NAME_free(issuer);
	X509_NAME_free(subject);
	return x;
}

static inline struct cert *
mint(const struct mint *m)
{
	unsigned char *der = NULL;
	X509 *x = mint_x509(m);
	int len = i2d_X509(x, &der);
	struct cert *c;
	struct err e;

	if (cert_parse(der, (size_t)len, &c, &e) == -1)
		fail_msg("%s", e.msg);
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

#endif
