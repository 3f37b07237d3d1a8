/* The facts as they come, kept until rc_end(). */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/rootcheck/state.h"

int
rc_new(const struct rc_params *p, struct rc **out, struct err *e)
{
	struct rc *rc;

	*out = NULL;
	if ((rc = calloc(1, sizeof(*rc))) == NULL)
		return err_nomem(e);
	rc->p = *p;
	era_init(&rc->plane);
	*out = rc;
	return 0;
}

static void
object_release(struct rc_object *o)
{
	size_t i, j;

	for (i = 0; i < SLOTS; i++) {
		for (j = 0; j < o->entry[i].n; j++)
			cert_free(o->entry[i].block[j].cert);
		free(o->entry[i].block);
		free(o->entry[i].name);
	}
	free(o->kind);
	free(o->ns);
	free(o->name);
	free(o->unknown_entry);
}

void
rc_now(struct rc *rc, int64_t now)
{
	rc->p.now = now;
}

void
rc_free(struct rc *rc)
{
	size_t i;

	if (rc == NULL)
		return;
	for (i = 0; i < rc->nobj; i++)
		object_release(&rc->obj[i]);
	free(rc->obj);
	free(rc->elsewhere);
	free(rc);
}

static int
object_init(struct rc_object *o, enum rc_what what, const struct ref *ref,
    struct err *e)
{
	memset(o, 0, sizeof(*o));
	o->what = what;
	if ((o->kind = strdup(ref->kind)) == NULL ||
	    (o->ns = strdup(ref->ns)) == NULL ||
	    (o->name = strdup(ref->name)) == NULL)
		return err_nomem(e);
	return 0;
}

/* Take over an entry: its name, and a reference to each certificate. */
static int
entry_copy(struct rc *rc, struct rc_entry *to, const struct entry *from,
    struct err *e)
{
	const struct bundle *b = &from->bundle;
	struct rc_block *k;
	size_t i;

	if (from->name == NULL)
		return 0;
	if ((to->name = strdup(from->name)) == NULL)
		return err_nomem(e);
	to->seen = from->seen;
	if (from->seen.state != SEEN_PRESENT || b->n == 0)
		return 0;
	if (b->n > RC_BLOCKS_MAX - rc->nblock)
		return err_set(e, ERR_LIMIT,
		    "more than %d PEM blocks to judge", RC_BLOCKS_MAX);
	if ((to->block = calloc(b->n, sizeof(*to->block))) == NULL)
		return err_nomem(e);
	for (i = 0; i < b->n; i++) {
		k = &to->block[i];
		k->n = b->item[i].n;
		k->what = b->item[i].what;
		if (b->item[i].cert != NULL)
			k->cert = cert_ref(b->item[i].cert);
		memcpy(k->label, b->item[i].label, sizeof(k->label));
		k->err = b->item[i].err;
	}
	to->n = b->n;
	rc->nblock += b->n;
	return 0;
}

static int
same_entry(const struct rc_entry *a, const struct rc_entry *b)
{
	size_t i;

	if (a->n != b->n || a->seen.state != b->seen.state)
		return 0;
	for (i = 0; i < a->n; i++) {
		if (a->block[i].what != b->block[i].what)
			return 0;
		if (a->block[i].cert != NULL &&
		    !cert_equal(a->block[i].cert, b->block[i].cert))
			return 0;
	}
	return 1;
}

static int
same_name(const struct rc_object *a, const struct rc_object *b)
{
	const char *x = a->entry[0].name, *y = b->entry[0].name;

	return a->what == b->what && a->what != RC_UNKNOWN &&
	    strcmp(a->name, b->name) == 0 && strcmp(a->ns, b->ns) == 0 &&
	    strcmp(a->kind, b->kind) == 0 &&
	    (a->what == RC_CA || strcmp(x, y) == 0);
}

static int
same_contents(const struct rc_object *a, const struct rc_object *b)
{
	size_t i;

	for (i = 0; i < SLOTS; i++)
		if (!same_entry(&a->entry[i], &b->entry[i]))
			return 0;
	return a->layout == b->layout && a->key == b->key;
}

static const struct rc_object *
find(const struct rc *rc, const struct rc_object *o)
{
	size_t i;

	for (i = 0; i < rc->nobj; i++)
		if (same_name(&rc->obj[i], o))
			return &rc->obj[i];
	return NULL;
}

static int
append(struct rc *rc, const struct rc_object *o, struct err *e)
{
	struct rc_object *p;

	if (rc->nobj >= RC_OBJECTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d objects to judge",
		    RC_OBJECTS_MAX);
	if ((rc->nobj & (rc->nobj - 1)) == 0) {	/* full at powers of two */
		p = reallocarray(rc->obj, rc->nobj == 0 ? 1 : 2 * rc->nobj,
		    sizeof(*p));
		if (p == NULL)
			return err_nomem(e);
		rc->obj = p;
	}
	rc->obj[rc->nobj] = *o;
	rc->obj[rc->nobj].order = rc->nobj;
	rc->nobj++;
	return 0;
}

