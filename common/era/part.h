/*
 * Which containers of a pod are Istio's, and what each of them is.  Names and
 * labels as Istio's own manifests have them, 1.0.0 to 1.31; part.c names the
 * file of each.
 */
#ifndef ERA_PART_H
#define ERA_PART_H

#include "era/image.h"

enum role {
	ROLE_SIDECAR, ROLE_GATEWAY, ROLE_WAYPOINT, ROLE_ZTUNNEL,
	ROLE_CONTROL_PLANE
};

/*
 * A proxy is known by its container's name, istio-proxy, in containers and in
 * initContainers (native sidecars), so istio-init and istio-validation, which
 * share its image, are none.  A container of the control plane is known by its
 * name and its pod's labels.  PART_NONE: not Istio's.
 */
enum part	part_of(const struct pod *p, const struct container *c);

/* Of a part that is not PART_NONE. */
enum role	part_role(const struct pod *p, const struct container *c,
		    enum part part);

/*
 * The image that says which version of this part runs: the running one, and
 * the spec's where none runs, or only its digest shows.  NULL: neither does,
 * and im is what the first of them says.
 */
const char	*part_image(const struct container *c, enum part part,
		    struct image *im);

/* "sidecar", "control-plane" ... */
const char	*role_name(enum role r);

/* "Pilot", for messages. */
const char	*part_name(enum part part);

/* The value of one of its labels, or NULL. */
const char	*part_label(const struct pod *p, const char *name);

/* Has everything in it run to its end (Succeeded, Failed)? */
int		part_completed(const struct pod *p);

/* How certificates reach a proxy. */
enum delivery {
	DELIVERY_FILES,		/* a Secret istio.ACCOUNT, mounted */
	DELIVERY_NODE_AGENT,	/* SDS over the node agent's socket */
	DELIVERY_AGENT		/* SDS by the pilot-agent beside it */
};

/* v may be unknown: what is mounted tells most. */
enum delivery	part_delivery(const struct pod *p, const struct version *v);

/*
 * Is mutual TLS on within the control plane (controlPlaneSecurity), as far as
 * this container's own arguments say?  FLAG_UNSET: they do not.
 */
enum era_flag	part_secured(const struct pod *p, const struct container *c,
		    enum part part, const struct version *v);

/* Does the pod have a container istio-proxy? */
int		part_has_sidecar(const struct pod *p);

#endif
