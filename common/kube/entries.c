/*
 * One kubeconfig document.  A wrong type anywhere in the file is an error, also
 * in entries that nobody selects; unknown keys are passed over, and keys are
 * case-sensitive.
 */
#include <string.h>

#include "kube/schema.h"

static const struct {
	const char		*list;
	const char		*key;
	const struct field	*fields;
} kinds[KC_KINDS] = {
	[KC_CLUSTER] = { "clusters", "cluster", schema_cluster },
	[KC_USER] = { "users", "user", schema_user },
	[KC_CONTEXT] = { "contexts", "context", schema_context },
};

struct entries {
	enum kc_kind		 kind;
	const struct node	*list;
	struct kc_entry		**end;
};

static int
entry_at(struct reader *r, const struct node *v, size_t i, void *arg)
{
	struct entries *x = arg;
	struct kc_entry *en;
	size_t j;

	if (node_type(v) != NODE_NULL && node_type(v) != NODE_MAP)
		return schema_wrong(r, "", v, "a map");
	if ((en = arena_array(r->kc->arena, 1, sizeof(*en), r->e)) == NULL)
		return -1;
	en->name = "";
	en->dir = r->dir;
	en->file = r->kc->nfile;
	if (schema_text(r, "name", node_get(v, "name"), &en->name) == -1 ||
	    schema_map(r, node_get(v, kinds[x->kind].key),
	    kinds[x->kind].fields, &en->u, kinds[x->kind].key) == -1)
		return -1;
	for (j = 0; j < i; j++)
		if (strcmp(schema_name(x->list, j), en->name) == 0)
			return err_set(r->e, ERR_CONFIG, "%s: duplicate name "
			    "\"%s\" in list", kinds[x->kind].list, en->name);
	/* an earlier file's entry of this name wins, whole */
	if (kc_find(r->kc, x->kind, en->name) != NULL)
		return 0;
	*x->end = en;
	x->end = &en->next;
	return 0;
}

static int
read_entries(struct reader *r, const struct node *root, enum kc_kind kind)
{
	struct entries x;

	x.kind = kind;
	x.list = node_get(root, kinds[kind].list);
	for (x.end = &r->kc->entry[kind]; *x.end != NULL; )
		x.end = &(*x.end)->next;
	return schema_list(r, kinds[kind].list, x.list, entry_at, &x);
}

static int
check_type(struct reader *r, const struct node *root)
{
	const char *api = NULL, *kind = NULL;

	if (schema_text(r, "apiVersion", node_get(root, "apiVersion"), &api) ==
	    -1 || schema_text(r, "kind", node_get(root, "kind"), &kind) == -1)
		return -1;
	if ((api != NULL && api[0] != '\0' && strcmp(api, "v1") != 0) ||
	    (kind != NULL && kind[0] != '\0' && strcmp(kind, "Config") != 0))
		return err_set(r->e, ERR_CONFIG, "it is a '%.64s' of '%.64s', "
		    "not a Config of v1", kind == NULL ? "" : kind,
		    api == NULL ? "" : api);
	return 0;
}

/* Nothing is taken from them, but they have a type. */
static int
check_preferences(struct reader *r, const struct node *p)
{
	const struct node *colors = node_get(p, "colors");

	if (node_type(p) == NODE_NULL)
		return 0;
	if (node_type(p) != NODE_MAP)
		return schema_wrong(r, "preferences", p, "a map");
	if (node_type(colors) != NODE_NULL && node_bool(colors) == -1)
		return schema_wrong(r, "preferences.colors", colors,
		    "true or false");
	return schema_extensions(r, node_get(p, "extensions"), NULL);
}

int
kc_add(struct kc *kc, const struct node *root, const char *dir, struct err *e)
{
	struct reader r = { kc, dir, "", e };
	const char *current = NULL;
	int kind;

	if (node_type(root) != NODE_MAP)
		return schema_wrong(&r, "the file", root, "a map");
	if (check_type(&r, root) == -1 || schema_text(&r, "current-context",
	    node_get(root, "current-context"), &current) == -1 ||
	    schema_extensions(&r, node_get(root, "extensions"), NULL) == -1)
		return -1;
	if (check_preferences(&r, node_get(root, "preferences")) == -1)
		return -1;
	for (kind = 0; kind < KC_KINDS; kind++)
		if (read_entries(&r, root, (enum kc_kind)kind) == -1)
			return -1;
	if (kc->current == NULL && current != NULL && current[0] != '\0')
		kc->current = current;
	kc->nfile++;
	return 0;
}
