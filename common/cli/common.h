/*
 * The flags that all tools have and that are not kubectl's, and what is done
 * the same way for each of them.
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "cli/cli.h"

#define CLI_NAMESPACE_MAX 253	/* bytes of -i */

struct cli_common {
	struct strs	 files;		/* -f */
	struct strs	 excuse;
	const char	*istio_ns;	/* set it to its default */
	const char	*at;		/* or NULL */
	const char	*explain;
	const char	*completion;
	int		 progress;	/* 0 auto, 1 never */
	int		 quiet;
	int		 no_headers;
	int		 allow_empty;
	int		 all_namespaces;
	int		 print_rbac;
	int		 help;
	int		 version;
};

extern const struct cli_opt cli_common_opts[];

/* What no table can say: -i is a name, stdin is asked for once. */
int	cli_common_check(const struct cli_common *c, struct err *e);
void	cli_common_free(struct cli_common *c);

/*
 * --help, --version, --explain and --completion: print it instead of judging.
 * 1 if one of them was asked for, *ret being what printing gave; else 0.
 */
int	cli_instead(FILE *out, const struct cli_tool *tool,
	    const struct cli_group *groups, size_t ngroups,
	    const struct cli_common *c, int *ret, struct err *e);

#endif
