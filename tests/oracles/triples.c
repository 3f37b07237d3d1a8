/*
 * Triples for the oracles: triples triples N SEED, or triples mutants N SEED.
 * A run is a mesh: most of its workloads are of one shape, have the same chain
 * and the same roots, so that the plugin's fast path judges them; some of
 * those, and only some, are not what they look like.
 */
#define _GNU_SOURCE	/* memmem() */
#include "tests/oracles/triple.h"

#define PER_RUN 100

uint64_t rng;

struct leaf_made {
	struct plan	 plan;
	struct made	 der;
	int		 key;		/* that the secret holds */
	const char	*label, *date;
};

/* ---- what is wrong with a leaf ---- */

/* By somebody else, though it looks the same. */
static const char *
by_another(struct plan *p, const struct world *w)
{
	switch (rnd(6)) {
	case 0:
		p->by = keys[3];
		p->aki_of = w->signer->key;
		return "by-another-key-of-that-name";
	case 1:
		p->by = keys[3];
		return "by-a-stranger-of-that-name";
	case 2:
		p->by = w->root.key;
		p->aki_of = w->signer->key;
		return "by-the-root-itself";
	case 3:
		p->by = p->key;
		p->aki_of = w->signer->key;
		return "by-its-own-key";
	case 4:
		p->issuer = rnd(2) ? "other.example" : "inter";
		return "of-another-issuer";
	default:
		p->issuer_type = p->issuer_type == V_ASN1_UTF8STRING ?
		    V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
		return "issuer-re-encoded";
	}
}

static const char *
unusual(struct plan *p)
{
	static const char *const kus[] = { NULL, "critical,digitalSignature",
	    "critical,keyEncipherment", "critical,keyAgreement",
	    "critical,keyCertSign", "digitalSignature,keyEncipherment" };
	static const char *const ekus[] = { NULL, "serverAuth", "clientAuth",
	    "clientAuth,serverAuth", "codeSigning", "anyExtendedKeyUsage" };
	static const char *const bcs[] = { "critical,CA:TRUE", NULL,
	    "CA:FALSE", "critical,CA:TRUE,pathlen:0" };

	switch (rnd(8)) {
	case 0:
		p->ku = kus[rnd(6)];
		return "key-usage";
	case 1:
		p->eku = ekus[rnd(6)];
		return "extended-key-usage";
	case 2:
		p->bc = bcs[rnd(4)];
		return "basic-constraints";
	case 3:
		p->aki = (int)rnd(5);
		return "aki";
	case 4:
		p->ski = 1 + (int)rnd(2);
		return "ski";
	case 5:
		p->md = rnd(3) == 0 ? EVP_md5() : rnd(2) ? EVP_sha1() :
		    EVP_sha384();
		return "digest";
	case 6:
		p->odd_ext = 1 + (int)rnd(2);
		return "extension";
	default:
		p->to = 1000 * DAY;
		return "outlives";
	}
}

/* With the CA's key, with the CA's name, or signed by itself. */
static const char *
confused(struct leaf_made *l, const struct world *w)
{
	struct plan *p = &l->plan;

	/* then Go takes that root for this leaf, and passes it over */
	if (w->root.san != NULL && rnd(2)) {
		p->key = w->root.key;
		p->san = w->root.san;
		return "key-name-and-SAN-of-the-root";
	}
	switch (rnd(5)) {
	case 0:
		p->key = w->signer->key;
		return "key-of-the-CA";
	case 1:
		p->key = w->root.key;
		return "key-of-the-root";
	case 2:
		p->cn = p->issuer;
		p->type = p->issuer_type;
		return "name-of-the-CA";
	case 3:
		p->cn = p->issuer;
		p->type = p->issuer_type == V_ASN1_UTF8STRING ?
		    V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
		p->key = rnd(2) ? p->key : w->signer->key;
		return "name-of-the-CA-re-encoded";
	default:
		p->cn = p->issuer = "self";
		p->type = p->issuer_type;
		p->by = p->key;
		return "self-signed";
	}
}

/* One octet that was signed, or of the signature, is another one. */
static const char *
tamper(struct made *m, const char *san)
{
	unsigned char *at;

	if (rnd(2)) {
		m->p[m->len - 1 - (int)rnd(24)] ^= (unsigned char)(1u <<
		    rnd(8));
		return "signature-flipped";
	}
	if (rnd(2)) {
		m->p[20 + (int)rnd(8)] ^= 1;	/* the serial */
		return "serial-flipped";
	}
	at = memmem(m->p, (size_t)m->len, san + strlen(san) - 12, 8);
	if (at != NULL)
		at[rnd(8)] ^= 1;
	return "san-flipped";
}

