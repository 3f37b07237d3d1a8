/* Leaves as Citadel and istiod sign them, and such as they never would. */
#ifndef TESTS_UNIT_LEAVES_H
#define TESTS_UNIT_LEAVES_H

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "tests/unit/mint.h"

#define DAY 86400L

static EVP_PKEY *ca_key, *leaf_key, *other_key, *ec_key;
static struct cert *ca;

#define KU "critical,digitalSignature,keyEncipherment"
#define EKU "serverAuth,clientAuth"
#define NO_CA "critical,CA:FALSE"
#define SAN "URI:spiffe://cluster.local/ns/default/sa/default"
#define AKI "0102030405060708090a0b0c0d0e0f1011121314"

struct profile {
	const char	*o;		/* subject: O=; NULL: no name at all */
	const char	*issuer;	/* O= */
	const char	*serial;	/* hex */
	const char	*from, *to;	/* as ASN1_TIME_set_string() has them */
	struct {
		int		 nid;
		const char	*value;	/* hex for the AKI */
	} ext[8];
	EVP_PKEY	*key;		/* NULL: leaf_key */
	const EVP_MD	*md;		/* NULL: SHA-256 */
	int		 version;	/* 0: 3 */
	int		 utf8;		/* the issuer's string type */
};

/* istiod: an AKI, too. */
static const struct profile istiod = {
	.issuer = "cluster.local",
	.serial = "7f0102030405060708090a0b0c0d0e0f",
	.from = "20260101000000Z", .to = "20260102000000Z",
	.ext = { { NID_key_usage, KU }, { NID_ext_key_usage, EKU },
	    { NID_basic_constraints, NO_CA },
	    { NID_authority_key_identifier, AKI },
	    { NID_subject_alt_name, "critical," SAN } },
};
#define AT_KU 0
#define AT_EKU 1
#define AT_BC 2
#define AT_AKI 3
#define AT_SAN 4	/* of istiod */

struct made {
	unsigned char	*p;
	size_t		 n;
};

static inline void
set_names(X509 *x, const struct profile *f)
{
	X509_NAME *issuer = mint_name(f->issuer, f->utf8);
	X509_NAME *subject = f->o == NULL ? X509_NAME_new() :
	    mint_name(f->o, 0);

	X509_set_issuer_name(x, issuer);
	X509_set_subject_name(x, subject);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
}

static inline struct made
make(const struct profile *f)
{
	struct made m = { NULL, 0 };
	BIGNUM *serial = NULL;
	X509 *x = X509_new();
	size_t i;
	int len;

	X509_set_version(x, f->version == 0 ? X509_VERSION_3 : f->version - 1);
	BN_hex2bn(&serial, f->serial);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x));
	BN_free(serial);
	set_names(x, f);
	X509_set_pubkey(x, f->key == NULL ? leaf_key : f->key);
	assert_int_equal(ASN1_TIME_set_string_X509(X509_getm_notBefore(x),
	    f->from), 1);
	assert_int_equal(ASN1_TIME_set_string_X509(X509_getm_notAfter(x),
	    f->to), 1);
	for (i = 0; i < COUNT(f->ext) && f->ext[i].value != NULL; i++)
		if (f->ext[i].nid == NID_authority_key_identifier &&
		    strchr(f->ext[i].value, ':') == NULL)
			mint_aki(x, f->ext[i].value, 0);
		else
			mint_ext(x, f->ext[i].nid, f->ext[i].value);
	assert_int_not_equal(X509_sign(x, ca_key, f->md == NULL ?
	    EVP_sha256() : f->md), 0);
	len = i2d_X509(x, &m.p);
	assert_true(len > 0);
	m.n = (size_t)len;
	X509_free(x);
	return m;
}

static inline void
forget(struct made *m)
{
	OPENSSL_free(m->p);
	m->p = NULL;
}

/* RSA of given numbers, which need not be anybody's key. */
static inline EVP_PKEY *
public_rsa(const char *kind, const BIGNUM *n, unsigned long exp)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	BN_set_word(e, exp);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
	    params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

static inline int
setup(void **state)
{
	struct mint m = { .o = "cluster.local", .from = -DAY, .to = 900 * DAY,
	    .bc = "critical,CA:TRUE", .ku = "critical,keyCertSign",
	    .ski = AKI };

	(void)state;
	ca_key = EVP_RSA_gen(2048);
	leaf_key = EVP_RSA_gen(2048);
	other_key = EVP_RSA_gen(2048);
	ec_key = EVP_EC_gen("P-256");
	m.key = ca_key;
	ca = mint(&m);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	cert_free(ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(ec_key);
	return 0;
}

#endif
