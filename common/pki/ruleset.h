/* A verifier's rules as data: pki/'s own files only. */
#ifndef PKI_RULESET_H
#define PKI_RULESET_H

#include "pki/chain.h"

struct ruleset {
	const char	*name;
	/* finding an issuer */
	int		 raw_names;	/* names byte for byte, not canonical */
	int		 key_ids;	/* AKI and SKI must agree if both exist */
	int		 prefers_valid;	/* an unexpired issuer before the first */
	int		 ku_at_lookup;	/* without keyCertSign it is no issuer */
	int		 tries_all;	/* every candidate, and any anchor ends a path; */
					/* else the best one, until a self-signed one */
	/* judging the chain */
	int		 anchor_judged;	/* CA, path length, purpose, criticals */
	int		 ku_makes_ca;	/* keyCertSign without basicConstraints */
	int		 zero_ku;	/* a keyUsage of no bits counts as none */
	int		 leaf_ku;	/* the leaf's keyUsage must suit TLS */
	int		 any_eku;	/* anyExtendedKeyUsage suits everything */
	int		 last_second;	/* still valid in notAfter's second */
	int		 strict_der;	/* its decoder is strict: der_strict() */
	unsigned	 hashes;	/* 1 << enum cert_hash that it verifies */
};

#endif
