/*
 * An HTTP/1.1 response on a connection of our own (dial.h): its head, and the
 * body of a refusal (RFC 9110, RFC 9112).  Pure: bytes in, values out.  kube/'s
 * own files only.
 */
#ifndef KUBE_HEAD_H
#define KUBE_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HEAD_MAX	16384	/* bytes of a head */
#define HEAD_FIELDS_MAX	200	/* header fields in it */

/* What is kept of it; a value that is too long for its room is an error. */
struct head {
	int	status;
	int	minor;		/* HTTP/1.minor */
	int	websocket;	/* Upgrade: websocket, and nothing else */
	int	upgrade;	/* Connection: upgrade */
	int	extended;	/* Sec-WebSocket-Extensions */
	char	accept[32];	/* Sec-WebSocket-Accept, or "" */
	char	protocol[64];	/* Sec-WebSocket-Protocol, or "" */
	char	type[128];	/* Content-Type, or "" */
	int64_t	length;		/* Content-Length, or -1 */
	int	chunked;	/* Transfer-Encoding: chunked */
	int	coded;		/* or any other */
	long	retry_after;	/* seconds, capped; 0: none, or a date */
	size_t	scanned;	/* its own */
};

void	head_init(struct head *h);

/*
 * Look at all that has come.  1: the head is whole, in the first *used bytes;
 * an interim one (1xx, not 101) is one as well.  0: more must come.  -1: this
 * is no HTTP/1.1 (ERR_FORMAT), which is said as soon as it is clear; or more
 * than HEAD_MAX bytes or HEAD_FIELDS_MAX fields (ERR_LIMIT).
 */
int	head_read(struct head *h, const unsigned char *p, size_t len,
	    size_t *used, struct err *e);

/* The body behind a head, while it comes. */
struct rest {
	uint64_t	left;	/* of the body, or of a chunk */
	int		chunked;
	int		in_chunk;
	int		behind;	/* a chunk, whose CRLF is still to come */
};

void	rest_init(struct rest *r, const struct head *h);

/*
 * Move what has come from in to out.  1: that was all of it, or out is full, or
 * what follows makes no sense; 0: more may come.
 */
int	rest_take(struct rest *r, struct buf *in, struct buf *out);

#endif
