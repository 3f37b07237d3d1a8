/*
 * Changing what an API server holds, one object and one request at a time, and
 * asking what may be changed.
 */
#ifndef KUBE_WRITE_H
#define KUBE_WRITE_H

#include "kube/kube.h"

#define KUBE_UID_MAX	64	/* bytes of a metadata.uid and a NUL */
#define KUBE_RIGHTS_MAX	256	/* of one kube_may() */

enum kube_verb {
	KUBE_PATCH,	/* a merge patch (RFC 7386) of the object */
	KUBE_CREATE	/* a POST to its siblings */
};

/*
 * One write.  That a patch only strikes the object that was read is for its
 * body to say: metadata.uid and metadata.resourceVersion; without them the
 * server applies it to whatever is there.
 */
struct kube_write {
	struct kube_ask	 what;		/* one object: its name, too */
	enum kube_verb	 verb;
	const char	*body;		/* JSON; may hold a private key */
	size_t		 len;
	int		 dry_run;	/* the server does all but keep it */
};

struct kube_wrote {
	int	http;			/* its status; 0: none came whole */
	int	sent;			/* 0: certainly nothing has left */
	char	version[KUBE_VERSION_MAX]; /* of the object now, or "" */
	char	uid[KUBE_UID_MAX];	/* or "" */
};

/*
 * Write, as the field manager "kubectl-istio-rotate".  The request is sent
 * exactly once (http_send()): a connection that breaks, 429, 5xx and redirects
 * are errors, and so is all of it together taking longer than the request
 * time-out; only a 401, behind which nothing was done, is asked again with new
 * credentials, once.
 *
 * 0: the server says that it is done, and out what there is now.  -1: out is
 * filled in as well.  With out->sent 0 nothing was done.  Otherwise it may have
 * been done or not, whatever e says, since a proxy can have said it: read the
 * object again.  e: ERR_CONFLICT for a 409 (resourceVersion), ERR_FORMAT
 * for a 422 (another uid, too) and where the answer is not the object that was
 * written, ERR_NET for a 5xx, a redirect and where the answer was lost, and so
 * on as kube_fetch() has it; what a server says of a Secret is not repeated.
 * The body is in no message and no log, and no copy of it is made here
 * (libcurl's and OpenSSL's buffers are their own).
 */
int	kube_write(struct kube *k, const struct kube_write *w,
	    struct kube_wrote *out, struct err *e);

/* Its answer alone, for its tests: as kube_write(), but for out->sent. */
int	kube_write_answer(const struct kube_write *w, int status,
	    const char *type, const char *p, size_t len,
	    struct kube_wrote *out, struct err *e);

/* A right, as a Role has it: "patch" "" "secrets", "get" "" "pods/log". */
struct kube_right {
	const char	*verb;
	const char	*group;		/* "" for the core */
	const char	*resource;
	const char	*ns;		/* "": of all of them, or of none */
	const char	*name;		/* NULL: of every name */
};

/*
 * Have we these rights?  may[i] becomes 1 or 0.  By SelfSubjectAccessReview
 * (authorization.k8s.io/v1, and v1beta1 where that is unknown), all at once.
 * It changes nothing, so it is tried again as reading is.
 *
 * -1: more than KUBE_RIGHTS_MAX, or one of them could not be found out; may is
 * all 0 then.
 */
int	kube_may(struct kube *k, const struct kube_right *r, size_t n,
	    int *may, struct err *e);

/* One answer alone, for its tests; version: "v1". */
int	kube_may_answer(const char *version, int status, const char *type,
	    const char *p, size_t len, int *may, struct err *e);

#endif
