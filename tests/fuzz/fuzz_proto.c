/*
 * Kubernetes' protobuf: the walk over its wire format against the bytes that
 * it stands for, and what was read of an object, written again by this file's
 * own encoder, alone and as the items of a list, must be read as the same.
 */
#include "api.pb-c.h"
#include "base/buf.h"
#include "doc/make.h"
#include "kube/proto.h"
#include "kube/wire.h"
#include "tests/fuzz/doc.h"

#define ROOM (16 * 1024 * 1024)

static const struct {
	const char				*kind;
	const ProtobufCMessageDescriptor	*d;
} kinds[] = {
	{ "Status", &k8s__status__descriptor },
	{ "Secret", &k8s__secret__descriptor },
	{ "ConfigMap", &k8s__config_map__descriptor },
	{ "Deployment", &k8s__deployment__descriptor },
	{ "MutatingWebhookConfiguration",
	    &k8s__webhook_configuration__descriptor },
	{ "ValidatingWebhookConfiguration",
	    &k8s__webhook_configuration__descriptor },
	{ "ClusterTrustBundle", &k8s__cluster_trust_bundle__descriptor },
};

/* ---- writing ---- */

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, p, n, NULL) == -1)
		abort();
}

static void
put_varint(struct buf *b, uint64_t v)
{
	unsigned char c;

	do {
		c = (v & 0x7f) | (v > 0x7f ? 0x80 : 0);
		put(b, &c, 1);
	} while ((v >>= 7) > 0);
}

static void
put_bytes(struct buf *b, uint32_t number, const void *p, size_t n)
{
	put_varint(b, (uint64_t)number << 3 | 2);
	put_varint(b, n);
	put(b, n == 0 ? "" : p, n);
}

static void put_message(struct buf *b, uint32_t number,
    const ProtobufCMessageDescriptor *d, const struct node *n);

static void
put_value(struct buf *b, const ProtobufCFieldDescriptor *f,
    const struct node *v)
{
	const char *s;
	size_t len;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
		if ((s = node_str(v, &len)) == NULL ||
		    node_is_bytes(v) != (f->type == PROTOBUF_C_TYPE_BYTES))
			abort();
		put_bytes(b, f->id, s, len);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		put_message(b, f->id, f->descriptor, v);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		put_varint(b, (uint64_t)f->id << 3);
		put_varint(b, (uint64_t)node_bool(v));
		break;
	default:
		put_varint(b, (uint64_t)f->id << 3);
		put_varint(b, (uint64_t)node_number(v, 0));
		break;
	}
}

struct entry {
	struct buf			*b;
	const ProtobufCFieldDescriptor	*f;
};

static int
put_entry(void *arg, const char *key, const struct node *v)
{
	const struct entry *en = arg;
	struct buf b;

	buf_init(&b, ROOM, "an entry");
	put_bytes(&b, 1, key, strlen(key));
	put_value(&b, &((const ProtobufCMessageDescriptor *)
	    en->f->descriptor)->fields[1], v);
	put_bytes(en->b, en->f->id, buf_str(&b), b.len);
	buf_release(&b);
	return 0;
}

static void
put_fields(struct buf *b, const ProtobufCMessageDescriptor *d,
    const struct node *n)
{
	const ProtobufCFieldDescriptor *f;
	const struct node *v;
	struct entry en;
	unsigned i;
	size_t j;

	for (i = 0; i < d->n_fields; i++) {
		f = &d->fields[i];
		if ((v = node_get(n, f->name)) == NULL)
			continue;
		if (f->label != PROTOBUF_C_LABEL_REPEATED)
			put_value(b, f, v);
		else if (node_type(v) == NODE_LIST)
			for (j = 0; j < node_len(v); j++)
				put_value(b, f, node_at(v, j));
		else {
			en.b = b;
			en.f = f;
			node_each(v, put_entry, &en);
		}
	}
}

static void
put_message(struct buf *b, uint32_t number,
    const ProtobufCMessageDescriptor *d, const struct node *n)
{
	struct buf in;

	buf_init(&in, ROOM, "a message");
	put_fields(&in, d, n);
	put_bytes(b, number, buf_str(&in), in.len);
	buf_release(&in);
}

/* "k8s\0" and the Unknown around raw. */
static void
put_frame(struct buf *b, const struct node *obj, const char *list,
    const struct buf *raw)
{
	struct buf type, kind;
	const char *s;

	buf_init(&type, ROOM, "a type");
	buf_init(&kind, ROOM, "a kind");
	if ((s = node_str(node_get(obj, "apiVersion"), NULL)) == NULL)
		abort();
	put_bytes(&type, 1, s, strlen(s));
	if ((s = node_str(node_get(obj, "kind"), NULL)) == NULL ||
	    buf_printf(&kind, NULL, "%s%s", s, list) == -1)
		abort();
	put_bytes(&type, 2, buf_str(&kind), kind.len);
	put(b, "k8s", 4);
	put_bytes(b, 1, buf_str(&type), type.len);
	put_bytes(b, 2, buf_str(raw), raw->len);
	buf_release(&type);
	buf_release(&kind);
}

/* ---- what is read again ---- */

struct again {
	const char	*want;		/* as JSON */
	size_t		 items, bad, lists;
};

