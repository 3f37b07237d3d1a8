/*
 * X509_verify_cert(), of OpenSSL or, with -DBORING, of BoringSSL: default
 * parameters (trusted first), no partial chain, auth level 0, purpose and time
 * named. BoringSSL gets its anchors through a store, as Envoy gives them;
 * OpenSSL through a stack, whose order is known.
 */
#include "tests/oracles/case.h"

#include <openssl/err.h>
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

static void
answer(const struct oracle_case *c)
{
	STACK_OF(X509) *inter = stack(c->inter, c->ninter);
	STACK_OF(X509) *anchor = stack(c->anchor, c->nanchor);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	X509 *leaf = decode(&c->leaf);
	int ok = 0;

	if (leaf == NULL) {
		printf("%s no decode\n", c->id);
		goto out;
	}
#ifdef BORING
	for (size_t i = 0; i < sk_X509_num(anchor); i++)
		X509_STORE_add_cert(store, sk_X509_value(anchor, i));
#endif
	X509_STORE_CTX_init(ctx, store, leaf, inter);
#ifndef BORING
	X509_STORE_CTX_set0_trusted_stack(ctx, anchor);
#endif
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, c->at);
	if (c->purpose != 'a')
		X509_VERIFY_PARAM_set_purpose(param, purpose(c->purpose));
	ok = X509_verify_cert(ctx) == 1;
	if (ok)
		printf("%s ok\n", c->id);
	else
		printf("%s no %d\n", c->id, X509_STORE_CTX_get_error(ctx));
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(leaf);
	sk_X509_pop_free(inter, X509_free);
	sk_X509_pop_free(anchor, X509_free);
	ERR_clear_error();
}

int
main(void)
{
	struct oracle_case c;

	while (case_next(&c)) {
		answer(&c);
		case_free(&c);
	}
	return 0;
}
