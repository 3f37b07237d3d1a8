/*
 * The client's side of a WebSocket (RFC 6455), frames by wslay, which is only
 * here.  Pure: what has come goes in, what is to be sent comes out; who holds
 * the connection moves the bytes.  Pings are answered, a close is answered, and
 * a message's parts are handed on as they come, so that nothing is gathered
 * here however long it is.  kube/'s own files only.
 */
#ifndef KUBE_WS_H
#define KUBE_WS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define WS_KEY		25	/* bytes of a Sec-WebSocket-Key and a NUL */
#define WS_ACCEPT	29	/* of a Sec-WebSocket-Accept and a NUL */
#define WS_SEND_MAX	65536	/* bytes that wait to be sent */
#define WS_PINGS_MAX	64	/* of one ws_feed() */
#define WS_REASON	124	/* bytes of a close's reason and a NUL */

/* A new key, and what the server has to make of it. */
int	ws_key(char key[WS_KEY], struct err *e);
int	ws_accept(const char key[WS_KEY], char out[WS_ACCEPT], struct err *e);

/* Who gets the messages.  A -1 (with e) ends the WebSocket. */
struct ws_sink {
	/*
	 * Some bytes of a binary message, at least one; begins: they are its
	 * first.
	 */
	int	(*part)(void *arg, int begins, const unsigned char *p,
		    size_t n, struct err *e);
	void	*arg;
};

struct ws;

/* frame_max: bytes of one frame, over which it is not read at all. */
int	ws_new(const struct ws_sink *sink, uint64_t frame_max, struct ws **out,
	    struct err *e);
void	ws_free(struct ws *w);		/* NULL is legal */

/*
 * What has come, in whatever pieces.  -1: the sink's error; or it breaks the
 * protocol, a text message among it, since nobody here speaks those
 * (ERR_FORMAT); a frame over the maximum, or more pings than WS_PINGS_MAX
 * (ERR_LIMIT).  Then nothing more may be fed.  Behind a close all is ignored.
 */
int	ws_feed(struct ws *w, const unsigned char *p, size_t n, struct err *e);

/* A binary message to be sent; and a close, behind which there can be none. */
int	ws_send(struct ws *w, const void *p, size_t n, struct err *e);
int	ws_close(struct ws *w, struct err *e);

/* What is to be sent, and is then taken off with buf_consume(). */
struct buf *ws_pending(struct ws *w);

/* Has a close come?  Its code (1005: it had none) and reason. */
int	ws_closed(const struct ws *w, unsigned *code, const char **reason);

#endif
