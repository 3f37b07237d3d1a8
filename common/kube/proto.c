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
	if (message_read(&k8s__list_meta__descriptor, w->meta, w->nmeta, &meta,
	    e) == -1)
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

int
proto_next(struct proto_walk *w, const unsigned char **p, size_t *len,
    struct err *e)
{
	struct wire_field at;
	int more = 0;

	if (!w->list) {
		*p = w->at.p;
		*len = (size_t)(w->at.end - w->at.p);
		return w->nth++ == 0;
	}
	while ((more = wire_next(&w->at, &at)) == 1) {
		if (at.type != 2)
			continue;
		if (at.number == LIST_METADATA) {
			w->meta = at.p;
			w->nmeta = at.len;
		} else if (at.number == LIST_ITEMS) {
			*p = at.p;
			*len = at.len;
			w->nth++;
			return 1;
		}
	}
	return more == -1 ? broken(e) : 0;
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

static int
read_frame(struct proto_walk *walk, const unsigned char *p, size_t n)
{
	struct wire w = { p, p + n };
	struct wire_field at;
	size_t len;
	int more;

	while ((more = wire_next(&w, &at)) == 1) {
		if (at.type != 2)
			continue;
		if (at.number == UNKNOWN_TYPE_META &&
		    read_type(walk, at.p, at.len) == -1)
			return -1;
		if (at.number == UNKNOWN_RAW) {
			walk->at.p = at.p;
			walk->at.end = at.p + at.len;
		}
		/* an encoding of its own (gzip) is never asked for */
		if (at.number == UNKNOWN_ENCODING && at.len > 0)
			return -1;
	}
	len = strlen(walk->kind);
	if (more == -1 || len == 0 || walk->at.p == NULL)
		return -1;
	if (len > 4 && strcmp(walk->kind + len - 4, "List") == 0) {
		walk->list = 1;
		walk->kind[len - 4] = '\0';
	}
	return 0;
}

int
proto_open(struct proto_walk *w, const unsigned char *p, size_t len,
    struct err *e)
{
	const char *slash;

	memset(w, 0, sizeof(*w));
	if (len < 4 || memcmp(p, "k8s", 4) != 0 ||
	    read_frame(w, p + 4, len - 4) == -1)
		return broken(e);
	slash = strchr(w->api_version, '/');
	w->d = message_of(w->api_version, slash == NULL ? 0 :
	    (size_t)(slash - w->api_version), w->kind);
	if (w->d == NULL)
		return err_set(e, ERR_FORMAT, "it is a '%s' of '%s', which was "
		    "not asked for", w->kind, w->api_version);
	return 0;
}

int
proto_read(const unsigned char *p, size_t len, const struct doc_sink *sink,
    struct err *e)
{
	struct proto_walk w;
	int more;

	if (proto_open(&w, p, len, e) == -1)
		return -1;
	while ((more = proto_next(&w, &p, &len, e)) == 1)
		if (proto_hand_on(&w, p, len, sink, e) == -1)
			return -1;
	return more == -1 ? -1 : proto_end(&w, sink, e);
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

int
proto_peek(const unsigned char *p, size_t len, struct buf *token,
    uint64_t *whole)
{
	struct wire w = { p + 4, p + len };
	struct wire_field at;
	int more;

	if (len < 4)
		return 0;
	if (memcmp(p, "k8s", 4) != 0)
		return -1;
	if ((more = enter_raw(&w, whole)) != 1)
		return more;
	*whole += (uint64_t)(w.p - p);
	if ((more = wire_head(&w, &at)) != 1)
		return more;
	if (at.number != LIST_METADATA || at.type != 2)
		return -1;
	if (at.len > (size_t)(w.end - w.p))
		return 0;
	w.end = w.p + at.len;
	buf_reset(token);
	while ((more = wire_next(&w, &at)) == 1)
		if (at.number == LIST_META_CONTINUE && at.type == 2 &&
		    buf_append(token, at.p, at.len, NULL) == -1)
			return -1;
	return more == -1 ? -1 : 1;
}
