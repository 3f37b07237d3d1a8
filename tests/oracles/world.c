/* CAs as there are in Istio's world, and what the lines of a run are. */
#include "tests/oracles/triple.h"

#include <openssl/pem.h>

EVP_PKEY *keys[ALL_KEYS];
struct text key_text[ALL_KEYS][2];

/* ---- keys: a pool, for a signature is what costs here ---- */

static struct text
key_pem(EVP_PKEY *key, int pkcs8)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct text t;
	char *p;

	if (pkcs8)
		PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
		    NULL);
	else
		PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0,
		    NULL, NULL);
	t.n = (size_t)BIO_get_mem_data(bio, &p);
	t.p = malloc(t.n + 1);
	memcpy(t.p, p, t.n);
	t.p[t.n] = '\0';
	BIO_free(bio);
	return t;
}

void
make_keys(void)
{
	int i, j;

	for (i = 0; i < ALL_KEYS; i++) {
		keys[i] = i < RSA_KEYS ? EVP_RSA_gen(i == 8 ? 3072u : 2048u) :
		    EVP_EC_gen(i == ALL_KEYS - 1 ? "P-384" : "P-256");
		for (j = 0; j < 2; j++)
			key_text[i][j] = key_pem(keys[i], j);
	}
}

void
free_keys(void)
{
	int i, j;

	for (i = 0; i < ALL_KEYS; i++) {
		EVP_PKEY_free(keys[i]);
		for (j = 0; j < 2; j++)
			free(key_text[i][j].p);
	}
}

/* ---- text ---- */

void
put_pem(FILE *out, const char *label, const unsigned char *der, int len)
{
	char *s = malloc((size_t)len * 2 + 8);
	int i, n = EVP_EncodeBlock((unsigned char *)s, der, len);

	fprintf(out, "-----BEGIN %s-----\n", label);
	for (i = 0; i < n; i += 64)
		fprintf(out, "%.64s\n", s + i);
	fprintf(out, "-----END %s-----\n", label);
	free(s);
}

struct text
pem_of(const struct made *first, const struct list *rest)
{
	struct text t;
	FILE *f = open_memstream(&t.p, &t.n);
	int i;

	if (first != NULL)
		put_pem(f, "CERTIFICATE", first->p, first->len);
	for (i = 0; i < rest->n; i++)
		put_pem(f, "CERTIFICATE", rest->v[i].p, rest->v[i].len);
	fclose(f);
	return t;
}

/* ---- lines ---- */

#define BLOBS 4096

static int nblob, nquestion, trust[BLOBS];

void
run_begin(char kind)
{
	int i;

	/* what the CA holds is in the first three blobs */
	printf("R %c %ld 0 1 2\n", kind, T0);
	nblob = 0;
	for (i = 0; i < BLOBS; i++)
		trust[i] = -1;
}

int
blob(const struct text *t)
{
	char *s = malloc(t->n * 2 + 8);

	EVP_EncodeBlock((unsigned char *)s, (unsigned char *)t->p,
	    (int)t->n);
	printf("B %s\n", t->n == 0 ? "-" : s);
	free(s);
	if (nblob == BLOBS)
		abort();
	return nblob++;
}

int
question(int chain, int root)
{
	printf("Q %d %ld %d %d\n", nquestion, T0, chain, root);
	return nquestion++;
}

int
pair(int chain, int key)
{
	printf("K %d %d %d\n", nquestion, chain, key);
	return nquestion++;
}

int
trust_of(const struct in_force *f, int root)
{
	if (trust[root] == -1)
		trust[root] = question(f->probe_at, root);
	return trust[root];
}

int
workload_put(const char *label, const char *date,
    const struct workload_line *w)
{
	return printf("W %s %s %d %d %d %d %d %d %d\n", label, date, w->chain,
	    w->root, w->key, w->own, w->force, w->trust, w->pair);
}

/* ---- certificates ---- */

struct made
make_der(const struct plan *p)
{
	struct made m;

	m.p = make(p, &m.len);
	return m;
}

/* What an issuer's certificates say of its key. */
static int
aki_for(const struct plan *issuer)
{
	return issuer->ski == 2 ? 4 : issuer->ski;
}

