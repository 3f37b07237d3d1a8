/* Secrets: CAs, istiod's own pair, workload certificates. */
#include <string.h>

#include "mesh/names.h"
#include "observe/object.h"
#include "pki/b64.h"

/* data[key] as it is, or stringData[key], which the API server lets win. */
static const struct node *
value_of(const struct object *ob, const char *key, int *plain)
{
	const struct node *v;

	v = node_path(ob->node, "stringData", key, (const char *)NULL);
	*plain = v != NULL;
	if (v == NULL)
		v = node_path(ob->node, "data", key, (const char *)NULL);
	return v;
}

static int
has_value(const struct object *ob, const char *key)
{
	int plain;

	return value_of(ob, key, &plain) != NULL;
}

static int
take(const struct object *ob, struct entry *en, const char *key, int how,
    struct err *e)
{
	const struct node *v;
	int plain;

	if (key == NULL) {
		memset(en, 0, sizeof(*en));
		return 0;
	}
	v = value_of(ob, key, &plain);
	return entry_node(en, key, v, how | (plain ? ENTRY_PLAIN : 0), e);
}

static const struct cert *
first_cert(const struct entry *en)
{
	size_t i;

	for (i = 0; i < en->bundle.n; i++)
		if (en->bundle.item[i].cert != NULL)
			return en->bundle.item[i].cert;
	return NULL;
}

/* Compare the key with the certificate, and forget it. */
static int
take_key(const struct object *ob, struct ca_secret *f, struct err *e)
{
	const struct cert *c = first_cert(&f->cert);
	const struct node *v;
	struct err why = ERR_INIT;
	struct buf pem;
	const char *s;
	size_t len;
	int plain;

	f->key = KEYS_ABSENT;
	v = value_of(ob, f->key_name, &plain);
	if (v == NULL || node_type(v) == NODE_NULL)
		return 0;
	f->key = KEYS_UNREADABLE;
	if ((s = node_str(v, &len)) == NULL)
		return 0;
	buf_init_secret(&pem, BUNDLE_BYTES_MAX, "a key");
	if ((plain || node_is_bytes(v) ? buf_append(&pem, s, len, &why) :
	    b64_decode(s, len, &pem, &why)) == 0) {
		if (pem.len == 0)
			f->key = KEYS_ABSENT;
		else if (c != NULL)
			f->key = key_compare(buf_str(&pem), pem.len, c);
		else
			f->key = KEYS_MATCH;	/* nothing to compare with */
	}
	buf_release(&pem);
	node_wipe(v);
	return why.class == ERR_NOMEM ? err_nomem(e) : 0;
}

/* Managers that write under a name of their own in managedFields. */
static enum owner
manager_of(const struct node *fields)
{
	static const struct {
		const char	*prefix;
		enum owner	 owner;
	} managers[] = {
		{ "argocd", OWNER_ARGO_CD },
		{ "cert-manager", OWNER_CERT_MANAGER },
		{ "helm", OWNER_HELM },
		{ "kustomize-controller", OWNER_FLUX },
		{ "helm-controller", OWNER_FLUX },
	};
	enum owner owner = OWNER_NONE;
	const char *s;
	size_t i, j;

	for (i = 0; i < node_len(fields); i++) {
		s = node_str(node_get(node_at(fields, i), "manager"), NULL);
		for (j = 0; s != NULL &&
		    j < sizeof(managers) / sizeof(managers[0]); j++)
			if (strncmp(s, managers[j].prefix,
			    strlen(managers[j].prefix)) == 0)
				owner = managers[j].owner;
	}
	return owner;
}

static enum owner
controller_of(const struct node *owners)
{
	const char *s;
	size_t i;

	for (i = 0; i < node_len(owners); i++) {
		s = node_str(node_get(node_at(owners, i), "kind"), NULL);
		if (s == NULL)
			continue;
		if (strcmp(s, "SealedSecret") == 0)
			return OWNER_SEALED_SECRETS;
		if (strcmp(s, "ExternalSecret") == 0)
			return OWNER_EXTERNAL_SECRETS;
		if (strcmp(s, "Certificate") == 0)
			return OWNER_CERT_MANAGER;
	}
	return OWNER_NONE;
}

static enum owner
owner_of(const struct object *ob)
{
	enum owner owner;
	const char *s;

	owner = controller_of(node_get(ob->meta, "ownerReferences"));
	if (owner != OWNER_NONE)
		return owner;
	if (object_annotation(ob, "cert-manager.io/certificate-name") != NULL)
		return OWNER_CERT_MANAGER;
	if (object_annotation(ob, "argocd.argoproj.io/tracking-id") != NULL ||
	    object_label(ob, "argocd.argoproj.io/instance") != NULL)
		return OWNER_ARGO_CD;
	if (object_label(ob, "kustomize.toolkit.fluxcd.io/name") != NULL ||
	    object_label(ob, "helm.toolkit.fluxcd.io/name") != NULL)
		return OWNER_FLUX;
	s = object_label(ob, "app.kubernetes.io/managed-by");
	if ((s != NULL && strcmp(s, "Helm") == 0) ||
	    object_annotation(ob, "meta.helm.sh/release-name") != NULL)
		return OWNER_HELM;
	return manager_of(node_get(ob->meta, "managedFields"));
}

