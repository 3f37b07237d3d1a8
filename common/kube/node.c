#include <stdio.h>

#include "doc/make.h"
#include "kube/message.h"
#include "kube/node.h"
#include "kube/proto.h"

struct node *
kube_node(const struct kube_ask *a, const struct ProtobufCMessage *m)
{
	char version[2 * PROTO_KIND_MAX];
	struct node *n;

	if ((n = message_node(m)) == NULL)
		return NULL;
	snprintf(version, sizeof(version), "%s%s%s", a->group,
	    a->group[0] == '\0' ? "" : "/", a->version);
	if (make_put(n, "kind", make_text(a->kind)) == -1 ||
	    make_put(n, "apiVersion", make_text(version)) == -1) {
		kube_node_free(n);
		return NULL;
	}
	return n;
}

void
kube_node_free(struct node *n)
{
	if (n == NULL)
		return;
	node_wipe_all(n);
	make_free(n);
}
