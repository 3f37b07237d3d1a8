/* URLs, by libcurl's own parser: kube/'s own files only. */
#ifndef KUBE_URL_H
#define KUBE_URL_H

#include "base/arena.h"

struct url {
	const char	*scheme;	/* lower case */
	const char	*host;		/* an IPv6 address without brackets */
	const char	*port;		/* or the scheme's default */
	const char	*path;		/* "" or "/prefix", no slash behind */
	const char	*user;		/* or NULL; decoded */
	const char	*password;
};

/*
 * Take a URL apart into the arena; query and fragment are dropped.  -1 with
 * ERR_CONFIG and why; nothing of the URL is in the message, since it can hold
 * a password.
 */
int	url_parse(struct arena *a, const char *s, struct url *u,
	    struct err *e);

/* "https://host:6443/prefix" again, without userinfo. */
const char *url_text(struct arena *a, const struct url *u, struct err *e);

/* Is this host "localhost" or an address of 127.0.0.0/8 or ::1? */
int	url_is_local(const char *host);

#endif
