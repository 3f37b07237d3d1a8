/*
 * The answer to a watch, event by event while it comes: kube/'s own files only.
 *
 * Protobuf: frames of a 4-byte big-endian length and a WatchEvent whose object
 * is "k8s\0" and a runtime.Unknown (apimachinery/pkg/util/framer, pkg/apis/
 * meta/v1/generated.proto).  JSON: {"type": ..., "object": ...} a line.
 */
#ifndef KUBE_STREAM_H
#define KUBE_STREAM_H

#include "base/arena.h"
#include "base/buf.h"
#include "kube/kube.h"

struct stream {
	const struct kube_ask		*ask;
	const struct kube_watch_sink	*sink;
	struct arena			*arena;		/* where messages go */
	char				*version;	/* KUBE_VERSION_MAX */
	/* what has come of it */
	size_t				 events;	/* bookmarks too */
	/* how far it is */
	int				 proto;
	size_t				 scanned;	/* no line ends here */
};

enum stream_end {
	STREAM_ERROR = -1,	/* the sink's own, or no memory */
	STREAM_WAIT,		/* more must come first */
	STREAM_STOP,		/* the sink said so */
	STREAM_REFUSED,		/* a Status came: why as status_err() has it */
	STREAM_NONSENSE		/* it cannot be gone on with: why */
};

/*
 * Begin; s's first part is filled in.  STREAM_NONSENSE: of another type than
 * events can be.
 */
enum stream_end stream_open(struct stream *s, const char *type,
	    struct err *why);

/*
 * Hand on every event that has come whole, and take it off the front of b.
 * The version is that of the last event that the sink has had.
 */
enum stream_end stream_take(struct stream *s, struct buf *b,
	    struct err *why);

/*
 * The same when the answer has ended, and not because it broke off: half an
 * event is STREAM_NONSENSE, STREAM_WAIT is the ordinary end of a watch.
 */
enum stream_end stream_close(struct stream *s, struct buf *b,
	    struct err *why);

#endif
