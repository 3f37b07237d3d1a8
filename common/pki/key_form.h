/* The forms that a private key's DER can have: pki/'s own files only. */
#ifndef PKI_KEY_FORM_H
#define PKI_KEY_FORM_H

#include "pki/cert.h"

/*
 * Is it, to the letter and with nothing behind it, PKCS#1 (RFC 8017 appendix
 * A.1.2), SEC 1 (RFC 5915) or PKCS#8 (RFC 5208) of one of them or of Ed25519
 * (RFC 8410)?  Whether the numbers in it are right is not asked.
 */
int	key_form(struct der in);

#endif
