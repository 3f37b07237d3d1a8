#include <string.h>

#include "era/scope.h"

static const char *
label(const struct mesh_ns *ns, const char *name)
{
	size_t i;

	for (i = 0; i < ns->nlabel; i++)
		if (strcmp(ns->label[i].name, name) == 0)
			return ns->label[i].value;
	return NULL;
}

int
scope_citadel(const struct control_plane *cp, const char *home,
    const struct mesh_ns *ns)
{
	const char *s;

	if ((s = label(ns, "ca.istio.io/override")) != NULL) {
		if (strcmp(s, "true") == 0)
			return 1;
		if (strcmp(s, "false") == 0)
			return 0;
	}
	if ((s = label(ns, "ca.istio.io/env")) != NULL)
		return strcmp(s, home) == 0;
	return cp->by_default != FLAG_FALSE;
}

static int
is_ignored(const char *name, const struct version *v)
{
	static const char *const ignored[] = {
		"kube-public", "kube-node-lease", "local-path-storage"
	};
	size_t i;

	if (v->known && !version_at_least(v, 1, 11, 0))
		return 0;
	if (strcmp(name, "kube-system") == 0)
		return !version_at_least(v, 1, 22, 0);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (strcmp(name, ignored[i]) == 0)
			return 1;
	return 0;
}

int
scope_istiod(const struct control_plane *cp, const struct mesh_ns *ns)
{
	return !cp->cluster_bundle && !ns->terminating &&
	    !is_ignored(ns->ref.name, &cp->istiod_version);
}

/* k8s.io/apimachinery/pkg/labels/selector.go, Requirement.Matches */
static int
holds(const struct label_rule *r, const struct mesh_ns *ns)
{
	const char *v = label(ns, r->key);
	int among = 0;
	size_t i;

	for (i = 0; v != NULL && i < r->nvalue; i++)
		among |= strcmp(r->value[i], v) == 0;
	if (strcmp(r->op, "In") == 0)
		return among;
	if (strcmp(r->op, "NotIn") == 0)
		return !among;
	if (strcmp(r->op, "Exists") == 0)
		return v != NULL;
	return strcmp(r->op, "DoesNotExist") == 0 && v == NULL;
}

static int
selects(const struct selector *s, const struct mesh_ns *ns)
{
	size_t i;

	for (i = 0; i < s->nrule; i++)
		if (!holds(&s->rule[i], ns))
			return 0;
	return 1;
}

int
scope_discovered(const struct mesh_config *mc, const struct mesh_ns *ns)
{
	size_t i;

	for (i = 0; i < mc->ndiscovery; i++)
		if (selects(&mc->discovery[i], ns))
			return 1;
	return mc->ndiscovery == 0;
}
