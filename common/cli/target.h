/*
 * Targets: what a tool is asked to judge by name, as operands or, for the
 * operand "-", on stdin, one a line.
 *
 * [KIND/]NAMESPACE/NAME, or a NAME alone, which takes -n.  On stdin a line may
 * also be a record of one of these tools (fields separated by TABs): its KIND
 * and OBJECT are taken, so that "proxyver | grep ... | certverify -" needs no
 * awk.  Blank lines are passed over.
 */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stddef.h>

#include "base/err.h"
#include "base/strs.h"

#define TARGETS_MAX	1000000		/* of them */
#define TARGET_LINE_MAX	(1024 * 1024)	/* bytes of a line on stdin */

struct target {
	char	*kind;		/* "pod": lower case, singular */
	char	*ns;		/* "" for what has no namespace */
	char	*name;
	int	 found;		/* the tool's own: the input holds it */
};

struct targets {
	struct target	*v;
	size_t		 n;
	size_t		 room;
};

/*
 * All operands; kind is that of a target which names none, ns the namespace of
 * a name alone, or NULL.  "-" reads from the descriptor in.  They come sorted
 * by namespace and name, duplicates dropped.  -1: a malformed target
 * (ERR_USAGE, or ERR_FORMAT with the line's number), or stdin could not be
 * read to its end; targets_free() in any case.
 */
int	targets_read(struct targets *t, const struct strs *operands, int in,
	    const char *kind, const char *ns, struct err *e);
void	targets_free(struct targets *t);

/* What one of them holds, for who takes it out of the list. */
void	target_free(struct target *t);

/* Is "-" one of the operands? */
int	targets_on_stdin(const struct strs *operands);

/* Are all operands well formed?  Nothing is read.  -1: ERR_USAGE. */
int	targets_check(const struct strs *operands, struct err *e);

/*
 * What is to be judged, by -n, -l, -f and operands together: are they well
 * formed, and do they go with each other?  *ns becomes NULL for all of them.
 */
struct cli_common;
int	targets_scope(const struct cli_common *o, const char **ns,
	    const char *selector, const struct strs *operands, struct err *e);

/* Is it one of them? */
struct target *targets_find(const struct targets *t, const char *kind,
	    const char *ns, const char *name);

#endif