static int
again_item(void *arg, const struct node *obj, struct err *e)
{
	struct again *a = arg;
	struct buf b;

	buf_init(&b, ROOM, "JSON");
	if (make_json(obj, &b, e) == -1 || strcmp(buf_str(&b), a->want) != 0)
		abort();
	a->items++;
	buf_release(&b);
	return 0;
}

static int
again_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	struct again *a = arg;

	(void)e;
	if (nth != a->items + 1 || why->class != ERR_FORMAT)
		abort();
	a->bad++;
	return 0;
}

static int
again_list(void *arg, const struct node *root, struct err *e)
{
	const char *s = node_str(node_path(root, "metadata", "continue",
	    (const char *)NULL), NULL);

	(void)e;
	if (s == NULL || strcmp(s, "next") != 0)
		abort();
	((struct again *)arg)->lists++;
	return 0;
}

static void
read_again(const struct buf *b, struct again *a, size_t items, size_t bad)
{
	struct doc_sink sink = { again_item, again_bad, a, again_list };

	a->items = a->bad = a->lists = 0;
	if (proto_read(b->p, b->len, &sink, NULL) == -1 ||
	    a->items != items || a->bad != bad || a->lists != bad)
		abort();
}

/* Alone, and in a list on both sides of an item that is none. */
static void
round_trip(const struct node *obj)
{
	const char *kind = node_str(node_get(obj, "kind"), NULL);
	struct buf json, raw, list, b;
	struct again a = { 0 };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kind != NULL && strcmp(kinds[i].kind, kind) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		abort();
	buf_init(&json, ROOM, "JSON");
	buf_init(&raw, ROOM, "an object");
	buf_init(&list, ROOM, "a list");
	buf_init(&b, ROOM, "a body");
	if (make_json(obj, &json, NULL) == -1)
		abort();
	a.want = buf_str(&json);
	put_fields(&raw, kinds[i].d, obj);
	put_frame(&b, obj, "", &raw);
	read_again(&b, &a, 1, 0);
	put_bytes(&list, 2, buf_str(&raw), raw.len);
	put_bytes(&list, 2, "\xff", 1);
	put_bytes(&list, 2, buf_str(&raw), raw.len);
	put_bytes(&list, 1, "\x1a\x04next", 6);
	buf_reset(&b);
	put_frame(&b, obj, "List", &list);
	read_again(&b, &a, 2, 1);
	buf_release(&json);
	buf_release(&raw);
	buf_release(&list);
	buf_release(&b);
}

/* ---- the input ---- */

static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	const char *api = node_str(node_get(obj, "apiVersion"), NULL);
	const char *kind = node_str(node_get(obj, "kind"), NULL);
	size_t len = 0;
	char *group;

	if (api == NULL || kind == NULL)
		abort();
	if (strchr(api, '/') != NULL)
		len = strcspn(api, "/");
	if ((group = strndup(api, len)) == NULL || !proto_knows(group, kind))
		abort();
	free(group);
	round_trip(obj);
	return fuzz_item(arg, obj, e);
}

static int
on_list(void *arg, const struct node *root, struct err *e)
{
	(void)arg;
	if (node_type(node_get(root, "metadata")) != NODE_MAP)
		abort();
	(void)e;
	return 0;
}

static void
objects(const uint8_t *p, size_t n)
{
	size_t seen = 0, refuse = FUZZ_REFUSE;
	struct doc_sink sink = { on_item, fuzz_bad, &seen, on_list };
	struct doc_sink none = { fuzz_item, NULL, &refuse, NULL };
	struct err e = ERR_INIT;

	if (proto_read(p, n, &sink, &e) == -1 &&
	    (e.msg[0] == '\0' || (e.class != ERR_FORMAT &&
	    e.class != ERR_LIMIT)))
		abort();
	if (e.class == ERR_NONE && (n < 4 || memcmp(p, "k8s", 4) != 0))
		abort();
	if (seen > 0 && proto_read(p, n, &none, &e) == 0)
		abort();
}

/*
 * Every field lies behind the last one and inside, and written again as short
 * as can be they are the input, unless that was not as short as can be.
 */
static void
fields(const uint8_t *p, size_t n)
{
	struct wire w = { p, p + n };
	struct wire_field f;
	const uint8_t *at = p;
	struct buf b;
	int more;

	buf_init(&b, ROOM, "fields");
	while ((more = wire_next(&w, &f)) == 1) {
		if (w.p <= at || w.p > w.end || f.number == 0 ||
		    f.number > 0x1fffffff)
			abort();
		if (f.type == 2 && (f.p <= at || f.p + f.len != w.p))
			abort();
		at = w.p;
		if (f.type == 2) {
			put_bytes(&b, f.number, f.p, f.len);
			continue;
		}
		put_varint(&b, (uint64_t)f.number << 3 | f.type);
		if (f.type == 0)
			put_varint(&b, f.value);
		else
			put(&b, w.p - (f.type == 1 ? 8 : 4),
			    f.type == 1 ? 8 : 4);
	}
	if (more == 0 && (w.p != w.end || b.len > n ||
	    (b.len == n && memcmp(buf_str(&b), p, n) != 0)))
		abort();
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint8_t none[1];

	if (n == 0)
		p = none;
	objects(p, n);
	fields(p, n);
	if (n > 4)
		fields(p + 4, n - 4);
	return 0;
}
