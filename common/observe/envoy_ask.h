/* Asking a running proxy, over exec, for what envoy.h reads. */
#ifndef OBSERVE_ENVOY_ASK_H
#define OBSERVE_ENVOY_ASK_H

#include "kube/exec.h"
#include "observe/envoy.h"

enum envoy_question {
	ENVOY_CERTS,	/* the first certificate of each bundle */
	ENVOY_BUNDLE,	/* all of them, of Envoys that use SDS */
	ENVOY_ZTUNNEL	/* where its image has curl(1) */
};

/* The command to be run: argv and argc, which last for ever. */
void	envoy_ask(enum envoy_question q, struct kube_run *x);

/*
 * What came of it.  1 and the fact, as envoy_parse() has it; 0 and why there is
 * none, in d->why; -1: no memory.  envoy_release() in any case.
 */
int	envoy_answer(const struct kube_run *x, struct kube_ran *d,
	    struct arena *a, struct proxy_certs *c, struct err *e);

#endif
