/* One look at the mesh: certverify's judgement and proxyver's, joined. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/rotate/run.h"
#include "mesh/names.h"
#include "observe/ask.h"
#include "observe/holders.h"
#include "plugins/certverify/certverify.h"

struct looking {
	struct run		*r;
	struct look		*l;
	struct sink		 to;		/* l->cv's */
	struct leaves		*leaves;
	struct cv_summary	 sum;
	struct ca		 cacerts;
	int			 trial;		/* under a root to be */
};

/* ---- what is read whole: the CA's secret, and controllers ---- */

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct looking *g = arg;

	if (strcmp(a->kind, "Secret") != 0)
		return rotate_part(g->l, obj, 0, e);
	return ca_of_node(strcmp(a->name, NAME_CACERTS) == 0 ? &g->cacerts :
	    &g->l->ca, obj, e);
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct ref ref = { .kind = "controller", .ns = a->ns, .name = "*" };
	struct looking *g = arg;
	struct seen *seen = &g->l->ca.fact.seen;

	if (why->class == ERR_ABSENT)
		return 0;
	if (strcmp(a->kind, "Secret") != 0)
		return look_left(g->l, &ref, NULL, why->msg, e);
	/* cacerts: certverify says so */
	if (strcmp(a->name, NAME_CACERTS) == 0)
		return 0;
	seen->state = why->class == ERR_FORBIDDEN ? SEEN_FORBIDDEN :
	    SEEN_UNREACHABLE;
	seen->err = *why;
	return 0;
}

static int
read_whole(struct looking *g, struct err *e)
{
	const char *ns = g->r->o.istio_ns;
	const struct kube_ask ask[] = {
		{ "", "v1", "secrets", "Secret", ns, NAME_CA_SECRET, NULL,
		    NULL, 1 },
		{ "", "v1", "secrets", "Secret", ns, NAME_CACERTS, NULL, NULL,
		    1 },
		{ "apps", "v1", "deployments", "Deployment", ns, NULL, NULL,
		    NULL, 1 },
		{ "apps", "v1", "daemonsets", "DaemonSet", ns, NULL, NULL,
		    NULL, 1 },
	};
	const struct kube_sink s = { .object = on_object, .failed = on_failed,
	    .arg = g };

	return kube_fetch(g->r->kube, ask, sizeof(ask) / sizeof(ask[0]), &s,
	    e);
}

/* ---- certverify, listened to ---- */

#define PASS(name, type)						\
static int								\
tap_##name(void *arg, const struct type *f, struct err *e)		\
{									\
	struct looking *g = arg;					\
									\
	return g->to.name(g->to.arg, f, e);				\
}

PASS(ca_secret, ca_secret)
PASS(mesh_config, mesh_config)
PASS(account, ref)
PASS(deployment, deployment)

static int
tap_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct looking *g = arg;

	return unmanaged_ns(g->l, f, e) == -1 ? -1 : g->to.ns(g->to.arg, f, e);
}

static int
tap_workload(void *arg, const struct workload *f, struct err *e)
{
	char name[2 * CLI_NAMESPACE_MAX + 2];
	struct looking *g = arg;

	snprintf(name, sizeof(name), "%.253s/%.253s", f->ref.ns, f->ref.name);
	if (names_add(&g->l->holding, f->ref.ns, e) == -1 ||
	    names_add(&g->l->there, name, e) == -1 ||
	    leaves_add(g->leaves, f, e) == -1)
		return -1;
	return g->to.workload(g->to.arg, f, e);
}

/* A copy that Istio keeps; what users give to their mesh is theirs. */
static int
tap_trust_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct looking *g = arg;

	if ((f->source == TRUST_CA_ROOT_CERT || f->source ==
	    TRUST_ISTIO_SECURITY) && leaves_copy(g->leaves, &f->entry, e) ==
	    -1)
		return -1;
	return g->to.trust_copy(g->to.arg, f, e);
}

