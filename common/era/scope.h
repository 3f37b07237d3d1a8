/*
 * Which namespaces a control plane serves: which of them Citadel keeps
 * certificates in, and which istiod publishes its root in.
 */
#ifndef ERA_SCOPE_H
#define ERA_SCOPE_H

#include "era/era.h"

/*
 * Does Citadel, which lives in namespace home, keep the secrets of this one?
 * Labels ca.istio.io/override, then ca.istio.io/env, then its own default
 * (1.4.10:security/pkg/k8s/controller/workloadsecret.go, namespaceIsManaged).
 */
int	scope_citadel(const struct control_plane *cp, const char *home,
	    const struct mesh_ns *ns);

/*
 * Does istiod publish its root in this namespace, as far as version and name
 * decide?  Not where ClusterTrustBundle is used instead, in one that is being
 * deleted, and from 1.11 on not in the cluster's own (1.31:pkg/kube/inject/
 * initializer.go, IgnoredNamespaces), but for kube-system from 1.22 on.
 */
int	scope_istiod(const struct control_plane *cp, const struct mesh_ns *ns);

/*
 * Does any of meshConfig's discoverySelectors select it?  1 where there are
 * none.  Label selectors as metav1.LabelSelector has them; from 1.16 on they
 * decide on the ConfigMap, too (release note scope-root-ca-configmap).
 */
int	scope_discovered(const struct mesh_config *mc,
	    const struct mesh_ns *ns);

#endif
