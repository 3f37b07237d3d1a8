/* What the API server must let us do, asked before anything is written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "mesh/names.h"
#include "observe/holders.h"

/* Every write that can come; what is read has been read. */
static size_t
list(const struct run *r, const struct look *l, struct kube_right *v)
{
	const struct controller *c;
	size_t i, n = 0;

	if (l->nproxy > 0)
		v[n++] = (struct kube_right)PROXIES_RIGHT;
	v[n++] = (struct kube_right){ l->ca.fact.seen.state == SEEN_ABSENT ?
	    "create" : "patch", "", "secrets", l->ca.ns,
	    l->ca.fact.seen.state == SEEN_ABSENT ? NULL : l->ca.name };
	for (i = 0; i < l->npart && n < KUBE_RIGHTS_MAX; i++) {
		c = &l->part[i];
		if (!r->params.restart_none || c->fact.part == PART_PROXY)
			v[n++] = (struct kube_right){ "patch", c->kind->group,
			    c->kind->resource, c->ns, c->name };
	}
	return n;
}

/* Is it the one to ask proxies, which rotate can do without? */
static int
is_asking(const struct kube_right *v)
{
	return strcmp(v->resource, "pods/exec") == 0;
}

static int
say(struct run *r, const struct kube_right *v, struct err *e)
{
	const struct ref ref = { .kind = is_asking(v) ? "pod" :
	    rotate_kind(v->resource)->ref, .ns = v->ns,
	    .name = v->name == NULL ? "*" : v->name };

	if (is_asking(v))
		return rotate_say(r, RO_STOP, RO_CHECK, &ref, "no-right", e,
		    "you may not %s %s: what running proxies hold could not "
		    "be asked (--excuse no-right goes without); --print-rbac "
		    "prints what this needs", v->verb, v->resource);
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
		if (may[i] || (is_asking(&v[i]) && rotate_may_not_ask(r)))
			continue;
		lacks = 1;
		if (say(r, &v[i], e) == -1)
			return -1;
	}
	return lacks;
}

#define ROLE								\
	"---\napiVersion: rbac.authorization.k8s.io/v1\nkind: %s\n"	\
	"metadata:\n  name: kubectl-istio-rotate-%s\n"

/* Beside what certverify reads. */
static int
put_reading(FILE *out, const char *ns, int roll)
{
	if (fprintf(out, ROLE "  namespace: \"%s\"\nrules:\n"
	    "- apiGroups: [\"apps\"]\n  resources: [daemonsets]\n"
	    "  verbs: [list]\n", "Role", "read", ns) < 0 ||
	    fprintf(out, ROLE "rules:\n"
	    "- apiGroups: [\"\"]\n  resources: [pods]\n"
	    "  verbs: [list%s]\n", "ClusterRole", "read",
	    roll ? ", get" : "") < 0)
		return -1;
	return !roll || fprintf(out, "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets, statefulsets]\n"
	    "  verbs: [get]\n") >= 0 ? 0 : -1;
}

static int
put_writing(FILE *out, const struct run *r)
{
	if (fprintf(out, ROLE "  namespace: \"%s\"\nrules:\n"
	    "- apiGroups: [\"\"]\n  resources: [secrets]\n"
	    "  resourceNames: [\"%s\", \"%s\"]\n  verbs: [patch]\n", "Role",
	    "write", r->o.istio_ns, NAME_CA_SECRET, NAME_CACERTS) < 0 ||
	    (r->own.rollback != NULL && fprintf(out, "- apiGroups: [\"\"]\n"
	    "  resources: [secrets]\n  verbs: [create]\n") < 0) ||
	    (!r->own.restart && fprintf(out, "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets]\n"
	    "  verbs: [patch]\n") < 0))
		return -1;
	/* the last phase asks the proxies */
	if (fprintf(out, ROLE "rules:\n"
	    "- apiGroups: [\"\"]\n  resources: [pods/exec]\n"
	    "  verbs: [get, create]\n", "ClusterRole", "ask") < 0)
		return -1;
	return !r->own.roll || fprintf(out, ROLE "rules:\n"
	    "- apiGroups: [\"apps\"]\n"
	    "  resources: [deployments, daemonsets, statefulsets]\n"
	    "  verbs: [patch]\n", "ClusterRole", "write") >= 0 ? 0 : -1;
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
