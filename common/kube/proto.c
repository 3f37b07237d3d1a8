/* Kubernetes' protobuf bodies: the outer frame, and lists item by item. */
#include <stdio.h>
#include <string.h>

#include "api.pb-c.h"
#include "doc/make.h"
#include "kube/message.h"
#include "kube/proto.h"
#include "kube/wire.h"

/* apimachinery/pkg/runtime/generated.proto */
#define UNKNOWN_TYPE_META	1
#define UNKNOWN_RAW		2
#define UNKNOWN_ENCODING	3
#define TYPE_META_API_VERSION	1
#define TYPE_META_KIND		2
/* every generated ...List: metadata = 1, items = 2 */
#define LIST_METADATA		1
#define LIST_ITEMS		2
#define LIST_META_CONTINUE	3

#define META_MAX (64 * 1024)	/* bytes of a ListMeta */

int
proto_knows(const char *group, const char *kind)
{
	return message_of(group, strlen(group), kind) != NULL;
}

static int
bad(const struct proto_walk *w, const struct doc_sink *sink,
    const struct err *why, struct err *e)
{
	if (sink->bad == NULL)
		return err_set(e, why->class, "item %zu: %s", w->nth,
		    why->msg);
	return sink->bad(sink->arg, w->nth, why, e);
}

int
proto_hand_on(struct proto_walk *w, const unsigned char *p, size_t len,
    const struct doc_sink *sink, struct err *e)
{
	struct err why = ERR_INIT;
	struct node *n;
	int ret;

	if (message_read(w->d, p, len, &n, &why) == -1)
		return why.class == ERR_NOMEM ? err_nomem(e) :
		    bad(w, sink, &why, e);
	if (make_put(n, "kind", make_text(w->kind)) == -1 ||
	    make_put(n, "apiVersion", make_text(w->api_version)) == -1)
		ret = err_nomem(e);
	else
		ret = sink->item(sink->arg, n, e);
	node_wipe_all(n);
	make_free(n);
	return ret;
}

static int
broken(struct err *e)
{
	return err_set(e, ERR_FORMAT, "the protobuf is broken");
}

/* The list's root: its kind and its continue token. */
int
proto_end(struct proto_walk *w, const struct doc_sink *sink, struct err *e)
{
	struct node *root = NULL, *meta;
	char kind[PROTO_KIND_MAX + 4];
	int ret;

	if (!w->list || sink->list == NULL)
		return 0;
	if (message_read(&k8s__list_meta__descriptor, (const unsigned char *)
	    buf_str(&w->meta), w->meta.len, &meta, e) == -1)
		return -1;
	if ((root = make_map()) == NULL) {
		make_free(meta);
		return err_nomem(e);
	}
	snprintf(kind, sizeof(kind), "%sList", w->kind);
	ret = make_put(root, "metadata", meta) == -1 ||
	    make_put(root, "kind", make_text(kind)) == -1 ? err_nomem(e) :
	    sink->list(sink->arg, root, e);
	make_free(root);
	return ret;
}

/* A head of a field within what is left of the list. */
static int
head(struct proto_walk *w, struct proto_in *in, struct wire *at,
    struct wire_field *f, struct err *e)
{
	int here = in->len >= w->left, more;

	at->p = in->p;
	at->end = in->p + (here ? (size_t)w->left : in->len);
	more = wire_head(at, f);
	if (more == 0 && !here && !in->whole)
		return PROTO_WAIT;
	if (more != 1 || (f->type == 2 &&
	    f->len > w->left - (uint64_t)(at->p - in->p)))
		return broken(e);
	return 1;
}

static void
step(struct proto_walk *w, struct proto_in *in, size_t n)
{
	in->p += n;
	in->len -= n;
	w->left -= n;
}

