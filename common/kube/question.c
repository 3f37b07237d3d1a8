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
	for (i = 0; i < 2; i++)
		buf_init(&q->page[i].token, TOKEN_BYTES, "a continue token");
	hashset_init(&q->seen);
}

void
question_release(struct question *q)
{
	buf_release(&q->path);
	buf_release(&q->next);
	buf_release(&q->page[0].token);
	buf_release(&q->page[1].token);
	hashset_release(&q->seen);
}

static void
forget(struct question *q, int n, int spent)
{
	http_drop(q->http, q->slot + (size_t)n, spent);
	q->page[n].state = PAGE_FREE;
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
 * next one begins, that is asked for now.
 */
static int
peek(struct question *q, const struct buf *body, struct err *why)
{
	struct page *p = &q->page[q->cur];
	struct buf token;
	uint64_t whole;
	int got, ret = 0;

	if (p->peeked || q->ask->name != NULL ||
	    q->page[!q->cur].state != PAGE_FREE)
		return 0;
	buf_init(&token, TOKEN_BYTES, "a continue token");
	got = proto_peek((const unsigned char *)buf_str(body), body->len,
	    &token, &whole);
	p->peeked = got != 0;
	if (got == 1 && whole > HTTP_BODY_MAX && p->state == PAGE_ASKED)
		too_long(q, p);
	else if (got == 1) {
		http_expect(q->http, q->slot + (size_t)q->cur, (size_t)whole);
		if (token.len > 0 && !same(&token, &p->token))
			ret = ask(q, !q->cur, &token, why);
	}
	buf_release(&token);
	return ret;
}

int
question_more(struct question *q, int n, const struct buf *body,
    struct err *why)
{
	return n == q->cur ? peek(q, body, why) : 0;
}

/* ---- one page after the other ---- */

/* May the list go on at q->next?  -1: it does not end. */
static int
may_go_on(struct question *q, struct err *why)
{
	if (same(&q->next, &q->page[q->cur].token))
		return err_set(why, ERR_NET, "the list does not end: the "
		    "server repeats a continue token");
	q->empty = q->body.items > 0 ? 0 : q->empty + 1;
	if (q->empty > KUBE_EMPTY_MAX || ++q->pages > KUBE_PAGES_MAX)
		return err_set(why, ERR_LIMIT, "the list does not end: more "
		    "than %d pages%s", q->empty > KUBE_EMPTY_MAX ?
		    KUBE_EMPTY_MAX : KUBE_PAGES_MAX,
		    q->empty > KUBE_EMPTY_MAX ? " without an item" : "");
	return 0;
}

void
question_stop(struct question *q)
{
	forget(q, 0, 1);
	forget(q, 1, 1);
	q->over = 1;
}

static int
finish(struct question *q)
{
	question_stop(q);
	return 0;
}

/* The page has been handed on whole: to the next one. */
static int
turn(struct question *q, struct err *why)
{
	struct page *other = &q->page[!q->cur];
	int ret = 1;

	if (q->next.len == 0 || q->ask->name != NULL)
		return finish(q);
	if (may_go_on(q, why) == -1)
		return -1;
	/* asked for early, and for what it is */
	if (other->state != PAGE_FREE && !same(&other->token, &q->next))
		forget(q, !q->cur, 0);
	if (other->state == PAGE_FREE)
		ret = ask(q, !q->cur, &q->next, why);
	forget(q, q->cur, 0);
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

/* A 410: go on with the token that it offers, or begin again, once. */
static int
resume(struct question *q, struct err *why)
{
	if (q->restarts++ > 0 || q->ask->name != NULL)
		return -1;
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
	struct page *p = &q->page[q->cur];
	struct body *b = &q->body;

	memset(b, 0, sizeof(*b));
	b->ask = q->ask;
	b->sink = q->sink;
	b->token = &q->next;
	b->arena = q->arena;
	b->arg = q;
	/* a list of one page is never begun again */
	if (q->ask->name == NULL && q->limit > 0)
		b->again = came_before;
	buf_reset(&q->next);
	p->state = PAGE_WALKED;
	return body_open(b, p->type, buf_str(p->bytes), p->bytes->len, why);
}

int
question_work(struct question *q, struct err *why)
{
	struct page *p = &q->page[q->cur];
	int ret;

	if (q->over || p->state == PAGE_FREE || p->state == PAGE_ASKED)
		return 0;
	if (p->state == PAGE_COME) {
		if (p->status < 200 || p->status > 299)
			return refused(q, why);
		/* it can have come whole before its turn */
		if ((ret = peek(q, p->bytes, why)) != 0)
			return ret;
		if (open_page(q, why) == -1)
			return -1;
	}
	if ((ret = body_step(&q->body, KUBE_TURN, why)) == 1)
		return 1;
	if (ret == -1)
		return q->body.stopped ? -2 : -1;
	return turn(q, why);
}
