/* What came of asking a running proxy, over exec. */
#ifndef OBSERVE_ENVOY_ASK_H
#define OBSERVE_ENVOY_ASK_H

#include "kube/exec.h"
#include "observe/envoy.h"

/*
 * 1 and the fact, as envoy_parse() has it; 0 and why there is
 * none, in d->why; -1: no memory.  envoy_release() in any case.
 */
int	envoy_answer(const struct kube_run *x, struct kube_ran *d,
	    struct arena *a, struct proxy_certs *c, struct err *e);

#endif
