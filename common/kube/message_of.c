/* Documents as messages, so that a fact has one reader, whatever it came as. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "kube/message.h"
#include "pki/b64.h"

/* A field whose own fields stand among its parent's in JSON ("inline"). */
static int
is_inline(const ProtobufCFieldDescriptor *f)
{
	return strcmp(f->name, "volumeSource") == 0;
}

static int
is_map(const ProtobufCFieldDescriptor *f)
{
	const ProtobufCMessageDescriptor *d = f->descriptor;

	return f->type == PROTOBUF_C_TYPE_MESSAGE && d->n_fields == 2 &&
	    strcmp(d->fields[0].name, "key") == 0;
}

/* Bytes, which JSON has in base64: as put_value(). */
static int
put_bytes(const ProtobufCFieldDescriptor *f, const struct node *n, void *to,
    struct arena *a, struct err *why)
{
	ProtobufCBinaryData bytes;
	const protobuf_c_boolean yes = 1;
	struct err bad = ERR_INIT;
	struct buf b;
	const char *s;
	int ret = 0;

	if ((s = node_str(n, &bytes.len)) == NULL)
		return 0;
	buf_init_secret(&b, bytes.len + 3, "bytes");
	if (!node_is_bytes(n)) {
		if (b64_decode(s, bytes.len, &b, &bad) == -1) {
			ret = bad.class == ERR_NOMEM ? err_nomem(why) : 0;
			goto out;
		}
		s = buf_str(&b);
		bytes.len = b.len;
	}
	ret = -1;
	if ((bytes.data = (uint8_t *)arena_text(a, s, bytes.len, why)) == NULL)
		goto out;
	memcpy(to, &bytes, sizeof(bytes));
	/* whether it is there stands beside it */
	memcpy((char *)to - f->offset + f->quantifier_offset, &yes,
	    sizeof(yes));
	ret = 1;
out:
	buf_release(&b);
	return ret;
}

/* One value to where it belongs: 1; 0: it does not fit; -1: no memory. */
static int
put_value(const ProtobufCFieldDescriptor *f, const struct node *n, void *to,
    struct arena *a, struct err *why)
{
	const ProtobufCMessage *m;
	const char *s;
	char *copy;
	size_t len;

	if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
		if (node_type(n) != NODE_MAP)
			return 0;
		if ((m = message_of_node(f->descriptor, n, a, why)) == NULL)
			return -1;
		memcpy(to, &m, sizeof(m));
		return 1;
	}
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return put_bytes(f, n, to, a, why);
	/* what is a number or a bool nobody reads this way */
	if (f->type != PROTOBUF_C_TYPE_STRING ||
	    (s = node_str(n, &len)) == NULL)
		return 0;
	if ((copy = arena_text(a, s, len, why)) == NULL)
		return -1;
	memcpy(to, &copy, sizeof(copy));
	return 1;
}

/* A repeated field on its way. */
struct filling {
	const ProtobufCFieldDescriptor	*f;
	void				**v;
	size_t				 n;
	struct arena			*a;
	struct err			*why;
};

static int
fill_entry(void *arg, const char *key, const struct node *value)
{
	struct filling *l = arg;
	const ProtobufCMessageDescriptor *d = l->f->descriptor;
	ProtobufCMessage *m;
	char *text;
	int got;

	if ((m = arena_array(l->a, 1, d->sizeof_message, l->why)) == NULL ||
	    (text = arena_text(l->a, key, strlen(key), l->why)) == NULL)
		return -1;
	protobuf_c_message_init(d, m);
	memcpy((char *)m + d->fields[0].offset, &text, sizeof(text));
	got = put_value(&d->fields[1], value,
	    (char *)m + d->fields[1].offset, l->a, l->why);
	if (got == 1)
		l->v[l->n++] = m;
	return got == -1 ? -1 : 0;
}

static int
put_repeated(const ProtobufCFieldDescriptor *f, const struct node *n,
    ProtobufCMessage *m, struct arena *a, struct err *why)
{
	struct filling l = { f, NULL, 0, a, why };
	size_t i, room = is_map(f) ? node_size(n) : node_len(n);
	int got;

	if ((l.v = arena_array(a, room + 1, sizeof(void *), why)) == NULL)
		return -1;
	if (is_map(f) && node_each(n, fill_entry, &l) == -1)
		return -1;
	for (i = 0; !is_map(f) && i < room; i++) {
		if ((got = put_value(f, node_at(n, i), &l.v[l.n], a, why)) ==
		    -1)
			return -1;
		l.n += (size_t)got;
	}
	memcpy((char *)m + f->quantifier_offset, &l.n, sizeof(l.n));
	memcpy((char *)m + f->offset, &l.v, sizeof(l.v));
	return 0;
}

const ProtobufCMessage *
message_of_node(const ProtobufCMessageDescriptor *d, const struct node *n,
    struct arena *a, struct err *why)
{
	const ProtobufCFieldDescriptor *f;
	const struct node *v;
	ProtobufCMessage *m;
	unsigned i;

	if (node_type(n) != NODE_MAP) {
		err_set(why, ERR_FORMAT, "it is not a %s", d->short_name);
		return NULL;
	}
	if ((m = arena_array(a, 1, d->sizeof_message, why)) == NULL)
		return NULL;
	protobuf_c_message_init(d, m);
	for (i = 0; i < d->n_fields; i++) {
		f = &d->fields[i];
		if ((v = is_inline(f) ? n : node_get(n, f->name)) == NULL)
			continue;
		if ((f->label == PROTOBUF_C_LABEL_REPEATED ?
		    put_repeated(f, v, m, a, why) : put_value(f, v,
		    (char *)m + f->offset, a, why)) == -1)
			return NULL;
	}
	return m;
}
