/*
 * One X.509 certificate (RFC 5280) as facts.  Rules and other rooms read this
 * struct and never see an OpenSSL type: libcrypto stays in pki/.
 */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CERT_DER_MAX	(64 * 1024)	/* bytes of one certificate */
#define CERT_SHA256_LEN	32

/* Bytes inside the certificate's own DER; p is NULL if the field is absent. */
struct der {
	const uint8_t	*p;
	size_t		 len;
};

/* Byte for byte. */
int	der_equal(const struct der *a, const struct der *b);

enum cert_hash {	/* the digest of signatureAlgorithm */
	HASH_OTHER, HASH_MD2, HASH_MD4, HASH_MD5, HASH_SHA1, HASH_SHA224,
	HASH_SHA256, HASH_SHA384, HASH_SHA512,
	HASH_NONE		/* Ed25519, Ed448: no digest of its own */
};

enum cert_key { KEY_OTHER, KEY_RSA, KEY_EC, KEY_ED25519, KEY_DSA };

enum cert_bc { BC_ABSENT, BC_NOT_CA, BC_CA };

/* Bits of keyUsage as RFC 5280 section 4.2.1.3 numbers them. */
#define CERT_KU_DIGITAL_SIGNATURE	(1u << 0)
#define CERT_KU_KEY_ENCIPHERMENT	(1u << 2)
#define CERT_KU_KEY_CERT_SIGN	(1u << 5)
#define CERT_KU_CRL_SIGN		(1u << 6)

struct cert {
	unsigned	 refs;
	uint8_t		 sha256[CERT_SHA256_LEN];	/* of the DER */
	struct der	 der;
	struct der	 subject;	/* Name, tag and length too */
	struct der	 issuer;
	struct der	 spki;		/* SubjectPublicKeyInfo */
	struct der	 serial;	/* INTEGER's content octets */
	struct der	 ski;		/* content of the key identifier */
	struct der	 aki;		/* keyIdentifier of the AKI */
	int		 aki_pins;	/* AKI names issuer and serial */
	int64_t		 not_before;	/* seconds since 1970 */
	int64_t		 not_after;	/* still valid in this very second */
	enum cert_hash	 hash;
	enum cert_key	 key;
	unsigned	 key_bits;
	enum cert_bc	 bc;
	int		 pathlen;	/* -1: no limit */
	int		 ku_present;
	unsigned	 ku;		/* CERT_KU_* */
	int		 eku_present;
	int		 eku_server, eku_client, eku_any;
	int		 self_issued;	/* subject == issuer, byte for byte */
	const char	*subject_text;	/* RFC 2253 form, UTF-8; hostile */
	const char	*const *uris;	/* SAN URIs, NULL at the end; hostile */
	struct cert_x509 *x509;		/* libcrypto's half; pki/ only */
};

/*
 * Once, before anything else of this room: no configuration file may change
 * what libcrypto does.
 */
void	pki_init(void);

/*
 * Before that: whom to call when there is no memory, who does not return.  Most
 * verdicts of this room are yes or no, and without memory libcrypto says no; a
 * key would be called damaged that is not.  -1: libcrypto has allocated before.
 */
int	pki_guard(void (*no_memory)(void));

/*
 * Decode exactly one certificate; bytes behind it are an error, as they are
 * for Go (crypto/x509 ParseCertificate).  *out is NULL on failure; otherwise
 * the caller gives it back with cert_free().
 */
int	cert_parse(const uint8_t *der, size_t len, struct cert **out,
	    struct err *e);

/* One more owner; returns c. */
struct cert *cert_ref(struct cert *c);

/* One owner less; NULL is legal. */
void	cert_free(struct cert *c);

int	cert_equal(const struct cert *a, const struct cert *b);

/* Do both hold the same public key (SubjectPublicKeyInfo, byte for byte)? */
int	cert_same_key(const struct cert *a, const struct cert *b);

/* The same subject and public key: one trust anchor to who pins no bytes. */
int	cert_twins(const struct cert *a, const struct cert *b);

/*
 * Does it claim to be signed by its own key: subject equals issuer, and the
 * AKI, if there is one, does not name another key than the SKI?
 */
int	cert_claims_self_signed(const struct cert *c);

/* Does c's signature verify with issuer's key?  Names are not compared. */
int	cert_signed_by(const struct cert *c, const struct cert *issuer);

/*
 * Would BoringSSL, and so Envoy, read it at all?  For one that it does not it
 * gives up the whole file.
 */
int	cert_readable(const struct cert *c);

/* Lower-case hex of the fingerprint, NUL included in out. */
void	cert_hex(const struct cert *c, char out[2 * CERT_SHA256_LEN + 1]);

#endif
