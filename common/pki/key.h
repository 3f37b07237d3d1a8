/*
 * Does a private key belong to a certificate?  All that is ever asked of one.
 */
#ifndef PKI_KEY_H
#define PKI_KEY_H

#include <stddef.h>

#include "pki/cert.h"

enum key_state {
	KEYS_ABSENT,	/* no such entry, or an empty one */
	KEYS_MATCH,
	KEYS_DIFFER,
	KEYS_ENCRYPTED,	/* needs a passphrase: never asked for */
	KEYS_UNREADABLE,	/* not a private key in PEM */
	/* its parts do not belong together: Go and BoringSSL refuse it */
	KEYS_BROKEN
};

/*
 * Decode the PEM ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"; the
 * kinds Istio takes: security/pkg/pki/util/crypto.go) and compare its public
 * half.  If that is equal, an RSA key's parts must also hold together (rsa.h),
 * which libcrypto does not ask for; one of more than two primes does not, as
 * for BoringSSL.  Whatever libcrypto held of the key is freed and wiped; the
 * text stays the caller's, to wipe.  Nothing is said about why a key cannot be
 * read.
 */
enum key_state key_compare(const char *pem, size_t len, const struct cert *c);

/* What is wrong with it, to stand behind "its private key". */
const char *key_state_text(enum key_state state);

#endif
