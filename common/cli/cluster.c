/* kubectl's flags, under its names and with its meaning. */
#include <stddef.h>

#include "cli/cli.h"
#include "kube/flags.h"

#define F(field) offsetof(struct kube_flags, field)

const struct cli_opt cli_cluster_opts[] = {
	{ "kubeconfig", 0, CLI_STRING, F(kubeconfig), "FILE",
	    "the kubeconfig to use, instead of KUBECONFIG or ~/.kube/config",
	    NULL },
	{ "context", 0, CLI_STRING, F(context), "NAME",
	    "the context of the kubeconfig", NULL },
	{ "cluster", 0, CLI_STRING, F(cluster), "NAME",
	    "the cluster of the kubeconfig", NULL },
	{ "user", 0, CLI_STRING, F(user), "NAME",
	    "the user of the kubeconfig", NULL },
	{ "server", 's', CLI_STRING, F(server), "URL",
	    "the API server", NULL },
	{ "tls-server-name", 0, CLI_STRING, F(tls_server_name), "NAME",
	    "verify the API server's certificate against this name", NULL },
	{ "certificate-authority", 0, CLI_STRING, F(ca_file), "FILE",
	    "the CA of the API server's certificate", NULL },
	{ "insecure-skip-tls-verify", 0, CLI_BOOL, F(insecure), NULL,
	    "do not verify the API server's certificate", NULL },
	{ "client-certificate", 0, CLI_STRING, F(cert_file), "FILE",
	    "a client certificate", NULL },
	{ "client-key", 0, CLI_STRING, F(key_file), "FILE",
	    "its key", NULL },
	{ "token", 0, CLI_STRING, F(token), "TOKEN",
	    "a bearer token; it beats all that the kubeconfig has", NULL },
	{ "as", 0, CLI_STRING, F(as), "USER",
	    "impersonate a user or a service account", NULL },
	{ "as-uid", 0, CLI_STRING, F(as_uid), "UID",
	    "impersonate a UID", NULL },
	{ "as-group", 0, CLI_LIST, F(as_group), "GROUP",
	    "impersonate a group; repeatable", NULL },
	{ "as-user-extra", 0, CLI_LIST, F(as_extra), "KEY=VALUE",
	    "impersonate a user's extra value; repeatable", NULL },
	{ "disable-compression", 0, CLI_BOOL, F(no_compression), NULL,
	    "do not ask for compressed answers", NULL },
	{ "request-timeout", 0, CLI_STRING, F(request_timeout), "TIME",
	    "how long a request may make no progress (30s; 0 is an hour)",
	    NULL },
	{ "chunk-size", 0, CLI_STRING, F(chunk_size), "N",
	    "objects in one page of a list (500; 0 is all at once)", NULL },
	{ "v", 'v', CLI_NUMBER, F(verbose), "LEVEL",
	    "6 says every request on stderr; no level says a secret", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

void
cli_cluster_free(struct kube_flags *f)
{
	cli_list_free(&f->as_group);
	cli_list_free(&f->as_extra);
}
