/*
 * rootcheck: which certificates does the mesh's trust hang on, which of them
 * is in force, and when does the first of them break something?
 *
 * A fold over facts and a given time: rc_sink() takes what observe/ finds,
 * rc_end() judges it and hands the findings on, ordered.  Memory is the CA
 * side of one mesh, whatever its size: certificates of the istio namespace, of
 * the webhooks and of bare PEM files.
 */
#ifndef PLUGINS_ROOTCHECK_H
#define PLUGINS_ROOTCHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/rule.h"
#include "mesh/mesh.h"

#define RC_OBJECTS_MAX	10000	/* objects kept; more is ERR_LIMIT */
#define RC_SKEW_MAX	30	/* seconds between two clocks that agree */
#define RC_BLOCKS_MAX	20000	/* PEM blocks kept, in all of them */

/* "30d" or "20%": of each certificate's own lifetime. */
struct rc_limit {
	int64_t	seconds;
	int	percent;	/* -1: seconds count */
};

struct rc_params {
	int64_t		 now;		/* seconds since 1970; rc_now() */
	struct rc_limit	 warn;		/* a remaining life <= this */
	struct rc_limit	 crit;
	const char	*istio_ns;	/* borrowed */
};

/* One record to be.  Everything is borrowed during the call of emit. */
struct rc_finding {
	enum verdict		 verdict;
	const char		*kind;
	const char		*ns;		/* "" if it has none */
	const char		*name;
	const char		*entry;		/* "ca-cert.pem#1", or NULL */
	const char		*role;
	const struct cert	*cert;		/* NULL: no such columns */
	int			 has_until;	/* first-break: until counts */
	int64_t			 until;
	const struct rule	*rule;		/* NULL: ok, or unknown */
	const char		*message;
	/* first-break only: what it follows from, so that an excuse for that */
	/* excuses this one too */
	const char		*cause_rule;	/* an id, or NULL */
	const char		*cause_kind;
	const char		*cause_ns;
	const char		*cause_name;
};

struct rc_summary {
	size_t			 records;
	const struct cert	*root;		/* in force, or NULL */
	const char		*elsewhere;	/* another namespace with */
						/* a CA secret; or NULL */
};

struct rc;

/* p is copied but for istio_ns.  rc_free(NULL) is legal. */
int	rc_new(const struct rc_params *p, struct rc **rc, struct err *e);
void	rc_free(struct rc *rc);

/* The sink that collects into rc. */
struct sink rc_sink(struct rc *rc);

/*
 * What time it has become, before rc_end(): what was issued while the rest
 * was read must not seem to be of the future.
 */
void	rc_now(struct rc *rc, int64_t now);

/*
 * Judge.  emit is called once a record, in the order of the contract; its -1
 * stops.  What sum holds lives as long as rc.
 */
int	rc_end(struct rc *rc,
	    int (*emit)(void *arg, const struct rc_finding *f, struct err *e),
	    void *arg, struct rc_summary *sum, struct err *e);

/* The table of rules, NULL at its end: --explain, the man page, the tests. */
extern const struct rule *const rc_rules[];
/* and what --explain says beside it, a page each */
extern const struct rule_page rc_pages[];

#endif
