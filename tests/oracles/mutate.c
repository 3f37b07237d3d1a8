/*
 * Mutants: one secret is changed in its DER, wrapped as PEM again, or in its
 * PEM; beside valid ones of the same shape.
 */
#include "tests/oracles/triple.h"

#include <openssl/pem.h>

#define PER_RUN 200
#define VALID 40		/* of a run's */

/* ---- DER ---- */

/* The element at off: *body and *end; 0: there is none. */
static int
element(const struct made *m, int off, int *body, int *end)
{
	int n, len;

	if (off + 2 > m->len)
		return 0;
	len = m->p[off + 1];
	*body = off + 2;
	if (len & 0x80)
		for (n = len & 0x7f, len = 0; n > 0 && *body < m->len &&
		    len < 1 << 20; n--)
			len = len << 8 | m->p[(*body)++];
	*end = *body + len;
	return *end <= m->len;
}

#define CHILDREN 64

/* Two neighbours, somewhere within, change places. */
static void
swap_fields(struct made *m)
{
	int at[CHILDREN + 1], n, off = 0, body, end, i, b, e;
	unsigned char *old;

	for (;;) {
		if (!element(m, off, &body, &end))
			return;
		for (n = 0, i = body; n < CHILDREN && i < end &&
		    element(m, i, &b, &e); i = e)
			at[n++] = i;
		at[n] = i;
		if (n == 0)
			return;
		i = (int)rnd((unsigned)n);
		if (!(m->p[at[i]] & 0x20) || rnd(4) == 0)
			break;
		off = at[i];
	}
	if (n < 2)
		return;
	i = (int)rnd((unsigned)n - 1);
	old = malloc((size_t)m->len);
	memcpy(old, m->p, (size_t)m->len);
	n = at[i + 2] - at[i + 1];
	memcpy(m->p + at[i], old + at[i + 1], (size_t)n);
	memcpy(m->p + at[i] + n, old + at[i], (size_t)(at[i + 1] - at[i]));
	free(old);
}

static const char *
mutate_der(struct made *m, const struct made *sibling)
{
	int at = (int)rnd((unsigned)m->len), n;

	switch (rnd(9)) {
	case 0:
		m->p[at] = (unsigned char)rnd(256);
		return "octet";
	case 1:
		m->len -= 1 + (int)rnd(rnd(2) ? 4 : (unsigned)m->len - 1);
		return "truncated";
	case 2:
		memmove(m->p + at + 1, m->p + at, (size_t)(m->len++ - at));
		m->p[at] = (unsigned char)rnd(256);
		return "octet-more";
	case 3:
		memmove(m->p + at, m->p + at + 1, (size_t)(--m->len - at));
		return "octet-less";
	case 4:
	case 5:
		swap_fields(m);
		return "fields-swapped";
	case 6:
		n = 1 + (int)rnd(rnd(2) ? 20 : 300);
		if (at + n > m->len)
			n = m->len - at;
		if (at + n <= sibling->len)
			memcpy(m->p + at, sibling->p + at, (size_t)n);
		return "part-of-another";
	default:
		m->p[at] ^= (unsigned char)(1u << rnd(8));
		return "bit";
	}
}

/* ---- PEM ---- */

static void
replace(struct text *t, size_t at, size_t len, const char *s, size_t n)
{
	char *p = malloc(t->n + n + 1);

	memcpy(p, t->p, at);
	memcpy(p + at, s, n);
	memcpy(p + at + n, t->p + at + len, t->n - at - len);
	free(t->p);
	t->n += n - len;
	t->p = p;
}

/* Where a line begins, and behind its end. */
static size_t
some_line(const struct text *t, size_t *end)
{
	size_t at = rnd((unsigned)t->n), e;

	while (at > 0 && t->p[at - 1] != '\n')
		at--;
	for (e = at; e < t->n && t->p[e] != '\n'; e++)
		;
	*end = e < t->n ? e + 1 : e;
	return at;
}

