/*
 * A connection of our own to the API server: libcurl opens it, through proxies
 * and TLS and with the client certificate that every other request has, and
 * then the bytes are ours.  kube/'s own files only.
 */
#ifndef KUBE_DIAL_H
#define KUBE_DIAL_H

#include <curl/curl.h>
#include <sys/types.h>

#include "kube/transport.h"

/* Where they are opened, many at once. */
struct dialer {
	const struct transport	*transport;
	CURLM			*multi;
	CURLSH			*share;		/* TLS sessions */
};

int	dialer_init(struct dialer *r, const struct transport *t,
	    struct err *e);
void	dialer_release(struct dialer *r);	/* after all its connections */

struct dial {
	struct dialer	*dialer;
	CURL		*curl;		/* NULL: there is none */
	curl_socket_t	 fd;		/* once it is there */
	char		 error[CURL_ERROR_SIZE];
};

/*
 * Begin.  curl_multi_info_read() of the dialer's multi tells when it is done;
 * owner is the handle's CURLINFO_PRIVATE.
 */
int	dial_start(struct dial *d, struct dialer *r, const struct cred *cr,
	    void *owner, struct err *e);

/* It is done, with this result.  -1: why there is no connection. */
int	dial_done(struct dial *d, CURLcode code, struct err *e);

/* Close it, whatever it is. */
void	dial_drop(struct dial *d);

/*
 * Move what can be moved at once.  0: nothing can, now; -1: the connection
 * broke, or the other side has closed it (*closed).
 */
ssize_t	dial_send(struct dial *d, const void *p, size_t n);
ssize_t	dial_recv(struct dial *d, void *p, size_t n, int *closed);

#endif
