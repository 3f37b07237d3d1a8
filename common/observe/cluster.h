/*
 * Facts from a live cluster: a table of what to ask for, which --print-rbac
 * reads as well.
 *
 * The number of questions does not depend on the mesh's size.  The first wave
 * asks, all at once, for what has a known name, and for lists that are short
 * in every mesh; the second for what the first one named: the mesh
 * configuration of each revision, a renamed trust ConfigMap, and the older
 * version of ClusterTrustBundle where the newer one is not served.
 */
#ifndef OBSERVE_CLUSTER_H
#define OBSERVE_CLUSTER_H

#include <stdio.h>

#include "kube/kube.h"
#include "observe/observe.h"

#define CLUSTER_REVISIONS_MAX 32	/* control planes in one namespace */
#define CLUSTER_MORE_MAX 64		/* questions of somebody else */

/* Who asks for more at the same time. */
struct cluster_more {
	const struct kube_ask	*ask;
	size_t			 n;		/* CLUSTER_MORE_MAX at most */
	const struct kube_sink	*sink;		/* whom their answers go to */
	/* istiod keeps its root in ConfigMaps of another name: or NULL */
	int			(*renamed)(void *arg, const char *name,
				    struct err *e);
	void			*arg;
};

/*
 * The CA side of the mesh whose control plane lives in namespace istio_ns.
 * Policies are asked for if the sink wants them; more may be NULL.  What cannot
 * be examined goes to sink->unknown; what is not there, nowhere.  sink->clock
 * learns how the server's clock stands.  -1: kube_fetch()'s.
 */
int	observe_cluster(struct kube *k, const char *istio_ns,
	    const struct observe_options *o, const struct sink *sink,
	    const struct cluster_more *more, struct err *e);

/*
 * The Role and ClusterRole (YAML) that observe_cluster() needs, and nothing
 * more; name is what the roles are called.
 */
int	observe_print_rbac(FILE *out, const char *name, const char *istio_ns,
	    struct err *e);

#endif
