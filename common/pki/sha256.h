/* SHA-256 without a look-up of its provider in every call: pki/ only. */
#ifndef PKI_SHA256_H
#define PKI_SHA256_H

#include <openssl/evp.h>

#define SHA256_BYTES 32

/*
 * Fetched from libcrypto once and kept to the end: EVP_sha256() is looked up
 * anew each time that it is used.  NULL: none, or no memory.  Not for threads.
 */
const EVP_MD *sha256_md(void);

/* -1: no memory; out is then not written. */
int	sha256_of(const void *p, size_t len, unsigned char out[SHA256_BYTES]);

#endif
