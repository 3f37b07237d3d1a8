/* What the files of kubectl-istio-rotate share. */
#ifndef CMD_ROTATE_RUN_H
#define CMD_ROTATE_RUN_H

#include <signal.h>

#include "base/arena.h"
#include "base/names.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "cli/tally.h"
#include "kube/flags.h"
#include "kube/kube.h"
#include "kube/write.h"
#include "plugins/rotate/rotate.h"
#include "rec/rec.h"

#define ROTATE_SECRET_MAX (4 * 1024 * 1024)	/* bytes of a Secret */
#define ROTATE_PARTS_MAX 10000	/* controllers, and pods that never reload */
#define ROTATE_LEFT_MAX	100000	/* who is not as the goal wants him */

/* What a restart leaves on a template: for which root. */
#define ROTATE_MARK	"rotate.kubectl-istio/root-sha256"
#define ROTATE_RESTARTED "kubectl.kubernetes.io/restartedAt"

/* The flags that no other tool has, or not with these values. */
struct own_flags {
	const char	*from;
	const char	*backup_dir;
	const char	*seal_to;
	const char	*rollback;
	struct strs	 accept_loss;
	int64_t		 min_left;	/* seconds; -1: half of days */
	int64_t		 timeout;
	int		 days;
	int		 apply;
	int		 yes;
	int		 restart;	/* 0 auto, 1 none */
	int		 roll;
	int		 dry_run;	/* 0 none, 1 server */
	int		 form;
};

/* The secret of the CA, as it stands; ca_release() wipes it. */
struct ca {
	struct ro_ca	 fact;
	char		 name[64];	/* istio-ca-secret, or cacerts */
	char		 ns[CLI_NAMESPACE_MAX + 1];
	char		 uid[64];
	char		 version[KUBE_VERSION_MAX];
	struct buf	 cert;		/* ca-cert.pem */
	struct buf	 key;		/* ca-key.pem */
	int		 root_copy;	/* its root-cert.pem is not empty */
	struct buf	 json;		/* all of it */
	struct bundle	 bundle;	/* cert, taken apart */
};

/* A kind of object that is written. */
struct rotate_kind {
	const char	*ref;		/* in a record */
	const char	*kind;
	const char	*resource;
	const char	*group;
};

/* A controller, and what a write to it must say. */
struct controller {
	struct ro_part	 fact;
	const struct rotate_kind *kind;
	char		*ns, *name;
	char		 uid[64];
	char		 version[KUBE_VERSION_MAX];
	char		 mark[2 * CERT_SHA256_LEN + 1];
};

/* One look at the mesh. */
struct look {
	struct ca		 ca;
	struct ro_view		 view;
	struct control_plane	 plane;
	struct controller	*part;
	size_t			 npart;
	struct ro_part		*facts;		/* part's, in a row */
	struct ro_pod		*never;
	size_t			 nnever;
	struct names		 pods;		/* never's, as NS/NAME */
	struct names		 running;	/* namespaces with pods */
	struct names		 opted;		/* namespaces that opted out */
	struct names		 unlabelled;	/* by Citadel's own default */
	struct names		 holding;	/* with workload secrets */
	char			**unmanaged;
	struct ro_left		*left;		/* for the plugin */
	size_t			 nleft;
	struct ro_left		*late;		/* who is waited for */
	size_t			 nlate;
	struct names		 mounted;	/* NS/SECRET, by pods */
	struct names		 there;		/* the same, of workloads */
	struct names		 bad;		/* left and late, as keys */
	struct buf		 issuer;	/* DER of a name */
	int			 no_root;
	struct cv		*cv;		/* that judged it */
	struct arena		 kept;		/* for proxies */
	struct rotate_proxy	*proxy;		/* running, with --apply */
	size_t			 nproxy;
	size_t			 unanswered;	/* of these */
};

/* One run. */
struct run {
	struct own_flags	 own;
	struct cli_common	 o;
	struct kube_flags	 flags;
	struct ro_params	 params;
	uint8_t			 from[CERT_SHA256_LEN];
	struct cert		*seal_to;	/* --backup-encrypt-to */
	struct ca		 back;		/* --rollback: the backup */
	int64_t			 now;		/* --at's, or the clock's, */
						/* when all was read */
	int64_t			 clock;		/* for what is made */
	struct tally		 tally;
	size_t			 count[4];	/* per enum ro_verdict */
	struct progress		 progress;
	struct rec_writer	*out;
	struct err		 broken;	/* stdout is, and why */
	int			 shown;		/* help and the like, no more */
	struct kube		*kube;
	struct backup		*backup;	/* of this run, for its log */
	unsigned		 doubts;	/* in a row */
	unsigned		 writes;	/* of the CA's secret */
	unsigned		 sent;		/* requests that write */
	struct cert		*root;		/* that was put there */
	int			 put;		/* but not seen there yet */
	struct names		 said;		/* steps done, not said again */
	struct names		 loaded;	/* proxies that have it */
	struct cert		*loaded_root;	/* which one */
	unsigned		 tries;		/* of who does not answer */
};

/* Set by INT, TERM and HUP. */
extern volatile sig_atomic_t rotate_signal;

/* flags.c: the tool, its flags, and what they mean (r->params). */
extern const struct cli_tool rotate_tool;
extern const struct cli_opt rotate_opts[];
int	rotate_params(struct run *r, const struct strs *operands,
	    struct err *e);

