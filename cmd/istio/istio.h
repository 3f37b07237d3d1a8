/* kubectl-istio's own parts: what it knows of the tools it runs. */
#ifndef CMD_ISTIO_H
#define CMD_ISTIO_H

#include <limits.h>

#include "base/err.h"
#include "cli/cli.h"

#define ISTIO_PREFIX	"kubectl-istio-"
#define ISTIO_RULES_MAX	256	/* of all tools together */
#define ISTIO_ID_MAX	64	/* bytes of an id, NUL included */

/* The only words there are, NULL at the end: nothing else is ever run. */
extern const struct cli_choice istio_words[];

/* Is there such a tool, in this very file or in dir?  Its path is filled in. */
int	istio_installed(const char *dir, const char *word,
	    char path[PATH_MAX]);

/*
 * Become the tool of this path; argv is NULL at its end.  Returns only if it
 * cannot, with errno.
 */
void	istio_exec(const char *path, char **argv);

/* The rules of all installed tools, and whose each is. */
struct istio_rules {
	struct {
		char	id[ISTIO_ID_MAX];
		char	tools[64];	/* "rootcheck, certverify" */
	} rule[ISTIO_RULES_MAX];
	size_t	n;
};

/* Ask the tools in dir: each lists its own for <TAB>. */
int	istio_rules(const char *dir, struct istio_rules *r, struct err *e);

/* Print the page of each tool that has this rule.  -1: none has (ERR_USAGE). */
int	istio_explain(const char *dir, const char *id, struct err *e);

#endif
