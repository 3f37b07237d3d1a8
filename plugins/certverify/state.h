/* Between the facts and the findings: certverify's own files only. */
#ifndef PLUGINS_CERTVERIFY_STATE_H
#define PLUGINS_CERTVERIFY_STATE_H

#include "base/arena.h"
#include "base/hashset.h"
#include "era/authority.h"
#include "era/scope.h"
#include "pki/leaf.h"
#include "pki/siphash.h"
#include "plugins/certverify/certverify.h"

#define CV_HASH	32	/* bytes of a SHA-256 */
#define CV_NONE	UINT32_MAX

/* Who verifies: common/pki/rules.c. */
enum cv_who { CV_B, CV_G, CV_O, CV_WHOS };

/* What the three say, together. */
enum cv_agree {
	AGREE_OK,
	AGREE_GO,		/* only Go refuses */
	AGREE_OPENSSL,		/* Go accepts, another does not */
	AGREE_NOT		/* nobody accepts, or only OpenSSL does */
};

struct cv_trial {
	enum cv_agree		 agree;
	const struct ruleset	*by;	/* a verifier that refuses, or NULL */
	enum chain_why		 why;	/* its reason */
	const struct cert	*where;	/* borrowed from what was asked */
	const struct cert	*root;	/* where a path ends, or NULL */
	const struct cert	*issuer; /* above the leaf, or NULL */
};

/* A bundle of certificates, kept once however often it comes. */
struct cv_set {
	unsigned char	  hash[CV_HASH];	/* of its text */
	struct cert	**cert;		/* a reference each */
	size_t		  n;
	struct err	  broken;	/* a block of it, or ERR_NONE */
	uint32_t	  same;		/* the first with these certificates */
	/* against the root in force, when asked first */
	int		  tried;
	struct cv_trial	  trial;	/* of what the CA issues; B and G */
	int		  holds;	/* the root itself */
	int		  twin;		/* an expired one beside a valid one */
};

struct cv_class {
	unsigned char	  shape[CV_HASH];
	int		  fast;		/* shape is pki/leaf.h's */
	int		  control_plane; /* of a member, Go verifies, too */
	uint32_t	  inter;	/* set of what follows the leaf */
	uint32_t	  set;		/* its own trust anchors */
	struct cert	 *member;	/* one for all */
	struct cv_trial	  own;		/* against its own anchors */
	struct cv_trial	  force;	/* against the CA in force's */
	/* for pairs: its members that are in order by themselves */
	uint64_t	  n;
	uint32_t	  example;	/* one's name */
	uint32_t	  group;	/* the first class of the same chain */
};

#define H_KEY_DIFFERS	(1u << 0)
#define H_KEY_ABSENT	(1u << 1)
#define H_KEY_BROKEN	(1u << 2)
#define H_KEY_ENCRYPTED	(1u << 3)	/* so nobody knows */
#define H_NO_URI	(1u << 4)
#define H_URIS		(1u << 5)
#define H_WRONG_URI	(1u << 6)
#define H_FILE		(1u << 7)	/* a bare PEM file */
#define H_PUBLIC	(1u << 8)	/* no key was to be there */
#define H_KEY_UNREADABLE (1u << 9)	/* no private key in PEM */
#define H_KEY_GARBLED	(1u << 10)	/* not even base64, or too long */
#define H_DERIVED	(1u << 11)	/* uri is its trust domain alone */
#define H_KEY_UNKNOWN	\
	(H_KEY_ENCRYPTED | H_KEY_UNREADABLE | H_KEY_GARBLED)

/* A workload, as much as stays of it. */
struct cv_held {
	uint32_t	name;		/* cv->text: "NS\0NAME\0" */
	uint32_t	uri;		/* cv->text, or CV_NONE; H_DERIVED */
	uint32_t	class;
	uint32_t	flags;
	int64_t		not_before;
	int64_t		not_after;
	uint32_t	serial;		/* cv_serial_hash() */
};

struct cv_trust {
	uint32_t	   name;
	const char	  *kind;
	enum trust_source  source;
	uint32_t	   set;
};

struct cv_hook {
	uint32_t	 name;		/* ""\0CONFIGURATION\0 */
	uint32_t	 hook;		/* the webhook's own */
	const char	*kind;
	uint32_t	 set;		/* CV_NONE: it is empty */
	int		 service;	/* it names one */
	int		 galley;	/* whose service that is */
};

struct cv_unknown {
	uint32_t	 name;
	uint32_t	 message;
	const char	*kind;
	const char	*holder;	/* or NULL */
};

