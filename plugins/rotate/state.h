/* What the files of rotate share about one plan. */
#ifndef PLUGINS_ROTATE_STATE_H
#define PLUGINS_ROTATE_STATE_H

#include "plugins/rotate/rotate.h"

#define RO_WORDS	6
#define RO_TEXT_MAX	768	/* bytes of a value in a message */

/* In the order in which records come. */
enum ro_id {
	RO_NOT_SEEN, RO_ABSENT, RO_EXTERNAL, RO_PLUGGED, RO_NO_ROOT,
	RO_KEY_MISMATCH, RO_STRANGE, RO_NOT_YET, RO_INAPPLICABLE,
	RO_IMMUTABLE, RO_OWNER, RO_SKEW, RO_TOO_OLD, RO_FROM, RO_BACK_KEY,
	RO_BACK_ENDED, RO_UNMANAGED, RO_BARE_POD, RO_UNKNOWN,
	RO_ENDS_SOON, RO_NAMED, RO_SPELLING, RO_ROLLBACK, RO_KEEP_OLD,
	RO_READS_ONCE, RO_LEFT_TO_YOU, RO_BEHIND, RO_BROKEN,
	RO_NO_RELOAD, RO_REACHED,
	/* said by cmd/ alone: they need more than a view */
	RO_NO_RIGHT, RO_CHANGED, RO_UNPROVED, RO_IDS
};

struct plan {
	const struct ro_params	*p;
	const struct ro_view	*v;
	ro_emit			*emit;
	void			*arg;
	struct ro_next		*next;
	enum ro_id		 why;		/* of the write; RO_REACHED: */
						/* none is needed */
	int			 moving;	/* from one root to another */
	/* the values of a message */
	struct rule_arg		 word[RO_WORDS];
	char			 text[RO_WORDS][RO_TEXT_MAX];
	size_t			 words;
};

/* A value for the message that is said next. */
void	ro_word(struct plan *pl, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Say it, with the values so far, and count it.  -1: emit's, no memory. */
int	ro_say(struct plan *pl, enum ro_verdict v, enum ro_step s,
	    const struct ref *ref, enum ro_id id, struct err *e);

/* check.c: what stops it. */
int	ro_check(struct plan *pl, struct err *e);

/* Is a record of this rule about this object excused? */
int	ro_excused(const struct plan *pl, enum ro_id id,
	    const struct ref *ref);

/* parts.c: who restarts, and why; NULL: nobody needs it. */
const char *ro_reason(const struct plan *pl, const struct ro_part *part);

/* Has it done so for the root in force? */
int	ro_settled(const struct plan *pl, const struct ro_part *part);

extern const struct rule ro_table[RO_IDS];

#endif
