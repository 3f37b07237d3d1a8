/* One Kubernetes object: who it is, and which maker of facts takes it. */
#include <stdio.h>
#include <string.h>

#include "observe/object.h"
#include "pki/b64.h"

struct maker {
	const char	*group;		/* of apiVersion; "" for v1 */
	const char	*kind;
	const char	*ref;		/* KIND in a record */
	int		 namespaced;
	int		(*make)(const struct object *ob, struct err *e);
};

static const struct maker makers[] = {
	{ "", "Secret", "secret", 1, object_secret },
	{ "", "ConfigMap", "configmap", 1, object_configmap },
	{ "certificates.k8s.io", "ClusterTrustBundle", "clustertrustbundle",
	    0, object_trust_bundle },
	{ "admissionregistration.k8s.io", "MutatingWebhookConfiguration",
	    "mutatingwebhookconfiguration", 0, object_webhooks },
	{ "admissionregistration.k8s.io", "ValidatingWebhookConfiguration",
	    "validatingwebhookconfiguration", 0, object_webhooks },
	{ "", "Pod", "pod", 1, object_pod },
	{ "", "Namespace", "namespace", 0, object_ns },
	{ "", "ServiceAccount", "serviceaccount", 1, object_account },
	{ "apps", "DaemonSet", "daemonset", 1, object_template },
	{ "apps", "StatefulSet", "statefulset", 1, object_template },
	{ "extensions", "DaemonSet", "daemonset", 1, object_template },
	{ "batch", "Job", "job", 1, object_template },
	{ "apps", "Deployment", "deployment", 1, object_deployment },
	{ "extensions", "Deployment", "deployment", 1, object_deployment },
	{ "authentication.istio.io", "MeshPolicy", "meshpolicy", 0,
	    object_mesh_policy },
	{ "authentication.istio.io", "Policy", "policy", 1, object_policy },
	{ "security.istio.io", "PeerAuthentication", "peerauthentication", 1,
	    object_peer },
};

int
object_unknown(const struct object *ob, const char *entry,
    const struct err *why, struct err *e)
{
	if (ob->sink->unknown == NULL)
		return 0;
	return ob->sink->unknown(ob->sink->arg, &ob->ref, entry, why, e);
}

const char *
object_label(const struct object *ob, const char *name)
{
	return node_str(node_path(ob->meta, "labels", name,
	    (const char *)NULL), NULL);
}

const char *
object_annotation(const struct object *ob, const char *name)
{
	return node_str(node_path(ob->meta, "annotations", name,
	    (const char *)NULL), NULL);
}

/* Text that is there, into a bundle where that is wanted. */
static int
take_text(struct entry *en, const char *text, size_t len, int how,
    struct err *e)
{
	en->seen.state = len == 0 ? SEEN_ABSENT : SEEN_PRESENT;
	en->text = text;
	en->len = len;
	if (len == 0 || (how & ENTRY_TEXT) ||
	    bundle_parse(text, len, &en->bundle, &en->seen.err) == 0)
		return 0;
	if (en->seen.err.class == ERR_NOMEM)
		return err_nomem(e);
	en->seen.state = en->seen.err.class == ERR_LIMIT ? SEEN_TOO_BIG :
	    SEEN_MALFORMED;
	return 0;
}

int
entry_node(struct entry *en, const char *name, const struct node *v, int how,
    struct err *e)
{
	const char *s;
	size_t len;
	int ret;

	memset(en, 0, sizeof(*en));
	en->name = name;
	buf_init_secret(&en->decoded, BUNDLE_BYTES_MAX, "a bundle");
	if (v == NULL || node_type(v) == NODE_NULL)
		return 0;
	if ((s = node_str(v, &len)) == NULL) {
		en->seen.state = SEEN_MALFORMED;
		err_set(&en->seen.err, ERR_FORMAT, "it is not a string");
		return 0;
	}
	if ((how & ENTRY_PLAIN) || node_is_bytes(v))
		return take_text(en, s, len, how, e);
	if (b64_decode(s, len, &en->decoded, &en->seen.err) == -1) {
		ret = en->seen.err.class == ERR_NOMEM ? err_nomem(e) : 0;
		en->seen.state = en->seen.err.class == ERR_LIMIT ?
		    SEEN_TOO_BIG : SEEN_MALFORMED;
	} else
		ret = take_text(en, buf_str(&en->decoded), en->decoded.len,
		    how, e);
	if (ret == -1)
		entry_release(en);
	return ret;
}

