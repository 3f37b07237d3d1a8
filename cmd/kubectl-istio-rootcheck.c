/* kubectl istio rootcheck: the cluster or files, the clock, exit status. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cmd/rootcheck/rootcheck.h"
#include "kube/kube.h"
#include "kube/names.h"
#include "mesh/names.h"
#include "observe/cluster.h"
#include "observe/observe.h"
#include "pki/cert.h"

static int
read_cluster(struct run *r, const struct observe_options *oo,
    const struct sink *sink, struct err *e)
{
	const struct kube_log log = { r->flags.verbose, progress_say,
	    &r->progress };
	const struct kube_options ko = { "rootcheck", VERSION, &log, NULL };
	struct kube *k;
	int ret;

	if (kube_connect(&r->flags, &ko, &k, e) == -1)
		return -1;
	ret = observe_cluster(k, r->o.istio_ns, oo, sink, NULL, e);
	kube_close(k);
	return ret;
}

static int
read_input(struct run *r, const struct observe_options *oo,
    const struct sink *sink, struct err *e)
{
	size_t i;

	if (r->o.files.n == 0)
		return read_cluster(r, oo, sink, e);
	for (i = 0; i < r->o.files.n; i++)
		if (observe_path(r->o.files.v[i], oo, sink, e) == -1)
			return -1;
	return 0;
}

static int
nothing(const struct run *r, const struct rc_summary *sum, struct err *e)
{
	if (sum->elsewhere != NULL)
		return err_set(e, ERR_ABSENT, "no root found in namespace "
		    "'%s', but there is a CA secret in '%s': did you mean "
		    "-i %s?", r->o.istio_ns, sum->elsewhere, sum->elsewhere);
	return err_set(e, ERR_ABSENT, "no root found: %s no CA secret, trust "
	    "bundle, webhook or certificate of Istio",
	    r->o.files.n > 0 ? "the input holds" : "the cluster has");
}

/* These two say nothing rather than half of it. */
static int
is_all_or_nothing(const struct run *r)
{
	return r->own.form == REC_PROM || r->own.form == REC_NAGIOS;
}

/* What it has become while all was read, unless --at says otherwise. */
static void
tell_time(struct run *r, struct rc *rc)
{
	if (r->o.at == NULL)
		r->params.now = r->now = (int64_t)time(NULL);
	rc_now(rc, r->params.now);
}

/* Read it all first: what is in force can hang on the last object. */
static int
judge(struct run *r, struct err *e)
{
	struct observe_options oo = {
		.default_ns = r->o.istio_ns, .trust_ns = r->o.istio_ns,
		.progress = progress_hear, .arg = &r->progress
	};
	struct rc_summary sum;
	struct rc *rc = NULL;
	struct sink sink;
	int empty, ret = -1;

	if (rc_new(&r->params, &rc, e) == -1)
		return -1;
	sink = rc_sink(rc);
	if (read_input(r, &oo, &sink, e) == -1)
		goto out;
	tell_time(r, rc);
	progress_clear(&r->progress);
	if (rootcheck_open(r, e) == -1 ||
	    rc_end(rc, rootcheck_put, r, &sum, e) == -1)
		goto out;
	empty = sum.records == 0 && !r->o.allow_empty;
	if (!(empty && is_all_or_nothing(r)) &&
	    rootcheck_close(r, &sum, e) == -1)
		goto out;
	ret = empty ? nothing(r, &sum, e) : 0;
	if (r->own.form == REC_NAGIOS)
		r->nagios = rec_nagios_state(r->out);
out:
	progress_clear(&r->progress);
	rec_free(r->out);
	rc_free(rc);
	return ret;
}

/* What is printed instead of judging.  1 if it was asked for. */
static int
instead(struct run *r, const struct cli_group *g, size_t n, int *ret,
    struct err *e)
{
	if (!cli_instead(stdout, &rootcheck_tool, g, n, &r->o, ret, e)) {
		if (!r->o.print_rbac)
			return 0;
		*ret = observe_print_rbac(stdout, "kubectl-istio-rootcheck",
		    r->o.istio_ns, e);
	}
	r->shown = 1;
	return 1;
}

int
main(int argc, char **argv)
{
	struct run r = {
		.own = { .warn = "30d", .crit = "7d" },
		.o = { .istio_ns = NAME_ISTIO_NAMESPACE },
	};
	const struct cli_group groups[] = {
		{ rootcheck_opts, &r.own }, { cli_common_opts, &r.o },
		{ cli_cluster_opts, &r.flags }
	};
	const size_t n = sizeof(groups) / sizeof(groups[0]);
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	cli_harden();
	if (cli_completing(argc, argv))
		return cli_complete(stdout, &rootcheck_tool, groups, n,
		    &r.flags, kube_names, argc, argv);
	pki_guard(cli_no_memory);
	pki_init();
	r.now = (int64_t)time(NULL);
	r.own.form = isatty(STDOUT_FILENO) ? REC_TABLE : REC_TSV;
	ret = cli_parse(&rootcheck_tool, groups, n, argc, argv, &operands, &e);
	if (ret == 0 && !instead(&r, groups, n, &ret, &e) &&
	    (ret = rootcheck_params(&r, &operands, &e)) == 0) {
		tally_init(&r.tally, &r.o.excuse);
		progress_init(&r.progress, stderr, r.o.progress == 1);
		ret = judge(&r, &e);
	}
	ret = tally_end(&r.tally, &rootcheck_tool, ret, &e, r.own.form,
	    r.nagios, r.shown);
	cli_list_free(&operands);
	cli_common_free(&r.o);
	cli_cluster_free(&r.flags);
	return ret;
}
