/*
 * A strict walk over a certificate's DER (X.690): where its fields lie, and
 * whether those decoders that are stricter than OpenSSL's would take it.
 * pki/'s own files only.
 */
#ifndef PKI_DER_H
#define PKI_DER_H

#include "pki/cert.h"

/* One element: its tag, its contents, and all of it. */
struct der_tlv {
	unsigned	tag;		/* the identifier octet */
	struct der	body;
	struct der	whole;
};

/*
 * Take the next element off in: definite, minimal lengths and one-octet tags
 * only.  -1 if there is none.
 */
int	der_next(struct der *in, struct der_tlv *out);

/* der_next(), and its tag must be this one. */
int	der_want(struct der *in, unsigned tag, struct der_tlv *out);

/* Fill in c's slices (subject, issuer, spki, serial) from c->der. */
int	der_cert(struct cert *c);

/*
 * Would Go's crypto/x509 and BoringSSL's decoders take this certificate?
 * Conservative: 0 wherever they might not.
 */
int	der_strict(const struct cert *c);
int	der_strict_bytes(struct der cert);

/*
 * Would BoringSSL read it at all, whatever it makes of it later?  It gives up
 * a whole file of trust anchors for one that it does not read.
 */
int	der_readable(const struct cert *c);

#endif
