/*
 * A small mesh, and all that can happen to it while kubectl istio rotate is at
 * work: every state is visited, breadth first.  tests/model says the same of
 * the protocol; here it is plugins/rotate's own ro_plan() that decides, and
 * pki/chain's chain_verify() that judges, over certificates that pki/resign's
 * resign() has made.
 *
 * A root is a number.  A leaf is the root that it was issued under.  Endpoint
 * 0 is Envoy (rules B), which loads leaf and root of its secret together;
 * endpoint 1 is Pilot with controlPlaneSecurity (rules G): its leaf follows its
 * secret, its root is read once, at its start.  cm is the published trust.
 *
 * The tool does what cmd/rotate/apply.c does: it looks, and later acts on what
 * it saw, with the resourceVersion of then; others move in between.  It keeps
 * nothing but backups and marks, so killed and started again it looks.
 *
 * rotate_view.h: what the tool sees of it; rotate_moves.h: what happens in it;
 * rotate_explore.h: all of it.  Included by test_rotate_world.c alone.
 */
#ifndef TESTS_UNIT_ROTATE_WORLD_H
#define TESTS_UNIT_ROTATE_WORLD_H

#include "pki/chain.h"
#include "pki/key.h"
#include "pki/resign.h"
#include "plugins/rotate/rotate.h"
#include "tests/unit/mint.h"

#define DAY	86400L
#define A_ENDS	(20 * DAY)

/*
 * Roots: none; the old one; the tool's, a new one each time that it writes; a
 * rival's; one of another key.
 */
enum { NONE, A, T1, T2, T3, RIVAL, FOREIGN, ROOTS };

enum mutant { FAITHFUL, DELETE_CREATE, RESTART_FIRST, NO_VERSION, OTHER_SKI,
	OTHER_SUBJECT, MUTANTS };

/* What may happen in it. */
struct world {
	const char	*name;
	int		 rollback;	/* --rollback to A; begins with T1 */
	int		 absent;	/* begins without the secret */
	int		 istiod;	/* no secrets that could be seen */
	int		 expire;	/* A may end, at any moment */
	int		 ended;		/* ... or has, when it begins */
	int		 cut;		/* a write may come late */
	int		 foreign;	/* somebody puts another key there */
	unsigned	 gitops;	/* times that A is put back */
	unsigned	 rivals;	/* rotators, or somebody by hand */
	int		 may_stop;	/* it need not end in done */
	size_t		 least;		/* states that there must be */
	enum mutant	 mutant;
};

enum phase { LOOKS, ACTS, WRITES, CREATES };

struct state {
	/* the CA's secret, the replicas, the consumers, marks of restarts */
	unsigned k : 3, m0 : 3, m1 : 3, ws0 : 3, l0 : 3, ws1 : 3, t : 3,
	    cm : 3, mark : 3, mark_t : 3, old_t : 1, robbed : 1;
	/* the tool; whose pods are of the old template; whose mark is older */
	/* than a backup of another root; backups by root; what is left */
	unsigned seen : 3, step : 3, phase : 2, part : 1, fresh : 1, old0 : 1,
	    old1 : 1, aged : 1, aged_t : 1, kept : 6, gitops : 2, rivals : 1,
	    foreign : 1, writes : 2, late : 3, ended : 1, spare : 2;
};

union packed {
	struct state	s;
	uint64_t	n;
};
_Static_assert(sizeof(struct state) == sizeof(uint64_t), "a state");

/* What ro_plan() says of a view, in a byte. */
enum { SAYS_DONE = 0x40, SAYS_STOP = 0x41, SAYS_STEP = 0x80, SAYS_PART = 8,
	SAYS_WAIT = 0x10 };

#define VIEWS	(1u << 26)
#define STATES	(1u << 23)
#define NO_STATE UINT32_MAX

struct exploring {
	const struct world	*w;
	uint64_t		*state;
	uint32_t		*from;		/* its first predecessor */
	uint32_t		*slot;		/* a hash table of states */
	size_t			 n, done;
	uint32_t		*edge;		/* pairs; fair moves */
	size_t			 nedge, edges_max;
	size_t			 moves, views, ends, stops, unseen, lost;
	unsigned char		*says;		/* by view */
	unsigned char		*good;		/* the goal can be reached */
	const char		*broken;	/* the first rule that was */
	uint32_t		 where;
};

static struct cert *root[ROOTS], *leaf[ROOTS];
static unsigned char valid[2][2][ROOTS][ROOTS];	/* rules, ended, leaf, root */
static unsigned char pair[2][ROOTS];		/* key and certificate */

/* ---- certificates ---- */

static EVP_PKEY *our_key, *their_key, *pods_key;

static inline struct cert *
old_root(EVP_PKEY *key, long to, int utf8, const char *ski)
{
	const struct mint m = { .o = "cluster.local", .utf8 = utf8,
	    .key = key, .from = -300 * DAY, .to = to,
	    .bc = "critical,CA:TRUE", .ku = "critical,keyCertSign",
	    .ski = ski };

	return mint(&m);
}

static inline char *
pem_of(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p, *s;
	long n;

	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0,
	    NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &p);
	s = strndup(p, (size_t)n);
	BIO_free(bio);
	return s;
}

static inline struct cert *
new_root(const struct cert *old)
{
	char *key = pem_of(our_key);
	struct resign p = { .old = old, .key = key, .key_len = strlen(key),
	    .now = T0, .days = 3650 };
	struct err e = ERR_INIT;
	struct cert *c;
	struct buf pem;

	buf_init(&pem, CERT_DER_MAX, "a root");
	if (resign(&p, &pem, &c, &e) == -1)
		fail_msg("%s", e.msg);
	buf_release(&pem);
	free(key);
	return c;
}

