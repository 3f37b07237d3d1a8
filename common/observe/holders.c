#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/node.h"
#include "mesh/names.h"
#include "observe/holders.h"
#include "observe/workload.h"

#define LISTS	4	/* namespaces listed at once */
#define WAVE	32	/* targets asked for at once */

struct holders {
	struct kube			*k;
	const struct holders_scope	*s;
	const struct observe_options	*o;
	const struct sink		*sink;
	struct sink			 tap;	/* of the CA's side */
	uint64_t			 n;
	struct err			 refused; /* secrets: not all at once */
	char				**ns;
	size_t				 nns, room;
	char				*renamed; /* the root's ConfigMap */
	int				 accounts_missed;
	struct holders_versions		*v;
};

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
static int
on_message(void *arg, const struct kube_ask *a,
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

static int
fetch(struct holders *h, const struct kube_ask *ask, size_t n, struct err *e)
{
	const struct kube_sink ks = {
		.object = on_object, .failed = on_failed, .arg = h,
		.message = on_message
	};

	return n == 0 ? 0 : kube_fetch(h->k, ask, n, &ks, e);
}

/* ---- namespaces ---- */

static int
keep_ns(struct holders *h, const char *name, struct err *e)
{
	size_t room = h->room == 0 ? 64 : h->room * 2;
	char **ns;

	if (h->nns == h->room) {
		if ((ns = reallocarray(h->ns, room, sizeof(*ns))) == NULL)
			return err_nomem(e);
		h->ns = ns;
		h->room = room;
	}
	if ((h->ns[h->nns] = strdup(name)) == NULL)
		return err_nomem(e);
	h->nns++;
	return 0;
}

static int
tap_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct holders *h = arg;

	if (f->seen && keep_ns(h, f->ref.name, e) == -1)
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

static struct kube_ask
ask_secrets(const struct holders *h, const char *ns)
{
	struct kube_ask a = ask_for("secrets", "Secret", ns, NULL,
	    HOLDERS_SECRETS);

	a.labels = h->s->labels;
	return a;
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
		ask[n++] = ask_secrets(h, s->ns);
		ask[n++] = ask_for("configmaps", "ConfigMap", s->ns, NULL,
		    "metadata.name=" NAME_ROOT_CONFIGMAP);
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

	ask[0] = ask_secrets(h, NULL);
	if (h->nns == 0)
		return unknown(h, &ask[0], &h->refused, e);
	for (i = 0; i < h->nns; i += n) {
		for (n = 0; n < LISTS && i + n < h->nns; n++)
			ask[n] = ask_secrets(h, h->ns[i + n]);
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

static void
set_tap(struct holders *h)
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
	const struct kube_sink ks = {
		.object = on_object, .failed = on_failed, .arg = &h,
		.message = on_message, .listed = on_listed
	};
	struct cluster_more more = { ask, 0, &ks, on_renamed, &h };
	int ret;

	set_tap(&h);
	memset(v, 0, sizeof(*v));
	more.n = first_asks(&h, ask);
	ret = observe_cluster(k, s->istio_ns, o, sink, &more, e);
	if (ret == 0 && h.refused.class != ERR_NONE)
		ret = each_namespace(&h, e);
	if (ret == 0)
		ret = renamed(&h, e) == -1 || more_targets(&h, e) == -1 ? -1 :
		    0;
	while (h.nns > 0)
		free(h.ns[--h.nns]);
	free(h.ns);
	free(h.renamed);
	return ret;
}

/* ---- watching ---- */

struct watching {
	struct holders			 h;
	const struct holders_watch	*w;
	const struct kube_ask		*ca;	/* the CA's question */
};

static int
on_event(void *arg, const struct kube_ask *a, enum kube_event what,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct watching *w = arg;
	struct workload f;
	struct node *n;
	struct ref ref;
	int ret;

	if (a == w->ca)
		return w->w->ca(w->w->arg, e);
	if (what != KUBE_DELETED)
		return on_message(&w->h, a, m, e) == -1 ? -1 :
		    w->w->idle(w->w->arg, e);
	memset(&ref, 0, sizeof(ref));
	if (strcmp(a->kind, "Secret") == 0) {
		workload_of_message(m, &f);
		return w->w->gone(w->w->arg, &f.ref, e);
	}
	if ((n = kube_node(a, m)) == NULL)
		return err_nomem(e);
	ref.kind = "configmap";
	ref.ns = node_str(node_path(n, "metadata", "namespace",
	    (const char *)NULL), NULL);
	ref.name = node_str(node_path(n, "metadata", "name",
	    (const char *)NULL), NULL);
	ret = ref.ns == NULL || ref.name == NULL ? 0 :
	    w->w->gone(w->w->arg, &ref, e);
	kube_node_free(n);
	return ret;
}

static int
on_idle(void *arg, struct err *e)
{
	struct watching *w = arg;

	return w->w->idle(w->w->arg, e);
}

int
observe_holders_watch(struct kube *k, const struct holders_scope *s,
    const struct observe_options *o, const struct sink *sink,
    const struct holders_versions *v, const struct holders_watch *hw,
    int *again, struct err *e)
{
	struct watching w = {
		.h = { .k = k, .s = s, .o = o, .sink = sink }, .w = hw
	};
	const struct kube_ask ask[] = {
		ask_secrets(&w.h, s->ns),
		ask_for("configmaps", "ConfigMap", s->ns, NULL,
		    "metadata.name=" NAME_ROOT_CONFIGMAP),
		ask_for("secrets", "Secret", s->istio_ns, NULL,
		    "metadata.name=" NAME_CA_SECRET)
	};
	const char *const versions[] = {
		v->secrets, v->configmaps, v->secrets
	};
	const struct kube_watch_sink ks = {
		.event = on_event, .idle = on_idle, .arg = &w
	};
	struct kube_watched watched[3];
	enum kube_watch_end end;
	size_t i;

	set_tap(&w.h);
	w.ca = &ask[2];
	memset(watched, 0, sizeof(watched));
	for (i = 0; i < 3; i++) {
		watched[i].ask = &ask[i];
		snprintf(watched[i].version, KUBE_VERSION_MAX, "%s",
		    versions[i]);
	}
	if (kube_watch(k, watched, 3, &ks, &end, e) == -1)
		return -1;
	*again = end == KUBE_WATCH_AGAIN;
	return 0;
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

	set_tap(&h);
	ret = fetch(&h, &ask, 1, e);
	*all = !h.accounts_missed;
	return ret;
}
