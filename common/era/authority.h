/*
 * The CA in force and its root, from everything that the input says of it.
 */
#ifndef ERA_AUTHORITY_H
#define ERA_AUTHORITY_H

#include "era/era.h"
#include "pki/chain.h"

/* The certificates of one key of a secret, in their order. */
struct certs {
	struct cert	**v;		/* as the user of this keeps them */
	size_t		  n;
	int		  filled;	/* the key holds something */
};

/* A CA's secret, as far as it decides. */
struct ca_held {
	enum ca_layout	 layout;
	enum key_state	 key;
	struct certs	 cert;		/* ca-cert.pem, tls.crt */
	struct certs	 chain;		/* cert-chain.pem */
	struct certs	 root;		/* root-cert.pem, ca.crt */
};

struct authority_facts {
	const struct control_plane	*plane;
	enum era			 era;
	const struct ca_held		*secret;	/* NULL: not there */
	const struct ca_held		*cacerts;
	/* one that was to be seen could not be: it may be the one in force */
	int				 unseen;
	/* what the CA itself publishes: istio-ca-root-cert of its namespace, */
	/* or istio-security for Citadel */
	const struct certs		*published;
	size_t				 npublished;
};

struct authority {
	struct ca_verdict	 ca;
	const struct ca_held	*force;		/* NULL: none, or not seen */
	int			 incomplete;	/* cacerts is a torso */
};

void	authority_choose(const struct authority_facts *f,
	    struct authority *a);

/* Does this CA sign for itself: istio-ca-secret, or istio-generated? */
int	authority_self_signed(const struct ca_held *h);

/* How the chain of a plugged-in CA looks to those who will verify it. */
struct ca_chain {
	int			 judged;	/* there is one */
	const struct ruleset	*by;	/* who refuses it, or NULL */
	struct chain_result	 res;	/* by's, or Go's */
};

/*
 * Would it hold for those who read it: istiod and everything in Go when it
 * loads, Envoy when it shakes hands?  Dates are not looked at.
 */
void	authority_chain(const struct ca_held *h, struct ca_chain *c);

/* The root that its chain ends at: c is authority_chain()'s.  Or NULL. */
const struct cert *authority_root(const struct ca_held *h,
	    const struct ca_chain *c);

#endif
