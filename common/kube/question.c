#include <stdio.h>
#include <string.h>

#include "kube/path.h"
#include "kube/question.h"
#include "kube/status.h"

void
question_init(struct question *q, const struct kube_ask *a,
    const struct kube_sink *s, size_t slot, long limit)
{
	int i;

	memset(q, 0, sizeof(*q));
	q->ask = a;
	q->sink = s;
	q->slot = slot;
	q->limit = limit;
	buf_init(&q->path, PATH_BYTES, "a path");
	buf_init(&q->next, TOKEN_BYTES, "a continue token");
	buf_init(&q->mark, TOKEN_BYTES, "a continue token");
	buf_init(&q->version, KUBE_VERSION_MAX - 1, "a resourceVersion");
	for (i = 0; i < 2; i++)
		buf_init(&q->page[i].token, TOKEN_BYTES, "a continue token");
	hashset_init(&q->seen);
}

static void
stop_walking(struct question *q)
{
	if (q->walking)
		body_close(&q->body);
	q->walking = 0;
}

void
question_release(struct question *q)
{
	buf_release(&q->path);
	buf_release(&q->next);
	buf_release(&q->version);
	buf_release(&q->mark);
	buf_release(&q->page[0].token);
	buf_release(&q->page[1].token);
	stop_walking(q);
	hashset_release(&q->seen);
}

static void
forget(struct question *q, int n, int spent)
{
	http_drop(q->http, q->slot + (size_t)n, spent);
	q->page[n].state = PAGE_FREE;
	q->page[n].bytes = NULL;
	q->page[n].walked = 0;
	if (n == q->cur)
		stop_walking(q);
}

/* Ask for the page that begins at a token.  -1, -2: as question_work(). */
static int
ask(struct question *q, int n, const struct buf *token, struct err *why)
{
	struct page *p = &q->page[n];

	if (token != &p->token) {
		buf_reset(&p->token);
		if (buf_append(&p->token, token->p, token->len, why) == -1)
			return -1;
	}
	if (path_of(q->ask, q->limit, buf_str(&p->token), &q->path, why) == -1)
		return -1;
	p->state = PAGE_ASKED;
	p->bytes = NULL;
	p->walked = 0;
	p->peeked = 0;
	return http_ask(q->http, q->slot + (size_t)n, buf_str(&q->path),
	    q->accept, why) == -1 ? -2 : 0;
}

int
question_begin(struct question *q, struct err *why)
{
	return ask(q, 0, &q->next, why);
}

void
question_done(struct question *q, int n, const struct http_answer *a)
{
	struct page *p = &q->page[n];

	p->state = PAGE_COME;
	p->status = a->status;
	snprintf(p->type, sizeof(p->type), "%s", a->type);
	p->err = a->err;
	p->bytes = a->body;
}

static int
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* A page that will not fit: no need to see it come. */
static void
too_long(struct question *q, struct page *p)
{
	forget(q, q->cur, 0);
	p->state = PAGE_COME;
	p->status = 0;
	err_set(&p->err, ERR_LIMIT, "its answer is over the limit of %d bytes",
	    HTTP_BODY_MAX);
}

/*
 * The first bytes of the page whose turn it is have come: if they say where the
 * next one begins, that is asked for now.  1: something was asked, which is to
 * leave first, or the page itself has changed.
 */
static int
peek(struct question *q, struct err *why)
{
	struct page *p = &q->page[q->cur];
	struct buf token;
	uint64_t whole;
	int got, ret = 0;

	if (p->peeked || q->ask->name != NULL ||
	    q->page[!q->cur].state != PAGE_FREE)
		return 0;
	buf_init(&token, TOKEN_BYTES, "a continue token");
	got = proto_peek((const unsigned char *)buf_str(p->bytes),
	    p->bytes->len, &token, &whole);
	p->peeked = got != 0;
	if (got == 1 && whole > HTTP_BODY_MAX && p->state == PAGE_ASKED) {
		too_long(q, p);
		ret = 1;
	} else if (got == 1 && token.len > 0 && !same(&token, &p->token) &&
	    (ret = ask(q, !q->cur, &token, why)) == 0)
		ret = 1;
	buf_release(&token);
	return ret;
}

int
question_more(struct question *q, int n, const char *type, struct buf *body,
    struct err *why)
{
	struct page *p = &q->page[n];

	if (p->state != PAGE_ASKED)
		return 0;
	p->bytes = body;
	snprintf(p->type, sizeof(p->type), "%s", type);
	return n == q->cur ? peek(q, why) : 0;
}

void
question_again(struct question *q, int n)
{
	q->page[n].bytes = NULL;
	q->page[n].walked = 0;
	if (n == q->cur)
		stop_walking(q);
}

/* ---- one page after the other ---- */

/* May the list go on at q->next?  -1: it does not end. */
static int
may_go_on(struct question *q, struct err *why)
{
	if (same(&q->next, &q->page[q->cur].token) || same(&q->next, &q->mark))
		return err_set(why, ERR_NET, "the list does not end: the "
		    "server repeats a continue token");
	q->empty = q->body.items > 0 ? 0 : q->empty + 1;
	if (q->empty > KUBE_EMPTY_MAX || ++q->pages > KUBE_PAGES_MAX)
		return err_set(why, ERR_LIMIT, "the list does not end: more "
		    "than %d pages%s", q->empty > KUBE_EMPTY_MAX ?
		    KUBE_EMPTY_MAX : KUBE_PAGES_MAX,
		    q->empty > KUBE_EMPTY_MAX ? " without an item" : "");
	/* Brent: a circle has come by when the mark has, at most 3 laps on */
	if ((q->pages & (q->pages - 1)) != 0)
		return 0;
	buf_reset(&q->mark);
	return buf_append(&q->mark, q->next.p, q->next.len, why);
}

