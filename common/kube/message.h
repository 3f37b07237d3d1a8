/* Protobuf messages as documents, for proto.c: kube/'s own files only. */
#ifndef KUBE_MESSAGE_H
#define KUBE_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "doc/doc.h"

/* Of a group (len bytes of it) and a kind; NULL if none is known. */
const ProtobufCMessageDescriptor *message_of(const char *group, size_t len,
	    const char *kind);

/*
 * Unpack one message alone, in at most PROTO_ITEM_MAX bytes of memory (proto.h)
 * that are freed before this returns.  *out is its document, for make_free();
 * -1: it is NULL, and why is ERR_LIMIT or ERR_FORMAT, of this message alone, or
 * ERR_NOMEM.
 */
int	message_read(const ProtobufCMessageDescriptor *d,
	    const unsigned char *p, size_t len, struct node **out,
	    struct err *why);

#endif