/*
 * Keep o, or free it: the same object twice is one object if it says the same
 * both times, and something that cannot be judged if it does not.
 */
static int
keep(struct rc *rc, struct rc_object *o, struct err *e)
{
	const struct rc_object *old;

	if ((old = find(rc, o)) != NULL) {
		if (same_contents(old, o)) {
			object_release(o);
			return 0;
		}
		o->what = RC_UNKNOWN;
		err_set(&o->why, ERR_FORMAT, "it is in the input twice, with "
		    "different contents: judge one mesh at a time");
	}
	if (append(rc, o, e) == -1) {
		object_release(o);
		return -1;
	}
	return 0;
}

static int
here(const struct rc *rc, const struct ref *ref)
{
	return strcmp(ref->ns, rc->p.istio_ns) == 0;
}

static int
on_ca_secret(void *arg, const struct ca_secret *f, struct err *e)
{
	struct rc *rc = arg;
	struct rc_object o;

	if (!here(rc, &f->ref)) {
		if (rc->elsewhere == NULL)
			rc->elsewhere = strdup(f->ref.ns);
		return 0;
	}
	if (object_init(&o, RC_CA, &f->ref, e) == -1 ||
	    entry_copy(rc, &o.entry[SLOT_CERT], &f->cert, e) == -1 ||
	    entry_copy(rc, &o.entry[SLOT_CHAIN], &f->chain, e) == -1 ||
	    entry_copy(rc, &o.entry[SLOT_ROOT], &f->root, e) == -1) {
		object_release(&o);
		return -1;
	}
	o.layout = f->layout;
	o.key = f->key;
	o.key_name = ca_names[f->layout].key;
	o.owner = f->owner;
	return keep(rc, &o, e);
}

static int
keep_one(struct rc *rc, enum rc_what what, const struct ref *ref,
    const struct entry *entry, enum trust_source source, struct err *e)
{
	struct rc_object o;

	if (object_init(&o, what, ref, e) == -1 ||
	    entry_copy(rc, &o.entry[0], entry, e) == -1) {
		object_release(&o);
		return -1;
	}
	o.source = source;
	return keep(rc, &o, e);
}

static int
on_trust_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct rc *rc = arg;

	if (f->source == TRUST_CA_ROOT_CERT)
		rc->signs.root_configmap = 1;
	if (f->source == TRUST_ISTIO_SECURITY)
		rc->signs.security_configmap = 1;
	if (f->ref.ns[0] != '\0' && !here(rc, &f->ref))
		return 0;
	return keep_one(rc, RC_TRUST, &f->ref, &f->entry, f->source, e);
}

static int
on_webhook(void *arg, const struct webhook *f, struct err *e)
{
	return keep_one(arg, RC_WEBHOOK, &f->ref, &f->entry, 0, e);
}

static int
on_deployment(void *arg, const struct deployment *f, struct err *e)
{
	struct rc *rc = arg;

	(void)e;
	if (here(rc, &f->ref))
		era_learn(&rc->plane, f);
	return 0;
}

static int
on_mtls_policy(void *arg, const struct mtls_policy *f, struct err *e)
{
	struct rc *rc = arg;

	(void)e;
	if (f->mode == MTLS_STRICT || f->mode == MTLS_PERMISSIVE)
		rc->policy_on = 1;
	else if (f->kind == POLICY_MESH)
		rc->mesh_policy_off = 1;
	else if (f->kind == POLICY_PEER && f->mode == MTLS_OFF &&
	    !f->selects && here(rc, &f->ref))
		rc->peer_mesh_off = 1;
	return 0;
}

static int
on_workload(void *arg, const struct workload *f, struct err *e)
{
	struct rc *rc = arg;

	(void)f;
	(void)e;
	rc->signs.workload_secret = 1;
	return 0;
}

static int
on_clocks(void *arg, const struct clocks *f, struct err *e)
{
	struct rc *rc = arg;

	(void)e;
	rc->skew = f->ours - f->server;
	return 0;
}

static int
on_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct rc *rc = arg;
	struct rc_object o;

	if (object_init(&o, RC_UNKNOWN, f, e) == -1)
		goto fail;
	if (entry != NULL && (o.unknown_entry = strdup(entry)) == NULL) {
		err_nomem(e);
		goto fail;
	}
	o.why = *why;
	return keep(rc, &o, e);
fail:
	object_release(&o);
	return -1;
}

struct sink
rc_sink(struct rc *rc)
{
	struct sink s = {
		.ca_secret = on_ca_secret,
		.trust_copy = on_trust_copy,
		.webhook = on_webhook,
		.deployment = on_deployment,
		.mtls_policy = on_mtls_policy,
		.workload = on_workload,
		.clocks = on_clocks,
		.unknown = on_unknown,
		.arg = rc,
	};

	return s;
}
