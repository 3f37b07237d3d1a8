/*
 * How and when each part of Istio learns a new root, per version: one table,
 * each row with its source.
 */
#ifndef ERA_RELOAD_H
#define ERA_RELOAD_H

#include "era/part.h"

enum reload_how {
	RELOAD_ALONE,		/* by itself, sooner or later */
	RELOAD_RESTART,		/* when it is restarted */
	RELOAD_NEVER		/* its watch is broken: the old one stays */
};

struct reload {
	enum part	 part;
	int		 delivery;	/* enum delivery, or -1: any */
	int		 from[3];	/* this version, and later */
	int		 below[3];	/* but not this one */
	enum reload_how	 how;
	const char	*text;		/* what it does, for a message */
	const char	*next;		/* what to do; RELOAD_ALONE: or NULL */
	const char	*source;
};

extern const struct reload reloads[];
extern const size_t reloads_n;

/*
 * The row for a version.  Without its patch (has_patch 0) only if the whole
 * line agrees.  NULL: the version is not known well enough, or no row has it.
 */
const struct reload *reload_of(enum part part, enum delivery d,
	    const struct version *v, int has_patch);

/*
 * Is it older than what Istio's guide asks of sidecars and of Citadel before
 * a root is replaced: 1.0.8, and in the line of 1.1 1.1.8?  -1: its patch is
 * not known and would decide.  Source: istio.io, Extending Self-Signed
 * Certificate Lifetime (as of 1.4); defaultSelfSignedCACertTTL tag by tag.
 */
int	reload_is_old(const struct version *v, int has_patch);

#endif
