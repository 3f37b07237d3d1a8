/* A message as the document that it would have been in JSON. */
#ifndef KUBE_NODE_H
#define KUBE_NODE_H

#include "kube/kube.h"

/* Kind and apiVersion are the question's.  NULL: no memory. */
struct node *kube_node(const struct kube_ask *a,
	    const struct ProtobufCMessage *m);

/* Its strings are wiped: it may have held a key.  NULL is legal. */
void	kube_node_free(struct node *n);

#endif
