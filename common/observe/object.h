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

/*
 * Fill in en from text in PEM.  -1 only for no memory: text that cannot be
 * taken is said in en->seen.  entry_release() frees the bundle.
 */
int	entry_pem(struct entry *en, const char *name, const char *text,
	    size_t len, struct err *e);
void	entry_release(struct entry *en);

/*
 * The same from a value of a manifest: plain is 1 for text, 0 for base64.
 * NULL, null and "" make it absent.
 */
int	entry_node(struct entry *en, const char *name, const struct node *v,
	    int plain, struct err *e);

/* The makers of facts, by kind. */
int	object_secret(const struct object *ob, struct err *e);
int	object_configmap(const struct object *ob, struct err *e);
int	object_trust_bundle(const struct object *ob, struct err *e);
int	object_webhooks(const struct object *ob, struct err *e);
int	object_pod(const struct object *ob, struct err *e);
int	object_template(const struct object *ob, struct err *e);
int	object_ns(const struct object *ob, struct err *e);
int	object_deployment(const struct object *ob, struct err *e);
int	object_mesh_policy(const struct object *ob, struct err *e);
int	object_policy(const struct object *ob, struct err *e);
int	object_peer(const struct object *ob, struct err *e);

/* metadata.labels[name] and metadata.annotations[name], or NULL. */
const char *object_label(const struct object *ob, const char *name);
const char *object_annotation(const struct object *ob, const char *name);

#endif