static int
tap_webhook(void *arg, const struct webhook *f, struct err *e)
{
	struct looking *g = arg;

	if (leaves_copy(g->leaves, &f->entry, e) == -1)
		return -1;
	return g->to.webhook(g->to.arg, f, e);
}

static int
tap_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct looking *g = arg;

	return g->to.unknown(g->to.arg, f, entry, why, e);
}

static struct sink
tap(struct looking *g)
{
	const struct sink s = {
		.ca_secret = tap_ca_secret, .trust_copy = tap_trust_copy,
		.webhook = tap_webhook, .deployment = tap_deployment,
		.ns = tap_ns, .workload = tap_workload,
		.mesh_config = tap_mesh_config, .account = tap_account,
		.unknown = tap_unknown, .arg = g
	};

	return s;
}

void
rotate_tell_time(struct run *r)
{
	if (r->o.at == NULL)
		r->now = r->clock = (int64_t)time(NULL);
}

static int
read_holders(struct looking *g, struct err *e)
{
	const struct observe_options oo = { .default_ns = "default",
	    .text = 1, .progress = progress_hear, .arg = &g->r->progress };
	const struct holders_scope scope = { .istio_ns = g->r->o.istio_ns };
	struct holders_versions versions;
	struct sink sink;
	int all;

	g->to = cv_sink(g->l->cv);
	sink = tap(g);
	if (observe_holders(g->r->kube, &scope, &oo, &sink, &versions, e) ==
	    -1)
		return -1;
	rotate_tell_time(g->r);
	cv_now(g->l->cv, g->r->now);
	if (cv_judge(g->l->cv, e) == -1)
		return -1;
	if (!cv_wants_accounts(g->l->cv))
		return 0;
	if (observe_accounts(g->r->kube, &scope, &oo, &sink, &all, e) == -1)
		return -1;
	if (all)
		cv_accounts_all(g->l->cv);
	return 0;
}

static int
is_rule(const struct cv_finding *f, const char *id)
{
	return f->rule != NULL && strcmp(f->rule->id, id) == 0;
}

/* An object with two findings is stale once: they come together. */
static int
add_stale(struct look *l, const struct cv_finding *f, const struct ref *ref,
    struct err *e)
{
	char key[LEFT_KEY], last[LEFT_KEY] = "";

	left_key(key, ref);
	if (l->nlate > 0)
		left_key(last, &l->late[l->nlate - 1].ref);
	if (strcmp(key, last) == 0)
		return 0;
	l->view.stale_hooks += is_rule(f, "webhook-stale");
	return look_late(l, ref, f->rule->id, f->message, e);
}

static int
on_finding(void *arg, const struct cv_finding *f, struct err *e)
{
	const struct ref ref = { .kind = f->kind, .ns = f->ns,
	    .name = f->name };
	struct looking *g = arg;

	if (f->stale && !g->trial)
		return add_stale(g->l, f, &ref, e);
	if (f->verdict == VERDICT_UNKNOWN)
		return look_left(g->l, &ref, NULL, f->message, e);
	if (f->verdict != VERDICT_BAD)
		return 0;
	return look_left(g->l, &ref, f->rule->id, f->message, e);
}

/* ---- all of it, as the plugin takes it ---- */

/* Marked: for the root that is in force now. */
static int
facts(struct look *l, struct err *e)
{
	char hex[2 * CERT_SHA256_LEN + 1] = "";
	struct controller *c;
	size_t i;

	if (l->ca.fact.root != NULL)
		cert_hex(l->ca.fact.root, hex);
	if ((l->facts = calloc(l->npart + 1, sizeof(*l->facts))) == NULL)
		return err_nomem(e);
	for (i = 0; i < l->npart; i++) {
		c = &l->part[i];
		c->fact.ref.kind = c->kind->ref;
		c->fact.ref.ns = c->ns;
		c->fact.ref.name = c->name;
		c->fact.ref.uid = c->uid;
		c->fact.ref.version = c->version;
		c->fact.marked = hex[0] != '\0' && strcmp(c->mark, hex) == 0;
		if (!c->fact.marked)
			c->fact.marked_at = 0;
		l->facts[i] = c->fact;
	}
	return 0;
}

