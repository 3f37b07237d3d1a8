/* The libcrypto side of a certificate: pki/'s own files only. */
#ifndef PKI_X509_H
#define PKI_X509_H

#include <openssl/x509.h>

#include "pki/cert.h"

struct cert_x509 {
	X509		 *x;
	EVP_PKEY	 *key;		/* NULL: of a kind not supported here */
	char		 *subject;	/* what subject_text points to */
	char		**uris;
	uint8_t		 *der;
	EVP_PKEY_CTX	 *verify;	/* leaf_signed_by() made it; or NULL */
};

#endif