/* A field that is no bytes: its value is stepped over. */
static int
skip_value(struct proto_walk *w, struct proto_in *in, struct err *e)
{
	size_t room = in->len < w->left ? in->len : (size_t)w->left;
	struct wire at = { in->p, in->p + room };
	struct wire_field f;

	if (wire_next(&at, &f) != 1)
		return in->whole || room == w->left ? broken(e) : PROTO_WAIT;
	step(w, in, (size_t)(at.p - in->p));
	return 1;
}

/* One field of a list.  1: it is an item; 0: it is not. */
static int
list_field(struct proto_walk *w, struct proto_in *in,
    const unsigned char **p, size_t *len, struct err *e)
{
	struct wire at;
	struct wire_field f;
	int more;

	if ((more = head(w, in, &at, &f, e)) != 1)
		return more;
	if (f.type != 2)
		return (more = skip_value(w, in, e)) == 1 ? 0 : more;
	if (f.len > (size_t)(in->p + in->len - at.p))
		return in->whole ? broken(e) : PROTO_WAIT;
	if (f.number == LIST_METADATA) {
		buf_reset(&w->meta);
		if (buf_append(&w->meta, f.p, f.len, e) == -1)
			return -1;
	}
	*p = f.p;
	*len = f.len;
	step(w, in, (size_t)(f.p - in->p) + f.len);
	return f.number == LIST_ITEMS;
}

/* What stands behind the object: an encoding (gzip) is never asked for. */
static int
tail(struct proto_in *in, struct err *e)
{
	struct wire w = { in->p, in->p + in->len };
	struct wire_field at;
	int more;

	if (!in->whole)
		return PROTO_WAIT;
	while ((more = wire_next(&w, &at)) == 1)
		if (at.number == UNKNOWN_ENCODING && at.type == 2 &&
		    at.len > 0)
			return broken(e);
	in->p += in->len;
	in->len = 0;
	return more == -1 ? broken(e) : 0;
}

int
proto_next(struct proto_walk *w, struct proto_in *in, const unsigned char **p,
    size_t *len, struct err *e)
{
	int more;

	if (!w->list && w->nth == 0) {
		if (in->len < w->left)
			return in->whole ? broken(e) : PROTO_WAIT;
		*p = in->p;
		*len = (size_t)w->left;
		step(w, in, *len);
		w->nth++;
		return 1;
	}
	while (w->left > 0) {
		if ((more = list_field(w, in, p, len, e)) == 0)
			continue;
		w->nth += more == 1;
		return more;
	}
	return tail(in, e);
}

static int
copy(char out[PROTO_KIND_MAX], const struct wire_field *at)
{
	if (at->type != 2 || at->len >= PROTO_KIND_MAX ||
	    memchr(at->p, '\0', at->len) != NULL)
		return -1;
	memcpy(out, at->p, at->len);
	out[at->len] = '\0';
	return 0;
}

static int
read_type(struct proto_walk *walk, const unsigned char *p, size_t len)
{
	struct wire w = { p, p + len };
	struct wire_field at;
	int more;

	while ((more = wire_next(&w, &at)) == 1)
		if ((at.number == TYPE_META_API_VERSION &&
		    copy(walk->api_version, &at) == -1) ||
		    (at.number == TYPE_META_KIND &&
		    copy(walk->kind, &at) == -1))
			return -1;
	return more;
}

/* Everything before the object itself: 0, PROTO_WAIT or -1. */
static int
read_frame(struct proto_walk *w, struct proto_in *in)
{
	struct wire at = { in->p + 4, in->p + in->len };
	struct wire_field f;
	size_t len;
	int more;

	while ((more = wire_head(&at, &f)) == 1 && f.type == 2 &&
	    f.number != UNKNOWN_RAW) {
		if (f.len > (size_t)(at.end - at.p))
			return in->whole ? -1 : PROTO_WAIT;
		if ((f.number == UNKNOWN_TYPE_META &&
		    read_type(w, f.p, f.len) == -1) ||
		    (f.number == UNKNOWN_ENCODING && f.len > 0))
			return -1;
		at.p += f.len;
	}
	if (more == 0 && !in->whole)
		return PROTO_WAIT;
	len = strlen(w->kind);
	/* its type stands before it: k8s.io/apimachinery writes it so */
	if (more != 1 || f.type != 2 || len == 0)
		return -1;
	w->left = f.len;
	in->len -= (size_t)(at.p - in->p);
	in->p = at.p;
	if (len > 4 && strcmp(w->kind + len - 4, "List") == 0) {
		w->list = 1;
		w->kind[len - 4] = '\0';
	}
	return 0;
}

