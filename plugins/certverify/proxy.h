/* One proxy while it is judged: proxy.c and the like only. */
#ifndef PLUGINS_CERTVERIFY_PROXY_H
#define PLUGINS_CERTVERIFY_PROXY_H

#include "era/reload.h"
#include "plugins/certverify/state.h"

#define PX_PENDING	8	/* more than there are kinds */

/* A record to be: the heaviest goes first. */
struct px_pending {
	enum cv_rule_id		 id;
	enum verdict		 verdict;
	const struct proxy_cert	*leaf;		/* that it is about, or NULL */
	uint64_t		 count;
	struct cv_words		 w;
};

struct px {
	struct cv		*cv;
	const struct pod	*pod;
	const struct proxy_certs *c;
	enum part		 part;
	enum delivery		 delivery;
	char			 version[VERSION_LEN];	/* or "" */
	const struct reload	*reload;	/* NULL: not known */
	const struct cv_held	*secret;	/* that it mounts, or NULL */
	const struct proxy_cert	*leaf;		/* that speaks for it */
	const struct proxy_cert	*named;		/* the same, unless it is */
						/* one identity of several */
	const struct cert	*root;		/* that it trusts, or NULL */
	struct px_pending	 pending[PX_PENDING];
	size_t			 n;
};

/* Never NULL: each kind is added once. */
struct px_pending *px_add(struct px *x, enum cv_rule_id id,
	    enum verdict verdict);

/* {how} its version takes a change up, {next} what to do. */
void	px_reload(const struct px *x, struct cv_words *w);

/* ---- proxy_root.c ---- */
int	px_root(struct px *x, struct err *e);

/* ---- proxy_leaf.c ---- */
/* Which of them speaks for it, and whose secret that is. */
void	px_choose(struct px *x);
void	px_leaf(struct px *x);

#endif