static const char *
mutate_lines(struct text *t)
{
	static const char *const lines[] = { "\n", "X-Made-By: a tool\n",
	    "X-Made-By: a tool\n\n", "# made by a tool\n", " \n", "\t\n",
	    "-----\n", "-----BEGIN CERTIFICATE-----\n",
	    "-----END CERTIFICATE-----\n", "subject=O = cluster.local\n",
	    "Proc-Type: 4,ENCRYPTED\n", "\r\n", "\f\n", "=\n" };
	static const char *const labels[] = { "CERTIFICATE", "PRIVATE KEY",
	    "RSA PRIVATE KEY", "EC PRIVATE KEY", "X509 CERTIFICATE",
	    "TRUSTED CERTIFICATE", "PUBLIC KEY", "certificate", "" };
	size_t at, end, i;
	char *copy, label[64];

	at = some_line(t, &end);
	switch (rnd(7)) {
	case 0:
		replace(t, at, end - at, "", 0);
		return "line-less";
	case 1:
		copy = malloc(end - at);
		memcpy(copy, t->p + at, end - at);
		replace(t, at, 0, copy, end - at);
		free(copy);
		return "line-twice";
	case 2:
		i = rnd(sizeof(lines) / sizeof(lines[0]));
		replace(t, rnd(3) ? at : rnd(2) ? t->n : 0, 0, lines[i],
		    strlen(lines[i]));
		return "line-more";
	case 3:
		if (rnd(4)) {		/* behind the first BEGIN */
			for (at = 0; at < t->n && t->p[at] != '\n'; at++)
				;
			end = at += at < t->n;
		}
		i = rnd(sizeof(lines) / sizeof(lines[0]));
		replace(t, at, 0, lines[i], strlen(lines[i]));
		return "header";
	case 4:
		if (end > at)
			replace(t, end - 1, 1, "", 0);
		return "lines-joined";
	case 5:
		snprintf(label, sizeof(label), "-----BEGIN %s-----",
		    labels[rnd(9)]);
		for (end = 0; end < t->n && t->p[end] != '\n'; end++)
			;
		replace(t, 0, end, label, strlen(label));
		return "label";
	default:
		for (i = 0; i < t->n; i++)
			if (t->p[i] == '\n') {
				replace(t, i, 0, "\r", 1);
				i++;
			}
		return "CRLF";
	}
}

static const char *
mutate_text(struct text *t)
{
	static const char odd[] = " \t\r\n\v\f=-+/A:\0\x7f\xff.,_";
	size_t at = rnd((unsigned)t->n);
	char c = odd[rnd(sizeof(odd) - 1)];

	switch (rnd(10)) {
	case 0:
		t->p[at] ^= (char)(1 << rnd(8));
		return "bit-of-PEM";
	case 1:
		t->p[at] = c;
		return "character";
	case 2:
		replace(t, at, 0, &c, 1);
		return "character-more";
	case 3:
		replace(t, at, 1, "", 0);
		return "character-less";
	case 4:
		replace(t, at, 0, "\n", 1);
		return "line-broken";
	case 5:
		/* blanks at the end of a line */
		some_line(t, &at);
		replace(t, at > 0 ? at - 1 : 0, 0, rnd(2) ? " " : "\t", 1);
		return "blank";
	case 6:
		t->n -= 1 + (rnd(2) ? rnd(3) : rnd((unsigned)t->n - 1));
		return "PEM-truncated";
	default:
		return mutate_lines(t);
	}
}

/* ---- secrets ---- */

struct sibling {
	struct made		 der;
	int			 key, form;
	struct text		 chain;
	struct workload_line	 line;
};

struct group {
	struct world	w;
	struct in_force	f;
	struct text	roots;
	int		root_at, n;
	int		key_at[ALL_KEYS][2];
	struct sibling	s[VALID];
};

static void
add_sibling(struct group *g, int profile, int number)
{
	struct sibling *s = &g->s[g->n++];
	struct plan p;
	char san[96];
	int *key;

	s->key = 4 + (int)rnd(g->w.root.key == keys[9] ? 9 : 5);
	s->form = s->key <= 8 && rnd(3) == 0;
	snprintf(san, sizeof(san), "%sURI:spiffe://cluster.local/ns/default/"
	    "sa/w%08d", profile == 0 ? "" : "critical,", number);
	if (s->key == 9 || s->key == 10)
		s->key += 2;
	p = leaf_of(g->w.signer, keys[s->key], profile, san);
	s->der = make_der(&p);
	s->chain = pem_of(&s->der, &g->w.inters);
	key = &g->key_at[s->key][s->form];
	if (*key == -1)
		*key = blob(&key_text[s->key][s->form]);
	s->line.chain = blob(&s->chain);
	s->line.root = g->root_at;
	s->line.key = *key;
	s->line.own = question(s->line.chain, g->root_at);
	s->line.force = s->line.own;
	s->line.trust = trust_of(&g->f, g->root_at);
	s->line.pair = pair(s->line.chain, s->line.key);
	workload_put("valid", "ok", &s->line);
}

static struct text
copy_text(const struct text *t)
{
	struct text c = { malloc(t->n + 1), t->n };

	memcpy(c.p, t->p, t->n);
	return c;
}

