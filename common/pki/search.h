/*
 * A path in the making, and what the two ways of making one share: pki/'s own
 * files only.
 */
#ifndef PKI_SEARCH_H
#define PKI_SEARCH_H

#include "pki/ruleset.h"

struct search {
	const struct ruleset		*rs;
	const struct chain_query	*q;
	struct chain_result		*res;
	const struct cert		*chain[CHAIN_DEPTH_MAX];
	size_t				 n;
	size_t				 trusted;	/* anchors from here */
	unsigned			 work;
};

/* Go: depth first, every candidate.  Fills in s->res. */
void	search_all(struct search *s);

/* OpenSSL, BoringSSL: the best issuer at each step.  Fills in s->res. */
void	search_best(struct search *s);

/* libcrypto's EXFLAG_* of a certificate. */
uint32_t search_flags(const struct cert *c);

/*
 * Remember the reason that got furthest: a longer chain is a better guess, and
 * anything is better than that nobody is there.  Returns why.
 */
enum chain_why search_fail(struct search *s, enum chain_why why,
	    const struct cert *where);

/* Is c in the chain already? */
int	search_has(const struct search *s, const struct cert *c);

/* What is true of one certificate: its dates; may it be in a path at all? */
enum chain_why search_time(const struct search *s, const struct cert *c);
enum chain_why search_form(const struct search *s, const struct cert *c,
	    int trusted);

/* May it issue, by keyUsage, and by that and basicConstraints?  last: it */
/* ends the path. */
int	search_lacks_cert_sign(const struct search *s, const struct cert *c);
enum chain_why search_ca(const struct search *s, const struct cert *c,
	    int last);

/* Do extendedKeyUsage, and a leaf's keyUsage, suit the purpose? */
int	search_suits(const struct search *s, const struct cert *c);
int	search_leaf_usage(const struct search *s, const struct cert *c);

/* Is this the issuer of c, by names and key identifiers; by its signature? */
enum chain_why search_issuer(const struct search *s, const struct cert *c,
	    const struct cert *issuer);
enum chain_why search_signature(struct search *s, const struct cert *c,
	    const struct cert *issuer);

#endif
