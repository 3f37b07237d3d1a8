/* The control plane's Deployments, and what decides mutual TLS. */
#include <stdlib.h>
#include <string.h>

#include "observe/object.h"

struct labels {
	struct name_value	*v;
	size_t			 n;
	size_t			 room;
};

static int
add_label(void *arg, const char *key, const struct node *value)
{
	struct labels *l = arg;
	const char *s;

	if ((s = node_str(value, NULL)) == NULL || l->n == l->room)
		return 0;
	l->v[l->n].name = key;
	l->v[l->n++].value = s;
	return 0;
}

/* The pods' labels, and the Deployment's own behind them. */
static int
labels_of(const struct object *ob, const struct node *template,
    struct labels *l, struct err *e)
{
	const struct node *pod, *own;

	pod = node_path(template, "metadata", "labels", (const char *)NULL);
	own = node_get(ob->meta, "labels");
	memset(l, 0, sizeof(*l));
	l->room = node_size(pod) + node_size(own);
	if ((l->v = calloc(l->room + 1, sizeof(*l->v))) == NULL)
		return err_nomem(e);
	node_each(pod, add_label, l);
	node_each(own, add_label, l);
	return 0;
}

static size_t
strings(const struct node *list, const char **to)
{
	const char *s;
	size_t i, n = 0;

	for (i = 0; i < node_len(list); i++)
		if ((s = node_str(node_at(list, i), NULL)) != NULL)
			to[n++] = s;
	return n;
}

static int
container_of(const struct node *n, struct container *c, struct err *e)
{
	const struct node *command, *args, *env;
	struct name_value *nv;
	const char *s;
	size_t i;

	s = node_str(node_get(n, "name"), NULL);
	c->name = s == NULL ? "" : s;
	s = node_str(node_get(n, "image"), NULL);
	c->image = s == NULL ? "" : s;
	command = node_get(n, "command");
	args = node_get(n, "args");
	env = node_get(n, "env");
	c->arg = calloc(node_len(command) + node_len(args) + 1, sizeof(char *));
	c->env = nv = calloc(node_len(env) + 1, sizeof(*nv));
	if (c->arg == NULL || nv == NULL)
		return err_nomem(e);
	c->narg = strings(command, c->arg);
	c->narg += strings(args, c->arg + c->narg);
	for (i = 0; i < node_len(env); i++) {
		s = node_str(node_get(node_at(env, i), "name"), NULL);
		if (s == NULL)
			continue;
		nv[c->nenv].name = s;
		nv[c->nenv++].value = node_str(node_get(node_at(env, i),
		    "value"), NULL);
	}
	return 0;
}

int
object_deployment(const struct object *ob, struct err *e)
{
	const struct node *template, *list;
	struct deployment f = { .ref = ob->ref };
	struct container *c = NULL;
	struct labels labels;
	int ret = -1;
	size_t i;

	if (ob->sink->deployment == NULL)
		return object_template(ob, e);
	template = node_path(ob->node, "spec", "template",
	    (const char *)NULL);
	list = node_path(template, "spec", "containers", (const char *)NULL);
	if (labels_of(ob, template, &labels, e) == -1)
		goto out;
	if ((c = calloc(node_len(list) + 1, sizeof(*c))) == NULL) {
		err_nomem(e);
		goto out;
	}
	for (i = 0; i < node_len(list); i++)
		if (container_of(node_at(list, i), &c[i], e) == -1)
			goto out;
	f.label = labels.v;
	f.nlabel = labels.n;
	f.container = c;
	f.ncontainer = node_len(list);
	ret = ob->sink->deployment(ob->sink->arg, &f, e);
out:
	for (i = 0; c != NULL && i < node_len(list); i++) {
		free(c[i].arg);
		free((void *)c[i].env);
	}
	free(c);
	free(labels.v);
	return ret;
}

/*
 * authentication.istio.io/v1alpha1: spec.peers[].mtls, whose mode is STRICT
 * unless it says PERMISSIVE; no such peer is no mutual TLS.
 */
static enum mtls_mode
peers_mode(const struct node *spec)
{
	const struct node *peers = node_get(spec, "peers"), *peer, *mtls;
	const char *mode;
	size_t i;

	for (i = 0; i < node_len(peers); i++) {
		peer = node_at(peers, i);
		mtls = node_get(peer, "mtls");
		/* "mtls: {}", and "mtls:" alone, both turn it on */
		if (mtls == NULL && !node_has(peer, "mtls"))
			continue;
		mode = node_str(node_get(mtls, "mode"), NULL);
		return mode != NULL && strcmp(mode, "PERMISSIVE") == 0 ?
		    MTLS_PERMISSIVE : MTLS_STRICT;
	}
	return MTLS_OFF;
}

static int
policy(const struct object *ob, enum policy_kind kind, int selects,
    enum mtls_mode mode, struct err *e)
{
	struct mtls_policy f = { ob->ref, kind, selects, mode };

	if (ob->sink->mtls_policy == NULL)
		return 0;
	return ob->sink->mtls_policy(ob->sink->arg, &f, e);
}

int
object_mesh_policy(const struct object *ob, struct err *e)
{
	/* only the one called default counts */
	if (strcmp(ob->ref.name, "default") != 0)
		return 0;
	return policy(ob, POLICY_MESH, 0,
	    peers_mode(node_get(ob->node, "spec")), e);
}

int
object_policy(const struct object *ob, struct err *e)
{
	const struct node *spec = node_get(ob->node, "spec");

	return policy(ob, POLICY_NAMESPACE,
	    node_len(node_get(spec, "targets")) > 0, peers_mode(spec), e);
}

int
object_peer(const struct object *ob, struct err *e)
{
	const struct node *spec = node_get(ob->node, "spec");
	enum mtls_mode mode = MTLS_UNSET;
	const char *s;

	s = node_str(node_path(spec, "mtls", "mode", (const char *)NULL),
	    NULL);
	if (s != NULL && strcmp(s, "DISABLE") == 0)
		mode = MTLS_OFF;
	else if (s != NULL && strcmp(s, "PERMISSIVE") == 0)
		mode = MTLS_PERMISSIVE;
	else if (s != NULL && strcmp(s, "STRICT") == 0)
		mode = MTLS_STRICT;
	return policy(ob, POLICY_PEER, node_get(spec, "selector") != NULL,
	    mode, e);
}
