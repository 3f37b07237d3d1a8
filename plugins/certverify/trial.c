/* The verifiers asked, and what they say together. */
#include <string.h>

#include "plugins/certverify/state.h"

static const struct ruleset *const rules[CV_WHOS] = {
	[CV_B] = &ruleset_boringssl, [CV_G] = &ruleset_go,
	[CV_O] = &ruleset_openssl,
};

/* As a client and as a server; 1: this verifier takes it as both. */
static int
ask(const struct ruleset *rs, struct chain_query *q, struct chain_result *r)
{
	q->purpose = PURPOSE_SERVER;
	if (chain_verify(rs, q, r) != CHAIN_OK)
		return 0;
	q->purpose = PURPOSE_CLIENT;
	return chain_verify(rs, q, r) == CHAIN_OK;
}

/* The first refusal that is kept is the one that the verdict rests on. */
static void
refused(struct cv_trial *t, const struct ruleset *rs,
    const struct chain_result *r)
{
	if (t->by != NULL)
		return;
	t->by = rs;
	t->why = r->why;
	t->where = r->where;
}

static void
accepted(struct cv_trial *t, const struct chain_result *r)
{
	if (t->root != NULL)
		return;
	t->root = r->path[r->npath - 1];
	t->issuer = r->npath > 1 ? r->path[1] : NULL;
}

void
cv_try(const struct cv *cv, const struct cert *leaf,
    struct cert *const *inter, size_t ninter, struct cert *const *anchor,
    size_t nanchor, unsigned whos, const struct cert *signer,
    struct cv_trial *t)
{
	struct chain_query q;
	struct chain_result r;
	unsigned ok = 0, who;

	memset(t, 0, sizeof(*t));
	memset(&q, 0, sizeof(q));
	q.leaf = leaf;
	q.inter = inter;
	q.ninter = ninter;
	q.anchor = anchor;
	q.nanchor = nanchor;
	q.now = cv->p.now;
	q.ignore_leaf = 1;
	q.signer = signer;
	for (who = 0; who < CV_WHOS; who++) {
		if (!(whos & WHO(who)))
			continue;
		if (ask(rules[who], &q, &r)) {
			ok |= WHO(who);
			accepted(t, &r);
		} else
			refused(t, rules[who], &r);
	}
	if (ok == whos)
		t->agree = AGREE_OK;
	else if (!(ok & WHO(CV_G)))
		t->agree = ok == (whos & ~WHO(CV_G)) && ok != 0 ? AGREE_GO :
		    AGREE_NOT;
	else
		t->agree = AGREE_OPENSSL;
}
