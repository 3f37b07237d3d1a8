#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/when.h"
#include "pki/der.h"
#include "pki/pem.h"
#include "pki/resign.h"
#include "pki/x509.h"

#define SERIAL_LEN	16	/* bytes */

const char *
resign_why_text(enum resign_why why)
{
	static const char *const text[] = {
		[RESIGN_OK] = "it can be signed anew",
		[RESIGN_NOT_SELF_SIGNED] = "it is not signed by its own key",
		[RESIGN_AKI_PINS] = "its authorityKeyIdentifier names an "
		    "issuer and serial number",
		[RESIGN_KEY_KIND] = "its key is of a kind that not every "
		    "verifier takes",
		[RESIGN_WEAK_KEY] = "its key is too weak",
		[RESIGN_NOT_CA] = "its basicConstraints do not make it a CA",
		[RESIGN_KEY_USAGE] = "its keyUsage lacks keyCertSign",
		[RESIGN_LIMITED] = "it has an extension that limits what may "
		    "be issued under it",
		[RESIGN_CRITICAL] = "it has a critical extension that a new "
		    "one would lose",
	};

	return text[why];
}

static int
nid_of(X509_EXTENSION *ext)
{
	return OBJ_obj2nid(X509_EXTENSION_get_object(ext));
}

static int
is_carried(int nid)
{
	return nid == NID_basic_constraints || nid == NID_key_usage ||
	    nid == NID_subject_key_identifier;
}

/* Without these more would be accepted than before. */
static int
is_limit(int nid)
{
	return nid == NID_ext_key_usage || nid == NID_name_constraints ||
	    nid == NID_policy_constraints || nid == NID_inhibit_any_policy ||
	    nid == NID_netscape_cert_type;
}

static enum resign_why
may_extensions(const X509 *x)
{
	X509_EXTENSION *ext;
	int i;

	for (i = 0; i < X509_get_ext_count(x); i++) {
		ext = X509_get_ext(x, i);
		if (is_carried(nid_of(ext)))
			continue;
		if (is_limit(nid_of(ext)))
			return RESIGN_LIMITED;
		if (X509_EXTENSION_get_critical(ext))
			return RESIGN_CRITICAL;
	}
	return RESIGN_OK;
}

/* Where the digest must be as long as the curve; 0: not one that Go, and */
/* BoringSSL, would take. */
static int
curve_bits(const EVP_PKEY *key)
{
	char name[32];

	if (!EVP_PKEY_get_group_name(key, name, sizeof(name), NULL))
		return 0;
	if (strcmp(name, SN_X9_62_prime256v1) == 0)
		return 256;
	if (strcmp(name, SN_secp384r1) == 0)
		return 384;
	return strcmp(name, SN_secp521r1) == 0 ? 512 : 0;
}

static enum resign_why
may_key(const struct cert *old)
{
	const EVP_PKEY *key = old->x509->key;

	switch (key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return old->key_bits < RSA_BITS_MIN ? RESIGN_WEAK_KEY :
		    RESIGN_OK;
	case EVP_PKEY_EC:
		return curve_bits(key) == 0 ? RESIGN_KEY_KIND : RESIGN_OK;
	case EVP_PKEY_ED25519:
		return RESIGN_OK;
	default:
		return RESIGN_KEY_KIND;
	}
}

enum resign_why
resign_may(const struct cert *old)
{
	enum resign_why why;

	if (!cert_claims_self_signed(old) || !cert_signed_by(old, old))
		return RESIGN_NOT_SELF_SIGNED;
	if (old->aki_pins)
		return RESIGN_AKI_PINS;
	if ((why = may_key(old)) != RESIGN_OK)
		return why;
	if (old->bc != BC_CA)
		return RESIGN_NOT_CA;
	if (old->ku_present && !(old->ku & CERT_KU_KEY_CERT_SIGN))
		return RESIGN_KEY_USAGE;
	return may_extensions(old->x509->x);
}

/* ---- making it ---- */

/* Ed25519 has no digest of its own, and takes none: NULL. */
static const EVP_MD *
digest(const struct cert *old)
{
	int bits = 256;

	if (old->key == KEY_ED25519)
		return NULL;
	if (old->key == KEY_EC)
		bits = curve_bits(old->x509->key);
	if (old->hash == HASH_SHA512 || bits == 512)
		return EVP_sha512();
	return old->hash == HASH_SHA384 || bits == 384 ? EVP_sha384() :
	    EVP_sha256();
}

/* As bytes that libcrypto has read and so writes again as they are. */
static X509_NAME *
name_of(const struct der *subject, const struct cert *old, struct err *e)
{
	const unsigned char *p = subject->p;
	X509_NAME *name = NULL;

	if (p != NULL && subject->len <= CERT_DER_MAX)
		name = d2i_X509_NAME(NULL, &p, (long)subject->len);
	if (name != NULL && p == subject->p + subject->len &&
	    X509_NAME_cmp(name, X509_get_subject_name(old->x509->x)) == 0)
		return name;
	X509_NAME_free(name);
	err_set(e, ERR_USAGE, "the subject asked for is not the name of the "
	    "root '%s'", old->subject_text);
	return NULL;
}

static int
set_serial(X509 *x)
{
	unsigned char bytes[SERIAL_LEN];
	BIGNUM *bn;
	int ok = 0;

	if (RAND_bytes(bytes, sizeof(bytes)) == 1 &&
	    (bn = BN_bin2bn(bytes, sizeof(bytes), NULL)) != NULL) {
		ok = !BN_is_zero(bn) &&
		    BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL;
		BN_free(bn);
	}
	return ok;
}

