/* One request on its way, for http.c: kube/'s own files only. */
#ifndef KUBE_TRANSFER_H
#define KUBE_TRANSFER_H

#include <curl/curl.h>
#include <stdint.h>

#include "kube/http.h"
#include "kube/transport.h"

struct transfer {
	struct http		*http;
	size_t			 slot;
	CURL			*curl;		/* NULL: nothing is asked */
	struct curl_slist	*headers;
	const char		*accept;
	struct buf		 url;
	struct buf		 body;
	char			 error[CURL_ERROR_SIZE];
	int			 over;		/* the body's maximum was hit */
	int			 fed;		/* body, since last looked at */
	int			 sized;		/* it has room for all of it */
	int			 asked;		/* its answer is waited for */
	int			 running;	/* in the multi */
	int64_t			 wake;		/* start then, monotonic ms */
	long			 waited;	/* ms, in all */
	unsigned		 tries;
	unsigned		 broken;
	unsigned		 redirects;
	int			 refused;	/* a 401 came before */
	unsigned		 runs;		/* cred's, when it started */
	int64_t			 date;		/* of the answer, or 0 */
	int64_t			 began;
	long			 quiet;		/* a stream's; 0: it is none */
	int			 alone;		/* over a new connection */
	const struct http_send	*send;		/* NULL: a GET */
	int			 left;		/* it has, in this try */
};

struct http {
	const struct kube_config *c;
	struct http_options	 o;
	struct cred		 cred;
	struct transport	 transport;
	CURLM			*multi;
	int64_t			 date, date_ours;
	int			 answered;	/* some answer came, ever */
	struct transfer		*t;
	size_t			 nt;
	const struct http_client *client;	/* while it runs */
	size_t			 asked;		/* slots */
	int			 fresh;		/* one began, or ended */
};

/* Milliseconds of a clock that only goes forward; seconds since 1970. */
int64_t	transfer_ms(void);
int64_t	transfer_wall(void);

/* What to ask: a path (and query) of the server; every try is before it. */
int	transfer_set(struct transfer *t, const char *path, struct err *e);

/* Put it on its way, with the credentials of this moment; and take it off. */
int	transfer_start(struct transfer *t, struct err *e);
void	transfer_drop(struct transfer *t);

/* The Retry-After of its answer: seconds, capped, or 0. */
long	transfer_retry_after(const struct transfer *t);

/*
 * It is done, with this result: 1 if it is tried again (or follows a redirect,
 * or takes new credentials along), 0 if this is its answer, -1 for an error.
 */
int	transfer_again(struct transfer *t, CURLcode code, long status,
	    struct err *e);

#endif
