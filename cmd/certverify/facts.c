/* What was asked for: a namespace, targets, or all of it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/certverify/run.h"

int
certverify_by_name(const struct run *r)
{
	return r->targeted && !r->own.envoy;
}

int
certverify_wanted(void *arg, const struct ref *ref)
{
	struct run *r = arg;
	struct target *t;

	if (r->targeted && !certverify_by_name(r))
		return 1;
	if (r->targeted) {
		t = targets_find(&r->targets, ref->kind, ref->ns, ref->name);
		if (t != NULL)
			t->found = 1;
		return t != NULL;
	}
	return r->own.ns == NULL || strcmp(ref->ns, r->own.ns) == 0 ||
	    strcmp(ref->kind, "file") == 0;
}

static int
is_judged(const char *kind)
{
	static const char *const kinds[] = {
		"secret", "configmap", "clustertrustbundle",
		"mutatingwebhookconfiguration",
		"validatingwebhookconfiguration"
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return 1;
	return 0;
}

/*
 * What only stands in records.  A pair's object is the mesh: then all of it is
 * judged.  A file was somebody's -f, and is no object.
 */
static int
drop_records(struct targets *t)
{
	size_t i, n = 0;
	int mesh = 0;

	for (i = 0; i < t->n; i++) {
		mesh |= strcmp(t->v[i].kind, "mesh") == 0;
		if (strcmp(t->v[i].kind, "file") == 0 &&
		    t->v[i].ns[0] == '\0')
			target_free(&t->v[i]);
		else
			t->v[n++] = t->v[i];
	}
	t->n = n;
	return mesh;
}

static int
check_kind(const struct run *r, const struct target *t, struct err *e)
{
	if (r->own.envoy && strcmp(t->kind, "pod") != 0)
		return err_set(e, ERR_USAGE, "the target %s/%s/%s is no pod: "
		    "--envoy asks pods", t->kind, t->ns, t->name);
	if (!r->own.envoy && strcmp(t->kind, "pod") == 0)
		return err_set(e, ERR_USAGE, "the target pod/%s/%s holds no "
		    "root that the cluster has: --envoy asks pods", t->ns,
		    t->name);
	if (!r->own.envoy && !is_judged(t->kind))
		return err_set(e, ERR_USAGE, "the target %s/%s/%s holds no "
		    "root: certverify judges secrets, configmaps and webhook "
		    "configurations", t->kind, t->ns, t->name);
	return 0;
}

int
certverify_read_targets(struct run *r, const struct strs *operands,
    const char *ns, struct err *e)
{
	const struct target *t;
	size_t i;

	if (operands->n == 0)
		return 0;
	r->targeted = 1;
	if (targets_read(&r->targets, operands, STDIN_FILENO, r->own.envoy ?
	    "pod" : "secret", ns, e) == -1)
		return -1;
	if (!r->own.envoy && drop_records(&r->targets)) {
		r->targeted = 0;
		targets_free(&r->targets);
	}
	r->refs = calloc(r->targets.n + 1, sizeof(*r->refs));
	if (r->refs == NULL)
		return err_nomem(e);
	for (i = 0; i < r->targets.n; i++) {
		t = &r->targets.v[i];
		r->refs[i].kind = t->kind;
		r->refs[i].ns = t->ns;
		r->refs[i].name = t->name;
		if (check_kind(r, t, e) == -1)
			return -1;
	}
	return 0;
}

struct holders_scope
certverify_scope(const struct run *r)
{
	const struct holders_scope s = {
		.istio_ns = r->o.istio_ns,
		.ns = r->targeted ? NULL : r->own.ns,
		.labels = r->own.selector,
		.target = certverify_by_name(r) ? r->refs : NULL,
		.ntarget = certverify_by_name(r) ? r->targets.n : 0,
		.root = r->root.by_name ? &r->root.ref : NULL
	};

	return s;
}

struct observe_options
certverify_options(struct run *r)
{
	const struct observe_options oo = {
		.default_ns = r->own.ns != NULL ? r->own.ns : "default",
		.text = 1,
		.named = r->root.by_name ? &r->root.ref : NULL,
		.progress = progress_hear, .arg = &r->progress
	};

	return oo;
}
