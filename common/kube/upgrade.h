/*
 * From HTTP to a WebSocket (RFC 6455 section 4): the request, and what comes
 * back, be it the 101 or a refusal with its body.  Pure but for the key.
 * kube/'s own files only.
 */
#ifndef KUBE_UPGRADE_H
#define KUBE_UPGRADE_H

#include "kube/head.h"
#include "kube/transport.h"
#include "kube/ws.h"

#define UPGRADE_INTERIM	8	/* 1xx before the answer */
#define UPGRADE_BODY	65536	/* bytes of a refusal's body that are read */
#define UPGRADE_REQUEST	(1024 * 1024)	/* of a request: a token is large */

struct upgrade {
	const char	*offer;		/* subprotocols, "a, b" */
	char		 key[WS_KEY];
	struct head	 head;
	struct rest	 rest;
	unsigned	 interim;
	int		 refused;	/* its body is being read */
	struct buf	 in;		/* what has come; append to it */
	struct buf	 body;		/* a refusal's, or its beginning */
};

void	upgrade_init(struct upgrade *u, const char *offer);
void	upgrade_release(struct upgrade *u);

/*
 * The request for a path and query, into out, which holds credentials; begins
 * anew.
 */
int	upgrade_request(struct upgrade *u, const struct transport *t,
	    const struct cred *cr, const char *agent, const char *path,
	    struct buf *out, struct err *e);

enum upgrade_end {
	UPGRADE_WAIT,		/* more must come */
	UPGRADE_DONE,		/* a WebSocket; its first bytes are in u->in */
	UPGRADE_REFUSED,	/* head.status is no 101; see body */
	UPGRADE_BROKEN		/* e: no answer of HTTP, or no WebSocket's */
};

/*
 * Something was appended to u->in; ended: and nothing more will be, which ends
 * a refusal's body, too.
 */
enum upgrade_end upgrade_take(struct upgrade *u, int ended, struct err *e);

/*
 * Why a refusal with a 2xx, a 3xx or a 400 may be somebody else's than the API
 * server's, to be said behind the message; or "".
 */
const char *upgrade_hint(const struct upgrade *u);

#endif
