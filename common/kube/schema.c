/* Typed reading: the tables are in fields.c. */
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
