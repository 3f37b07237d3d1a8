#include <string.h>

#include "api.pb-c.h"
#include "base/names.h"
#include "kube/message.h"
#include "observe/pod.h"
#include "observe/pods.h"
#include "observe/want.h"

#define WAVE	32	/* targets asked for at once */
#define LISTS	4	/* namespaces listed at once */

struct pods {
	struct kube			*k;
	const struct pods_scope		*s;
	const struct observe_options	*o;
	const struct sink		*sink;
	struct arena			 arena;
	uint64_t			 n;	/* objects so far */
	struct err			 refused; /* why not all at once */
	struct names			 ns;
};

static int
unknown(struct pods *p, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct ref ref = { .kind = "pod", .ns = a->ns };

	if (strcmp(a->kind, "Namespace") == 0)
		ref.kind = "namespace";
	ref.name = a->name == NULL ? "*" : a->name;
	if (p->sink->unknown == NULL)
		return 0;
	return p->sink->unknown(p->sink->arg, &ref, NULL, why, e);
}

static void
step(struct pods *p)
{
	p->n++;
	if (p->o->progress != NULL)
		p->o->progress(p->o->arg, "the API server", 0, p->n);
}

static int
on_pod(void *arg, const struct kube_ask *a, const ProtobufCMessage *m,
    struct err *e)
{
	struct pod f;
	struct pods *p = arg;
	struct err why = ERR_INIT;
	const char *wrong;
	int ret;

	memset(&f, 0, sizeof(f));
	step(p);
	if ((wrong = pod_ref(m, "pod", &f.ref)) != NULL) {
		err_set(&why, ERR_FORMAT, "%s", wrong);
		return unknown(p, a, &why, e);
	}
	if (pod_of_message(m, &f, &p->arena, &why) == 0)
		ret = p->sink->pod(p->sink->arg, &f, e);
	else if (why.class == ERR_NOMEM)
		ret = err_nomem(e);
	else
		ret = p->sink->unknown == NULL ? 0 :
		    p->sink->unknown(p->sink->arg, &f.ref, NULL, &why, e);
	arena_reset(&p->arena);
	return ret;
}

/* The same from a server that speaks JSON only. */
static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct pods *p = arg;

	(void)a;
	step(p);
	return observe_object(obj, "the API server", (size_t)p->n, p->o,
	    p->sink, e);
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct pods *p = arg;

	if (why->class == ERR_FORBIDDEN && a->ns[0] == '\0' && p->n == 0) {
		p->refused = *why;
		return 0;
	}
	return unknown(p, a, why, e);
}

static int
fetch(struct pods *p, const struct kube_ask *ask, size_t n, struct err *e)
{
	const struct kube_sink ks = {
		.object = on_object, .failed = on_failed, .arg = p,
		.message = on_pod, .in_order = 1
	};

	return n == 0 ? 0 : kube_fetch(p->k, ask, n, &ks, e);
}

/* ---- namespaces ---- */

static int
keep_ns(struct pods *p, const struct ref *ref, struct err *e)
{
	struct mesh_ns f = { .ref = *ref, .seen = 1 };

	if (p->ns.n == PODS_NAMESPACES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d namespaces",
		    PODS_NAMESPACES_MAX);
	if (names_add(&p->ns, ref->name, e) == -1)
		return -1;
	if (p->sink->ns == NULL || p->s->namespaces == PODS_NO_NAMESPACES)
		return 0;
	return p->sink->ns(p->sink->arg, &f, e);
}

static int
on_ns(void *arg, const struct kube_ask *a, const ProtobufCMessage *m,
    struct err *e)
{
	struct err why = ERR_INIT;
	const char *wrong;
	struct ref ref;

	if ((wrong = pod_ref(m, "namespace", &ref)) == NULL)
		return keep_ns(arg, &ref, e);
	err_set(&why, ERR_FORMAT, "%s", wrong);
	return unknown(arg, a, &why, e);
}

static int
on_ns_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const ProtobufCMessage *m;
	struct err why = ERR_INIT;
	struct arena arena;
	int ret;

	arena_init(&arena, POD_BYTES_MAX, "a namespace");
	m = message_of_node(&k8s__namespace__descriptor, obj, &arena, &why);
	ret = m != NULL ? on_ns(arg, a, m, e) : unknown(arg, a, &why, e);
	arena_release(&arena);
	return ret;
}

static int
on_ns_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	const struct pods *p = arg;

	if (p->refused.class == ERR_NONE &&
	    p->s->namespaces != PODS_NEED_NAMESPACES)
		return 0;
	return unknown(arg, a, why, e);
}

static int
namespaces(struct pods *p, struct err *e)
{
	const struct kube_sink ks = {
		.object = on_ns_object, .failed = on_ns_failed, .arg = p,
		.message = on_ns
	};
	const struct kube_ask ask = {
		.group = "", .version = "v1", .resource = "namespaces",
		.kind = "Namespace", .ns = ""
	};

	return kube_fetch(p->k, &ask, 1, &ks, e);
}

/* ---- the three scopes ---- */

static struct kube_ask
ask_pods(const char *ns, const char *name, const char *labels)
{
	struct kube_ask a = {
		.group = "", .version = "v1", .resource = "pods",
		.kind = "Pod", .ns = ns, .name = name, .labels = labels
	};

	return a;
}

/* A few namespaces at once, one after the other in the output. */
static int
each_namespace(struct pods *p, struct err *e)
{
	struct kube_ask ask[LISTS];
	size_t i, n;

	for (i = 0; i < p->ns.n; i += n) {
		for (n = 0; n < LISTS && i + n < p->ns.n; n++)
			ask[n] = ask_pods(p->ns.v[i + n], NULL, p->s->labels);
		if (fetch(p, ask, n, e) == -1)
			return -1;
	}
	return 0;
}

static int
list(struct pods *p, struct err *e)
{
	const char *ns = p->s->ns == NULL ? "" : p->s->ns;
	struct kube_ask ask = ask_pods(ns, NULL, p->s->labels);
	int known = p->s->namespaces != PODS_NO_NAMESPACES;

	if ((known && namespaces(p, e) == -1) || fetch(p, &ask, 1, e) == -1)
		return -1;
	if (p->refused.class == ERR_NONE)
		return 0;
	if (!known && namespaces(p, e) == -1)
		return -1;
	return p->ns.n == 0 ? unknown(p, &ask, &p->refused, e) :
	    each_namespace(p, e);
}

static int
targets(struct pods *p, struct err *e)
{
	struct kube_ask ask[WAVE];
	const struct ref *t;
	size_t i, n;

	for (i = 0; i < p->s->ntarget; i += n) {
		for (n = 0; n < WAVE && i + n < p->s->ntarget; n++) {
			t = &p->s->target[i + n];
			ask[n] = ask_pods(t->ns, t->name, NULL);
		}
		if (fetch(p, ask, n, e) == -1)
			return -1;
	}
	return 0;
}

int
observe_pods(struct kube *k, const struct pods_scope *s,
    const struct observe_options *o, const struct sink *sink, struct err *e)
{
	struct pods p = { .k = k, .s = s, .o = o, .sink = sink };
	int ret;

	arena_init(&p.arena, POD_BYTES_MAX, "a pod");
	ret = s->ntarget > 0 ? targets(&p, e) : list(&p, e);
	arena_release(&p.arena);
	names_free(&p.ns);
	return ret;
}