/* kinds.c: by any of its names; NULL: it is none of them. */
const struct rotate_kind *rotate_kind(const char *name);

/* ca.c: a Secret as a document, its text wiped when it is let go. */
int	ca_of_node(struct ca *ca, const struct node *obj, struct err *e);
int	ca_of_text(struct ca *ca, const char *p, size_t len, struct err *e);
void	ca_init(struct ca *ca);
void	ca_refer(struct ca *ca);	/* again, behind a copy of it */
void	ca_release(struct ca *ca);

/* parts.c: a controller: of the control plane, or of proxies to be rolled. */
int	rotate_part(struct look *l, const struct node *obj, int proxies,
	    struct err *e);
void	rotate_parts_free(struct look *l);

/* roll.c: the pods that never reload, and their controllers. */
int	rotate_pods(struct run *r, struct look *l, struct err *e);

/* unmanaged.c: namespaces whose secrets Citadel would delete. */
int	unmanaged_ns(struct look *l, const struct mesh_ns *ns, struct err *e);
int	unmanaged_end(struct look *l, struct err *e);

/* leaves.c: what leaves and copies of the root say about roots. */
struct leaves;
int	leaves_new(const struct run *r, const struct ca *ca,
	    struct leaves **out, struct err *e);
int	leaves_add(struct leaves *v, const struct workload *f, struct err *e);
int	leaves_copy(struct leaves *v, const struct entry *en, struct err *e);
int	leaves_end(struct leaves *v, struct look *l, struct err *e);
void	leaves_free(struct leaves *v);

/* left.c: one who is not as the goal wants him; rule NULL: not examined. */
int	look_left(struct look *l, const struct ref *ref, const char *rule,
	    const char *message, struct err *e);

/* One who will be, if he is waited for. */
int	look_late(struct look *l, const struct ref *ref, const char *rule,
	    const char *message, struct err *e);

/* Everybody has been said; is this object among them? */
void	left_end(struct look *l);
int	left_has(const struct look *l, const struct ref *ref);
void	left_free(struct ro_left *v, size_t n);

/* "KIND/NS/NAME". */
#define LEFT_KEY (100 + 2 * CLI_NAMESPACE_MAX + 3)
void	left_key(char key[LEFT_KEY], const struct ref *ref);

/*
 * look.c: all that can be seen; as_root: judged by that one.  look_free() in
 * any case.
 */
int	rotate_look(struct run *r, const struct cert *as_root, struct look *l,
	    struct err *e);
void	look_free(struct look *l);

/* What it has become while all was read, unless --at says otherwise. */
void	rotate_tell_time(struct run *r);

/*
 * proxies.c: a running pod, to be asked later; and what all of them hold, put
 * into the view.  The right that it takes, and is its lack excused?
 */
#define PROXIES_RIGHT	{ "get", "", "pods/exec", "", NULL }
int	proxies_keep(struct look *l, const struct pod *pod, struct err *e);
int	rotate_proxies(struct run *r, struct look *l, struct err *e);
int	rotate_may_not_ask(struct run *r);

/* pods that mount what is not there, each secret once (roll.c) */
int	rotate_missing(struct look *l, struct err *e);

/* sign.c: a certificate of the same key, its PEM in pem. */
int	rotate_sign(struct run *r, const struct ca *ca,
	    const struct der *subject, struct buf *pem, struct cert **out,
	    struct err *e);

/* save.c: the backup, read back and proved; and what was kept before. */
struct backup;
int	rotate_save(struct run *r, const struct ca *ca, struct backup **out,
	    struct err *e);
int	rotate_load(struct run *r, struct err *e);
int	rotate_kept(struct run *r, struct look *l, struct err *e);

/*
 * write.c: what is sent to the API server.  rotate_holds(): is this a
 * resourceVersion that a write can be held to?  The others: 0 where it was
 * done, and where only another look can tell (a conflict, no answer).
 */
int	rotate_holds(const char *version);
int	rotate_patch(struct run *r, const struct ca *ca, const struct buf *pem,
	    const char *sha256, struct err *e);
int	rotate_create(struct run *r, const char *sha256, struct err *e);
int	rotate_restart(struct run *r, const struct look *l,
	    const struct ro_part *part, struct err *e);

/*
 * swap.c: sign, prove, keep, write.  1: it was not proved, and said so.
 */
int	rotate_swap(struct run *r, const struct look *l,
	    const struct ro_next *next, struct err *e);
int	rotate_arrived(struct run *r, const struct look *l, struct err *e);

/* rights.c: what this run needs.  1: it lacks some, and said so. */
int	rotate_rights(struct run *r, const struct look *l, struct err *e);
int	rotate_rbac(struct run *r, struct err *e);

/* consent.c: -1: not agreed to, or nobody to ask. */
int	rotate_consent(struct run *r, const struct look *l, struct err *e);

/* apply.c: step by step, until there is nothing to do. */
int	rotate_apply(struct run *r, struct err *e);

/* filter.c: a manifest in, a manifest out. */
int	rotate_filter(struct run *r, struct err *e);

/* print.c: records.  arg is the struct run. */
int	rotate_open(struct run *r, struct err *e);
int	rotate_put(void *arg, const struct ro_record *rec, struct err *e);
int	rotate_say(struct run *r, enum ro_verdict v, enum ro_step s,
	    const struct ref *ref, const char *rule, struct err *e,
	    const char *fmt, ...) __attribute__((format(printf, 7, 8)));
int	rotate_close(struct run *r, struct err *e);

#endif
