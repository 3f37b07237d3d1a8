/* Which CA is in force, who plays which role, and whether chains hold. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/rootcheck/state.h"

struct cert *
rc_first(const struct rc_entry *en)
{
	size_t i;

	for (i = 0; i < en->n; i++)
		if (en->block[i].cert != NULL)
			return en->block[i].cert;
	return NULL;
}

int
rc_self_signed(const struct rc_object *o)
{
	return o->layout == CA_SELF_SIGNED || o->layout == CA_GENERATED;
}

static int
filled(const struct rc_entry *en)
{
	return en->name != NULL && en->seen.state != SEEN_ABSENT;
}

static struct rc_object *
ca_object(struct rc *rc, const char *name)
{
	size_t i;

	for (i = 0; i < rc->nobj; i++)
		if (rc->obj[i].what == RC_CA &&
		    strcmp(rc->obj[i].name, name) == 0)
			return &rc->obj[i];
	return NULL;
}

static int
holds(const struct rc_entry *en, const struct cert *c)
{
	size_t i;

	for (i = 0; i < en->n; i++)
		if (en->block[i].cert != NULL &&
		    cert_equal(en->block[i].cert, c))
			return 1;
	return 0;
}

/* Does the CA's own published trust hold a certificate of this cacerts? */
static int
published(const struct rc *rc, const struct rc_object *cacerts)
{
	enum trust_source source;
	const struct rc_object *o;
	int seen = -1;
	size_t i, j;

	source = rc->era == ERA_CITADEL ? TRUST_ISTIO_SECURITY :
	    TRUST_CA_ROOT_CERT;
	for (i = 0; i < rc->nobj; i++) {
		o = &rc->obj[i];
		if (o->what != RC_TRUST || o->source != source ||
		    rc_first(&o->entry[0]) == NULL)
			continue;
		seen = 0;
		for (j = 0; j < o->entry[0].n; j++) {
			if (o->entry[0].block[j].cert == NULL)
				continue;
			if (holds(&cacerts->entry[SLOT_ROOT],
			    o->entry[0].block[j].cert))
				return 1;
			/* Citadel publishes the chain, if there is one: */
			/* 1.4.10:security/pkg/pki/ca/ca.go */
			if (source == TRUST_ISTIO_SECURITY &&
			    holds(&cacerts->entry[SLOT_CHAIN],
			    o->entry[0].block[j].cert))
				return 1;
		}
	}
	return seen;
}

static int
is_incomplete(const struct rc *rc, const struct rc_object *o)
{
	int cert, chain, root, key, have, want;

	if (rc_self_signed(o))
		return 0;
	cert = filled(&o->entry[SLOT_CERT]);
	chain = filled(&o->entry[SLOT_CHAIN]);
	root = filled(&o->entry[SLOT_ROOT]);
	key = o->key != KEYS_ABSENT;
	have = cert + chain + root + key;
	want = o->layout == CA_PLUGGED ? 4 : 3;
	if (have == 0 || have == want)
		return 0;
	return !(root && have == 1 && o->layout == CA_PLUGGED &&
	    era_appends_roots(rc->era, era_version(&rc->plane, rc->era)));
}

/* A CA secret that could not be examined at all: it may be the one in force. */
static int
ca_unknown(struct rc *rc)
{
	const struct rc_object *o;
	size_t i;

	for (i = 0; i < rc->nobj; i++) {
		o = &rc->obj[i];
		if (o->what == RC_UNKNOWN && o->unknown_entry == NULL &&
		    strcmp(o->kind, "secret") == 0 &&
		    (strcmp(o->name, NAME_CA_SECRET) == 0 ||
		    strcmp(o->name, NAME_CACERTS) == 0) &&
		    ca_object(rc, o->name) == NULL)
			return 1;
	}
	return 0;
}

static void
choose_ca(struct rc *rc)
{
	const struct version *v = era_version(&rc->plane, rc->era);
	struct rc_object *sec, *cac;
	struct ca_facts f;

	sec = ca_object(rc, NAME_CA_SECRET);
	cac = ca_object(rc, NAME_CACERTS);
	memset(&f, 0, sizeof(f));
	f.era = rc->era;
	f.version = *v;
	f.self_signed = rc->plane.self_signed;
	f.citadel = rc->plane.citadel;
	f.external = rc->plane.external[0] != '\0' &&
	    rc->era == ERA_ISTIOD;
	f.has_secret = sec != NULL;
	f.has_cacerts = cac != NULL;
	f.published = -1;
	if (cac != NULL) {
		f.generated = cac->layout == CA_GENERATED;
		f.can_sign = era_can_sign(v, cac->layout,
		    filled(&cac->entry[SLOT_CERT]), cac->key != KEYS_ABSENT,
		    filled(&cac->entry[SLOT_CHAIN]),
		    filled(&cac->entry[SLOT_ROOT]));
		f.published = published(rc, cac);
	}
	era_in_force(&f, &rc->ca);
	if (ca_unknown(rc))	/* then nothing is said of the other one */
		memset(&rc->ca, 0, sizeof(rc->ca));
	if (sec != NULL)
		sec->leftover = rc->ca.secret_leftover;
	if (cac != NULL) {
		cac->leftover = rc->ca.cacerts_leftover;
		cac->latent = rc->ca.cacerts_latent;
		cac->incomplete = !cac->leftover && is_incomplete(rc, cac);
	}
	rc->force = rc->ca.in_force == CA_SECRET ? sec :
	    rc->ca.in_force == CA_CACERTS ? cac : NULL;
	if (rc->force != NULL)
		rc->force->in_force = 1;
}

