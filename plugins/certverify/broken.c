/* Which rules a workload or a copy of the root breaks, and what excuses it. */
#include <string.h>

#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define BIT(id)	(UINT32_C(1) << (id))

/* ---- what is broken ---- */

/* What a set makes of the root in force; an empty one, too. */
uint32_t
cv_trust_broken(struct cv *cv, uint32_t at)
{
	const struct cv_set *s;
	uint32_t broken = 0;

	if (at == CV_NONE)
		return BIT(V_NOT_TRUSTED);
	s = cv_set_try(cv, at);
	switch (s->trial.agree) {
	case AGREE_OK:
		if (!s->holds)
			broken |= BIT(V_STALE_ROOT);
		break;
	case AGREE_GO:
		broken |= BIT(V_GO_REJECTS);
		break;
	case AGREE_OPENSSL:
		broken |= BIT(V_OPENSSL_REJECTS);
		break;
	case AGREE_NOT:
		broken |= BIT(V_NOT_TRUSTED);
		break;
	}
	if (s->twin)
		broken |= BIT(V_EXPIRED_TWIN);
	return broken;
}

static uint32_t
agree_broken(enum cv_agree a)
{
	static const uint32_t rules[] = {
		[AGREE_OK] = 0, [AGREE_GO] = BIT(V_GO_REJECTS),
		[AGREE_OPENSSL] = BIT(V_OPENSSL_REJECTS),
		[AGREE_NOT] = BIT(V_CHAIN_INVALID),
	};

	return rules[a];
}

/* Its chain, under its own anchors and under the CA's. */
static uint32_t
chain_broken(struct cv *cv, const struct cv_class *c, unsigned flags)
{
	uint32_t own, force, trust;

	force = agree_broken(c->force.agree);
	if (flags & H_FILE)		/* it has no anchors of its own */
		return force;
	own = agree_broken(c->own.agree);
	trust = cv_trust_broken(cv, c->set);
	/* another root altogether: said once */
	if (own == 0 && (trust & BIT(V_NOT_TRUSTED)))
		force = 0;
	return own | force | trust;
}

static uint32_t
date_broken(const struct cv *cv, const struct cv_held *h,
    const struct cv_class *c)
{
	uint32_t broken = 0;
	int64_t left = h->not_after - cv->p.now;

	if (left < 0)
		broken |= BIT(V_EXPIRED);
	else if (left <= cv->p.warn)
		broken |= BIT(V_EXPIRES_SOON);
	if (cv->p.now < h->not_before)
		broken |= BIT(V_NOT_YET_VALID);
	if (c->own.issuer != NULL && h->not_after > c->own.issuer->not_after)
		broken |= BIT(V_OUTLIVES);
	return broken;
}

uint32_t
cv_broken(struct cv *cv, const struct cv_held *h)
{
	const struct cv_class *c = cv_class_at(cv, h->class);
	uint32_t broken = date_broken(cv, h, c);

	if (h->flags & (H_KEY_DIFFERS | H_KEY_ABSENT | H_KEY_BROKEN))
		broken |= BIT(V_KEY_MISMATCH);
	if (h->flags & (H_NO_URI | H_URIS | H_WRONG_URI))
		broken |= BIT(V_IDENTITY);
	/* of a certificate that is no longer good, its chain is no matter */
	if (broken & (BIT(V_EXPIRED) | BIT(V_NOT_YET_VALID)))
		return broken | (cv_trust_broken(cv, c->set) &
		    (BIT(V_NOT_TRUSTED) | BIT(V_EXPIRED_TWIN) |
		    BIT(V_STALE_ROOT)));
	return broken | chain_broken(cv, c, h->flags);
}

/* ---- what excuses them ---- */

const char *
cv_account_of(const struct cv *cv, const struct cv_held *h)
{
	const char *name = cv_name_of(cv, h->name);
	size_t n = strlen(NAME_WORKLOAD_PREFIX);

	return strncmp(name, NAME_WORKLOAD_PREFIX, n) == 0 ? name + n : name;
}

static int
is_gone(struct cv *cv, const struct cv_held *h)
{
	const char *ns = cv_ns_of(cv, h->name);
	unsigned char hash[HASHSET_LEN];

	/* of a cluster all of them must have been seen, of files some */
	if (!cv->accounts_all && (cv->p.live || siphash_pair(cv->hash, ns, "",
	    hash, NULL) == -1 || !hashset_has(&cv->account_ns, hash)))
		return 0;
	return siphash_pair(cv->hash, ns, cv_account_of(cv, h), hash, NULL) ==
	    0 && !hashset_has(&cv->accounts, hash);
}

enum cv_rule_id
cv_excuse(struct cv *cv, const struct cv_held *h)
{
	const struct mesh_ns *ns;

	if (h->flags & H_FILE)
		return V_RULES;
	if (cv->era == ERA_ISTIOD && !cv->plane.citadel && !cv->plane_unseen)
		return V_ORPHAN;
	ns = cv_find_ns(cv, cv_ns_of(cv, h->name));
	if (ns != NULL && ns->seen &&
	    !scope_citadel(&cv->plane, cv->p.istio_ns, ns))
		return V_OPTED_OUT;
	return is_gone(cv, h) ? V_ACCOUNT_GONE : V_RULES;
}
