/* The libcrypto side of a certificate: pki/'s own files only. */
#ifndef PKI_X509_H
#define PKI_X509_H

#include <openssl/x509.h>

#include "pki/cert.h"
#include "pki/key.h"

#define RSA_BITS_MIN	2048	/* less is neither signed with nor sealed to */

struct cert_x509 {
	X509		 *x;
	EVP_PKEY	 *key;		/* NULL: of a kind not supported here */
	char		 *subject;	/* what subject_text points to */
	char		**uris;
	uint8_t		 *der;
	EVP_PKEY_CTX	 *verify;	/* leaf_signed_by() made it; or NULL */
};

/*
 * key_compare(), and the key itself: *out is NULL unless they match, else the
 * caller's, for EVP_PKEY_free(), which wipes it.
 */
enum key_state key_load(const char *pem, size_t len, const struct cert *c,
	    EVP_PKEY **out);

/* As RFC 5280 section 4.1.2.5 has it: UTCTime until 2049; 1, or 0. */
int	x509_set_time(ASN1_TIME *t, int64_t when);

#endif