static int
key_of(const EVP_PKEY *key)
{
	int i;

	for (i = 0; i < ALL_KEYS; i++)
		if (keys[i] == key)
			return i;
	return 0;
}

/* Leaf number n of a run whose leaves are of this profile. */
static void
make_leaf(struct leaf_made *l, const struct world *w, int profile, int n)
{
	int good = rnd(10) < 6, which = (int)rnd(9);
	struct plan *p = &l->plan;
	char san[96];

	snprintf(san, sizeof(san), "%sURI:spiffe://cluster.local/ns/default/"
	    "sa/w%08d", profile == 0 ? "" : "critical,", n);
	*p = leaf_of(w->signer, keys[4 + rnd(5)], profile, san);
	if (w->root.san != NULL) {
		p->cn = w->root.cn;
		p->type = w->root.type;
	}
	l->label = "good";
	l->date = "ok";
	if (!good && which < 2)
		l->label = by_another(p, w);
	else if (!good && which < 4)
		l->label = unusual(p);
	else if (!good && which == 4)
		l->label = confused(l, w);
	else if (!good && which == 5) {
		p->key = keys[11 + rnd(2)];
		l->label = "ec";
		if (rnd(3) == 0)
			l->label = by_another(p, w);
	} else if (!good && which == 6) {
		*p = leaf_of(w->signer, p->key, (profile + 1) % 3, san);
		l->label = "profile";
	} else if (!good && which == 7) {
		l->label = l->date = rnd(2) ? "expired" : "not-yet-valid";
		if (*l->date == 'e')
			p->to = -1 - (long)rnd(1000);
		else
			p->from = 1 + (long)rnd(1000);
	}
	l->der = make_der(p);
	if (!good && which == 8)
		l->label = tamper(&l->der, san);
	l->key = key_of(p->key);
	if (rnd(25) == 0)
		l->key = 4 + (int)rnd(9);
}

/* ---- its chain and its roots ---- */

/* In the wrong order, in part, twice, with the root behind. */
static const char *
other_chain(const struct world *w, struct list *l)
{
	struct made t;
	int i;

	switch (rnd(5)) {
	case 0:
		l->n = l->n > 0 ? l->n - 1 : 0;
		return "chain-in-part";
	case 1:
		for (i = 1; i < l->n; i++)
			l->v[i - 1] = l->v[i];
		l->n = l->n > 0 ? l->n - 1 : 0;
		return "chain-without-its-first";
	case 2:
		l->v[l->n++] = w->root_der;
		return "chain-with-root";
	case 3:
		l->v[l->n++] = rnd(2) ? w->stranger_der : w->other_der;
		t = l->v[0];
		l->v[0] = l->v[l->n - 1];
		l->v[l->n - 1] = t;
		return "chain-with-a-stranger";
	default:
		if (l->n > 1) {
			t = l->v[0];
			l->v[0] = l->v[1];
			l->v[1] = t;
		} else if (l->n == 1)
			l->v[l->n++] = l->v[0];
		return "chain-in-another-order";
	}
}

static const char *
other_roots(const struct world *w, const struct leaf_made *leaf,
    struct list *l)
{
	static const char *const labels[] = { "roots-with-a-twin",
	    "roots-with-an-expired-twin", "roots-with-a-twin-re-encoded",
	    "roots-with-a-twin-of-another-SKI", "roots-with-a-stranger",
	    "roots-with-another", "roots-twice", "roots-with-an-intermediate",
	    "roots-with-the-leaf" };
	struct made m, t;
	int i = (int)rnd(9), at;

	m = i < 4 ? w->twin_der[i] : i == 4 ? w->stranger_der : i == 5 ?
	    w->other_der : i == 6 ? l->v[0] : i == 7 && w->ninter > 0 ?
	    w->inters.v[rnd((unsigned)w->ninter)] : leaf->der;
	/* beside the others, in any order, or in their place */
	if (rnd(4) == 0)
		l->n = 0;
	at = (int)rnd((unsigned)l->n + 1);
	l->v[l->n++] = m;
	t = l->v[at];
	l->v[at] = m;
	l->v[l->n - 1] = t;
	return i == 7 && w->ninter == 0 ? labels[8] : labels[i];
}

