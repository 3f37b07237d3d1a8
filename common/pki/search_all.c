/* Go's way: depth first, every candidate, any path that holds. */
#include <string.h>

#include <openssl/x509v3.h>

#include "pki/search.h"
#include "pki/x509.h"

static enum chain_why extend(struct search *s);

/* Go skips who is there already: same name, same key, same SANs. */
static int
go_in_chain(const struct search *s, const struct cert *c)
{
	size_t i;
	int a, b;

	for (i = 0; i < s->n; i++) {
		if (!cert_twins(s->chain[i], c))
			continue;
		a = X509_get_ext_by_NID(s->chain[i]->x509->x,
		    NID_subject_alt_name, -1) >= 0;
		b = X509_get_ext_by_NID(c->x509->x, NID_subject_alt_name,
		    -1) >= 0;
		if (a == b)
			return 1;
	}
	return 0;
}

static int
suits_all(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!search_suits(s, s->chain[i]))
			return 0;
	return 1;
}

/* isValid() and CheckSignatureFrom(), for a candidate above the chain. */
static enum chain_why
go_judge(struct search *s, const struct cert *c, int trusted)
{
	enum chain_why why;

	if ((why = search_form(s, c, trusted)) != CHAIN_OK)
		return why;
	if (s->n > 0) {
		if ((why = search_ca(s, c, trusted)) != CHAIN_OK ||
		    (why = search_signature(s, s->chain[s->n - 1], c)) !=
		    CHAIN_OK)
			return why;
		/* below it: the chain without its leaf */
		if (c->pathlen >= 0 && s->n - 1 > (size_t)c->pathlen)
			return CHAIN_PATH_LENGTH;
	}
	return search_time(s, c);
}

static enum chain_why
go_complete(struct search *s)
{
	if (!suits_all(s))
		return search_fail(s, CHAIN_PURPOSE, s->chain[0]);
	s->res->why = CHAIN_OK;
	s->res->where = NULL;
	memcpy(s->res->path, s->chain, sizeof(s->chain));
	s->res->npath = s->n;
	return CHAIN_OK;
}

static enum chain_why
go_consider(struct search *s, const struct cert *c, int trusted)
{
	const struct cert *top = s->chain[s->n - 1];
	enum chain_why why;

	why = search_issuer(s, top, c);
	if (why == CHAIN_NO_ISSUER)
		return why;
	if (why != CHAIN_OK)
		return search_fail(s, why, top);
	if (go_in_chain(s, c))
		return CHAIN_NO_ISSUER;
	if (s->n == CHAIN_DEPTH_MAX)
		return search_fail(s, CHAIN_LIMIT, c);
	if ((why = go_judge(s, c, trusted)) != CHAIN_OK)
		return search_fail(s, why, why == CHAIN_SIGNATURE ||
		    why == CHAIN_WEAK ? top : c);
	s->chain[s->n++] = c;
	why = trusted ? go_complete(s) : extend(s);
	s->n--;
	return why;
}

static enum chain_why
extend(struct search *s)
{
	const struct chain_query *q = s->q;
	size_t i;

	for (i = 0; i < q->nanchor; i++)
		if (go_consider(s, q->anchor[i], 1) == CHAIN_OK)
			return CHAIN_OK;
	for (i = 0; i < q->ninter; i++)
		if (s->res->why != CHAIN_LIMIT &&
		    go_consider(s, q->inter[i], 0) == CHAIN_OK)
			return CHAIN_OK;
	return search_fail(s, CHAIN_NO_ISSUER, s->chain[s->n - 1]);
}

void
search_all(struct search *s)
{
	enum chain_why why;
	size_t i;

	if ((why = go_judge(s, s->q->leaf, 0)) != CHAIN_OK) {
		search_fail(s, why, s->q->leaf);
		return;
	}
	s->chain[s->n++] = s->q->leaf;
	for (i = 0; i < s->q->nanchor; i++)
		if (cert_equal(s->q->anchor[i], s->q->leaf)) {
			go_complete(s);
			return;
		}
	extend(s);
}