static enum ca_layout
layout_of(const struct object *ob)
{
	if (strcmp(ob->ref.name, NAME_CA_SECRET) == 0)
		return CA_SELF_SIGNED;
	if (has_value(ob, NAME_GENERATED_KEY))
		return CA_GENERATED;
	if (!has_value(ob, ca_names[CA_PLUGGED].cert) &&
	    has_value(ob, ca_names[CA_PLUGGED_TLS].cert))
		return CA_PLUGGED_TLS;
	return CA_PLUGGED;
}

static int
ca_secret(const struct object *ob, struct err *e)
{
	const struct ca_names *n;
	struct ca_secret f;
	int ret = -1;

	if (ob->sink->ca_secret == NULL)
		return 0;
	memset(&f, 0, sizeof(f));
	f.ref = ob->ref;
	f.layout = layout_of(ob);
	f.owner = owner_of(ob);
	n = &ca_names[f.layout];
	f.key_name = n->key;
	if (take(ob, &f.cert, n->cert, 0, e) == 0 &&
	    take(ob, &f.chain, n->chain, 0, e) == 0 &&
	    take(ob, &f.root, n->root, 0, e) == 0 &&
	    take_key(ob, &f, e) == 0)
		ret = ob->sink->ca_secret(ob->sink->arg, &f, e);
	entry_release(&f.cert);
	entry_release(&f.chain);
	entry_release(&f.root);
	return ret;
}

static int
istiod_tls(const struct object *ob, struct err *e)
{
	struct trust_copy f = { .ref = ob->ref, .source = TRUST_ISTIOD_TLS };
	int ret = -1;

	if (ob->sink->trust_copy == NULL || !has_value(ob, NAME_TLS_CA_KEY))
		return 0;
	if (take(ob, &f.entry, NAME_TLS_CA_KEY, ob->o->text ? ENTRY_TEXT : 0,
	    e) == 0)
		ret = ob->sink->trust_copy(ob->sink->arg, &f, e);
	entry_release(&f.entry);
	return ret;
}

/* Its key is text like the others here, and wiped with them. */
static int
workload(const struct object *ob, struct err *e)
{
	struct workload f;
	int plain, ret = -1;

	memset(&f, 0, sizeof(f));
	f.ref = ob->ref;
	f.account = object_annotation(ob, NAME_ACCOUNT);
	if (!ob->o->text)
		return ob->sink->workload(ob->sink->arg, &f, e);
	if (take(ob, &f.chain, NAME_WORKLOAD_CHAIN, ENTRY_TEXT, e) == 0 &&
	    take(ob, &f.root, NAME_ROOT_KEY, ENTRY_TEXT, e) == 0 &&
	    take(ob, &f.key, NAME_WORKLOAD_KEY, ENTRY_TEXT, e) == 0)
		ret = ob->sink->workload(ob->sink->arg, &f, e);
	node_wipe(value_of(ob, NAME_WORKLOAD_KEY, &plain));
	entry_release(&f.chain);
	entry_release(&f.root);
	entry_release(&f.key);
	return ret;
}

/* The first of these that holds something is what a secret trusts. */
static int
named(const struct object *ob, struct err *e)
{
	static const char *const keys[] = {
		NAME_ROOT_KEY, NAME_TLS_CA_KEY, "ca-cert.pem", "tls.crt"
	};
	struct trust_copy f = { .ref = ob->ref, .source = TRUST_NAMED };
	size_t i;
	int ret;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		/* istio-ca-secret's is its first root for ever */
		if (i == 0 && strcmp(ob->ref.name, NAME_CA_SECRET) == 0)
			continue;
		if (take(ob, &f.entry, keys[i], ENTRY_TEXT, e) == -1)
			return -1;
		ret = f.entry.seen.state == SEEN_ABSENT ? 0 :
		    ob->sink->trust_copy(ob->sink->arg, &f, e);
		entry_release(&f.entry);
		if (ret == -1 || f.entry.seen.state != SEEN_ABSENT)
			return ret;
	}
	return 0;
}

static int
is_named(const struct object *ob)
{
	const struct ref *r = ob->o->named;

	return r != NULL && ob->sink->trust_copy != NULL &&
	    strcmp(r->ns, ob->ref.ns) == 0 &&
	    strcmp(r->name, ob->ref.name) == 0;
}

int
object_secret(const struct object *ob, struct err *e)
{
	const char *type;

	if (is_named(ob) && named(ob, e) == -1)
		return -1;

	if (strcmp(ob->ref.name, NAME_CA_SECRET) == 0 ||
	    strcmp(ob->ref.name, NAME_CACERTS) == 0)
		return ca_secret(ob, e);
	if (strcmp(ob->ref.name, NAME_ISTIOD_TLS) == 0)
		return istiod_tls(ob, e);
	type = node_str(node_get(ob->node, "type"), NULL);
	if (type != NULL && strcmp(type, NAME_WORKLOAD_TYPE) == 0 &&
	    ob->sink->workload != NULL)
		return workload(ob, e);
	return 0;
}
