/*
 * One configuration as libcurl's options: where to connect, whom to believe,
 * what to say of ourselves.  kube/'s own files only.
 */
#ifndef KUBE_TRANSPORT_H
#define KUBE_TRANSPORT_H

#include <curl/curl.h>

#include "kube/cred.h"
#include "kube/trust.h"

struct transport {
	const struct kube_config *c;
	struct arena		 arena;
	const char		*base;		/* what URLs begin with */
	const char		*origin;	/* "https://host:port/" */
	const char		*address;	/* "host:port", for messages */
	const char		*host;		/* a Host header, or NULL */
	struct curl_slist	*connect_to;	/* or NULL */
	const char		*proxy;		/* "" for none */
	const char		*hide[4];	/* not in any message */
	struct trust		 trust;		/* where c has no CA */
	int			 http1;
};

int	transport_init(struct transport *t, const struct kube_config *c,
	    struct err *e);
void	transport_release(struct transport *t);

/* The headers of a request, Authorization among them; wiped when freed. */
int	transport_headers(const struct transport *t, const struct cred *cr,
	    const char *agent, const char *accept, struct curl_slist **out);
void	transport_wipe_headers(struct curl_slist **l);

/* For a request with a body: what the body is. */
int	transport_add_type(struct curl_slist **l, const char *type);

/* All options that do not change from one request to the next. */
int	transport_set(const struct transport *t, const struct cred *cr,
	    CURL *curl, struct curl_slist *headers);

/*
 * What is different where an answer goes on and on: it has broken off when
 * nothing of it has come for so many seconds.  alone: a connection of its own.
 */
void	transport_set_stream(CURL *curl, long quiet, int alone);

/*
 * Only a connection is wanted, to this server and nobody else, over which the
 * caller speaks HTTP/1.1 himself (ALPN's h2 is then not only wrong: libcurl
 * 7.88.1 crashes in curl_easy_send()).
 */
void	transport_set_own(CURL *curl);

/* The request has a body, which is borrowed. */
void	transport_set_body(CURL *curl, const char *method, const void *p,
	    size_t len);

/* A connection of its own, and the time-out is for all of it. */
void	transport_set_once(const struct transport *t, CURL *curl);

/* The path of the server's URL, which every request's begins with; or "". */
const char *transport_path(const struct transport *t);

/* Does a URL name the same scheme, host and port as the server? */
int	transport_same_origin(const struct transport *t, const char *url);

/* Why a transfer failed, in kubectl's words where it has some. */
void	transport_explain(const struct transport *t, CURL *curl,
	    CURLcode code, const char *text, struct err *e);

#endif
