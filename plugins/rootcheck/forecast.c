/* When does the first of what is in force break something? */
#include <string.h>

#include "plugins/rootcheck/state.h"

/* Of two that end together the root in force speaks, else who came first. */
static void
offer(struct rc_break *best, const struct rc_object *o,
    const struct rc_entry *en, const struct rc_block *k, int64_t at)
{
	if (best->obj != NULL && (at > best->at || (at == best->at &&
	    !(o->in_force && !best->obj->in_force))))
		return;
	best->at = at;
	best->cert = k->cert;
	best->obj = o;
	best->entry = en->name;
	best->n = k->n;
	best->rotator = 0;
}

static int
on_path(const struct ca_chain *c, const struct cert *cert)
{
	size_t i;

	for (i = 0; i < c->res.npath; i++)
		if (cert_equal(c->res.path[i], cert))
			return 1;
	return 0;
}

/* The CA that signs: its root, or all of the path to it. */
static void
offer_ca(const struct rc_object *o, const struct cert *root,
    struct rc_break *best)
{
	const struct rc_entry *en;
	const struct rc_block *k;
	int whole;
	size_t i, j;

	whole = o->chain.judged && o->chain.by == NULL;
	for (i = 0; i < SLOTS; i++) {
		en = &o->entry[i];
		for (j = 0; j < en->n; j++) {
			k = &en->block[j];
			if (k->cert == NULL)
				continue;
			if (k->cert == root || (whole ?
			    on_path(&o->chain, k->cert) :
			    k->cert == rc_first(&o->entry[SLOT_CERT])))
				offer(best, o, en, k, k->cert->not_after);
		}
	}
}

/*
 * A copy of the trust anchors serves until the first certificate that stands
 * for the root in force ends: BoringSSL takes the first match, whatever its
 * date.  Where no root is known, until its last one does.
 */
static void
offer_copy(const struct rc_object *o, const struct cert *root,
    struct rc_break *best)
{
	const struct rc_entry *en = &o->entry[0];
	const struct rc_block *k, *last = NULL;

	for (k = en->block; k < en->block + en->n; k++) {
		if (k->cert == NULL)
			continue;
		if (root != NULL && cert_twins(k->cert, root)) {
			offer(best, o, en, k, k->cert->not_after);
			return;
		}
		if (last == NULL || k->cert->not_after > last->cert->not_after)
			last = k;
	}
	if (last != NULL && (root == NULL || o->what == RC_WEBHOOK))
		offer(best, o, en, last, last->cert->not_after);
}

static void
offer_each(const struct rc_object *o, struct rc_break *best)
{
	const struct rc_entry *en = &o->entry[0];
	const struct rc_block *k;

	for (k = en->block; k < en->block + en->n; k++)
		if (k->cert != NULL)
			offer(best, o, en, k, k->cert->not_after);
}

/* A rotator that renames the root breaks the mesh on the day it acts. */
static void
offer_rotator(const struct rc *rc, struct rc_break *best)
{
	int64_t at;

	if (!rc->rotator.loses_org || rc->root == NULL ||
	    strcmp(rc->root->subject_text, "O=k8s.cluster.local") != 0)
		return;
	at = era_rotates_at(&rc->rotator, rc->root);
	if (best->obj != NULL && at >= best->at)
		return;
	offer(best, rc->force, &rc->force->entry[SLOT_CERT],
	    rc->force->entry[SLOT_CERT].block, at);
	best->cert = rc->root;
	best->rotator = 1;
}

int
rc_forecast(const struct rc *rc, struct rc_break *b)
{
	const struct rc_object *o;
	size_t i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < rc->nobj; i++) {
		o = &rc->obj[i];
		if (o->what == RC_CA && o->in_force)
			offer_ca(o, rc->root, b);
		else if (o->what == RC_TRUST && o->source == TRUST_FILE)
			offer_each(o, b);
		else if (o->what == RC_TRUST &&
		    o->source != TRUST_MESH_CONFIG)
			offer_copy(o, rc->root, b);
		else if (o->what == RC_WEBHOOK)
			offer_copy(o, NULL, b);
	}
	offer_rotator(rc, b);
	return b->obj != NULL;
}
