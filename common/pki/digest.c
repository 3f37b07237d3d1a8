#include <openssl/evp.h>
#include <stdio.h>

#include "pki/digest.h"
#include "pki/sha256.h"

int
digest_sha256(const void *p, size_t len, unsigned char out[DIGEST_SHA256_LEN],
    struct err *e)
{
	return sha256_of(p, len, out) == -1 ? err_nomem(e) : 0;
}

int
digest_sha1(const void *p, size_t len, unsigned char out[DIGEST_SHA1_LEN],
    struct err *e)
{
	size_t n = 0;

	if (!EVP_Q_digest(NULL, "SHA1", NULL, p, len, out, &n) ||
	    n != DIGEST_SHA1_LEN)
		return err_set(e, ERR_IO, "libcrypto has no SHA-1");
	return 0;
}

int
digest_md5_hex(const void *p, size_t len, char out[33], struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	size_t n = 0, i;

	if (!EVP_Q_digest(NULL, "MD5", NULL, p, len, md, &n) || n != 16)
		return err_set(e, ERR_IO, "libcrypto has no MD5");
	for (i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", md[i]);
	return 0;
}
