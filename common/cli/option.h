/* One option of the table, and its value: cli/'s own files only. */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "cli/cli.h"

struct cli_found {
	const struct cli_opt	*opt;
	void			*value;
};

/* By its name's len bytes, or where name is NULL by its letter.  1: found. */
int	cli_find(const struct cli_group *groups, size_t ngroups,
	    const char *name, size_t len, char letter, struct cli_found *f);

/* As if it had been given with v.  -1: ERR_USAGE, v is no such value. */
int	cli_set(const struct cli_found *f, const char *v, struct err *e);

#endif