static struct made
copy_der(const struct made *m)
{
	struct made c = { malloc((size_t)m->len + 8), m->len };

	memcpy(c.p, m->p, (size_t)m->len);
	return c;
}

/* One of these certificates changed in its DER; first may be NULL. */
static struct text
mutant_certs(const struct group *g, const struct made *first,
    const struct list *rest, const char **how)
{
	int n = rest->n + (first != NULL), i = (int)rnd((unsigned)n);
	struct made m = copy_der(first == NULL ? &rest->v[i] : i == 0 ?
	    first : &rest->v[i - 1]);
	const struct made *other = first != NULL && i == 0 ?
	    &g->s[rnd((unsigned)g->n)].der : &g->w.twin_der[0];
	struct list l = *rest;
	struct text t;

	*how = mutate_der(&m, other);
	if (first == NULL)
		l.v[i] = m;
	else if (i > 0)
		l.v[i - 1] = m;
	t = pem_of(first == NULL ? NULL : i == 0 ? &m : first, &l);
	free(m.p);
	return t;
}

/* The bytes of a PEM block that is known to be one, and its label. */
static struct made
unwrap(const struct text *t, char label[64])
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	BIO *bio = BIO_new_mem_buf(t->p, (int)t->n);
	struct made m;
	long len = 0;

	if (!PEM_read_bio(bio, &name, &header, &der, &len))
		abort();
	snprintf(label, 64, "%s", name);
	m.p = malloc((size_t)len + 8);
	memcpy(m.p, der, (size_t)len);
	m.len = (int)len;
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return m;
}

static struct text
mutant_key(const struct sibling *s, const char **how)
{
	const struct text *old = &key_text[s->key][s->form];
	char label[64], other_label[64];
	struct made m, other;
	struct text t;
	FILE *f;

	if (rnd(2)) {
		t = copy_text(old);
		*how = mutate_text(&t);
		return t;
	}
	m = unwrap(old, label);
	other = unwrap(&key_text[4 + rnd(4)][s->form], other_label);
	*how = mutate_der(&m, &other);
	f = open_memstream(&t.p, &t.n);
	put_pem(f, label, m.p, m.len);
	fclose(f);
	free(m.p);
	free(other.p);
	return t;
}

static void
add_mutant(struct group *g)
{
	static const char *const parts[] = { "chain", "roots", "key" };
	const struct sibling *s = &g->s[rnd((unsigned)g->n)];
	int part = (int)rnd(3), in_text = rnd(2) == 0, at;
	struct workload_line line = s->line;
	const struct text *whole = part == 0 ? &s->chain : &g->roots;
	const char *how;
	struct text t;
	char label[96];

	if (part == 2)
		t = mutant_key(s, &how);
	else if (in_text) {
		t = copy_text(whole);
		how = mutate_text(&t);
	} else
		t = mutant_certs(g, part == 0 ? &s->der : NULL, part == 0 ?
		    &g->w.inters : &g->w.anchors, &how);
	at = blob(&t);
	if (part == 0) {
		line.chain = at;
		line.own = line.force = question(at, line.root);
	} else if (part == 1) {
		line.root = at;
		line.own = question(line.chain, at);
		line.trust = trust_of(&g->f, at);
	} else
		line.key = at;
	if (part != 1)
		line.pair = pair(line.chain, line.key);
	snprintf(label, sizeof(label), "mutant:%s:%s", parts[part], how);
	workload_put(label, "ok", &line);
	free(t.p);
}

static void
group_new(struct group *g)
{
	memset(g, 0, sizeof(*g));
	memset(g->key_at, -1, sizeof(g->key_at));
	world_new(&g->w, -1);
	if (rnd(3) == 0)
		g->w.anchors.v[g->w.anchors.n++] = rnd(2) ? g->w.other_der :
		    g->w.twin_der[0];
	force_new(&g->w, 0, &g->f);
	g->roots = pem_of(NULL, &g->w.anchors);
	g->root_at = g->f.text;
}

static void
group_free(struct group *g)
{
	while (g->n > 0) {
		OPENSSL_free(g->s[--g->n].der.p);
		free(g->s[g->n].chain.p);
	}
	free(g->roots.p);
	force_free(&g->f);
	world_free(&g->w);
}

/* n mutants, in runs; the first of a run is a valid one. */
int
mutants(int n)
{
	static struct group g;
	int i, profile;

	while (n > 0) {
		group_new(&g);
		profile = (int)rnd(3);
		for (i = 0; i < PER_RUN && n > 0; i++)
			if (i % (PER_RUN / VALID) == 0)
				add_sibling(&g, profile, i);
			else {
				add_mutant(&g);
				n--;
			}
		group_free(&g);
	}
	return 0;
}