/* As Citadel and istiod sign: the root's name and key identifier. */
static inline struct cert *
leaf_under(const struct cert *r, EVP_PKEY *key)
{
	struct mint m = { .o = "pod", .issuer = "cluster.local",
	    .key = pods_key, .by = key, .from = -3600, .to = 90 * DAY,
	    .issuer_utf8 = r->subject.p[11] == V_ASN1_UTF8STRING,
	    .bc = "critical,CA:FALSE",
	    .ku = "critical,digitalSignature,keyEncipherment",
	    .eku = "serverAuth,clientAuth" };
	char *hex = OPENSSL_buf2hexstr(r->ski.p, (long)r->ski.len);
	struct cert *c;

	m.aki_of = hex;
	c = mint(&m);
	OPENSSL_free(hex);
	assert_true(der_equal(&c->issuer, &r->subject));
	return c;
}

static inline int64_t
clock_of(int ended)
{
	return T0 + (ended ? A_ENDS + DAY : 0);
}

static inline void
judge_all(void)
{
	static const struct ruleset *const rs[] = { &ruleset_boringssl,
	    &ruleset_go };
	struct chain_query q = { .nanchor = 1, .purpose = PURPOSE_SERVER };
	EVP_PKEY *const key[] = { our_key, their_key };
	struct chain_result res;
	int i, ended, l, t;
	char *text;

	for (i = 0; i < 2; i++) {
		text = pem_of(key[i]);
		for (t = A; t < ROOTS; t++)
			pair[i][t] = key_compare(text, strlen(text),
			    root[t]) == KEYS_MATCH;
		free(text);
		for (ended = 0; ended < 2; ended++)
			for (l = A; l < ROOTS; l++)
				for (t = A; t < ROOTS; t++) {
					q.leaf = leaf[l];
					q.anchor = &root[t];
					q.now = clock_of(ended);
					valid[i][ended][l][t] = chain_verify(
					    rs[i], &q, &res) == CHAIN_OK;
				}
	}
}

static inline void
mint_world(enum mutant mutant)
{
	int i;

	our_key = EVP_EC_gen("P-256");
	their_key = EVP_EC_gen("P-256");
	pods_key = EVP_EC_gen("P-256");
	root[A] = old_root(our_key, A_ENDS, 0, "hash");
	for (i = T1; i <= T3; i++)
		root[i] = mutant == OTHER_SKI ? old_root(our_key, 3650 * DAY,
		    0, "01020304") : mutant == OTHER_SUBJECT ?
		    old_root(our_key, 3650 * DAY, 1, "hash") :
		    new_root(root[A]);
	root[RIVAL] = new_root(root[A]);
	root[FOREIGN] = old_root(their_key, 3650 * DAY, 0, "hash");
	for (i = A; i < ROOTS; i++)
		leaf[i] = leaf_under(root[i], i == FOREIGN ? their_key :
		    our_key);
	judge_all();
}

static inline void
forget_world(void)
{
	int i;

	for (i = A; i < ROOTS; i++) {
		cert_free(root[i]);
		cert_free(leaf[i]);
	}
	EVP_PKEY_free(our_key);
	EVP_PKEY_free(their_key);
	EVP_PKEY_free(pods_key);
}

/* ---- S1 to S4 ---- */

#define B(s, l, t) (valid[0][(s)->ended][l][t])
#define G(s, l, t) (valid[1][(s)->ended][l][t])

static inline int
dead(const struct state *s, unsigned r)
{
	return s->ended && r == A;
}

/* The endpoints with each other. */
static inline int
holds_s1(const struct state *s)
{
	return B(s, s->ws1, s->l0) && G(s, s->l0, s->t) &&
	    B(s, s->l0, s->l0) && G(s, s->ws1, s->t);
}

/* What a replica serves with, and who must trust it. */
static inline int
holds_s2(const struct state *s)
{
	return (s->m0 == NONE || G(s, s->m0, s->cm)) &&
	    (s->m1 == NONE || G(s, s->m1, s->cm));
}

/* A pod of either kind that starts now, with leaf and root of n. */
static inline int
meets(const struct state *s, unsigned n)
{
	const unsigned other[] = { s->l0, s->ws1, s->m0, s->m1 };
	size_t i;

	for (i = 0; i < COUNT(other); i++)
		if (other[i] != NONE && !(B(s, n, other[i]) &&
		    G(s, n, other[i]) && B(s, other[i], n) &&
		    G(s, other[i], n)))
			return 0;
	return G(s, n, s->t) && G(s, n, s->cm);
}

static inline int
holds_s3(const struct state *s)
{
	return meets(s, s->ws0) && (s->k == NONE || meets(s, s->k)) &&
	    (s->m0 == NONE || meets(s, s->m0)) &&
	    (s->m1 == NONE || meets(s, s->m1));
}

/* There, and of one piece. */
static inline int
holds_s4(const struct state *s)
{
	return s->k != NONE && pair[s->robbed][s->k];
}

static inline const char *
breaks(const struct exploring *x, const struct state *s)
{
	/* where A ended before all had moved on it is too late for these */
	int excused = s->ended || s->robbed;

	if (!holds_s4(s) && !(s->k == NONE && x->w->absent))
		return "S4";
	if (!excused && !holds_s1(s))
		return "S1";
	if (!excused && !holds_s2(s))
		return "S2";
	return !excused && !holds_s3(s) ? "S3" : NULL;
}

#endif
