/*
 * What a mesh consists of, as plain structs, and the sink that they are handed
 * to.  No logic: who reads the cluster or a manifest fills these in, who judges
 * reads them.  Everything in a fact is borrowed: it is gone when the callback
 * returns, and who wants to keep a certificate takes a reference.
 */
#ifndef MESH_MESH_H
#define MESH_MESH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "pki/bundle.h"
#include "pki/key.h"

/* What a fact is about: a target coming in, OBJECT going out. */
struct ref {
	const char	*kind;		/* "secret": lower case; never NULL */
	const char	*ns;		/* "" for what has no namespace */
	const char	*name;
	const char	*uid;		/* NULL if not known */
	const char	*version;	/* metadata.resourceVersion, or NULL */
};

/* Three different kinds of "no", and why. */
enum seen_state {
	SEEN_ABSENT,		/* there is no such thing */
	SEEN_PRESENT,
	SEEN_FORBIDDEN,
	SEEN_MALFORMED,
	SEEN_TOO_BIG,
	SEEN_UNREACHABLE
};

struct seen {
	enum seen_state	 state;
	struct err	 err;		/* unless absent or present */
};

/*
 * One key of an object whose value is PEM.  Where there are thousands of them,
 * most of them alike, only the text comes, and who judges takes it apart.
 */
struct entry {
	const char	*name;		/* "ca-cert.pem", a webhook's name */
	struct seen	 seen;		/* an empty value counts as absent */
	const char	*text;		/* if present; not a C string */
	size_t		 len;
	struct bundle	 bundle;	/* the same, unless only the text */
	struct buf	 decoded;	/* what text points into, or empty */
};

/* Who else writes an object and would put it back. */
enum owner {
	OWNER_NONE, OWNER_HELM, OWNER_ARGO_CD, OWNER_FLUX, OWNER_CERT_MANAGER,
	OWNER_SEALED_SECRETS, OWNER_EXTERNAL_SECRETS, OWNERS
};

/* How the secret of a CA is laid out (names.h has the keys). */
enum ca_layout {
	CA_SELF_SIGNED,		/* istio-ca-secret */
	CA_GENERATED,		/* cacerts with istio-generated: self-signed */
	CA_PLUGGED,		/* cacerts: ca-cert.pem and the others */
	CA_PLUGGED_TLS,		/* cacerts of type kubernetes.io/tls */
	CA_LAYOUTS
};

struct ca_secret {
	struct ref	 ref;
	enum ca_layout	 layout;
	struct entry	 cert;		/* ca-cert.pem, tls.crt */
	struct entry	 chain;		/* cert-chain.pem */
	struct entry	 root;		/* root-cert.pem, ca.crt */
	const char	*key_name;	/* "ca-key.pem", "tls.key" */
	enum key_state	 key;		/* against cert's first certificate */
	enum owner	 owner;
};

/* A copy of the trust anchors, somewhere that consumers read. */
enum trust_source {
	TRUST_CA_ROOT_CERT,	/* ConfigMap istio-ca-root-cert */
	TRUST_ISTIO_SECURITY,	/* ConfigMap istio-security */
	TRUST_ISTIOD_TLS,	/* Secret istiod-tls, ca.crt */
	TRUST_MESH_CONFIG,	/* meshConfig.caCertificates */
	TRUST_CLUSTER_BUNDLE,	/* ClusterTrustBundle */
	TRUST_FILE,		/* a bare PEM file */
	TRUST_NAMED		/* the secret that was asked for by name */
};

struct trust_copy {
	struct ref		 ref;
	enum trust_source	 source;
	struct entry		 entry;
};

struct webhook {
	struct ref	 ref;
	struct entry	 entry;		/* name: the webhook's; its caBundle */
	const char	*service_ns;	/* who answers, or NULL */
	const char	*service;
	const char	*url;		/* or NULL */
};

/* What a workload holds: a secret of type istio.io/key-and-cert. */
struct workload {
	struct ref	 ref;
	const char	*account;	/* the annotation's, or NULL */
	struct entry	 chain;		/* only the text, of all three */
	struct entry	 root;
	struct entry	 key;		/* the private key: never kept */
};

struct name_value {
	const char	*name;
	const char	*value;		/* NULL: valueFrom, not known here */
};

struct container {
	const char		*name;
	const char		*image;	/* the spec's */
	const char		**arg;	/* command and args, in order */
	size_t			 narg;
	const struct name_value	*env;	/* not of a pod */
	size_t			 nenv;
	const char		*running; /* the status' image, or NULL */
	int			 init;	/* of initContainers */
};

struct label_rule {		/* metav1.LabelSelectorRequirement */
	const char		*key;
	const char		*op;	/* "In", "NotIn", "Exists" ... */
	const char *const	*value;
	size_t			 nvalue;
};

struct selector {		/* all of its rules must hold */
	const struct label_rule	*rule;
	size_t			 nrule;
};

