/* One pod: its connection, its answer, its command's end. */
#include <string.h>

#include "kube/exec_one.h"
#include "kube/path.h"
#include "kube/status.h"
#include "kube/transfer.h"

#define PART 16384	/* bytes of one read */
#define BUSY_MS 1000	/* what a 429 without Retry-After means */

void
one_init(struct one *o, struct kube *k, const struct kube_exec_options *opt)
{
	memset(o, 0, sizeof(*o));
	o->k = k;
	o->o = opt;
	o->sink.part = channel_part;
	o->sink.arg = &o->ch;
	upgrade_init(&o->up, CHANNEL_OFFER);
	channel_init(&o->ch, opt->out_max);
	buf_init(&o->path, PATH_BYTES, "a path");
	buf_init_secret(&o->request, UPGRADE_REQUEST, "a request");
}

static void
hang_up(struct one *o)
{
	dial_drop(&o->dial);
	ws_free(o->ws);
	o->ws = NULL;
	buf_reset(&o->request);
	o->hot = 0;
}

void
one_release(struct one *o)
{
	hang_up(o);
	upgrade_release(&o->up);
	channel_release(&o->ch);
	buf_release(&o->path);
	buf_release(&o->request);
}

void
one_drop(struct one *o)
{
	hang_up(o);
	channel_reset(&o->ch);
	o->state = ONE_IDLE;
}

void
one_take(struct one *o, const struct kube_run *x)
{
	channel_reset(&o->ch);
	o->x = *x;
	o->state = ONE_WAITING;
	o->deadline = o->wake = 0;
	o->tries = 0;
	o->refused = o->ended = 0;
	o->busy_ms = 0;
	o->reached = o->answered = 0;
	o->exit_status = -1;
	memset(&o->why, 0, sizeof(o->why));
}

/* It has come to its end, as o->why has it. */
static int
over(struct one *o)
{
	hang_up(o);
	o->state = ONE_OVER;
	return 0;
}

static long
limit(const struct one *o)
{
	return o->o->limit_ms > 0 ? o->o->limit_ms : o->k->c->timeout_ms;
}

int
one_late(struct one *o, int64_t now)
{
	static const char *const what[] = {
		[ONE_WAITING] = "the server was busy",
		[ONE_DIALING] = "no connection",
		[ONE_ASKING] = "no answer",
		[ONE_TALKING] = "the command has not ended",
	};

	if (o->state == ONE_IDLE || o->state == ONE_OVER ||
	    o->deadline == 0 || now < o->deadline)
		return 0;
	/* there is no need to wait for what may come behind its end */
	if (!o->ended)
		err_set(&o->why, ERR_NET, "%s within the limit of %ld ms",
		    what[o->state], limit(o));
	over(o);
	return 1;
}

/* ---- beginning ---- */

int
one_begin(struct one *o, struct dialer *r, int64_t now, struct err *e)
{
	struct http *h = o->k->http;

	if (o->tries++ == 0) {
		o->deadline = now + limit(o);
		if (o->x.argc == 0) {
			err_set(&o->why, ERR_FORMAT, "there is no command");
			return over(o);
		}
		if (path_of_exec(o->x.ns, o->x.pod, o->x.container,
		    o->x.argv, o->x.argc, &o->path, &o->why) == -1)
			return over(o);
	}
	o->began = now;
	o->busy_ms = 0;
	if (cred_ready(&h->cred, transfer_wall(), e) == -1)
		return -1;
	o->runs = h->cred.runs;
	if (upgrade_request(&o->up, &h->transport, &h->cred, o->k->agent,
	    buf_str(&o->path), &o->request, e) == -1 ||
	    dial_start(&o->dial, r, &h->cred, o, e) == -1)
		return -1;
	o->state = ONE_DIALING;
	return 0;
}

int
one_connected(struct one *o, CURLcode code, struct err *e)
{
	if (dial_done(&o->dial, code, &o->why) == -1)
		return over(o);
	o->reached = 1;
	o->state = ONE_ASKING;
	return one_move(o, e);
}

/* ---- a refusal ---- */

static void
log_answer(const struct one *o)
{
	kube_log(o->k->log, KUBE_LOG_REQUESTS, "GET %s%s %d in %lld ms",
	    o->k->c->server, buf_str(&o->path), o->up.head.status,
	    (long long)(transfer_ms() - o->began));
}

/* 1: asked again with new credentials. */
static int
renewed(struct one *o, struct err *e)
{
	struct cred *cr = &o->k->http->cred;
	int got;

	if (o->refused)
		return 0;
	o->refused = 1;
	if (cr->runs == o->runs &&
	    (got = cred_refused(cr, transfer_wall(), e)) != 1)
		return got;
	hang_up(o);
	o->state = ONE_WAITING;
	o->wake = 0;
	return 1;
}

/* 1: asked again when the server has had its time, if there is so much. */
static int
postponed(struct one *o)
{
	int64_t wake;

	o->busy_ms = o->up.head.retry_after == 0 ? BUSY_MS :
	    1000 * o->up.head.retry_after;
	wake = transfer_ms() + o->busy_ms;
	if (o->tries >= HTTP_TRIES || wake >= o->deadline)
		return 0;
	hang_up(o);
	o->state = ONE_WAITING;
	o->wake = wake;
	return 1;
}

