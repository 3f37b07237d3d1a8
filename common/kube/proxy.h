/*
 * Which proxy a request goes through: Go's rules (golang.org/x/net/http/
 * httpproxy), which are not libcurl's: ALL_PROXY does not count, localhost and
 * loopback addresses never go through one, ".d" does not mean d itself.
 * kube/'s own files only.
 */
#ifndef KUBE_PROXY_H
#define KUBE_PROXY_H

#include "base/arena.h"
#include "kube/url.h"

/*
 * For a request to u, as the environment has it: the proxy's URL for libcurl,
 * or "" for none.  -1: HTTPS_PROXY is no URL.
 */
int	proxy_of_env(struct arena *a, const struct url *u, const char **out,
	    struct err *e);

/* The same for a proxy-url of a kubeconfig, which beats the environment. */
int	proxy_of_url(struct arena *a, const char *proxy, const char **out,
	    struct err *e);

/* Does NO_PROXY (this text) name the host?  port is digits. */
int	proxy_bypasses(const char *no_proxy, const char *host,
	    const char *port);

#endif