/* What else meshConfig decides. */
struct mesh_config {
	struct ref		 ref;
	int			 certificates;	/* Chiron's list is not empty */
	const struct selector	*discovery;	/* any of them selects */
	size_t			 ndiscovery;
};

/* A namespace that there is. */
struct mesh_ns {
	struct ref		 ref;
	int			 seen;		/* itself, not only by name */
	int			 terminating;
	const struct name_value	*label;
	size_t			 nlabel;
};

/* A Deployment; which of them belong to Istio is for era/ to say. */
struct deployment {
	struct ref		 ref;
	const struct name_value	*label;
	size_t			 nlabel;
	const struct container	*container;
	size_t			 ncontainer;
};

/* What a pod mounts, as far as it says how certificates reach it. */
struct volume {
	const char	*name;
	const char	*secret;	/* its secretName, or NULL */
	const char	*host_path;	/* or NULL */
};

/*
 * A pod, or (ref.kind is "deployment" and the like) the template of pods to
 * be, where nothing runs yet.
 */
struct pod {
	struct ref		 ref;
	const char		*phase;		/* "Running", or "" */
	const struct name_value	*label;
	size_t			 nlabel;
	const struct container	*container;	/* initContainers last */
	size_t			 ncontainer;
	const struct volume	*volume;
	size_t			 nvolume;
};

/*
 * A certificate as a running proxy speaks of it.  What it does not say, or
 * what cannot be believed, is not known.
 */
struct proxy_cert {
	/* as pki/serial.h has it; "" if not known */
	const char		*serial;
	const char		*path;		/* its file; NULL: inline */
	const char *const	*uri;		/* SAN URIs; hostile */
	size_t			 nuri;
	int			 has_from, has_to, has_days;
	int64_t			 valid_from;	/* seconds since 1970 */
	int64_t			 expiration;
	int64_t			 days;		/* left, when it was asked */
	int			 wrapped;	/* days that only one which */
						/* has expired can have */
	/* a root of this trust domain alone (SPIFFE federation), or NULL */
	const char		*domain;
	struct cert		*cert;		/* all of it, or NULL */
};

enum proxy_form {
	PROXY_CERTS,		/* /certs: only the first root of a bundle */
	PROXY_SECRETS,		/* /config_dump: whole bundles */
	PROXY_ZTUNNEL		/* its /config_dump: whole bundles */
};

/*
 * What a proxy holds of the mesh, each once however many listeners use it.
 * Certificates of a gateway's own, and whom they are verified by, are not of
 * the mesh: they are counted.
 */
struct proxy_certs {
	enum proxy_form		 form;
	struct proxy_cert	*root;
	size_t			 nroot;
	struct proxy_cert	*leaf;		/* ztunnel: one an identity */
	size_t			 nleaf;
	size_t			 others;	/* not of the mesh */
	/* what it has not got yet, for a message; or NULL */
	const char		*missing;
};

enum mtls_mode { MTLS_UNSET, MTLS_OFF, MTLS_PERMISSIVE, MTLS_STRICT };

enum policy_kind {
	POLICY_MESH,		/* MeshPolicy, authentication.istio.io */
	POLICY_NAMESPACE,	/* Policy, authentication.istio.io */
	POLICY_PEER		/* PeerAuthentication, security.istio.io */
};

struct mtls_policy {
	struct ref		 ref;
	enum policy_kind	 kind;
	int			 selects;	/* has targets or a selector */
	enum mtls_mode		 mode;
};

/* Two clocks at one moment: seconds since 1970. */
struct clocks {
	int64_t	server;		/* the API server's, its Date header */
	int64_t	ours;
};

/*
 * Whom facts are handed to.  A callback that is NULL is not interested; one
 * that returns -1 (with e) ends the reading.
 */
struct sink {
	int	(*ca_secret)(void *arg, const struct ca_secret *f,
		    struct err *e);
	int	(*trust_copy)(void *arg, const struct trust_copy *f,
		    struct err *e);
	int	(*webhook)(void *arg, const struct webhook *f, struct err *e);
	int	(*deployment)(void *arg, const struct deployment *f,
		    struct err *e);
	int	(*mtls_policy)(void *arg, const struct mtls_policy *f,
		    struct err *e);
	int	(*pod)(void *arg, const struct pod *f, struct err *e);
	int	(*ns)(void *arg, const struct mesh_ns *f, struct err *e);
	int	(*workload)(void *arg, const struct workload *f,
		    struct err *e);
	int	(*mesh_config)(void *arg, const struct mesh_config *f,
		    struct err *e);
	/* A service account that there is. */
	int	(*account)(void *arg, const struct ref *f, struct err *e);
	int	(*clocks)(void *arg, const struct clocks *f, struct err *e);
	/* What could not be examined, and why; entry may be NULL. */
	int	(*unknown)(void *arg, const struct ref *f, const char *entry,
		    const struct err *why, struct err *e);
	void	*arg;
};

#endif
