#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/probe.h"
#include "pki/x509.h"

#define HALF_LIFE (12 * 3600)	/* seconds on both sides of now */
#define SIGNATURE_LEN 256

static int
add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	int ok;

	ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	ok = ext != NULL && X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

static int
add_key_id(X509 *x, const struct cert *issuer)
{
	AUTHORITY_KEYID *aki;
	int ok;

	if (issuer->ski.p == NULL)
		return 1;
	if ((aki = AUTHORITY_KEYID_new()) == NULL)
		return 0;
	ok = (aki->keyid = ASN1_OCTET_STRING_new()) != NULL &&
	    ASN1_OCTET_STRING_set(aki->keyid, issuer->ski.p,
	    (int)issuer->ski.len) &&
	    X509_add1_ext_i2d(x, NID_authority_key_identifier, aki, 0, 0) == 1;
	AUTHORITY_KEYID_free(aki);
	return ok;
}

static int
add_exts(X509 *x, const struct cert *issuer)
{
	return add_ext(x, NID_key_usage,
	    "critical,digitalSignature,keyEncipherment") &&
	    add_ext(x, NID_ext_key_usage, "serverAuth,clientAuth") &&
	    add_ext(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_key_id(x, issuer) &&
	    add_ext(x, NID_subject_alt_name,
	    "critical,URI:spiffe://cluster.local/ns/default/sa/default");
}

/* The signature: of the issuer's kind, SHA-256, and empty of meaning. */
static int
set_signature(X509 *x, const struct cert *issuer)
{
	unsigned char none[SIGNATURE_LEN];
	const X509_ALGOR *alg;
	const ASN1_BIT_STRING *sig;
	int nid = NID_sha256WithRSAEncryption, type = V_ASN1_NULL;

	if (issuer->key == KEY_EC)
		nid = NID_ecdsa_with_SHA256;
	else if (issuer->key == KEY_ED25519)
		nid = NID_ED25519;
	if (nid != NID_sha256WithRSAEncryption)
		type = V_ASN1_UNDEF;
	/* a BIT STRING loses the zeros at its end */
	memset(none, 0x55, sizeof(none));
	X509_get0_signature(&sig, &alg, x);
	/* libcrypto has no other way to make what is not signed */
	return X509_ALGOR_set0((X509_ALGOR *)alg, OBJ_nid2obj(nid), type,
	    NULL) &&
	    X509_ALGOR_set0((X509_ALGOR *)X509_get0_tbs_sigalg(x),
	    OBJ_nid2obj(nid), type, NULL) &&
	    ASN1_BIT_STRING_set((ASN1_BIT_STRING *)sig,
	    none, sizeof(none));
}

static int
fill(X509 *x, const struct cert *issuer, int64_t now)
{
	X509_NAME *empty;
	int ok;

	if ((empty = X509_NAME_new()) == NULL)
		return 0;
	ok = X509_set_version(x, X509_VERSION_3) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
	    X509_set_issuer_name(x,
	    X509_get_subject_name(issuer->x509->x)) &&
	    X509_set_subject_name(x, empty) &&
	    x509_set_time(X509_getm_notBefore(x), now - HALF_LIFE) &&
	    x509_set_time(X509_getm_notAfter(x), now + HALF_LIFE) &&
	    X509_set_pubkey(x, issuer->x509->key) && add_exts(x, issuer) &&
	    set_signature(x, issuer);
	X509_NAME_free(empty);
	return ok;
}

int
probe_new(const struct cert *issuer, int64_t now, struct cert **out,
    struct err *e)
{
	unsigned char *der = NULL;
	X509 *x;
	int len = -1, ret = -1;

	*out = NULL;
	if (issuer->x509->key == NULL)
		return err_set(e, ERR_FORMAT, "the CA's key is of a kind that "
		    "is not supported");
	if ((x = X509_new()) == NULL)
		return err_nomem(e);
	if (fill(x, issuer, now))
		len = i2d_X509(x, &der);
	if (len > 0)
		ret = cert_parse(der, (size_t)len, out, e);
	else
		err_nomem(e);
	OPENSSL_free(der);
	X509_free(x);
	ERR_clear_error();
	return ret;
}
