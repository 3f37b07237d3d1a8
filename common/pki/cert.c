#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/when.h"
#include "pki/cert.h"
#include "pki/der.h"
#include "pki/x509.h"

#define URIS_MAX 64	/* SAN URIs kept of one certificate */

void
pki_init(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* A time as it stands in the certificate; ASN1_TIME_to_tm(NULL) means now. */
static int
take_time(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return -1;
	*out = when_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	return 0;
}

static enum cert_hash
hash_of(const X509 *x)
{
	static const struct {
		int		nid;
		enum cert_hash	hash;
	} hashes[] = {
		{ NID_md2, HASH_MD2 }, { NID_md4, HASH_MD4 },
		{ NID_md5, HASH_MD5 }, { NID_sha1, HASH_SHA1 },
		{ NID_sha224, HASH_SHA224 }, { NID_sha256, HASH_SHA256 },
		{ NID_sha384, HASH_SHA384 }, { NID_sha512, HASH_SHA512 },
	};
	int sig, md = NID_undef, pk = NID_undef;
	size_t i;

	sig = X509_get_signature_nid(x);
	if (sig == NID_ED25519 || sig == NID_ED448)
		return HASH_NONE;
	/* RSA-PSS keeps its digest in the parameters */
	if (!X509_get_signature_info((X509 *)x, &md, &pk, NULL, NULL))
		OBJ_find_sigid_algs(sig, &md, &pk);
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (hashes[i].nid == md)
			return hashes[i].hash;
	return HASH_OTHER;
}

static void
take_key(struct cert *c)
{
	EVP_PKEY *key;

	if ((key = X509_get_pubkey(c->x509->x)) == NULL)
		return;
	c->x509->key = key;
	c->key_bits = (unsigned)EVP_PKEY_get_bits(key);
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		c->key = KEY_RSA;
		break;
	case EVP_PKEY_EC:
		c->key = KEY_EC;
		break;
	case EVP_PKEY_ED25519:
		c->key = KEY_ED25519;
		break;
	case EVP_PKEY_DSA:
		c->key = KEY_DSA;
		break;
	default:
		break;
	}
}

static int
malformed(struct err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, "certificate has a malformed %s", what);
}

/*
 * An extension decoded.  NULL with *bad 0: it is not there; with *bad 1: it is
 * there twice or cannot be read, which must never look like absent.
 */
static void *
extension(const X509 *x, int nid, int *bad)
{
	int crit = 0;
	void *p;

	p = X509_get_ext_d2i(x, nid, &crit, NULL);
	*bad = p == NULL && crit != -1;
	return p;
}

static int
take_constraints(struct cert *c, struct err *e)
{
	BASIC_CONSTRAINTS *bc;
	int bad;

	c->pathlen = -1;
	bc = extension(c->x509->x, NID_basic_constraints, &bad);
	if (bad)
		return malformed(e, "basicConstraints extension");
	if (bc == NULL)
		return 0;
	c->bc = bc->ca ? BC_CA : BC_NOT_CA;
	if (bc->pathlen != NULL) {
		c->pathlen = (int)ASN1_INTEGER_get(bc->pathlen);
		bad = ASN1_STRING_type(bc->pathlen) == V_ASN1_NEG_INTEGER ||
		    c->pathlen < 0;
	}
	BASIC_CONSTRAINTS_free(bc);
	return bad ? malformed(e, "basicConstraints extension") : 0;
}

