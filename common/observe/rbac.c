/* --print-rbac: the rights that the table of questions needs. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "observe/want.h"

#define TEXT_BYTES 65536

static int
same_rule(const struct want *a, const struct want *b)
{
	return strcmp(a->group, b->group) == 0 &&
	    strcmp(a->resource, b->resource) == 0 &&
	    (a->name == NULL) == (b->name == NULL);
}

/* One rule for all rows of a resource that follow each other; their number. */
static size_t
put_rule(struct buf *b, const struct want *w, size_t left, struct err *e)
{
	size_t i, n = 1;

	while (n < left && same_rule(w, &w[n]))
		n++;
	if (buf_printf(b, e, "- apiGroups: [\"%s\"]\n  resources: [%s]\n",
	    w->group, w->resource) == -1)
		return 0;
	if (w->name != NULL && !w->others) {
		for (i = 0; i < n; i++)
			if (buf_printf(b, e, "%s\"%s\"", i == 0 ?
			    "  resourceNames: [" : ", ", w[i].name) == -1)
				return 0;
		if (buf_puts(b, "]\n", e) == -1)
			return 0;
	}
	return buf_printf(b, e, "  verbs: [%s]\n", w->name == NULL ? "list" :
	    "get") == -1 ? 0 : n;
}

static int
put_rules(struct buf *b, int namespaced, struct err *e)
{
	size_t i, n;

	for (i = 0; i < wants_n; i += n) {
		n = 1;
		if ((wants[i].where == IN_ISTIO_NS) == namespaced &&
		    (n = put_rule(b, &wants[i], wants_n - i, e)) == 0)
			return -1;
	}
	return 0;
}

int
observe_print_rbac(FILE *out, const char *name, const char *istio_ns,
    struct err *e)
{
	struct buf b;
	int ret = -1;

	if (istio_ns[strspn(istio_ns, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789-.")] != '\0')
		return err_set(e, ERR_USAGE, "'%.64s' is not a namespace",
		    istio_ns);
	buf_init(&b, TEXT_BYTES, "the roles");
	if (buf_printf(&b, e, "apiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: Role\nmetadata:\n  name: %s\n  namespace: \"%s\"\nrules:\n",
	    name, istio_ns) == -1 || put_rules(&b, 1, e) == -1 ||
	    buf_printf(&b, e, "---\napiVersion: rbac.authorization.k8s.io/v1\n"
	    "kind: ClusterRole\nmetadata:\n  name: %s\nrules:\n", name) == -1 ||
	    put_rules(&b, 0, e) == -1)
		goto out;
	if (fwrite(b.p, 1, b.len, out) != b.len || fflush(out) == EOF)
		err_sys(e, errno, "cannot write to stdout");
	else
		ret = 0;
out:
	buf_release(&b);
	return ret;
}
