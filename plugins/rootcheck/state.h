/* Between the facts and the findings: rootcheck's own files only. */
#ifndef PLUGINS_ROOTCHECK_STATE_H
#define PLUGINS_ROOTCHECK_STATE_H

#include "era/authority.h"
#include "plugins/rootcheck/rootcheck.h"

enum rc_role {
	ROLE_ROOT, ROLE_INTERMEDIATE, ROLE_TRUST, ROLE_WEBHOOK, ROLE_LEFTOVER,
	ROLE_MESH, ROLE_FORECAST, ROLE_CLOCK
};

enum rc_what { RC_CA, RC_TRUST, RC_WEBHOOK, RC_UNKNOWN };

enum rc_slot { SLOT_CERT, SLOT_CHAIN, SLOT_ROOT, SLOTS };

/* One PEM block of an entry. */
struct rc_block {
	unsigned	  n;		/* "#1" */
	enum bundle_what  what;
	struct cert	 *cert;		/* a reference, or NULL */
	enum rc_role	  role;
	char		  label[64];
	struct err	  err;		/* BUNDLE_BROKEN */
};

/* One key of an object. */
struct rc_entry {
	char		*name;		/* NULL: the object has no such key */
	struct seen	 seen;
	struct rc_block	*block;
	size_t		 n;
};

struct rc_object {
	enum rc_what	 what;
	size_t		 order;		/* of arrival */
	char		*kind;
	char		*ns;
	char		*name;
	struct rc_entry	 entry[SLOTS];	/* trust, webhook: the first only */
	/* RC_CA */
	enum ca_layout	 layout;
	const char	*key_name;
	enum key_state	 key;
	enum owner	 owner;
	int		 leftover;
	int		 latent;
	int		 incomplete;
	int		 in_force;
	struct ca_chain	 chain;
	/* RC_TRUST */
	enum trust_source source;
	/* RC_UNKNOWN */
	char		*unknown_entry;
	struct err	 why;
};

struct rc {
	struct rc_params	 p;
	struct rc_object	*obj;
	size_t			 nobj;
	size_t			 nblock;
	struct control_plane	 plane;
	struct era_signs	 signs;
	char			*elsewhere;
	/* mutual TLS, as the policies have it */
	int			 mesh_policy_off;
	int			 peer_mesh_off;
	int			 policy_on;	/* some policy turns it on */
	int64_t			 skew;		/* ours less the server's */
	/* from prepare() on */
	enum era		 era;
	struct ca_verdict	 ca;
	struct rc_object	*force;		/* the CA secret in force */
	const struct cert	*root;		/* the root in force */
	struct rotator		 rotator;
};

/* prepare.c: which CA is in force, everybody's role, the chains. */
int	rc_prepare(struct rc *rc, struct err *e);

/* The first certificate of an entry, or NULL. */
struct cert *rc_first(const struct rc_entry *en);

/* Does the object's CA sign for itself: istio-ca-secret or istio-generated? */
int	rc_self_signed(const struct rc_object *o);

/* forecast.c: the first date at which something in force breaks. */
struct rc_break {
	int64_t			 at;
	const struct cert	*cert;
	const struct rc_object	*obj;
	const char		*entry;		/* of obj */
	unsigned		 n;
	int			 rotator;	/* the rotator breaks it */
};

/* 1 and b, or 0 if nothing in force is dated. */
int	rc_forecast(const struct rc *rc, struct rc_break *b);

/* rules.c: where a rule is asked, and what it answers with. */
struct rc_at {
	const struct rc		*rc;
	const struct rc_object	*obj;	/* NULL for the mesh */
	const struct rc_entry	*entry;	/* NULL for an object as a whole */
	const struct rc_block	*block;
	const struct cert	*cert;	/* block's */
};

#define WORDS_MAX	8
#define WORD_LEN	320

/* The values for a message's {names}. */
struct rc_words {
	size_t	n;
	char	name[WORDS_MAX][16];
	char	value[WORDS_MAX][WORD_LEN];
};

