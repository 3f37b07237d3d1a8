/* The command line of rootcheck. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "cmd/rootcheck/rootcheck.h"

static const char *const forms[] = {
	"tsv", "table", "wide", "json", "jsonl", "prom", "nagios", "classic",
	NULL
};

#define OWN(field) offsetof(struct own_flags, field)

const struct cli_opt rootcheck_opts[] = {
	{ "warn", 0, CLI_STRING, OWN(warn), "SPAN",
	    "warn when this much life is left, or less: 30d, 12h, 20%", NULL },
	{ "crit", 0, CLI_STRING, OWN(crit), "SPAN",
	    "call it bad when this much life is left, or less (7d)", NULL },
	{ "output", 'o', CLI_WORD, OWN(form), "FORM",
	    "tsv (off a terminal), table (on one), wide, json, jsonl, prom, "
	    "nagios, classic",
	    forms },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_refused refused[] = {
	{ "namespace", 'n', "the whole mesh is judged; did you mean -i?" },
	{ "selector", 'l', "the whole mesh is judged; did you mean -i?" },
	{ NULL, 0, NULL }
};

const struct cli_tool rootcheck_tool = {
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
	.pages = rc_pages,
	.refused = refused,
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

int
rootcheck_params(struct run *r, const struct strs *operands, struct err *e)
{
	if (operands->n > 0)
		return err_set(e, ERR_USAGE, "unexpected argument '%s': "
		    "rootcheck judges the whole mesh of its input",
		    operands->v[0]);
	if (cli_common_check(&r->o, e) == -1 ||
	    parse_limit("warn", r->own.warn, &r->params.warn, e) == -1 ||
	    parse_limit("crit", r->own.crit, &r->params.crit, e) == -1)
		return -1;
	r->params.now = r->now;
	r->params.istio_ns = r->o.istio_ns;
	if (r->o.at != NULL &&
	    when_parse_at(r->o.at, r->now, &r->params.now, e) == -1) {
		e->class = ERR_USAGE;
		return err_prefix(e, "--at");
	}
	return 0;
}