/* A growing list; cap is in elements. */
struct cv_list {
	void	*v;
	size_t	 n;
	size_t	 room;
	size_t	 size;		/* of one element */
	size_t	 max;
	const char *what;
};

/* The CA in force, or what was named in its place. */
struct cv_force {
	const struct cert	*root;		/* NULL: none */
	struct cert		**anchor;	/* borrowed certificates */
	size_t			 nanchor;
	struct cert		**inter;	/* the CA's own chain */
	size_t			 ninter;
	const struct cert	*signer;
	struct cert		*probe;		/* what it would issue */
};

/* A CA's secret. */
struct cv_ca {
	int		 here;
	int		 unseen;
	struct ca_held	 held;		/* its lists are ours */
	uint32_t	 text;		/* ca-cert.pem as it stands */
	size_t		 len;
};

struct cv {
	struct cv_params	 p;
	struct control_plane	 plane;
	struct era_signs	 signs;
	enum era		 era;
	struct cv_ca		 secret, cacerts;
	uint32_t		 istiod_tls;	/* its ca.crt, a set */
	int			 plane_unseen;	/* the Deployments */
	int			 chiron;	/* meshConfig.certificates */
	struct buf		 text;		/* all strings */
	uint32_t		 domain;	/* in text: the last one */
	struct cv_list		 sets, classes, helds, trusts, hooks;
	struct cv_list		 namespaces;	/* struct mesh_ns */
	struct cv_list		 configs;	/* struct mesh_config */
	struct cv_list		 unknowns;
	struct arena		 arena;		/* labels, selectors */
	struct siphash		*hash;
	struct hashset		 accounts;	/* there are these */
	struct hashset		 account_ns;	/* some account is in it */
	int			 accounts_all;
	struct cv_force		 force;
	struct authority	 authority;
	size_t			 suspects;
};

/* ---- lists.c: growing lists, strings ---- */
void	cv_list_init(struct cv_list *l, size_t size, size_t max,
	    const char *what);
void	*cv_list_add(struct cv_list *l, struct err *e);
int	cv_text(struct cv *cv, const char *s, size_t len, uint32_t *at,
	    struct err *e);
int	cv_name(struct cv *cv, const char *ns, const char *name, uint32_t *at,
	    struct err *e);
const char *cv_ns_of(const struct cv *cv, uint32_t name);
const char *cv_name_of(const struct cv *cv, uint32_t name);
/* What cannot be examined, which is kept already, or not: r is not of cv. */
int	cv_unknown_at(struct cv *cv, const char *kind, uint32_t name,
	    const char *holder, const struct err *why, struct err *e);
int	cv_unknown_add(struct cv *cv, const struct ref *r, const char *holder,
	    const char *entry, const struct err *why, struct err *e);

#define CV_AT(list, type, i)	(&((type *)(list).v)[i])
#define cv_set_at(cv, i)	CV_AT((cv)->sets, struct cv_set, i)
#define cv_class_at(cv, i)	CV_AT((cv)->classes, struct cv_class, i)
#define cv_held_at(cv, i)	CV_AT((cv)->helds, struct cv_held, i)

/* ---- sets.c ---- */
/* The set of this text; *at is CV_NONE for an empty one. */
int	cv_set_of(struct cv *cv, const char *text, size_t len, uint32_t *at,
	    struct err *e);
void	cv_sets_free(struct cv *cv);
/* Its certificates; none for CV_NONE. */
struct cert *const *cv_certs_of(const struct cv *cv, uint32_t at, size_t *n);
/* What a set makes of the root in force. */
const struct cv_set *cv_set_try(struct cv *cv, uint32_t at);

/* ---- serial.c ---- */
/* So much of it, as text, as a workload keeps. */
uint32_t cv_serial_hash(const char *text);

/* ---- trial.c ---- */
/* Ask the verifiers of whos (a bit each) about a leaf, as both ends of TLS. */
#define WHO(w)	(1u << (w))
void	cv_try(const struct cv *cv, const struct cert *leaf,
	    struct cert *const *inter, size_t ninter,
	    struct cert *const *anchor, size_t nanchor, unsigned whos,
	    const struct cert *signer, struct cv_trial *t);

/* ---- workload.c ---- */
int	cv_on_workload(void *arg, const struct workload *f, struct err *e);
int	cv_on_chain_file(struct cv *cv, const struct trust_copy *f,
	    struct err *e);
void	cv_classes_free(struct cv *cv);

/* ---- force.c ---- */
int	cv_find_force(struct cv *cv, struct err *e);
void	cv_force_free(struct cv *cv);

