/*
 * The count of what was judged, and the only source of the exit status: 0
 * everything was examined and is good, 1 a finding, 2 something could not be
 * examined or done.  2 beats 1 beats 0 and nothing resets it.
 */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include <stddef.h>

#include "base/rule.h"
#include "cli/cli.h"
#include "rec/rec.h"

struct tally {
	size_t			 n[4];		/* records per verdict */
	size_t			 examined;	/* records in all */
	size_t			 excused;	/* not ok, and not counted */
	int			 finding;	/* the status is at least 1 */
	int			 failed;	/* and at least 2 */
	const struct strs	*excuse;	/* borrowed; or NULL */
};

void	tally_init(struct tally *t, const struct strs *excuse);

/*
 * Is a record with this rule (may be NULL) or this object named by --excuse,
 * as RULE or KIND/NS/NAME (KIND/NAME for what has no namespace)?
 */
int	tally_excused(const struct tally *t, const char *rule,
	    const char *kind, const char *object);

/* Count a record; excused is what tally_excused() said of it. */
void	tally_add(struct tally *t, enum verdict v, int excused);

/* Something could not be examined or done that has no record. */
void	tally_fail(struct tally *t);

int	tally_status(const struct tally *t);

/* A summary's counts: ok, warn, bad, unknown, examined, excused. */
#define TALLY_COUNTS 6
void	tally_counts(const struct tally *t, struct rec_count out[TALLY_COUNTS]);

/*
 * The exit status of a run that returned ret: the tally's, or 2 for the error
 * e, which is said.  Two forms have readers with rules of their own.  A text
 * file for Prometheus (form REC_PROM) is whole or not there, and what was found
 * is in it: 0.  A monitoring plugin (REC_NAGIOS) says everything on stdout, its
 * status is nagios', or 3.  shown: help and the like was printed, no more.
 */
int	tally_end(const struct tally *t, const struct cli_tool *tool, int ret,
	    const struct err *e, int form, int nagios, int shown);

#endif
