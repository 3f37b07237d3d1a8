/* Watching: answers that end, break off and are asked for again. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kube/path.h"
#include "kube/proto.h"
#include "kube/status.h"
#include "kube/stream.h"
#include "kube/transfer.h"
#include "kube/watch.h"

/* client-go asks for the same, without the parameter */
#define ACCEPT_WATCH	"application/vnd.kubernetes.protobuf;stream=watch," \
			"application/json;stream=watch"

/* One list. */
struct watch {
	struct kube_watched	*w;
	struct stream		 stream;
	int			 open;		/* an answer is coming */
	int64_t			 began;		/* when it was asked for */
	long			 wait;		/* ms, before the next time */
};

struct watching {
	const struct watch_with	*with;
	struct watch		*w;
	size_t			 n;
	struct buf		 path;
	long			 seconds;
	int			 begun;
	int			 over;		/* end says why */
	enum kube_watch_end	 end;
};

static int
over(struct watching *g, enum kube_watch_end end)
{
	g->over = 1;
	g->end = end;
	return -1;
}

static int
ask(struct watching *g, size_t slot, long wait, int fresh, struct err *e)
{
	struct watch *w = &g->w[slot];
	const struct http_stream s = {
		wait, g->seconds + g->seconds / 10 + 1, fresh
	};

	w->open = 0;
	w->began = transfer_ms() + wait;
	if (path_of_watch(w->w->ask, w->w->version, g->seconds, &g->path,
	    e) == -1)
		return -1;
	return http_stream(g->with->http, slot, buf_str(&g->path),
	    ACCEPT_WATCH, &s, e);
}

/* Did this answer bring anything, be it only that the server is well? */
static int
was_good(const struct watch *w)
{
	return w->open && (w->stream.events > 0 ||
	    transfer_ms() - w->began >= WATCH_LASTED_MS);
}

/* From the last version, in a while. */
static int
again(struct watching *g, size_t slot, const char *why, long retry_after,
    int fresh, struct err *e)
{
	struct watch *w = &g->w[slot];
	long wait;

	if (was_good(w))
		w->wait = WATCH_FIRST_MS;
	wait = w->wait > 1000 * retry_after ? w->wait : 1000 * retry_after;
	if ((w->wait *= 2) > WATCH_LAST_MS)
		w->wait = WATCH_LAST_MS;
	kube_log(g->with->log, KUBE_LOG_REQUESTS, "watching %s again in %ld "
	    "ms: %s", w->w->ask->resource, wait, why);
	return ask(g, slot, wait, fresh, e);
}

/* What was seen makes no sense, or is too old to go on from. */
static int
afresh(struct watching *g, const struct watch *w, const char *why)
{
	kube_log(g->with->log, KUBE_LOG_REQUESTS, "listing %s again: %s",
	    w->w->ask->resource, why);
	return over(g, KUBE_WATCH_AGAIN);
}

/* A Status, whichever way it came. */
static int
refused(struct watching *g, size_t slot, const struct err *why,
    struct err *e)
{
	int moved = why->http >= 300 && why->http <= 399;

	/* reading the list says better where a redirect leads */
	if (why->class == ERR_EXPIRED || moved)
		return afresh(g, &g->w[slot], why->msg);
	if (why->class == ERR_NET || why->class == ERR_THROTTLED)
		return again(g, slot, why->msg, why->retry_after, 0, e);
	*e = *why;
	return -1;
}

/* Hand on what has come whole; ended: and nothing comes any more. */
static int
take(struct watching *g, size_t slot, const char *type, struct buf *body,
    int ended, struct err *e)
{
	struct watch *w = &g->w[slot];
	enum stream_end ret = STREAM_WAIT;
	struct err why = ERR_INIT;

	if (!w->open)
		ret = stream_open(&w->stream, type, &why);
	w->open = 1;
	if (ret == STREAM_WAIT)
		ret = ended ? stream_close(&w->stream, body, &why) :
		    stream_take(&w->stream, body, &why);
	if (w->stream.events > 0)
		*g->with->pause = 0;
	switch (ret) {
	case STREAM_WAIT:
		return 0;
	case STREAM_STOP:
		return over(g, KUBE_WATCH_STOPPED);
	case STREAM_REFUSED:
		return refused(g, slot, &why, e);
	case STREAM_NONSENSE:
		return afresh(g, w, why.msg);
	default:
		*e = why;
		return -1;
	}
}

