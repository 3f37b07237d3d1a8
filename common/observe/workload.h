/* Workload secrets from protobuf: observe/'s own files only. */
#ifndef OBSERVE_WORKLOAD_H
#define OBSERVE_WORKLOAD_H

#include "mesh/mesh.h"

struct ProtobufCMessage;

/*
 * A Secret's message as a fact that borrows from it; NULL, or why it is none.
 * f->ref says who it is, as far as that can be said.
 */
const char *workload_of_message(const struct ProtobufCMessage *m,
	    struct workload *f);

#endif
