/*
 * One kubeconfig document, typed: tables of fields, as client-go's decoder has
 * them from its structs.  A wrong type anywhere in the file is an error, also
 * in entries that nobody selects; unknown keys are passed over, and keys are
 * case-sensitive.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "doc/make.h"
#include "kube/kubeconfig.h"
#include "pki/b64.h"

#define EXEC_EXTENSION "client.authentication.k8s.io/exec"
#define PATH_TEXT 160	/* bytes of "users[3].user.exec", for messages */

enum field_type {
	F_TEXT,		/* const char * */
	F_BOOL,		/* int */
	F_BASE64,	/* struct kube_text */
	F_OTHER		/* a function of its own */
};

struct reader {
	struct kc	*kc;
	const char	*dir;
	char		 where[PATH_TEXT];
	struct err	*e;
};

struct field {
	const char	*key;
	enum field_type	 type;
	size_t		 off;
	int		(*read)(struct reader *r, const struct node *v,
			    void *to);
};

static int
wrong(struct reader *r, const char *key, const struct node *v,
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

static int
read_text(struct reader *r, const char *key, const struct node *v,
    const char **to)
{
	const char *s;
	size_t len;

	if (node_type(v) == NODE_NULL)
		return 0;
	if ((s = node_str(v, &len)) == NULL)
		return wrong(r, key, v, "a string");
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
		return wrong(r, key, v, "a string");
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
		return read_text(r, f->key, v, to);
	case F_BASE64:
		return read_base64(r, f->key, v, to);
	case F_BOOL:
		if (node_type(v) == NODE_NULL)
			return 0;
		if (node_bool(v) == -1)
			return wrong(r, f->key, v, "true or false");
		*(int *)to = node_bool(v);
		return 0;
	default:
		return f->read(r, v, to);
	}
}

/* Every field of a map that the table knows; null is an empty map. */
static int
read_map(struct reader *r, const struct node *m, const struct field *f,
    void *base, const char *key)
{
	size_t len = strlen(r->where);
	int ret = 0;

	if (node_type(m) == NODE_NULL)
		return 0;
	if (node_type(m) != NODE_MAP)
		return wrong(r, key, m, "a map");
	if (key[0] != '\0')
		snprintf(r->where + len, sizeof(r->where) - len, "%s%s",
		    len > 0 ? "." : "", key);
	for (; ret == 0 && f->key != NULL; f++)
		if (node_has(m, f->key))
			ret = read_field(r, f, node_get(m, f->key), base);
	r->where[len] = '\0';
	return ret;
}

/* Each element of a list; null is an empty one. */
static int
read_list(struct reader *r, const char *key, const struct node *l,
    int (*each)(struct reader *r, const struct node *v, size_t i, void *arg),
    void *arg)
{
	size_t i, len = strlen(r->where);
	int ret = 0;

	if (node_type(l) == NODE_NULL)
		return 0;
	if (node_type(l) != NODE_LIST)
		return wrong(r, key, l, "a list");
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
	return read_text(r, "", v, &to[i]);
}

/* A list of strings, NULL behind the last. */
static int
read_texts(struct reader *r, const char *key, const struct node *v,
    const char ***to, size_t *n)
{
	*n = node_len(v);
	*to = arena_array(r->kc->arena, *n + 1, sizeof(char *), r->e);
	return *to == NULL ? -1 : read_list(r, key, v, text_at, *to);
}

/* ---- exec ---- */

static const struct field env_fields[] = {
	{ "name", F_TEXT, offsetof(struct kube_pair, name), NULL },
	{ "value", F_TEXT, offsetof(struct kube_pair, value), NULL },
	{ NULL, 0, 0, NULL }
};

static int
env_at(struct reader *r, const struct node *v, size_t i, void *arg)
{
	struct kube_pair *to = arg;

	to[i].name = to[i].value = "";
	return read_map(r, v, env_fields, &to[i], "");
}

static int
read_env(struct reader *r, const struct node *v, void *to)
{
	struct kube_exec *x = to;

	x->nenv = node_len(v);
	x->env = arena_array(r->kc->arena, x->nenv + 1, sizeof(*x->env), r->e);
	return x->env == NULL ? -1 : read_list(r, "env", v, env_at, x->env);
}

static int
read_args(struct reader *r, const struct node *v, void *to)
{
	struct kube_exec *x = to;

	return read_texts(r, "args", v, &x->arg, &x->narg);
}

