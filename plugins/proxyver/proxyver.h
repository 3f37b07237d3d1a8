/*
 * proxyver: every proxy of the mesh and every part of its control plane, with
 * the version that it really runs, and whether it learns a new root by itself.
 *
 * A fold without memory: each pod is judged when it comes, alone.
 */
#ifndef PLUGINS_PROXYVER_H
#define PLUGINS_PROXYVER_H

#include "base/rule.h"
#include "era/reload.h"

struct pv_params {
	int		has_min;
	struct version	min;		/* the user's own floor */
};

/* What tells the version: the field SOURCE. */
enum pv_source {
	PV_NOTHING,		/* "-" */
	PV_IMAGE_TAG,		/* the running image, of the pod's status */
	PV_SPEC_TAG,		/* the spec's: nothing runs, or by digest */
	PV_LABEL,		/* app.kubernetes.io/version, by the charts */
	PV_AGENT		/* its own binary, asked */
};

const char *pv_source_name(enum pv_source s);	/* NULL for PV_NOTHING */

/* One record to be.  Everything is borrowed during the call of emit. */
struct pv_finding {
	enum verdict		 verdict;
	const struct ref	*ref;
	const char		*container;
	const char		*role;
	const char		*version;	/* NULL: not known */
	const char		*variant;	/* or NULL */
	const char		*source;	/* or NULL */
	const char		*image;		/* or NULL */
	const struct rule	*rule;		/* NULL: ok */
	const char		*message;
	int			 first;		/* of this container */
};

typedef int pv_emit(void *arg, const struct pv_finding *f, struct err *e);

/*
 * Judge one pod: the containers of it that are Istio's, in the spec's order,
 * for each one record a broken rule, worst first, or one that is ok.  None for
 * a pod that has run to its end, or has no such container.  *containers is
 * increased by their number.  -1: emit's, or no memory.
 */
int	pv_judge(const struct pv_params *p, const struct pod *pod,
	    pv_emit *emit, void *arg, size_t *containers, struct err *e);

/*
 * What to ask a container of this pod whose version nothing else tells, or not
 * well enough: the PV_QUESTION_WORDS words of a command ("pilot-agent",
 * "version").  NULL: there is no need; or it cannot be asked, since it does not
 * run, or has versions of its own (agentgateway).
 */
#define PV_QUESTION_WORDS 2
const char *const *pv_question(const struct pv_params *p,
	    const struct pod *pod, size_t container);

/* What came of it. */
struct pv_said {
	size_t		 container;	/* the pod's, by number */
	const char	*version;	/* as it calls itself; or NULL: */
	const char	*why;		/* why it did not say one */
};

/* The same as pv_judge(), of a pod that was asked. */
int	pv_judge_asked(const struct pv_params *p, const struct pod *pod,
	    const struct pv_said *said, size_t nsaid, pv_emit *emit, void *arg,
	    size_t *containers, struct err *e);

/* "1.20", "1.20.3" for --min; -1: it is neither. */
int	pv_parse_min(const char *s, struct pv_params *p, struct err *e);

/* The table of rules, NULL at its end. */
extern const struct rule *const pv_rules[];
/* and what --explain says beside it, a page each */
extern const struct rule_page pv_pages[];

#endif
