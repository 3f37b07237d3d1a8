/*
 * What a server sends over a WebSocket, against a reader of RFC 6455 of our own
 * that is as simple as can be.  The first byte chooses the steps in which the
 * rest comes.
 *
 * Both have the same messages, the same close and the same pings; what one
 * refuses the other does; a ping that was read is answered, masked; the steps
 * change nothing; and the channels that the messages are for hold no more than
 * they may.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/channel.h"
#include "kube/ws.h"

#define FRAME_LIMIT	200
#define OUT_LIMIT	300
#define ROOM		(1024 * 1024)

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* All that was seen, one way or the other. */
struct seen {
	struct buf	 text;		/* each message: '/' and its bytes */
	struct buf	 pings;		/* each: its length and its bytes */
	size_t		 npings;
	unsigned	 code;
	int		 closed;
	int		 broken;
	int		 unsure;	/* broken within a frame's beginning */
	struct err	 why;
	struct channel	 ch;
};

static void
seen_init(struct seen *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->text, ROOM, "messages");
	buf_init(&s->pings, ROOM, "pings");
	channel_init(&s->ch, OUT_LIMIT);
}

static void
seen_release(struct seen *s)
{
	buf_release(&s->text);
	buf_release(&s->pings);
	channel_release(&s->ch);
}

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, n == 0 ? "" : p, n, NULL) == -1)
		abort();
}

static int
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* ---- our own reader ---- */

struct frame {
	unsigned	 op, rsv;
	int		 fin, masked;
	uint64_t	 len;
	const uint8_t	*p;
	size_t		 have;		/* of its payload */
	int		 longer;	/* its length is, than need be */
};

/* 1, 0: not even its length is there. */
static int
head(const uint8_t **p, size_t *n, struct frame *f)
{
	size_t more, i;

	if (*n < 2)
		return 0;
	f->fin = **p >> 7;
	f->rsv = **p >> 4 & 7;
	f->op = **p & 15;
	f->masked = (*p)[1] >> 7;
	f->len = (*p)[1] & 0x7f;
	more = f->len == 126 ? 2 : f->len == 127 ? 8 : 0;
	f->longer = 0;
	if (*n < 2 + more + (f->masked ? 4 : 0))
		return 0;
	if (more > 0)
		for (f->len = 0, i = 0; i < more; i++)
			f->len = f->len << 8 | (*p)[2 + i];
	if ((more == 2 && f->len < 126) || (more == 8 && (f->len < 65536 ||
	    f->len >> 63)))
		f->longer = 1;
	more += 2 + (f->masked ? 4 : 0);
	*p += more;
	*n -= more;
	f->p = *p;
	f->have = *n < f->len ? *n : (size_t)f->len;
	return 1;
}

static int
is_code(unsigned code)
{
	return (code >= 1000 && code <= 1011 && code != 1004 &&
	    code != 1005 && code != 1006) || (code >= 3000 && code <= 4999);
}

/*
 * Wslay looks at a close's reason piece by piece, and at the first two bytes of
 * none of them, so what it finds in other letters depends on the pieces.
 */
static int
is_foreign(const struct frame *f)
{
	size_t i;

	for (i = 2; f->op == 8 && i < f->have; i++)
		if (f->p[i] >= 0x80)
			return 1;
	return 0;
}

static int
is_bad_close(const struct frame *f)
{
	return f->len == 1 || (f->len >= 2 &&
	    !is_code((unsigned)(f->p[0] << 8 | f->p[1])));
}

static int
is_bad(const struct frame *f, int within)
{
	if (f->longer || f->rsv != 0 || f->masked)
		return 1;
	if (f->op >= 8)
		return f->op > 10 || !f->fin || f->len > 125;
	if (f->op > 2 || f->op == 1 || (f->op == 0) != within)
		return 1;
	return f->len > FRAME_LIMIT;
}

static void
control(struct seen *s, const struct frame *f)
{
	unsigned char len = (unsigned char)f->len;

	if (f->op == 9) {
		put(&s->pings, &len, 1);
		put(&s->pings, f->p, len);
		s->npings++;
	} else if (f->op == 8) {
		s->closed = 1;
		s->code = len < 2 ? 1005 :
		    (unsigned)(f->p[0] << 8 | f->p[1]);
	}
}

static void
oracle(struct seen *s, const uint8_t *p, size_t n)
{
	int within = 0, begins = 0;
	struct frame f;

	while (!s->closed && !s->broken && head(&p, &n, &f)) {
		s->broken = is_bad(&f, within) || (f.op == 8 &&
		    f.have == f.len && is_bad_close(&f));
		s->unsure = f.have < f.len || is_foreign(&f);
		if (s->broken)
			return;
		if (f.op == 8 && f.have < f.len) {
			/* its beginning may be broken already */
			return;
		}
		if (f.op < 8) {
			if (f.op == 2)
				begins = 1;
			if (f.have > 0 && begins) {
				put(&s->text, "/", 1);
				begins = 0;
			}
			put(&s->text, f.p, f.have);
			within = !f.fin || f.have < f.len;
		} else if (f.have == f.len)
			control(s, &f);
		p += f.have;
		n -= f.have;
		if (f.have < f.len)
			return;
	}
	/* what is wrong with half a head may be said early */
	if (!s->closed && n > 0)
		s->unsure = 1;
}

