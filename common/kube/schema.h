/*
 * Typed reading of a kubeconfig document, by tables of fields as client-go's
 * decoder has them from its structs: kube/'s own files only.
 */
#ifndef KUBE_SCHEMA_H
#define KUBE_SCHEMA_H

#include "doc/doc.h"
#include "kube/kubeconfig.h"

#define SCHEMA_PATH 160	/* bytes of "users[3].user.exec", for messages */

enum field_type {
	F_TEXT,		/* const char * */
	F_BOOL,		/* int */
	F_BASE64,	/* struct kube_text */
	F_OTHER		/* a function of its own */
};

struct reader {
	struct kc	*kc;
	const char	*dir;
	char		 where[SCHEMA_PATH];
	struct err	*e;
};

struct field {
	const char	*key;
	enum field_type	 type;
	size_t		 off;
	int		(*read)(struct reader *r, const struct node *v,
			    void *to);
};

/* Each returns 0, or -1 with a message that begins with r->where. */
int	schema_wrong(struct reader *r, const char *key, const struct node *v,
	    const char *want);
int	schema_text(struct reader *r, const char *key, const struct node *v,
	    const char **to);

/* A list of strings, NULL behind the last. */
int	schema_texts(struct reader *r, const char *key, const struct node *v,
	    const char ***to, size_t *n);

/* Every field of a map that the table knows; null is an empty map. */
int	schema_map(struct reader *r, const struct node *m,
	    const struct field *f, void *base, const char *key);

/* Each element of a list; null is an empty one. */
int	schema_list(struct reader *r, const char *key, const struct node *l,
	    int (*each)(struct reader *r, const struct node *v, size_t i,
	    void *arg), void *arg);

/* What stands in a cluster, a user and a context: fields.c. */
extern const struct field schema_cluster[], schema_user[], schema_context[];

/* Extensions that nothing is taken from: their names are distinct. */
int	schema_extensions(struct reader *r, const struct node *v, void *to);

/* The name of a list's element, or "". */
const char *schema_name(const struct node *list, size_t i);

#endif
