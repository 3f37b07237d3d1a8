/* What the files of kubectl-istio-certverify share. */
#ifndef CMD_CERTVERIFY_RUN_H
#define CMD_CERTVERIFY_RUN_H

#include "base/names.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "cli/tally.h"
#include "cli/target.h"
#include "kube/flags.h"
#include "observe/holders.h"
#include "observe/pods.h"
#include "plugins/certverify/certverify.h"
#include "rec/rec.h"

/* The values of -o: enum rec_form, and one more. */
#define FORM_CLASSIC (REC_NAGIOS + 1)

#define OWN_UNSET	-1

/* The flags that no other tool has, or not with these values. */
struct own_flags {
	const char	*root;
	const char	*ns;
	const char	*selector;
	int64_t		 warn;		/* seconds */
	int64_t		 timeout;
	int		 wait;
	int		 envoy;
	int		 bundle;
	int		 concurrency;	/* OWN_UNSET: not given */
	int		 rate;
	int		 form;
};

/* --root, taken apart. */
struct root_flag {
	struct cert	**cert;		/* of a file */
	size_t		  n;
	unsigned char	  sha256[CERT_SHA256_LEN];
	int		  by_sha256;
	int		  by_name;
	struct ref	  ref;		/* a secret */
	char		  name[2][CLI_NAMESPACE_MAX + 1];
};

/* One run. */
struct run {
	struct own_flags	 own;
	struct cli_common	 o;
	struct kube_flags	 flags;
	int64_t			 now;	/* the clock's */
	struct cv_params	 params;
	struct root_flag	 root;
	struct targets		 targets;
	/* though stdin held none; with --envoy they are pods, which narrow */
	/* what is printed, and the holders in no way */
	int			 targeted;
	struct ref		*refs;		/* the targets, for observe/ */
	struct tally		 tally;
	struct progress		 progress;
	int			 open;	/* printing has begun */
	struct rec_writer	*out;	/* NULL for classic */
	int			 nagios;	/* that world's status */
	int			 shown;		/* help and the like, no more */
	struct holders_versions	 versions;	/* of the last reading */
	struct cv_summary	 sum;
	size_t			 proxies;	/* asked, or not to be seen */
	size_t			 unseen;	/* of the CA's, with targets */
	struct names		 ns;		/* the namespaces there are */
	/* classic: how many of them were said, the last secret, and all */
	/* that do not match */
	size_t			 ns_said;
	struct names		 said;
	struct names		 differ;
};

/* flags.c: the tool, its flags, and what they mean (r->params). */
extern const struct cli_tool certverify_tool;
extern const struct cli_opt certverify_opts[];
int	certverify_params(struct run *r, const struct strs *operands,
	    struct err *e);

/* root.c: --root. */
int	certverify_root(struct run *r, struct err *e);
void	certverify_root_free(struct run *r);

/* facts.c: what is asked of the plugin; arg is the struct run. */
int	certverify_wanted(void *arg, const struct ref *ref);
int	certverify_read_targets(struct run *r, const struct strs *operands,
	    const char *ns, struct err *e);
/* Do targets narrow whom the holders are? */
int	certverify_by_name(const struct run *r);
struct holders_scope certverify_scope(const struct run *r);
struct observe_options certverify_options(struct run *r);

/* judge.c: read, judge, print. */
int	certverify_run(struct run *r, const struct strs *operands,
	    struct err *e);

/* One reading and judging of the cluster or the files, for judge.c, wait.c. */
int	certverify_read(struct run *r, struct kube *k, struct cv **cv,
	    struct err *e);

/* What it has become meanwhile, unless --at says otherwise. */
void	certverify_tell_time(struct run *r, struct cv *cv);

/* A finding, printed; that begins with the first.  arg is the struct run. */
int	certverify_emit(void *arg, const struct cv_finding *f, struct err *e);

/* envoy.c: --envoy, from cv_judge() on; all is printed but the end. */
int	certverify_envoy(struct run *r, struct kube *k, struct cv *cv,
	    struct err *e);
struct pods_scope certverify_pods(const struct run *r);

/* Is a finding with this rule on this object kept out of the status? */
int	certverify_excused(const struct run *r, const struct rule *rule,
	    const char *kind, const char *ns, const char *name);

/* wait.c: until nothing is stale; *out is the last judgement. */
int	certverify_wait(struct run *r, struct kube *k, struct cv **out,
	    struct err *e);

/* print.c: findings as records.  arg is the struct run. */
int	certverify_open(struct run *r, struct err *e);
int	certverify_put(void *arg, const struct cv_finding *f, struct err *e);
int	certverify_close(struct run *r, struct err *e);

/* classic.c: the old script's lines. */
int	certverify_classic_open(struct run *r, struct err *e);
int	certverify_classic_put(struct run *r, const struct cv_finding *f,
	    struct err *e);
int	certverify_classic_close(struct run *r, struct err *e);

#endif