static int
take_usage(struct cert *c, struct err *e)
{
	EXTENDED_KEY_USAGE *eku;
	ASN1_BIT_STRING *ku;
	int bad, i;

	ku = extension(c->x509->x, NID_key_usage, &bad);
	if (bad)
		return malformed(e, "keyUsage extension");
	if (ku != NULL) {
		c->ku_present = 1;
		for (i = 0; i < 9; i++)
			if (ASN1_BIT_STRING_get_bit(ku, i))
				c->ku |= 1u << i;
		ASN1_BIT_STRING_free(ku);
	}
	eku = extension(c->x509->x, NID_ext_key_usage, &bad);
	if (bad)
		return malformed(e, "extendedKeyUsage extension");
	if (eku == NULL)
		return 0;
	c->eku_present = 1;
	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, i));

		c->eku_server |= nid == NID_server_auth;
		c->eku_client |= nid == NID_client_auth;
		c->eku_any |= nid == NID_anyExtendedKeyUsage;
	}
	EXTENDED_KEY_USAGE_free(eku);
	return 0;
}

static int
take_key_ids(struct cert *c, struct err *e)
{
	const ASN1_OCTET_STRING *id;
	ASN1_OCTET_STRING *ski;
	AUTHORITY_KEYID *aki;
	int bad;

	ski = extension(c->x509->x, NID_subject_key_identifier, &bad);
	ASN1_OCTET_STRING_free(ski);
	if (bad)
		return malformed(e, "subjectKeyIdentifier extension");
	aki = extension(c->x509->x, NID_authority_key_identifier, &bad);
	if (bad)
		return malformed(e, "authorityKeyIdentifier extension");
	/* the getters point into what X509_check_purpose() has cached */
	if ((id = X509_get0_subject_key_id(c->x509->x)) != NULL) {
		c->ski.p = ASN1_STRING_get0_data(id);
		c->ski.len = (size_t)ASN1_STRING_length(id);
	}
	if ((id = X509_get0_authority_key_id(c->x509->x)) != NULL) {
		c->aki.p = ASN1_STRING_get0_data(id);
		c->aki.len = (size_t)ASN1_STRING_length(id);
	}
	c->aki_pins = aki != NULL && aki->serial != NULL;
	AUTHORITY_KEYID_free(aki);
	return 0;
}

static int
take_uris(struct cert *c, struct err *e)
{
	const GENERAL_NAME *g;
	GENERAL_NAMES *san;
	char **uris;
	int bad, i, n = 0, len;

	san = extension(c->x509->x, NID_subject_alt_name, &bad);
	if (bad)
		return malformed(e, "subjectAltName extension");
	uris = calloc(URIS_MAX + 1, sizeof(char *));
	c->x509->uris = uris;
	for (i = 0; uris != NULL && i < sk_GENERAL_NAME_num(san) &&
	    n < URIS_MAX; i++) {
		g = sk_GENERAL_NAME_value(san, i);
		if (g->type != GEN_URI)
			continue;
		len = ASN1_STRING_length(g->d.uniformResourceIdentifier);
		uris[n] = strndup((const char *)ASN1_STRING_get0_data(
		    g->d.uniformResourceIdentifier), (size_t)len);
		if (uris[n++] == NULL)
			break;
	}
	GENERAL_NAMES_free(san);
	if (uris == NULL || (n > 0 && uris[n - 1] == NULL))
		return err_nomem(e);
	c->uris = (const char *const *)uris;
	return 0;
}

static int
take_subject(struct cert *c, struct err *e)
{
	BIO *bio;
	char *p;
	long n;
	int ret = -1;

	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		return err_nomem(e);
	if (X509_NAME_print_ex(bio, X509_get_subject_name(c->x509->x), 0,
	    XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) == -1) {
		malformed(e, "subject");
		goto out;
	}
	n = BIO_get_mem_data(bio, &p);
	if ((c->x509->subject = strndup(n > 0 ? p : "", (size_t)n)) == NULL) {
		err_nomem(e);
		goto out;
	}
	c->subject_text = c->x509->subject;
	ret = 0;
out:
	BIO_free(bio);
	return ret;
}

