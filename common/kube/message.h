/* Protobuf messages, and documents of them: see also messages.h. */
#ifndef KUBE_MESSAGE_H
#define KUBE_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "doc/doc.h"

/* Of a group (len bytes of it) and a kind; NULL if none is known. */
const ProtobufCMessageDescriptor *message_of(const char *group, size_t len,
	    const char *kind);

/*
 * Unpack one message alone into an arena, whose maximum is the message's.  NULL
 * with why: ERR_LIMIT or ERR_FORMAT, of this message alone, or ERR_NOMEM.
 */
const ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *d,
	    const unsigned char *p, size_t len, struct arena *a,
	    struct err *why);

/*
 * A string of a message's ObjectMeta, by its number there; NULL if it has none.
 * apimachinery/pkg/apis/meta/v1/generated.proto.
 */
#define META_NAME	1
#define META_NAMESPACE	3
#define META_VERSION	6
const char *message_meta(const ProtobufCMessage *m, unsigned number);

/* The document that JSON would have been, for make_free(); NULL: no memory. */
struct node *message_node(const ProtobufCMessage *m);

/*
 * Both, in at most PROTO_ITEM_MAX bytes of memory (proto.h) that are freed
 * before this returns.  -1: *out is NULL, and why is message_unpack()'s.
 */
int	message_read(const ProtobufCMessageDescriptor *d,
	    const unsigned char *p, size_t len, struct node **out,
	    struct err *why);

/*
 * The message that a document would have been, in an arena: what it has and
 * the message has not, or has with another type, is passed over.  NULL: why is
 * ERR_LIMIT or ERR_NOMEM, or ERR_FORMAT where it is no map.
 */
const ProtobufCMessage *message_of_node(const ProtobufCMessageDescriptor *d,
	    const struct node *n, struct arena *a, struct err *why);

#endif
