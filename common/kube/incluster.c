/* In a pod: client-go rest/config.go InClusterConfig. */
#include <sys/types.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>

#include "kube/choice.h"

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

/* Where the files are; a test has them elsewhere. */
#ifndef KUBE_ACCOUNT_DIR
#define KUBE_ACCOUNT_DIR ACCOUNT
#endif

int
kc_in_cluster(struct kube_config *c, const struct kube_flags *f, struct err *e)
{
	const char *host, *port;
	struct kube_text ns;
	struct err why = ERR_INIT;
	struct stat st;
	int six;

	host = getenv("KUBERNETES_SERVICE_HOST");
	port = getenv("KUBERNETES_SERVICE_PORT");
	if (host == NULL || host[0] == '\0' || port == NULL ||
	    port[0] == '\0' || stat(KUBE_ACCOUNT_DIR "token", &st) == -1 ||
	    !S_ISREG(st.st_mode))
		return 0;
	six = strchr(host, ':') != NULL;
	c->in_cluster = 1;
	c->context = c->cluster = c->user = "";
	c->server = arena_printf(&c->arena, e, "https://%s%s%s:%s",
	    six ? "[" : "", host, six ? "]" : "", port);
	if (c->server == NULL)
		return -1;
	c->token = choice_some(f->token);
	if (c->token == NULL)
		c->token_file = KUBE_ACCOUNT_DIR "token";
	c->tls_server_name = choice_some(f->tls_server_name);
	c->insecure = f->insecure;
	c->no_compression = f->no_compression;
	if (choice_given(f->ca_file)) {
		if (kc_slurp(&c->arena, f->ca_file, KUBE_SECRET_MAX, &c->ca,
		    e) == -1)
			return err_prefix(e, "unable to read "
			    "certificate-authority");
	} else if (!c->insecure)
		/* without it the system's roots are used, as client-go does */
		kc_slurp(&c->arena, KUBE_ACCOUNT_DIR "ca.crt",
		    KUBE_SECRET_MAX, &c->ca, &why);
	if ((c->ns = getenv("POD_NAMESPACE")) == NULL &&
	    kc_slurp(&c->arena, KUBE_ACCOUNT_DIR "namespace", 256, &ns,
	    &why) == 0)
		c->ns = ns.p;
	return 1;
}
