/* One answer to <TAB> being put together: cli/'s own files only. */
#ifndef CLI_CANDIDATE_H
#define CLI_CANDIDATE_H

#include "cli/complete.h"
#include "cli/text.h"

struct complete {
	const struct cli_tool	*tool;
	const struct cli_group	*groups;
	size_t			 ngroups;
	const struct kube_flags	*flags;
	cli_names		*names;
	struct buf		 out;
	int			 what;		/* enum complete_do, added */
	const char		*part;		/* what there is of it */
	const char		*glue;		/* stands before a candidate */
	size_t			 nglue;
	size_t			 operands;	/* before it */
	size_t			 put;		/* candidates so far */
	struct err		*e;		/* of the names being put */
	const char		*before, *behind;	/* stand around these */
};

/* A candidate, if it begins as part does and is harmless; help may be NULL. */
int	complete_put(struct complete *c, const char *name, const char *help,
	    struct err *e);

/* What can be the value of this option; an operand. */
int	complete_value(struct complete *c, const struct cli_opt *o,
	    struct err *e);
int	complete_operand(struct complete *c, struct err *e);

#endif