static const struct field exec_fields[] = {
	{ "command", F_TEXT, offsetof(struct kube_exec, command), NULL },
	{ "args", F_OTHER, 0, read_args },
	{ "env", F_OTHER, 0, read_env },
	{ "apiVersion", F_TEXT, offsetof(struct kube_exec, api_version),
	    NULL },
	{ "installHint", F_TEXT, offsetof(struct kube_exec, install_hint),
	    NULL },
	{ "provideClusterInfo", F_BOOL, offsetof(struct kube_exec,
	    cluster_info), NULL },
	{ NULL, 0, 0, NULL }
};

static int
read_exec(struct reader *r, const struct node *v, void *to)
{
	struct kc_user *u = to;

	if (node_type(v) == NODE_NULL)
		return 0;
	u->exec = arena_array(r->kc->arena, 1, sizeof(*u->exec), r->e);
	if (u->exec == NULL || read_map(r, v, exec_fields, u->exec,
	    "exec") == -1)
		return -1;
	return read_text(r, "exec.interactiveMode",
	    node_get(v, "interactiveMode"), &u->exec_mode);
}

/* ---- the three kinds of entries ---- */

struct extra_reader {
	struct reader	*r;
	struct kc_user	*u;
};

static int
extra_at(void *arg, const char *key, const struct node *v)
{
	struct extra_reader *x = arg;
	struct kube_extra *to = &x->u->as_extra[x->u->nas_extra++];

	to->key = arena_text(x->r->kc->arena, key, strlen(key), x->r->e);
	if (to->key == NULL)
		return -1;
	return read_texts(x->r, "as-user-extra", v, &to->value, &to->n);
}

static int
count_key(void *arg, const char *key, const struct node *v)
{
	(void)key;
	(void)v;
	++*(size_t *)arg;
	return 0;
}

static int
read_extra(struct reader *r, const struct node *v, void *to)
{
	struct extra_reader x = { r, to };
	size_t n = 0;

	if (node_type(v) == NODE_NULL)
		return 0;
	if (node_type(v) != NODE_MAP)
		return wrong(r, "as-user-extra", v, "a map");
	node_each(v, count_key, &n);
	x.u->as_extra = arena_array(r->kc->arena, n, sizeof(*x.u->as_extra),
	    r->e);
	return x.u->as_extra == NULL ? -1 : node_each(v, extra_at, &x);
}

static int
read_groups(struct reader *r, const struct node *v, void *to)
{
	struct kc_user *u = to;

	return read_texts(r, "as-groups", v, &u->as_group, &u->nas_group);
}

struct provider {
	const char	*name;
};

static const struct field provider_fields[] = {
	{ "name", F_TEXT, offsetof(struct provider, name), NULL },
	{ NULL, 0, 0, NULL }
};

static int
config_at(void *arg, const char *key, const struct node *v)
{
	const char *ignored = NULL;

	return read_text(arg, key, v, &ignored);
}

static int
read_provider(struct reader *r, const struct node *v, void *to)
{
	struct provider p = { "" };
	struct kc_user *u = to;
	const struct node *config;

	if (node_type(v) == NODE_NULL)
		return 0;
	if (read_map(r, v, provider_fields, &p, "auth-provider") == -1)
		return -1;
	config = node_get(v, "config");
	if (node_type(config) != NODE_NULL && node_type(config) != NODE_MAP)
		return wrong(r, "auth-provider.config", config, "a map");
	if (node_each(config, config_at, r) == -1)
		return -1;
	u->auth_provider = p.name;
	return 0;
}

/* Named extensions: of one name each, and one of them is for exec plugins. */
struct extensions {
	const struct node	*list;
	struct kc_cluster	*cluster;	/* or NULL */
};

static const char *
name_of(const struct node *list, size_t i)
{
	const char *s = node_str(node_get(node_at(list, i), "name"), NULL);

	return s == NULL ? "" : s;
}

static int
extension_at(struct reader *r, const struct node *v, size_t i, void *arg)
{
	struct extensions *x = arg;
	const char *name = NULL;
	struct buf json;
	size_t j;
	int ret;

	if (node_type(v) != NODE_NULL && node_type(v) != NODE_MAP)
		return wrong(r, "", v, "a map");
	if (read_text(r, "name", node_get(v, "name"), &name) == -1)
		return -1;
	for (j = 0; j < i; j++)
		if (strcmp(name_of(x->list, j), name_of(x->list, i)) == 0)
			return err_set(r->e, ERR_CONFIG, "%s: duplicate name "
			    "\"%s\" in list", r->where, name_of(x->list, i));
	if (x->cluster == NULL || name == NULL ||
	    strcmp(name, EXEC_EXTENSION) != 0)
		return 0;
	buf_init_secret(&json, KUBE_SECRET_MAX, "an extension");
	ret = make_json(node_get(v, "extension"), &json, r->e);
	if (ret == 0 && (x->cluster->info = arena_text(r->kc->arena, json.p,
	    json.len, r->e)) == NULL)
		ret = -1;
	buf_release(&json);
	return ret;
}

