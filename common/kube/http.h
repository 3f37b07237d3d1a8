/*
 * Requests, several at once over one connection, tried again where that can
 * help: libcurl is only here.  kube/'s own files only.
 *
 * What is tried again, since a GET changes nothing: a connection that broke
 * (3 times, after 0.25, 1 and 2 s); 429 and 5xx, after the Retry-After that
 * the server asks for (at most HTTP_RETRY_AFTER_MAX) or 0.5, 1 and 2 s; a 401
 * once, if new credentials could be had.  All the waiting for one answer
 * together stays below the request time-out.  What does change something is
 * sent once and no more: http_send().
 */
#ifndef KUBE_HTTP_H
#define KUBE_HTTP_H

#include "base/buf.h"
#include "kube/cred.h"

#ifndef HTTP_BODY_MAX	/* the tests reach it with less */
#define HTTP_BODY_MAX	(32 * 1024 * 1024)	/* bytes of one answer */
#endif
#define HTTP_REDIRECTS	5
#define HTTP_TRIES	10	/* of one request, in all */
#define HTTP_RETRY_AFTER_MAX 30	/* seconds */
#define HTTP_LOW_SPEED	512	/* bytes a second, over the time-out */
#define HTTP_CONNECT_MS	30000	/* TCP and TLS, at most */

struct http;

struct http_answer {
	int			 status;	/* 0: none came, see err */
	const char		*type;		/* Content-Type, or "" */
	/* until the slot is asked again or dropped; see more() */
	struct buf		*body;
	struct err		 err;		/* why there is none */
	long			 retry_after;	/* seconds, capped; or 0 */
};

/*
 * Who asks.  A -1 (with e) of any of these stops everything.  more, expect and
 * again may be NULL: nothing is taken before it is whole.
 */
struct http_client {
	/* The answer to what a slot was asked. */
	int	(*done)(void *arg, size_t slot, const struct http_answer *a,
		    struct err *e);
	/*
	 * More of the body of an answer with a 2xx has come.  The client may
	 * take bytes off its front with buf_consume(), now or in work().
	 */
	int	(*more)(void *arg, size_t slot, const char *type,
		    struct buf *body, struct err *e);
	/*
	 * How long will this body be in all, by its first bytes?  0: they do
	 * not say, or not yet.  Room for it is made at once, since growing
	 * would take twice the memory.
	 */
	size_t	(*expect)(const unsigned char *p, size_t len);
	/* It broke off and is tried again: the body begins anew. */
	void	(*again)(void *arg, size_t slot);
	/*
	 * Do a little of what is to be done between two looks at the network,
	 * and ask what is to be asked.  1: there is more to do; 0: not before
	 * something comes.
	 */
	int	(*work)(void *arg, struct err *e);
	void	*arg;
};

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
 * Call cl->work() and wait for answers until there is nothing of either, with
 * n slots to ask through.  -1: the client's, no memory, credentials that cannot
 * be had, or a server that has never answered anything.
 */
int	http_run(struct http *h, size_t n, const struct http_client *cl,
	    struct err *e);

/*
 * For the client, while http_run() runs: put a request (path and query, and
 * the Accept header, borrowed) on its way through a slot, which forgets what
 * it had.
 */
int	http_ask(struct http *h, size_t slot, const char *path,
	    const char *accept, struct err *e);

/*
 * The same for an answer that goes on and on, in wait milliseconds.  It is not
 * tried again, but for a redirect and for new credentials, and compression is
 * not asked for.  Nothing of it for so many seconds (quiet), and it has broken
 * off.  fresh: over a connection of its own, since the old one may be dead.
 * Until http_run() ends there is no limit of connections any more.
 */
struct http_stream {
	long	wait;
	long	quiet;
	int	fresh;
};
int	http_stream(struct http *h, size_t slot, const char *path,
	    const char *accept, const struct http_stream *s, struct err *e);

/*
 * The same for a request with a body.  No redirect of it is followed.
 *
 * If it changes something, nobody sends it a second time, libcurl (which does
 * that where a connection that it used before turns out to be dead) no more
 * than we: it goes over a new connection, is given up when all of it together
 * has lasted for the request time-out, and is tried again only with new
 * credentials after a 401, since then nothing was done.
 */
struct http_send {
	const char	*method;	/* "POST", "PATCH" */
	const char	*type;		/* Content-Type */
	const void	*p;	/* borrowed until its answer is there */
	size_t		 len;
	/*
	 * NULL: it changes nothing.  Else set to 1 before the first byte of it
	 * leaves; the caller sets it to 0.
	 */
	int		*sent;
};
int	http_send(struct http *h, size_t slot, const char *path,
	    const char *accept, const struct http_send *s, struct err *e);

/* Forget what a slot was asked and has got; spent: it is not used again. */
void	http_drop(struct http *h, size_t slot, int spent);

/*
 * Forget what a slot was asked and has got, and give the room that it had for
 * it to another that has had none: pages that follow each other then live in
 * the same memory.
 */
void	http_pass_on(struct http *h, size_t slot, size_t to);

/*
 * The server's clock when its last answer came, and ours at that moment; 0 if
 * it never said.
 */
int	http_clock(const struct http *h, int64_t *server, int64_t *ours);

#endif
