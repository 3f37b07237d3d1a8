/*
 * The kubeconfig files as they stand, merged: kube/'s own files only.
 * Schema: k8s.io/client-go tools/clientcmd/api/v1/types.go.
 */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include "doc/doc.h"
#include "kube/config.h"

struct kc_cluster {
	const char		*server;
	const char		*tls_server_name;
	const char		*ca_file;
	struct kube_text	 ca_data;
	const char		*proxy_url;
	int			 insecure;
	int			 no_compression;
	const char		*info;	/* the exec extension, as JSON */
};

struct kc_user {
	const char		*cert_file, *key_file;
	struct kube_text	 cert_data, key_data;
	const char		*token, *token_file;
	const char		*username, *password;
	const char		*as, *as_uid;
	const char		**as_group;
	size_t			 nas_group;
	struct kube_extra	*as_extra;
	size_t			 nas_extra;
	const char		*auth_provider;		/* its name, or NULL */
	struct kube_exec	*exec;
	const char		*exec_mode;	/* interactiveMode as it came */
};

struct kc_context {
	const char	*cluster;
	const char	*user;
	const char	*ns;
};

/* One named entry and the file that it came from. */
struct kc_entry {
	struct kc_entry	*next;
	const char	*name;
	const char	*dir;		/* its relative paths' base */
	size_t		 file;		/* the how manieth */
	union {
		struct kc_cluster	cluster;
		struct kc_user		user;
		struct kc_context	context;
	} u;
};

enum kc_kind { KC_CLUSTER, KC_USER, KC_CONTEXT, KC_KINDS };

struct kc {
	struct arena	*arena;			/* what everything lives in */
	struct kc_entry	*entry[KC_KINDS];	/* in the order of merging */
	const char	*current;		/* current-context, or NULL */
	size_t		 nfile;			/* files read */
};

/* Find the files that f and the environment name, and merge them. */
int	kc_load(struct kc *kc, const struct kube_flags *f, struct err *e);

/* One file's document into kc, behind what is there. */
int	kc_add(struct kc *kc, const struct node *root, const char *dir,
	    struct err *e);

/* The text of one kubeconfig into kc: kc_load()'s and the fuzzer's. */
int	kc_read(struct kc *kc, const char *p, size_t len, const char *dir,
	    struct err *e);

const struct kc_entry *kc_find(const struct kc *kc, enum kc_kind kind,
	    const char *name);

/* A file's bytes, up to a maximum, into the arena. */
int	kc_slurp(struct arena *a, const char *path, size_t max,
	    struct kube_text *out, struct err *e);

/* path, or DIR/path if it is relative. */
const char *kc_path(struct arena *a, const char *dir, const char *path,
	    struct err *e);

/* In a pod: fill in c from its service account.  1 if this is one, 0 if not. */
int	kc_in_cluster(struct kube_config *c, const struct kube_flags *f,
	    struct err *e);

/* "30", "1m30s", "500ms" (Go's time.ParseDuration); "0" is 0. */
int	kc_duration(const char *s, long *ms);

#endif
