/*
 * rotate: from what can be seen of a mesh, which step towards the goal is next?
 *
 * The goal: the root in force has enough of its life left, and everybody holds
 * it and validates under it.  Nothing is remembered between two runs: the state
 * is read off the certificates, off the marks that a restart leaves on the
 * controllers' templates, and off the backups.  So a run that was killed, cut
 * off or overtaken by somebody else goes on with what the next one sees.
 *
 * Protocol A of the design: the same key, the same name byte for byte, the same
 * key identifier.  Leaves validate under the old root and the new one, so any
 * mixture is safe until the old one ends.
 */
#ifndef PLUGINS_ROTATE_H
#define PLUGINS_ROTATE_H

#include <stdint.h>

#include "base/rule.h"
#include "base/strs.h"
#include "era/authority.h"
#include "era/part.h"
#include "mesh/mesh.h"

#define RO_SKEW_MAX	300	/* seconds between two clocks, at most */
#define RO_SETTLED	600	/* seconds after which a pod has read the new */
#define RO_DAYS		3650
#define RO_DAYS_MAX	36500

struct ro_params {
	int64_t			 days;		/* of the new root */
	int64_t			 min_left;	/* seconds */
	const uint8_t		*from;		/* SHA-256, or NULL */
	const struct cert	*back;		/* --rollback: to this root */
	int			 restart_none;	/* that is left to the user */
	int			 roll;		/* --roll-workloads */
	const struct strs	*accept_loss;	/* namespaces; borrowed */
	/* --excuse: may be NULL */
	int			(*excused)(void *arg, const char *rule,
				    const struct ref *ref);
	void			*arg;
};

/* A controller whose pods hold a root. */
struct ro_part {
	struct ref	 ref;		/* deployment, daemonset, statefulset */
	enum part	 part;		/* PART_PROXY: workloads to roll */
	struct version	 version;
	int		 has_patch;
	enum era_flag	 secured;	/* controlPlaneSecurity, for it */
	/* its template says: restarted for the root that is in force */
	int		 marked;
	int64_t		 marked_at;	/* when, or 0 */
	int64_t		 rolled_at;	/* its last rollout, or 0: not known */
	int		 ready;		/* all pods are of this template */
};

/* A pod whose proxy never reloads a root. */
struct ro_pod {
	struct ref	 ref;
	int		 controlled;	/* by something that can be restarted */
};

/* Who is not as the goal wants him: certverify's word. */
struct ro_left {
	struct ref	 ref;
	const char	*rule;		/* its id, or NULL: unknown */
	const char	*message;
};

/* The CA secret. */
struct ro_ca {
	struct seen		 seen;
	struct ref		 ref;
	const struct cert	*root;		/* NULL: it holds none */
	enum key_state		 key;
	enum owner		 owner;
	int			 immutable;
	/* why no certificate can be made with the same key, or NULL */
	const char		*inapplicable;
};

/* All that can be seen.  Everything is borrowed. */
struct ro_view {
	int64_t			 now;
	int64_t			 skew;		/* ours less the server's */
	enum era		 era;
	const struct control_plane *plane;
	enum ca_choice		 in_force;
	struct ro_ca		 ca;
	/* what most leaves of this key call their issuer, and how many do */
	/* so, or spell it otherwise; len 0: no leaf was seen */
	struct der		 issuer;
	size_t			 nissuer, nother;
	/* leaves and copies of roots of another key: is this a new one? */
	size_t			 strangers;
	/* another root of this key that a consumer shows: its end, or 0 */
	int64_t			 former;
	/* when the root in force was put there, by a backup; or 0 */
	int64_t			 moved_at;
	/* is the root a successor of --from's, which somebody shows? */
	int			 succeeds;
	size_t			 consumers;	/* judged */
	size_t			 stale;		/* that --wait waits for */
	size_t			 stale_hooks;	/* webhooks among them */
	/* and running proxies, which are asked when nothing else is left */
	size_t			 stale_proxies;
	const struct ro_left	*left;		/* unknown, or bad for ever */
	size_t			 nleft;
	const struct ro_part	*part;
	size_t			 npart;
	const struct ro_pod	*never;
	size_t			 nnever;
	/* namespaces with running pods whose secrets Citadel would delete */
	char *const		*unmanaged;
	size_t			 nunmanaged;
};

enum ro_verdict { RO_DONE, RO_SKIP, RO_TODO, RO_STOP };
enum ro_step {
	RO_CHECK,	/* what must hold before anything is written */
	RO_BACKUP,
	RO_WRITE,	/* the CA secret */
	RO_RESTART,	/* a part of the control plane */
	RO_WAIT,	/* for consumers */
	RO_ROLL,	/* workloads that do not reload */
	RO_GOAL
};

/* "done", "skip", "todo", "stop"; "check", "backup", "write" ... */
const char *ro_verdict_name(enum ro_verdict v);
const char *ro_step_name(enum ro_step s);

/* One record to be.  Everything is borrowed during the call of emit. */
struct ro_record {
	enum ro_verdict		 verdict;
	enum ro_step		 step;
	const struct ref	*ref;
	const struct rule	*rule;
	const char		*message;
};
typedef int ro_emit(void *arg, const struct ro_record *r, struct err *e);

/* What the plan comes to. */
struct ro_next {
	size_t			 stops;
	size_t			 todo;
	enum ro_step		 step;	/* the first of them, if todo > 0 */
	const struct ro_part	*part;	/* RO_RESTART, RO_ROLL */
	/* the subject of the new root, if it is not the old one's; len 0 */
	struct der		 subject;
};

/*
 * The steps in their order: what is done, what is to do, what stops it.  Pure:
 * nothing but p and v decides.  emit may be NULL.  -1: emit's, or no memory.
 */
int	ro_plan(const struct ro_params *p, const struct ro_view *v,
	    ro_emit *emit, void *arg, struct ro_next *next, struct err *e);

/* Does its mark count: not older than the root's being put there? */
int	ro_marked(const struct ro_view *v, const struct ro_part *part);

/* The table of rules.  Three are cmd/'s to say: they need more than a view. */
extern const struct rule *const ro_rules[];	/* NULL at its end */
/* and what --explain says beside it, a page each */
extern const struct rule_page ro_pages[];
const struct rule *ro_rule(const char *id);	/* NULL: no such */

#endif
