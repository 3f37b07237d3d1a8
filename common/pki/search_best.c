/*
 * OpenSSL's and BoringSSL's way: commit to the best issuer at each step, and
 * judge what comes of it.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "pki/search.h"
#include "pki/x509.h"

/*
 * Its own issuer by names and key identifiers.  OpenSSL also wants the kind of
 * the key to suit the signature, BoringSSL keyCertSign.
 */
static int
self_signed(const struct search *s, const struct cert *c)
{
	if (!s->rs->ku_at_lookup || c->aki_pins)
		return (search_flags(c) & EXFLAG_SS) != 0 &&
		    !(s->rs->ku_at_lookup && search_lacks_cert_sign(s, c));
	return (search_flags(c) & EXFLAG_SI) != 0 &&
	    !search_lacks_cert_sign(s, c) && (c->aki.p == NULL ||
	    c->ski.p == NULL || der_equal(&c->aki, &c->ski));
}

static const struct cert *
best(struct search *s, struct cert *const *list, size_t n, int trusted,
    const char *used)
{
	const struct cert *top = s->chain[s->n - 1], *c, *found = NULL;
	enum chain_why why;
	size_t i;

	for (i = 0; i < n; i++) {
		c = list[i];
		if (used != NULL && used[i])
			continue;
		/* a certificate alone may find itself among the anchors; */
		/* OpenSSL does not look there who is in the chain already */
		if (search_has(s, c) && !(trusted && (s->n == 1 ||
		    s->rs->prefers_valid)))
			continue;
		if ((why = search_issuer(s, top, c)) != CHAIN_OK) {
			if (why != CHAIN_NO_ISSUER)
				search_fail(s, why, top);
			continue;
		}
		if (!s->rs->prefers_valid || search_time(s, c) == CHAIN_OK)
			return c;
		if (found == NULL || c->not_after > found->not_after)
			found = c;
	}
	return found;
}

#define INTER_MAX 1024	/* certificates presented with a leaf */

static enum chain_why
build(struct search *s)
{
	const struct chain_query *q = s->q;
	const struct cert *top, *c;
	char used[INTER_MAX] = { 0 };
	int only_trusted = 0;
	size_t i;

	if (q->ninter > INTER_MAX)
		return search_fail(s, CHAIN_LIMIT, q->leaf);
	s->chain[s->n++] = q->leaf;
	s->trusted = CHAIN_DEPTH_MAX;
	for (;;) {
		top = s->chain[s->n - 1];
		c = best(s, q->anchor, q->nanchor, 1, NULL);
		if (self_signed(s, top)) {
			/* only the very same one makes it trusted */
			if (c == NULL || !cert_equal(c, top))
				return search_fail(s, CHAIN_NO_ISSUER, top);
			if (s->trusted > s->n - 1)
				s->trusted = s->n - 1;
			return CHAIN_OK;
		}
		if (s->n == CHAIN_DEPTH_MAX)
			return search_fail(s, CHAIN_LIMIT, top);
		if (c != NULL && s->n > 1 && search_has(s, c))
			return search_fail(s, CHAIN_NO_ISSUER, top);
		if (c != NULL && !search_has(s, c)) {
			if (s->trusted > s->n)
				s->trusted = s->n;
			only_trusted = 1;
			s->chain[s->n++] = c;
			if (self_signed(s, c))
				return CHAIN_OK;
			continue;
		}
		if (only_trusted)
			return search_fail(s, CHAIN_NO_ISSUER, top);
		if ((c = best(s, q->inter, q->ninter, 0, used)) == NULL)
			return search_fail(s, CHAIN_NO_ISSUER, top);
		for (i = 0; i < q->ninter; i++)
			used[i] |= q->inter[i] == c;
		s->chain[s->n++] = c;
	}
}

/*
 * The certificates that are judged: all for OpenSSL, those below the anchors
 * for BoringSSL.  Self-issued ones do not count against a path length
 * (RFC 5280 section 4.2.1.9).
 */
static enum chain_why
judge_chain(struct search *s)
{
	size_t i, end = s->rs->anchor_judged ? s->n : s->trusted;
	size_t below = 0;
	const struct cert *c;
	enum chain_why why;

	for (i = 0; i < end && i < s->n; i++) {
		c = s->chain[i];
		if (i > 0 && (why = search_ca(s, c, i + 1 == s->n)) !=
		    CHAIN_OK)
			return search_fail(s, why, c);
		if (i == 0 && !search_leaf_usage(s, c))
			return search_fail(s, CHAIN_KEY_USAGE, c);
		if (!search_suits(s, c))
			return search_fail(s, CHAIN_PURPOSE, c);
		if (i > 1 && c->pathlen != -1 && below > (size_t)c->pathlen)
			return search_fail(s, CHAIN_PATH_LENGTH, c);
		if (i > 0 && !(search_flags(c) & EXFLAG_SI))
			below++;
	}
	return CHAIN_OK;
}

static enum chain_why
judge_links(struct search *s)
{
	const struct cert *c;
	enum chain_why why;
	size_t i;

	for (i = 0; i < s->n; i++) {
		c = s->chain[i];
		if ((why = search_form(s, c, i >= s->trusted)) != CHAIN_OK ||
		    (why = search_time(s, c)) != CHAIN_OK)
			return search_fail(s, why, c);
		if (i + 1 == s->n)
			break;
		if (search_lacks_cert_sign(s, s->chain[i + 1]))
			return search_fail(s, CHAIN_KEY_USAGE, s->chain[i + 1]);
		if ((why = search_signature(s, c, s->chain[i + 1])) != CHAIN_OK)
			return search_fail(s, why, c);
	}
	return CHAIN_OK;
}

void
search_best(struct search *s)
{
	if (build(s) != CHAIN_OK || judge_chain(s) != CHAIN_OK ||
	    judge_links(s) != CHAIN_OK)
		return;
	s->res->why = CHAIN_OK;
	s->res->where = NULL;
	memcpy(s->res->path, s->chain, sizeof(s->chain));
	s->res->npath = s->n;
}
