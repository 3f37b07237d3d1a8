/* What the API server must let us do, asked before anything is written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "mesh/names.h"
#include "observe/holders.h"

#define APPS	"apps"

static const char *
resource(const char *kind)
{
	return strcmp(kind, "deployment") == 0 ? "deployments" :
	    strcmp(kind, "daemonset") == 0 ? "daemonsets" : "statefulsets";
}

/* Every write that can come; what is read has been read. */
static size_t
list(const struct run *r, const struct look *l, struct kube_right *v)
{
	const struct controller *c;
	size_t i, n = 0;

	v[n++] = (struct kube_right){ l->ca.fact.seen.state == SEEN_ABSENT ?
	    "create" : "patch", "", "secrets", l->ca.ns,
	    l->ca.fact.seen.state == SEEN_ABSENT ? NULL : l->ca.name };
	for (i = 0; i < l->npart && n < KUBE_RIGHTS_MAX; i++) {
		c = &l->part[i];
		if (!r->params.restart_none || c->fact.part == PART_PROXY)
			v[n++] = (struct kube_right){ "patch", APPS,
			    resource(c->kind), c->ns, c->name };
	}
	return n;
}

static int
say(struct run *r, const struct kube_right *v, struct err *e)
{
	struct ref ref = { .kind = "secret", .ns = v->ns,
	    .name = v->name == NULL ? "*" : v->name };

	if (strcmp(v->resource, "deployments") == 0)
		ref.kind = "deployment";
	if (strcmp(v->resource, "daemonsets") == 0)
		ref.kind = "daemonset";
	if (strcmp(v->resource, "statefulsets") == 0)
		ref.kind = "statefulset";
	return rotate_say(r, RO_STOP, RO_CHECK, &ref, "no-right", e, "you may "
	    "not %s %s%s%s in namespace %s: --print-rbac prints what this "
	    "needs", v->verb, v->resource, v->name == NULL ? "" : "/",
	    v->name == NULL ? "" : v->name, v->ns);
}

int
rotate_rights(struct run *r, const struct look *l, struct err *e)
{
	struct kube_right v[KUBE_RIGHTS_MAX];
	int may[KUBE_RIGHTS_MAX], lacks = 0;
	size_t i, n = list(r, l, v);

	if (kube_may(r->kube, v, n, may, e) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		if (may[i])
			continue;
		lacks = 1;
		if (say(r, &v[i], e) == -1)
			return -1;
	}
	return lacks;
}

/* Beside what certverify reads: controllers, and all pods. */
static int
put_reading(FILE *out, const char *ns, int roll)
{
	const char *name = "kubectl-istio-rotate-read";

	return fprintf(out, "---\napiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: Role\nmetadata:\n  name: %s\n  namespace: \"%s\"\nrules:\n"
	    "- apiGroups: [\"apps\"]\n  resources: [daemonsets]\n"
	    "  verbs: [list]\n"
	    "---\napiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: ClusterRole\nmetadata:\n  name: %s\nrules:\n"
	    "- apiGroups: [\"\"]\n  resources: [pods]\n"
	    "  verbs: [list%s]\n", name, ns, name, roll ? ", get" : "") < 0 ||
	    (roll && fprintf(out, "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets, statefulsets]\n"
	    "  verbs: [get]\n") < 0) ? -1 : 0;
}

/* create knows no names: only a --rollback asks for it. */
static int
put_writing(FILE *out, const struct run *r)
{
	const char *name = "kubectl-istio-rotate-write";

	if (fprintf(out, "---\napiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: Role\nmetadata:\n  name: %s\n  namespace: \"%s\"\nrules:\n"
	    "- apiGroups: [\"\"]\n  resources: [secrets]\n"
	    "  resourceNames: [\"%s\", \"%s\"]\n  verbs: [patch]\n", name,
	    r->o.istio_ns, NAME_CA_SECRET, NAME_CACERTS) < 0 ||
	    (r->own.rollback != NULL && fprintf(out, "- apiGroups: [\"\"]\n"
	    "  resources: [secrets]\n  verbs: [create]\n") < 0) ||
	    (!r->own.restart && fprintf(out, "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets]\n  verbs: [patch]\n") <
	    0))
		return -1;
	return r->own.roll && fprintf(out, "---\n"
	    "apiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: ClusterRole\nmetadata:\n  name: %s\nrules:\n"
	    "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets, statefulsets]\n"
	    "  verbs: [patch]\n", name) < 0 ? -1 : 0;
}

int
rotate_rbac(struct run *r, struct err *e)
{
	const struct holders_scope s = { .istio_ns = r->o.istio_ns };

	if (observe_holders_rbac(stdout, "kubectl-istio-rotate", &s, e) == -1)
		return -1;
	if (put_reading(stdout, r->o.istio_ns, r->own.roll) == -1 ||
	    (r->own.apply && put_writing(stdout, r) == -1) ||
	    fflush(stdout) == EOF)
		return err_sys(e, errno, "cannot write to stdout");
	return 0;
}
