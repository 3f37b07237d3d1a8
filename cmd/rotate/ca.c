/* The CA's Secret, from a document. */
#include <stdio.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "doc/make.h"
#include "mesh/names.h"
#include "observe/observe.h"
#include "pki/b64.h"
#include "pki/resign.h"

void
ca_init(struct ca *ca)
{
	memset(ca, 0, sizeof(*ca));
	buf_init(&ca->cert, BUNDLE_BYTES_MAX, "a certificate");
	buf_init_secret(&ca->key, BUNDLE_BYTES_MAX, "a key");
	buf_init_secret(&ca->json, ROTATE_SECRET_MAX, "a Secret");
	snprintf(ca->name, sizeof(ca->name), "%s", NAME_CA_SECRET);
}

void
ca_refer(struct ca *ca)
{
	ca->fact.ref.kind = "secret";
	ca->fact.ref.ns = ca->ns;
	ca->fact.ref.name = ca->name;
	ca->fact.ref.uid = ca->uid;
	ca->fact.ref.version = ca->version;
}

void
ca_release(struct ca *ca)
{
	buf_release(&ca->cert);
	buf_release(&ca->key);
	buf_release(&ca->json);
	bundle_release(&ca->bundle);
	memset(&ca->fact, 0, sizeof(ca->fact));
}

/* data[key], decoded; what is not there leaves out empty. */
static int
take(const struct node *obj, const char *key, struct buf *out, struct err *e)
{
	const struct node *v;
	const char *s;
	size_t len;

	v = node_path(obj, "data", key, (const char *)NULL);
	if ((s = node_str(v, &len)) == NULL)
		return 0;
	if ((node_is_bytes(v) ? buf_append(out, s, len, e) :
	    b64_decode(s, len, out, e)) == 0)
		return 0;
	return err_prefix(e, "%s", key);
}

static int
copy(const struct node *meta, const char *key, char *to, size_t size)
{
	const char *s = node_str(node_get(meta, key), NULL);

	if (s == NULL || strlen(s) >= size)
		return 0;
	snprintf(to, size, "%s", s);
	return 1;
}

/* What observe/ makes of it: who owns it, and whether the key is the one. */
static int
on_ca(void *arg, const struct ca_secret *f, struct err *e)
{
	struct ca *ca = arg;

	(void)e;
	ca->fact.owner = f->owner;
	return 0;
}

static int
owner_of(struct ca *ca, const struct node *obj, struct err *e)
{
	const struct observe_options oo = { .default_ns = "default" };
	struct sink s;

	memset(&s, 0, sizeof(s));
	s.ca_secret = on_ca;
	s.arg = ca;
	return observe_object(obj, "the API server", 0, &oo, &s, e);
}

/* Istio hands out all of them as roots, and one of them would come back. */
static int
several(const struct bundle *cert, const struct buf *root, int *out,
    struct err *e)
{
	struct bundle b;

	if (bundle_parse(buf_str(root), root->len, &b, e) == -1)
		return err_prefix(e, "%s", NAME_ROOT_KEY);
	*out = cert->n > 1 || b.n > 1;
	bundle_release(&b);
	return 0;
}

static void
judge(struct ca *ca, int many)
{
	struct ro_ca *f = &ca->fact;
	enum resign_why why;

	f->root = bundle_first(&ca->bundle);
	f->key = ca->key.len == 0 ? KEYS_ABSENT : f->root == NULL ?
	    KEYS_MATCH : key_compare(buf_str(&ca->key), ca->key.len, f->root);
	if (f->root != NULL && (why = resign_may(f->root)) != RESIGN_OK)
		f->inapplicable = resign_why_text(why);
	else if (many)
		f->inapplicable = "there is more than one certificate in "
		    "ca-cert.pem or root-cert.pem, and the others would be "
		    "lost";
}

/* observe/ wipes the key in the document, so all is copied before. */
int
ca_of_node(struct ca *ca, const struct node *obj, struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	struct buf root;
	int many = 0, ret = -1;

	buf_init(&root, BUNDLE_BYTES_MAX, "a certificate");
	if (!copy(meta, "name", ca->name, sizeof(ca->name)) ||
	    !copy(meta, "namespace", ca->ns, sizeof(ca->ns))) {
		err_set(e, ERR_FORMAT, "the secret has no name or namespace");
		goto out;
	}
	copy(meta, "uid", ca->uid, sizeof(ca->uid));
	copy(meta, "resourceVersion", ca->version, sizeof(ca->version));
	ca->fact.seen.state = SEEN_PRESENT;
	ca->fact.immutable = node_bool(node_get(obj, "immutable")) == 1;
	if (take(obj, ca_names[CA_SELF_SIGNED].cert, &ca->cert, e) == -1 ||
	    take(obj, ca_names[CA_SELF_SIGNED].key, &ca->key, e) == -1 ||
	    take(obj, NAME_ROOT_KEY, &root, e) == -1 ||
	    make_json(obj, &ca->json, e) == -1 ||
	    buf_putc(&ca->json, '\n', e) == -1 ||
	    bundle_parse(buf_str(&ca->cert), ca->cert.len, &ca->bundle, e) ==
	    -1 || several(&ca->bundle, &root, &many, e) == -1)
		goto out;
	ca->root_copy = root.len > 0;
	judge(ca, many);
	ret = owner_of(ca, obj, e);
	node_wipe_all(obj);
out:
	ca_refer(ca);
	buf_release(&root);
	return ret;
}

static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	struct ca *ca = arg;

	if (ca->fact.seen.state == SEEN_PRESENT)
		return err_set(e, ERR_FORMAT, "more than one object");
	return ca_of_node(ca, obj, e);
}

/* One in JSON, as it was kept. */
int
ca_of_text(struct ca *ca, const char *p, size_t len, struct err *e)
{
	const struct doc_sink sink = { .item = on_item,
	    .bad = doc_bad_ends, .arg = ca, .single = 1 };
	struct doc_text text = { p, len };
	const struct doc_source src = doc_text_source(&text);

	if (doc_read_json(&src, &sink, e) == -1)
		return -1;
	return ca->fact.seen.state == SEEN_PRESENT ? 0 :
	    err_set(e, ERR_FORMAT, "it holds no Secret");
}
