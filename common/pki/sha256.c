#include "pki/sha256.h"

const EVP_MD *
sha256_md(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	return md;
}

int
sha256_of(const void *p, size_t len, unsigned char out[SHA256_BYTES])
{
	const EVP_MD *md = sha256_md();

	return md != NULL && EVP_Digest(p, len, out, NULL, md, NULL) == 1 ?
	    0 : -1;
}
