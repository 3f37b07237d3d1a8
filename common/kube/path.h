/* The path and query of a question: kube/'s own files only. */
#ifndef KUBE_PATH_H
#define KUBE_PATH_H

#include "base/buf.h"
#include "kube/kube.h"

#define PATH_BYTES	65536

/*
 * limit: objects in a page, 0 for all; token: where the page begins, "" for the
 * first one.  -1: a name that cannot be one.
 */
int	path_of(const struct kube_ask *a, long limit, const char *token,
	    struct buf *b, struct err *e);

/*
 * To change an object with a PATCH, or to create it with a POST to its
 * siblings; dry_run: the server does all but keep it.  Who did it is then in
 * the object's managedFields.
 */
#define PATH_MANAGER	"kubectl-istio-rotate"
int	path_of_write(const struct kube_ask *a, int create, int dry_run,
	    struct buf *b, struct err *e);

/*
 * To watch a list from a resourceVersion on ("": all that is there comes first)
 * in an answer that the server ends after so many seconds.
 */
int	path_of_watch(const struct kube_ask *a, const char *version,
	    long seconds, struct buf *b, struct err *e);

/*
 * To run a command in a container of a pod (NULL or "": its only or default
 * one), with its stdout and stderr and without stdin.
 */
int	path_of_exec(const char *ns, const char *pod, const char *container,
	    const char *const *argv, size_t argc, struct buf *b,
	    struct err *e);

#endif
