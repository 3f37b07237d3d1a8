#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/key.h"
#include "pki/x509.h"

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

enum key_state
key_compare(const char *pem, size_t len, const struct cert *c)
{
	enum key_state state = KEYS_UNREADABLE;
	EVP_PKEY *key = NULL;
	int asked = 0;
	BIO *bio;

	if (len == 0)
		return KEYS_ABSENT;
	if (len > 1 << 20 || (bio = BIO_new_mem_buf(pem, (int)len)) == NULL)
		return KEYS_UNREADABLE;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	if (asked)
		state = KEYS_ENCRYPTED;
	else if (key != NULL)
		state = c->x509->key != NULL &&
		    EVP_PKEY_eq(key, c->x509->key) == 1 ? KEYS_MATCH :
		    KEYS_DIFFER;
	EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return state;
}