int
proto_open(struct proto_walk *w, struct proto_in *in, struct err *e)
{
	const char *slash;
	int ret;

	memset(w, 0, sizeof(*w));
	buf_init(&w->meta, META_MAX, "a list's metadata");
	if (in->len < 4 && !in->whole)
		return PROTO_WAIT;
	ret = in->len < 4 || memcmp(in->p, "k8s", 4) != 0 ? -1 :
	    read_frame(w, in);
	if (ret != 0)
		return ret == -1 ? broken(e) : ret;
	slash = strchr(w->api_version, '/');
	w->d = message_of(w->api_version, slash == NULL ? 0 :
	    (size_t)(slash - w->api_version), w->kind);
	if (w->d == NULL)
		return err_set(e, ERR_FORMAT, "it is a '%s' of '%s', which was "
		    "not asked for", w->kind, w->api_version);
	return 0;
}

void
proto_close(struct proto_walk *w)
{
	buf_release(&w->meta);
}

int
proto_read(const unsigned char *p, size_t len, const struct doc_sink *sink,
    struct err *e)
{
	struct proto_in in = { p, len, 1 };
	struct proto_walk w;
	int more = -1;

	if (proto_open(&w, &in, e) == 0) {
		while ((more = proto_next(&w, &in, &p, &len, e)) == 1)
			if (proto_hand_on(&w, p, len, sink, e) == -1)
				break;
		if (more == 0)
			more = proto_end(&w, sink, e);
	}
	proto_close(&w);
	return more == 0 ? 0 : -1;
}

/* To the contents of Unknown.raw, which may still be on their way. */
static int
enter_raw(struct wire *w, uint64_t *length)
{
	struct wire_field at;
	int more;

	while ((more = wire_head(w, &at)) == 1) {
		if (at.type != 2)
			return -1;
		if (at.number == UNKNOWN_RAW) {
			*length = at.len;
			return 1;
		}
		if (at.len > (size_t)(w->end - w->p))
			return 0;
		w->p += at.len;
	}
	return more;
}

/* The same, and w is left where the object begins. */
static int
find_raw(const unsigned char *p, size_t len, struct wire *w, uint64_t *whole)
{
	int more;

	if (len < 4)
		return 0;
	if (memcmp(p, "k8s", 4) != 0)
		return -1;
	w->p = p + 4;
	w->end = p + len;
	if ((more = enter_raw(w, whole)) == 1)
		*whole += (uint64_t)(w->p - p);
	return more;
}

int
proto_length(const unsigned char *p, size_t len, uint64_t *whole)
{
	struct wire w;

	return find_raw(p, len, &w, whole);
}

int
proto_peek(const unsigned char *p, size_t len, struct buf *token,
    uint64_t *whole)
{
	struct wire_field at;
	struct wire w;
	int more;

	if ((more = find_raw(p, len, &w, whole)) != 1 ||
	    (more = wire_head(&w, &at)) != 1)
		return more;
	if (at.number != LIST_METADATA || at.type != 2)
		return -1;
	if (at.len > (size_t)(w.end - w.p))
		return 0;
	w.end = w.p + at.len;
	buf_reset(token);
	while ((more = wire_next(&w, &at)) == 1) {
		if (at.number != LIST_META_CONTINUE || at.type != 2)
			continue;
		buf_reset(token);
		if (buf_append(token, at.p, at.len, NULL) == -1)
			return -1;
	}
	return more == -1 ? -1 : 1;
}
