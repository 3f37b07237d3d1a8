/*
 * certverify: does everyone who must trust the root in force do so, and would
 * every handshake between them succeed?
 *
 * A fold over facts and a given time.  What comes is judged when it comes as
 * far as it can be: keys are matched and signatures verified at once, and of a
 * workload only some sixty bytes stay.  What it hangs on, the CA in force, may
 * come last; so workloads are put into classes (same profile of certificate,
 * same signer, same intermediates, same trust anchors), and a class is judged
 * against it by one of its members in the end.
 */
#ifndef PLUGINS_CERTVERIFY_H
#define PLUGINS_CERTVERIFY_H

#include <stdint.h>

#include "base/rule.h"
#include "era/era.h"
#include "mesh/mesh.h"

#define CV_WORKLOADS_MAX 2000000	/* kept; more is ERR_LIMIT */
#define CV_SETS_MAX	20000	/* different bundles of certificates */
#define CV_CLASSES_MAX	4096	/* of workloads */
#define CV_PAIRED_MAX	64	/* classes whose pairs are judged */
#define CV_OTHERS_MAX	200000	/* trust copies, webhooks, namespaces, each */

struct cv_params {
	int64_t		 now;		/* seconds since 1970; cv_now() */
	int64_t		 warn;		/* a remaining life <= this */
	const char	*istio_ns;	/* borrowed, as all of this */
	/* --root: the certificates to go by, or one of the input by its */
	/* fingerprint, or (by_name) a secret that comes as TRUST_NAMED */
	struct cert	*const *root;
	size_t		 nroot;
	const unsigned char *root_sha256;
	int		 root_by_name;
	/* a live cluster: a namespace without a trust copy is a finding */
	/* though no other has one */
	int		 live;
	/* Is this asked for?  NULL: everything is. */
	int		(*wanted)(void *arg, const struct ref *r);
	void		*arg;
};

/* One record to be.  Everything is borrowed during the call of emit. */
struct cv_finding {
	enum verdict		 verdict;
	const char		*kind;
	const char		*ns;		/* "" if it has none */
	const char		*name;
	const char		*holder;	/* NULL: none */
	const char		*identity;	/* or NULL */
	int			 dated;
	int64_t			 not_after;
	const struct cert	*root;		/* or NULL */
	uint64_t		 count;		/* 0: none */
	const struct rule	*rule;		/* NULL: ok, or unknown */
	const char		*message;
	int			 first;		/* of this object */
	int			 stale;		/* --wait waits for it to end */
};

struct cv_summary {
	size_t			 records;
	size_t			 workloads;	/* judged */
	size_t			 objects;	/* judged, of all holders */
	size_t			 pairs;		/* of classes, proved */
	int			 no_root;	/* none to go by was found */
	enum era		 era;
	const struct control_plane *plane;
	/* the CA in force, and does it sign for itself? */
	enum ca_choice		 in_force;
	int			 self_signed;
	const struct cert	*root;		/* that was gone by, or NULL */
	/* istio-ca-secret's ca-cert.pem as it stands, or NULL */
	const char		*root_text;
	size_t			 root_len;
};

struct cv;

/* cv_free(NULL) is legal. */
int	cv_new(const struct cv_params *p, struct cv **cv, struct err *e);
void	cv_free(struct cv *cv);

/*
 * The sink that collects into cv.  A workload's key is looked at during the
 * call and not kept.
 */
struct sink cv_sink(struct cv *cv);

/*
 * What time it has become: what is judged from here on is judged by it.
 * Reading takes its while, and the CA issues meanwhile; by the time at which
 * reading began such a certificate would not be valid yet.
 */
void	cv_now(struct cv *cv, int64_t now);

/* All has come: judge, once.  -1: no memory, or --root's is not to be found. */
int	cv_judge(struct cv *cv, struct err *e);

/*
 * After that: does any finding hang on whether a service account is still
 * there?  Then sink.account may be given what there is, and cv_accounts_all()
 * says that this was all.
 */
int	cv_wants_accounts(const struct cv *cv);
void	cv_accounts_all(struct cv *cv);

/*
 * --wait, after cv_judge(): one workload or copy of the root as it is now,
 * judged alone and not kept.  *stale: there is a finding of the kind that
 * cv_finding.stale marks.
 */
int	cv_again_workload(struct cv *cv, const struct workload *f, int *stale,
	    struct err *e);
int	cv_again_trust(struct cv *cv, const struct trust_copy *f, int *stale,
	    struct err *e);

/* What has been found out about the mesh; nothing is counted yet. */
void	cv_sum(const struct cv *cv, struct cv_summary *sum);

/* Hand the findings on, in the order of the contract; emit's -1 stops. */
typedef int cv_emit(void *arg, const struct cv_finding *f, struct err *e);
int	cv_end(struct cv *cv, cv_emit *emit, void *arg, struct cv_summary *sum,
	    struct err *e);

/*
 * --envoy: the container of a pod whose proxy is to be asked, Envoy's or
 * ztunnel's; NULL: it has none, or does not run (yet, or any more).
 */
const struct container *cv_proxy_of(const struct pod *p);

/*
 * The command that asks such a pod, and of how many words: of Envoy for the
 * first certificate of each bundle, or for whole bundles, which those know that
 * use SDS; of ztunnel, where its image has curl(1), always for all.
 */
const char *const *cv_question(const struct pod *p, int bundle, size_t *n);

/*
 * After cv_judge(): one proxy, judged alone; nothing of it is kept.  p is a
 * pod that cv_proxy_of() knows, c what it said, or NULL and why it did not.
 * sum, which cv_sum() has set up, counts on.
 *
 * Its root is compared with the one in force, by all of it where whole
 * certificates came, and otherwise by serial number and dates, as far as they
 * are known: then a certificate that was read elsewhere, and has them, stands
 * for it.  /certs tells but the first of a bundle: if that is not the one in
 * force, and a bundle was read that begins with it and holds the one in force,
 * nobody can tell (not-asked, and --bundle would).  Of several roots in /certs
 * one that is stale counts, and is a warning beside the one in force: contexts
 * linger.  Of several leaves of Envoy the newest counts, of ztunnel's each.
 * With certificates from a mounted Secret its leaf is compared with that
 * secret's, if sink.workload had it (params.wanted must have taken it);
 * CV_RELOAD_GRACE seconds are given.  It is about to expire with params.warn
 * left, or with a quarter of its life if that is less.
 *
 * Records: unknown, bad, warn, or one ok; HOLDER is envoy, IDENTITY, NOT_AFTER
 * are the leaf's, of ztunnel the first's that it is about, ROOT is what it
 * trusts, if that was read anywhere, COUNT is how many of ztunnel's identities
 * it is about.
 */
#define CV_RELOAD_GRACE	300	/* the kubelet's 90 s, the agent's 120 s */
int	cv_proxy(struct cv *cv, const struct pod *p,
	    const struct proxy_certs *c, const struct err *why, cv_emit *emit,
	    void *arg, struct cv_summary *sum, struct err *e);

/* The table of rules, NULL at its end. */
extern const struct rule *const cv_rules[];
/* and what --explain says beside it, a page each */
extern const struct rule_page cv_pages[];

#endif
