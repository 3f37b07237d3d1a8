/* What the files of proxyver share about one container. */
#ifndef PLUGINS_PROXYVER_STATE_H
#define PLUGINS_PROXYVER_STATE_H

#include "plugins/proxyver/proxyver.h"

#define PV_TEXT_MAX	1152	/* bytes of a value in a message */
#define PV_WORDS_MAX	4

enum pv_id {
	PV_UNKNOWN, PV_NO_HOT_RELOAD, PV_TOO_OLD, PV_BELOW_MINIMUM, PV_RESTART,
	PV_NO_SIDECAR, PV_SECURED, PV_RULES
};

/* One container, and all that is known of it. */
struct pv_case {
	const struct pv_params	*params;
	const struct pod	*pod;
	const struct container	*container;
	const struct pv_said	*said;		/* NULL: it was not asked */
	enum part		 part;
	enum role		 role;
	struct image		 image;		/* of what told most */
	enum pv_source		 source;
	const char		*ref;		/* the image's reference */
	const struct reload	*reload;	/* NULL: not known */
	int			 old;		/* 1, 0, or -1: not known */
	int			 below;		/* the same, of --min */
	enum era_flag		 secured;
	int			 sidecar;
	int			 found;		/* a record has been made */
	/* the values of a message */
	struct rule_arg		 word[PV_WORDS_MAX];
	char			 text[PV_WORDS_MAX][PV_TEXT_MAX];
	size_t			 words;
};

struct pv_rule {
	struct rule	 rule;
	unsigned	 hides;		/* a bit for each enum pv_id */
	/* 1: it is broken, and c->word has what the message needs */
	int		(*check)(struct pv_case *c);
};

extern const struct pv_rule pv_table[PV_RULES];

void	pv_word(struct pv_case *c, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* One container of a pod, not asked yet; 0: it is none of Istio's. */
int	pv_case_of(const struct pv_params *p, const struct pod *pod,
	    size_t container, struct pv_case *c);

/* Which version it is and who says so; and what that means. */
void	pv_version(struct pv_case *c);

/* Is it not known, or not well enough for the rules? */
int	pv_version_unknown(const struct pv_case *c);

/* Which program of a part says its version. */
const char *pv_binary(enum part part);

int	pv_no_hot_reload(struct pv_case *c);
int	pv_below_minimum(struct pv_case *c);
int	pv_restart(struct pv_case *c);
int	pv_unknown(struct pv_case *c);
int	pv_no_sidecar(struct pv_case *c);
int	pv_secured(struct pv_case *c);
int	pv_too_old(struct pv_case *c);

#endif
