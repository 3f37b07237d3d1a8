/* What the files of kubectl-istio-proxyver share. */
#ifndef CMD_PROXYVER_RUN_H
#define CMD_PROXYVER_RUN_H

#include "base/names.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "cli/tally.h"
#include "cli/target.h"
#include "kube/flags.h"
#include "observe/pods.h"
#include "plugins/proxyver/proxyver.h"
#include "rec/rec.h"

/* The values of -o: enum rec_form, and one more. */
#define FORM_UNSET	-1
#define FORM_CLASSIC	(REC_NAGIOS + 1)

/* The flags that no other tool has, or not with these values. */
struct own_flags {
	const char	*min;
	const char	*ns;
	const char	*selector;
	int		 form;
	int		 summary;
	int		 ask;
};

/* One line of --summary: version and verdict, and how many have both. */
struct version_count {
	char		version[VERSION_LEN];
	enum verdict	verdict;
	size_t		n;
};

#define SUMMARY_MAX 1000	/* different lines of --summary */

struct asking;		/* ask.c's own */

/* One run. */
struct run {
	struct own_flags	 own;
	struct cli_common	 o;
	struct kube_flags	 flags;
	int64_t			 now;	/* the clock's */
	struct pv_params	 params;
	struct targets		 targets;
	int			 targeted;	/* though stdin held none */
	struct ref		*refs;		/* the targets, for observe/ */
	struct tally		 tally;
	struct progress		 progress;
	struct rec_writer	*out;	/* NULL for classic and --summary */
	struct version_count	 count[SUMMARY_MAX];
	size_t			 ncount;
	struct names		 ns;		/* the namespaces there are */
	struct names		 versions;	/* classic: "NS\tVERSION" */
	size_t			 listed;	/* of them, by the server */
	size_t			 containers;	/* of Istio, judged */
	struct asking		*asking;	/* NULL: without --ask */
};

/* flags.c: the tool, its flags, and what they mean. */
extern const struct cli_tool proxyver_tool;
extern const struct cli_opt proxyver_opts[];
int	proxyver_params(struct run *r, const struct strs *operands,
	    struct err *e);

/* facts.c: facts of the input, chosen and judged. */
struct sink proxyver_sink(struct run *r);
/* After the last of them: what was asked for and is not there. */
int	proxyver_missing(struct run *r, struct err *e);

/* One pod, that was asked or not. */
int	proxyver_judge(struct run *r, const struct pod *p,
	    const struct pv_said *said, size_t nsaid, struct err *e);
/* A record that is no judgement: something could not be seen. */
int	proxyver_unknown(struct run *r, const struct ref *ref,
	    const char *message, struct err *e);

/*
 * ask.c: --ask.  From the first pod on that must be asked, what makes a record
 * is held back, so that records stay in order; then pods are asked, and each
 * record comes as soon as it is its turn.
 */
int	proxyver_ask_begin(struct run *r, struct err *e);
int	proxyver_ask(struct run *r, struct kube *k, struct err *e);
void	proxyver_ask_free(struct run *r);
int	proxyver_hold_pod(struct run *r, const struct pod *p, struct err *e);
int	proxyver_hold_unknown(struct run *r, const struct ref *ref,
	    const char *message, struct err *e);

/* print.c: findings as records, or counted.  arg is the struct run. */
int	proxyver_open(struct run *r, struct err *e);
int	proxyver_put(void *arg, const struct pv_finding *f, struct err *e);
int	proxyver_close(struct run *r, struct err *e);

/* classic.c: the old script's lines. */
int	proxyver_classic_put(struct run *r, const struct pv_finding *f,
	    struct err *e);
int	proxyver_classic_close(struct run *r, struct err *e);

#endif
