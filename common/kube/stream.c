/* A watch's events: frames, what is in them, and whether it was asked for. */
#include <string.h>

#include "doc/make.h"
#include "kube/body.h"
#include "kube/message.h"
#include "kube/proto.h"
#include "kube/status.h"
#include "kube/stream.h"
#include "kube/wire.h"

#define PREFIX	4	/* bytes of a frame's length */

/* apimachinery/pkg/apis/meta/v1/generated.proto, pkg/runtime */
#define EVENT_TYPE	1
#define EVENT_OBJECT	2
#define EXTENSION_RAW	1

/* kube_event's, and what the sink does not see. */
enum { BOOKMARK = KUBE_DELETED + 1, ERROR, UNKNOWN };

static const struct {
	const char	*name;
	int		 what;
} types[] = {
	{ "ADDED", KUBE_ADDED },
	{ "MODIFIED", KUBE_MODIFIED },
	{ "DELETED", KUBE_DELETED },
	{ "BOOKMARK", BOOKMARK },
	{ "ERROR", ERROR },
};

struct bytes {
	const unsigned char	*p;
	size_t			 len;
};

static enum stream_end
nonsense(const char *what, struct err *why)
{
	err_set(why, ERR_FORMAT, "%s", what);
	return STREAM_NONSENSE;
}

/* An error of what came, unless it is of no memory. */
static enum stream_end
failed(const struct err *why)
{
	return why->class == ERR_NOMEM ? STREAM_ERROR : STREAM_NONSENSE;
}

static int
type_of(const void *p, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].name) == len &&
		    memcmp(types[i].name, p, len) == 0)
			return types[i].what;
	return UNKNOWN;
}

/* One object, as the message of the kind that was asked for. */
static enum stream_end
on_message(struct stream *s, int what, const ProtobufCMessage *m,
    struct err *why)
{
	const char *version = message_meta(m, META_VERSION);
	const char *ns = message_meta(m, META_NAMESPACE);
	const char *name = message_meta(m, META_NAME);
	int ret = 0;

	if (version == NULL || version[0] == '\0' ||
	    strlen(version) >= KUBE_VERSION_MAX)
		return nonsense("an event without a resourceVersion", why);
	/* a bookmark's object has nothing but that */
	if (what != BOOKMARK && (name == NULL || name[0] == '\0' ||
	    (s->ask->ns[0] != '\0' &&
	    (ns == NULL || strcmp(ns, s->ask->ns) != 0))))
		return nonsense("an event of another object than was asked "
		    "for", why);
	if (what != BOOKMARK)
		ret = s->sink->event(s->sink->arg, s->ask,
		    (enum kube_event)what, m, why);
	if (ret == -1)
		return STREAM_ERROR;
	memcpy(s->version, version, strlen(version) + 1);
	s->events++;
	return ret == 1 ? STREAM_STOP : STREAM_WAIT;
}

static enum stream_end
on_status(struct stream *s, const struct node *obj, struct err *why)
{
	return status_err_event(s->ask, obj, why) == -1 ?
	    nonsense("an error without a reason", why) : STREAM_REFUSED;
}

/* ---- protobuf ---- */

/* The one object in "k8s\0" and an Unknown; w is left to be closed. */
static int
open_object(struct proto_walk *w, const struct bytes *raw, struct bytes *obj,
    struct err *why)
{
	struct proto_in in = { raw->p, raw->len, 1 };
	const unsigned char *p;
	size_t len;

	if (proto_open(w, &in, why) != 0)
		return -1;
	if (w->list)
		return err_set(why, ERR_FORMAT, "a list as an event");
	if (proto_next(w, &in, &obj->p, &obj->len, why) != 1)
		return -1;
	/* what stands behind it, too */
	return proto_next(w, &in, &p, &len, why);
}

static enum stream_end
proto_status(struct stream *s, const struct bytes *obj, struct err *why)
{
	const ProtobufCMessageDescriptor *d = message_of("", 0, "Status");
	enum stream_end ret = STREAM_ERROR;
	struct node *n;

	if (message_read(d, obj->p, obj->len, &n, why) == -1)
		return failed(why);
	if (make_put(n, "kind", make_text("Status")) == -1)
		err_nomem(why);
	else
		ret = on_status(s, n, why);
	make_free(n);
	return ret;
}

static enum stream_end
proto_object(struct stream *s, int what, const struct bytes *raw,
    struct err *why)
{
	const char *kind = what == ERROR ? "Status" : s->ask->kind;
	const ProtobufCMessage *m;
	struct proto_walk w;
	struct bytes obj = { NULL, 0 };
	enum stream_end ret;

	if (open_object(&w, raw, &obj, why) == -1)
		ret = failed(why);
	else if (strcmp(w.kind, kind) != 0)
		ret = nonsense("an event of another kind than was asked for",
		    why);
	else if (what == ERROR)
		ret = proto_status(s, &obj, why);
	else if ((m = message_unpack(w.d, obj.p, obj.len, s->arena, why)) ==
	    NULL)
		ret = failed(why);
	else
		ret = on_message(s, what, m, why);
	arena_reset(s->arena);
	proto_close(&w);
	return ret;
}

