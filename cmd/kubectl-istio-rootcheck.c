/* kubectl istio rootcheck: argv, files, clock, stdout and exit status. */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/tally.h"
#include "kube/kube.h"
#include "mesh/names.h"
#include "observe/cluster.h"
#include "observe/observe.h"
#include "pki/cert.h"
#include "plugins/rootcheck/rootcheck.h"
#include "rec/classic.h"
#include "rec/rec.h"

/* The names of -o, in the order of enum rec_form, and one more. */
static const char *const forms[] = {
	"tsv", "table", "wide", "json", "jsonl", "prom", "nagios", "classic",
	NULL
};
#define FORM_CLASSIC (REC_NAGIOS + 1)

static const char *const progresses[] = { "auto", "never", NULL };

struct options {
	struct strs	 files;
	struct strs	 excuse;
	const char	*istio_ns;
	const char	*at;
	const char	*warn;
	const char	*crit;
	const char	*explain;
	const char	*completion;
	int		 form;
	int		 progress;
	int		 quiet;
	int		 no_headers;
	int		 allow_empty;
	int		 all_namespaces;
	int		 print_rbac;
	int		 help;
	int		 version;
};

#define OPT(field) offsetof(struct options, field)

static const struct cli_opt opts[] = {
	{ "filename", 'f', CLI_LIST, OPT(files), "FILE|DIR|-",
	    "judge manifests (YAML, JSON) or PEM, and no cluster; repeatable, "
	    "- is stdin",
	    NULL },
	{ "istio-namespace", 'i', CLI_STRING, OPT(istio_ns), "NAMESPACE",
	    "where the control plane lives (istio-system)", NULL },
	{ "warn", 0, CLI_STRING, OPT(warn), "SPAN",
	    "warn when this much life is left, or less: 30d, 12h, 20%", NULL },
	{ "crit", 0, CLI_STRING, OPT(crit), "SPAN",
	    "call it bad when this much life is left, or less (7d)", NULL },
	{ "at", 0, CLI_STRING, OPT(at), "TIME",
	    "judge as of then: 2027-01-31T00:00:00Z, +90d", NULL },
	{ "output", 'o', CLI_WORD, OPT(form), "FORM",
	    "tsv (off a terminal), table (on one), wide, json, jsonl, prom, "
	    "nagios, classic",
	    forms },
	{ "no-headers", 0, CLI_BOOL, OPT(no_headers), NULL,
	    "no header line in a table", NULL },
	{ "quiet", 'q', CLI_BOOL, OPT(quiet), NULL,
	    "only records that are not ok: for cron", NULL },
	{ "excuse", 0, CLI_LIST, OPT(excuse), "RULE|KIND/NS/NAME",
	    "keep such records out of the exit status; repeatable", NULL },
	{ "allow-empty", 0, CLI_BOOL, OPT(allow_empty), NULL,
	    "nothing to judge is not an error", NULL },
	{ "progress", 0, CLI_WORD, OPT(progress), "auto|never",
	    "say on a terminal's stderr how far it is (auto)", progresses },
	{ "all-namespaces", 'A', CLI_BOOL, OPT(all_namespaces), NULL,
	    "accepted: the whole mesh is judged anyway", NULL },
	{ "print-rbac", 0, CLI_BOOL, OPT(print_rbac), NULL,
	    "print the Role and ClusterRole that this needs of a cluster",
	    NULL },
	{ "explain", 0, CLI_STRING, OPT(explain), "RULE",
	    "say what a rule means and where it comes from", NULL },
	{ "completion", 0, CLI_STRING, OPT(completion), "bash|zsh|kubectl",
	    "print a completion script", NULL },
	{ "help", 'h', CLI_BOOL, OPT(help), NULL, "print this", NULL },
	{ "version", 0, CLI_BOOL, OPT(version), NULL, "print the version",
	    NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_refused refused[] = {
	{ "namespace", 'n', "the whole mesh is judged; did you mean -i?" },
	{ "selector", 'l', "the whole mesh is judged; did you mean -i?" },
	{ NULL, 0, NULL }
};

static const struct cli_tool tool = {
	.word = "rootcheck",
	.summary = "judge every certificate that a mesh's trust hangs on",
	.synopsis = "[-f FILE|DIR|-]... [flags]",
	.details =
"Which certificates does this mesh's trust hang on, which of them is in\n"
"force, and when does the first of them break something? For every Istio\n"
"since 1.0. Of the cluster that kubectl talks to, or of manifests (-f).\n"
"\n"
"Examples:\n"
"  kubectl istio rootcheck\n"
"  kubectl istio rootcheck --context prod -o nagios --warn 60d\n"
"  kubectl get secret,configmap,deployment -n istio-system -o json |\n"
"    kubectl istio rootcheck -f -\n"
"  kubectl istio rootcheck -f manifests/ -f root-cert.pem --warn 60d\n"
"  kubectl istio rootcheck -q -f backup.yaml --at +90d\n"
"\n"
"Exit status: 0 all is good, 1 a finding, 2 something could not be examined.",
	.rules = rc_rules,
	.refused = refused,
};

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "ENTRY", "entry", REC_TEXT, 0 },
	{ "ROLE", "role", REC_TEXT, 0 },
	{ "DAYS", "days", REC_NUMBER, 0 },
	{ "NOT_BEFORE", "notBefore", REC_TEXT, 0 },
	{ "NOT_AFTER", "notAfter", REC_TEXT, 0 },
	{ "SHA256", "sha256", REC_PRINT, 0 },
	{ "SUBJECT", "subject", REC_TEXT, 1 },
	{ "RULE", "rule", REC_TEXT, 0 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = {
	"rootcheck", cols, sizeof(cols) / sizeof(cols[0])
};

/* One run: what the callbacks need. */
struct run {
	struct options		 o;
	struct kube_flags	 flags;
	int64_t			 now;	/* the clock's */
	struct rc_params	 params;
	struct tally		 tally;
	struct progress		 progress;
	struct rec_writer	*out;	/* NULL for classic */
	int			 nagios;	/* that world's status */
	int			 shown;		/* help and the like, no more */
	int			 empty;		/* nothing was there to judge */
};

/* "30d", or "20%" of a certificate's own lifetime. */
static int
parse_limit(const char *flag, const char *s, struct rc_limit *l,
    struct err *e)
{
	char *end;
	long n;

	l->percent = -1;
	if (strchr(s, '%') == NULL) {
		if (when_parse_span(s, &l->seconds, e) == 0)
			return 0;
	} else {
		errno = 0;
		n = strtol(s, &end, 10);
		if (s[0] >= '0' && s[0] <= '9' && strcmp(end, "%") == 0 &&
		    errno == 0 && n <= 100) {
			l->percent = (int)n;
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, "invalid argument \"%s\" for \"--%s\" "
	    "flag: want a span like 30d, or a share of the lifetime like 20%%",
	    s, flag);
}

static int
check_options(struct run *r, const struct strs *operands, struct err *e)
{
	size_t i, stdins = 0;

	if (operands->n > 0)
		return err_set(e, ERR_USAGE, "unexpected argument '%s': "
		    "rootcheck judges the whole mesh of its input",
		    operands->v[0]);
	if (r->o.istio_ns[0] == '\0' ||
	    strlen(r->o.istio_ns) > OBSERVE_NAME_MAX)
		return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
		    "\"-i, --istio-namespace\" flag: not a namespace",
		    r->o.istio_ns);
	if (parse_limit("warn", r->o.warn, &r->params.warn, e) == -1 ||
	    parse_limit("crit", r->o.crit, &r->params.crit, e) == -1)
		return -1;
	r->params.now = r->now;
	r->params.istio_ns = r->o.istio_ns;
	if (r->o.at != NULL &&
	    when_parse_at(r->o.at, r->now, &r->params.now, e) == -1) {
		e->class = ERR_USAGE;
		return err_prefix(e, "--at");
	}
	for (i = 0; i < r->o.files.n; i++)
		if (strcmp(r->o.files.v[i], "-") == 0 && ++stdins > 1)
			return err_set(e, ERR_USAGE, "-f - is given twice");
	return 0;
}

static void
on_progress(void *arg, const char *what, uint64_t bytes, uint64_t objects)
{
	struct run *r = arg;

	progress_step(&r->progress, what, bytes, objects);
}

/* "namespace/name", or "name". */
static void
object_name(char *out, size_t size, const char *ns, const char *name)
{
	snprintf(out, size, "%s%s%s", ns, ns[0] != '\0' ? "/" : "", name);
}

static int
is_excused(const struct run *r, const struct rc_finding *f,
    const char *object)
{
	char cause[2 * OBSERVE_NAME_MAX + 2];

	if (tally_excused(&r->tally, f->rule == NULL ? NULL : f->rule->id,
	    f->kind, object))
		return 1;
	if (f->cause_name == NULL)
		return 0;
	object_name(cause, sizeof(cause), f->cause_ns, f->cause_name);
	return tally_excused(&r->tally, f->cause_rule, f->cause_kind, cause);
}

static int
on_finding(void *arg, const struct rc_finding *f, struct err *e)
{
	char object[PATH_MAX + 1], days[24], nb[WHEN_STRLEN], na[WHEN_STRLEN];
	char hex[2 * CERT_SHA256_LEN + 1];
	struct run *r = arg;
	struct rec rec;
	int64_t until;

	object_name(object, sizeof(object), f->ns, f->name);
	memset(&rec, 0, sizeof(rec));
	rec.excused = is_excused(r, f, object);
	tally_add(&r->tally, f->verdict, rec.excused);
	if (r->out == NULL || (r->o.quiet && f->verdict == VERDICT_OK))
		return 0;
	rec.verdict = f->verdict;
	rec.field[0] = verdict_name(f->verdict);
	rec.field[1] = f->kind;
	rec.field[2] = object;
	rec.field[3] = f->entry;
	rec.field[4] = f->role;
	if (f->cert != NULL) {
		until = f->has_until ? f->until : f->cert->not_after;
		snprintf(days, sizeof(days), "%lld",
		    (long long)when_days(until, r->params.now));
		when_format(f->cert->not_before, nb);
		when_format(until, na);
		cert_hex(f->cert, hex);
		rec.field[5] = days;
		rec.field[6] = f->has_until ? NULL : nb;
		rec.field[7] = na;
		rec.field[8] = hex;
		rec.field[9] = f->cert->subject_text;
	}
	rec.field[10] = f->rule == NULL ? NULL : f->rule->id;
	rec.field[11] = f->message;
	return rec_put(r->out, &rec, e);
}

static int
finish(struct run *r, const struct rc_summary *sum, struct err *e)
{
	const struct rec_count counts[] = {
		{ "ok", r->tally.n[VERDICT_OK] },
		{ "warn", r->tally.n[VERDICT_WARN] },
		{ "bad", r->tally.n[VERDICT_BAD] },
		{ "unknown", r->tally.n[VERDICT_UNKNOWN] },
		{ "examined", r->tally.examined },
		{ "excused", r->tally.excused },
	};

	if (r->out != NULL)
		return rec_close(r->out, counts,
		    sizeof(counts) / sizeof(counts[0]), e);
	if (sum->root != NULL)
		return classic_root(stdout, sum->root->not_after,
		    r->params.now, e);
	return classic_no_root(stdout, e);
}

static void
nothing(struct run *r, const struct rc_summary *sum)
{
	if (sum->elsewhere != NULL)
		cli_note(stderr, "error: no root found in namespace '%s', but "
		    "there is a CA secret in '%s': did you mean -i %s?",
		    r->o.istio_ns, sum->elsewhere, sum->elsewhere);
	else
		cli_note(stderr, "error: no root found: %s no CA secret, "
		    "trust bundle, webhook or certificate of Istio",
		    r->o.files.n > 0 ? "the input holds" :
		    "the cluster has");
	tally_fail(&r->tally);
	r->empty = 1;
}

static void
on_log(void *arg, const char *text)
{
	struct run *r = arg;

	progress_clear(&r->progress);
	cli_note(stderr, "%s", text);
}

static int
read_cluster(struct run *r, const struct observe_options *oo,
    const struct sink *sink, struct err *e)
{
	const struct kube_log log = { r->flags.verbose, on_log, r };
	const struct kube_options ko = { "rootcheck", VERSION, &log, NULL };
	struct kube_config *c;
	struct kube *k = NULL;
	int ret = -1;

	if (kube_config_load(&r->flags, &c, e) == -1) {
		if (e->class != ERR_ABSENT)
			return -1;
		return err_set(e, ERR_CONFIG, "no cluster is configured: set "
		    "KUBECONFIG or --kubeconfig, or judge manifests with -f "
		    "(kubectl get ... -o json | kubectl istio rootcheck -f -), "
		    "or try 'make demo'");
	}
	if (kube_open(c, &ko, &k, e) == 0)
		ret = observe_cluster(k, r->o.istio_ns, oo, sink, e);
	kube_close(k);
	kube_config_free(c);
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

/* Read it all first: what is in force can hang on the last object. */
static int
judge(struct run *r, struct err *e)
{
	struct observe_options oo = {
		r->o.istio_ns, r->o.istio_ns, on_progress, r
	};
	struct rec_options ro = { REC_TSV, !r->o.no_headers, 0, r->now };
	struct rc_summary sum;
	struct rc *rc = NULL;
	struct sink sink;
	int ret = -1;

	if (rc_new(&r->params, &rc, e) == -1)
		return -1;
	sink = rc_sink(rc);
	if (read_input(r, &oo, &sink, e) == -1)
		goto out;
	progress_clear(&r->progress);
	if (r->o.form != FORM_CLASSIC) {
		ro.form = (enum rec_form)r->o.form;
		ro.colour = cli_colour(STDOUT_FILENO);
		if (rec_open(stdout, &schema, &ro, &r->out, e) == -1)
			goto out;
	}
	if (rc_end(rc, on_finding, r, &sum, e) == -1)
		goto out;
	if (finish(r, &sum, e) == -1)
		goto out;
	if (sum.records == 0 && !r->o.allow_empty)
		nothing(r, &sum);
	ret = 0;
	if (r->o.form == REC_NAGIOS)
		r->nagios = rec_nagios_state(r->out);
out:
	progress_clear(&r->progress);
	rec_free(r->out);
	rc_free(rc);
	return ret;
}

/* What is printed instead of judging.  1 if it was one of these. */
static int
instead(struct run *r, const struct cli_group *g, int *ret,
    struct err *e)
{
	if (r->o.help)
		*ret = cli_help(stdout, &tool, g, 2, e);
	else if (r->o.version)
		*ret = cli_version(stdout, &tool, e);
	else if (r->o.explain != NULL)
		*ret = cli_explain(stdout, &tool, r->o.explain, e);
	else if (r->o.completion != NULL)
		*ret = cli_completion(stdout, &tool, g, 2, r->o.completion, e);
	else if (r->o.print_rbac)
		*ret = observe_print_rbac(stdout, "kubectl-istio-rootcheck",
		    r->o.istio_ns, e);
	else
		return 0;
	r->shown = 1;
	return 1;
}

/*
 * The exit status: the tally's, but for the two forms whose readers have rules
 * of their own.  A text file for Prometheus is whole or not there, and what
 * was found is in it; a monitoring plugin says everything on stdout.
 */
static int
status(const struct run *r, int ret, const struct err *e)
{
	int failed = ret == -1;

	if (failed)
		ret = cli_fail(stderr, &tool, e);
	else
		ret = tally_status(&r->tally);
	if (r->shown || e->class == ERR_USAGE)
		return ret;
	if (r->o.form == REC_PROM && !failed && !r->empty)
		return 0;
	if (r->o.form != REC_NAGIOS)
		return ret;
	if (!failed)
		return r->empty ? 3 : r->nagios;
	printf("ROOTCHECK UNKNOWN - it could not be judged, stderr says why\n");
	return 3;
}

int
main(int argc, char **argv)
{
	struct run r = { .o = {
		.istio_ns = NAME_ISTIO_NAMESPACE, .warn = "30d", .crit = "7d",
	} };
	const struct cli_group groups[] = {
		{ opts, &r.o }, { cli_cluster_opts, &r.flags }
	};
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	cli_harden();
	pki_init();
	r.now = (int64_t)time(NULL);
	r.o.form = isatty(STDOUT_FILENO) ? REC_TABLE : REC_TSV;
	ret = cli_parse(&tool, groups, 2, argc, argv, &operands, &e);
	if (ret == 0 && !instead(&r, groups, &ret, &e) &&
	    (ret = check_options(&r, &operands, &e)) == 0) {
		tally_init(&r.tally, &r.o.excuse);
		progress_init(&r.progress, stderr, r.o.progress == 1);
		ret = judge(&r, &e);
	}
	ret = status(&r, ret, &e);
	cli_list_free(&operands);
	cli_list_free(&r.o.files);
	cli_list_free(&r.o.excuse);
	cli_list_free(&r.flags.as_group);
	cli_list_free(&r.flags.as_extra);
	return ret;
}
