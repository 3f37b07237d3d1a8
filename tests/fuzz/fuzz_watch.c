/*
 * The answer to a watch.  The first byte chooses the form and the question, the
 * second the steps in which the rest comes and the event at which the sink has
 * had enough.
 *
 * Nothing but what was asked for is handed on, with a name and a version; the
 * steps change nothing; a sink that stops or refuses ends it there; a Status
 * about a Secret is not quoted; and all that was handed on, written again as
 * protobuf by this file, is the same again.
 */
#include <stdio.h>

#include <protobuf-c/protobuf-c.h>

#include "base/buf.h"
#include "kube/message.h"
#include "kube/proto.h"
#include "kube/stream.h"
#include "tests/fuzz/doc.h"

#define HEAD	2
#define JSON	"application/json"
#define PROTO	"application/vnd.kubernetes.protobuf;stream=watch"
#define MARKER	"k3y=material"
#define ROOM	(64 * 1024 * 1024)
#define PREFIX	4

static const struct kube_ask asks[] = {
	{ "", "v1", "secrets", "Secret", "ns", NULL, NULL, NULL },
	{ "", "v1", "secrets", "Secret", "", NULL, NULL, NULL },
	{ "", "v1", "serviceaccounts", "ServiceAccount", "", NULL, NULL, NULL },
	{ "apps", "v1", "deployments", "Deployment", "ns", NULL, NULL, NULL },
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct answer {
	const struct kube_ask	*ask;
	const char		*type;
	const uint8_t		*p;
	size_t			 len;
};

/* What the sink has had. */
struct seen {
	const struct answer	*an;
	struct buf		 text;		/* of every event */
	struct buf		 frames;	/* the same as protobuf */
	char			 version[KUBE_VERSION_MAX];
	char			 last[KUBE_VERSION_MAX];
	size_t			 events;
	size_t			 stop_at;	/* 0: never */
	int			 refuse;	/* there, instead */
	int			 bookmarks;	/* came as well */
	enum stream_end		 end;
	struct err		 why;
};

/* ---- writing it again ---- */

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, n == 0 ? "" : p, n, NULL) == -1)
		abort();
}

static void
put_bytes(struct buf *b, unsigned number, const void *p, size_t n)
{
	unsigned char head[12];
	size_t i = 0, v = n;

	head[i++] = (unsigned char)(number << 3 | 2);
	for (; v > 0x7f; v >>= 7)
		head[i++] = (unsigned char)(v | 0x80);
	head[i++] = (unsigned char)v;
	put(b, head, i);
	put(b, p, n);
}

static void
put_field(struct buf *b, unsigned number, const struct buf *from)
{
	put_bytes(b, number, buf_str(from), from->len);
}

static void
put_frame(struct buf *out, const struct kube_ask *a, const char *type,
    const struct buf *object)
{
	struct buf kind, raw, ext, event;
	unsigned char head[PREFIX];
	char version[64];

	buf_init(&kind, ROOM, "a type");
	buf_init(&raw, ROOM, "an object");
	buf_init(&ext, ROOM, "an extension");
	buf_init(&event, ROOM, "an event");
	snprintf(version, sizeof(version), "%s%s%s", a->group,
	    a->group[0] == '\0' ? "" : "/", a->version);
	put_bytes(&kind, 1, version, strlen(version));
	put_bytes(&kind, 2, a->kind, strlen(a->kind));
	put(&raw, "k8s", PREFIX);
	put_field(&raw, 1, &kind);
	put_field(&raw, 2, object);
	put_field(&ext, 1, &raw);
	put_bytes(&event, 1, type, strlen(type));
	put_field(&event, 2, &ext);
	head[0] = (unsigned char)(event.len >> 24);
	head[1] = (unsigned char)(event.len >> 16);
	head[2] = (unsigned char)(event.len >> 8);
	head[3] = (unsigned char)event.len;
	put(out, head, sizeof(head));
	put(out, event.p, event.len);
	buf_release(&kind);
	buf_release(&raw);
	buf_release(&ext);
	buf_release(&event);
}

/* ---- reading ---- */

static int
on_event(void *arg, const struct kube_ask *a, enum kube_event what,
    const struct ProtobufCMessage *m, struct err *e)
{
	static const char *const names[] = { "ADDED", "MODIFIED", "DELETED" };
	const char *name = message_meta(m, META_NAME);
	const char *ns = message_meta(m, META_NAMESPACE);
	const char *version = message_meta(m, META_VERSION);
	struct seen *s = arg;
	struct buf packed;

	if (a != s->an->ask || (unsigned)what >= N(names) || name == NULL ||
	    name[0] == '\0' || version == NULL || version[0] == '\0' ||
	    m->descriptor != message_of(a->group, strlen(a->group), a->kind))
		abort();
	if (a->ns[0] != '\0' && (ns == NULL || strcmp(ns, a->ns) != 0))
		abort();
	buf_init(&packed, ROOM, "a message");
	if (buf_reserve(&packed, protobuf_c_message_get_packed_size(m),
	    NULL) == -1)
		abort();
	packed.len = protobuf_c_message_pack(m, packed.p);
	put(&s->text, names[what], strlen(names[what]));
	put_field(&s->text, 1, &packed);
	put_frame(&s->frames, a, names[what], &packed);
	buf_release(&packed);
	snprintf(s->last, sizeof(s->last), "%s", version);
	if (++s->events != s->stop_at)
		return 0;
	return s->refuse ? err_set(e, ERR_IO, "refused") : 1;
}

