/*
 * The fast path for workload certificates: thousands that differ in next to
 * nothing.  It says ok or "not mine", never "bad": whatever it does not take
 * goes whole through bundle.h, cert.h, key.h and chain.h.
 *
 * Why leaves of one shape stand and fall together.  chain_verify() asks of a
 * leaf, under each rule set (rules.c):
 *   - its issuer's and its own name, its AKI, the kind of its key, of its
 *     signature and of its digest, its version, and each extension but the
 *     SAN: the same bytes in all leaves of one shape;
 *   - is it strict DER, can libcrypto read its extensions, is one critical
 *     that nobody knows: leaf_parse() has made sure of the answer itself, for
 *     the parts that vary too;
 *   - is it one of the certificates that came with it or that are trusted, or
 *     has one of them its name and its key (Go passes over such an issuer):
 *     leaf_apart() says no.  It is not self-issued byte for byte; if its names
 *     are equal otherwise, it would have to be trusted itself, and is not;
 *   - its dates, and its signature under the key of path[1].
 * Nobody asks for its serial (the AKI has a key identifier and nothing else),
 * and nobody uses its key.  So if leaf_apart() holds for two leaves of one
 * shape, and the first has passed chain_verify() with these intermediates and
 * anchors, in this order, at this time and for this purpose, then the second
 * passes as well if, and for OpenSSL and BoringSSL only if,
 *	not_before <= now, and now < not_after (Go: <=), and
 *	leaf_signed_by() says so for path[1] of that rule set's result.
 * (Go might find another path for it; this one holds in any case.  The limits
 * in chain.h count what our own search tries, and are no rule of anybody's.)
 */
#ifndef PKI_LEAF_H
#define PKI_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pki/cert.h"

#define LEAF_DER_MAX	4096	/* bytes of a leaf; and of its private key */
#define LEAF_SHAPE_LEN	32

/* Slices of the DER that it was made of, which must live as long. */
struct leaf {
	struct der	der;		/* all of it */
	struct der	tbs;		/* what is signed, tag and length too */
	struct der	signature;	/* octets */
	struct der	serial;		/* INTEGER's content octets */
	struct der	issuer;		/* Name, tag and length too */
	struct der	subject;	/* Name, tag and length too */
	struct der	spki;		/* SubjectPublicKeyInfo, all of it */
	struct der	modulus;	/* first octet is not 0 */
	struct der	exponent;	/* 01 00 01 */
	struct der	san;		/* GeneralNames, tag and length too */
	struct der	uri;		/* the first in it; p is NULL: none */
	size_t		nuri;		/* how many there are */
	struct der	aki;		/* keyid; p is NULL: none */
	int64_t		not_before;	/* seconds since 1970 */
	int64_t		not_after;	/* still valid in this very second */
	/*
	 * SHA-256 over all that may differ between two leaves, but for the
	 * serial, the digits of the times (not the kind they have), the
	 * modulus, the SAN's value (not its place, nor whether it is critical)
	 * and the signature
	 */
	unsigned char	shape[LEAF_SHAPE_LEN];
};

/*
 * 1: it has the profile that Citadel and istiod give to RSA leaves (1.4.10:
 * security/pkg/pki/util/generate_cert.go, genCertTemplateFromCSR), and
 * everybody's decoder takes it: at most LEAF_DER_MAX bytes, version 3, strict
 * DER, nothing behind it, a serial of 1 to 20 octets that is not 0, real dates
 * (UTCTime to 2049, GeneralizedTime from 2050), names that are not the same,
 * RSA with 2,048 to 4,096 bits and 65537, sha256WithRSAEncryption, a SAN;
 * besides it only: keyUsage digitalSignature and keyEncipherment,
 * extendedKeyUsage with serverAuth and clientAuth, basicConstraints that is
 * empty, SKI, an AKI of a key identifier only.
 * 0: not mine, or no memory; l is then of no use.
 */
int	leaf_parse(const uint8_t *der, size_t len, struct leaf *l);

/*
 * Is it none of these certificates, and its key none of theirs?  All of the
 * intermediates and all of the anchors must be asked about, by two calls or
 * one.  0 too if one of them is not a CA by its basicConstraints: it could be
 * a leaf of this shape.
 */
int	leaf_apart(const struct leaf *l, struct cert *const *other, size_t n);

/*
 * Does its signature verify with issuer's key, as cert_signed_by() would say?
 * Names are not compared.  0: no, or not an RSA key, or no memory.  Not for
 * threads: issuer keeps what was prepared, until cert_free().
 */
int	leaf_signed_by(const struct leaf *l, const struct cert *issuer);

/*
 * 1: the PEM, in pem_first()'s form and nothing behind it, is an RSA private
 * key ("RSA PRIVATE KEY" or "PRIVATE KEY"), canonical DER, of the leaf's
 * modulus and exponent, and its parts hold together (rsa.h): key_compare()
 * would say KEYS_MATCH.  0: not mine; key_compare() says why.  All that was
 * decoded is wiped; the text stays the caller's, to wipe.
 */
int	leaf_key_is(const struct leaf *l, const char *pem, size_t len);

/*
 * 1: the text begins, at its very first byte, with a PEM block of this label
 * in the form that Go's encoding/pem writes: no headers, lines of 64 digits
 * but for the last, LF, nothing blank, no bits behind the padding, not empty.
 * Its bytes are appended to out (a secret one for keys), *rest is where the
 * text goes on behind it.  0: another form, no memory, or more than out may
 * hold; both are then as before, and bundle_parse() may know it.
 */
int	pem_first(const char *text, size_t len, const char *label,
	    struct buf *out, size_t *rest);

#endif
