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

#define KIND_MAX 128	/* bytes of a kind or an apiVersion, NUL included */

/* One body: what its outer frame says. */
struct frame {
	char			 api_version[KIND_MAX];
	char			 kind[KIND_MAX];	/* of an item */
	int			 list;
	const unsigned char	*raw;
	size_t			 len;
	const struct doc_sink	*sink;
	size_t			 nth;
};

int
proto_knows(const char *group, const char *kind)
{
	return message_of(group, strlen(group), kind) != NULL;
}

static int
bad(struct frame *f, const struct err *why, struct err *e)
{
	if (f->sink->bad == NULL)
		return err_set(e, why->class, "item %zu: %s", f->nth,
		    why->msg);
	return f->sink->bad(f->sink->arg, f->nth, why, e);
}

static int
hand_on(struct frame *f, struct node *n, struct err *e)
{
	int ret;

	if (make_put(n, "kind", make_text(f->kind)) == -1 ||
	    make_put(n, "apiVersion", make_text(f->api_version)) == -1)
		ret = err_nomem(e);
	else
		ret = f->sink->item(f->sink->arg, n, e);
	node_wipe_all(n);
	make_free(n);
	return ret;
}

static int
one(struct frame *f, const ProtobufCMessageDescriptor *d,
    const unsigned char *p, size_t len, struct err *e)
{
	struct err why = ERR_INIT;
	struct node *n;

	f->nth++;
	if (message_read(d, p, len, &n, &why) == 0)
		return hand_on(f, n, e);
	return why.class == ERR_NOMEM ? err_nomem(e) : bad(f, &why, e);
}

static int
broken(struct err *e)
{
	return err_set(e, ERR_FORMAT, "the protobuf is broken");
}

/* The list's root: its kind and its continue token. */
static int
end_list(struct frame *f, const unsigned char *p, size_t len, struct err *e)
{
	struct node *root = NULL, *meta;
	char kind[KIND_MAX + 4];
	int ret;

	if (f->sink->list == NULL)
		return 0;
	if (message_read(&k8s__list_meta__descriptor, p, len, &meta, e) == -1)
		return -1;
	if ((root = make_map()) == NULL) {
		make_free(meta);
		return err_nomem(e);
	}
	snprintf(kind, sizeof(kind), "%sList", f->kind);
	ret = make_put(root, "metadata", meta) == -1 ||
	    make_put(root, "kind", make_text(kind)) == -1 ? err_nomem(e) :
	    f->sink->list(f->sink->arg, root, e);
	make_free(root);
	return ret;
}

static int
walk_list(struct frame *f, const ProtobufCMessageDescriptor *d, struct err *e)
{
	struct wire w = { f->raw, f->raw + f->len };
	const unsigned char *meta = NULL;
	struct wire_field at;
	size_t len = 0;
	int more;

	while ((more = wire_next(&w, &at)) == 1) {
		if (at.type != 2)
			continue;
		if (at.number == LIST_METADATA) {
			meta = at.p;
			len = at.len;
		} else if (at.number == LIST_ITEMS &&
		    one(f, d, at.p, at.len, e) == -1)
			return -1;
	}
	return more == -1 ? broken(e) : end_list(f, meta, len, e);
}

static int
copy(char out[KIND_MAX], const struct wire_field *at)
{
	if (at->type != 2 || at->len >= KIND_MAX ||
	    memchr(at->p, '\0', at->len) != NULL)
		return -1;
	memcpy(out, at->p, at->len);
	out[at->len] = '\0';
	return 0;
}

static int
read_type(struct frame *f, const unsigned char *p, size_t len)
{
	struct wire w = { p, p + len };
	struct wire_field at;
	int more;

	while ((more = wire_next(&w, &at)) == 1)
		if ((at.number == TYPE_META_API_VERSION &&
		    copy(f->api_version, &at) == -1) ||
		    (at.number == TYPE_META_KIND && copy(f->kind, &at) == -1))
			return -1;
	return more;
}

static int
read_frame(struct frame *f, const unsigned char *p, size_t n)
{
	struct wire w = { p, p + n };
	struct wire_field at;
	size_t len;
	int more;

	while ((more = wire_next(&w, &at)) == 1) {
		if (at.type != 2)
			continue;
		if (at.number == UNKNOWN_TYPE_META &&
		    read_type(f, at.p, at.len) == -1)
			return -1;
		if (at.number == UNKNOWN_RAW) {
			f->raw = at.p;
			f->len = at.len;
		}
		/* an encoding of its own (gzip) is never asked for */
		if (at.number == UNKNOWN_ENCODING && at.len > 0)
			return -1;
	}
	len = strlen(f->kind);
	if (more == -1 || len == 0 || f->raw == NULL)
		return -1;
	if (len > 4 && strcmp(f->kind + len - 4, "List") == 0) {
		f->list = 1;
		f->kind[len - 4] = '\0';
	}
	return 0;
}

int
proto_read(const unsigned char *p, size_t len, const struct doc_sink *sink,
    struct err *e)
{
	const ProtobufCMessageDescriptor *d;
	struct frame f;
	const char *slash;

	memset(&f, 0, sizeof(f));
	f.sink = sink;
	if (len < 4 || memcmp(p, "k8s", 4) != 0 ||
	    read_frame(&f, p + 4, len - 4) == -1)
		return broken(e);
	slash = strchr(f.api_version, '/');
	d = message_of(f.api_version, slash == NULL ? 0 :
	    (size_t)(slash - f.api_version), f.kind);
	if (d == NULL)
		return err_set(e, ERR_FORMAT, "it is a '%s' of '%s', which was "
		    "not asked for", f.kind, f.api_version);
	return f.list ? walk_list(&f, d, e) : one(&f, d, f.raw, f.len, e);
}
