/* Many pods at once: begun in their time, waited for, handed on. */
#include <stdlib.h>
#include <string.h>

#include "kube/exec_one.h"
#include "kube/transfer.h"

#define BURST_US 100000		/* that a rate may catch up */

struct many {
	struct kube			*k;
	const struct kube_exec_options	*o;
	const struct kube_exec_client	*cl;
	struct dialer			 dialer;
	struct one			*one;
	struct curl_waitfd		*fd;
	size_t				 n;
	int				 reached;	/* the server, ever */
	int				 dry;		/* no other pod */
	int64_t				 next_us;	/* the rate's */
	int64_t				 hold;		/* nobody before that */
};

static int
open_many(struct many *m, struct err *e)
{
	size_t i;

	m->n = m->o->concurrency == 0 ? 1 :
	    m->o->concurrency > KUBE_EXEC_CONCURRENCY ?
	    KUBE_EXEC_CONCURRENCY : m->o->concurrency;
	if (dialer_init(&m->dialer, &m->k->http->transport, e) == -1)
		return -1;
	m->one = calloc(m->n, sizeof(*m->one));
	m->fd = calloc(m->n, sizeof(*m->fd));
	if (m->one == NULL || m->fd == NULL)
		return err_nomem(e);
	for (i = 0; i < m->n; i++)
		one_init(&m->one[i], m->k, m->o);
	return 0;
}

static void
close_many(struct many *m)
{
	size_t i;

	for (i = 0; m->one != NULL && i < m->n; i++)
		one_release(&m->one[i]);
	dialer_release(&m->dialer);
	free(m->one);
	free(m->fd);
}

/* May another request be begun now?  Then it is counted. */
static int
may_begin(struct many *m, int64_t now)
{
	int64_t us = 1000 * now;

	if (now < m->hold)
		return 0;
	if (m->o->rate == 0)
		return 1;
	if (us < m->next_us)
		return 0;
	if (m->next_us < us - BURST_US)
		m->next_us = us - BURST_US;
	m->next_us += 1000000 / m->o->rate;
	return 1;
}

/* Over: hand it on. */
static int
finish(struct many *m, struct one *o, struct err *e)
{
	struct http *h = m->k->http;
	struct kube_ran d;
	int ret;

	h->answered |= o->answered;
	m->reached |= o->reached || h->answered;
	/* nobody there: no other pod will find it otherwise */
	if (o->why.class == ERR_NET && !m->reached) {
		*e = o->why;
		kube_explain(m->k->c, e);
		return -1;
	}
	if (o->why.class == ERR_NOMEM)
		return err_nomem(e);
	d.why = o->why;
	d.exit_status = o->why.class == ERR_NONE ? o->exit_status : -1;
	d.out = &o->ch.out;
	d.err_text = buf_str(&o->ch.text);
	ret = m->cl->done(m->cl->arg, &o->x, &d, e);
	one_drop(o);
	return ret == -1 ? -1 : 0;
}

/* What has become of one that was moved. */
static int
settle(struct many *m, struct one *o, struct err *e)
{
	if (o->busy_ms > 0) {
		/* that goes for all of them */
		int64_t until = transfer_ms() + o->busy_ms;

		if (until > m->hold)
			m->hold = until;
		o->busy_ms = 0;
	}
	return o->state == ONE_OVER ? finish(m, o, e) : 0;
}

/* A pod for everyone who has none, and on its way who waits. */
static int
begin_due(struct many *m, int64_t now, struct err *e)
{
	struct kube_run x;
	struct one *o;
	size_t i;
	int ret;

	for (i = 0; i < m->n; i++) {
		o = &m->one[i];
		if (o->state == ONE_IDLE && !m->dry && now >= m->hold) {
			memset(&x, 0, sizeof(x));
			if ((ret = m->cl->next(m->cl->arg, &x, e)) == -1)
				return -1;
			m->dry = ret == 0;
			if (ret == 1)
				one_take(o, &x);
		}
		if (o->state != ONE_WAITING || now < o->wake ||
		    !may_begin(m, now))
			continue;
		if (one_begin(o, &m->dialer, now, e) == -1 ||
		    settle(m, o, e) == -1)
			return -1;
	}
	return 0;
}

/* Connections that are there, or cannot be had. */
static int
look(struct many *m, struct err *e)
{
	CURLcode code;
	CURLMsg *msg;
	struct one *o;
	int left;

	while ((msg = curl_multi_info_read(m->dialer.multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &o);
		if (one_connected(o, code, e) == -1 || settle(m, o, e) == -1)
			return -1;
	}
	return 0;
}

/* Milliseconds until somebody's time comes. */
static long
due(const struct many *m, int64_t now)
{
	int64_t wait = 1000, at, begin = (m->next_us + 999) / 1000;
	const struct one *o;
	size_t i;

	if (begin < m->hold)
		begin = m->hold;
	for (i = 0; i < m->n; i++) {
		o = &m->one[i];
		if (o->hot)
			return 0;
		if (o->state == ONE_IDLE)
			at = m->dry ? now + wait : begin;
		else if (o->state == ONE_WAITING) {
			at = o->wake > begin ? o->wake : begin;
			if (o->deadline != 0 && o->deadline < at)
				at = o->deadline;
		} else
			at = o->deadline;
		if (at - now < wait)
			wait = at - now;
	}
	return wait < 0 ? 0 : (long)wait;
}

/* Wait for those that have a connection, and for libcurl's own. */
static int
wait_for(struct many *m, int64_t now, struct err *e)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct one *o = &m->one[i];

		m->fd[i].fd = CURL_SOCKET_BAD;
		if (!one_is_open(o))
			continue;
		m->fd[n].fd = o->dial.fd;
		m->fd[n].events = (short)(CURL_WAIT_POLLIN |
		    (one_wants_write(o) ? CURL_WAIT_POLLOUT : 0));
		m->fd[n++].revents = 0;
	}
	if (curl_multi_poll(m->dialer.multi, m->fd, n, (int)due(m, now),
	    NULL) != CURLM_OK)
		return err_set(e, ERR_NET, "the transfer broke off");
	return 0;
}

/* Those for whom something has come, and those whose time is up. */
static int
move(struct many *m, struct err *e)
{
	int64_t now = transfer_ms();
	struct one *o;
	size_t i, n = 0;
	int ready;

	for (i = 0; i < m->n; i++) {
		o = &m->one[i];
		ready = o->hot;
		if (one_is_open(o))
			ready |= m->fd[n++].revents != 0;
		if ((ready && one_move(o, e) == -1) ||
		    (one_late(o, now), settle(m, o, e)) == -1)
			return -1;
	}
	return 0;
}

static int
has_work(const struct many *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->one[i].state != ONE_IDLE)
			return 1;
	return !m->dry;
}

static int
loop(struct many *m, struct err *e)
{
	int running;

	while (has_work(m)) {
		if (begin_due(m, transfer_ms(), e) == -1)
			return -1;
		if (curl_multi_perform(m->dialer.multi, &running) != CURLM_OK)
			return err_set(e, ERR_NET, "the transfer broke off");
		if (look(m, e) == -1)
			return -1;
		if (wait_for(m, transfer_ms(), e) == -1 || move(m, e) == -1)
			return -1;
	}
	return 0;
}

int
kube_exec_many(struct kube *k, const struct kube_exec_options *o,
    const struct kube_exec_client *cl, struct err *e)
{
	struct many m = { .k = k, .o = o, .cl = cl };
	int ret;

	ret = open_many(&m, e);
	if (ret == 0)
		ret = loop(&m, e);
	close_many(&m);
	return ret;
}
