/* Whole certificates: Envoy's secrets, and what ztunnel holds. */
#include <string.h>

#include "observe/envoy_in.h"
#include "pki/b64.h"

/* ---- PEM, however it is wrapped ---- */

/*
 * Text, or base64 of it, as a bundle, which is to be released if this is not
 * -1; a block that cannot be read is an error.
 */
static int
read_pem(struct envoy_in *in, const struct node *n, int base64,
    struct bundle *b, struct err *e)
{
	size_t len, i;
	const char *s = node_str(n, &len);

	memset(b, 0, sizeof(*b));
	if (s == NULL)
		return 0;
	if (base64) {
		buf_reset(&in->pem);
		if (b64_decode(s, len, &in->pem, e) == -1)
			return -1;
		s = buf_str(&in->pem);
		len = in->pem.len;
	}
	if (bundle_parse(s, len, b, e) == -1)
		return -1;
	for (i = 0; i < b->n; i++)
		if (b->item[i].what == BUNDLE_BROKEN) {
			if (e != NULL)
				*e = b->item[i].err;
			err_prefix(e, "#%u", b->item[i].n);
			bundle_release(b);
			return -1;
		}
	return 0;
}

/* envoy.config.core.v3.DataSource */
static int
read_source(struct envoy_in *in, const struct node *n, struct bundle *b,
    struct err *e)
{
	const struct node *bytes = node_get(n, "inline_bytes");

	return bytes != NULL ? read_pem(in, bytes, 1, b, e) :
	    read_pem(in, node_get(n, "inline_string"), 0, b, e);
}

