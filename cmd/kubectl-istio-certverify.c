/* kubectl istio certverify: the clock, the command line, exit status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cmd/certverify/run.h"
#include "kube/names.h"
#include "mesh/names.h"
#include "pki/cert.h"

/* --envoy's are roles of their own. */
static int
print_roles(struct run *r, struct err *e)
{
	struct holders_scope s = certverify_scope(r);
	struct pods_scope p = certverify_pods(r);

	s.watch = r->own.wait;
	if (observe_holders_rbac(stdout, "kubectl-istio-certverify", &s,
	    e) == -1)
		return -1;
	if (!r->own.envoy)
		return 0;
	if (fputs("---\n", stdout) == EOF)
		return err_sys(e, errno, "cannot write to stdout");
	return observe_pods_rbac(stdout, "kubectl-istio-certverify-envoy",
	    &p, e);
}

/* What is printed instead of judging.  1 if it was asked for. */
static int
instead(struct run *r, const struct cli_group *g, size_t n,
    const struct strs *operands, int *ret, struct err *e)
{
	r->shown = 1;
	if (cli_instead(stdout, &certverify_tool, g, n, &r->o, ret, e))
		return 1;
	r->shown = r->o.print_rbac;
	if (!r->o.print_rbac)
		return 0;
	*ret = -1;
	if (certverify_params(r, operands, e) == 0 &&
	    certverify_read_targets(r, operands, r->own.ns, e) == 0)
		*ret = print_roles(r, e);
	return 1;
}

int
main(int argc, char **argv)
{
	static struct run r = {
		.own = { .warn = 7 * 86400, .timeout = 600,
		    .concurrency = OWN_UNSET, .rate = OWN_UNSET },
		.o = { .istio_ns = NAME_ISTIO_NAMESPACE },
	};
	const struct cli_group groups[] = {
		{ certverify_opts, &r.own }, { cli_common_opts, &r.o },
		{ cli_cluster_opts, &r.flags }
	};
	const size_t n = sizeof(groups) / sizeof(groups[0]);
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	cli_harden();
	if (cli_completing(argc, argv))
		return cli_complete(stdout, &certverify_tool, groups, n,
		    &r.flags, kube_names, argc, argv);
	pki_guard(cli_no_memory);
	pki_init();
	r.now = (int64_t)time(NULL);
	r.own.form = isatty(STDOUT_FILENO) ? REC_TABLE : REC_TSV;
	ret = cli_parse(&certverify_tool, groups, n, argc, argv, &operands,
	    &e);
	if (ret == 0 && !instead(&r, groups, n, &operands, &ret, &e) &&
	    (ret = certverify_params(&r, &operands, &e)) == 0) {
		tally_init(&r.tally, &r.o.excuse);
		progress_init(&r.progress, stderr, r.o.progress == 1);
		ret = certverify_run(&r, &operands, &e);
		progress_clear(&r.progress);
	}
	ret = tally_end(&r.tally, &certverify_tool, ret, &e, r.own.form,
	    r.nagios, r.shown);
	names_free(&r.ns);
	names_free(&r.said);
	names_free(&r.differ);
	targets_free(&r.targets);
	free(r.refs);
	certverify_root_free(&r);
	cli_list_free(&operands);
	cli_common_free(&r.o);
	cli_cluster_free(&r.flags);
	return ret;
}