static enum rc_role
role_of(const struct rc_object *o, enum rc_slot slot, const struct cert *c)
{
	if (o->what == RC_WEBHOOK)
		return ROLE_WEBHOOK;
	if (o->what == RC_TRUST) {
		if (o->source != TRUST_FILE)
			return ROLE_TRUST;
		return c != NULL && !c->self_issued ? ROLE_INTERMEDIATE :
		    ROLE_ROOT;
	}
	if (o->leftover)
		return ROLE_LEFTOVER;
	if (rc_self_signed(o))
		return ROLE_ROOT;
	if (slot == SLOT_ROOT) {
		/* roots to add to a CA that signs for itself */
		return !o->in_force && !o->latent && !o->incomplete ?
		    ROLE_TRUST : ROLE_ROOT;
	}
	return c != NULL && c->self_issued ? ROLE_ROOT : ROLE_INTERMEDIATE;
}

static void
give_roles(struct rc_object *o)
{
	struct rc_entry *en;
	size_t i, j;

	for (i = 0; i < SLOTS; i++) {
		en = &o->entry[i];
		for (j = 0; j < en->n; j++)
			en->block[j].role = role_of(o, (enum rc_slot)i,
			    en->block[j].cert);
	}
}

/* The certificates of an entry from the skip-th on; returns how many. */
static size_t
gather(const struct rc_entry *en, size_t skip, struct cert **to)
{
	size_t i, n = 0, seen = 0;

	for (i = 0; i < en->n; i++)
		if (en->block[i].cert != NULL && seen++ >= skip)
			to[n++] = en->block[i].cert;
	return n;
}

/*
 * Would the chain hold for those who read it: istiod and everything in Go when
 * it loads, Envoy when it shakes hands?  Dates have rules of their own.
 */
static void
judge_chain(const struct rc *rc, struct rc_object *o)
{
	static const struct ruleset *const who[] = {
		&ruleset_boringssl, &ruleset_go
	};
	struct cert **inter, **anchor;
	struct chain_query q;
	size_t i, n;

	memset(&q, 0, sizeof(q));
	q.leaf = rc_first(&o->entry[SLOT_CERT]);
	if (q.leaf == NULL || rc_first(&o->entry[SLOT_ROOT]) == NULL)
		return;
	n = o->entry[SLOT_CERT].n + o->entry[SLOT_CHAIN].n;
	inter = calloc(n, sizeof(struct cert *));
	anchor = calloc(o->entry[SLOT_ROOT].n, sizeof(struct cert *));
	o->chain.judged = 1;
	if (inter == NULL || anchor == NULL) {
		o->chain.by = &ruleset_go;
		o->chain.res.why = CHAIN_LIMIT;
		goto out;
	}
	q.ninter = gather(&o->entry[SLOT_CERT], 1, inter);
	q.ninter += gather(&o->entry[SLOT_CHAIN], 0, inter + q.ninter);
	q.nanchor = gather(&o->entry[SLOT_ROOT], 0, anchor);
	q.inter = inter;
	q.anchor = anchor;
	q.now = rc->p.now;
	q.ignore_time = 1;
	for (i = 0; i < sizeof(who) / sizeof(who[0]); i++)
		if (chain_verify(who[i], &q, &o->chain.res) != CHAIN_OK) {
			o->chain.by = who[i];
			break;
		}
out:
	free(inter);
	free(anchor);
}

static const struct cert *
root_in_force(const struct rc *rc)
{
	const struct rc_object *o = rc->force;
	size_t i;

	if (o != NULL && rc_self_signed(o))
		return rc_first(&o->entry[SLOT_CERT]);
	if (o != NULL) {
		if (o->chain.judged && o->chain.by == NULL)
			return o->chain.res.path[o->chain.res.npath - 1];
		return rc_first(&o->entry[SLOT_ROOT]);
	}
	if (rc->ca.in_force == CA_EXTERNAL)
		return NULL;
	for (i = 0; i < rc->nobj; i++) {
		o = &rc->obj[i];
		if (o->what == RC_TRUST && o->source == TRUST_FILE &&
		    rc_first(&o->entry[0]) != NULL &&
		    rc_first(&o->entry[0])->self_issued)
			return rc_first(&o->entry[0]);
	}
	return NULL;
}

/* Namespace, name, kind, and as they came. */
static int
by_name(const void *a, const void *b)
{
	const struct rc_object *x = a, *y = b;
	int d;

	if ((d = strcmp(x->ns, y->ns)) != 0 ||
	    (d = strcmp(x->name, y->name)) != 0 ||
	    (d = strcmp(x->kind, y->kind)) != 0)
		return d;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
rc_prepare(struct rc *rc)
{
	size_t i;

	if (rc->nobj > 0)
		qsort(rc->obj, rc->nobj, sizeof(*rc->obj), by_name);
	rc->era = era_of(&rc->plane, &rc->signs);
	choose_ca(rc);
	for (i = 0; i < rc->nobj; i++) {
		give_roles(&rc->obj[i]);
		if (rc->obj[i].what == RC_CA && !rc->obj[i].leftover &&
		    !rc_self_signed(&rc->obj[i]))
			judge_chain(rc, &rc->obj[i]);
	}
	rc->root = root_in_force(rc);
	if (rc->force != NULL && rc_self_signed(rc->force))
		era_rotator(&rc->plane, rc->era, &rc->rotator);
}