static int
add_key_usage(X509 *x)
{
	ASN1_BIT_STRING *ku = ASN1_BIT_STRING_new();
	int ok;

	ok = ku != NULL && ASN1_BIT_STRING_set_bit(ku, 5, 1) &&
	    X509_add1_ext_i2d(x, NID_key_usage, ku, 1, 0) == 1;
	ASN1_BIT_STRING_free(ku);
	return ok;
}

static int
carry_extensions(X509 *x, const struct cert *old)
{
	X509_EXTENSION *ext;
	int i;

	for (i = 0; i < X509_get_ext_count(old->x509->x); i++) {
		ext = X509_get_ext(old->x509->x, i);
		if (is_carried(nid_of(ext)) && !X509_add_ext(x, ext, -1))
			return 0;
	}
	return old->ku_present || add_key_usage(x);
}

struct life {
	int64_t	from, to;
};

static int
life_of(const struct resign *p, struct life *l, struct err *e)
{
	if (p->days < 1 || p->now < 0 || p->now > WHEN_MAX)
		return err_set(e, ERR_USAGE, "a root cannot be made to live "
		    "for %lld days", (long long)p->days);
	l->from = p->now - WHEN_DAY;
	if (l->from < p->old->not_before)
		l->from = p->old->not_before;
	l->to = p->days > (WHEN_MAX - p->now) / WHEN_DAY ? WHEN_MAX :
	    p->now + p->days * WHEN_DAY;
	if (l->to <= l->from)
		return err_set(e, ERR_USAGE, "the root would end before it "
		    "begins: its notBefore is that of the old one");
	return 0;
}

static int
fill(X509 *x, const struct cert *old, const X509_NAME *name,
    const struct life *l, EVP_PKEY *key)
{
	return X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
	    X509_set_subject_name(x, name) && X509_set_issuer_name(x, name) &&
	    x509_set_time(X509_getm_notBefore(x), l->from) &&
	    x509_set_time(X509_getm_notAfter(x), l->to) &&
	    X509_set_pubkey(x, key) && carry_extensions(x, old) &&
	    X509_sign(x, key, digest(old)) > 0;
}

/* ---- is it what it should be? ---- */

static int
same_or_absent(const struct der *a, const struct der *b)
{
	return a->p == NULL || b->p == NULL ? a->p == b->p : der_equal(a, b);
}

static int
prove(const struct cert *c, const struct cert *old,
    const struct der *subject, const struct life *l, struct err *e)
{
	const char *what = NULL;

	if (!cert_same_key(c, old))
		what = "key";
	else if (!der_equal(&c->subject, subject))
		what = "subject";
	else if (!der_equal(&c->issuer, subject))
		what = "issuer";
	else if (!same_or_absent(&c->ski, &old->ski))
		what = "subjectKeyIdentifier";
	else if (c->aki.p != NULL || c->aki_pins)
		what = "authorityKeyIdentifier";
	else if (c->bc != old->bc || c->pathlen != old->pathlen)
		what = "basicConstraints";
	else if (!c->ku_present || c->ku != (old->ku_present ? old->ku :
	    CERT_KU_KEY_CERT_SIGN))
		what = "keyUsage";
	else if (c->not_before != l->from || c->not_after != l->to)
		what = "validity";
	else if (!cert_signed_by(c, c) || resign_may(c) != RESIGN_OK)
		what = "signature";
	else if (der_strict(old) && !der_strict(c))
		what = "encoding";
	return what == NULL ? 0 : err_set(e, ERR_IO, "the new root's %s came "
	    "out wrong", what);
}

static int
make(const struct resign *p, const struct der *subject, EVP_PKEY *key,
    struct cert **out, struct err *e)
{
	unsigned char *der = NULL;
	struct life l = { 0, 0 };
	X509_NAME *name;
	X509 *x = NULL;
	int len = -1, ret = -1;

	if (life_of(p, &l, e) == -1 ||
	    (name = name_of(subject, p->old, e)) == NULL)
		return -1;
	if ((x = X509_new()) != NULL && fill(x, p->old, name, &l, key))
		len = i2d_X509(x, &der);
	if (len <= 0)
		err_set(e, ERR_IO, "libcrypto made no new root");
	else if (cert_parse(der, (size_t)len, out, e) == 0 &&
	    prove(*out, p->old, subject, &l, e) == 0)
		ret = 0;
	OPENSSL_free(der);
	X509_free(x);
	X509_NAME_free(name);
	return ret;
}

int
resign(const struct resign *p, struct buf *pem, struct cert **out,
    struct err *e)
{
	const struct der *subject = p->subject == NULL ? &p->old->subject :
	    p->subject;
	enum resign_why why;
	enum key_state state;
	EVP_PKEY *key;
	int ret;

	*out = NULL;
	if ((why = resign_may(p->old)) != RESIGN_OK)
		return err_set(e, ERR_FORMAT, "the root '%s' cannot be signed "
		    "anew: %s", p->old->subject_text, resign_why_text(why));
	state = key_load(p->key, p->key_len, p->old, &key);
	if (state != KEYS_MATCH)
		return err_set(e, ERR_FORMAT, "the root's private key %s",
		    key_state_text(state));
	ret = make(p, subject, key, out, e);
	if (ret == 0)
		ret = pem_write(pem, "CERTIFICATE", (*out)->der.p,
		    (*out)->der.len, e);
	if (ret == -1) {
		cert_free(*out);
		*out = NULL;
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ret;
}
