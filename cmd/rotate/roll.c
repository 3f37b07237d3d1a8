/* Pods that never reload a root, and what would make them again. */
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "mesh/names.h"
#include "observe/pods.h"
#include "plugins/proxyver/proxyver.h"

#define WAVE	32	/* objects asked for at once */

struct pods {
	struct run		*r;
	struct look		*l;
	struct names		 owners;	/* KIND NS NAME */
};

/* ---- which pods ---- */

static int
on_finding(void *arg, const struct pv_finding *f, struct err *e)
{
	char name[2 * CLI_NAMESPACE_MAX + 2];
	struct pods *p = arg;

	if (f->rule == NULL || strcmp(f->rule->id, "no-hot-reload") != 0)
		return 0;
	snprintf(name, sizeof(name), "%.253s/%.253s", f->ref->ns,
	    f->ref->name);
	return names_add(&p->l->pods, name, e);
}

/* The certificates that it waits for, or has. */
static int
mounts(struct look *l, const struct pod *pod, struct err *e)
{
	char name[2 * CLI_NAMESPACE_MAX + 2];
	const char *secret;
	size_t i;

	for (i = 0; i < pod->nvolume; i++) {
		secret = pod->volume[i].secret;
		if (secret == NULL || strncmp(secret, NAME_WORKLOAD_PREFIX,
		    strlen(NAME_WORKLOAD_PREFIX)) != 0)
			continue;
		snprintf(name, sizeof(name), "%.253s/%.253s", pod->ref.ns,
		    secret);
		if (names_add(&l->mounted, name, e) == -1)
			return -1;
	}
	return 0;
}

/* A namespace that opted out gets none; any other one is waited for. */
static int
missing(struct look *l, const char *key, struct err *e)
{
	char ns[CLI_NAMESPACE_MAX + 1];
	const char *slash = strchr(key, '/');
	const struct ref ref = { .kind = "secret", .ns = ns,
	    .name = slash + 1 };

	snprintf(ns, sizeof(ns), "%.*s", (int)(slash - key), key);
	if (names_find(&l->opted, ns) != NULL)
		return look_left(l, &ref, "no-certificate", "pods mount it "
		    "and it is not there: its namespace opted out of Citadel "
		    "(ca.istio.io/override, ca.istio.io/env)", e);
	l->view.consumers++;
	return look_late(l, &ref, "no-certificate", "pods mount it and it is "
	    "not there: does its service account exist, does Citadel manage "
	    "its namespace, and what does Citadel's log say", e);
}

