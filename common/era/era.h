/*
 * What Istio does, per version: which control plane it is, which CA is in
 * force, whether it rotates its root by itself.  Tables and pure functions;
 * each row and function names its source, a path in istio/istio at the tag
 * before the colon.
 */
#ifndef ERA_ERA_H
#define ERA_ERA_H

#include "mesh/mesh.h"

/* A release; known is 0 where an image does not say. */
struct version {
	int	known;
	int	major;
	int	minor;
	int	patch;
};

/*
 * The version in an image's tag: "docker.io/istio/pilot:1.4.10-distroless" is
 * 1.4.10.  Unknown without a tag that begins with MAJOR.MINOR.PATCH (or
 * MAJOR.MINOR at its end), so "latest", a digest alone, "release-1.1-latest".
 * Returns v.known.
 */
int	version_of_image(const char *image, struct version *v);

/* "1.20.3", or "1.4" where the patch is not known. */
#define VERSION_LEN	48	/* bytes, NUL included */
void	version_text(const struct version *v, int has_patch,
	    char out[VERSION_LEN]);

/* <0, 0 or >0, by number: 1.1.10 is later than 1.1.8.  Both must be known. */
int	version_compare(const struct version *a, const struct version *b);

/* Is v known, and at least this? */
int	version_at_least(const struct version *v, int major, int minor,
	    int patch);

enum era {
	ERA_UNKNOWN,
	ERA_CITADEL,		/* 1.0 to 1.4: Citadel signs */
	ERA_ISTIOD		/* 1.5 on */
};

enum era_flag { FLAG_UNSET, FLAG_FALSE, FLAG_TRUE };

/*
 * What the Deployments say of the control plane.  After era_init() it knows
 * nothing; era_learn() adds what d shows, if d is Citadel or istiod.
 */
struct control_plane {
	int		 citadel;	/* seen */
	int		 istiod;
	struct version	 citadel_version;
	struct version	 istiod_version;
	enum era_flag	 self_signed;	/* Citadel's --self-signed-ca */
	char		 external[128];	/* istiod: who signs instead, or "" */
	enum era_flag	 by_default;	/* Citadel: unlabelled namespaces */
	char		 provider[64];	/* PILOT_CERT_PROVIDER, or "" */
	char		 configmap[254]; /* istiod: that holds its root */
	int		 cluster_bundle; /* ClusterTrustBundle, no ConfigMaps */
	long		 check_interval; /* rotator: seconds, -1 if not said */
	int		 grace_percent;	/* rotator: -1 if not said */
};

void	era_init(struct control_plane *cp);
void	era_learn(struct control_plane *cp, const struct deployment *d);

/* Signs of an era where the input holds no Deployment. */
struct era_signs {
	int	root_configmap;		/* an istio-ca-root-cert anywhere */
	int	security_configmap;	/* istio-security */
	int	workload_secret;	/* a secret istio.io/key-and-cert */
};

enum era	era_of(const struct control_plane *cp,
		    const struct era_signs *signs);

/* The version of the control plane that signs in this era. */
const struct version *era_version(const struct control_plane *cp,
	    enum era era);

/* What there is to choose a CA from. */
struct ca_facts {
	enum era		 era;
	struct version		 version;
	enum era_flag		 self_signed;	/* Citadel's flag */
	int			 citadel;	/* its Deployment was seen */
	int			 external;
	int			 has_secret;	/* istio-ca-secret */
	int			 has_cacerts;
	int			 generated;	/* it has istio-generated */
	int			 can_sign;	/* cacerts: era_can_sign() */
	/* Does the CA's own published trust (istio-ca-root-cert, or */
	/* istio-security for Citadel) hold a root of cacerts?  -1: no copy */
	/* in the input, so nothing is known. */
	int			 published;
};

enum ca_choice { CA_NONE, CA_SECRET, CA_CACERTS, CA_EXTERNAL };

struct ca_verdict {
	enum ca_choice	in_force;
	int		secret_leftover;
	int		cacerts_leftover;
	int		cacerts_latent;	/* in force from the next restart on */
};

/*
 * Which CA is in force, which is a leftover.  Citadel: its flag alone decides
 * (1.4.10:install/kubernetes/helm/istio/charts/security).  istiod: a cacerts
 * that can sign, when it started (1.5.10:pilot/pkg/bootstrap/istio_ca.go);
 * istio-ca-secret before a generated cacerts (1.31:security/pkg/pki/ca/ca.go).
 */
void	era_in_force(const struct ca_facts *f, struct ca_verdict *v);

/*
 * Can a cacerts of this layout sign, by which of its keys hold something?
 * Before 1.27 key and certificate are enough; from 1.27 on all of them must be
 * there (release note check-cacerts-completeness).  An unknown version counts
 * as before 1.27.
 */
int	era_can_sign(const struct version *v, enum ca_layout layout, int cert,
	    int key, int chain, int root);

/*
 * Is a cacerts with only root-cert.pem a way to add roots, and not a torso?
 * istiod 1.5 to 1.26 appends them to its own (1.5.10:pilot/pkg/bootstrap/
 * istio_ca.go, AppendRootCerts).
 */
int	era_appends_roots(enum era era, const struct version *v);

/*
 * The built-in rotator of self-signed roots: present from 1.2.9, 1.3.5 and
 * 1.4.0 on (security/pkg/pki/ca/selfsignedcarootcertrotator.go, tag by tag).
 */
struct rotator {
	int	present;	/* and not switched off */
	int	percent;	/* acts below this much of the lifetime */
	/* Before 1.3.7 and 1.4.3 it takes O from its own flag instead of the */
	/* old root, so k8s.cluster.local becomes cluster.local and leaves */
	/* are rejected (istio/istio issue 19644, MergeCertOptions). */
	int	loses_org;
};

void	era_rotator(const struct control_plane *cp, enum era era,
	    struct rotator *r);

/* When it acts: the second in which the remaining life falls below percent. */
int64_t	era_rotates_at(const struct rotator *r, const struct cert *root);

#endif
