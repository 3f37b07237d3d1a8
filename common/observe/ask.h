/*
 * Asking running pods (kube/exec.h): what the tools that do so have in common.
 */
#ifndef OBSERVE_ASK_H
#define OBSERVE_ASK_H

#include "kube/exec.h"

#define ASK_CONCURRENCY	32	/* pods at once, unless told otherwise */
#define ASK_RATE	20	/* pods a second, the same */
#define ASK_POD_MS	10000	/* for one pod */
#define ASK_PODS_BYTES	(1024 * 1024 * 1024)	/* of those that are kept */

/*
 * A command that ran and failed has not answered, either: then d->why (ERR_NET)
 * is its exit status and the first line of what it said.
 */
void	ask_ended(const struct kube_run *x, struct kube_ran *d);

/*
 * -1, ERR_FORMAT: what it is (not), and what stands there instead, as far as
 * its first line says it; or that it is empty.
 */
int	ask_none(const char *what, const char *body, size_t len,
	    struct err *e);

#endif
