/* The command line of proxyver. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/proxyver/run.h"

static const char *const forms[] = {
	"tsv", "table", "wide", "json", "jsonl", "classic", NULL
};
/* the same, as enum rec_form has them */
static const int form_values[] = {
	REC_TSV, REC_TABLE, REC_WIDE, REC_JSON, REC_JSONL, FORM_CLASSIC
};

#define OWN(field) offsetof(struct own_flags, field)

const struct cli_opt proxyver_opts[] = {
	{ "min", 0, CLI_STRING, OWN(min), "VERSION",
	    "warn of everything below this version: 1.20, 1.20.3", NULL },
	{ "summary", 0, CLI_BOOL, OWN(summary), NULL,
	    "a table of versions and verdicts, and how many have them", NULL },
	{ "ask", 0, CLI_BOOL, OWN(ask), NULL,
	    "ask what runs for its version where no image tag tells", NULL },
	{ "namespace", 'n', CLI_STRING, OWN(ns), "NAMESPACE",
	    "only the pods of this one (all of them)", NULL },
	{ "selector", 'l', CLI_STRING, OWN(selector), "SELECTOR",
	    "only pods with these labels, as the API server reads it", NULL },
	{ "output", 'o', CLI_WORD, OWN(form), "FORM",
	    "tsv (off a terminal), table (on one), wide, json, jsonl, classic",
	    forms },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_refused refused[] = { { NULL, 0, NULL } };

const struct cli_tool proxyver_tool = {
	.word = "proxyver",
	.summary = "list every proxy, its version, and whether it learns a new "
	    "root",
	.synopsis = "[-f FILE|DIR|-]... [flags] [[KIND/]NAMESPACE/NAME | -]...",
	.details =
"Which version does every proxy of the mesh really run, and which of them\n"
"will not learn a new root by themselves? Sidecars, gateways, waypoints,\n"
"ztunnels and the control plane, for every Istio since 1.0.\n"
"\n"
"Examples:\n"
"  kubectl istio proxyver\n"
"  kubectl istio proxyver -n shop --min 1.20\n"
"  kubectl istio proxyver --summary\n"
"  kubectl istio proxyver --ask -n shop\n"
"  kubectl istio proxyver | grep no-hot-reload | cut -f 3\n"
"  kubectl get pods -A -o json | kubectl istio proxyver -f -\n"
"  istioctl kube-inject -f app.yaml | kubectl istio proxyver -f -\n"
"  kubectl istio proxyver shop/cart-7c9d8 shop/web-0\n"
"\n"
"Exit status: 0 all is good, 1 a finding, 2 something could not be examined.",
	.rules = pv_rules,
	.pages = pv_pages,
	.refused = refused,
	.target = "pod",
};

static int
check_form(struct run *r, struct err *e)
{
	if (r->own.form == FORM_UNSET)
		r->own.form = isatty(STDOUT_FILENO) ? REC_TABLE : REC_TSV;
	else if (r->own.summary)
		return err_set(e, ERR_USAGE, "--summary is a table for eyes: "
		    "it goes without -o");
	else
		r->own.form = form_values[r->own.form];
	return 0;
}

int
proxyver_params(struct run *r, const struct strs *operands, struct err *e)
{
	int64_t at;

	if (cli_common_check(&r->o, e) == -1 || check_form(r, e) == -1 ||
	    targets_scope(&r->o, &r->own.ns, r->own.selector, operands, e) ==
	    -1)
		return -1;
	if (r->own.ask && r->o.files.n > 0)
		return err_set(e, ERR_USAGE, "--ask asks the pods of a "
		    "cluster: it does not go with -f");
	if (r->own.min != NULL &&
	    pv_parse_min(r->own.min, &r->params, e) == -1)
		return -1;
	/* nothing here hangs on the day */
	if (r->o.at != NULL && when_parse_at(r->o.at, r->now, &at, e) == -1) {
		e->class = ERR_USAGE;
		return err_prefix(e, "--at");
	}
	return 0;
}
