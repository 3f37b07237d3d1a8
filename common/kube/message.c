/* Unpacked messages as documents: a field is called as JSON calls it. */
#include <stdint.h>
#include <string.h>

#include "api.pb-c.h"
#include "base/arena.h"
#include "doc/make.h"
#include "kube/message.h"
#include "kube/proto.h"

#define OBJECT_METADATA	1	/* of every object */

static const struct {
	const char				*group;
	const char				*kind;
	const ProtobufCMessageDescriptor	*d;
} messages[] = {
	{ "", "Status", &k8s__status__descriptor },
	{ "", "Secret", &k8s__secret__descriptor },
	{ "", "ConfigMap", &k8s__config_map__descriptor },
	{ "", "Pod", &k8s__pod__descriptor },
	{ "", "Namespace", &k8s__namespace__descriptor },
	{ "", "ServiceAccount", &k8s__service_account__descriptor },
	{ "apps", "Deployment", &k8s__deployment__descriptor },
	{ "admissionregistration.k8s.io", "MutatingWebhookConfiguration",
	    &k8s__webhook_configuration__descriptor },
	{ "admissionregistration.k8s.io", "ValidatingWebhookConfiguration",
	    &k8s__webhook_configuration__descriptor },
	{ "certificates.k8s.io", "ClusterTrustBundle",
	    &k8s__cluster_trust_bundle__descriptor },
};

const ProtobufCMessageDescriptor *
message_of(const char *group, size_t len, const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (strlen(messages[i].group) == len &&
		    strncmp(messages[i].group, group, len) == 0 &&
		    strcmp(messages[i].kind, kind) == 0)
			return messages[i].d;
	return NULL;
}

/* What a field of a message points to; NULL if it has none. */
static const void *
pointer(const ProtobufCMessage *m, unsigned number)
{
	const ProtobufCFieldDescriptor *f;
	const void *v;

	f = m == NULL ? NULL :
	    protobuf_c_message_descriptor_get_field(m->descriptor, number);
	if (f == NULL)
		return NULL;
	memcpy(&v, (const char *)m + f->offset, sizeof(v));
	return v;
}

const char *
message_meta(const ProtobufCMessage *m, unsigned number)
{
	return pointer(pointer(m, OBJECT_METADATA), number);
}

static void *
unpack_alloc(void *arg, size_t n)
{
	return arena_alloc(arg, n, NULL);
}

static void
unpack_free(void *arg, void *p)
{
	(void)arg;	/* the arena goes as a whole */
	(void)p;
}

/* One value at p, as its field says; NULL for no memory. */
static struct node *
node_of_value(const ProtobufCFieldDescriptor *f, const void *p)
{
	const ProtobufCBinaryData *b;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		return make_text(*(const char *const *)p);
	case PROTOBUF_C_TYPE_BYTES:
		b = p;
		return make_bytes(b->data, b->len);
	case PROTOBUF_C_TYPE_BOOL:
		return make_bool(*(const protobuf_c_boolean *)p != 0);
	case PROTOBUF_C_TYPE_INT32:
		return make_number(*(const int32_t *)p);
	case PROTOBUF_C_TYPE_INT64:
		return make_number(*(const int64_t *)p);
	case PROTOBUF_C_TYPE_MESSAGE:
		return message_node(*(const ProtobufCMessage *const *)p);
	default:
		return NULL;	/* api.proto has no other */
	}
}

/* Is it there?  The generated code writes every string, JSON no empty one. */
static int
is_there(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	const char *base = (const char *)m, *p = base + f->offset;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		return *(const char *const *)(const void *)p != NULL &&
		    **(const char *const *)(const void *)p != '\0';
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(const void *const *)(const void *)p != NULL;
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)(const void *)p)->len > 0;
	default:
		return *(const protobuf_c_boolean *)(const void *)
		    (base + f->quantifier_offset) != 0;
	}
}

static size_t
value_size(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT32:
		return sizeof(int32_t);
	case PROTOBUF_C_TYPE_INT64:
		return sizeof(int64_t);
	default:
		return sizeof(void *);
	}
}

