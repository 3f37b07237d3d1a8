/*
 * Documents: JSON (json-c, only in this room) and YAML (libyaml, only in this
 * room) read as a stream of Kubernetes objects, one at a time, so that a list
 * of any size needs the memory of one item.
 *
 * A document whose root holds "items" and whose kind ends in "List" (or is not
 * known yet when items begins: kubectl writes its keys sorted) is unwrapped:
 * each item is handed on by itself.  An item without a kind takes the list's
 * ("SecretList" makes Secrets), if that was seen before it.  Many documents in
 * one stream: "---" in YAML, one behind the other in JSON.
 */
#ifndef DOC_DOC_H
#define DOC_DOC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* A fuzz target sets them lower, so that a small input can reach them. */
#ifndef DOC_ITEM_MAX
#define DOC_ITEM_MAX	(8 * 1024 * 1024) /* bytes of one item's source text */
#define DOC_NODES_MAX	200000		/* values in an item, aliases too */
#define DOC_ALIAS_MAX	1000		/* aliases in one item, anchors too */
#endif
#define DOC_DEPTH_MAX	64		/* nesting */
#define DOC_ITEMS_MAX	5000000		/* items in one stream */
#define DOC_SNIFF_MAX	4096		/* bytes that doc_sniff() looks at */

/* A value inside an item; opaque, borrowed, gone when the callback returns. */
struct node;

enum node_type {
	NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_LIST, NODE_MAP
};

enum node_type node_type(const struct node *n);	/* NULL: NODE_NULL */

/* The value of a map's key; NULL if n is no map or has no such key. */
const struct node *node_get(const struct node *n, const char *key);

/* Does a map have this key, be its value null? */
int	node_has(const struct node *n, const char *key);

/* node_get() along a path that ends in (const char *)NULL. */
const struct node *node_path(const struct node *n, ...)
	    __attribute__((sentinel));

/*
 * A string's bytes; NULL for anything but a string.  len may be NULL.  The
 * string may hold NUL bytes: with len NULL, one that does is NULL as well.
 */
const char *node_str(const struct node *n, size_t *len);

/*
 * Overwrite a string's bytes in place: for a private key that was looked at.
 * It stays a string of its length, of NUL bytes.
 */
void	node_wipe(const struct node *n);

/* The same for every string below it: for an object that may hold keys. */
void	node_wipe_all(const struct node *n);

/* Is a string already what base64 would have to be decoded to (make.h)? */
int	node_is_bytes(const struct node *n);

/* A number's value, or other if it is none or does not fit. */
int64_t	node_number(const struct node *n, int64_t other);

/* 1 and 0 for a bool, -1 for anything else. */
int	node_bool(const struct node *n);

/* A list's length (0 for anything else) and its elements. */
size_t	node_len(const struct node *n);
const struct node *node_at(const struct node *n, size_t i);

/* How many keys a map has; 0 for anything else. */
size_t	node_size(const struct node *n);

/* Every key of a map, in its order; a callback's -1 stops and is returned. */
int	node_each(const struct node *n,
	    int (*fn)(void *arg, const char *key, const struct node *value),
	    void *arg);

/* Where the bytes come from: like read(2); -1 has filled in e. */
struct doc_source {
	ssize_t	(*read)(void *arg, void *p, size_t n, struct err *e);
	void	*arg;
};

/* What is done with what is found. */
struct doc_sink {
	/* One object.  -1 (with e) stops the reading with that error. */
	int	(*item)(void *arg, const struct node *obj, struct err *e);
	/*
	 * One item that cannot be read alone (too big, nodes or depth over the
	 * limit): nth from 1; reading goes on behind it if this returns 0.
	 */
	int	(*bad)(void *arg, size_t nth, const struct err *why,
		    struct err *e);
	void	*arg;
	/*
	 * The end of a list: its root, without items, so that metadata can be
	 * read.  May be NULL.
	 */
	int	(*list)(void *arg, const struct node *root, struct err *e);
	/* One object and no list; in YAML, the first document is all. */
	int	single;
};

/* For bad, where nothing is worth going on for: why is the reading's error. */
int	doc_bad_ends(void *arg, size_t nth, const struct err *why,
	    struct err *e);

enum doc_form {
	DOC_EMPTY,	/* nothing but white space, so far */
	DOC_JSON,	/* begins with { or [ */
	DOC_PEM,	/* a line begins with "-----BEGIN " */
	DOC_YAML	/* anything else */
};

/* What the first bytes of an input (DOC_SNIFF_MAX are enough) look like. */
enum doc_form doc_sniff(const char *p, size_t len);

/*
 * Turn UTF-16 that begins with a byte order mark into UTF-8 on its way, and
 * drop a UTF-8 mark (PowerShell's ">" writes both).  A decoder sits in front
 * of a source and is a source itself.
 */
struct doc_decoder;
int	doc_decoder_new(const struct doc_source *from,
	    struct doc_decoder **out, struct err *e);
struct doc_source doc_decoder_source(struct doc_decoder *d);
void	doc_decoder_free(struct doc_decoder *d);

/*
 * Read a stream to its end.  -1: broken or cut input (ERR_FORMAT, with the
 * line), a limit (ERR_LIMIT), the source's or the sink's error; objects before
 * it have been handed on, so a caller must not take them for the whole.
 */
int	doc_read_json(const struct doc_source *src, const struct doc_sink *sink,
	    struct err *e);
int	doc_read_yaml(const struct doc_source *src, const struct doc_sink *sink,
	    struct err *e);

/* The same for text in memory, such as the "mesh" key of ConfigMap istio. */
struct doc_text {
	const char	*p;
	size_t		 len;
};
struct doc_source doc_text_source(struct doc_text *t);

#endif
