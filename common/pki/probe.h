/*
 * A certificate such as a CA would issue today, to ask who would accept it.
 */
#ifndef PKI_PROBE_H
#define PKI_PROBE_H

#include "pki/cert.h"

/*
 * Of the profile that Citadel and istiod give their leaves (1.4.10:security/
 * pkg/pki/util/generate_cert.go, genCertTemplateFromCSR): issuer's name byte
 * for byte, its key identifier if it has one, valid around now.  There is no
 * private key, so the signature is none: chain_query.signer says whose it
 * counts as.  *out is the caller's, for cert_free().
 */
int	probe_new(const struct cert *issuer, int64_t now, struct cert **out,
	    struct err *e);

#endif
