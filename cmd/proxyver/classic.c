/*
 * -o classic: what root-transition.sh check-version printed, for each namespace
 * the versions in it, each once.
 */
#include <string.h>

#include "base/buf.h"
#include "cmd/proxyver/run.h"
#include "rec/classic.h"

#define PAIR_MAX 1024

/* The tag as the script left it: without -gke.0, and nothing else. */
static int
put_version(const struct pv_finding *f, struct buf *b, struct err *e)
{
	if (buf_puts(b, f->version, e) == -1)
		return -1;
	return f->variant == NULL || strcmp(f->variant, "gke.0") == 0 ? 0 :
	    buf_printf(b, e, "-%s", f->variant);
}

int
proxyver_classic_put(struct run *r, const struct pv_finding *f, struct err *e)
{
	struct buf b;
	int ret;

	/* the script looked for proxyv2 only */
	if (f->version == NULL || !f->first ||
	    strcmp(f->role, role_name(ROLE_CONTROL_PLANE)) == 0 ||
	    strcmp(f->role, role_name(ROLE_ZTUNNEL)) == 0)
		return 0;
	buf_init(&b, PAIR_MAX, "a version");
	ret = buf_printf(&b, e, "%s\t", f->ref->ns) == -1 ||
	    put_version(f, &b, e) == -1 ||
	    names_add(&r->ns, f->ref->ns, e) == -1 ||
	    names_add(&r->versions, buf_str(&b), e) == -1 ? -1 : 0;
	buf_release(&b);
	return ret;
}

int
proxyver_classic_close(struct run *r, struct err *e)
{
	size_t i, j = 0, n;
	char **v;

	names_sort(&r->ns);
	names_sort(&r->versions);
	v = r->versions.v;
	for (i = 0; i < r->ns.n; i++) {
		if (r->own.ns != NULL && strcmp(r->own.ns, r->ns.v[i]) != 0)
			continue;
		if (classic_namespace(stdout, r->ns.v[i], e) == -1)
			return -1;
		n = strlen(r->ns.v[i]);
		/* a TAB sorts before whatever a name can go on with */
		for (; j < r->versions.n && strncmp(v[j], r->ns.v[i], n) == 0 &&
		    v[j][n] == '\t'; j++)
			if (classic_version(stdout, v[j] + n + 1, e) == -1)
				return -1;
	}
	return 0;
}
