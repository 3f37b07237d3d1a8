/*
 * The cluster that a user means, found as kubectl finds it: --kubeconfig, or
 * the files of KUBECONFIG merged, or ~/.kube/config; else, in a pod, its
 * service account.  Rules: k8s.io/client-go tools/clientcmd (loader.go,
 * client_config.go, validation.go, overrides.go) as of 1.36.
 *
 * Where we differ from kubectl, each on purpose:
 * - --token beats everything of the user entry: kubectl lets tokenFile win,
 *   and a client certificate go along, which the server then prefers.
 * - a context that names a cluster or a user that is not there is an error;
 *   kubectl dials localhost:8080, or asks for a user name.
 * - a server without a scheme is an error unless its host is this machine
 *   (kubectl proxy); kubectl speaks plain HTTP to it, whatever the CA says.
 * - auth-provider is refused, and the error names the exec plugin that took
 *   its place.
 * - a user who is there and has nothing to show goes without credentials;
 *   kubectl asks for a user name.
 * - a blank in the server's path is an error; kubectl escapes it.
 * - a kubeconfig is YAML as libyaml and scalar.c have it: "{a:}" and !!binary
 *   are errors, and what stands behind the first document is not looked at.
 * - a tokenFile of nothing but white space is an error of its own.
 * - ~/.kube/.kubeconfig is not moved to ~/.kube/config: nothing is written.
 * - ~/.kube/kuberc's credentialPluginPolicy is honoured, also for a plugin.
 */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

#include "base/arena.h"
#include "kube/flags.h"

#define KUBE_CONFIG_MAX	 (4 * 1024 * 1024)	/* bytes of one kubeconfig */
#define KUBE_FILES_MAX	 256			/* files in KUBECONFIG */
#define KUBE_LONGEST_MS	 3600000		/* --request-timeout=0 */
#define KUBE_SECRET_MAX	 (1024 * 1024)		/* bytes of a CA, key, token */

/* Text that need not be a string: PEM out of base64. */
struct kube_text {
	const char	*p;		/* NULL: none */
	size_t		 len;
};

struct kube_pair {
	const char	*name;
	const char	*value;
};

enum kube_interactive { KUBE_NEVER, KUBE_IF_AVAILABLE, KUBE_ALWAYS };

/* An exec credential plugin (client.authentication.k8s.io). */
struct kube_exec {
	const char		*command;	/* as execvp(3) takes it */
	const char		**arg;
	size_t			 narg;
	struct kube_pair	*env;
	size_t			 nenv;
	const char		*api_version;
	const char		*install_hint;	/* or NULL; hostile */
	enum kube_interactive	 mode;
	int			 cluster_info;	/* provideClusterInfo */
	const char		*info;		/* the extension's JSON */
};

struct kube_extra {
	const char	*key;
	const char	**value;
	size_t		 n;
};

/*
 * Everything resolved and read.  All of it lives in arena, which is wiped.
 * Certificates and keys are PEM.
 */
struct kube_config {
	struct arena		 arena;
	const char		*context;	/* "" if none was named */
	const char		*cluster;
	const char		*user;
	const char		*ns;		/* the context's, or NULL */
	/* the server: "https://host:6443/prefix", nothing behind it */
	const char		*server;
	const char		*tls_server_name;	/* or NULL */
	struct kube_text	 ca;		/* none: the system's */
	int			 insecure;
	const char		*proxy_url;	/* or NULL: the environment's */
	int			 no_compression;
	/* the user; not sent unless the server is https */
	struct kube_text	 cert;
	struct kube_text	 key;
	const char		*token;		/* or NULL */
	const char		*token_file;	/* or NULL; see cred.h */
	const char		*username;	/* or NULL */
	const char		*password;
	struct kube_exec	*exec;		/* or NULL */
	const char		*as;		/* impersonation; or NULL */
	const char		*as_uid;
	const char		**as_group;
	size_t			 nas_group;
	struct kube_extra	*as_extra;
	size_t			 nas_extra;
	int			 in_cluster;
	long			 timeout_ms;	/* of all requests */
	long			 chunk_size;
};

/*
 * -1 with ERR_CONFIG (the files), ERR_USAGE (a flag) or ERR_ABSENT: there is
 * no configuration at all.  *out is NULL then; otherwise kube_config_free().
 * No network, no program is run.
 */
int	kube_config_load(const struct kube_flags *f, struct kube_config **out,
	    struct err *e);
void	kube_config_free(struct kube_config *c);

/* Is what is sent encrypted?  Otherwise it says nothing of who we are. */
int	kube_config_is_https(const struct kube_config *c);

#endif
