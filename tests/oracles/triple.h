/*
 * Triples of leaf, chain and trust set, as secrets hold them, in runs of the
 * plugin.  One line of text each:
 *	R KIND TIME CERT CHAIN ROOT	a run begins, and the CA in force is:
 *			s istio-ca-secret, p a plugged-in cacerts, r --root
 *	B TEXT		the run's next blob, counted from 0: base64 of PEM
 *	W LABEL DATE CHAIN ROOT KEY OWN FORCE TRUST PAIR
 *			a workload: three blobs; what its chain is under its
 *			own roots, under the CA's, what the CA issues is under
 *			its roots, and whether the key is its own: questions;
 *			DATE is ok, expired or not-yet-valid
 *	Q ID TIME CHAIN ROOT	a question to a verifier: leaf first
 *	K ID CHAIN KEY		does this pair load?
 * The oracles read B, Q and K and answer "ID ok" or "ID no REASON"; Q is ok if
 * it is for a server and for a client.  The plugin reads R, B and W.
 */
#ifndef TESTS_ORACLES_TRIPLE_H
#define TESTS_ORACLES_TRIPLE_H

#include "tests/oracles/plan.h"

#define LIST 8
#define RSA_KEYS 9		/* 0 to 3 of CAs, 4 to 8 of leaves */
#define EC_KEYS 4		/* 9 and 10 of CAs */
#define ALL_KEYS (RSA_KEYS + EC_KEYS)

struct made {
	unsigned char	*p;
	int		 len;
};

struct list {
	struct made	v[LIST];	/* borrowed */
	int		n;
};

struct text {
	char	*p;
	size_t	 n;
};

/* Anchors, what is between, and who signs; all made, once a run. */
struct world {
	struct plan	 root, other, inter[2], stranger, twin;
	struct made	 root_der, other_der, inter_der[2], stranger_der;
	struct made	 twin_der[4];	/* valid, expired, re-encoded, SKI */
	int		 ninter;
	const struct plan *signer;
	struct list	 inters, anchors;
};

/* Who is in force, and what it would issue. */
struct in_force {
	char		 kind;
	struct list	 anchors;
	const struct plan *signer;
	int		 text;		/* blobs: its anchors */
	struct text	 probe;		/* leaf and chain */
	int		 probe_at;	/* the blob */
};

/* A workload to be: numbers of blobs and questions. */
struct workload_line {
	int	chain, root, key;
	int	own, force, trust, pair;
};

extern EVP_PKEY *keys[ALL_KEYS];
extern struct text key_text[ALL_KEYS][2];	/* PKCS#1 or SEC1, PKCS#8 */

/* world.c */
void	make_keys(void);
void	free_keys(void);
struct made make_der(const struct plan *p);
/* damaged: 1 yes, 0 no, -1 no, and its root is all that it trusts */
void	world_new(struct world *w, int damaged);
void	world_free(struct world *w);
/* As Citadel 1.0 (0), 1.4 (1) and istiod (2) make them. */
struct plan leaf_of(const struct plan *signer, EVP_PKEY *key, int profile,
	    const char *san);
void	force_new(const struct world *w, int other, struct in_force *f);
void	force_free(struct in_force *f);

/* What is written; the numbers of a run begin anew with it. */
void	put_pem(FILE *out, const char *label, const unsigned char *der,
	    int len);
struct text pem_of(const struct made *first, const struct list *rest);
void	run_begin(char kind);
int	blob(const struct text *t);
int	question(int chain, int root);
int	pair(int chain, int key);
/* What the CA issues, under this blob's roots: asked once. */
int	trust_of(const struct in_force *f, int root);
int	workload_put(const char *label, const char *date,
	    const struct workload_line *w);

/* mutate.c: n workloads, mutants but for a valid one in five */
int	mutants(int n);

#endif
