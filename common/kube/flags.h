/*
 * The flags by which a user says which cluster and as whom, under kubectl's
 * names and with its meaning (k8s.io/cli-runtime pkg/genericclioptions).
 * NULL, 0 and empty: not given.  The strings are argv's.
 */
#ifndef KUBE_FLAGS_H
#define KUBE_FLAGS_H

#include "base/strs.h"

struct kube_flags {
	const char	*kubeconfig;
	const char	*context;
	const char	*cluster;
	const char	*user;
	const char	*server;
	const char	*tls_server_name;
	const char	*ca_file;
	const char	*cert_file;
	const char	*key_file;
	const char	*token;
	const char	*as;
	const char	*as_uid;
	struct strs	 as_group;
	struct strs	 as_extra;		/* KEY=VALUE */
	const char	*request_timeout;	/* "30s", seconds, "0" */
	const char	*chunk_size;
	int		 insecure;
	int		 no_compression;
	int		 verbose;
};

#endif
