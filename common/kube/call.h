/* Requests with a body, and their answers: kube/'s own files only. */
#ifndef KUBE_CALL_H
#define KUBE_CALL_H

#include "kube/http.h"

#define CALL_ACCEPT "application/json"

struct call {
	const char		*path;		/* and query */
	struct http_send	 send;
};

struct calls {
	const struct call	*call;
	size_t			 n;
	/*
	 * The answer to the ith (a->status 0: none came, and a->err says why);
	 * its body is gone when this returns.  A -1 (with e) ends them all.
	 */
	int			(*answer)(void *arg, size_t i,
				    const struct http_answer *a,
				    struct err *e);
	void			*arg;
};

/* All at once.  -1: answer()'s, or http_run()'s. */
int	call_all(struct http *h, const struct calls *c, struct err *e);

#endif
