#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "pki/b64.h"
#include "pki/key.h"
#include "pki/key_form.h"
#include "pki/memory.h"
#include "pki/pem.h"
#include "pki/rsa.h"
#include "pki/x509.h"

#define KEY_MAX (1 << 20)	/* bytes of its text */

/* Asked for a passphrase: remember it, and give none. */
static int
no_passphrase(char *out, int size, int writing, void *arg)
{
	int *asked = arg;

	(void)out;
	(void)size;
	(void)writing;
	*asked = 1;
	return -1;
}

/* Of an EC key: does the scalar lead to the point that stands beside it? */
static enum key_state
ec_half(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int ok;

	if (ctx == NULL)
		return KEYS_UNREADABLE;
	ok = EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok ? KEYS_MATCH : KEYS_BROKEN;
}

/* A key whose public half is the certificate's: what of the other half? */
static enum key_state
private_half(EVP_PKEY *key)
{
	static const char *const names[RSA_PARTS] = {
		[PART_N] = OSSL_PKEY_PARAM_RSA_N,
		[PART_E] = OSSL_PKEY_PARAM_RSA_E,
		[PART_D] = OSSL_PKEY_PARAM_RSA_D,
		[PART_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
		[PART_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
		[PART_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
		[PART_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
		[PART_QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	const BIGNUM *part[RSA_PARTS];
	BIGNUM *bn[RSA_PARTS] = { NULL };
	int i, ok = 0, kind = EVP_PKEY_get_base_id(key);

	if (kind == EVP_PKEY_EC)
		return ec_half(key);
	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_RSA_PSS)
		return KEYS_MATCH;	/* the public half is made of it */
	/* a part that is 0 counts as absent there */
	for (i = 0; i < RSA_PARTS &&
	    EVP_PKEY_get_bn_param(key, names[i], &bn[i]); i++)
		part[i] = bn[i];
	if (i == RSA_PARTS)
		ok = rsa_holds(part);
	for (i = 0; i < RSA_PARTS; i++)
		BN_clear_free(bn[i]);
	return ok == 1 ? KEYS_MATCH : ok == 0 ? KEYS_BROKEN : KEYS_UNREADABLE;
}

static int
digits(const char *p, size_t len, struct buf *der)
{
	struct err e = ERR_INIT;
	int ret = b64_decode(p, len, der, &e);

	if (e.class == ERR_NOMEM)
		pki_no_memory();
	return ret;
}

/* The DER of the first private key in the text; -1: not as RFC 7468 has it. */
static int
decode(const char *pem, size_t len, struct buf *der)
{
	const char *pos = pem, *end = pem + len, *from = NULL;
	struct pem_line l, label;
	const size_t tail = strlen("PRIVATE KEY");

	while (pem_line(&pos, end, &l)) {
		if (from != NULL && pem_boundary(&l, PEM_END, &label))
			return digits(from, (size_t)(l.p - from), der);
		if (from == NULL && pem_boundary(&l, PEM_BEGIN, &label) &&
		    label.len >= tail && memcmp(label.p + label.len - tail,
		    "PRIVATE KEY", tail) == 0)
			from = pos;
	}
	return -1;
}

/*
 * libcrypto's reader has taken it; would Go's and BoringSSL's?  Theirs want
 * base64 and nothing else in the block, and strict DER.
 */
static int
is_plain(const char *pem, size_t len)
{
	struct der in;
	struct buf der;
	int ok;

	buf_init_secret(&der, KEY_MAX, "a key");
	ok = decode(pem, len, &der) == 0;
	in.p = der.p;
	in.len = der.len;
	ok = ok && key_form(in);
	buf_release(&der);
	return ok;
}

enum key_state
key_load(const char *pem, size_t len, const struct cert *c, EVP_PKEY **out)
{
	enum key_state state = KEYS_UNREADABLE;
	EVP_PKEY *key = NULL;
	int asked = 0;
	BIO *bio;

	*out = NULL;
	if (len == 0)
		return KEYS_ABSENT;
	if (len > KEY_MAX || (bio = BIO_new_mem_buf(pem, (int)len)) == NULL)
		return KEYS_UNREADABLE;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	if (asked)
		state = KEYS_ENCRYPTED;
	else if (key != NULL)
		state = c->x509->key != NULL &&
		    EVP_PKEY_eq(key, c->x509->key) == 1 ? private_half(key) :
		    KEYS_DIFFER;
	if (state == KEYS_MATCH && !is_plain(pem, len))
		state = KEYS_BROKEN;
	if (state == KEYS_MATCH)
		*out = key;
	else
		EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return state;
}

enum key_state
key_compare(const char *pem, size_t len, const struct cert *c)
{
	enum key_state state;
	EVP_PKEY *key;

	state = key_load(pem, len, c, &key);
	EVP_PKEY_free(key);
	return state;
}

const char *
key_state_text(enum key_state state)
{
	static const char *const text[] = {
		[KEYS_ABSENT] = "is not there",
		[KEYS_MATCH] = "is the one of its certificate",
		[KEYS_DIFFER] = "belongs to another certificate",
		[KEYS_ENCRYPTED] = "needs a passphrase",
		[KEYS_UNREADABLE] = "cannot be read",
		[KEYS_BROKEN] = "is damaged",
	};

	return text[state];
}
