/* Roots as Go, openssl and others make them, leaves of them, and keys as PEM */
/* text, for what signs roots anew. */
#ifndef TESTS_UNIT_ROOTS_H
#define TESTS_UNIT_ROOTS_H

#include "pki/chain.h"
#include "pki/resign.h"
#include "tests/unit/mint.h"

#define DAY 86400L

enum {
	K_RSA, K_EC, K_ED, K_P384, K_RSA_2, K_WEAK, K_PSS, K_K1, K_P224, KEYS
};
static EVP_PKEY *keys[KEYS];

/* how a subject is written */
enum { PRINTABLE, UTF8, TELETEX, EMPTY, LATIN1, NAMES };

struct root {
	int		 key, by, name;
	const char	*bc, *ku, *ski;
	long		 from;		/* seconds from T0 */
	const EVP_MD	*md;		/* NULL: SHA-256 */
	int		 bare;		/* no basicConstraints */
	int		 no_ku;
	const char	*issuer;	/* another O= */
	int		 nid;		/* of one more extension */
	const char	*value;		/* hex: an AKI of that key id */
};

static inline void
entry(X509_NAME *n, const char *field, int type, const char *s)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(n, field, type,
	    (const unsigned char *)s, (int)strlen(s), -1, 0), 1);
}

static inline X509_NAME *
root_name(int kind)
{
	X509_NAME *n = X509_NAME_new();

	if (kind == TELETEX || kind == LATIN1) {
		entry(n, "C", V_ASN1_PRINTABLESTRING, "DE");
		entry(n, "O", V_ASN1_T61STRING, kind == LATIN1 ?
		    "M\xfcller & S\xf6hne" : "Example & Co");
		entry(n, "CN", V_ASN1_UTF8STRING, "Mesh root");
	} else
		entry(n, "O", kind == UTF8 ? V_ASN1_UTF8STRING :
		    V_ASN1_PRINTABLESTRING, kind == EMPTY ? "" :
		    "cluster.local");
	return n;
}

static inline struct cert *
cert_of(X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	struct cert *c;
	struct err e = ERR_INIT;

	if (cert_parse(der, (size_t)len, &c, &e) == -1)
		fail_msg("%s", e.msg);
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

static inline const EVP_MD *
md_of(const EVP_PKEY *key, const EVP_MD *md)
{
	return key == keys[K_ED] ? NULL : md == NULL ? EVP_sha256() : md;
}

static inline struct cert *
root_new(const struct root *r)
{
	X509_NAME *name = root_name(r->name), *issuer = r->issuer == NULL ?
	    X509_NAME_dup(name) : mint_name(r->issuer, 0);
	EVP_PKEY *by = keys[r->by == 0 ? r->key : r->by];
	X509 *x = X509_new();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, issuer);
	X509_set_pubkey(x, keys[r->key]);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 + (r->from == 0 ?
	    -300 * DAY : r->from));
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + 20 * DAY);
	if (!r->no_ku)
		mint_ext(x, NID_key_usage, r->ku == NULL ?
		    "critical,keyCertSign" : r->ku);
	if (r->nid == NID_authority_key_identifier && r->value[0] == '0')
		mint_aki(x, r->value, 0);
	else if (r->nid != NID_undef)
		mint_ext(x, r->nid, r->value);
	if (!r->bare)
		mint_ext(x, NID_basic_constraints, r->bc == NULL ?
		    "critical,CA:TRUE" : r->bc);
	mint_ext(x, NID_subject_key_identifier, r->ski);
	assert_int_not_equal(X509_sign(x, by, md_of(by, r->md)), 0);
	X509_NAME_free(name);
	X509_NAME_free(issuer);
	return cert_of(x);
}

/* As istiod: the root's name and key identifier as they stand there. */
static inline struct cert *
leaf_of(const struct cert *root, EVP_PKEY *key)
{
	const unsigned char *p = root->subject.p;
	X509_NAME *issuer = d2i_X509_NAME(NULL, &p, (long)root->subject.len);
	X509_NAME *none = X509_NAME_new();
	X509 *x = X509_new();
	char *hex;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_set_issuer_name(x, issuer);
	X509_set_subject_name(x, none);
	X509_set_pubkey(x, keys[K_RSA_2]);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 - 3600);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + DAY);
	mint_ext(x, NID_key_usage,
	    "critical,digitalSignature,keyEncipherment");
	mint_ext(x, NID_ext_key_usage, "serverAuth,clientAuth");
	mint_ext(x, NID_basic_constraints, "critical,CA:FALSE");
	if (root->ski.p != NULL) {
		hex = OPENSSL_buf2hexstr(root->ski.p, (long)root->ski.len);
		mint_aki(x, hex, 0);
		OPENSSL_free(hex);
	}
	mint_ext(x, NID_subject_alt_name,
	    "critical,URI:spiffe://cluster.local/ns/default/sa/default");
	assert_int_not_equal(X509_sign(x, key, md_of(key, NULL)), 0);
	X509_NAME_free(issuer);
	X509_NAME_free(none);
	return cert_of(x);
}

/* PKCS#8, or as each kind had it before; the caller frees. */
static inline char *
key_text(EVP_PKEY *key, int traditional)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p, *s;
	long n;

	assert_int_equal(traditional ? PEM_write_bio_PrivateKey_traditional(bio,
	    key, NULL, NULL, 0, NULL, NULL) : PEM_write_bio_PrivateKey(bio,
	    key, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &p);
	s = strndup(p, (size_t)n);
	BIO_free(bio);
	return s;
}

static inline EVP_PKEY *
pss_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static inline int
keys_new(void **state)
{
	(void)state;
	keys[K_RSA] = EVP_RSA_gen(2048);
	keys[K_EC] = EVP_EC_gen("P-256");
	keys[K_ED] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	keys[K_P384] = EVP_EC_gen("P-384");
	keys[K_RSA_2] = EVP_RSA_gen(2048);
	keys[K_WEAK] = EVP_RSA_gen(2040);
	keys[K_PSS] = pss_key();
	keys[K_K1] = EVP_EC_gen("secp256k1");
	keys[K_P224] = EVP_EC_gen("P-224");
	return 0;
}

static inline int
keys_free(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

#endif
