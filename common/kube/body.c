/* One answer: is it what was asked for, and what does it hold? */
#include <string.h>

#include "kube/body.h"
#include "kube/proto.h"
#include "kube/status.h"

static int
text_is(const struct node *n, const char *want)
{
	const char *s = node_str(n, NULL);

	return s != NULL && strcmp(s, want) == 0;
}

/* Is it what was asked for?  A proxy can answer anything. */
static int
is_asked(const struct kube_ask *a, const struct node *obj)
{
	const struct node *meta = node_get(obj, "metadata");

	if (!text_is(node_get(obj, "kind"), a->kind))
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
another(const struct node *obj, struct err *e)
{
	const char *kind = node_str(node_get(obj, "kind"), NULL);

	return err_set(e, ERR_FORMAT, "the server answered with another "
	    "object (%.64s) than was asked for", kind == NULL ? "of no kind" :
	    kind);
}

static int
on_list(void *arg, const struct node *root, struct err *e)
{
	struct body *b = arg;
	const char *s;

	/* an empty list of something else, or for a name, is no answer */
	if (!is_list_of(b->ask, root))
		return another(root, e);
	b->seen = 1;
	s = node_str(node_path(root, "metadata", "continue",
	    (const char *)NULL), NULL);
	if (b->token == NULL || s == NULL)
		return 0;
	buf_reset(b->token);
	return buf_puts(b->token, s, e);
}

static int
on_object(void *arg, const struct node *obj, struct err *e)
{
	struct body *b = arg;
	int ret;

	if (is_list_of(b->ask, obj))
		return on_list(b, obj, e);
	if (!is_asked(b->ask, obj) || (b->ask->name != NULL && b->items > 0)) {
		another(obj, e);
		node_wipe_all(obj);
		return -1;
	}
	b->seen = 1;
	b->items++;
	ret = b->sink->object(b->sink->arg, b->ask, obj, e);
	b->stopped |= ret == -1;
	node_wipe_all(obj);
	return ret;
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

int
body_read(struct body *b, const char *type, const char *p, size_t len,
    struct err *e)
{
	struct doc_text text = { p, len };
	struct doc_source src = doc_text_source(&text);
	struct doc_sink sink = { on_object, on_bad, b, on_list, 0 };

	if (strstr(type, "protobuf") != NULL) {
		if (proto_read((const unsigned char *)p, len, &sink, e) == -1)
			return -1;
	} else if (strstr(type, "json") == NULL)
		return err_set(e, ERR_NET, "the server answered with '%.64s' "
		    "instead of an object: is there a login page or a proxy "
		    "in between?", type[0] == '\0' ? "no content type" : type);
	else if (doc_read_json(&src, &sink, e) == -1)
		return -1;
	return b->seen ? 0 : err_set(e, ERR_FORMAT, "the server answered with "
	    "nothing");
}

int
kube_body(const struct kube_ask *a, int status, const char *type,
    const char *p, size_t len, const struct kube_sink *sink, struct err *e)
{
	struct body b = { .ask = a, .sink = sink };
	struct err why = ERR_INIT;

	if (status < 200 || status > 299) {
		status_err(a, status, type, p, len, NULL, &why);
		return sink->failed(sink->arg, a, &why, e);
	}
	if (body_read(&b, type, p, len, &why) == 0)
		return 0;
	if (b.stopped || why.class == ERR_NOMEM) {
		*e = why;
		return -1;
	}
	return sink->failed(sink->arg, a, &why, e);
}