/* ---- ours ---- */

static int
on_part(void *arg, int begins, const unsigned char *p, size_t n,
    struct err *e)
{
	struct seen *s = arg;
	struct err ignored = ERR_INIT;

	(void)e;
	if (n == 0)
		abort();
	if (begins)
		put(&s->text, "/", 1);
	put(&s->text, p, n);
	/* who ends it when it is full is not tried here */
	channel_part(&s->ch, begins, p, n, &ignored);
	if (s->ch.out.len > OUT_LIMIT || s->ch.text.len > CHANNEL_TEXT)
		abort();
	return 0;
}

/* What is to be sent, all of it. */
static void
take_sent(struct ws *w, struct seen *s)
{
	struct buf *b = ws_pending(w);
	unsigned char len;
	size_t i;

	while (b->len > 0) {
		if (b->len < 6 || !(b->p[1] & 0x80) ||
		    (b->p[0] != 0x8a && b->p[0] != 0x88))
			abort();
		len = b->p[1] & 0x7f;
		if (len > 125 || b->len < 6 + (size_t)len)
			abort();
		for (i = 0; i < len; i++)
			b->p[6 + i] ^= b->p[2 + i % 4];
		if (b->p[0] == 0x8a) {
			put(&s->pings, &len, 1);
			put(&s->pings, b->p + 6, len);
			s->npings++;
		}
		buf_consume(b, 6 + (size_t)len);
	}
}

/* A message of ours, on its way to the server. */
static void
say(struct ws *w, size_t n)
{
	static const char text[32];
	struct buf *b = ws_pending(w);

	if (ws_send(w, text, n, NULL) == -1 || b->len != 6 + n ||
	    b->p[0] != 0x82 || b->p[1] != (0x80 | n))
		abort();
	/* what is nothing but zeros shows the mask */
	if (n > 4 && memcmp(b->p + 2, b->p + 6, 4) != 0)
		abort();
	buf_reset(b);
}

static void
ours(struct seen *s, const uint8_t *p, size_t n, size_t step)
{
	const struct ws_sink sink = { on_part, s };
	const char *reason;
	struct ws *w;
	size_t now;

	if (ws_new(&sink, FRAME_LIMIT, &w, &s->why) == -1)
		abort();
	say(w, n % 32);
	for (; n > 0 && !s->broken; p += now, n -= now) {
		now = n < step ? n : step;
		s->broken = ws_feed(w, p, now, &s->why) == -1;
		if (!s->broken)
			take_sent(w, s);
	}
	if (s->broken != (s->why.class != ERR_NONE))
		abort();
	s->closed = ws_closed(w, &s->code, &reason);
	if (ws_close(w, NULL) == -1)
		abort();
	if (strlen(reason) >= WS_REASON || (s->closed && s->broken))
		abort();
	ws_free(w);
}

static void
judge(const struct seen *want, struct seen *got)
{
	struct err e = ERR_INIT;
	int status, ret;

	if (!same(&want->text, &got->text))
		abort();
	if (!want->unsure && (want->broken != got->broken ||
	    want->closed != got->closed || want->code != got->code))
		abort();
	/* behind a close no ping need be answered: RFC 6455 section 5.5.2 */
	if (!got->broken && !got->closed && !same(&want->pings, &got->pings))
		abort();
	if (got->pings.len > want->pings.len || (got->pings.len > 0 &&
	    memcmp(got->pings.p, want->pings.p, got->pings.len) != 0))
		abort();
	ret = channel_end(&got->ch, &status, &e);
	if ((ret == 1) != (status >= 0) || (ret == -1) != (e.class !=
	    ERR_NONE) || (ret != 0 && got->ch.status.len == 0))
		abort();
	channel_reset(&got->ch);
	if (channel_end(&got->ch, &status, &e) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct seen want, whole, steps;

	char key[WS_KEY], accept[WS_ACCEPT];

	if (n < 1)
		return 0;
	if (ws_key(key, NULL) == -1 || strlen(key) != WS_KEY - 1 ||
	    ws_accept(key, accept, NULL) == -1 ||
	    strlen(accept) != WS_ACCEPT - 1)
		abort();
	seen_init(&want);
	seen_init(&whole);
	seen_init(&steps);
	oracle(&want, p + 1, n - 1);
	ours(&steps, p + 1, n - 1, 1 + p[0] % 32);
	judge(&want, &steps);
	ours(&whole, p + 1, n - 1, SIZE_MAX);
	/* so many at once are refused */
	if (want.npings <= WS_PINGS_MAX)
		judge(&want, &whole);
	seen_release(&want);
	seen_release(&whole);
	seen_release(&steps);
	return 0;
}