struct plan
leaf_of(const struct plan *signer, EVP_PKEY *key, int profile,
    const char *san)
{
	struct plan p = blank;

	p.cn = profile == 0 ? "" : NULL;
	p.issuer = signer->cn;
	p.issuer_type = signer->type;
	p.key = key;
	p.by = signer->key;
	p.from = -DAY;
	p.to = profile == 2 ? DAY : 89 * DAY;
	p.bc = "critical,CA:FALSE";
	p.ku = "critical,digitalSignature,keyEncipherment";
	p.eku = "serverAuth,clientAuth";
	p.ski = 0;
	p.aki = aki_for(signer);
	p.san = san;
	p.md = EVP_sha256();
	return p;
}

/* One thing that is wrong with a CA's certificate, or merely unusual. */
static void
spoil(struct plan *p)
{
	static const char *const bcs[] = { "critical,CA:FALSE", NULL,
	    "CA:TRUE", "critical,CA:TRUE,pathlen:0" };
	static const char *const kus[] = { NULL, "critical,digitalSignature",
	    "critical,keyCertSign,cRLSign" };
	static const char *const ekus[] = { "serverAuth", "clientAuth",
	    "serverAuth,clientAuth", "codeSigning" };

	switch (rnd(11)) {
	case 0:
		p->bc = bcs[rnd(4)];
		break;
	case 1:
		p->ku = kus[rnd(3)];
		break;
	case 2:
		p->eku = ekus[rnd(4)];
		break;
	case 3:
		p->ski = (int)rnd(3);
		break;
	case 4:
		p->aki = (int)rnd(5);
		break;
	case 5:
		p->md = rnd(2) ? EVP_sha1() : EVP_md5();
		break;
	case 6:
		p->to = -DAY;
		break;
	case 7:
		p->from = DAY;
		break;
	case 8:
		p->by = keys[3];
		break;
	case 9:
		p->issuer_type = V_ASN1_UTF8STRING;
		break;
	default:
		if (rnd(2))
			p->odd_ext = 1 + (int)rnd(2);
		else
			p->corporate = 1 + (int)rnd(3);
	}
}

/* By Go, as Citadel does; by openssl; or as one was made anew. */
static struct plan
root_plan(const char *cn, EVP_PKEY *key)
{
	struct plan p = ca(cn, key, cn, key);

	p.to = 300 * DAY;
	switch (rnd(5)) {
	case 0:
	case 1:
		p.ski = 0;
		break;
	case 2:
		break;
	case 3:
		p.type = p.issuer_type = V_ASN1_UTF8STRING;
		p.aki = (int)rnd(2);
		break;
	default:
		p.ski = 2;
	}
	return p;
}

static void
make_inters(struct world *w, EVP_PKEY *first)
{
	const char *const names[] = { "inter", "lower" };
	const struct plan *above = &w->root;
	int i;

	for (i = 0; i < w->ninter; i++) {
		w->inter[i] = ca(names[i], i == 0 ? first : keys[rnd(6) == 0 ?
		    10 : 2],
		    above->cn, above->key);
		w->inter[i].issuer_type = above->type;
		w->inter[i].aki = aki_for(above);
		if (i + 1 == w->ninter && rnd(4) == 0)
			w->inter[i].bc = "critical,CA:TRUE,pathlen:0";
		above = &w->inter[i];
	}
	w->signer = above;
}

/* A set as the tools that mix old and new roots leave it. */
static void
choose_anchors(struct world *w)
{
	struct list *l = &w->anchors;
	struct made extra;
	int at;

	l->v[l->n++] = w->root_der;
	switch (rnd(12)) {
	case 0:
		extra = w->other_der;
		break;
	case 1:
		extra = w->twin_der[0];
		break;
	case 2:
		extra = w->twin_der[1];
		break;
	case 3:
		extra = w->stranger_der;
		break;
	case 4:
		extra = w->root_der;
		break;
	default:
		return;
	}
	at = (int)rnd(2);
	l->v[1] = l->v[0];
	l->v[at] = extra;
	l->n = 2;
}

