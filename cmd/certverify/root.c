/* --root FILE, --root SHA256 or --root secret/NAMESPACE/NAME. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/hex.h"
#include "cmd/certverify/run.h"

static int
take(struct root_flag *root, const struct bundle *b, struct err *e)
{
	size_t i;

	if (root->n > 0)
		return 0;
	free(root->cert);
	root->cert = calloc(b->n + 1, sizeof(struct cert *));
	if (root->cert == NULL)
		return err_nomem(e);
	for (i = 0; i < b->n; i++)
		if (b->item[i].cert != NULL)
			root->cert[root->n++] = cert_ref(b->item[i].cert);
	return 0;
}

/* The certificates of the first thing in the file that has any. */
static int
on_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	return take(arg, &f->entry.bundle, e);
}

static int
on_ca_secret(void *arg, const struct ca_secret *f, struct err *e)
{
	return take(arg, f->layout == CA_SELF_SIGNED ? &f->cert.bundle :
	    &f->root.bundle, e);
}

static int
read_root(struct run *r, struct err *e)
{
	const struct observe_options oo = { .default_ns = "default" };
	struct sink sink;

	memset(&sink, 0, sizeof(sink));
	sink.trust_copy = on_copy;
	sink.ca_secret = on_ca_secret;
	sink.arg = &r->root;
	if (observe_path(r->own.root, &oo, &sink, e) == -1)
		return err_prefix(e, "--root");
	return r->root.n > 0 ? 0 : err_set(e, ERR_FORMAT, "--root: '%s' holds "
	    "no certificate", r->own.root);
}

static int
is_secret(struct run *r, struct err *e)
{
	const char *s = r->own.root + strlen("secret/");
	const char *slash = strchr(s, '/');
	struct root_flag *root = &r->root;
	size_t len = slash == NULL ? 0 : (size_t)(slash - s);

	if (len == 0 || len > CLI_NAMESPACE_MAX || slash[1] == '\0' ||
	    strchr(slash + 1, '/') != NULL ||
	    strlen(slash + 1) > CLI_NAMESPACE_MAX)
		return err_set(e, ERR_USAGE, "invalid argument \"%.300s\" for "
		    "\"--root\" flag: want secret/NAMESPACE/NAME",
		    r->own.root);
	snprintf(root->name[0], sizeof(root->name[0]), "%.*s", (int)len, s);
	snprintf(root->name[1], sizeof(root->name[1]), "%s", slash + 1);
	root->ref.kind = "secret";
	root->ref.ns = root->name[0];
	root->ref.name = root->name[1];
	root->by_name = 1;
	return 0;
}

int
certverify_root(struct run *r, struct err *e)
{
	const char *s = r->own.root;

	if (s == NULL)
		return 0;
	if (s[0] == '\0' || strcmp(s, "-") == 0)
		return err_set(e, ERR_USAGE, "invalid argument \"%s\" for "
		    "\"--root\" flag: want a file, a SHA-256 fingerprint or "
		    "secret/NAMESPACE/NAME", s);
	if (strncmp(s, "secret/", strlen("secret/")) == 0)
		return is_secret(r, e);
	r->root.by_sha256 = cli_sha256(s, r->root.sha256);
	return r->root.by_sha256 ? 0 : read_root(r, e);
}

void
certverify_root_free(struct run *r)
{
	size_t i;

	for (i = 0; i < r->root.n; i++)
		cert_free(r->root.cert[i]);
	free(r->root.cert);
}