/* ---- a run ---- */

/* Some sets come often, so that they have classes of their own. */
#define SETS 4

struct mesh {
	struct world	w;
	struct in_force	f;
	int		key[ALL_KEYS][2];	/* blobs, or -1 */
	struct list	roots[SETS], chains[SETS];
	const char	*root_label[SETS], *chain_label[SETS];
	int		root_at[SETS];
};

static void
put_triple(struct mesh *m, const struct leaf_made *l, const struct list *chain,
    int root, const char *label)
{
	struct workload_line line;
	struct text t = pem_of(&l->der, chain);
	int *key = &m->key[l->key][rnd(8) == 0];

	if (*key == -1)
		*key = blob(&key_text[l->key][key != m->key[l->key]]);
	line.chain = blob(&t);
	free(t.p);
	line.root = root;
	line.key = *key;
	line.own = question(line.chain, root);
	line.force = root == m->f.text ? line.own :
	    question(line.chain, m->f.text);
	line.trust = trust_of(&m->f, root);
	line.pair = pair(line.chain, line.key);
	workload_put(label, l->date, &line);
}

static void
mesh_new(struct mesh *m, int run)
{
	struct leaf_made l;
	struct text t;
	int i;

	memset(m, 0, sizeof(*m));
	memset(m->key, -1, sizeof(m->key));
	world_new(&m->w, run % 3 == 2);
	force_new(&m->w, rnd(3) == 0 ? 1 + (int)rnd(6) : 0, &m->f);
	make_leaf(&l, &m->w, 1, 0);
	for (i = 0; i < SETS; i++) {
		m->roots[i] = m->w.anchors;
		m->chains[i] = m->w.inters;
		m->root_label[i] = m->chain_label[i] = "";
		if (i > 0) {
			m->root_label[i] = other_roots(&m->w, &l,
			    &m->roots[i]);
			m->chain_label[i] = other_chain(&m->w,
			    &m->chains[i]);
		}
		t = pem_of(NULL, &m->roots[i]);
		/* the very bytes that the CA holds are the same question */
		m->root_at[i] = i == 0 &&
		    m->f.anchors.n == m->w.anchors.n &&
		    m->f.anchors.v[0].p == m->w.anchors.v[0].p ? m->f.text :
		    blob(&t);
		free(t.p);
	}
	OPENSSL_free(l.der.p);
}

static void
one_triple(struct mesh *m, int profile, int n)
{
	struct list chain = m->w.inters, roots = m->w.anchors;
	int at = m->root_at[0], set = (int)rnd(SETS);
	struct leaf_made l;
	char label[128];
	const char *how = "", *where = "";
	struct text t;

	make_leaf(&l, &m->w, profile, n);
	switch (rnd(24)) {
	case 0:
	case 1:
	case 2:
		how = m->root_label[set];
		at = m->root_at[set];
		break;
	case 3:
	case 4:
	case 5:
		where = m->chain_label[set];
		chain = m->chains[set];
		break;
	case 6:
		where = other_chain(&m->w, &chain);
		break;
	case 7:
		how = other_roots(&m->w, &l, &roots);
		t = pem_of(NULL, &roots);
		at = blob(&t);
		free(t.p);
		break;
	default:
		break;
	}
	snprintf(label, sizeof(label), "%s%s%s%s%s%s", m->w.root.san != NULL ?
	    "named-as-the-root," : "", l.label, *how ? "," : "", how,
	    *where ? "," : "", where);
	put_triple(m, &l, &chain, at, label);
	OPENSSL_free(l.der.p);
}

static void
triples(int n)
{
	struct mesh m;
	int i, profile = 0, run = 0;

	for (i = 0; i < n; i++) {
		if (i % PER_RUN == 0) {
			mesh_new(&m, run++);
			profile = (int)rnd(3);
		}
		one_triple(&m, profile, i % PER_RUN);
		if (i % PER_RUN == PER_RUN - 1 || i + 1 == n) {
			force_free(&m.f);
			world_free(&m.w);
		}
	}
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	rng = 0x9e3779b97f4a7c15u ^ (uint64_t)atol(argv[3]);
	make_keys();
	if (argv[1][0] == 't')
		triples(atoi(argv[2]));
	else
		mutants(atoi(argv[2]));
	free_keys();
	return fflush(stdout) != 0;
}
