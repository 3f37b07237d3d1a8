/* Namespaces, and service accounts: what there is, by name. */
#include <stdlib.h>
#include <string.h>

#include "observe/object.h"

struct labels {
	struct name_value	*v;
	size_t			 n;
};

static int
add_label(void *arg, const char *key, const struct node *value)
{
	struct labels *l = arg;
	const char *s = node_str(value, NULL);

	l->v[l->n].name = key;
	l->v[l->n++].value = s == NULL ? "" : s;
	return 0;
}

int
object_ns(const struct object *ob, struct err *e)
{
	const struct node *labels = node_get(ob->meta, "labels");
	struct mesh_ns f = { .ref = ob->ref, .seen = 1 };
	struct labels l = { NULL, 0 };
	const char *phase;
	int ret;

	if (ob->sink->ns == NULL)
		return 0;
	if ((l.v = calloc(node_size(labels) + 1, sizeof(*l.v))) == NULL)
		return err_nomem(e);
	node_each(labels, add_label, &l);
	f.label = l.v;
	f.nlabel = l.n;
	phase = node_str(node_path(ob->node, "status", "phase",
	    (const char *)NULL), NULL);
	f.terminating = phase != NULL && strcmp(phase, "Terminating") == 0;
	ret = ob->sink->ns(ob->sink->arg, &f, e);
	free(l.v);
	return ret;
}

int
object_account(const struct object *ob, struct err *e)
{
	return ob->sink->account == NULL ? 0 :
	    ob->sink->account(ob->sink->arg, &ob->ref, e);
}
