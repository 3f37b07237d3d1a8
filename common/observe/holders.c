#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/node.h"
#include "mesh/names.h"
#include "observe/holding.h"
#include "observe/workload.h"

#define LISTS	4	/* namespaces listed at once */
#define WAVE	32	/* targets asked for at once */

static int
unknown(struct holders *h, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	static const char *const kinds[][2] = {
		{ "Secret", "secret" }, { "ConfigMap", "configmap" },
		{ "Namespace", "namespace" },
		{ "ServiceAccount", "serviceaccount" },
	};
	struct ref ref = { .kind = "object", .ns = a->ns };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i][0], a->kind) == 0)
			ref.kind = kinds[i][1];
	ref.name = a->name != NULL ? a->name : "*";
	return h->sink->unknown(h->sink->arg, &ref, NULL, why, e);
}

static void
step(struct holders *h)
{
	h->n++;
	if (h->o->progress != NULL)
		h->o->progress(h->o->arg, "the API server", 0, h->n);
}

static int
on_secret(struct holders *h, const struct ProtobufCMessage *m, struct err *e)
{
	struct err why = ERR_INIT;
	struct workload f;
	const char *wrong;

	if ((wrong = workload_of_message(m, &f)) == NULL)
		return h->sink->workload(h->sink->arg, &f, e);
	err_set(&why, ERR_FORMAT, "%s", wrong);
	return h->sink->unknown(h->sink->arg, &f.ref, NULL, &why, e);
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct holders *h = arg;

	(void)a;
	step(h);
	return observe_object(obj, "the API server", (size_t)h->n, h->o,
	    &h->tap, e);
}

/* Is it --root's secret? */
static int
is_root(const struct holders *h, const struct kube_ask *a)
{
	const struct ref *r = h->s->root;

	return r != NULL && a->name != NULL &&
	    strcmp(a->kind, "Secret") == 0 && strcmp(a->ns, r->ns) == 0 &&
	    strcmp(a->name, r->name) == 0;
}

/* Thousands of secrets come as they are; of the rest there are fewer. */
int
holders_message(void *arg, const struct kube_ask *a,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct holders *h = arg;
	struct node *n;
	int ret;

	if (strcmp(a->kind, "Secret") == 0 && !is_root(h, a)) {
		step(h);
		return on_secret(h, m, e);
	}
	if ((n = kube_node(a, m)) == NULL)
		return err_nomem(e);
	ret = on_object(arg, a, n, e);
	kube_node_free(n);
	return ret;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct holders *h = arg;

	if (why->class == ERR_FORBIDDEN && a->ns[0] == '\0' &&
	    strcmp(a->kind, "Secret") == 0 && h->refused.class == ERR_NONE) {
		h->refused = *why;
		return 0;
	}
	if (strcmp(a->kind, "ServiceAccount") == 0)
		h->accounts_missed = 1;
	/* that these are not there is for who judges to say */
	if (why->class == ERR_ABSENT && (is_root(h, a) ||
	    (a->name != NULL && strcmp(a->kind, "ConfigMap") == 0)))
		return 0;
	return unknown(h, a, why, e);
}

/* Where a watch can go on from. */
static int
on_listed(void *arg, const struct kube_ask *a, const char *version,
    struct err *e)
{
	struct holders *h = arg;
	char *to;

	(void)e;
	if (a->fields == NULL || h->v == NULL || (h->s->ns == NULL &&
	    a->ns[0] != '\0'))
		return 0;
	to = strcmp(a->kind, "Secret") == 0 ? h->v->secrets :
	    h->v->configmaps;
	snprintf(to, KUBE_VERSION_MAX, "%s", version);
	return 0;
}

static struct kube_sink
sink_of(struct holders *h)
{
	const struct kube_sink ks = {
		.object = on_object, .failed = on_failed, .arg = h,
		.message = holders_message
	};

	return ks;
}

static int
fetch(struct holders *h, const struct kube_ask *ask, size_t n, struct err *e)
{
	const struct kube_sink ks = sink_of(h);

	return n == 0 ? 0 : kube_fetch(h->k, ask, n, &ks, e);
}

/* ---- namespaces ---- */

static int
tap_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct holders *h = arg;

	if (f->seen && names_add(&h->ns, f->ref.name, e) == -1)
		return -1;
	return h->sink->ns(h->sink->arg, f, e);
}

#define PASS(name, type)						\
static int								\
tap_##name(void *arg, const struct type *f, struct err *e)		\
{									\
	struct holders *h = arg;					\
									\
	return h->sink->name(h->sink->arg, f, e);			\
}

PASS(trust_copy, trust_copy)
PASS(workload, workload)
PASS(account, ref)

static int
tap_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct holders *h = arg;

	return h->sink->unknown(h->sink->arg, f, entry, why, e);
}

/* ---- what is asked ---- */

static struct kube_ask
ask_for(const char *resource, const char *kind, const char *ns,
    const char *name, const char *fields)
{
	struct kube_ask a = {
		.group = "", .version = "v1", .resource = resource,
		.kind = kind, .ns = ns == NULL ? "" : ns, .name = name,
		.fields = name == NULL ? fields : NULL
	};

	return a;
}

struct kube_ask
holders_ask_secrets(const struct holders *h, const char *ns)
{
	struct kube_ask a = ask_for("secrets", "Secret", ns, NULL,
	    HOLDERS_SECRETS);

	a.labels = h->s->labels;
	return a;
}

struct kube_ask
holders_ask_copies(const struct holders *h)
{
	return ask_for("configmaps", "ConfigMap", h->s->ns, NULL,
	    "metadata.name=" NAME_ROOT_CONFIGMAP);
}

