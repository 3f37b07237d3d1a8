/* One answer: is it what was asked for, and what does it hold? */
#include <string.h>

#include "kube/body.h"
#include "kube/message.h"
#include "kube/status.h"
#include "kube/wire.h"

#define LIST_META_VERSION 2	/* resourceVersion, in a ListMeta */

static int
text_is(const struct node *n, const char *want)
{
	const char *s = node_str(n, NULL);

	return s != NULL && strcmp(s, want) == 0;
}

/* The items of a list need not say it; who says it must say the right one. */
static int
is_group(const struct kube_ask *a, const struct node *obj)
{
	const char *s = node_str(node_get(obj, "apiVersion"), NULL);
	const char *slash = s == NULL ? NULL : strchr(s, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - s);

	return s == NULL || (strlen(a->group) == len &&
	    strncmp(s, a->group, len) == 0);
}

int
body_is_of(const struct kube_ask *a, const struct node *obj)
{
	return text_is(node_get(obj, "kind"), a->kind) && is_group(a, obj);
}

/* Is it what was asked for?  A proxy can answer anything. */
static int
is_asked(const struct kube_ask *a, const struct node *obj)
{
	const struct node *meta = node_get(obj, "metadata");

	if (!body_is_of(a, obj))
		return 0;
	if (a->name != NULL && !text_is(node_get(meta, "name"), a->name))
		return 0;
	return a->ns[0] == '\0' || text_is(node_get(meta, "namespace"), a->ns);
}

/* Is it the list that was asked for?  Its items may be null, so no list. */
static int
is_list_of(const struct kube_ask *a, const struct node *obj)
{
	const char *kind = node_str(node_get(obj, "kind"), NULL);
	size_t len = strlen(a->kind);

	return a->name == NULL && kind != NULL &&
	    strncmp(kind, a->kind, len) == 0 && strcmp(kind + len, "List") == 0;
}

static int
another(const char *kind, struct err *e)
{
	return err_set(e, ERR_FORMAT, "the server answered with another "
	    "object (%.64s) than was asked for", kind == NULL ? "of no kind" :
	    kind);
}

/* Only the first one is kept: nothing that is handed on is older. */
static int
keep_version(struct body *b, const char *s, size_t len, struct err *e)
{
	if (b->version == NULL || b->version->len > 0 || s == NULL)
		return 0;
	return buf_append(b->version, s, len, e);
}

static int
on_list(void *arg, const struct node *root, struct err *e)
{
	struct body *b = arg;
	const char *s;
	size_t len = 0;

	/* an empty list of something else, or for a name, is no answer */
	if (!is_list_of(b->ask, root))
		return another(node_str(node_get(root, "kind"), NULL), e);
	b->listed = 1;
	s = node_str(node_path(root, "metadata", "resourceVersion",
	    (const char *)NULL), &len);
	if (keep_version(b, s, len, e) == -1)
		return -1;
	s = node_str(node_path(root, "metadata", "continue",
	    (const char *)NULL), NULL);
	if (b->token == NULL || s == NULL)
		return 0;
	buf_reset(b->token);
	return buf_puts(b->token, s, e);
}

/* An object that is what was asked for: 1: it came before; 0; -1. */
static int
came_before(struct body *b, const char *ns, const char *name, struct err *e)
{
	b->seen = 1;
	b->items++;
	if (b->again == NULL || name == NULL)
		return 0;
	return b->again(b->arg, ns == NULL ? "" : ns, name, e);
}

static int
on_object(void *arg, const struct node *obj, struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	struct body *b = arg;
	int ret;

	if (is_list_of(b->ask, obj))
		return on_list(b, obj, e);
	if (!is_asked(b->ask, obj) || (b->ask->name != NULL && b->items > 0)) {
		another(node_str(node_get(obj, "kind"), NULL), e);
		node_wipe_all(obj);
		return -1;
	}
	ret = came_before(b, node_str(node_get(meta, "namespace"), NULL),
	    node_str(node_get(meta, "name"), NULL), e);
	if (ret == 0)
		ret = b->sink->object(b->sink->arg, b->ask, obj, e);
	b->stopped |= ret == -1;
	node_wipe_all(obj);
	return ret == -1 ? -1 : 0;
}

static int
on_message(struct body *b, const ProtobufCMessage *m, struct err *e)
{
	const char *ns = message_meta(m, META_NAMESPACE);
	const char *name = message_meta(m, META_NAME);
	const struct kube_ask *a = b->ask;
	int ret;

	if (strcmp(b->walk.kind, a->kind) != 0 ||
	    (a->name != NULL && (b->items > 0 || name == NULL ||
	    strcmp(name, a->name) != 0)) || (a->ns[0] != '\0' &&
	    (ns == NULL || strcmp(ns, a->ns) != 0)))
		return another(b->walk.kind, e);
	ret = came_before(b, ns, name, e);
	if (ret == 0)
		ret = b->sink->message(b->sink->arg, a, m, e);
	b->stopped |= ret == -1;
	return ret == -1 ? -1 : 0;
}

/* An item alone that cannot be read: said, and the walk goes on. */
static int
on_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	struct body *b = arg;
	struct err item = *why;
	int ret;

	b->seen = 1;
	if (b->ask->name == NULL)
		err_prefix(&item, "item %zu", nth);
	ret = b->sink->failed(b->sink->arg, b->ask, &item, e);
	b->stopped |= ret == -1;
	return ret;
}

