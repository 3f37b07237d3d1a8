/* What the files of kubectl-istio-rootcheck share. */
#ifndef CMD_ROOTCHECK_H
#define CMD_ROOTCHECK_H

#include "cli/common.h"
#include "cli/progress.h"
#include "cli/tally.h"
#include "kube/flags.h"
#include "plugins/rootcheck/rootcheck.h"
#include "rec/rec.h"

/* The values of -o: enum rec_form, and one more. */
#define FORM_CLASSIC (REC_NAGIOS + 1)

/* The flags that no other tool has, or not with these values. */
struct own_flags {
	const char	*warn;
	const char	*crit;
	int		 form;
};

/* One run. */
struct run {
	struct own_flags	 own;
	struct cli_common	 o;
	struct kube_flags	 flags;
	int64_t			 now;	/* the clock's */
	struct rc_params	 params;
	struct tally		 tally;
	struct progress		 progress;
	struct rec_writer	*out;	/* NULL for classic */
	int			 nagios;	/* that world's status */
	int			 shown;		/* help and the like, no more */
};

/* flags.c: the tool, its flags, and what they mean (r->params). */
extern const struct cli_tool rootcheck_tool;
extern const struct cli_opt rootcheck_opts[];
int	rootcheck_params(struct run *r, const struct strs *operands,
	    struct err *e);

/* print.c: findings as records.  arg is the struct run. */
int	rootcheck_open(struct run *r, struct err *e);
int	rootcheck_put(void *arg, const struct rc_finding *f, struct err *e);
int	rootcheck_close(struct run *r, const struct rc_summary *sum,
	    struct err *e);

#endif
