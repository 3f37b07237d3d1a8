/*
 * A new certificate for the key of a self-signed root, such that whatever
 * validates under the old one validates under the new one, and the other way
 * round, for as long as both are valid (rotation.md, protocol A).
 */
#ifndef PKI_RESIGN_H
#define PKI_RESIGN_H

#include <stdint.h>

#include "base/buf.h"
#include "pki/cert.h"

enum resign_why {
	RESIGN_OK,
	RESIGN_NOT_SELF_SIGNED,
	RESIGN_AKI_PINS,	/* its AKI names an issuer's serial number */
	RESIGN_KEY_KIND,	/* not RSA, EC (P-256, P-384, P-521), Ed25519 */
	RESIGN_WEAK_KEY,	/* RSA below 2,048 bits */
	RESIGN_NOT_CA,		/* basicConstraints: absent, or not of a CA */
	RESIGN_KEY_USAGE,	/* there, and without keyCertSign */
	RESIGN_LIMITED,		/* EKU, name or policy constraints */
	RESIGN_CRITICAL		/* another critical extension */
};

/*
 * May this root's key be signed anew?  Asks nobody but the certificate, and not
 * its dates.  That its key cannot be had, and that leaves pin the root by an
 * AKI with issuer and serial number (cert->aki_pins), is for the caller to see.
 */
enum resign_why resign_may(const struct cert *old);

/* A few words for a message: "its key is too weak". */
const char *resign_why_text(enum resign_why why);

struct resign {
	const struct cert	*old;	/* the root in force */
	const char		*key;	/* its private key in PEM (key.h) */
	size_t			 key_len;
	/*
	 * Other bytes for the subject and issuer, tag and length too, or NULL:
	 * old's.  Only another encoding of the same name (RFC 5280 section
	 * 7.1), or OpenSSL and BoringSSL would not take what old has issued.
	 */
	const struct der	*subject;
	int64_t			 now;
	int64_t			 days;	/* at least 1 */
};

/*
 * Append the new root's PEM to pem, as Go's encoding/pem writes it, and give
 * the same as *out, for cert_free().
 *
 * The same: the key, the subject (and so the issuer), the extensions
 * subjectKeyIdentifier, basicConstraints and keyUsage, each byte for byte, or
 * absent if it was; but a keyUsage of keyCertSign alone, critical, is added.
 * New: a random serial of 128 bits; notBefore, old's or a day before now, the
 * later of both; notAfter, now and days, 9999-12-31T23:59:59Z at most; the
 * signature, of PKCS#1 v1.5, ECDSA or Ed25519, by SHA-256, by SHA-384 or
 * SHA-512 where old's or the curve is of that size.
 * Gone: every other extension, and the unique identifiers of RFC 5280 section
 * 4.1.2.8.  No verifier looks at those of a trust anchor, and those that one
 * would look at make resign_may() refuse.
 *
 * What was made is read again and held against old before it is given out.
 * Nothing of the key is kept; the text stays the caller's, to wipe.
 *
 * -1: pem is as it was, *out is NULL.  ERR_USAGE: days, now or the subject are
 * not such; ERR_FORMAT: resign_may() refuses, or the key is none, or not old's
 * (nothing is said of what is in it); ERR_LIMIT: pem is full; ERR_IO: libcrypto
 * has no random numbers, or made something else.
 */
int	resign(const struct resign *p, struct buf *pem, struct cert **out,
	    struct err *e);

#endif
