/* Digests, for who looks something up by its contents. */
#ifndef PKI_DIGEST_H
#define PKI_DIGEST_H

#include <stddef.h>

#include "base/err.h"

#define DIGEST_SHA256_LEN	32
#define DIGEST_SHA1_LEN		20

int	digest_sha256(const void *p, size_t len,
	    unsigned char out[DIGEST_SHA256_LEN], struct err *e);

/* For RFC 6455's Sec-WebSocket-Accept, where nothing rests on its strength. */
int	digest_sha1(const void *p, size_t len,
	    unsigned char out[DIGEST_SHA1_LEN], struct err *e);

/*
 * MD5 as 32 hexadecimal digits and a NUL, for comparing with what old scripts
 * printed and for nothing else.  -1: this libcrypto has none.
 */
int	digest_md5_hex(const void *p, size_t len, char out[33],
	    struct err *e);

#endif
