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

#include "doc/doc.h"

#define PROTO_ITEM_MAX	(16 * 1024 * 1024)	/* bytes of one unpacked item */

/* Is there a message for this kind ("Secret"), so that it can be asked for? */
int	proto_knows(const char *group, const char *kind);

/*
 * Hand on what a body holds, as doc_read_json() does: an object, or each item
 * of a list and then its root.  Kind and apiVersion are filled in, also in
 * items.  An item that is malformed or too big goes to sink->bad and the walk
 * goes on; -1 if the framing is broken, the kind is not known, or a sink's -1.
 */
int	proto_read(const unsigned char *p, size_t len,
	    const struct doc_sink *sink, struct err *e);

#endif
