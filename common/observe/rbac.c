/* --print-rbac: the rights that the questions need. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "mesh/names.h"
#include "observe/holders.h"
#include "observe/pods.h"
#include "observe/want.h"

#define TEXT_BYTES (4 * 1024 * 1024)

static int
put_role(struct buf *b, const char *name, const char *ns, struct err *e)
{
	if (buf_printf(b, e, "%sapiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: %s\nmetadata:\n  name: %s\n", b->len > 0 ? "---\n" : "",
	    ns == NULL ? "ClusterRole" : "Role", name) == -1 ||
	    (ns != NULL && buf_printf(b, e, "  namespace: \"%s\"\n", ns) ==
	    -1))
		return -1;
	return buf_puts(b, "rules:\n", e);
}

static int
put_resource(struct buf *b, const char *group, const char *resource,
    struct err *e)
{
	return buf_printf(b, e, "- apiGroups: [\"%s\"]\n"
	    "  resources: [%s]\n", group, resource);
}

static int
put_name(struct buf *b, const char *name, int first, struct err *e)
{
	return buf_printf(b, e, "%s\"%s\"", first ? "  resourceNames: [" :
	    ", ", name);
}

static int
put_verb(struct buf *b, const char *verb, int named, struct err *e)
{
	return buf_printf(b, e, "%s  verbs: [%s]\n", named ? "]\n" : "",
	    verb);
}

static int
same_rule(const struct want *a, const struct want *b)
{
	return strcmp(a->group, b->group) == 0 &&
	    strcmp(a->resource, b->resource) == 0 &&
	    (a->name == NULL) == (b->name == NULL);
}

/* One rule for all rows of a resource that follow each other; their number. */
static size_t
put_rule(struct buf *b, const struct want *w, size_t left, struct err *e)
{
	int named = w->name != NULL && !w->others;
	size_t i, n = 1;

	while (n < left && same_rule(w, &w[n]))
		n++;
	if (put_resource(b, w->group, w->resource, e) == -1)
		return 0;
	for (i = 0; named && i < n; i++)
		if (put_name(b, w[i].name, i == 0, e) == -1)
			return 0;
	return put_verb(b, w->name == NULL ? "list" : "get", named, e) == -1 ?
	    0 : n;
}

static int
put_rules(struct buf *b, int namespaced, int policies, struct err *e)
{
	size_t i, n;

	for (i = 0; i < wants_n; i += n) {
		n = 1;
		if ((wants[i].where == IN_ISTIO_NS) == namespaced &&
		    (policies || !wants[i].policy) &&
		    (n = put_rule(b, &wants[i], wants_n - i, e)) == 0)
			return -1;
	}
	return 0;
}

/* What goes into YAML between quotes must need no escape. */
static int
is_plain(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0';
}

static int
not_a(const char *what, const char *s, struct err *e)
{
	return err_set(e, ERR_USAGE, "'%.64s' is not a %s", s, what);
}

/* Print what was put, if it was, and release it. */
static int
done(FILE *out, struct buf *b, int ret, struct err *e)
{
	if (ret == 0 && (fwrite(b->p, 1, b->len, out) != b->len ||
	    fflush(out) == EOF))
		ret = err_sys(e, errno, "cannot write to stdout");
	buf_release(b);
	return ret;
}

int
observe_print_rbac(FILE *out, const char *name, const char *istio_ns,
    struct err *e)
{
	struct buf b;
	int ret;

	if (!is_plain(istio_ns))
		return not_a("namespace", istio_ns, e);
	buf_init(&b, TEXT_BYTES, "the roles");
	ret = put_role(&b, name, istio_ns, e) == -1 ||
	    put_rules(&b, 1, 1, e) == -1 || put_role(&b, name, NULL, e) == -1 ||
	    put_rules(&b, 0, 1, e) == -1 ? -1 : 0;
	return done(out, &b, ret, e);
}