void
world_new(struct world *w, int damaged)
{
	int ec = rnd(8) == 0, i, n;
	EVP_PKEY *first = keys[ec ? 1 : rnd(6) == 0 ? 9 : 1];

	memset(w, 0, sizeof(*w));
	w->ninter = (int)rnd(4) - 1;
	if (w->ninter < 0)
		w->ninter = 0;
	w->root = root_plan("cluster.local", keys[ec ? 9 : 0]);
	/* one that could be one of its leaves, if it had their issuer */
	if (w->ninter > 0 && rnd(6) == 0)
		w->root.san = "URI:spiffe://cluster.local/ns/default/sa/"
		    "w00000000";
	w->other = root_plan("other.example", keys[9]);
	make_inters(w, first);
	for (n = damaged > 0 ? 1 + (int)rnd(2) : 0; n > 0; n--)
		spoil(w->ninter > 0 && rnd(2) ? &w->inter[rnd(
		    (unsigned)w->ninter)] : &w->root);
	w->stranger = w->root;
	w->stranger.key = w->stranger.by = keys[3];
	w->twin = w->root;
	w->twin.to = 3000 * DAY;
	w->root_der = make_der(&w->root);
	w->other_der = make_der(&w->other);
	w->stranger_der = make_der(&w->stranger);
	w->twin_der[0] = make_der(&w->twin);
	w->twin.to = -2 * DAY;
	w->twin_der[1] = make_der(&w->twin);
	w->twin.to = 3000 * DAY;
	w->twin.type = w->twin.issuer_type = w->root.type ==
	    V_ASN1_UTF8STRING ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
	w->twin_der[2] = make_der(&w->twin);
	w->twin.type = w->twin.issuer_type = w->root.type;
	w->twin.ski = w->root.ski == 2 ? 1 : 2;
	w->twin_der[3] = make_der(&w->twin);
	for (i = w->ninter; i > 0; i--) {
		w->inter_der[i - 1] = make_der(&w->inter[i - 1]);
		w->inters.v[w->inters.n++] = w->inter_der[i - 1];
	}
	if (damaged == -1)
		w->anchors.v[w->anchors.n++] = w->root_der;
	else
		choose_anchors(w);
}

void
world_free(struct world *w)
{
	int i;

	for (i = 0; i < 4; i++)
		OPENSSL_free(w->twin_der[i].p);
	for (i = 0; i < w->ninter; i++)
		OPENSSL_free(w->inter_der[i].p);
	OPENSSL_free(w->root_der.p);
	OPENSSL_free(w->other_der.p);
	OPENSSL_free(w->stranger_der.p);
}

/* ---- the CA in force ---- */

static void
choose_force(const struct world *w, int other, struct in_force *f,
    struct made *cert)
{
	*cert = w->ninter > 0 ? w->inters.v[0] : w->root_der;
	f->signer = w->signer;
	f->kind = 'p';
	f->anchors = w->anchors;
	if (other) {
		f->anchors.n = 1;
		f->anchors.v[0] = other == 1 ? w->stranger_der :
		    other == 2 ? w->other_der : w->twin_der[other - 3];
		if (other < 3 || w->ninter == 0) {
			f->kind = 's';
			f->signer = other == 1 ? &w->stranger : other == 2 ?
			    &w->other : &w->root;
			*cert = f->anchors.v[0];
		}
	} else if (w->ninter == 0 && w->anchors.n == 1)
		f->kind = 's';
	if (f->kind == 's' && rnd(2))
		f->kind = 'r';
}

/* The name and the key identifier of what it issues are its certificate's. */
static struct plan
probe_plan(const struct plan *signer, int other)
{
	struct plan as = *signer;

	if (other == 5)
		as.type = as.type == V_ASN1_UTF8STRING ?
		    V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
	if (other == 6)
		as.ski = as.ski == 2 ? 1 : 2;
	return leaf_of(&as, keys[4], 2, "critical,URI:spiffe://cluster.local/"
	    "ns/default/sa/default");
}

void
force_new(const struct world *w, int other, struct in_force *f)
{
	struct list chain = { .n = 0 }, none = { .n = 0 };
	struct made cert, leaf;
	struct text t[3];
	struct plan p;
	int i;

	memset(f, 0, sizeof(*f));
	choose_force(w, other, f, &cert);
	for (i = 1; f->kind == 'p' && i < w->inters.n; i++)
		chain.v[chain.n++] = w->inters.v[i];
	run_begin(f->kind);
	t[0] = pem_of(f->kind == 'r' ? NULL : &cert, &none);
	t[1] = pem_of(NULL, &chain);
	t[2] = pem_of(NULL, &f->anchors);
	for (i = 0; i < 3; i++) {
		f->text = blob(&t[i]);
		free(t[i].p);
	}
	if (f->kind == 'p') {		/* with its own certificate first */
		memmove(chain.v + 1, chain.v, sizeof(cert) *
		    (size_t)chain.n++);
		chain.v[0] = cert;
	}
	p = probe_plan(f->signer, f->kind == 'p' ? 0 : other);
	leaf = make_der(&p);
	f->probe = pem_of(&leaf, &chain);
	f->probe_at = blob(&f->probe);
	OPENSSL_free(leaf.p);
}

void
force_free(struct in_force *f)
{
	free(f->probe.p);
}
