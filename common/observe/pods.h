/*
 * The pods of a live cluster, as they come: of the whole mesh, a namespace or
 * by name.
 */
#ifndef OBSERVE_PODS_H
#define OBSERVE_PODS_H

#include <stdio.h>

#include "kube/kube.h"
#include "observe/observe.h"

#define PODS_NAMESPACES_MAX 100000	/* namespaces that are remembered */

/* Shall each namespace be handed on first, and what if they may not be seen? */
enum pods_namespaces {
	PODS_NO_NAMESPACES,
	PODS_COUNT_NAMESPACES,		/* then it is no matter */
	PODS_NEED_NAMESPACES		/* then that is unknown */
};

struct pods_scope {
	const char		*ns;		/* NULL: all of them */
	const char		*labels;	/* a selector, or NULL */
	const struct ref	*target;	/* these pods and no others */
	size_t			 ntarget;
	enum pods_namespaces	 namespaces;
	int			 exec;		/* rights to run commands */
};

/*
 * Each pod goes to sink->pod while the list is still coming, in the order in
 * which the API server keeps them: by NAMESPACE/NAME, targets as they stand.
 * What could not be seen goes to sink->unknown: of a list that broke off, the
 * pods that came before have been handed on.  Where the pods of all namespaces
 * may not be listed, each namespace's are.  -1: kube_fetch()'s.
 */
int	observe_pods(struct kube *k, const struct pods_scope *s,
	    const struct observe_options *o, const struct sink *sink,
	    struct err *e);

/* The roles (YAML) that this scope needs, and nothing more. */
int	observe_pods_rbac(FILE *out, const char *name,
	    const struct pods_scope *s, struct err *e);

#endif