void	rc_word(struct rc_words *w, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

enum rc_scope { ON_CERT, ON_BLOCK, ON_OBJECT, ON_MESH };

enum rc_rule_id {
	R_EXPIRED, R_EXPIRES_CRITICAL, R_EXPIRES_SOON, R_NOT_YET_VALID,
	R_CLOCK_SKEW, R_WEAK_SIGNATURE, R_WEAK_KEY, R_NOT_A_CA,
	R_NO_KEY_USAGE, R_NO_CERT_SIGN, R_KEY_MISMATCH, R_CHAIN_BROKEN,
	R_PATH_LENGTH, R_OUTLIVES_ISSUER, R_NOT_A_CERTIFICATE,
	R_KEY_IN_PUBLIC, R_DUPLICATE, R_SAME_SUBJECT, R_EXPIRED_TWIN,
	R_AKI_PINS_ISSUER, R_INCOMPLETE_CACERTS, R_LATENT_CACERTS,
	R_LEFTOVER_CA, R_EXTERNAL_CA, R_GITOPS_OWNER, R_MTLS_OFF,
	R_AUTO_ROTATES, R_SELF_SIGNATURE, R_FIRST_BREAK,
	R_RULES
};

#define HIDES(id)	(UINT64_C(1) << (id))
#define ROLE(r)		(1u << (r))

struct rc_rule {
	struct rule	rule;
	enum rc_scope	scope;
	unsigned	roles;		/* ROLE()s it is asked of */
	uint64_t	hides;		/* HIDES() of what it implies */
	/* 1 if the rule is broken here, with the words of its message; */
	/* NULL: only a cluster can say */
	int		(*check)(const struct rc_at *at, struct rc_words *w);
};

extern const struct rc_rule rc_table[R_RULES];

/* The checks, by what they look at. */
int	rc_expired(const struct rc_at *at, struct rc_words *w);
int	rc_expires_critical(const struct rc_at *at, struct rc_words *w);
int	rc_expires_soon(const struct rc_at *at, struct rc_words *w);
int	rc_not_yet_valid(const struct rc_at *at, struct rc_words *w);
int	rc_outlives_issuer(const struct rc_at *at, struct rc_words *w);
int	rc_expired_twin(const struct rc_at *at, struct rc_words *w);
int	rc_weak_signature(const struct rc_at *at, struct rc_words *w);
int	rc_weak_key(const struct rc_at *at, struct rc_words *w);
int	rc_not_a_ca(const struct rc_at *at, struct rc_words *w);
int	rc_no_key_usage(const struct rc_at *at, struct rc_words *w);
int	rc_no_cert_sign(const struct rc_at *at, struct rc_words *w);
int	rc_self_signature(const struct rc_at *at, struct rc_words *w);
int	rc_aki_pins_issuer(const struct rc_at *at, struct rc_words *w);
int	rc_duplicate(const struct rc_at *at, struct rc_words *w);
int	rc_same_subject(const struct rc_at *at, struct rc_words *w);
int	rc_not_a_certificate(const struct rc_at *at, struct rc_words *w);
int	rc_key_in_public(const struct rc_at *at, struct rc_words *w);
int	rc_key_mismatch(const struct rc_at *at, struct rc_words *w);
int	rc_chain_broken(const struct rc_at *at, struct rc_words *w);
int	rc_path_length(const struct rc_at *at, struct rc_words *w);
int	rc_incomplete_cacerts(const struct rc_at *at, struct rc_words *w);
int	rc_latent_cacerts(const struct rc_at *at, struct rc_words *w);
int	rc_leftover_ca(const struct rc_at *at, struct rc_words *w);
int	rc_gitops_owner(const struct rc_at *at, struct rc_words *w);
int	rc_external_ca(const struct rc_at *at, struct rc_words *w);
int	rc_mtls_off(const struct rc_at *at, struct rc_words *w);
int	rc_clock_skew(const struct rc_at *at, struct rc_words *w);
int	rc_auto_rotates(const struct rc_at *at, struct rc_words *w);
int	rc_first_break(const struct rc_at *at, struct rc_words *w);

/* How a remaining life stands against the limits, for first-break's verdict. */
enum verdict rc_grade(const struct rc *rc, const struct cert *c, int64_t until);

#endif
