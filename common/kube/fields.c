/* What a cluster, a user and a context can hold. */
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "doc/make.h"
#include "kube/schema.h"

#define EXEC_EXTENSION "client.authentication.k8s.io/exec"

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
	return schema_map(r, v, env_fields, &to[i], "");
}

static int
read_env(struct reader *r, const struct node *v, void *to)
{
	struct kube_exec *x = to;

	x->nenv = node_len(v);
	x->env = arena_array(r->kc->arena, x->nenv + 1, sizeof(*x->env), r->e);
	return x->env == NULL ? -1 : schema_list(r, "env", v, env_at, x->env);
}

static int
read_args(struct reader *r, const struct node *v, void *to)
{
	struct kube_exec *x = to;

	return schema_texts(r, "args", v, &x->arg, &x->narg);
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
	if (u->exec == NULL || schema_map(r, v, exec_fields, u->exec,
	    "exec") == -1)
		return -1;
	return schema_text(r, "exec.interactiveMode",
	    node_get(v, "interactiveMode"), &u->exec_mode);
}

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
	return schema_texts(x->r, "as-user-extra", v, &to->value, &to->n);
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
		return schema_wrong(r, "as-user-extra", v, "a map");
	node_each(v, count_key, &n);
	x.u->as_extra = arena_array(r->kc->arena, n, sizeof(*x.u->as_extra),
	    r->e);
	return x.u->as_extra == NULL ? -1 : node_each(v, extra_at, &x);
}

static int
read_groups(struct reader *r, const struct node *v, void *to)
{
	struct kc_user *u = to;

	return schema_texts(r, "as-groups", v, &u->as_group, &u->nas_group);
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

	return schema_text(arg, key, v, &ignored);
}

static int
read_provider(struct reader *r, const struct node *v, void *to)
{
	struct provider p = { "" };
	struct kc_user *u = to;
	const struct node *config;

	if (node_type(v) == NODE_NULL)
		return 0;
	if (schema_map(r, v, provider_fields, &p, "auth-provider") == -1)
		return -1;
	config = node_get(v, "config");
	if (node_type(config) != NODE_NULL && node_type(config) != NODE_MAP)
		return schema_wrong(r, "auth-provider.config", config, "a map");
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

const char *
schema_name(const struct node *list, size_t i)
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
		return schema_wrong(r, "", v, "a map");
	if (schema_text(r, "name", node_get(v, "name"), &name) == -1)
		return -1;
	for (j = 0; j < i; j++)
		if (strcmp(schema_name(x->list, j),
		    schema_name(x->list, i)) == 0)
			return err_set(r->e, ERR_CONFIG, "%s: duplicate name "
			    "\"%s\" in list", r->where,
			    schema_name(x->list, i));
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

	return schema_list(r, "extensions", v, extension_at, &x);
}

int
schema_extensions(struct reader *r, const struct node *v, void *to)
{
	struct extensions x = { v, NULL };

	(void)to;
	return schema_list(r, "extensions", v, extension_at, &x);
}

#define C(field) offsetof(struct kc_cluster, field)
const struct field schema_cluster[] = {
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
const struct field schema_user[] = {
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
	{ "extensions", F_OTHER, 0, schema_extensions },
	{ NULL, 0, 0, NULL }
};

#define X(field) offsetof(struct kc_context, field)
const struct field schema_context[] = {
	{ "cluster", F_TEXT, X(cluster), NULL },
	{ "user", F_TEXT, X(user), NULL },
	{ "namespace", F_TEXT, X(ns), NULL },
	{ "extensions", F_OTHER, 0, schema_extensions },
	{ NULL, 0, 0, NULL }
};