static int
keep_roots(struct envoy_in *in, const struct bundle *b, const char *domain,
    struct err *e)
{
	struct envoy_draft d;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->item[i].cert == NULL)
			continue;
		envoy_draft_cert(&d, b->item[i].cert);
		d.c.domain = domain;
		if (envoy_keep_root(in, &d, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- Envoy's secrets ---- */

static int
take_roots(struct envoy_in *in, const struct node *source, const char *domain,
    struct err *e)
{
	struct bundle b;
	int ret;

	if (read_source(in, source, &b, e) == -1)
		return err_prefix(e, "ROOTCA");
	ret = keep_roots(in, &b, domain, e);
	bundle_release(&b);
	return ret;
}

/* SPIFFECertValidatorConfig: bundles by trust domain. */
static int
take_domains(struct envoy_in *in, const struct node *config, struct err *e)
{
	const struct node *list = node_path(config, "typed_config",
	    "trust_domains", (const char *)NULL);
	const char *name;
	size_t i;

	for (i = 0; i < node_len(list); i++) {
		name = node_str(node_get(node_at(list, i), "name"), NULL);
		if (name != NULL && strlen(name) <= ENVOY_URI_MAX &&
		    take_roots(in, node_get(node_at(list, i), "trust_bundle"),
		    name, e) == -1)
			return -1;
	}
	return 0;
}

static int
take_chain(struct envoy_in *in, const struct node *source, struct err *e)
{
	struct envoy_draft d;
	struct bundle b;
	int ret = 0;
	size_t i;

	if (read_source(in, source, &b, e) == -1)
		return err_prefix(e, "default");
	for (i = 0; i < b.n && b.item[i].cert == NULL; i++)
		continue;
	if (i < b.n) {
		envoy_draft_cert(&d, b.item[i].cert);
		ret = envoy_keep_leaf(in, &d, e);
	}
	bundle_release(&b);
	return ret;
}

/* One of dynamic_active_secrets. */
static int
take_secret(struct envoy_in *in, const struct node *n, struct err *e)
{
	const struct node *s = node_get(n, "secret");
	const struct node *context = node_get(s, "validation_context");
	const char *name = node_str(node_get(n, "name"), NULL);
	const char *version = node_str(node_get(n, "version_info"), NULL);
	int root;

	in->secrets = 1;
	root = name != NULL && strcmp(name, "ROOTCA") == 0;
	if (!root && (name == NULL || strcmp(name, "default") != 0)) {
		in->out->others++;
		return 0;
	}
	if (version != NULL && strcmp(version, "uninitialized") == 0) {
		in->out->missing = root ? "its secret ROOTCA has not been "
		    "delivered" : "its secret default has not been delivered";
		return 0;
	}
	if (!root)
		return take_chain(in, node_path(s, "tls_certificate",
		    "certificate_chain", (const char *)NULL), e);
	return take_roots(in, node_get(context, "trusted_ca"), NULL, e) ==
	    -1 ? -1 : take_domains(in, node_get(context,
	    "custom_validator_config"), e);
}

/* An element of configs: a dump of secrets, or (?resource=) one of them. */
int
envoy_secrets(struct envoy_in *in, const struct node *n, struct err *e)
{
	const struct node *list = node_get(n, "dynamic_active_secrets");
	const char *type = node_str(node_get(n, "@type"), NULL);
	size_t i;

	in->out->form = PROXY_SECRETS;
	if (type != NULL && strstr(type, ".SecretsConfigDump") != NULL)
		in->secrets = 1;
	if (node_get(n, "secret") != NULL)
		return take_secret(in, n, e);
	for (i = 0; i < node_len(list); i++)
		if (take_secret(in, node_at(list, i), e) == -1)
			return -1;
	return 0;
}

/* ---- ztunnel ---- */

/* What it says beside the PEM, where that is not there. */
static void
take_said(const struct node *n, struct envoy_draft *d)
{
	const char *s;
	size_t len;

	envoy_draft(d);
	if ((s = node_str(node_get(n, "serialNumber"), &len)) != NULL)
		envoy_draft_serial(d, s, len, 10);
	envoy_draft_dates(d, node_str(node_get(n, "validFrom"), NULL),
	    node_str(node_get(n, "expirationTime"), NULL));
}

/* b, which is to be released in any case, owns its certificate. */
static int
take_cert(struct envoy_in *in, const struct node *n, struct bundle *b,
    struct envoy_draft *d, struct err *e)
{
	const struct node *pem = node_get(n, "pem");
	const char *s;
	size_t len;

	s = node_str(pem, &len);
	if (read_pem(in, pem, s != NULL && strncmp(s, "-----", 5) != 0, b,
	    e) == -1)
		return -1;
	if (b->n > 0 && b->item[0].cert != NULL)
		envoy_draft_cert(d, b->item[0].cert);
	else
		take_said(n, d);
	return 0;
}

static int
take_root(struct envoy_in *in, const struct node *n, int issues_itself,
    struct err *e)
{
	struct envoy_draft d;
	struct bundle b;
	int ret = 0;

	if (take_cert(in, n, &b, &d, e) == -1)
		return err_prefix(e, "rootCerts");
	if (!issues_itself || (d.c.cert != NULL && d.c.cert->self_issued))
		ret = envoy_keep_root(in, &d, e);
	bundle_release(&b);
	return ret;
}

static int
take_leaf(struct envoy_in *in, const struct node *n, const char *identity,
    struct err *e)
{
	struct envoy_draft d;
	struct bundle b;
	int ret;

	if (take_cert(in, n, &b, &d, e) == -1)
		return err_prefix(e, "certChain");
	if (d.c.nuri == 0 && identity != NULL &&
	    strlen(identity) <= ENVOY_URI_MAX)
		d.uri[d.c.nuri++] = identity;
	ret = envoy_keep_leaf(in, &d, e);
	bundle_release(&b);
	return ret;
}

/* One identity. */
int
envoy_ztunnel(struct envoy_in *in, const struct node *n, struct err *e)
{
	const struct node *chain = node_get(n, "certChain");
	const struct node *roots = node_get(n, "rootCerts");
	const char *id = node_str(node_get(n, "identity"), NULL);
	const char *state = node_str(node_get(n, "state"), NULL);
	size_t i, len = node_len(chain);

	in->out->form = PROXY_ZTUNNEL;
	if (len == 0 && in->out->missing == NULL &&
	    (in->out->missing = arena_printf(in->arena, e, "it has no "
	    "certificate for %.256s: %.128s", id == NULL ? "an identity" : id,
	    state == NULL ? "no state is told" : state)) == NULL)
		return -1;
	if (len > 0 && take_leaf(in, node_at(chain, 0), id, e) == -1)
		return -1;
	for (i = 0; i < node_len(roots); i++)
		if (take_root(in, node_at(roots, i), 0, e) == -1)
			return -1;
	return node_len(roots) == 0 && len > 1 ? take_root(in, node_at(chain,
	    len - 1), 1, e) : 0;
}
