/*
 * What a shell offers for <TAB>: the hidden mode that the scripts which
 * --completion prints are shells of.
 *
 *	kubectl-istio-WORD __complete ARGUMENT... PARTIAL
 *
 * prints one candidate a line, some with a TAB and what it is behind it, and
 * last ":N", the sum of what the shell is to do with them, in cobra's numbers.
 * That is what kubectl reads, too (k8s.io/kubectl plugin_completion.go, 1.26).
 *
 * All of it comes from the option table, the table of rules, and names.  Of
 * "--flag=part" the candidates are for part, as cobra has it, and of "-fpart"
 * the whole word.  A name with a byte that a shell or a terminal could take
 * for something else is no candidate, whoever made it.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "cli/cli.h"

#define COMPLETE_NAME_MAX	512	/* bytes of a candidate */
#define COMPLETE_MAX		(1024 * 1024)	/* of all of them */

enum complete_do {
	COMPLETE_FILES = 0,	/* none of ours: files */
	COMPLETE_NO_SPACE = 2,	/* more is to follow */
	COMPLETE_NO_FILES = 4,
	COMPLETE_DIRS = 16
};

/*
 * Hand on the names that there are: "context", "cluster" and "user" of the
 * kubeconfig; "namespace", and of the namespace ns "pod", "configmap" and
 * "serviceaccount", of the cluster.  None where that takes too long or fails.
 */
struct kube_flags;
typedef void cli_names(const struct kube_flags *f, const char *what,
	    const char *ns, void (*put)(void *arg, const char *name),
	    void *arg);

/* Is it this mode?  Then nothing else is to be done. */
int	cli_completing(int argc, char **argv);

/*
 * Answer.  flags is one of the groups' values; what stands before PARTIAL is
 * read into them, and what is wrong there passed over.  names may be NULL.
 * The exit status: 0, or 2 if stdout could not be written.
 */
int	cli_complete(FILE *out, const struct cli_tool *tool,
	    const struct cli_group *groups, size_t ngroups,
	    const struct kube_flags *flags, cli_names *names, int argc,
	    char **argv);

#endif
