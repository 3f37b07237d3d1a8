/*
 * What comes out of a command that runs in a container: the subprotocols
 * v4.channel.k8s.io and v5.channel.k8s.io, in which the first byte of every
 * message names its channel (k8s.io/apimachinery/pkg/util/remotecommand).
 * kube/'s own files only.
 */
#ifndef KUBE_CHANNEL_H
#define KUBE_CHANNEL_H

#include "base/buf.h"

#define CHANNEL_OFFER	"v5.channel.k8s.io, v4.channel.k8s.io"
#define CHANNEL_NOISE_MAX (1024 * 1024)	/* bytes that nobody keeps */
#define CHANNEL_STATUS_MAX 16384	/* of the error channel */
#define CHANNEL_TEXT	4096		/* of stderr that are kept */

struct channel {
	struct buf	out;		/* stdout */
	struct buf	text;		/* the beginning of stderr */
	struct buf	status;		/* of the error channel */
	size_t		noise;		/* bytes that were not kept */
	int		now;		/* which one the message is for */
};

/* out_max: bytes of stdout, over which it is an error. */
void	channel_init(struct channel *c, size_t out_max);
void	channel_reset(struct channel *c);
void	channel_release(struct channel *c);

/* A ws_sink's part(); arg is a struct channel. */
int	channel_part(void *arg, int begins, const unsigned char *p, size_t n,
	    struct err *e);

/*
 * How did it end?  1: it ran, and *exit_status is known.  0: nothing, or not
 * all of it, has come that says so.  -1: it did not run to its end, and e says
 * why, or the server's word cannot be understood (ERR_FORMAT).
 */
int	channel_end(const struct channel *c, int *exit_status, struct err *e);

#endif
