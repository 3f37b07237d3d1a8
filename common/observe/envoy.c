/* An answer of a proxy: which form it has, and who reads that. */
#include <string.h>

#include "observe/ask.h"
#include "observe/envoy_in.h"

static int
on_certificate(void *arg, const struct node *n, struct err *e)
{
	struct envoy_in *in = arg;

	if (node_get(n, "identity") != NULL ||
	    node_get(n, "certChain") != NULL ||
	    node_get(n, "rootCerts") != NULL)
		return envoy_ztunnel(in, n, e);
	return envoy_context(in, n, e);
}

static int
on_config(void *arg, const struct node *n, struct err *e)
{
	return envoy_secrets(arg, n, e);
}

static int
on_object(void *arg, const struct node *n, struct err *e)
{
	return envoy_context(arg, n, e);
}

/* In a dump there are greater things than secrets. */
static int
on_bad_config(void *arg, size_t nth, const struct err *why, struct err *e)
{
	struct envoy_in *in = arg;

	(void)e;
	if (in->passed.class == ERR_NONE) {
		in->passed = *why;
		err_prefix(&in->passed, "configs, item %zu", nth);
	}
	return 0;
}

static int
read_json(const struct envoy_span *s, const struct doc_sink *sink,
    struct err *e)
{
	struct doc_text text = { s->p, s->len };
	struct doc_source src = doc_text_source(&text);

	return doc_read_json(&src, sink, e);
}

static int
is(const struct envoy_span *key, const char *name)
{
	return key->len == strlen(name) && memcmp(key->p, name, key->len) == 0;
}

/* An object with a context at its root: of strings it is not quite JSON. */
static int
read_context(struct envoy_in *in, const struct envoy_span *doc,
    const struct envoy_span *roots, const struct envoy_span *leaves,
    struct err *e)
{
	const struct doc_sink sink = { .item = on_object, .arg = in,
	    .single = 1 };

	in->known = 1;
	if ((roots->p != NULL && *roots->p != '"') ||
	    (leaves->p != NULL && *leaves->p != '"'))
		return read_json(doc, &sink, e);
	return envoy_old(in, roots, leaves, e);
}

static int
read_object(struct envoy_in *in, const struct envoy_span *doc, struct err *e)
{
	const struct doc_sink certs = { .item = on_certificate, .arg = in };
	const struct doc_sink configs = { .item = on_config,
	    .bad = on_bad_config, .arg = in };
	struct envoy_span key, value, roots = { NULL, 0 }, leaves = roots;
	const char *pos = doc->p, *end = doc->p + doc->len;
	int got;

	while ((got = envoy_member(&pos, end, &key, &value, e)) == 1) {
		if (is(&key, "ca_cert"))
			roots = value;
		else if (is(&key, "cert_chain"))
			leaves = value;
		if (*value.p != '[' || (!is(&key, "certificates") &&
		    !is(&key, "configs")))
			continue;
		in->known = 1;
		if (read_json(&value, is(&key, "configs") ? &configs : &certs,
		    e) == -1)
			return err_prefix(e, "%.*s", (int)key.len, key.p);
	}
	if (got == -1)
		return -1;
	return roots.p != NULL || leaves.p != NULL ? read_context(in, doc,
	    &roots, &leaves, e) : 0;
}

static int
read_all(struct envoy_in *in, const char *body, size_t len, struct err *e)
{
	const char *pos = body, *end = body + len;
	struct envoy_span doc;
	int got;

	while ((got = envoy_next(&pos, end, &doc, e)) == 1)
		if (read_object(in, &doc, e) == -1)
			return -1;
	if (got == -1)
		return -1;
	if (!in->known)
		return ask_none("it is no list of certificates", body, len, e);
	if (in->passed.class == ERR_NONE || in->secrets)
		return 0;
	if (e != NULL)
		*e = in->passed;
	return -1;
}

int
envoy_parse(const char *body, size_t len, struct arena *a,
    struct proxy_certs *out, struct err *e)
{
	struct envoy_in in = { .out = out, .arena = a };
	int ret;

	memset(out, 0, sizeof(*out));
	if (len > ENVOY_BODY_MAX)
		return err_set(e, ERR_LIMIT, "the answer is over the limit of "
		    "%d bytes", ENVOY_BODY_MAX);
	buf_init(&in.pem, BUNDLE_BYTES_MAX, "a bundle");
	ret = read_all(&in, body, len, e);
	buf_release(&in.pem);
	return ret;
}
