/* One answer taken apart, a few items at a time: kube/'s own files only. */
#ifndef KUBE_BODY_H
#define KUBE_BODY_H

#include "base/arena.h"
#include "base/buf.h"
#include "kube/kube.h"
#include "kube/proto.h"

struct body {
	const struct kube_ask	*ask;
	const struct kube_sink	*sink;
	struct buf		*token;		/* the next page's, or NULL */
	struct arena		*arena;		/* where messages go, or NULL */
	/* Has this object been handed on before?  1: pass it over.  Or NULL. */
	int			(*again)(void *arg, const char *ns,
				    const char *name, struct err *e);
	void			*arg;
	/* what has come of it */
	size_t			 items;
	int			 seen;		/* an object, or a list */
	int			 stopped;	/* by the sink */
	/* how far it is */
	const char		*type;
	const char		*p;
	size_t			 len;
	int			 proto;
	struct proto_walk	 walk;
};

/* Begin; b's first part is filled in, the bytes stay until it is over. */
int	body_open(struct body *b, const char *type, const char *p, size_t len,
	    struct err *e);

/*
 * Hand at most n items on (JSON: all of them).  1: there are more; 0: it is
 * over and was whole; -1: with b->stopped the sink's own error, otherwise what
 * is wrong with the body.
 */
int	body_step(struct body *b, size_t n, struct err *e);

/* All of it. */
int	body_read(struct body *b, const char *type, const char *p, size_t len,
	    struct err *e);

#endif
