/* -o classic: what root-transition.sh verify-certs printed. */
#include <string.h>

#include "base/buf.h"
#include "cmd/certverify/run.h"
#include "pki/b64.h"
#include "pki/digest.h"
#include "rec/classic.h"

#define NAME_BYTES 1024

/* The script hashed the line of base64 that kubectl printed. */
static int
md5_of(const struct run *r, char out[33], struct err *e)
{
	struct buf b;
	int ret;

	buf_init(&b, 4 * BUNDLE_BYTES_MAX, "a bundle");
	ret = b64_encode(r->sum.root_text, r->sum.root_len, &b, e) == -1 ||
	    buf_putc(&b, '\n', e) == -1 ||
	    digest_md5_hex(b.p, b.len, out, e) == -1 ? -1 : 0;
	buf_release(&b);
	return ret;
}

int
certverify_classic_open(struct run *r, struct err *e)
{
	char md5[33];

	names_sort(&r->ns);
	if (r->sum.root_text == NULL)
		return classic_no_secret(stdout, e);
	return md5_of(r, md5, e) == -1 ? -1 : classic_verify(stdout, md5, e);
}

/* The namespaces up to this one, or all of them. */
static int
say_ns(struct run *r, const char *until, struct err *e)
{
	const char *ns;

	for (; r->ns_said < r->ns.n; r->ns_said++) {
		ns = r->ns.v[r->ns_said];
		if (until != NULL && strcmp(ns, until) > 0)
			break;
		if (r->own.ns != NULL && strcmp(ns, r->own.ns) != 0)
			continue;
		if (classic_namespace(stdout, ns, e) == -1)
			return -1;
	}
	return 0;
}

int
certverify_classic_put(struct run *r, const struct cv_finding *f,
    struct err *e)
{
	int ok = f->verdict == VERDICT_OK;
	size_t was = r->said.n;
	struct buf b;
	int ret;

	if (r->sum.root_text == NULL || f->holder == NULL ||
	    strcmp(f->holder, "workload") != 0 ||
	    strcmp(f->kind, "secret") != 0)
		return 0;
	buf_init(&b, NAME_BYTES, "a name");
	ret = buf_printf(&b, e, "%s.%s", f->ns, f->name);
	/* worst first: what follows of the same one is no other line */
	if (ret == 0)
		ret = names_add(&r->said, buf_str(&b), e);
	if (ret == 0 && r->said.n > was)
		ret = (!ok && names_add(&r->differ, buf_str(&b), e) == -1) ||
		    say_ns(r, f->ns, e) == -1 ? -1 :
		    classic_secret(stdout, f->ns, f->name, ok, e);
	buf_release(&b);
	return ret;
}

int
certverify_classic_close(struct run *r, struct err *e)
{
	if (r->sum.root_text == NULL)
		return 0;
	return say_ns(r, NULL, e) == -1 ? -1 : classic_verified(stdout,
	    r->differ.v, r->differ.n, e);
}