static int
fill(struct looking *g, struct err *e)
{
	struct look *l = g->l;
	struct ro_view *v = &l->view;
	int64_t server, ours;

	v->now = g->r->now;
	if (kube_clock(g->r->kube, &server, &ours))
		v->skew = ours - server;
	v->era = g->sum.era;
	l->plane = *g->sum.plane;
	v->plane = &l->plane;
	v->in_force = g->sum.self_signed ? CA_SECRET : g->sum.in_force;
	v->consumers = g->sum.objects;
	l->no_root = g->sum.no_root;
	if (facts(l, e) == -1 || unmanaged_end(l, e) == -1)
		return -1;
	v->ca = l->ca.fact;
	if (leaves_end(g->leaves, l, e) == -1 ||
	    (v->era == ERA_CITADEL && rotate_missing(l, e) == -1))
		return -1;
	left_end(l);
	v->part = l->facts;
	v->npart = l->npart;
	v->never = l->never;
	v->nnever = l->nnever;
	v->left = l->left;
	v->nleft = l->nleft;
	return rotate_kept(g->r, l, e);
}

/* A root that istiod keeps in cacerts is self-signed all the same. */
static void
choose(struct looking *g)
{
	struct ca swap;

	if (g->sum.in_force != CA_CACERTS || !g->sum.self_signed)
		return;
	swap = g->l->ca;
	g->l->ca = g->cacerts;
	g->cacerts = swap;
	ca_refer(&g->l->ca);
}

static int
look(struct looking *g, const struct cert *as_root, struct err *e)
{
	struct cert *roots[1] = { (struct cert *)as_root };
	struct cv_params p = { .now = g->r->now, .warn = 0,
	    .istio_ns = g->r->o.istio_ns, .live = 1 };

	if (as_root != NULL) {
		g->trial = 1;
		p.root = roots;
		p.nroot = 1;
	}
	if (read_whole(g, e) == -1 || cv_new(&p, &g->l->cv, e) == -1 ||
	    leaves_new(g->r, g->l->ca.fact.root != NULL ? &g->l->ca :
	    &g->cacerts, &g->leaves, e) == -1 ||
	    read_holders(g, e) == -1 ||
	    /* pods do not change with the root that holders are judged by */
	    (!g->trial && rotate_pods(g->r, g->l, e) == -1) ||
	    cv_end(g->l->cv, on_finding, g, &g->sum, e) == -1)
		return -1;
	choose(g);
	return fill(g, e);
}

int
rotate_look(struct run *r, const struct cert *as_root, struct look *l,
    struct err *e)
{
	struct looking g = { .r = r, .l = l };
	int ret;

	memset(l, 0, sizeof(*l));
	ca_init(&l->ca);
	ca_init(&g.cacerts);
	buf_init(&l->issuer, CERT_DER_MAX, "a name");
	arena_init(&l->kept, ASK_PODS_BYTES, "all pods that run a proxy");
	snprintf(l->ca.ns, sizeof(l->ca.ns), "%s", r->o.istio_ns);
	ca_refer(&l->ca);
	ret = look(&g, as_root, e);
	progress_clear(&r->progress);
	ca_release(&g.cacerts);
	leaves_free(g.leaves);
	return ret;
}

void
look_free(struct look *l)
{
	cv_free(l->cv);
	arena_release(&l->kept);
	left_free(l->left, l->nleft);
	left_free(l->late, l->nlate);
	free(l->never);
	free(l->unmanaged);
	names_free(&l->pods);
	names_free(&l->running);
	names_free(&l->opted);
	names_free(&l->unlabelled);
	names_free(&l->holding);
	names_free(&l->bad);
	names_free(&l->mounted);
	names_free(&l->there);
	buf_release(&l->issuer);
	rotate_parts_free(l);
	ca_release(&l->ca);
}
