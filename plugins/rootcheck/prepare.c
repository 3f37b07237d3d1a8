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

/* The certificates of an entry, as era/ takes them.  -1: no memory. */
static int
certs_of(const struct rc_entry *en, struct certs *l)
{
	size_t i;

	memset(l, 0, sizeof(*l));
	l->filled = en->name != NULL && en->seen.state != SEEN_ABSENT;
	if ((l->v = calloc(en->n + 1, sizeof(struct cert *))) == NULL)
		return -1;
	for (i = 0; i < en->n; i++)
		if (en->block[i].cert != NULL)
			l->v[l->n++] = en->block[i].cert;
	return 0;
}

/* The same of a CA's secret; held_free() in any case. */
static int
held_of(const struct rc_object *o, struct ca_held *h)
{
	memset(h, 0, sizeof(*h));
	h->layout = o->layout;
	h->key = o->key;
	return certs_of(&o->entry[SLOT_CERT], &h->cert) == -1 ||
	    certs_of(&o->entry[SLOT_CHAIN], &h->chain) == -1 ||
	    certs_of(&o->entry[SLOT_ROOT], &h->root) == -1 ? -1 : 0;
}

static void
held_free(struct ca_held *h)
{
	free(h->cert.v);
	free(h->chain.v);
	free(h->root.v);
}

/* What the CA publishes, in all its copies together. */
static int
published(const struct rc *rc, struct certs *l)
{
	enum trust_source source;
	struct certs one;
	struct cert **v;
	size_t i;

	source = rc->era == ERA_CITADEL ? TRUST_ISTIO_SECURITY :
	    TRUST_CA_ROOT_CERT;
	for (i = 0; i < rc->nobj; i++) {
		if (rc->obj[i].what != RC_TRUST || rc->obj[i].source != source)
			continue;
		if (certs_of(&rc->obj[i].entry[0], &one) == -1)
			return -1;
		v = reallocarray(l->v, l->n + one.n + 1, sizeof(*v));
		if (v != NULL) {
			memcpy(v + l->n, one.v, one.n * sizeof(*v));
			l->v = v;
			l->n += one.n;
		}
		free(one.v);
		if (v == NULL)
			return -1;
	}
	return 0;
}

static void
set_force(struct rc *rc, struct rc_object *sec, struct rc_object *cac,
    const struct authority *a)
{
	rc->ca = a->ca;
	if (sec != NULL)
		sec->leftover = rc->ca.secret_leftover;
	if (cac != NULL) {
		cac->leftover = rc->ca.cacerts_leftover;
		cac->latent = rc->ca.cacerts_latent;
		cac->incomplete = a->incomplete;
	}
	rc->force = rc->ca.in_force == CA_SECRET ? sec :
	    rc->ca.in_force == CA_CACERTS ? cac : NULL;
	if (rc->force != NULL)
		rc->force->in_force = 1;
}

static int
choose_ca(struct rc *rc)
{
	struct rc_object *sec = ca_object(rc, NAME_CA_SECRET);
	struct rc_object *cac = ca_object(rc, NAME_CACERTS);
	struct authority_facts f = { .plane = &rc->plane, .era = rc->era };
	struct ca_held held[2];
	struct certs copies;
	struct authority a;
	int ret = -1;

	memset(held, 0, sizeof(held));
	memset(&copies, 0, sizeof(copies));
	if ((sec != NULL && held_of(sec, &held[0]) == -1) ||
	    (cac != NULL && held_of(cac, &held[1]) == -1) ||
	    published(rc, &copies) == -1)
		goto out;
	f.secret = sec == NULL ? NULL : &held[0];
	f.cacerts = cac == NULL ? NULL : &held[1];
	f.unseen = ca_unknown(rc);
	f.published = &copies;
	f.npublished = 1;
	authority_choose(&f, &a);
	set_force(rc, sec, cac, &a);
	ret = 0;
out:
	free(copies.v);
	held_free(&held[0]);
	held_free(&held[1]);
	return ret;
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

/* The chain of a plugged-in CA. */
static int
judge_chain(struct rc_object *o)
{
	struct ca_held h;
	int ret;

	if ((ret = held_of(o, &h)) == 0)
		authority_chain(&h, &o->chain);
	held_free(&h);
	return ret;
}

static int
root_in_force(struct rc *rc)
{
	const struct rc_object *o = rc->force;
	struct ca_held h;
	size_t i;
	int ret;

	if (o != NULL) {
		if ((ret = held_of(o, &h)) == 0)
			rc->root = authority_root(&h, &o->chain);
		held_free(&h);
		return ret;
	}
	if (rc->ca.in_force == CA_EXTERNAL)
		return 0;
	for (i = 0; rc->root == NULL && i < rc->nobj; i++) {
		o = &rc->obj[i];
		if (o->what == RC_TRUST && o->source == TRUST_FILE &&
		    rc_first(&o->entry[0]) != NULL &&
		    rc_first(&o->entry[0])->self_issued)
			rc->root = rc_first(&o->entry[0]);
	}
	return 0;
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

int
rc_prepare(struct rc *rc, struct err *e)
{
	struct rc_object *o;
	size_t i;

	if (rc->nobj > 0)
		qsort(rc->obj, rc->nobj, sizeof(*rc->obj), by_name);
	rc->era = era_of(&rc->plane, &rc->signs);
	if (choose_ca(rc) == -1)
		return err_nomem(e);
	for (i = 0; i < rc->nobj; i++) {
		o = &rc->obj[i];
		give_roles(o);
		if (o->what == RC_CA && !o->leftover && !rc_self_signed(o) &&
		    judge_chain(o) == -1)
			return err_nomem(e);
	}
	if (root_in_force(rc) == -1)
		return err_nomem(e);
	if (rc->force != NULL && rc_self_signed(rc->force))
		era_rotator(&rc->plane, rc->era, &rc->rotator);
	return 0;
}