void
entry_release(struct entry *en)
{
	bundle_release(&en->bundle);
	buf_release(&en->decoded);
}

/* Is the group of "GROUP/VERSION" (or "VERSION") this one? */
static int
group_is(const char *api_version, const char *group)
{
	size_t len = strlen(group);

	if (len == 0)
		return strchr(api_version, '/') == NULL;
	return strncmp(api_version, group, len) == 0 &&
	    api_version[len] == '/';
}

static const struct maker *
maker_of(const char *api_version, const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(makers[i].kind, kind) == 0 &&
		    group_is(api_version, makers[i].group))
			return &makers[i];
	return NULL;
}

/* A name that Kubernetes would take for an object; NULL if not. */
static const char *
name_at(const struct node *meta, const char *key)
{
	const char *s;
	size_t len;

	s = node_str(node_get(meta, key), &len);
	if (s == NULL || len == 0 || len > OBSERVE_NAME_MAX ||
	    strlen(s) != len)
		return NULL;
	return s;
}

static int
nameless(const struct object *ob, const char *file, size_t nth,
    const char *what, struct err *e)
{
	struct object anon = *ob;
	struct err why = ERR_INIT;
	char entry[32];

	anon.ref.kind = "file";
	anon.ref.ns = "";
	anon.ref.name = file;
	snprintf(entry, sizeof(entry), "item#%zu", nth);
	err_set(&why, ERR_FORMAT, "%s", what);
	return object_unknown(&anon, entry, &why, e);
}

/* Files need not hold the Namespace itself: what is in it names it. */
static int
note_ns(const struct object *ob, const struct maker *m, struct err *e)
{
	struct mesh_ns f = { .ref = { "namespace", "", ob->ref.ns, NULL,
	    NULL } };

	if (!m->namespaced || ob->sink->ns == NULL || !ob->o->text)
		return 0;
	return ob->sink->ns(ob->sink->arg, &f, e);
}

int
observe_object(const struct node *obj, const char *file, size_t nth,
    const struct observe_options *o, const struct sink *sink, struct err *e)
{
	struct object ob = { .node = obj, .o = o, .sink = sink };
	const char *api_version, *kind;
	const struct maker *m;

	api_version = node_str(node_get(obj, "apiVersion"), NULL);
	kind = node_str(node_get(obj, "kind"), NULL);
	if (kind == NULL)
		return nameless(&ob, file, nth, "it has no kind: not a "
		    "Kubernetes object", e);
	if ((m = maker_of(api_version == NULL ? "" : api_version, kind)) ==
	    NULL)
		return 0;
	ob.meta = node_get(obj, "metadata");
	ob.ref.kind = m->ref;
	ob.ref.ns = "";
	if ((ob.ref.name = name_at(ob.meta, "name")) == NULL)
		return nameless(&ob, file, nth, "its metadata.name is missing "
		    "or no legal name", e);
	if (m->namespaced) {
		ob.ref.ns = o->default_ns;
		if (node_get(ob.meta, "namespace") != NULL &&
		    (ob.ref.ns = name_at(ob.meta, "namespace")) == NULL)
			return nameless(&ob, file, nth, "its metadata."
			    "namespace is no legal name", e);
	}
	ob.ref.uid = node_str(node_get(ob.meta, "uid"), NULL);
	ob.ref.version = node_str(node_get(ob.meta, "resourceVersion"), NULL);
	return note_ns(&ob, m, e) == -1 ? -1 : m->make(&ob, e);
}
