#include <stddef.h>
#include <string.h>

#include "cli/common.h"

#define C(field) offsetof(struct cli_common, field)

static const char *const progresses[] = { "auto", "never", NULL };

const struct cli_opt cli_common_opts[] = {
	{ "filename", 'f', CLI_LIST, C(files), "FILE|DIR|-",
	    "judge manifests (YAML, JSON) or PEM, and no cluster; repeatable, "
	    "- is stdin",
	    NULL },
	{ "istio-namespace", 'i', CLI_STRING, C(istio_ns), "NAMESPACE",
	    "where the control plane lives (istio-system)", NULL },
	{ "at", 0, CLI_STRING, C(at), "TIME",
	    "judge as of then: 2027-01-31T00:00:00Z, +90d", NULL },
	{ "no-headers", 0, CLI_BOOL, C(no_headers), NULL,
	    "no header line in a table", NULL },
	{ "quiet", 'q', CLI_BOOL, C(quiet), NULL,
	    "only records that are not ok: for cron", NULL },
	{ "excuse", 0, CLI_LIST, C(excuse), "RULE|KIND/NS/NAME",
	    "keep such records out of the exit status; repeatable", NULL },
	{ "allow-empty", 0, CLI_BOOL, C(allow_empty), NULL,
	    "nothing to judge is not an error", NULL },
	{ "progress", 0, CLI_WORD, C(progress), "auto|never",
	    "say on a terminal's stderr how far it is (auto)", progresses },
	{ "all-namespaces", 'A', CLI_BOOL, C(all_namespaces), NULL,
	    "all namespaces: the default", NULL },
	{ "print-rbac", 0, CLI_BOOL, C(print_rbac), NULL,
	    "print the Role and ClusterRole that this needs of a cluster",
	    NULL },
	{ "explain", 0, CLI_STRING, C(explain), "RULE",
	    "say what a rule means and where it comes from", NULL },
	{ "completion", 0, CLI_STRING, C(completion), "bash|zsh|kubectl",
	    "print a completion script", NULL },
	{ "help", 'h', CLI_BOOL, C(help), NULL, "print this", NULL },
	{ "version", 0, CLI_BOOL, C(version), NULL, "print the version",
	    NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

int
cli_common_check(const struct cli_common *c, struct err *e)
{
	size_t i, stdins = 0;

	if (c->istio_ns[0] == '\0' ||
	    strlen(c->istio_ns) > CLI_NAMESPACE_MAX)
		return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
		    "\"-i, --istio-namespace\" flag: not a namespace",
		    c->istio_ns);
	for (i = 0; i < c->files.n; i++)
		if (strcmp(c->files.v[i], "-") == 0 && ++stdins > 1)
			return err_set(e, ERR_USAGE, "-f - is given twice");
	return 0;
}

void
cli_common_free(struct cli_common *c)
{
	cli_list_free(&c->files);
	cli_list_free(&c->excuse);
}

int
cli_instead(FILE *out, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups,
    const struct cli_common *c, int *ret, struct err *e)
{
	char name[64];
	const char *const commands[] = { name, NULL };

	snprintf(name, sizeof(name), "kubectl-istio-%s", tool->word);
	if (c->help)
		*ret = cli_help(out, tool, groups, ngroups, e);
	else if (c->version)
		*ret = cli_version(out, tool, e);
	else if (c->explain != NULL)
		*ret = cli_explain(out, tool, c->explain, e);
	else if (c->completion != NULL)
		*ret = cli_completion(out, commands, c->completion, e);
	else
		return 0;
	return 1;
}