/* The bytes of a field of a message, the last one's; len 0 if it has none. */
static int
find(const unsigned char *p, size_t len, uint32_t number, struct bytes *out)
{
	struct wire w = { p, p + len };
	struct wire_field f;
	int more;

	out->p = p;
	out->len = 0;
	while ((more = wire_next(&w, &f)) == 1)
		if (f.number == number && f.type == 2) {
			out->p = f.p;
			out->len = f.len;
		}
	return more;
}

static enum stream_end
proto_event(struct stream *s, const unsigned char *p, size_t len,
    struct err *why)
{
	struct bytes type, object, raw;
	int what;

	if (find(p, len, EVENT_TYPE, &type) == -1 ||
	    find(p, len, EVENT_OBJECT, &object) == -1 ||
	    find(object.p, object.len, EXTENSION_RAW, &raw) == -1)
		return nonsense("an event's protobuf is broken", why);
	if ((what = type_of(type.p, type.len)) == UNKNOWN)
		return nonsense("an event of an unknown type", why);
	return proto_object(s, what, &raw, why);
}

/* A frame at the front of some bytes: 1; 0: it has not come whole; -1. */
static int
proto_frame(const unsigned char *p, size_t len, struct bytes *f)
{
	size_t n;

	if (len < PREFIX)
		return 0;
	n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (n > PROTO_ITEM_MAX)
		return -1;
	f->p = p + PREFIX;
	f->len = n;
	return n <= len - PREFIX;
}

/* ---- JSON ---- */

struct line {
	struct stream	*s;
	enum stream_end	 ret;
	struct err	*why;
};

static enum stream_end
json_object(struct stream *s, int what, const struct node *obj,
    struct err *why)
{
	const struct kube_ask *a = s->ask;
	const ProtobufCMessageDescriptor *d;
	const ProtobufCMessage *m;
	enum stream_end ret;

	if (what == ERROR)
		return on_status(s, obj, why);
	d = message_of(a->group, strlen(a->group), a->kind);
	if (d == NULL || !body_is_of(a, obj))
		return nonsense("an event of another kind than was asked for",
		    why);
	if ((m = message_of_node(d, obj, s->arena, why)) == NULL)
		ret = failed(why);
	else
		ret = on_message(s, what, m, why);
	arena_reset(s->arena);
	return ret;
}

static int
on_line(void *arg, const struct node *event, struct err *e)
{
	const char *type;
	struct line *l = arg;
	size_t len = 0;
	int what;

	(void)e;
	/* what stands behind the one that ended it */
	if (l->ret != STREAM_WAIT)
		return 0;
	type = node_str(node_get(event, "type"), &len);
	what = type == NULL ? UNKNOWN : type_of(type, len);
	l->ret = what == UNKNOWN ? nonsense("an event of an unknown type",
	    l->why) : json_object(l->s, what, node_get(event, "object"),
	    l->why);
	node_wipe_all(event);
	return 0;
}

static enum stream_end
json_event(struct stream *s, const unsigned char *p, size_t len,
    struct err *why)
{
	struct doc_text text = { (const char *)p, len };
	struct doc_source src = doc_text_source(&text);
	struct line l = { s, STREAM_WAIT, why };
	const struct doc_sink sink = { .item = on_line, .arg = &l,
	    .single = 1 };
	struct err e = ERR_INIT;

	if (doc_read_json(&src, &sink, &e) == 0 || l.ret != STREAM_WAIT)
		return l.ret;
	*why = e;
	return failed(why);
}

static int
json_frame(struct stream *s, const unsigned char *p, size_t len,
    struct bytes *f)
{
	const unsigned char *end = NULL;

	if (len > s->scanned)
		end = memchr(p + s->scanned, '\n', len - s->scanned);
	s->scanned = end == NULL ? len : 0;
	f->p = p;
	f->len = end == NULL ? len : (size_t)(end - p) + 1;
	/* the same whether it comes at once or not */
	if (f->len > DOC_ITEM_MAX)
		return -1;
	return end != NULL;
}

/* ---- both ---- */

enum stream_end
stream_open(struct stream *s, const char *type, struct err *why)
{
	s->events = 0;
	s->scanned = 0;
	s->proto = body_is_proto(type, why);
	return s->proto == -1 ? STREAM_NONSENSE : STREAM_WAIT;
}

enum stream_end
stream_take(struct stream *s, struct buf *b, struct err *why)
{
	const unsigned char *p = (const unsigned char *)buf_str(b);
	enum stream_end ret = STREAM_WAIT;
	struct bytes f;
	size_t off = 0;
	int got = 1;

	while (ret == STREAM_WAIT && (got = s->proto ?
	    proto_frame(p + off, b->len - off, &f) :
	    json_frame(s, p + off, b->len - off, &f)) == 1) {
		ret = s->proto ? proto_event(s, f.p, f.len, why) :
		    json_event(s, f.p, f.len, why);
		off = (size_t)(f.p - p) + f.len;
	}
	/* once for all of them: what is left moves to the front */
	buf_consume(b, off);
	if (got == -1)
		return nonsense("an event over the limit of its bytes", why);
	return ret;
}

enum stream_end
stream_close(struct stream *s, struct buf *b, struct err *why)
{
	enum stream_end ret = stream_take(s, b, why);

	if (ret != STREAM_WAIT || b->len == 0)
		return ret;
	/* the last line need not end */
	if (!s->proto) {
		if (buf_append(b, "\n", 1, why) == -1)
			return failed(why);
		ret = stream_take(s, b, why);
	}
	return b->len == 0 ? ret : nonsense("half an event", why);
}
