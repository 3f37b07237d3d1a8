/*
 * Namespaces with running pods whose secrets Citadel would delete: 1.3.0 to
 * 1.4.8 do, where they do not manage, once the root differs (scrtUpdated in
 * 1.4.8:security/pkg/k8s/controller/workloadsecret.go).  Judged by the
 * namespace, not by what is the matter with its secrets.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "era/scope.h"

/* Citadel's default for those without a label is not known yet. */
int
unmanaged_ns(struct look *l, const struct mesh_ns *ns, struct err *e)
{
	struct control_plane cp;

	if (!ns->seen)
		return 0;
	memset(&cp, 0, sizeof(cp));
	cp.by_default = FLAG_TRUE;
	if (!scope_citadel(&cp, l->ca.ns, ns))
		return names_add(&l->opted, ns->ref.name, e);
	cp.by_default = FLAG_FALSE;
	if (!scope_citadel(&cp, l->ca.ns, ns))
		return names_add(&l->unlabelled, ns->ref.name, e);
	return 0;
}

static int
deletes(const struct look *l)
{
	const struct version *v = &l->plane.citadel_version;

	return l->view.era == ERA_CITADEL && version_at_least(v, 1, 3, 0) &&
	    !version_at_least(v, 1, 4, 9);
}

int
unmanaged_end(struct look *l, struct err *e)
{
	struct ro_view *v = &l->view;
	size_t i;

	if (l->plane.by_default == FLAG_FALSE)
		for (i = 0; i < l->unlabelled.n; i++)
			if (names_add(&l->opted, l->unlabelled.v[i], e) == -1)
				return -1;
	names_sort(&l->opted);
	names_sort(&l->holding);
	if (l->opted.n == 0 || !deletes(l))
		return 0;
	l->unmanaged = calloc(l->opted.n, sizeof(*l->unmanaged));
	if (l->unmanaged == NULL)
		return err_nomem(e);
	for (i = 0; i < l->opted.n; i++)
		if (names_find(&l->running, l->opted.v[i]) != NULL &&
		    names_find(&l->holding, l->opted.v[i]) != NULL)
			l->unmanaged[v->nunmanaged++] = l->opted.v[i];
	v->unmanaged = l->unmanaged;
	return 0;
}