/* One item of protobuf: as a message where the sink takes one. */
static int
on_bytes(struct body *b, const unsigned char *p, size_t len, struct err *e)
{
	const struct doc_sink docs = { on_object, on_bad, b, on_list, 0 };
	const ProtobufCMessage *m;
	struct err why = ERR_INIT;
	int ret;

	if (b->sink->message == NULL || b->arena == NULL)
		return proto_hand_on(&b->walk, p, len, &docs, e);
	if ((m = message_unpack(b->walk.d, p, len, b->arena, &why)) != NULL)
		ret = on_message(b, m, e);
	else
		ret = why.class == ERR_NOMEM ? err_nomem(e) :
		    on_bad(b, b->walk.nth, &why, e);
	arena_reset(b->arena);
	return ret;
}

/* Before the first item is handed on: a page that breaks off comes anew. */
static int
first_version(struct body *b, struct err *e)
{
	const unsigned char *p = (const unsigned char *)buf_str(&b->walk.meta);
	struct wire w = { p, p + b->walk.meta.len };
	struct wire_field f;

	if (b->version == NULL || b->version->len > 0)
		return 0;
	while (wire_next(&w, &f) == 1)
		if (f.number == LIST_META_VERSION && f.type == 2)
			return keep_version(b, (const char *)f.p, f.len, e);
	return 0;
}

int
body_is_proto(const char *type, struct err *e)
{
	if (strstr(type, "protobuf") != NULL)
		return 1;
	if (strstr(type, "json") != NULL)
		return 0;
	return err_set(e, ERR_NET, "the server answered with '%.64s' instead "
	    "of an object: is there a login page or a proxy in between?",
	    type[0] == '\0' ? "no content type" : type);
}

int
body_open(struct body *b, const char *type, struct err *e)
{
	b->items = 0;
	b->seen = b->listed = b->stopped = b->open = 0;
	b->proto = body_is_proto(type, e);
	return b->proto == -1 ? -1 : 0;
}

void
body_close(struct body *b)
{
	if (b->open)
		proto_close(&b->walk);
	b->open = 0;
}

/* One object where a list was asked for would be taken for all of it. */
static int
is_whole(const struct body *b, struct err *e)
{
	if (b->ask->name == NULL && !b->listed)
		return err_set(e, ERR_FORMAT, "the server answered with %s "
		    "instead of a list", b->seen ? "an object" : "nothing");
	return b->ask->name == NULL || b->seen ? 0 : err_set(e, ERR_FORMAT,
	    "the server answered with nothing");
}

static int
step_json(struct body *b, struct proto_in *in, const struct doc_sink *docs,
    struct err *e)
{
	struct doc_text text = { (const char *)in->p, in->len };
	struct doc_source src = doc_text_source(&text);

	if (!in->whole)
		return PROTO_WAIT;
	if (doc_read_json(&src, docs, e) == -1)
		return -1;
	in->p += in->len;
	in->len = 0;
	return is_whole(b, e);
}

static int
open_proto(struct body *b, struct proto_in *in, struct err *e)
{
	int ret = proto_open(&b->walk, in, e);

	b->open = ret == 0;
	if (ret != 0)
		proto_close(&b->walk);
	if (ret == 0 && b->walk.list != (b->ask->name == NULL))
		return another(b->walk.kind, e);
	return ret;
}

int
body_step(struct body *b, struct proto_in *in, size_t n, struct err *e)
{
	const struct doc_sink docs = { on_object, on_bad, b, on_list, 0 };
	const unsigned char *p;
	size_t len;
	int ret;

	if (!b->proto)
		return step_json(b, in, &docs, e);
	if (!b->open && (ret = open_proto(b, in, e)) != 0)
		return ret;
	while (n-- > 0) {
		if ((ret = proto_next(&b->walk, in, &p, &len, e)) == 1) {
			if (first_version(b, e) == -1 ||
			    on_bytes(b, p, len, e) == -1)
				return -1;
			continue;
		}
		if (ret != 0)
			return ret;
		return proto_end(&b->walk, &docs, e) == -1 ? -1 :
		    is_whole(b, e);
	}
	return 1;
}

int
body_read(struct body *b, const char *type, const char *p, size_t len,
    struct err *e)
{
	struct proto_in in = { (const unsigned char *)p, len, 1 };
	int ret;

	if (body_open(b, type, e) == -1)
		return -1;
	while ((ret = body_step(b, &in, SIZE_MAX, e)) == 1)
		;
	body_close(b);
	return ret;
}

int
kube_body(const struct kube_ask *a, int status, const char *type,
    const char *p, size_t len, const struct kube_sink *sink, struct err *e)
{
	struct body b = { .ask = a, .sink = sink };
	struct err why = ERR_INIT;
	struct buf version, token;
	struct arena arena;
	int ret;

	if (status < 200 || status > 299) {
		status_err(a, status, type, p, len, NULL, &why);
		return sink->failed(sink->arg, a, &why, e);
	}
	arena_init(&arena, PROTO_ITEM_MAX, "an unpacked item");
	buf_init(&version, KUBE_VERSION_MAX - 1, "a resourceVersion");
	buf_init(&token, len, "a continue token");
	b.arena = &arena;
	if (sink->listed != NULL) {
		b.version = &version;
		b.token = &token;
	}
	ret = body_read(&b, type, p, len, &why);
	arena_release(&arena);
	if (ret == 0 && b.listed && sink->listed != NULL && token.len == 0) {
		ret = sink->listed(sink->arg, a, buf_str(&version), &why);
		b.stopped |= ret == -1;
	}
	buf_release(&version);
	buf_release(&token);
	if (ret == 0)
		return 0;
	if (b.stopped || why.class == ERR_NOMEM) {
		*e = why;
		return -1;
	}
	return sink->failed(sink->arg, a, &why, e);
}
