/* kubectl istio proxyver: the cluster, files or targets, and exit status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cmd/proxyver/run.h"
#include "kube/kube.h"
#include "kube/names.h"
#include "mesh/names.h"
#include "pki/cert.h"

static struct pods_scope
scope(const struct run *r)
{
	struct pods_scope s = {
		.ns = r->own.ns, .labels = r->own.selector,
		.target = r->refs, .ntarget = r->targets.n,
		.exec = r->own.ask
	};

	if (r->own.form == FORM_CLASSIC && r->own.ns == NULL && !r->targeted)
		s.namespaces = PODS_NEED_NAMESPACES;
	else if (r->own.ns != NULL && !r->targeted)
		s.namespaces = PODS_COUNT_NAMESPACES;
	return s;
}

/* Targets as observe/ takes them; what is no pod is said at once. */
static int
prepare_targets(struct run *r, struct err *e)
{
	const struct target *t;
	size_t i;

	r->refs = calloc(r->targets.n + 1, sizeof(*r->refs));
	if (r->refs == NULL)
		return err_nomem(e);
	for (i = 0; i < r->targets.n; i++) {
		t = &r->targets.v[i];
		r->refs[i].kind = t->kind;
		r->refs[i].ns = t->ns;
		r->refs[i].name = t->name;
		if (strcmp(t->kind, "pod") != 0 && r->o.files.n == 0)
			return err_set(e, ERR_USAGE, "the target %s/%s/%s is "
			    "no pod: proxyver judges pods", t->kind, t->ns,
			    t->name);
	}
	return 0;
}

/* Targets read, with the context's namespace for those that have none. */
static int
read_targets(struct run *r, const struct strs *operands, struct kube *k,
    struct err *e)
{
	const char *ns = r->own.ns;

	if (operands->n == 0)
		return 0;
	r->targeted = 1;
	if (ns == NULL && k != NULL)
		ns = kube_namespace(k) != NULL ? kube_namespace(k) : "default";
	if (targets_read(&r->targets, operands, STDIN_FILENO, "pod", ns, e) ==
	    -1)
		return -1;
	return prepare_targets(r, e);
}

static int
read_files(struct run *r, const struct strs *operands,
    const struct observe_options *oo, struct err *e)
{
	struct sink sink = proxyver_sink(r);
	size_t i;

	if (read_targets(r, operands, NULL, e) == -1)
		return -1;
	for (i = 0; i < r->o.files.n; i++)
		if (observe_path(r->o.files.v[i], oo, &sink, e) == -1)
			return -1;
	return proxyver_missing(r, e);
}

static int
read_cluster(struct run *r, const struct strs *operands,
    const struct observe_options *oo, struct err *e)
{
	const struct kube_log log = { r->flags.verbose, progress_say,
	    &r->progress };
	struct kube_options ko = { "proxyver", VERSION, &log, NULL };
	struct sink sink = proxyver_sink(r);
	struct pods_scope s;
	struct kube *k;
	int ret = -1;

	if (targets_on_stdin(operands))
		ko.stdin_taken = "targets are read from it";
	if (kube_connect(&r->flags, &ko, &k, e) == -1)
		return -1;
	if (read_targets(r, operands, k, e) == 0 &&
	    (!r->own.ask || proxyver_ask_begin(r, e) == 0)) {
		s = scope(r);
		ret = r->targeted && r->targets.n == 0 ? 0 :
		    observe_pods(k, &s, oo, &sink, e);
		if (ret == 0 && r->own.ask)
			ret = proxyver_ask(r, k, e);
	}
	proxyver_ask_free(r);
	kube_close(k);
	return ret;
}

static void
say_scope(struct run *r)
{
	size_t n = r->listed;

	if (r->own.ns == NULL || r->targeted || r->containers == 0)
		return;
	if (r->o.files.n > 0) {
		names_sort(&r->ns);
		n = r->ns.n;
	}
	if (n > 0)
		cli_note(stderr, "judged 1 of %zu namespaces", n);
	else
		cli_note(stderr, "judged 1 namespace; how many there are may "
		    "not be listed");
}

static int
nothing(const struct run *r, struct err *e)
{
	const char *what = "the cluster has";

	if (r->o.files.n > 0)
		what = "the input holds";
	else if (r->own.selector != NULL)
		what = "the selector finds";
	else if (r->own.ns != NULL)
		what = "the namespace has";
	return err_set(e, ERR_ABSENT, "no proxy found: %s no pod with a "
	    "container of Istio's", what);
}

/* Records are written while the input is still being read. */
static int
judge(struct run *r, const struct strs *operands, struct err *e)
{
	struct observe_options oo = {
		.default_ns = r->own.ns != NULL ? r->own.ns : "default",
		.progress = progress_hear, .arg = &r->progress
	};

	if (proxyver_open(r, e) == -1)
		return -1;
	if ((r->o.files.n > 0 ? read_files(r, operands, &oo, e) :
	    read_cluster(r, operands, &oo, e)) == -1)
		return -1;
	progress_clear(&r->progress);
	if (proxyver_close(r, e) == -1)
		return -1;
	say_scope(r);
	if (r->tally.examined > 0 || r->o.allow_empty ||
	    (r->targeted && r->targets.n == 0))
		return 0;
	return nothing(r, e);
}

/* What is printed instead of judging.  1 if it was asked for. */
static int
instead(struct run *r, const struct cli_group *g, size_t n,
    const struct strs *operands, int *ret, struct err *e)
{
	struct pods_scope s;

	if (cli_instead(stdout, &proxyver_tool, g, n, &r->o, ret, e))
		return 1;
	if (!r->o.print_rbac)
		return 0;
	*ret = -1;
	if (proxyver_params(r, operands, e) == 0 &&
	    read_targets(r, operands, NULL, e) == 0) {
		s = scope(r);
		*ret = observe_pods_rbac(stdout, "kubectl-istio-proxyver", &s,
		    e);
	}
	return 1;
}

static int
status(const struct run *r, int ret, const struct err *e)
{
	return ret == -1 ? cli_fail(stderr, &proxyver_tool, e) :
	    tally_status(&r->tally);
}

int
main(int argc, char **argv)
{
	static struct run r = {
		.own = { .form = FORM_UNSET },
		.o = { .istio_ns = NAME_ISTIO_NAMESPACE },
	};
	const struct cli_group groups[] = {
		{ proxyver_opts, &r.own }, { cli_common_opts, &r.o },
		{ cli_cluster_opts, &r.flags }
	};
	const size_t n = sizeof(groups) / sizeof(groups[0]);
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	cli_harden();
	if (cli_completing(argc, argv))
		return cli_complete(stdout, &proxyver_tool, groups, n, &r.flags,
		    kube_names, argc, argv);
	pki_guard(cli_no_memory);
	pki_init();
	r.now = (int64_t)time(NULL);
	ret = cli_parse(&proxyver_tool, groups, n, argc, argv, &operands, &e);
	if (ret == 0 && !instead(&r, groups, n, &operands, &ret, &e) &&
	    (ret = proxyver_params(&r, &operands, &e)) == 0) {
		tally_init(&r.tally, &r.o.excuse);
		progress_init(&r.progress, stderr, r.o.progress == 1);
		ret = judge(&r, &operands, &e);
		progress_clear(&r.progress);
	}
	ret = status(&r, ret, &e);
	rec_free(r.out);
	names_free(&r.ns);
	names_free(&r.versions);
	targets_free(&r.targets);
	free(r.refs);
	cli_list_free(&operands);
	cli_common_free(&r.o);
	cli_cluster_free(&r.flags);
	return ret;
}