void
question_stop(struct question *q)
{
	forget(q, 0, 1);
	forget(q, 1, 1);
	q->over = 1;
}

/* All of it has been handed on. */
static int
finish(struct question *q, struct err *why)
{
	question_stop(q);
	if (q->ask->name != NULL || q->sink->listed == NULL)
		return 0;
	return q->sink->listed(q->sink->arg, q->ask, buf_str(&q->version),
	    why) == -1 ? -2 : 0;
}

/* The page has been handed on whole: to the next one. */
static int
turn(struct question *q, struct err *why)
{
	struct page *other = &q->page[!q->cur];
	int ret = 1;

	if (q->next.len == 0 || q->ask->name != NULL)
		return finish(q, why);
	if (may_go_on(q, why) == -1)
		return -1;
	/* asked for early, and for what it is */
	if (other->state != PAGE_FREE && !same(&other->token, &q->next))
		forget(q, !q->cur, 0);
	if (other->state == PAGE_FREE)
		ret = ask(q, !q->cur, &q->next, why);
	forget(q, q->cur, 0);
	http_pass_on(q->http, q->slot + (size_t)q->cur,
	    q->slot + (size_t)!q->cur);
	q->cur = !q->cur;
	return ret;
}

/* The same page again, or from another token, and nothing of what follows. */
static int
again(struct question *q, const struct buf *token, struct err *why)
{
	forget(q, !q->cur, 0);
	return ask(q, q->cur, token, why);
}

/*
 * A 410: go on with the token that it offers, as long as that leads on, or
 * begin again, once.
 */
static int
resume(struct question *q, struct err *why)
{
	if (q->ask->name != NULL)
		return -1;
	if (q->next.len > 0 && q->pages > q->resumed) {
		q->resumed = q->pages;
		return again(q, &q->next, why);
	}
	if (q->restarts++ > 0)
		return -1;
	buf_reset(&q->next);
	buf_reset(&q->mark);
	return again(q, &q->next, why);
}

/* A page that is too long: ask for half of it. */
static int
halve(struct question *q, struct err *why)
{
	if (q->ask->name != NULL || q->limit == 1)
		return -1;
	q->limit = q->limit == 0 ? CHUNK_DEFAULT : q->limit / 2;
	return again(q, &q->page[q->cur].token, why);
}

static int
refused(struct question *q, struct err *why)
{
	struct page *p = &q->page[q->cur];

	if (p->status == 0) {
		*why = p->err;
		return why->class == ERR_LIMIT ? halve(q, why) : -1;
	}
	buf_reset(&q->next);
	status_err(q->ask, p->status, p->type, buf_str(p->bytes),
	    p->bytes->len, &q->next, why);
	return why->class == ERR_EXPIRED ? resume(q, why) : -1;
}

/* Was it handed on before a list was begun again?  For struct body. */
static int
came_before(void *arg, const char *ns, const char *name, struct err *e)
{
	unsigned char h[HASHSET_LEN];
	struct question *q = arg;
	int new;

	if (siphash_pair(q->hash, ns, name, h, e) == -1 ||
	    (new = hashset_add(&q->seen, h, e)) == -1)
		return -1;
	return !new;
}

static int
open_page(struct question *q, struct err *why)
{
	struct body *b = &q->body;

	memset(b, 0, sizeof(*b));
	b->ask = q->ask;
	b->sink = q->sink;
	b->token = &q->next;
	b->version = q->sink->listed != NULL ? &q->version : NULL;
	b->arena = q->arena;
	b->arg = q;
	/* a page that breaks off is asked for again, and so is a list */
	if (q->ask->name == NULL)
		b->again = came_before;
	buf_reset(&q->next);
	q->walking = 1;
	return body_open(b, q->page[q->cur].type, why);
}

/*
 * Hand on some of what has come: a turn's worth, and more while much is
 * waiting.  What was walked is taken off the front when it is as much as what
 * is left, so that moving that costs no more than it came for.
 */
static int
walk(struct question *q, struct err *why)
{
	struct page *p = &q->page[q->cur];
	struct proto_in in = {
		(const unsigned char *)buf_str(p->bytes) + p->walked,
		p->bytes->len - p->walked, p->state == PAGE_COME
	};
	int ret;

	do
		ret = body_step(&q->body, &in, KUBE_TURN, why);
	while (ret == 1 && in.len > BACKLOG);
	p->walked = p->bytes->len - in.len;
	if (p->walked >= in.len) {
		buf_consume(p->bytes, p->walked);
		p->walked = 0;
	}
	return ret;
}

int
question_work(struct question *q, struct err *why)
{
	struct page *p = &q->page[q->cur];
	int ret;

	if (q->over || p->state == PAGE_FREE)
		return 0;
	if (p->state == PAGE_COME && (p->status < 200 || p->status > 299))
		return refused(q, why);
	/* an object by name is looked at when it is whole */
	if (p->state == PAGE_ASKED && (p->bytes == NULL ||
	    q->ask->name != NULL))
		return 0;
	/* it can have come before its turn */
	if (!q->walking && (ret = peek(q, why)) != 0)
		return ret;
	if (!p->peeked && p->state == PAGE_ASKED)
		return 0;
	if (!q->walking && (ret = open_page(q, why)) != 0)
		return ret;
	switch (ret = walk(q, why)) {
	case PROTO_WAIT:
		return 0;
	case 0:
		return turn(q, why);
	case -1:
		return q->body.stopped ? -2 : -1;
	default:
		return ret;
	}
}
