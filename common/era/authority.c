#include <stdlib.h>
#include <string.h>

#include "era/authority.h"

int
authority_self_signed(const struct ca_held *h)
{
	return h->layout == CA_SELF_SIGNED || h->layout == CA_GENERATED;
}

static int
holds(const struct certs *l, const struct cert *c)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (cert_equal(l->v[i], c))
			return 1;
	return 0;
}

/* Does the CA's own published trust hold a certificate of this cacerts? */
static int
published(const struct authority_facts *f, const struct ca_held *cacerts)
{
	const struct certs *p;
	size_t i, j;
	int seen = -1;

	for (i = 0; i < f->npublished; i++) {
		p = &f->published[i];
		if (p->n > 0)
			seen = 0;
		for (j = 0; j < p->n; j++) {
			if (holds(&cacerts->root, p->v[j]))
				return 1;
			/* Citadel publishes the chain, if there is one: */
			/* 1.4.10:security/pkg/pki/ca/ca.go */
			if (f->era == ERA_CITADEL &&
			    holds(&cacerts->chain, p->v[j]))
				return 1;
		}
	}
	return seen;
}

static int
is_incomplete(const struct authority_facts *f, const struct ca_held *h)
{
	int have, want = h->layout == CA_PLUGGED ? 4 : 3;

	if (authority_self_signed(h))
		return 0;
	have = h->cert.filled + h->chain.filled + h->root.filled +
	    (h->key != KEYS_ABSENT);
	if (have == 0 || have == want)
		return 0;
	return !(h->root.filled && have == 1 && h->layout == CA_PLUGGED &&
	    era_appends_roots(f->era, era_version(f->plane, f->era)));
}

void
authority_choose(const struct authority_facts *f, struct authority *a)
{
	const struct ca_held *cac = f->cacerts;
	struct ca_facts cf;

	memset(a, 0, sizeof(*a));
	memset(&cf, 0, sizeof(cf));
	cf.era = f->era;
	cf.version = *era_version(f->plane, f->era);
	cf.self_signed = f->plane->self_signed;
	cf.citadel = f->plane->citadel;
	cf.external = f->plane->external[0] != '\0' && f->era == ERA_ISTIOD;
	cf.has_secret = f->secret != NULL;
	cf.has_cacerts = cac != NULL;
	cf.published = -1;
	if (cac != NULL) {
		cf.generated = cac->layout == CA_GENERATED;
		cf.can_sign = era_can_sign(&cf.version, cac->layout,
		    cac->cert.filled, cac->key != KEYS_ABSENT,
		    cac->chain.filled, cac->root.filled);
		cf.published = published(f, cac);
	}
	era_in_force(&cf, &a->ca);
	if (f->unseen)		/* then nothing is said of the other one */
		memset(&a->ca, 0, sizeof(a->ca));
	if (cac != NULL)
		a->incomplete = !a->ca.cacerts_leftover &&
		    is_incomplete(f, cac);
	a->force = a->ca.in_force == CA_SECRET ? f->secret :
	    a->ca.in_force == CA_CACERTS ? cac : NULL;
}

void
authority_chain(const struct ca_held *h, struct ca_chain *c)
{
	static const struct ruleset *const who[] = {
		&ruleset_boringssl, &ruleset_go
	};
	struct cert **inter;
	struct chain_query q;
	size_t i;

	memset(c, 0, sizeof(*c));
	memset(&q, 0, sizeof(q));
	if (h->cert.n == 0 || h->root.n == 0)
		return;
	c->judged = 1;
	inter = calloc(h->cert.n + h->chain.n, sizeof(struct cert *));
	if (inter == NULL) {
		c->by = &ruleset_go;
		c->res.why = CHAIN_LIMIT;
		return;
	}
	for (i = 1; i < h->cert.n; i++)
		inter[q.ninter++] = h->cert.v[i];
	for (i = 0; i < h->chain.n; i++)
		inter[q.ninter++] = h->chain.v[i];
	q.leaf = h->cert.v[0];
	q.inter = inter;
	q.anchor = h->root.v;
	q.nanchor = h->root.n;
	q.ignore_time = 1;
	for (i = 0; i < sizeof(who) / sizeof(who[0]); i++)
		if (chain_verify(who[i], &q, &c->res) != CHAIN_OK) {
			c->by = who[i];
			break;
		}
	free(inter);
}

const struct cert *
authority_root(const struct ca_held *h, const struct ca_chain *c)
{
	if (authority_self_signed(h))
		return h->cert.n > 0 ? h->cert.v[0] : NULL;
	if (c->judged && c->by == NULL)
		return c->res.path[c->res.npath - 1];
	return h->root.n > 0 ? h->root.v[0] : NULL;
}
