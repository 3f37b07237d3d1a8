/* What the files of observe/ share about one Kubernetes object. */
#ifndef OBSERVE_OBJECT_H
#define OBSERVE_OBJECT_H

#include "observe/observe.h"

/* An object on its way to becoming facts. */
struct object {
	const struct node		*node;
	const struct node		*meta;
	struct ref			 ref;
	const struct observe_options	*o;
	const struct sink		*sink;
};

/* sink->unknown, if anybody listens. */
int	object_unknown(const struct object *ob, const char *entry,
	    const struct err *why, struct err *e);

/* How a value stands in a manifest, and how far it is taken. */
#define ENTRY_PLAIN	1	/* it is text, not base64 */
#define ENTRY_TEXT	2	/* it is not taken apart as PEM */

/*
 * Fill in en from a value of a manifest, whose memory it borrows.  NULL, null
 * and "" make it absent.  -1 only for no memory: a value that cannot be taken
 * is said in en->seen.  entry_release() in any case, unless -1.
 */
int	entry_node(struct entry *en, const char *name, const struct node *v,
	    int how, struct err *e);
void	entry_release(struct entry *en);

/* The makers of facts, by kind. */
int	object_secret(const struct object *ob, struct err *e);
int	object_configmap(const struct object *ob, struct err *e);
int	object_trust_bundle(const struct object *ob, struct err *e);
int	object_webhooks(const struct object *ob, struct err *e);
int	object_pod(const struct object *ob, struct err *e);
int	object_template(const struct object *ob, struct err *e);
int	object_ns(const struct object *ob, struct err *e);
int	object_account(const struct object *ob, struct err *e);
int	object_deployment(const struct object *ob, struct err *e);
int	object_mesh_policy(const struct object *ob, struct err *e);
int	object_policy(const struct object *ob, struct err *e);
int	object_peer(const struct object *ob, struct err *e);

/* meshConfig, for sink->mesh_config. */
int	mesh_config_fact(const struct object *ob, const struct node *config,
	    struct err *e);

/* metadata.labels[name] and metadata.annotations[name], or NULL. */
const char *object_label(const struct object *ob, const char *name);
const char *object_annotation(const struct object *ob, const char *name);

#endif