static int
read_extensions(struct reader *r, const struct node *v, void *to)
{
	struct extensions x = { v, to };

	return read_list(r, "extensions", v, extension_at, &x);
}

/* The same where nothing is taken from them. */
static int
check_extensions(struct reader *r, const struct node *v, void *to)
{
	struct extensions x = { v, NULL };

	(void)to;
	return read_list(r, "extensions", v, extension_at, &x);
}

#define C(field) offsetof(struct kc_cluster, field)
static const struct field cluster_fields[] = {
	{ "server", F_TEXT, C(server), NULL },
	{ "tls-server-name", F_TEXT, C(tls_server_name), NULL },
	{ "insecure-skip-tls-verify", F_BOOL, C(insecure), NULL },
	{ "certificate-authority", F_TEXT, C(ca_file), NULL },
	{ "certificate-authority-data", F_BASE64, C(ca_data), NULL },
	{ "proxy-url", F_TEXT, C(proxy_url), NULL },
	{ "disable-compression", F_BOOL, C(no_compression), NULL },
	{ "extensions", F_OTHER, 0, read_extensions },
	{ NULL, 0, 0, NULL }
};

#define U(field) offsetof(struct kc_user, field)
static const struct field user_fields[] = {
	{ "client-certificate", F_TEXT, U(cert_file), NULL },
	{ "client-certificate-data", F_BASE64, U(cert_data), NULL },
	{ "client-key", F_TEXT, U(key_file), NULL },
	{ "client-key-data", F_BASE64, U(key_data), NULL },
	{ "token", F_TEXT, U(token), NULL },
	{ "tokenFile", F_TEXT, U(token_file), NULL },
	{ "as", F_TEXT, U(as), NULL },
	{ "as-uid", F_TEXT, U(as_uid), NULL },
	{ "as-groups", F_OTHER, 0, read_groups },
	{ "as-user-extra", F_OTHER, 0, read_extra },
	{ "username", F_TEXT, U(username), NULL },
	{ "password", F_TEXT, U(password), NULL },
	{ "auth-provider", F_OTHER, 0, read_provider },
	{ "exec", F_OTHER, 0, read_exec },
	{ "extensions", F_OTHER, 0, check_extensions },
	{ NULL, 0, 0, NULL }
};

#define X(field) offsetof(struct kc_context, field)
static const struct field context_fields[] = {
	{ "cluster", F_TEXT, X(cluster), NULL },
	{ "user", F_TEXT, X(user), NULL },
	{ "namespace", F_TEXT, X(ns), NULL },
	{ "extensions", F_OTHER, 0, check_extensions },
	{ NULL, 0, 0, NULL }
};

static const struct {
	const char		*list;
	const char		*key;
	const struct field	*fields;
} kinds[KC_KINDS] = {
	[KC_CLUSTER] = { "clusters", "cluster", cluster_fields },
	[KC_USER] = { "users", "user", user_fields },
	[KC_CONTEXT] = { "contexts", "context", context_fields },
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
		return wrong(r, "", v, "a map");
	if ((en = arena_array(r->kc->arena, 1, sizeof(*en), r->e)) == NULL)
		return -1;
	en->name = "";
	en->dir = r->dir;
	en->file = r->kc->nfile;
	if (read_text(r, "name", node_get(v, "name"), &en->name) == -1 ||
	    read_map(r, node_get(v, kinds[x->kind].key),
	    kinds[x->kind].fields, &en->u, kinds[x->kind].key) == -1)
		return -1;
	for (j = 0; j < i; j++)
		if (strcmp(name_of(x->list, j), en->name) == 0)
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
	return read_list(r, kinds[kind].list, x.list, entry_at, &x);
}

static int
check_type(struct reader *r, const struct node *root)
{
	const char *api = NULL, *kind = NULL;

	if (read_text(r, "apiVersion", node_get(root, "apiVersion"), &api) ==
	    -1 || read_text(r, "kind", node_get(root, "kind"), &kind) == -1)
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
		return wrong(&r, "the file", root, "a map");
	if (check_type(&r, root) == -1 || read_text(&r, "current-context",
	    node_get(root, "current-context"), &current) == -1 ||
	    check_extensions(&r, node_get(root, "extensions"), NULL) == -1)
		return -1;
	for (kind = 0; kind < KC_KINDS; kind++)
		if (read_entries(&r, root, (enum kc_kind)kind) == -1)
			return -1;
	if (kc->current == NULL && current != NULL && current[0] != '\0')
		kc->current = current;
	kc->nfile++;
	return 0;
}
