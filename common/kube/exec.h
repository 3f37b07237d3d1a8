/*
 * Running one command in a container, of many pods at once: the exec
 * subresource over a WebSocket for each, without a process or a thread.
 *
 * The right that it takes is get on pods/exec, and from Kubernetes 1.35 on
 * create as well (AuthorizePodWebsocketUpgradeCreatePermission).
 *
 * What a hostile or broken server or pod cannot do: hold on to a pod for longer
 * than its limit, fill the memory (out_max, CHANNEL_*, UPGRADE_BODY, HEAD_MAX),
 * or spoil what comes of another pod.  What a command printed, and what a
 * server says, comes as it is: who prints it escapes it.
 */
#ifndef KUBE_EXEC_H
#define KUBE_EXEC_H

#include "base/buf.h"
#include "kube/kube.h"

#define KUBE_EXEC_CONCURRENCY 256	/* at most */

/* One command in one pod.  All of it lasts until its done(). */
struct kube_run {
	const char		*ns;
	const char		*pod;
	const char		*container;	/* NULL: the only one */
	const char *const	*argv;		/* as it is, without a shell */
	size_t			 argc;		/* 1 or more */
	void			*tag;		/* the caller's own */
};

/* What came of it; gone when done() returns. */
struct kube_ran {
	/*
	 * ERR_NONE: the command ran to its end.  Else it did not, or who knows:
	 * ERR_FORBIDDEN, ERR_ABSENT (no such pod), ERR_THROTTLED, ERR_FORMAT
	 * (what came is no HTTP, no WebSocket, or no word of how it ended),
	 * ERR_LIMIT (it is too long), ERR_NET (the rest, its time being up
	 * among it).
	 */
	struct err		 why;
	int			 exit_status;	/* -1: why says why not */
	/* the caller may take it: all, or with an error the beginning */
	struct buf		*out;		/* stdout */
	const char		*err_text;	/* the first 4 KiB of stderr */
};

struct kube_exec_options {
	unsigned	concurrency;	/* pods at once; 0: 1 */
	unsigned	rate;		/* requests a second; 0: no limit */
	/* for one pod, from its first connection on, waiting for a busy */
	/* server included; 0: the request time-out */
	long		limit_ms;
	size_t		out_max;	/* bytes of stdout */
};

/* Who asks.  A -1 (with e) of either stops everything. */
struct kube_exec_client {
	/* The next pod: 1; 0: there is no other. */
	int	(*next)(void *arg, struct kube_run *x, struct err *e);
	/* One is done, in whatever order they come. */
	int	(*done)(void *arg, const struct kube_run *x,
		    struct kube_ran *d, struct err *e);
	void	*arg;
};

/*
 * Run them all.  A request is sent once, since a command can do something, but
 * where the server says that it has not looked at it: a 401, once, with new
 * credentials; and 429, or a 503 with a Retry-After, after the time that it
 * asks for (1 s if it does not), in which no other pod is begun either.
 *
 * -1: a callback's; no memory; credentials that cannot be had or that are
 * refused (ERR_AUTH); a server that could never be reached.  Of pods that
 * were begun, done() may not have been called then.
 */
int	kube_exec_many(struct kube *k, const struct kube_exec_options *o,
	    const struct kube_exec_client *cl, struct err *e);

#endif
