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
	struct buf		*version;	/* the first page's, or NULL */
	struct arena		*arena;		/* where messages go, or NULL */
	/* Has this object been handed on before?  1: pass it over.  Or NULL. */
	int			(*again)(void *arg, const char *ns,
				    const char *name, struct err *e);
	void			*arg;
	/* what has come of it */
	size_t			 items;
	int			 seen;		/* an object */
	int			 listed;	/* a list, to its end */
	int			 stopped;	/* by the sink */
	/* how far it is */
	int			 proto;
	int			 open;
	struct proto_walk	 walk;
};

/*
 * Begin; b's first part is filled in.  -1: the answer is of another type than
 * an object can be.  body_close() in any case.
 */
int	body_open(struct body *b, const char *type, struct err *e);
void	body_close(struct body *b);

/*
 * Hand on at most n items of what has come, and take it off the front of in
 * (JSON: all of it, when it is whole).  1: there are more; PROTO_WAIT: more
 * must come first; 0: it is over and was whole; -1: with b->stopped the sink's
 * own error, otherwise what is wrong with the body.
 */
int	body_step(struct body *b, struct proto_in *in, size_t n,
	    struct err *e);

/* 1: protobuf; 0: JSON; -1: what no object can be in, such as HTML. */
int	body_is_proto(const char *type, struct err *e);

/* Is a document of the kind and the group that were asked for? */
int	body_is_of(const struct kube_ask *a, const struct node *obj);

/* All of it, from the first byte on. */
int	body_read(struct body *b, const char *type, const char *p, size_t len,
	    struct err *e);

#endif
