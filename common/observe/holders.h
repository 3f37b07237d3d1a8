/*
 * Everyone who holds the root or a certificate under it, of a live cluster: the
 * CA's side (cluster.h) and, asked for at the same time, workload secrets,
 * copies of the root, and namespaces.
 */
#ifndef OBSERVE_HOLDERS_H
#define OBSERVE_HOLDERS_H

#include "mesh/names.h"
#include "observe/cluster.h"

struct holders_scope {
	const char		*istio_ns;
	const char		*ns;		/* NULL: all of them */
	const char		*labels;	/* workload secrets'; or NULL */
	const struct ref	*target;	/* only these; or NULL */
	size_t			 ntarget;
	const struct ref	*root;		/* --root's secret, or NULL */
	int			 watch;		/* rights to watch, too */
};

/* From where on each list can be watched; "" where it was not read whole. */
struct holders_versions {
	char	secrets[KUBE_VERSION_MAX];
	char	configmaps[KUBE_VERSION_MAX];
};

/*
 * Facts come in no order.  Where the secrets of all namespaces may not be
 * listed, each namespace's are.  What could not be seen goes to sink->unknown.
 * -1: kube_fetch()'s.
 */
int	observe_holders(struct kube *k, const struct holders_scope *s,
	    const struct observe_options *o, const struct sink *sink,
	    struct holders_versions *v, struct err *e);

/* Who watches: what has changed comes to sink, what is gone here. */
struct holders_watch {
	int	(*gone)(void *arg, const struct ref *r, struct err *e);
	/* the secret of a CA has changed: all that was judged is void */
	int	(*ca)(void *arg, struct err *e);
	/* kube.h: at least once a second, and after each change */
	int	(*idle)(void *arg, struct err *e);
	void	*arg;
};

/*
 * Watch workload secrets, copies of the root and the CA's own secret from v on,
 * until a callback returns 1.  *again: read everything anew.  -1: the sink's,
 * or kube_watch()'s.
 */
int	observe_holders_watch(struct kube *k, const struct holders_scope *s,
	    const struct observe_options *o, const struct sink *sink,
	    const struct holders_versions *v, const struct holders_watch *w,
	    int *again, struct err *e);

/*
 * The service accounts of that scope, to sink->account.  *all is 1 if none of
 * them can have been missed.
 */
int	observe_accounts(struct kube *k, const struct holders_scope *s,
	    const struct observe_options *o, const struct sink *sink,
	    int *all, struct err *e);

/* The roles (YAML) that both need, and nothing more. */
int	observe_holders_rbac(FILE *out, const char *name,
	    const struct holders_scope *s, struct err *e);

/* What is asked for: of a secret, by its type. */
#define HOLDERS_SECRETS	"type=" NAME_WORKLOAD_TYPE

#endif