/* ---- places.c ---- */
int	cv_on_ns(void *arg, const struct mesh_ns *f, struct err *e);
int	cv_on_mesh_config(void *arg, const struct mesh_config *f,
	    struct err *e);
int	cv_on_account(void *arg, const struct ref *f, struct err *e);

/* ---- collect.c ---- */
/* Is this asked for? */
int	cv_is_wanted(const struct cv *cv, const struct ref *r);

/* ---- order.c: by namespace and name ---- */
/* Sort what has come, and drop what came twice. */
int	cv_order(struct cv *cv, struct err *e);
/* Of a sorted list of things that begin with their name: the first at or */
/* behind this one, l->n if there is none. */
size_t	cv_at_or_behind(const struct cv *cv, const struct cv_list *l,
	    const char *ns, const char *name);
/* A workload, a namespace; or NULL. */
const struct cv_held *cv_find_held(const struct cv *cv, const char *ns,
	    const char *name);
const struct mesh_ns *cv_find_ns(const struct cv *cv, const char *name);

/* ---- judge.c and its like: where a rule is asked ---- */
enum cv_rule_id {
	V_EXPIRED, V_NOT_YET_VALID, V_KEY_MISMATCH, V_IDENTITY,
	V_CHAIN_INVALID, V_GO_REJECTS, V_OPENSSL_REJECTS, V_NOT_TRUSTED,
	V_TRUST_MISSING, V_EXPIRED_TWIN, V_WEBHOOK_STALE, V_PAIR_FAILS,
	V_STALE_ROOT, V_OUTLIVES, V_EXPIRES_SOON, V_ORPHAN, V_OPTED_OUT,
	V_ACCOUNT_GONE, V_FOREIGN_CA, V_ENVOY_ROOT, V_ENVOY_LEAF, V_NOT_ASKED,
	V_RULES
};

extern const struct rule cv_table[V_RULES];

#define CV_WORDS	10
#define CV_WORD_LEN	400

struct cv_words {
	size_t		n;
	struct rule_arg	arg[CV_WORDS];
	char		value[CV_WORDS][CV_WORD_LEN];
};

void	cv_word(struct cv_words *w, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* The rules that --wait waits for: a bit each. */
uint32_t cv_stale_rules(void);

/* What a set makes of the root in force, as broken rules. */
uint32_t cv_trust_broken(struct cv *cv, uint32_t at);

/* A class against the CA in force. */
void	cv_try_class(struct cv *cv, struct cv_class *c);

/* Is it only named by --root?  And what it is called then, or else. */
int	cv_root_is_named(const struct cv *cv);
const char *cv_force_text(const struct cv *cv);
int	cv_root_expired(const struct cv *cv);

/* Records on their way out. */
struct cv_out {
	struct cv	*cv;
	cv_emit		*emit;
	void		*arg;
	struct buf	 message;
	struct buf	 identity;
	struct cv_summary *sum;
	int		 first;		/* record of an object to come */
};

void	cv_out_init(struct cv_out *o);
void	cv_out_release(struct cv_out *o);

/*
 * With a rule, whose severity is the verdict unless another is given, or
 * without one, when text is the message.
 */
int	cv_send(struct cv_out *o, struct cv_finding *f, enum cv_rule_id id,
	    const struct cv_words *w, struct err *e);
int	cv_send_as(struct cv_out *o, struct cv_finding *f, enum cv_rule_id id,
	    enum verdict verdict, const struct cv_words *w, struct err *e);
int	cv_send_plain(struct cv_out *o, struct cv_finding *f,
	    enum verdict verdict, const char *text, struct err *e);

int	cv_judge_held(struct cv_out *o, const struct cv_held *h,
	    struct err *e);
int	cv_judge_trust(struct cv_out *o, const struct cv_trust *t,
	    struct err *e);
int	cv_judge_missing(struct cv_out *o, const struct mesh_ns *ns,
	    struct err *e);
int	cv_judge_hook(struct cv_out *o, const struct cv_hook *h,
	    struct err *e);
int	cv_judge_pairs(struct cv_out *o, struct err *e);

/* Findings of a workload, as a set of rules: 1 << enum cv_rule_id. */
uint32_t cv_broken(struct cv *cv, const struct cv_held *h);
/* What excuses them, or V_RULES. */
enum cv_rule_id cv_excuse(struct cv *cv, const struct cv_held *h);

/* "NS" and service account of a workload, by its identity or its name. */
const char *cv_account_of(const struct cv *cv, const struct cv_held *h);

/* The namespaces that lack a trust copy: sorted, each once. */
int	cv_is_missing(struct cv *cv, const struct mesh_ns *ns);

#endif
