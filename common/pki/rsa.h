/* An RSA private key's parts, and whether they hold together: pki/ only. */
#ifndef PKI_RSA_H
#define PKI_RSA_H

#include <openssl/bn.h>

#include "pki/cert.h"

/* In the order of RSAPrivateKey (RFC 8017 appendix A.1.2). */
enum {
	PART_N, PART_E, PART_D, PART_P, PART_Q, PART_DP, PART_DQ, PART_QINV,
	RSA_PARTS
};

/*
 * Take an RSAPrivateKey of two primes apart: canonical DER, no part negative,
 * nothing behind it.  The slices are the parts' contents, without the zero
 * octet that keeps a number positive.  0: not of this form.
 */
int	rsa_parts(struct der in, struct der part[RSA_PARTS]);

/*
 * Do they hold together, as far as BoringSSL's RSA_check_key() and Go's
 * rsa.PrivateKey.Validate() look: n = p * q, d < n, d * e = 1 modulo p - 1 and
 * modulo q - 1, and the three that speed things up are right and reduced.
 * That p and q are primes is not looked at, nor do those two.  1 or 0; -1: no
 * memory.  None of it takes constant time: nobody can measure it.
 */
int	rsa_holds(const BIGNUM *const part[RSA_PARTS]);

/* The same of slices.  Every copy is wiped. */
int	rsa_holds_der(const struct der part[RSA_PARTS]);

#endif
