/*
 * GET requests, several at once over one connection, tried again where that
 * can help: libcurl is only here.  kube/'s own files only.
 *
 * What is tried again, since a GET changes nothing: a connection that broke
 * (3 times, after 0.25, 1 and 2 s); 429 and 5xx, after the Retry-After that
 * the server asks for (at most HTTP_RETRY_AFTER_MAX) or 0.5, 1 and 2 s; a 401
 * once, if new credentials could be had.  All the waiting for one answer
 * together stays below the request time-out.
 */
#ifndef KUBE_HTTP_H
#define KUBE_HTTP_H

#include "base/buf.h"
#include "kube/cred.h"

#define HTTP_BODY_MAX	(64 * 1024 * 1024)	/* bytes of one answer */
#define HTTP_REDIRECTS	5
#define HTTP_TRIES	10	/* of one request, in all */
#define HTTP_RETRY_AFTER_MAX 30	/* seconds */
#define HTTP_LOW_SPEED	512	/* bytes a second, over the time-out */
#define HTTP_CONNECT_MS	30000	/* TCP and TLS, at most */

struct http;

struct http_answer {
	int			 status;	/* 0: none came, see err */
	const char		*type;		/* Content-Type, or "" */
	const struct buf	*body;
	struct err		 err;		/* why there is none */
};

/*
 * What to do with an answer: 0, and path (with its query) is set to what to
 * ask next on the same slot, or NULL for nothing; -1 stops everything.
 */
typedef int http_done(void *arg, size_t slot, const struct http_answer *a,
	    const char **path, struct err *e);

struct http_options {
	const char		*agent;		/* User-Agent */
	const struct kube_log	*log;
	const char		*stdin_taken;	/* cred.h */
};

/* c and o's parts are borrowed. */
int	http_open(const struct kube_config *c, const struct http_options *o,
	    struct http **out, struct err *e);
void	http_close(struct http *h);

/*
 * Ask for n paths (slots 0 to n-1; NULL is passed over), accept[i] being the
 * Accept header of each, and call done for every answer, until nothing is
 * left to ask.  -1: done's, no memory, credentials that cannot be had, or a
 * server that has never answered anything.
 */
int	http_run(struct http *h, const char *const *path,
	    const char *const *accept, size_t n, http_done *done, void *arg,
	    struct err *e);

/*
 * The server's clock when its last answer came, and ours at that moment; 0 if
 * it never said.
 */
int	http_clock(const struct http *h, int64_t *server, int64_t *ours);

#endif