struct kube_ask
holders_ask_ca(const struct holders *h)
{
	return ask_for("secrets", "Secret", h->s->istio_ns, NULL,
	    "metadata.name=" NAME_CA_SECRET);
}

/* A target is asked for by name, if the CA's side does not hold it anyway. */
static int
is_asked(const struct ref *t)
{
	return strcmp(t->kind, "secret") == 0 ||
	    strcmp(t->kind, "configmap") == 0;
}

static struct kube_ask
ask_target(const struct ref *t)
{
	return strcmp(t->kind, "secret") == 0 ?
	    ask_for("secrets", "Secret", t->ns, t->name, NULL) :
	    ask_for("configmaps", "ConfigMap", t->ns, t->name, NULL);
}

/* Beside the CA's side: lists, or the first targets. */
static size_t
first_asks(const struct holders *h, struct kube_ask ask[CLUSTER_MORE_MAX])
{
	const struct holders_scope *s = h->s;
	size_t i, n = 0;

	if (s->root != NULL)
		ask[n++] = ask_for("secrets", "Secret", s->root->ns,
		    s->root->name, NULL);
	ask[n++] = ask_for("namespaces", "Namespace", NULL, NULL, NULL);
	if (s->target == NULL) {
		ask[n++] = holders_ask_secrets(h, s->ns);
		ask[n++] = holders_ask_copies(h);
		return n;
	}
	for (i = 0; i < s->ntarget && i < WAVE; i++)
		if (is_asked(&s->target[i]))
			ask[n++] = ask_target(&s->target[i]);
	return n;
}

static int
more_targets(struct holders *h, struct err *e)
{
	struct kube_ask ask[WAVE];
	size_t i, n;

	for (i = WAVE; h->s->target != NULL && i < h->s->ntarget;) {
		for (n = 0; n < WAVE && i < h->s->ntarget; i++)
			if (is_asked(&h->s->target[i]))
				ask[n++] = ask_target(&h->s->target[i]);
		if (fetch(h, ask, n, e) == -1)
			return -1;
	}
	return 0;
}

/* Where all secrets at once were refused. */
static int
each_namespace(struct holders *h, struct err *e)
{
	struct kube_ask ask[LISTS];
	size_t i, n;

	ask[0] = holders_ask_secrets(h, NULL);
	if (h->ns.n == 0)
		return unknown(h, &ask[0], &h->refused, e);
	for (i = 0; i < h->ns.n; i += n) {
		for (n = 0; n < LISTS && i + n < h->ns.n; n++)
			ask[n] = holders_ask_secrets(h, h->ns.v[i + n]);
		if (fetch(h, ask, n, e) == -1)
			return -1;
	}
	return 0;
}

static int
on_renamed(void *arg, const char *name, struct err *e)
{
	struct holders *h = arg;

	free(h->renamed);
	return (h->renamed = strdup(name)) == NULL ? err_nomem(e) : 0;
}

static int
renamed(struct holders *h, struct err *e)
{
	char fields[OBSERVE_NAME_MAX + 32];
	struct kube_ask ask;

	if (h->renamed == NULL || h->s->target != NULL)
		return 0;
	snprintf(fields, sizeof(fields), "metadata.name=%.*s",
	    OBSERVE_NAME_MAX, h->renamed);
	ask = ask_for("configmaps", "ConfigMap", h->s->ns, NULL, fields);
	return fetch(h, &ask, 1, e);
}

void
holders_tap(struct holders *h)
{
	const struct sink *s = h->sink;

	memset(&h->tap, 0, sizeof(h->tap));
	h->tap.arg = h;
	h->tap.ns = s->ns == NULL ? NULL : tap_ns;
	h->tap.trust_copy = s->trust_copy == NULL ? NULL : tap_trust_copy;
	h->tap.workload = s->workload == NULL ? NULL : tap_workload;
	h->tap.account = s->account == NULL ? NULL : tap_account;
	h->tap.unknown = tap_unknown;
}

int
observe_holders(struct kube *k, const struct holders_scope *s,
    const struct observe_options *o, const struct sink *sink,
    struct holders_versions *v, struct err *e)
{
	struct holders h = { .k = k, .s = s, .o = o, .sink = sink, .v = v };
	struct kube_ask ask[CLUSTER_MORE_MAX];
	struct kube_sink ks = sink_of(&h);
	struct cluster_more more = { ask, 0, &ks, on_renamed, &h };
	int ret;

	ks.listed = on_listed;
	holders_tap(&h);
	memset(v, 0, sizeof(*v));
	more.n = first_asks(&h, ask);
	ret = observe_cluster(k, s->istio_ns, o, sink, &more, e);
	if (ret == 0 && h.refused.class != ERR_NONE)
		ret = each_namespace(&h, e);
	if (ret == 0)
		ret = renamed(&h, e) == -1 || more_targets(&h, e) == -1 ? -1 :
		    0;
	names_free(&h.ns);
	free(h.renamed);
	return ret;
}

int
observe_accounts(struct kube *k, const struct holders_scope *s,
    const struct observe_options *o, const struct sink *sink, int *all,
    struct err *e)
{
	struct holders h = { .k = k, .s = s, .o = o, .sink = sink };
	const struct kube_ask ask = ask_for("serviceaccounts",
	    "ServiceAccount", s->ns, NULL, NULL);
	int ret;

	holders_tap(&h);
	ret = fetch(&h, &ask, 1, e);
	*all = !h.accounts_missed;
	return ret;
}
