/*
 * The answer to a request for a WebSocket.  The first byte chooses the steps in
 * which the rest comes, the second whether the connection then ends.
 *
 * The steps change nothing; a WebSocket is one only with the right key, and
 * what comes behind its head is all there; a refusal's body is what stands
 * behind the head, and the same again when it comes in chunks.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/upgrade.h"

#define HEAD	2
#define PIECE	16384	/* of one read */
#define OFFER	"v5.channel.k8s.io, v4.channel.k8s.io"

/* RFC 6455 section 1.3 */
#define KEY	"dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT	"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct answer {
	const uint8_t	*p;
	size_t		 len;
	size_t		 step;
	int		 ended;
};

/* What has come of one. */
struct seen {
	struct upgrade		 u;
	enum upgrade_end	 end;
	struct err		 why;
	size_t			 fed;
};

/* The request, which begins it all anew. */
static void
ask(struct upgrade *u)
{
	static const char first[] = "GET /prefix/x?y HTTP/1.1\r\n";
	static struct kube_config config;
	static struct transport t;
	static struct cred cr;
	struct buf out;
	const char *key;

	if (t.c == NULL) {
		config.server = "https://server:6443/prefix";
		config.as = "";
		cred_init(&cr, &config, NULL, NULL);
		if (transport_init(&t, &config, NULL) == -1)
			abort();
	}
	buf_init_secret(&out, UPGRADE_REQUEST, "a request");
	if (upgrade_request(u, &t, &cr, "agent", "/x?y", &out, NULL) == -1 ||
	    strncmp(buf_str(&out), first, sizeof(first) - 1) != 0 ||
	    strcmp(buf_str(&out) + out.len - 4, "\r\n\r\n") != 0 ||
	    strstr(buf_str(&out), "\r\nHost: server:6443\r\n") == NULL ||
	    strstr(buf_str(&out), "\r\nImpersonate-User:\r\n") == NULL ||
	    (key = strstr(buf_str(&out), "\r\nSec-WebSocket-Key: ")) == NULL ||
	    strncmp(key + 21, u->key, WS_KEY - 1) != 0)
		abort();
	buf_release(&out);
}

static void
feed(const struct answer *a, struct seen *s)
{
	size_t n;

	memset(s, 0, sizeof(*s));
	upgrade_init(&s->u, OFFER);
	ask(&s->u);
	memcpy(s->u.key, KEY, sizeof(KEY));
	s->end = UPGRADE_WAIT;
	while (s->end == UPGRADE_WAIT && s->fed < a->len) {
		n = a->len - s->fed < a->step ? a->len - s->fed : a->step;
		if (buf_append(&s->u.in, a->p + s->fed, n, NULL) == -1)
			abort();
		s->fed += n;
		s->end = upgrade_take(&s->u, 0, &s->why);
	}
	if (s->end == UPGRADE_WAIT && a->ended)
		s->end = upgrade_take(&s->u, 1, &s->why);
	if ((s->end == UPGRADE_BROKEN) != (s->why.class != ERR_NONE))
		abort();
	if (s->u.in.len > s->fed || s->u.body.len > UPGRADE_BODY)
		abort();
}

static int
same_buf(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

static size_t
behind_head(const struct answer *a)
{
	size_t i;

	for (i = 0; i + 4 <= a->len; i++)
		if (memcmp(a->p + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	abort();
}

static void
judge_done(const struct answer *a, const struct seen *s)
{
	const struct head *h = &s->u.head;
	size_t left = s->u.in.len + (a->len - s->fed), at = a->len - left;

	if (h->status != 101 || h->minor < 1 || h->extended ||
	    strcmp(h->accept, ACCEPT) != 0 ||
	    (strcmp(h->protocol, "v4.channel.k8s.io") != 0 &&
	    strcmp(h->protocol, "v5.channel.k8s.io") != 0))
		abort();
	/* nothing of what is behind is lost */
	if (at < 4 || memcmp(a->p + at - 4, "\r\n\r\n", 4) != 0)
		abort();
	if (s->u.in.len > 0 && memcmp(a->p + at, s->u.in.p, s->u.in.len) != 0)
		abort();
}

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, n == 0 ? "" : p, n, NULL) == -1)
		abort();
}

/* The same body in chunks. */
static void
again(const struct seen *was, size_t chunk)
{
	const struct buf *body = &was->u.body;
	struct answer a = { NULL, 0, chunk * 2 + 1, 0 };
	size_t at, n;
	struct buf b;
	struct seen s;

	buf_init(&b, 32 * UPGRADE_BODY, "an answer");
	put(&b, "HTTP/1.1 500 x\r\ntransfer-encoding:  chunked\t\r\n\r\n",
	    48);
	for (at = 0; at < body->len; at += n) {
		n = body->len - at < chunk ? body->len - at : chunk;
		if (buf_printf(&b, NULL, "%zX;a=b\r\n", n) == -1)
			abort();
		put(&b, body->p + at, n);
		put(&b, "\r\n", 2);
	}
	put(&b, "0\r\n\r\n", 5);
	a.p = b.p;
	a.len = b.len;
	feed(&a, &s);
	if (s.end != UPGRADE_REFUSED || !same_buf(&s.u.body, body))
		abort();
	upgrade_release(&s.u);
	buf_release(&b);
}

static void
judge_refused(const struct answer *a, const struct seen *s)
{
	const struct head *h = &s->u.head;
	const struct buf *body = &s->u.body;
	size_t at;

	if (h->status < 200 || h->status > 599)
		abort();
	if (h->coded || s->u.interim > 0)
		return;
	at = behind_head(a);
	if (body->len > a->len - at ||
	    (body->len > 0 && memcmp(a->p + at, body->p, body->len) != 0))
		abort();
	if (h->length != -1 && body->len > (uint64_t)h->length)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct answer a = { p + HEAD, n - HEAD, PIECE, 0 };
	struct seen whole, steps;

	if (n < HEAD)
		return 0;
	a.ended = p[1] % 2;
	feed(&a, &whole);
	if (whole.end == UPGRADE_DONE)
		judge_done(&a, &whole);
	else if (whole.end == UPGRADE_REFUSED) {
		judge_refused(&a, &whole);
		again(&whole, 1 + p[1] / 2);
	}
	a.step = 1 + p[0];
	feed(&a, &steps);
	if (steps.end != whole.end || steps.why.class != whole.why.class ||
	    steps.u.head.status != whole.u.head.status ||
	    !same_buf(&steps.u.body, &whole.u.body))
		abort();
	if (steps.end == UPGRADE_DONE)
		judge_done(&a, &steps);
	if (upgrade_hint(&steps.u)[0] != upgrade_hint(&whole.u)[0])
		abort();
	upgrade_release(&whole.u);
	upgrade_release(&steps.u);
	return 0;
}
