/* Pods, and templates of pods: observe/'s own files only. */
#ifndef OBSERVE_POD_H
#define OBSERVE_POD_H

#include "base/arena.h"
#include "mesh/mesh.h"

struct ProtobufCMessage;

#define POD_BYTES_MAX (16 * 1024 * 1024)	/* of one, with what it needs */

/*
 * A pod's message (api.proto), whichever way it came, as a fact; ref is filled
 * in by the caller.  What the message does not have itself is in the arena.
 * -1: the arena's.
 */
int	pod_of_message(const struct ProtobufCMessage *m, struct pod *p,
	    struct arena *a, struct err *e);

/*
 * Who a message is of; NULL, or why it cannot be named: name and namespace are
 * missing or no legal ones.
 */
const char *pod_ref(const struct ProtobufCMessage *m, const char *kind,
	    struct ref *ref);

#endif
