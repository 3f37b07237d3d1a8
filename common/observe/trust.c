/* The copies of the trust anchors, and webhooks' caBundles. */
#include <stdio.h>
#include <string.h>

#include "mesh/names.h"
#include "observe/object.h"

static int
hand_on(const struct object *ob, struct entry *en, enum trust_source source,
    struct err *e)
{
	struct trust_copy f = { ob->ref, source, *en };
	int ret;

	ret = ob->sink->trust_copy(ob->sink->arg, &f, e);
	entry_release(en);
	return ret;
}

static int
unread(const struct object *ob)
{
	return ob->o->trust_ns != NULL &&
	    strcmp(ob->o->trust_ns, ob->ref.ns) != 0;
}

/* Taken apart, or not. */
static int
how(const struct object *ob)
{
	return ob->o->text ? ENTRY_TEXT : 0;
}

static int
root_configmap(const struct object *ob, const struct node *v, struct err *e)
{
	struct entry en;

	if (unread(ob))
		v = NULL;
	if (entry_node(&en, NAME_ROOT_KEY, v, ENTRY_PLAIN | how(ob), e) == -1)
		return -1;
	return hand_on(ob, &en, TRUST_CA_ROOT_CERT, e);
}

/* Its text is base64 of PEM, though it is a ConfigMap. */
static int
security_configmap(const struct object *ob, struct err *e)
{
	const struct node *v;
	struct entry en;

	v = node_path(ob->node, "data", NAME_SECURITY_KEY,
	    (const char *)NULL);
	if (v == NULL)
		return 0;
	if (entry_node(&en, NAME_SECURITY_KEY, unread(ob) ? NULL : v, how(ob),
	    e) == -1)
		return -1;
	return hand_on(ob, &en, TRUST_ISTIO_SECURITY, e);
}

static int
on_mesh_config(void *arg, const struct node *config, struct err *e)
{
	const struct object *ob = arg;
	const struct node *list, *v;
	struct entry en;
	char name[64];
	size_t i;

	if (ob->sink->mesh_config != NULL &&
	    mesh_config_fact(ob, config, e) == -1)
		return -1;
	list = node_get(config, "caCertificates");
	for (i = 0; i < node_len(list); i++) {
		/* an element can be a certSigner or a URL instead */
		if ((v = node_get(node_at(list, i), "pem")) == NULL)
			continue;
		snprintf(name, sizeof(name), "%s.caCertificates[%zu]",
		    NAME_MESH_KEY, i);
		if (entry_node(&en, name, v, ENTRY_PLAIN | how(ob), e) == -1 ||
		    hand_on(ob, &en, TRUST_MESH_CONFIG, e) == -1)
			return -1;
	}
	return 0;
}

static int
mesh_config(const struct object *ob, const struct node *v, struct err *e)
{
	struct doc_sink docs = { .item = on_mesh_config };
	struct err why = ERR_INIT;
	struct doc_source src;
	struct doc_text text;
	struct object copy = *ob;

	if ((text.p = node_str(v, &text.len)) == NULL || text.len == 0 ||
	    unread(ob))
		return 0;
	docs.arg = &copy;
	src = doc_text_source(&text);
	if (doc_read_yaml(&src, &docs, &why) == 0)
		return 0;
	if (why.class == ERR_NOMEM)
		return err_nomem(e);
	return object_unknown(ob, NAME_MESH_KEY, &why, e);
}

static int
is_mesh_config(const char *name)
{
	size_t len = strlen(NAME_MESH_CONFIGMAP);

	return strncmp(name, NAME_MESH_CONFIGMAP, len) == 0 &&
	    (name[len] == '\0' || name[len] == '-');
}

int
object_configmap(const struct object *ob, struct err *e)
{
	const struct node *root, *mesh;
	const char *label;

	if (ob->sink->trust_copy == NULL)
		return 0;
	root = node_path(ob->node, "data", NAME_ROOT_KEY, (const char *)NULL);
	label = object_label(ob, NAME_CONFIG_LABEL);
	if (strcmp(ob->ref.name, NAME_ROOT_CONFIGMAP) == 0 ||
	    (root != NULL && label != NULL && strcmp(label, "true") == 0))
		return root_configmap(ob, root, e);
	if (strcmp(ob->ref.name, NAME_SECURITY_CONFIGMAP) == 0)
		return security_configmap(ob, e);
	mesh = node_path(ob->node, "data", NAME_MESH_KEY, (const char *)NULL);
	if (mesh != NULL && is_mesh_config(ob->ref.name))
		return mesh_config(ob, mesh, e);
	return 0;
}

int
object_trust_bundle(const struct object *ob, struct err *e)
{
	const char *signer;
	struct entry en;

	signer = node_str(node_path(ob->node, "spec", "signerName",
	    (const char *)NULL), NULL);
	if (ob->sink->trust_copy == NULL || signer == NULL ||
	    strcmp(signer, NAME_TRUST_SIGNER) != 0)
		return 0;
	if (entry_node(&en, "trustBundle", node_path(ob->node, "spec",
	    "trustBundle", (const char *)NULL), ENTRY_PLAIN | how(ob), e) ==
	    -1)
		return -1;
	return hand_on(ob, &en, TRUST_CLUSTER_BUNDLE, e);
}

static int
is_istio_webhook(const char *name, size_t len)
{
	size_t end = strlen(NAME_WEBHOOK_SUFFIX);

	return len > end && len <= OBSERVE_NAME_MAX &&
	    strcmp(name + len - end, NAME_WEBHOOK_SUFFIX) == 0;
}

/* Who is called. */
static void
take_client(const struct node *c, struct webhook *f)
{
	f->service_ns = node_str(node_path(c, "service", "namespace",
	    (const char *)NULL), NULL);
	f->service = node_str(node_path(c, "service", "name",
	    (const char *)NULL), NULL);
	f->url = node_str(node_get(c, "url"), NULL);
}

int
object_webhooks(const struct object *ob, struct err *e)
{
	struct webhook f = { .ref = ob->ref };
	const struct node *list, *w;
	const char *name;
	size_t i, len;
	int ret;

	if (ob->sink->webhook == NULL)
		return 0;
	list = node_get(ob->node, "webhooks");
	for (i = 0; i < node_len(list); i++) {
		w = node_at(list, i);
		name = node_str(node_get(w, "name"), &len);
		if (name == NULL || strlen(name) != len ||
		    !is_istio_webhook(name, len))
			continue;
		if (entry_node(&f.entry, name, node_path(w, "clientConfig",
		    "caBundle", (const char *)NULL), how(ob), e) == -1)
			return -1;
		take_client(node_get(w, "clientConfig"), &f);
		ret = ob->sink->webhook(ob->sink->arg, &f, e);
		entry_release(&f.entry);
		if (ret == -1)
			return -1;
	}
	return 0;
}