/* Everything that libcrypto decodes. */
static int
take_fields(struct cert *c, struct err *e)
{
	const uint8_t *p = c->der.p;
	X509 *x;

	if ((x = d2i_X509(NULL, &p, (long)c->der.len)) == NULL)
		return err_set(e, ERR_FORMAT, "not an X.509 certificate");
	c->x509->x = x;
	if (p != c->der.p + c->der.len)
		return err_set(e, ERR_FORMAT, "%zu bytes behind a certificate",
		    (size_t)(c->der.p + c->der.len - p));
	/* fills the cache that later getters read; they cannot fail aloud */
	X509_check_purpose(x, -1, 0);
	if (take_time(X509_get0_notBefore(x), &c->not_before) == -1 ||
	    take_time(X509_get0_notAfter(x), &c->not_after) == -1)
		return malformed(e, "validity");
	c->hash = hash_of(x);
	take_key(c);
	if (take_constraints(c, e) == -1 || take_usage(c, e) == -1 ||
	    take_key_ids(c, e) == -1 || take_uris(c, e) == -1)
		return -1;
	return take_subject(c, e);
}

int
cert_parse(const uint8_t *der, size_t len, struct cert **out, struct err *e)
{
	struct cert *c;

	*out = NULL;
	if (len > CERT_DER_MAX)
		return err_set(e, ERR_LIMIT, "a certificate is over the limit "
		    "of %d bytes", CERT_DER_MAX);
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return err_nomem(e);
	c->refs = 1;
	if ((c->x509 = calloc(1, sizeof(*c->x509))) == NULL ||
	    (c->x509->der = malloc(len + 1)) == NULL) {
		err_nomem(e);
		goto fail;
	}
	memcpy(c->x509->der, der, len);
	c->der.p = c->x509->der;
	c->der.len = len;
	if (take_fields(c, e) == -1)
		goto fail;
	if (der_cert(c) == -1) {
		malformed(e, "encoding");
		goto fail;
	}
	SHA256(c->der.p, c->der.len, c->sha256);
	c->self_issued = der_equal(&c->subject, &c->issuer);
	ERR_clear_error();
	*out = c;
	return 0;
fail:
	ERR_clear_error();
	cert_free(c);
	return -1;
}

struct cert *
cert_ref(struct cert *c)
{
	c->refs++;
	return c;
}

void
cert_free(struct cert *c)
{
	size_t i;

	if (c == NULL || --c->refs > 0)
		return;
	if (c->x509 != NULL) {
		X509_free(c->x509->x);
		EVP_PKEY_CTX_free(c->x509->verify);
		EVP_PKEY_free(c->x509->key);
		for (i = 0; c->x509->uris != NULL &&
		    c->x509->uris[i] != NULL; i++)
			free(c->x509->uris[i]);
		free(c->x509->uris);
		free(c->x509->subject);
		free(c->x509->der);
		free(c->x509);
	}
	free(c);
}

int
cert_equal(const struct cert *a, const struct cert *b)
{
	return a == b || der_equal(&a->der, &b->der);
}

int
cert_same_key(const struct cert *a, const struct cert *b)
{
	return der_equal(&a->spki, &b->spki);
}

int
cert_twins(const struct cert *a, const struct cert *b)
{
	return cert_same_key(a, b) && der_equal(&a->subject, &b->subject);
}

int
cert_claims_self_signed(const struct cert *c)
{
	return c->self_issued && (c->aki.p == NULL || c->ski.p == NULL ||
	    der_equal(&c->aki, &c->ski));
}

int
cert_signed_by(const struct cert *c, const struct cert *issuer)
{
	int ok;

	if (issuer->x509->key == NULL)
		return 0;
	ok = X509_verify(c->x509->x, issuer->x509->key) == 1;
	ERR_clear_error();
	return ok;
}

int
cert_readable(const struct cert *c)
{
	return der_readable(c);
}

void
cert_hex(const struct cert *c, char out[2 * CERT_SHA256_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < CERT_SHA256_LEN; i++) {
		out[2 * i] = digits[c->sha256[i] >> 4];
		out[2 * i + 1] = digits[c->sha256[i] & 15];
	}
	out[2 * CERT_SHA256_LEN] = '\0';
}
