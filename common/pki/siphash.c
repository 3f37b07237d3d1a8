#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "pki/siphash.h"

struct siphash {
	EVP_MAC_CTX	*ctx;
	unsigned char	 key[SIPHASH_KEY];
};

static int
failed(struct err *e)
{
	return err_set(e, ERR_IO, "libcrypto has no SipHash");
}

int
siphash_new(const unsigned char key[SIPHASH_KEY], struct siphash **out,
    struct err *e)
{
	size_t size = SIPHASH_LEN;
	OSSL_PARAM params[2];
	struct siphash *s;
	EVP_MAC *mac;

	*out = NULL;
	if ((s = OPENSSL_zalloc(sizeof(*s))) == NULL)
		return err_nomem(e);
	memcpy(s->key, key, SIPHASH_KEY);
	mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	s->ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	params[0] = OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size);
	params[1] = OSSL_PARAM_construct_end();
	if (s->ctx == NULL || !EVP_MAC_CTX_set_params(s->ctx, params)) {
		siphash_free(s);
		return failed(e);
	}
	*out = s;
	return 0;
}

void
siphash_free(struct siphash *s)
{
	if (s == NULL)
		return;
	EVP_MAC_CTX_free(s->ctx);
	OPENSSL_clear_free(s, sizeof(*s));
}

int
siphash_pair(struct siphash *s, const char *a, const char *b,
    unsigned char out[SIPHASH_LEN], struct err *e)
{
	size_t len;

	if (!EVP_MAC_init(s->ctx, s->key, SIPHASH_KEY, NULL) ||
	    !EVP_MAC_update(s->ctx, (const void *)a, strlen(a) + 1) ||
	    !EVP_MAC_update(s->ctx, (const void *)b, strlen(b) + 1) ||
	    !EVP_MAC_final(s->ctx, out, &len, SIPHASH_LEN) ||
	    len != SIPHASH_LEN)
		return failed(e);
	return 0;
}

int
siphash_random(unsigned char key[SIPHASH_KEY], struct err *e)
{
	if (RAND_bytes(key, SIPHASH_KEY) != 1)
		return err_set(e, ERR_IO, "there is no random source");
	return 0;
}