int
rotate_missing(struct look *l, struct err *e)
{
	size_t i, j = 0;
	int d;

	names_sort(&l->mounted);
	names_sort(&l->there);
	for (i = 0; i < l->mounted.n; i++) {
		for (d = 1; j < l->there.n && (d = strcmp(l->there.v[j],
		    l->mounted.v[i])) < 0; j++)
			continue;
		if ((j == l->there.n || d != 0) &&
		    missing(l, l->mounted.v[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
on_pod(void *arg, const struct pod *pod, struct err *e)
{
	const struct pv_params pp = { .has_min = 0 };
	struct pods *p = arg;
	size_t n = 0;

	if (part_completed(pod))
		return 0;
	if (mounts(p->l, pod, e) == -1 ||
	    (p->r->own.apply && !p->r->own.dry_run &&
	    proxies_keep(p->l, pod, e) == -1))
		return -1;
	return names_add(&p->l->running, pod->ref.ns, e) == -1 ? -1 :
	    pv_judge(&pp, pod, on_finding, p, &n, e);
}

static int
on_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct pods *p = arg;

	(void)entry;
	return look_left(p->l, f, NULL, why->msg, e);
}

/* ---- their controllers ---- */

static const char *
text(const struct node *n, const char *key)
{
	const char *s = node_str(node_get(n, key), NULL);

	return s == NULL ? "" : s;
}

/* The Deployment whose ReplicaSet this is: its name without the hash. */
static int
deployment_of(const char *set, const struct node *meta, char *out, size_t size)
{
	const char *hash = text(node_get(meta, "labels"),
	    "pod-template-hash");
	size_t n = strlen(set), h = strlen(hash);

	if (h == 0 || n < h + 2 || n - h - 1 >= size ||
	    strcmp(set + n - h, hash) != 0 || set[n - h - 1] != '-')
		return 0;
	snprintf(out, size, "%.*s", (int)(n - h - 1), set);
	return 1;
}

static int
owner_of(const struct node *pod, const char **kind, char *name, size_t size)
{
	const struct node *meta = node_get(pod, "metadata");
	const struct node *list = node_get(meta, "ownerReferences"), *o;
	size_t i;

	for (i = 0; i < node_len(list); i++) {
		o = node_at(list, i);
		if (node_bool(node_get(o, "controller")) != 1)
			continue;
		*kind = text(o, "kind");
		if (strcmp(*kind, "ReplicaSet") == 0) {
			*kind = "Deployment";
			return deployment_of(text(o, "name"), meta, name,
			    size);
		}
		snprintf(name, size, "%s", text(o, "name"));
		return name[0] != '\0' && (strcmp(*kind, "DaemonSet") == 0 ||
		    strcmp(*kind, "StatefulSet") == 0);
	}
	return 0;
}

static int
on_owned(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	char name[CLI_NAMESPACE_MAX + 1], line[3 * CLI_NAMESPACE_MAX];
	struct pods *p = arg;
	const char *kind;
	size_t i;

	if (!owner_of(obj, &kind, name, sizeof(name)))
		return 0;
	for (i = 0; i < p->l->nnever; i++)
		if (strcmp(p->l->never[i].ref.ns, a->ns) == 0 &&
		    strcmp(p->l->never[i].ref.name, a->name) == 0)
			p->l->never[i].controlled = 1;
	snprintf(line, sizeof(line), "%s %s %s", kind, a->ns, name);
	return names_add(&p->owners, line, e);
}

/* Gone meanwhile, or not to be seen: then it is not controlled. */
static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	(void)arg;
	(void)a;
	(void)why;
	(void)e;
	return 0;
}

/* Nobody would restart it, and nobody would say so. */
static int
on_no_controller(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	const struct ref ref = { .kind = rotate_kind(a->kind)->ref,
	    .ns = a->ns, .name = a->name };
	struct pods *p = arg;

	return look_left(p->l, &ref, NULL, why->msg, e);
}

static int
on_controller(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct pods *p = arg;

	(void)a;
	return rotate_part(p->l, obj, 1, e);
}

static struct kube_ask
ask_pod(const struct ro_pod *pod)
{
	struct kube_ask a = { .group = "", .version = "v1",
	    .resource = "pods", .kind = "Pod", .ns = pod->ref.ns,
	    .name = pod->ref.name, .json = 1 };

	return a;
}

static int
fetch_owners(struct pods *p, struct err *e)
{
	const struct kube_sink s = { .object = on_owned, .failed = on_failed,
	    .arg = p };
	struct kube_ask ask[WAVE];
	size_t i, n;

	for (i = 0; i < p->l->nnever; i += n) {
		for (n = 0; n < WAVE && i + n < p->l->nnever; n++)
			ask[n] = ask_pod(&p->l->never[i + n]);
		if (kube_fetch(p->r->kube, ask, n, &s, e) == -1)
			return -1;
	}
	names_sort(&p->owners);
	return 0;
}

static int
fetch_controllers(struct pods *p, struct err *e)
{
	const struct kube_sink s = { .object = on_controller,
	    .failed = on_no_controller, .arg = p };
	struct kube_ask a = { .version = "v1", .json = 1 };
	const struct rotate_kind *k;
	char *kind, *ns, *name, *save;
	size_t i;

	for (i = 0; i < p->owners.n; i++) {
		kind = strtok_r(p->owners.v[i], " ", &save);
		ns = strtok_r(NULL, " ", &save);
		name = strtok_r(NULL, " ", &save);
		if (kind == NULL || ns == NULL || name == NULL ||
		    (k = rotate_kind(kind)) == NULL)
			continue;
		a.group = k->group;
		a.kind = k->kind;
		a.resource = k->resource;
		a.ns = ns;
		a.name = name;
		if (kube_fetch(p->r->kube, &a, 1, &s, e) == -1)
			return -1;
	}
	return 0;
}

static int
never_of(struct look *l, struct err *e)
{
	char *slash;
	size_t i;

	names_sort(&l->pods);
	names_sort(&l->running);
	if ((l->never = calloc(l->pods.n + 1, sizeof(*l->never))) == NULL)
		return err_nomem(e);
	for (i = 0; i < l->pods.n; i++) {
		if ((slash = strchr(l->pods.v[i], '/')) == NULL)
			continue;
		*slash = '\0';
		l->never[l->nnever].ref.kind = "pod";
		l->never[l->nnever].ref.ns = l->pods.v[i];
		l->never[l->nnever++].ref.name = slash + 1;
	}
	return 0;
}

int
rotate_pods(struct run *r, struct look *l, struct err *e)
{
	const struct observe_options oo = { .default_ns = "default",
	    .progress = progress_hear, .arg = &r->progress };
	const struct pods_scope scope = { .ns = NULL };
	struct pods p = { .r = r, .l = l };
	struct sink s;
	int ret;

	memset(&s, 0, sizeof(s));
	s.pod = on_pod;
	s.unknown = on_unknown;
	s.arg = &p;
	ret = observe_pods(r->kube, &scope, &oo, &s, e);
	if (ret == 0)
		ret = never_of(l, e);
	if (ret == 0 && r->params.roll && (fetch_owners(&p, e) == -1 ||
	    fetch_controllers(&p, e) == -1))
		ret = -1;
	names_free(&p.owners);
	return ret;
}