static void
say_hint(struct one *o)
{
	const char *hint = upgrade_hint(&o->up);
	struct err was = o->why;

	if (hint[0] == '\0')
		return;
	err_set(&o->why, was.class, "%.400s%s", was.msg, hint);
	o->why.http = was.http;
}

static int
refused(struct one *o, struct err *e)
{
	const struct kube_ask a = {
		.group = "", .version = "v1", .resource = "pods/exec",
		.kind = "Pod", .ns = o->x.ns, .name = o->x.pod
	};
	const struct head *h = &o->up.head;
	int again = 0;

	log_answer(o);
	if (h->status == 401)
		again = renewed(o, e);
	else if (h->status == 429 || (h->status == 503 && h->retry_after > 0))
		again = postponed(o);
	if (again != 0)
		return again == 1 ? 0 : -1;
	if (h->status < 400)
		err_set(&o->why, ERR_NET, "the server answered with HTTP "
		    "status %d to a WebSocket", h->status);
	else
		status_err_verb(&a, "get", h->status, h->type,
		    buf_str(&o->up.body), o->up.body.len, &o->why);
	o->why.http = h->status;
	o->why.retry_after = (int)h->retry_after;
	if (h->status == 401) {
		kube_explain(o->k->c, &o->why);
		if (e != NULL)
			*e = o->why;
		return -1;
	}
	say_hint(o);
	return over(o);
}

/* ---- what comes ---- */

/* The command's output, and the word that it ended. */
static int
talk(struct one *o, const unsigned char *p, size_t n, struct err *e)
{
	const char *reason;
	unsigned code;

	if (ws_feed(o->ws, p, n, &o->why) == -1) {
		if (o->why.class == ERR_NOMEM)
			return err_nomem(e);
		o->exit_status = -1;
		return over(o);
	}
	if (!o->ended) {
		if (channel_end(&o->ch, &o->exit_status, &o->why) == -1)
			return over(o);
		o->ended = o->exit_status != -1;
		if (o->ended && o->deadline > transfer_ms() + ONE_GRACE_MS)
			o->deadline = transfer_ms() + ONE_GRACE_MS;
	}
	if (!ws_closed(o->ws, &code, &reason))
		return 0;
	if (!o->ended)
		err_set(&o->why, ERR_NET, "the WebSocket was closed before "
		    "the command's end, with the code %u%s%s", code,
		    reason[0] == '\0' ? "" : ": ", reason);
	return over(o);
}

static int
ask(struct one *o, int ended, struct err *e)
{
	struct buf *in = &o->up.in;

	switch (upgrade_take(&o->up, ended, &o->why)) {
	case UPGRADE_WAIT:
		return 0;
	case UPGRADE_REFUSED:
		o->answered = 1;
		return refused(o, e);
	case UPGRADE_BROKEN:
		o->answered |= o->up.head.status != 0;
		if (o->why.class == ERR_NOMEM)
			return err_nomem(e);
		return over(o);
	case UPGRADE_DONE:
		break;
	}
	o->answered = 1;
	log_answer(o);
	buf_reset(&o->request);
	if (ws_new(&o->sink, o->o->out_max + CHANNEL_NOISE_MAX, &o->ws, e) ==
	    -1)
		return -1;
	o->state = ONE_TALKING;
	return in->len == 0 ? 0 : talk(o, in->p, in->len, e);
}

/* The connection is at its end. */
static int
ended(struct one *o, int closed, struct err *e)
{
	if (o->state == ONE_ASKING && o->up.refused)
		return ask(o, 1, e);
	/* behind the command's end, it matters to nobody how */
	if (!o->ended)
		err_set(&o->why, ERR_NET, "the connection %s before %s",
		    closed ? "was closed" : "broke", o->state == ONE_ASKING ?
		    "a whole answer" : "the command's end");
	return over(o);
}

static struct buf *
pending(const struct one *o)
{
	return o->ws != NULL ? ws_pending(o->ws) : (struct buf *)&o->request;
}

int
one_is_open(const struct one *o)
{
	return o->state == ONE_ASKING || o->state == ONE_TALKING;
}

int
one_wants_write(const struct one *o)
{
	return one_is_open(o) && pending(o)->len > 0;
}

/* What was to be sent and cannot is forgotten: what came before may say why. */
static void
send_some(struct one *o)
{
	struct buf *b = pending(o);
	ssize_t n;

	while (b->len > 0) {
		if ((n = dial_send(&o->dial, b->p, b->len)) == -1)
			buf_reset(b);
		if (n <= 0)
			return;
		buf_consume(b, (size_t)n);
	}
}

int
one_move(struct one *o, struct err *e)
{
	unsigned char part[PART];
	size_t total = 0;
	int closed, ret = 0;
	ssize_t n;

	if (!one_is_open(o))
		return 0;
	o->hot = 0;
	/* first of all: after a failure to send there may be no reading */
	while (ret == 0 && one_is_open(o)) {
		if (total >= ONE_TURN) {
			o->hot = 1;
			break;
		}
		n = dial_recv(&o->dial, part, sizeof(part), &closed);
		if (n == 0)
			break;
		if (n == -1)
			return ended(o, closed, e);
		total += (size_t)n;
		if (o->state == ONE_TALKING)
			ret = talk(o, part, (size_t)n, e);
		else if (buf_append(&o->up.in, part, (size_t)n, e) == -1)
			ret = -1;
		else
			ret = ask(o, 0, e);
	}
	if (ret == 0 && one_wants_write(o))
		send_some(o);
	return ret;
}
