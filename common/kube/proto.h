/*
 * Kubernetes' protobuf answers as documents.  A body of the type
 * application/vnd.kubernetes.protobuf is "k8s\0" and a runtime.Unknown, whose
 * raw field is the object (apimachinery/pkg/runtime/serializer/protobuf/
 * doc.go).  A list is walked by our own framing, and each of its items is
 * unpacked alone, into an arena with a maximum: a page unpacked whole costs
 * 165,000 allocations, and lets a hostile body of 2 MB become 130.
 *
 * What comes out is the node that JSON would have made, with two differences:
 * bytes stay bytes (node_is_bytes()), and only the fields of api.proto are
 * there.
 */
#ifndef KUBE_PROTO_H
#define KUBE_PROTO_H

#include "base/buf.h"
#include "doc/doc.h"
#include "kube/wire.h"

#define PROTO_ITEM_MAX	(16 * 1024 * 1024)	/* bytes of one unpacked item */
#define PROTO_KIND_MAX	128	/* bytes of a kind or an apiVersion and a NUL */

struct ProtobufCMessageDescriptor;

/* Is there a message for this kind ("Secret"), so that it can be asked for? */
int	proto_knows(const char *group, const char *kind);

/* The bytes of a body that have come and have not been walked. */
struct proto_in {
	const unsigned char	*p;
	size_t			 len;
	int			 whole;		/* no more will come */
};

/*
 * A body being walked, while it comes.  What these functions step over is
 * taken off the front of in; pointers that they give are into it.  Each
 * returns PROTO_WAIT where more bytes are needed; what it has stepped over by
 * then it will not need again.
 */
#define PROTO_WAIT	2

struct proto_walk {
	char			 api_version[PROTO_KIND_MAX];
	char			 kind[PROTO_KIND_MAX];	/* of an item */
	int			 list;
	uint64_t		 left;		/* bytes of it still to walk */
	struct buf		 meta;		/* a list's ListMeta */
	size_t			 nth;		/* items so far */
	const struct ProtobufCMessageDescriptor *d;
};

/*
 * 0: it is of a kind that is known; -1: the framing is broken, or the kind is
 * not known.  proto_close() in any case.
 */
int	proto_open(struct proto_walk *w, struct proto_in *in, struct err *e);
void	proto_close(struct proto_walk *w);

/* The next item's bytes: 1; 0: that was all; -1: the framing is broken. */
int	proto_next(struct proto_walk *w, struct proto_in *in,
	    const unsigned char **p, size_t *len, struct err *e);

/*
 * One item as a document, its kind and apiVersion filled in, for sink->item;
 * one that is malformed or too big goes to sink->bad.
 */
int	proto_hand_on(struct proto_walk *w, const unsigned char *p, size_t len,
	    const struct doc_sink *sink, struct err *e);

/* After the last item of a list: its root, for sink->list. */
int	proto_end(struct proto_walk *w, const struct doc_sink *sink,
	    struct err *e);

/*
 * All of that: hand on what a body holds, as doc_read_json() does, an object,
 * or each item of a list and then its root.  An item that is malformed or too
 * big goes to sink->bad and the walk goes on; -1 if the framing is broken, the
 * kind is not known, or a sink's -1.
 */
int	proto_read(const unsigned char *p, size_t len,
	    const struct doc_sink *sink, struct err *e);

/*
 * How long a body will be up to the end of its object: 1; 0: more bytes are
 * needed; -1: they are no protobuf of Kubernetes'.
 */
int	proto_length(const unsigned char *p, size_t len, uint64_t *whole);

/*
 * What the first bytes of a list say: its continue token, which is empty if
 * this page is the last, and how long it will be in all.  1: both are set; 0:
 * more bytes are needed; -1: these are no list's.  The list's metadata stands
 * before its items, and its length before both.
 */
int	proto_peek(const unsigned char *p, size_t len, struct buf *token,
	    uint64_t *whole);

#endif
