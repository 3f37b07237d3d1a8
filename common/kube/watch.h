/* Lists being watched, many at once: kube/'s own files only. */
#ifndef KUBE_WATCH_H
#define KUBE_WATCH_H

#include "base/arena.h"
#include "kube/http.h"
#include "kube/kube.h"

#define WATCH_FIRST_MS	250	/* before it is asked again, */
#define WATCH_LAST_MS	5000	/* doubling up to this */
#define WATCH_LASTED_MS	5000	/* an answer that was none for nothing */

struct watch_with {
	struct http			*http;
	const struct kube_log		*log;
	struct arena			*arena;
	const struct kube_watch_sink	*sink;
	/* of the last KUBE_WATCH_AGAIN, in ms; 0 since something has come */
	long				*pause;
};

/* As kube_watch(). */
int	watch_all(const struct watch_with *with, struct kube_watched *w,
	    size_t n, enum kube_watch_end *end, struct err *e);

#endif
