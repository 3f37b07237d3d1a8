/* Sealing bytes for the holder of one key: CMS (RFC 5652), for backups. */
#ifndef PKI_CMS_H
#define PKI_CMS_H

#include "base/buf.h"
#include "pki/cert.h"

#define CMS_BYTES_MAX (16 * 1024 * 1024)	/* to be sealed */

/*
 * Append to out, as PEM ("CMS"), an AuthEnvelopedData (RFC 5083) of n bytes at
 * p: AES-256-GCM (RFC 5084) under a key that is new each time, given to the
 * recipient by RSAES-OAEP with SHA-256, or by ephemeral ECDH and AES-256 key
 * wrap.  To be opened, by OpenSSL 3.0 on (1.1.1 has no AuthEnvelopedData):
 *	openssl cms -decrypt -binary -inform PEM -in FILE -recip CERT \
 *	    -inkey KEY
 * The recipient's key must be RSA of 2,048 bits or more, or EC.  Neither its
 * dates nor its keyUsage are asked for: its key is, years later.
 *
 * Nothing of what is sealed is copied but into ciphertext.  -1: out is as it
 * was.  ERR_USAGE: the recipient's key is of another kind, or too weak;
 * ERR_LIMIT: too many bytes, or out is full; ERR_IO: libcrypto did not do it.
 */
int	cms_seal(const struct cert *to, const void *p, size_t n,
	    struct buf *out, struct err *e);

#endif
