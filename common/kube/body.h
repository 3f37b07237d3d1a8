/* One answer taken apart: kube/'s own files only. */
#ifndef KUBE_BODY_H
#define KUBE_BODY_H

#include "base/buf.h"
#include "kube/kube.h"

struct body {
	const struct kube_ask	*ask;
	const struct kube_sink	*sink;
	size_t			 items;
	int			 seen;		/* an object, or a list */
	struct buf		*token;		/* the next page's, or NULL */
	int			 stopped;	/* by the sink */
};

/*
 * Hand its objects to b->sink.  -1: with b->stopped the sink's own error,
 * otherwise what is wrong with the body.
 */
int	body_read(struct body *b, const char *type, const char *p, size_t len,
	    struct err *e);

#endif
