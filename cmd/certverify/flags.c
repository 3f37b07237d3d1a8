/* The command line of certverify. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/certverify/run.h"
#include "observe/ask.h"

static const char *const forms[] = {
	"tsv", "table", "wide", "json", "jsonl", "prom", "nagios", "classic",
	NULL
};

#define OWN(field) offsetof(struct own_flags, field)

const struct cli_opt certverify_opts[] = {
	{ "root", 0, CLI_STRING, OWN(root), "FILE",
	    "go by this root: a PEM file, a SHA-256, or secret/NS/NAME", NULL },
	{ "warn", 0, CLI_SPAN, OWN(warn), "SPAN",
	    "warn when this much life is left, or less (7d)", NULL },
	{ "wait", 0, CLI_BOOL, OWN(wait), NULL,
	    "wait until nothing is stale, then print", NULL },
	{ "timeout", 0, CLI_SPAN, OWN(timeout), "SPAN",
	    "--wait: give up after this long without progress (10m)", NULL },
	{ "envoy", 0, CLI_BOOL, OWN(envoy), NULL,
	    "ask every running proxy what it has loaded; targets are pods",
	    NULL },
	{ "bundle", 0, CLI_BOOL, OWN(bundle), NULL,
	    "--envoy: ask for whole bundles, not for the first root alone",
	    NULL },
	{ "concurrency", 0, CLI_NUMBER, OWN(concurrency), "N",
	    "--envoy: so many pods at once (32; at most 256)", NULL },
	{ "rate", 0, CLI_NUMBER, OWN(rate), "N",
	    "--envoy: begin so many a second (20; 0 is as many as can be)",
	    NULL },
	{ "namespace", 'n', CLI_STRING, OWN(ns), "NAMESPACE",
	    "only what is in this one (all of them)", NULL },
	{ "selector", 'l', CLI_STRING, OWN(selector), "SELECTOR",
	    "only secrets (and pods) with these labels, as the API server "
	    "reads it",
	    NULL },
	{ "output", 'o', CLI_WORD, OWN(form), "FORM",
	    "tsv (off a terminal), table (on one), wide, json, jsonl, prom, "
	    "nagios, classic", forms },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_refused refused[] = { { NULL, 0, NULL } };

const struct cli_tool certverify_tool = {
	.word = "certverify",
	.summary = "prove that everyone trusts the root and every chain holds",
	.synopsis = "[-f FILE|DIR|-]... [flags] [[KIND/]NAMESPACE/NAME | -]...",
	.details =
"Has every workload, every namespace and every webhook got the root that is\n"
"in force, and would every handshake between them succeed? Nothing is\n"
"compared as text: chains are validated as Envoy, Go and OpenSSL would, and\n"
"keys are matched. It reads every workload's private key for that, and keeps\n"
"none.\n"
"\n"
"Examples:\n"
"  kubectl istio certverify\n"
"  kubectl istio certverify | grep ^bad\n"
"  kubectl istio certverify -q --wait --timeout 15m\n"
"  kubectl istio certverify --root new-root.pem\n"
"  kubectl istio certverify --envoy -n shop\n"
"  kubectl istio proxyver | grep no-hot-reload |\n"
"    kubectl istio certverify --envoy -\n"
"  kubectl get ns,sa,secret,cm,deploy -A -o json |\n"
"    kubectl istio certverify -f -\n"
"  kubectl istio certverify -f chain.pem --root root.pem\n"
"\n"
"Exit status: 0 all is good, 1 a finding, 2 something could not be examined.",
	.rules = cv_rules,
	.pages = cv_pages,
	.refused = refused,
	.target = "secret",
	.pods_flag = "envoy",
};

static int
check_wait(const struct run *r, const struct strs *operands, struct err *e)
{
	if (!r->own.wait)
		return 0;
	if (r->o.files.n > 0)
		return err_set(e, ERR_USAGE, "--wait watches a cluster: it "
		    "does not go with -f");
	if (r->o.at != NULL)
		return err_set(e, ERR_USAGE, "--wait goes by the clock: it "
		    "does not go with --at");
	if (operands->n > 0)
		return err_set(e, ERR_USAGE, "--wait waits for all of a "
		    "namespace or of the mesh: it does not go with targets");
	if (r->own.timeout <= 0)
		return err_set(e, ERR_USAGE, "--timeout must be more than 0");
	return 0;
}

/* Not given is the default, which only --envoy has. */
static int
check_envoy(struct run *r, struct err *e)
{
	struct own_flags *o = &r->own;

	if (!o->envoy && (o->bundle || o->concurrency != OWN_UNSET ||
	    o->rate != OWN_UNSET))
		return err_set(e, ERR_USAGE, "--bundle, --concurrency and "
		    "--rate say how pods are asked: they go with --envoy");
	if (o->concurrency == OWN_UNSET)
		o->concurrency = ASK_CONCURRENCY;
	if (o->rate == OWN_UNSET)
		o->rate = ASK_RATE;
	if (o->concurrency < 1 || o->concurrency > KUBE_EXEC_CONCURRENCY)
		return err_set(e, ERR_USAGE, "--concurrency must be 1 to %d",
		    KUBE_EXEC_CONCURRENCY);
	if (!o->envoy)
		return 0;
	if (r->o.files.n > 0)
		return err_set(e, ERR_USAGE, "--envoy asks the pods of a "
		    "cluster: it does not go with -f");
	if (o->wait)
		return err_set(e, ERR_USAGE, "--envoy asks once: it does not "
		    "go with --wait");
	if (o->form == FORM_CLASSIC)
		return err_set(e, ERR_USAGE, "the old script asked no proxy: "
		    "-o classic does not go with --envoy");
	return 0;
}

int
certverify_params(struct run *r, const struct strs *operands, struct err *e)
{
	struct cv_params *p = &r->params;

	if (cli_common_check(&r->o, e) == -1 ||
	    targets_scope(&r->o, &r->own.ns, r->own.selector, operands,
	    e) == -1 ||
	    check_envoy(r, e) == -1 || check_wait(r, operands, e) == -1 ||
	    certverify_root(r, e) == -1)
		return -1;
	p->now = r->now;
	p->warn = r->own.warn;
	p->istio_ns = r->o.istio_ns;
	p->live = r->o.files.n == 0;
	p->root = r->root.cert;
	p->nroot = r->root.n;
	p->root_sha256 = r->root.by_sha256 ? r->root.sha256 : NULL;
	p->root_by_name = r->root.by_name;
	p->wanted = certverify_wanted;
	p->arg = r;
	if (r->o.at != NULL &&
	    when_parse_at(r->o.at, r->now, &p->now, e) == -1) {
		e->class = ERR_USAGE;
		return err_prefix(e, "--at");
	}
	return 0;
}