static void
seen_init(struct seen *s, const struct answer *an)
{
	memset(s, 0, sizeof(*s));
	s->an = an;
	buf_init(&s->text, ROOM, "what was seen");
	buf_init(&s->frames, ROOM, "what was seen");
}

static void
seen_release(struct seen *s)
{
	buf_release(&s->text);
	buf_release(&s->frames);
}

static void
feed(const struct answer *an, size_t step, struct seen *s)
{
	const struct kube_watch_sink sink = { .event = on_event, .arg = s };
	const uint8_t *p = an->p;
	size_t left = an->len, n;
	struct arena arena;
	struct stream st = { .ask = an->ask, .sink = &sink, .arena = &arena,
	    .version = s->version };
	struct buf b;

	arena_init(&arena, PROTO_ITEM_MAX, "an unpacked item");
	buf_init_secret(&b, ROOM, "an answer");
	s->end = stream_open(&st, an->type, &s->why);
	while (s->end == STREAM_WAIT && left > 0) {
		n = left < step ? left : step;
		put(&b, p, n);
		p += n;
		left -= n;
		s->end = stream_take(&st, &b, &s->why);
	}
	if (s->end == STREAM_WAIT)
		s->end = stream_close(&st, &b, &s->why);
	if (s->end == STREAM_WAIT && (b.len > 0 || left > 0))
		abort();
	if ((s->end == STREAM_WAIT || s->end == STREAM_STOP) !=
	    (s->why.class == ERR_NONE))
		abort();
	if (st.events < s->events - (s->end == STREAM_ERROR))
		abort();
	s->bookmarks = st.events > s->events;
	buf_release(&b);
	arena_release(&arena);
}

static int
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* ---- what must hold ---- */

static void
judge(const struct seen *s)
{
	if (s->stop_at == 0 && (s->end == STREAM_STOP ||
	    s->end == STREAM_ERROR))
		abort();
	if (s->end == STREAM_REFUSED && (s->why.http < 300 ||
	    s->why.http > 599 || s->why.retry_after > 30))
		abort();
	if (s->end == STREAM_REFUSED &&
	    strcmp(s->an->ask->kind, "Secret") == 0 &&
	    strstr(s->why.msg, MARKER) != NULL)
		abort();
	/* the version is the last event's, or a bookmark's */
	if (!s->bookmarks && s->end != STREAM_ERROR &&
	    strcmp(s->version, s->last) != 0)
		abort();
}

/* The same in steps; and as much of it as the sink will have. */
static void
in_steps(const struct answer *an, const struct seen *whole, size_t step,
    size_t stop_at, int refuse)
{
	struct seen s;

	seen_init(&s, an);
	feed(an, step, &s);
	if (s.end != whole->end || s.why.class != whole->why.class ||
	    !same(&s.text, &whole->text) ||
	    strcmp(s.version, whole->version) != 0)
		abort();
	seen_release(&s);
	if (stop_at == 0 || stop_at > whole->events)
		return;
	seen_init(&s, an);
	s.stop_at = stop_at;
	s.refuse = refuse;
	feed(an, step, &s);
	judge(&s);
	if (s.events != stop_at ||
	    s.end != (refuse ? STREAM_ERROR : STREAM_STOP) ||
	    memcmp(buf_str(&s.text), buf_str(&whole->text), s.text.len) != 0 ||
	    (refuse && strcmp(s.why.msg, "refused") != 0))
		abort();
	seen_release(&s);
}

/* What was handed on, as another server would have written it. */
static void
again(const struct answer *an, const struct seen *whole)
{
	struct answer copy = *an;
	struct seen s;

	copy.type = PROTO;
	copy.p = (const uint8_t *)buf_str(&whole->frames);
	copy.len = whole->frames.len;
	seen_init(&s, &copy);
	feed(&copy, SIZE_MAX, &s);
	if (s.end != STREAM_WAIT || s.events != whole->events ||
	    !same(&s.text, &whole->text) || strcmp(s.last, whole->last) != 0)
		abort();
	seen_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct answer an;
	struct seen whole;
	unsigned how;

	if (n < HEAD)
		return 0;
	how = (uint8_t)(p[0] - '0');
	an.type = how % 16 == 15 ? "text/html" : how % 2 == 0 ? PROTO : JSON;
	an.ask = &asks[how / 2 % N(asks)];
	an.p = p + HEAD;
	an.len = n - HEAD;
	seen_init(&whole, &an);
	feed(&an, SIZE_MAX, &whole);
	judge(&whole);
	how = (uint8_t)(p[1] - '0');
	in_steps(&an, &whole, 1 + how % 16, how / 16 % 8, how / 128 == 1);
	again(&an, &whole);
	seen_release(&whole);
	return 0;
}
