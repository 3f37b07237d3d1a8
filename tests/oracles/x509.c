/*
 * X509_verify_cert(), of OpenSSL or, with -DBORING, of BoringSSL: default
 * parameters (trusted first), no partial chain, auth level 0, purpose and time
 * named. BoringSSL gets its anchors through a store, as Envoy gives them;
 * OpenSSL through a stack, whose order is known.  With the word "triples" it
 * takes those (triple.h).
 */
#include "tests/oracles/case.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Bytes behind a certificate are refused by everybody who reads PEM. */
static X509 *
decode(const struct der_bytes *d)
{
	const unsigned char *p = d->p;
	X509 *x = d2i_X509(NULL, &p, d->len);

	if (x != NULL && p != d->p + d->len) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

static STACK_OF(X509) *
stack(const struct der_bytes *d, int n)
{
	STACK_OF(X509) *sk = sk_X509_new_null();
	X509 *x;
	int i;

	for (i = 0; i < n; i++)
		if ((x = decode(&d[i])) != NULL)
			sk_X509_push(sk, x);
	return sk;
}

static int
purpose(char c)
{
	return c == 's' ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
}

/* X509_V_OK, or why not. */
static int
verify(X509 *leaf, STACK_OF(X509) *inter, STACK_OF(X509) *anchor, long at,
    char role)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	int error = X509_V_OK;

#ifdef BORING
	for (size_t i = 0; i < sk_X509_num(anchor); i++)
		X509_STORE_add_cert(store, sk_X509_value(anchor, i));
#endif
	X509_STORE_CTX_init(ctx, store, leaf, inter);
#ifndef BORING
	X509_STORE_CTX_set0_trusted_stack(ctx, anchor);
#endif
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, at);
	if (role != 'a')
		X509_VERIFY_PARAM_set_purpose(param, purpose(role));
	if (X509_verify_cert(ctx) != 1) {
		error = X509_STORE_CTX_get_error(ctx);
		if (error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return error;
}

static void
answer(const struct oracle_case *c)
{
	STACK_OF(X509) *inter = stack(c->inter, c->ninter);
	STACK_OF(X509) *anchor = stack(c->anchor, c->nanchor);
	X509 *leaf = decode(&c->leaf);
	int error;

	if (leaf == NULL)
		printf("%s no decode\n", c->id);
	else if ((error = verify(leaf, inter, anchor, c->at, c->purpose)) ==
	    X509_V_OK)
		printf("%s ok\n", c->id);
	else
		printf("%s no %d\n", c->id, error);
	X509_free(leaf);
	sk_X509_pop_free(inter, X509_free);
	sk_X509_pop_free(anchor, X509_free);
	ERR_clear_error();
}

/* ---- triples: PEM is read as they and Envoy read it ---- */

static BIO *
bio_of(const struct der_bytes *d)
{
	return BIO_new_mem_buf(d->p, (int)d->len);
}

/* Nothing but the end of the text may end the reading of it. */
static int
at_end(void)
{
	unsigned long code = ERR_peek_last_error();
	int ok = ERR_GET_LIB(code) == ERR_LIB_PEM &&
	    ERR_GET_REASON(code) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return ok;
}

static int
no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* SSL_CTX_use_certificate_chain_file(), and Envoy's context_impl.cc. */
static X509 *
read_chain(const struct der_bytes *d, STACK_OF(X509) *inter)
{
	BIO *bio = bio_of(d);
	X509 *leaf = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL), *x;

	while (leaf != NULL && (x = PEM_read_bio_X509(bio, NULL,
	    no_passphrase, NULL)) != NULL)
		sk_X509_push(inter, x);
	if (leaf != NULL && !at_end()) {
		X509_free(leaf);
		leaf = NULL;
	}
	BIO_free(bio);
	ERR_clear_error();
	return leaf;
}

/* X509_load_cert_crl_file(), and Envoy's default_validator.cc. */
static int
read_roots(const struct der_bytes *d, STACK_OF(X509) *anchor)
{
	BIO *bio = bio_of(d);
	STACK_OF(X509_INFO) *all = PEM_X509_INFO_read_bio(bio, NULL,
	    no_passphrase, NULL);
	X509_INFO *info;
	int i;

	for (i = 0; all != NULL && i < (int)sk_X509_INFO_num(all); i++) {
		info = sk_X509_INFO_value(all, i);
		if (info->x509 != NULL) {
			X509_up_ref(info->x509);
			sk_X509_push(anchor, info->x509);
		}
	}
	i = all != NULL;
	sk_X509_INFO_pop_free(all, X509_INFO_free);
	BIO_free(bio);
	ERR_clear_error();
	return i;
}

/* Decoding is what costs most, and the same roots come again and again. */
static STACK_OF(X509) *
roots_of(const struct der_bytes *d)
{
	static STACK_OF(X509) *last;
	static struct der_bytes text;

	if (last != NULL && text.len == d->len && memcmp(text.p, d->p,
	    (size_t)d->len) == 0)
		return last;
	sk_X509_pop_free(last, X509_free);
	free(text.p);
	last = sk_X509_new_null();
	text.p = malloc((size_t)d->len + 1);
	text.len = d->len;
	memcpy(text.p, d->p, (size_t)d->len);
	if (!read_roots(d, last)) {
		sk_X509_pop_free(last, X509_free);
		last = NULL;
	}
	return last;
}

static void
answer_question(const struct blobs *b, char **w)
{
	STACK_OF(X509) *inter = sk_X509_new_null();
	STACK_OF(X509) *anchor = roots_of(case_blob(b, w[4]));
	X509 *leaf = read_chain(case_blob(b, w[3]), inter);
	long at = atol(w[2]);
	int error;

	if (leaf == NULL || anchor == NULL)
		printf("%s no decode\n", w[1]);
	else if ((error = verify(leaf, inter, anchor, at, 's')) != X509_V_OK ||
	    (error = verify(leaf, inter, anchor, at, 'c')) != X509_V_OK)
		printf("%s no %d\n", w[1], error);
	else
		printf("%s ok\n", w[1]);
	X509_free(leaf);
	sk_X509_pop_free(inter, X509_free);
}

static void
answer_pair(const struct blobs *b, char **w)
{
	STACK_OF(X509) *inter = sk_X509_new_null();
	X509 *leaf = read_chain(case_blob(b, w[2]), inter);
	BIO *bio = bio_of(case_blob(b, w[3]));
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase,
	    NULL);

	if (leaf == NULL || key == NULL)
		printf("%s no decode-%s\n", w[1], leaf == NULL ? "leaf" :
		    "key");
	else if (X509_check_private_key(leaf, key) != 1)
		printf("%s no another\n", w[1]);
	else
		printf("%s ok\n", w[1]);
	EVP_PKEY_free(key);
	BIO_free(bio);
	X509_free(leaf);
	sk_X509_pop_free(inter, X509_free);
	ERR_clear_error();
}

static void
answer_triples(void)
{
	static struct blobs b;
	char *w[CASE_WORDS];

	while (case_words(&b, w) > 0) {
		if (w[0][0] == 'Q')
			answer_question(&b, w);
		if (w[0][0] == 'K')
			answer_pair(&b, w);
	}
}

int
main(int argc, char **argv)
{
	struct oracle_case c;

	if (argc > 1 && strcmp(argv[1], "triples") == 0)
		answer_triples();
	else
		while (case_next(&c)) {
			answer(&c);
			case_free(&c);
		}
	return 0;
}
