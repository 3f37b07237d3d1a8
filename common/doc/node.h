/*
 * A node is a json-c value, whichever form it was read from: doc/'s own files
 * only.
 */
#ifndef DOC_NODE_H
#define DOC_NODE_H

#include <json-c/json.h>

#include "base/buf.h"
#include "doc/doc.h"

static inline const struct node *
node_of(struct json_object *o)
{
	return (const struct node *)o;
}

static inline struct json_object *
json_of(const struct node *n)
{
	return (struct json_object *)n;
}

/* What both readers know of a document's root while they walk it. */
struct root {
	const struct doc_sink	*sink;
	size_t			 nth;		/* items handed on, or bad */
	struct json_object	*map;		/* the keys so far, not items */
	int			 listed;	/* items were handed on */
};

/* Is a root with these keys so far a list, when it comes to "items"? */
int	root_is_list(const struct root *r);

/* Hand one item on, its kind filled in from the list's; takes item over. */
int	root_item(struct root *r, struct json_object *item, struct err *e);

/* An item that cannot be read. */
int	root_bad(struct root *r, const struct err *why, struct err *e);

/* The document is over: what was no list is an object of its own. */
int	root_end(struct root *r, struct err *e);

/*
 * A plain scalar of YAML 1.1, as sigs.k8s.io/yaml takes it: null, a bool, a
 * number or else a string.  NULL for no memory (null itself is *null = 1).
 */
struct json_object *scalar_plain(const char *s, size_t len, int *null);
char	*scalar_key(const char *s, size_t len, int *null);
int	scalar_is_infinite(const char *s, size_t len);

/* Explicit tags: is it one that asks for a type, and does a value fit it? */
int	scalar_typed(const char *tag);
int	scalar_fits(const char *tag, const char *s, size_t len);

#endif