/* map<K, V> is a repeated message of two fields, "...Entry". */
static int
is_map(const ProtobufCFieldDescriptor *f)
{
	const ProtobufCMessageDescriptor *d = f->descriptor;
	size_t len;

	if (f->type != PROTOBUF_C_TYPE_MESSAGE || d->n_fields != 2 ||
	    strcmp(d->fields[0].name, "key") != 0)
		return 0;
	len = strlen(d->short_name);
	return len > 5 && strcmp(d->short_name + len - 5, "Entry") == 0;
}

/* An entry's absent key or value is the empty one (proto3's maps). */
static int
put_entry(struct node *map, const ProtobufCMessage *m)
{
	const ProtobufCFieldDescriptor *k = &m->descriptor->fields[0];
	const ProtobufCFieldDescriptor *v = &m->descriptor->fields[1];
	const char *base = (const char *)m;
	const char *key = *(const char *const *)(const void *)
	    (base + k->offset);
	const void *p = base + v->offset;

	if (v->type == PROTOBUF_C_TYPE_STRING &&
	    *(const char *const *)p == NULL)
		return make_put(map, key == NULL ? "" : key, make_text(""));
	return make_put(map, key == NULL ? "" : key, node_of_value(v, p));
}

static int
put_repeated(struct node *map, const ProtobufCMessage *m,
    const ProtobufCFieldDescriptor *f)
{
	const char *base = (const char *)m, *p;
	size_t i, n, size = value_size(f);
	struct node *v;
	int ret = 0;

	n = *(const size_t *)(const void *)(base + f->quantifier_offset);
	if (n == 0)
		return 0;
	if ((v = is_map(f) ? make_map() : make_list()) == NULL)
		return -1;
	p = *(const char *const *)(const void *)(base + f->offset);
	for (i = 0; ret == 0 && i < n; i++)
		ret = is_map(f) ? put_entry(v,
		    *(const ProtobufCMessage *const *)(const void *)
		    (p + i * size)) :
		    make_add(v, node_of_value(f, p + i * size));
	if (ret == -1) {
		make_free(v);
		return -1;
	}
	return make_put(map, f->name, v);
}

/* api.proto has no message in itself, so its depth is the depth here. */
struct node *
message_node(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	const ProtobufCFieldDescriptor *f;
	struct node *map;
	unsigned i;
	int ret = 0;

	if ((map = make_map()) == NULL)
		return NULL;
	for (i = 0; ret == 0 && i < d->n_fields; i++) {
		f = &d->fields[i];
		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			ret = put_repeated(map, m, f);
		else if (is_there(m, f))
			ret = make_put(map, f->name, node_of_value(f,
			    (const char *)m + f->offset));
	}
	if (ret == -1) {
		make_free(map);
		return NULL;
	}
	return map;
}

const ProtobufCMessage *
message_unpack(const ProtobufCMessageDescriptor *d, const unsigned char *p,
    size_t len, struct arena *a, struct err *why)
{
	ProtobufCAllocator alloc = { unpack_alloc, unpack_free, a };
	const ProtobufCMessage *m;

	m = protobuf_c_message_unpack(d, &alloc, len, p);
	if (m == NULL && a->over)
		err_set(why, ERR_LIMIT, "it is over the limit of %zu bytes of "
		    "memory", a->max);
	else if (m == NULL)
		err_set(why, ERR_FORMAT, "it is not a %s in protobuf",
		    d->short_name);
	return m;
}

int
message_read(const ProtobufCMessageDescriptor *d, const unsigned char *p,
    size_t len, struct node **out, struct err *why)
{
	const ProtobufCMessage *m;
	struct arena a;
	int ret = -1;

	*out = NULL;
	arena_init(&a, PROTO_ITEM_MAX, "an unpacked item");
	if ((m = message_unpack(d, p, len, &a, why)) != NULL)
		ret = (*out = message_node(m)) == NULL ? err_nomem(why) : 0;
	arena_release(&a);
	return ret;
}
