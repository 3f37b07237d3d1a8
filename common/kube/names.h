/*
 * Names for a shell to offer: quickly or not at all, and never a word of what
 * went wrong.
 */
#ifndef KUBE_NAMES_H
#define KUBE_NAMES_H

#include "kube/flags.h"

#define KUBE_NAMES_MS	450		/* that it takes, at most */
#define KUBE_NAMES_BYTES (1024 * 1024)	/* of all of them */

/*
 * Hand on the names of what: "context", "cluster", "user", in the kubeconfig
 * alone; "namespace", and in the namespace ns "pod", "configmap" and
 * "serviceaccount", as the cluster lists them.  All of them or none: another
 * process asks, without a terminal, and is killed when the time is over, with
 * a credential plugin that it waits for.  That may take no longer, so a FIFO
 * as a kubeconfig or a server that hangs hold nobody up.  The names are as
 * they came, but for those with a control byte, which are left out.
 */
void	kube_names(const struct kube_flags *f, const char *what,
	    const char *ns, void (*put)(void *arg, const char *name),
	    void *arg);

#endif
