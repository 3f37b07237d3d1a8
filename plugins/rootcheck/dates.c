/* What time does to a certificate. */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "plugins/rootcheck/state.h"

/* Is a remaining life of `left` seconds within the limit? */
static int
within(const struct rc_limit *l, const struct cert *c, int64_t left)
{
	int64_t life;

	if (l->percent < 0)
		return left <= l->seconds;
	life = c->not_after - c->not_before;
	return left * 100 <= life * l->percent;
}

enum verdict
rc_grade(const struct rc *rc, const struct cert *c, int64_t until)
{
	int64_t left = until - rc->p.now;

	if (left < 0 || within(&rc->p.crit, c, left))
		return VERDICT_BAD;
	return within(&rc->p.warn, c, left) ? VERDICT_WARN : VERDICT_OK;
}

static const char *
what(const struct rc_at *at)
{
	switch (at->block->role) {
	case ROLE_INTERMEDIATE:
		return "the intermediate certificate";
	case ROLE_TRUST:
		return "the trust anchor";
	case ROLE_WEBHOOK:
		return "the webhook's CA certificate";
	default:
		return "the root";
	}
}

/* What to do about a certificate that ends. */
static const char *
renew(const struct rc_at *at)
{
	const struct rc_object *o = at->obj;

	switch (at->block->role) {
	case ROLE_TRUST:
		return o->source == TRUST_MESH_CONFIG ?
		    "take it out of meshConfig or replace it there" :
		    "renew the root that it is a copy of, or take it out of "
		    "the bundle if nothing uses it any more";
	case ROLE_WEBHOOK:
		return "once the root is renewed, see that its owner (istiod, "
		    "Galley or the injector) has patched the caBundle";
	case ROLE_INTERMEDIATE:
		return "have your CA issue a new one and update the secret";
	default:
		break;
	}
	if (o->what == RC_CA && rc_self_signed(o))
		return "re-sign it with the same key and the same subject, "
		    "bytes included";
	return "plan its replacement with your CA: consumers must trust the "
	    "new one before anything uses it";
}

static void
say(const struct rc_at *at, struct rc_words *w, int64_t t)
{
	char date[WHEN_STRLEN];
	int64_t left = t - at->rc->p.now;

	when_format(t, date);
	rc_word(w, "what", "%s", what(at));
	rc_word(w, "date", "%s", date);
	rc_word(w, "next", "%s", renew(at));
	if (left >= 0 && left < WHEN_DAY)
		rc_word(w, "left", "%lld hours", (long long)left / 3600);
	else
		rc_word(w, "left", "%lld days", (long long)left / WHEN_DAY);
}

int
rc_expired(const struct rc_at *at, struct rc_words *w)
{
	say(at, w, at->cert->not_after);
	return at->rc->p.now > at->cert->not_after;
}

int
rc_expires_critical(const struct rc_at *at, struct rc_words *w)
{
	say(at, w, at->cert->not_after);
	return within(&at->rc->p.crit, at->cert,
	    at->cert->not_after - at->rc->p.now);
}

int
rc_expires_soon(const struct rc_at *at, struct rc_words *w)
{
	say(at, w, at->cert->not_after);
	return within(&at->rc->p.warn, at->cert,
	    at->cert->not_after - at->rc->p.now);
}

int
rc_not_yet_valid(const struct rc_at *at, struct rc_words *w)
{
	say(at, w, at->cert->not_before);
	return at->rc->p.now < at->cert->not_before;
}

/* Who issued c, among the certificates of its own secret? */
static const struct cert *
issuer_of(const struct rc_object *o, const struct cert *c)
{
	const struct cert *i;
	size_t s, j;

	for (s = 0; s < SLOTS; s++)
		for (j = 0; j < o->entry[s].n; j++) {
			i = o->entry[s].block[j].cert;
			if (i != NULL && !cert_equal(i, c) &&
			    der_equal(&i->subject, &c->issuer) &&
			    cert_signed_by(c, i))
				return i;
		}
	return NULL;
}

int
rc_outlives_issuer(const struct rc_at *at, struct rc_words *w)
{
	char date[WHEN_STRLEN];
	const struct cert *i;

	if ((i = issuer_of(at->obj, at->cert)) == NULL ||
	    at->cert->not_after <= i->not_after)
		return 0;
	when_format(i->not_after, date);
	rc_word(w, "date", "%s", date);
	rc_word(w, "issuer", "%s", i->subject_text);
	return 1;
}

int
rc_expired_twin(const struct rc_at *at, struct rc_words *w)
{
	const struct rc_entry *en = at->entry;
	const struct cert *t;
	size_t i;

	if (at->rc->p.now <= at->cert->not_after)
		return 0;
	for (i = 0; i < en->n; i++) {
		t = en->block[i].cert;
		if (t == NULL || at->rc->p.now > t->not_after ||
		    !cert_twins(t, at->cert))
			continue;
		rc_word(w, "twin", "#%u", en->block[i].n);
		return 1;
	}
	return 0;
}
