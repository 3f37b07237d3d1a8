/* One pod on its way, for exec.c: kube/'s own files only. */
#ifndef KUBE_EXEC_ONE_H
#define KUBE_EXEC_ONE_H

#include <stdint.h>

#include "kube/channel.h"
#include "kube/dial.h"
#include "kube/exec.h"
#include "kube/inside.h"
#include "kube/upgrade.h"

#define ONE_GRACE_MS	2000	/* for what comes behind a command's end */
#define ONE_TURN	65536	/* bytes, and then others are read */

enum one_state {
	ONE_IDLE,	/* there is none */
	ONE_WAITING,	/* to be begun (again) at wake */
	ONE_DIALING,
	ONE_ASKING,	/* until it is a WebSocket, or is refused */
	ONE_TALKING,
	ONE_OVER	/* exit_status and why say what came of it */
};

struct one {
	enum one_state		 state;
	struct kube		*k;
	const struct kube_exec_options *o;
	struct kube_run	 x;
	struct dial		 dial;
	struct upgrade		 up;
	struct ws_sink		 sink;
	struct ws		*ws;
	struct channel		 ch;
	struct buf		 path;
	struct buf		 request;	/* what of it is to be sent */
	int64_t			 began;		/* the request; for the log */
	int64_t			 deadline;	/* monotonic ms */
	int64_t			 wake;
	unsigned		 tries;
	unsigned		 runs;		/* cred's, when it started */
	int			 refused;	/* a 401 came before */
	int			 hot;		/* there is more to be read */
	int			 ended;		/* the command, as is known */
	long			 busy_ms;	/* to wait, by a server; or 0 */
	int			 reached;	/* there was a connection */
	int			 answered;	/* something came, in HTTP */
	int			 exit_status;
	struct err		 why;
};

void	one_init(struct one *o, struct kube *k,
	    const struct kube_exec_options *opt);
void	one_release(struct one *o);

/* Take a pod: it waits to be begun at once. */
void	one_take(struct one *o, const struct kube_run *x);

/*
 * Each of these goes on as far as it can, and leaves in o->state what is next.
 * -1: what ends them all (no memory, credentials).
 */
int	one_begin(struct one *o, struct dialer *r, int64_t now, struct err *e);
int	one_connected(struct one *o, CURLcode code, struct err *e);
int	one_move(struct one *o, struct err *e);

/* Its time: 1 and over, if it is up. */
int	one_late(struct one *o, int64_t now);

/* Is there a connection, whose bytes are ours? */
int	one_is_open(const struct one *o);

/* Does it have something to be sent? */
int	one_wants_write(const struct one *o);

/* Back to ONE_IDLE. */
void	one_drop(struct one *o);

#endif
