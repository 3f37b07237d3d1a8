/* A fact that outlives its callback. */
#ifndef OBSERVE_KEEP_H
#define OBSERVE_KEEP_H

#include "base/arena.h"
#include "mesh/mesh.h"

/*
 * A copy of a pod and of all that it points to, in the arena: what is asked of
 * pods cannot be asked while they are still being listed (kube/exec.h).  -1:
 * the arena's.
 */
int	pod_keep(const struct pod *from, struct arena *a, struct pod *to,
	    struct err *e);

#endif
