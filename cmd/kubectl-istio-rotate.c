/* kubectl istio rotate: plan, apply or filter, and exit status. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/rotate/backup.h"
#include "cli/complete.h"
#include "cmd/rotate/run.h"
#include "kube/names.h"
#include "mesh/names.h"
#include "observe/observe.h"

/* ---- --backup-encrypt-to ---- */

static int
on_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct run *r = arg;
	const struct cert *c = bundle_first(&f->entry.bundle);

	(void)e;
	if (r->seal_to == NULL && c != NULL)
		r->seal_to = cert_ref((struct cert *)c);
	return 0;
}

static int
read_recipient(struct run *r, struct err *e)
{
	const struct observe_options oo = { .default_ns = "default" };
	struct sink s;

	if (r->own.seal_to == NULL)
		return 0;
	memset(&s, 0, sizeof(s));
	s.trust_copy = on_copy;
	s.arg = r;
	if (observe_path(r->own.seal_to, &oo, &s, e) == -1)
		return err_prefix(e, "--backup-encrypt-to");
	return r->seal_to != NULL ? 0 : err_set(e, ERR_FORMAT,
	    "--backup-encrypt-to: '%s' holds no certificate", r->own.seal_to);
}

/* ---- what is done ---- */

static int
excused(void *arg, const char *rule, const struct ref *ref)
{
	char object[2 * CLI_NAMESPACE_MAX + 2];
	struct run *r = arg;

	snprintf(object, sizeof(object), "%s%s%s", ref->ns,
	    ref->ns[0] != '\0' ? "/" : "", ref->name);
	return tally_excused(&r->tally, rule, ref->kind, object);
}

/* The steps that are left, and nothing is written. */
static int
plan(struct run *r, struct err *e)
{
	struct ro_next next;
	struct look l;
	int ret;

	ret = rotate_look(r, NULL, &l, e);
	if (ret == 0 && l.no_root && l.ca.fact.seen.state == SEEN_ABSENT &&
	    l.view.consumers == 0 && l.nleft == 0 && l.npart == 0 &&
	    l.holding.n == 0 && r->params.back == NULL)
		ret = err_set(e, ERR_ABSENT, "no root found: the cluster has "
		    "no CA secret in namespace '%s'; is it another one (-i)?",
		    r->o.istio_ns);
	else if (ret == 0)
		ret = ro_plan(&r->params, &l.view, rotate_put, r, &next, e);
	look_free(&l);
	return ret;
}

static int
on_cluster(struct run *r, struct err *e)
{
	const struct kube_log log = { r->flags.verbose, progress_say,
	    &r->progress };
	const struct kube_options ko = { "rotate", VERSION, &log, NULL };
	struct err why = ERR_INIT;
	int ret, closed;

	if (rotate_load(r, e) == -1 || read_recipient(r, e) == -1 ||
	    kube_connect(&r->flags, &ko, &r->kube, e) == -1)
		return -1;
	if ((ret = rotate_open(r, e)) == 0)
		ret = r->own.apply ? rotate_apply(r, e) : plan(r, e);
	closed = r->out == NULL || rotate_close(r, &why) == 0;
	if (ret == 0 && !closed) {
		*e = why;
		ret = -1;
	}
	kube_close(r->kube);
	return ret;
}

/* What is printed instead.  1 if it was asked for. */
static int
instead(struct run *r, const struct cli_group *g, size_t n,
    const struct strs *operands, int *ret, struct err *e)
{
	r->shown = 1;
	if (cli_instead(stdout, &rotate_tool, g, n, &r->o, ret, e))
		return 1;
	r->shown = r->o.print_rbac;
	if (!r->o.print_rbac)
		return 0;
	*ret = rotate_params(r, operands, e) == -1 ? -1 : rotate_rbac(r, e);
	return 1;
}

static int
run(struct run *r, const struct strs *operands, struct err *e)
{
	if (rotate_params(r, operands, e) == -1)
		return -1;
	tally_init(&r->tally, &r->o.excuse);
	r->params.excused = excused;
	r->params.arg = r;
	progress_init(&r->progress, stderr, r->o.progress == 1);
	return r->o.files.n > 0 ? rotate_filter(r, e) : on_cluster(r, e);
}

int
main(int argc, char **argv)
{
	static struct run r = {
		.own = { .days = RO_DAYS, .min_left = -1, .timeout = 600 },
		.o = { .istio_ns = NAME_ISTIO_NAMESPACE },
	};
	const struct cli_group groups[] = {
		{ rotate_opts, &r.own }, { cli_common_opts, &r.o },
		{ cli_cluster_opts, &r.flags }
	};
	const size_t n = sizeof(groups) / sizeof(groups[0]);
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	cli_harden();
	if (cli_completing(argc, argv))
		return cli_complete(stdout, &rotate_tool, groups, n, &r.flags,
		    kube_names, argc, argv);
	pki_guard(cli_no_memory);
	pki_init();
	ca_init(&r.back);
	r.now = r.clock = (int64_t)time(NULL);
	r.own.form = isatty(STDOUT_FILENO) ? REC_TABLE : REC_TSV;
	ret = cli_parse(&rotate_tool, groups, n, argc, argv, &operands, &e);
	if (ret == 0 && !instead(&r, groups, n, &operands, &ret, &e))
		ret = run(&r, &operands, &e);
	progress_clear(&r.progress);
	/* a filter says by 0 that it has written it all */
	r.shown |= ret == 0 && r.o.files.n > 0;
	ret = tally_end(&r.tally, &rotate_tool, ret, &e, r.own.form, 0,
	    r.shown);
	backup_close(r.backup);
	cert_free(r.root);
	cert_free(r.seal_to);
	ca_release(&r.back);
	names_free(&r.said);
	names_free(&r.loaded);
	cert_free(r.loaded_root);
	cli_list_free(&operands);
	cli_list_free(&r.own.accept_loss);
	cli_common_free(&r.o);
	cli_cluster_free(&r.flags);
	return ret;
}
