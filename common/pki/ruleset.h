/* A verifier's rules as data: pki/'s own files only. */
#ifndef PKI_RULESET_H
#define PKI_RULESET_H

#include "pki/chain.h"

struct ruleset {
	const char	*name;
	/* finding an issuer */
	int		 raw_names;	/* names byte for byte, not canonical */
	int		 key_ids;	/* AKI and SKI must agree, if any */
	int		 prefers_valid;	/* an unexpired issuer, not the 1st */
	int		 ku_at_lookup;	/* no keyCertSign: no issuer */
	int		 tries_all;	/* every candidate, to any anchor; */
					/* else the best, to a self-signed */
	/* judging the chain */
	int		 anchor_judged;	/* CA, pathlen, purpose, critical */
	int		 ku_makes_ca;	/* keyUsage may do without BC */
	int		 zero_ku;	/* a keyUsage of no bits is none */
	int		 leaf_ku;	/* the leaf's keyUsage must suit TLS */
	int		 any_eku;	/* anyExtendedKeyUsage suits all */
	int		 last_second;	/* still valid in notAfter's second */
	int		 strict_der;	/* its decoder: der_strict() */
	unsigned	 hashes;	/* 1 << each cert_hash it takes */
};

#endif
