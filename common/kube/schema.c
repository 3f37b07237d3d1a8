/*
 * One kubeconfig document.  A wrong type anywhere in the file is an error, also
 * in entries that nobody selects; unknown keys are passed over, and keys are
 * case-sensitive.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "kube/schema.h"
#include "pki/b64.h"

int
schema_wrong(struct reader *r, const char *key, const struct node *v,
    const char *want)
{
	static const char *const names[] = {
		[NODE_NULL] = "null", [NODE_BOOL] = "a bool",
		[NODE_NUMBER] = "a number", [NODE_STRING] = "a string",
		[NODE_LIST] = "a list", [NODE_MAP] = "a map",
	};
	enum node_type t = node_type(v);

	return err_set(r->e, ERR_CONFIG, "%s%s%s: it is %s where %s is "
	    "wanted%s", r->where, r->where[0] != '\0' ? "." : "", key,
	    names[t], want, (t == NODE_BOOL || t == NODE_NUMBER) &&
	    strcmp(want, "a string") == 0 ? " (put it in quotes)" : "");
}

int
schema_text(struct reader *r, const char *key, const struct node *v,
    const char **to)
{
	const char *s;
	size_t len;

	if (node_type(v) == NODE_NULL)
		return 0;
	if ((s = node_str(v, &len)) == NULL)
		return schema_wrong(r, key, v, "a string");
	if (strlen(s) != len)
		return err_set(r->e, ERR_CONFIG, "%s.%s: there is a NUL in it",
		    r->where, key);
	return (*to = arena_text(r->kc->arena, s, len, r->e)) == NULL ? -1 : 0;
}

static int
read_base64(struct reader *r, const char *key, const struct node *v,
    struct kube_text *to)
{
	struct buf b;
	const char *s;
	size_t len;
	int ret = -1;

	if (node_type(v) == NODE_NULL)
		return 0;
	if ((s = node_str(v, &len)) == NULL)
		return schema_wrong(r, key, v, "a string");
	buf_init_secret(&b, KUBE_SECRET_MAX, key);
	if (b64_decode(s, len, &b, r->e) == -1) {
		r->e->class = r->e->class == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
		err_prefix(r->e, "%s.%s", r->where, key);
	} else if (b.len == 0)
		ret = 0;
	else if ((to->p = arena_text(r->kc->arena, b.p, b.len, r->e)) != NULL) {
		to->len = b.len;
		ret = 0;
	}
	buf_release(&b);
	return ret;
}

static int
read_field(struct reader *r, const struct field *f, const struct node *v,
    void *base)
{
	void *to = (char *)base + f->off;

	switch (f->type) {
	case F_TEXT:
		return schema_text(r, f->key, v, to);
	case F_BASE64:
		return read_base64(r, f->key, v, to);
	case F_BOOL:
		if (node_type(v) == NODE_NULL)
			return 0;
		if (node_bool(v) == -1)
			return schema_wrong(r, f->key, v, "true or false");
		*(int *)to = node_bool(v);
		return 0;
	default:
		return f->read(r, v, to);
	}
}

int
schema_map(struct reader *r, const struct node *m, const struct field *f,
    void *base, const char *key)
{
	size_t len = strlen(r->where);
	int ret = 0;

	if (node_type(m) == NODE_NULL)
		return 0;
	if (node_type(m) != NODE_MAP)
		return schema_wrong(r, key, m, "a map");
	if (key[0] != '\0')
		snprintf(r->where + len, sizeof(r->where) - len, "%s%s",
		    len > 0 ? "." : "", key);
	for (; ret == 0 && f->key != NULL; f++)
		if (node_has(m, f->key))
			ret = read_field(r, f, node_get(m, f->key), base);
	r->where[len] = '\0';
	return ret;
}

int
schema_list(struct reader *r, const char *key, const struct node *l,
    int (*each)(struct reader *r, const struct node *v, size_t i, void *arg),
    void *arg)
{
	size_t i, len = strlen(r->where);
	int ret = 0;

	if (node_type(l) == NODE_NULL)
		return 0;
	if (node_type(l) != NODE_LIST)
		return schema_wrong(r, key, l, "a list");
	for (i = 0; ret == 0 && i < node_len(l); i++) {
		snprintf(r->where + len, sizeof(r->where) - len, "%s%s[%zu]",
		    len > 0 ? "." : "", key, i);
		ret = each(r, node_at(l, i), i, arg);
	}
	r->where[len] = '\0';
	return ret;
}

static int
text_at(struct reader *r, const struct node *v, size_t i, void *arg)
{
	const char **to = arg;

	to[i] = "";
	return schema_text(r, "", v, &to[i]);
}

int
schema_texts(struct reader *r, const char *key, const struct node *v,
    const char ***to, size_t *n)
{
	*n = node_len(v);
	*to = arena_array(r->kc->arena, *n + 1, sizeof(char *), r->e);
	return *to == NULL ? -1 : schema_list(r, key, v, text_at, *to);
}

/* ---- the three lists ---- */

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
	for (kind = 0; kind < KC_KINDS; kind++)
		if (read_entries(&r, root, (enum kc_kind)kind) == -1)
			return -1;
	if (kc->current == NULL && current != NULL && current[0] != '\0')
		kc->current = current;
	kc->nfile++;
	return 0;
}
