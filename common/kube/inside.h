/* What an open kube holds: kube/'s own files only. */
#ifndef KUBE_INSIDE_H
#define KUBE_INSIDE_H

#include "base/arena.h"
#include "kube/http.h"
#include "kube/kube.h"
#include "pki/siphash.h"

struct kube {
	const struct kube_config *c;
	struct kube_config	 *own;		/* c, if it goes with us */
	struct http		 *http;
	char			  agent[128];
	struct siphash		 *hash;
	struct arena		  arena;
	const struct kube_log	 *log;
	long			  pause;	/* watch.h */
};

/*
 * A 401, or a server that hung up: the reason may be in our own hands, which
 * the message then says.
 */
void	kube_explain(const struct kube_config *c, struct err *why);

#endif