/* Of a resource, these by name. */
static int
put_named(struct buf *b, const char *resource, const char *verbs,
    const struct ref *t, size_t n, struct err *e)
{
	size_t i;

	if (put_resource(b, "", resource, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (put_name(b, t[i].name, i == 0, e) == -1)
			return -1;
	return put_verb(b, verbs, 1, e);
}

#define EXEC_VERBS "get, create"	/* kube/exec.h has why */

/* A role for each namespace that targets are in; they stand together. */
static int
put_targets(struct buf *b, const char *name, const struct pods_scope *s,
    struct err *e)
{
	const struct ref *t;
	size_t i, n;

	for (i = 0; i < s->ntarget; i += n) {
		t = &s->target[i];
		for (n = 0; i + n < s->ntarget &&
		    strcmp(t->ns, t[n].ns) == 0; n++)
			if (!is_plain(t->ns) || !is_plain(t[n].name))
				return not_a("pod", is_plain(t->ns) ?
				    t[n].name : t->ns, e);
		if (put_role(b, name, t->ns, e) == -1 ||
		    put_named(b, "pods", "get", t, n, e) == -1 || (s->exec &&
		    put_named(b, "pods/exec", EXEC_VERBS, t, n, e) == -1))
			return -1;
	}
	return 0;
}

static int
put_list(struct buf *b, const char *resource, struct err *e)
{
	return put_resource(b, "", resource, e) == -1 ? -1 :
	    put_verb(b, "list", 0, e);
}

int
observe_pods_rbac(FILE *out, const char *name, const struct pods_scope *s,
    struct err *e)
{
	struct buf b;
	int ret;

	if (s->ns != NULL && !is_plain(s->ns))
		return not_a("namespace", s->ns, e);
	buf_init(&b, TEXT_BYTES, "the roles");
	if (s->ntarget > 0)
		ret = put_targets(&b, name, s, e);
	else
		ret = put_role(&b, name, s->ns, e) == -1 ||
		    put_list(&b, "pods", e) == -1 || (s->exec &&
		    (put_resource(&b, "", "pods/exec", e) == -1 ||
		    put_verb(&b, EXEC_VERBS, 0, e) == -1)) ? -1 : 0;
	if (ret == 0 && s->namespaces == PODS_NEED_NAMESPACES)
		ret = (s->ns != NULL && put_role(&b, name, NULL, e) == -1) ||
		    put_list(&b, "namespaces", e) == -1 ? -1 : 0;
	return done(out, &b, ret, e);
}

/* One right to get an object by its name. */
static int
put_get(struct buf *b, const char *role, const struct ref *t, struct err *e)
{
	const char *resource = strcmp(t->kind, "secret") == 0 ? "secrets" :
	    "configmaps";

	if (!is_plain(t->ns) || !is_plain(t->name))
		return not_a(t->kind, is_plain(t->ns) ? t->name : t->ns, e);
	return put_role(b, role, t->ns, e) == -1 ||
	    put_resource(b, "", resource, e) == -1 ||
	    put_name(b, t->name, 1, e) == -1 ||
	    put_verb(b, "get", 1, e) == -1 ? -1 : 0;
}

/* Every role is called the same: each in a namespace needs its own number. */
static int
put_gets(struct buf *b, const char *name, const struct holders_scope *s,
    struct err *e)
{
	char role[128];
	size_t i;

	if (s->root != NULL) {
		snprintf(role, sizeof(role), "%s-root", name);
		if (put_get(b, role, s->root, e) == -1)
			return -1;
	}
	for (i = 0; i < s->ntarget; i++) {
		snprintf(role, sizeof(role), "%s-%zu", name, i + 1);
		if ((strcmp(s->target[i].kind, "secret") == 0 ||
		    strcmp(s->target[i].kind, "configmap") == 0) &&
		    put_get(b, role, &s->target[i], e) == -1)
			return -1;
	}
	return 0;
}

/* --wait watches what it has listed. */
static int
put_watched(struct buf *b, const char *resource, int watch, struct err *e)
{
	return put_resource(b, "", resource, e) == -1 ? -1 :
	    put_verb(b, watch ? "list, watch" : "list", 0, e);
}

static int
put_lists(struct buf *b, const struct holders_scope *s, struct err *e)
{
	if (s->target == NULL &&
	    (put_watched(b, "secrets", s->watch, e) == -1 ||
	    put_watched(b, "configmaps", s->watch, e) == -1))
		return -1;
	return put_list(b, "serviceaccounts", e);
}

/* The CA's own secret, where not all secrets are watched. */
static int
put_ca(struct buf *b, const struct holders_scope *s, struct err *e)
{
	if (!s->watch || s->ns == NULL)
		return 0;
	return put_resource(b, "", "secrets", e) == -1 ||
	    put_name(b, NAME_CA_SECRET, 1, e) == -1 ||
	    put_verb(b, "watch", 1, e) == -1 ? -1 : 0;
}

int
observe_holders_rbac(FILE *out, const char *name,
    const struct holders_scope *s, struct err *e)
{
	char scoped[128];
	struct buf b;
	int ret;

	if (!is_plain(s->istio_ns))
		return not_a("namespace", s->istio_ns, e);
	if (s->ns != NULL && !is_plain(s->ns))
		return not_a("namespace", s->ns, e);
	snprintf(scoped, sizeof(scoped), "%s-scope", name);
	buf_init(&b, TEXT_BYTES, "the roles");
	ret = put_role(&b, name, s->istio_ns, e) == -1 ||
	    put_rules(&b, 1, 0, e) == -1 || put_ca(&b, s, e) == -1 ||
	    (s->ns != NULL && (put_role(&b, scoped, s->ns, e) == -1 ||
	    put_lists(&b, s, e) == -1)) ||
	    put_gets(&b, name, s, e) == -1 ||
	    put_role(&b, name, NULL, e) == -1 ||
	    put_rules(&b, 0, 0, e) == -1 ||
	    put_list(&b, "namespaces", e) == -1 ||
	    (s->ns == NULL && put_lists(&b, s, e) == -1) ? -1 : 0;
	return done(out, &b, ret, e);
}