static int
on_more(void *arg, size_t slot, const char *type, struct buf *body,
    struct err *e)
{
	return take(arg, slot, type, body, 0, e);
}

static int
on_done(void *arg, size_t slot, const struct http_answer *a, struct err *e)
{
	struct watching *g = arg;
	struct watch *w = &g->w[slot];
	struct err why = ERR_INIT;

	if (a->status == 0)
		return again(g, slot, a->err.msg, 0, 1, e);
	if (a->status < 200 || a->status > 299) {
		status_err_verb(w->w->ask, "watch", a->status, a->type,
		    buf_str(a->body), a->body->len, &why);
		why.retry_after = (int)a->retry_after;
		return refused(g, slot, &why, e);
	}
	/* its last bytes came with its end, and may have asked again */
	if (take(g, slot, a->type, a->body, 1, e) == -1)
		return -1;
	if (!w->open)
		return 0;
	return again(g, slot, "the server ended it", 0, 0, e);
}

/* After a redirect, or with new credentials. */
static void
on_again(void *arg, size_t slot)
{
	struct watching *g = arg;

	g->w[slot].open = 0;
}

static int
idle(struct watching *g, struct err *e)
{
	int ret = g->with->sink->idle(g->with->sink->arg, e);

	return ret == 1 ? over(g, KUBE_WATCH_STOPPED) : ret;
}

static int
on_work(void *arg, struct err *e)
{
	struct watching *g = arg;
	size_t i;

	for (i = 0; !g->begun && i < g->n; i++)
		if (ask(g, i, 0, 0, e) == -1)
			return -1;
	g->begun = 1;
	return idle(g, e);
}

/* Before the lists are read again: longer and longer, if nothing else came. */
static int
rest(struct watching *g, struct err *e)
{
	struct timespec t = { 0, WATCH_FIRST_MS * 1000000L };
	long *pause = g->with->pause, slept;

	*pause = *pause == 0 ? WATCH_FIRST_MS : *pause * 2;
	if (*pause > WATCH_LAST_MS)
		*pause = WATCH_LAST_MS;
	for (slept = 0; slept < *pause; slept += WATCH_FIRST_MS) {
		if (idle(g, e) == -1)
			return g->end == KUBE_WATCH_STOPPED ? 0 : -1;
		nanosleep(&t, NULL);
	}
	return 0;
}

/* What the questions of a caller must be; a mistake of ours, not of a user. */
static int
check(const struct kube_watched *w, size_t n, struct err *e)
{
	const struct kube_ask *a;
	size_t i;

	if (n == 0 || n > KUBE_WATCH_MAX)
		return err_set(e, ERR_LIMIT, "1 to %d lists can be watched at "
		    "once", KUBE_WATCH_MAX);
	for (i = 0; i < n; i++) {
		a = w[i].ask;
		if (a->name != NULL || !proto_knows(a->group, a->kind))
			return err_set(e, ERR_FORMAT, "%s cannot be watched",
			    a->resource);
	}
	return 0;
}

int
watch_all(const struct watch_with *with, struct kube_watched *w, size_t n,
    enum kube_watch_end *end, struct err *e)
{
	struct watching g = { .with = with, .n = n };
	const struct http_client cl = {
		on_done, on_more, NULL, on_again, on_work, &g
	};
	int ret;
	size_t i;

	if (check(w, n, e) == -1)
		return -1;
	if ((g.w = calloc(n, sizeof(*g.w))) == NULL)
		return err_nomem(e);
	g.seconds = with->sink->seconds > 0 ? with->sink->seconds :
	    KUBE_WATCH_SECONDS;
	buf_init(&g.path, PATH_BYTES, "a path");
	for (i = 0; i < n; i++) {
		g.w[i].w = &w[i];
		g.w[i].wait = WATCH_FIRST_MS;
		g.w[i].stream.ask = w[i].ask;
		g.w[i].stream.sink = with->sink;
		g.w[i].stream.arena = with->arena;
		g.w[i].stream.version = w[i].version;
	}
	ret = http_run(with->http, n, &cl, e);
	if (g.over)
		ret = g.end == KUBE_WATCH_AGAIN ? rest(&g, e) : 0;
	*end = g.end;
	buf_release(&g.path);
	free(g.w);
	return ret;
}
