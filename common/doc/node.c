#include <stdarg.h>
#include <string.h>

#include "doc/node.h"

enum node_type
node_type(const struct node *n)
{
	switch (json_object_get_type(json_of(n))) {
	case json_type_boolean:
		return NODE_BOOL;
	case json_type_double:
	case json_type_int:
		return NODE_NUMBER;
	case json_type_string:
		return NODE_STRING;
	case json_type_array:
		return NODE_LIST;
	case json_type_object:
		return NODE_MAP;
	default:
		return NODE_NULL;
	}
}

static int
lookup(const struct node *n, const char *key, struct json_object **out)
{
	*out = NULL;
	return json_object_is_type(json_of(n), json_type_object) &&
	    json_object_object_get_ex(json_of(n), key, out);
}

const struct node *
node_get(const struct node *n, const char *key)
{
	struct json_object *o;

	return lookup(n, key, &o) ? node_of(o) : NULL;
}

int
node_has(const struct node *n, const char *key)
{
	struct json_object *o;

	return lookup(n, key, &o);
}

const struct node *
node_path(const struct node *n, ...)
{
	const char *key;
	va_list ap;

	va_start(ap, n);
	while (n != NULL && (key = va_arg(ap, const char *)) != NULL)
		n = node_get(n, key);
	va_end(ap);
	return n;
}

const char *
node_str(const struct node *n, size_t *len)
{
	const char *s;
	size_t got;

	if (!json_object_is_type(json_of(n), json_type_string))
		return NULL;
	s = json_object_get_string(json_of(n));
	got = (size_t)json_object_get_string_len(json_of(n));
	if (len != NULL)
		*len = got;
	else if (strlen(s) != got)
		return NULL;
	return s;
}

void
node_wipe(const struct node *n)
{
	if (json_object_is_type(json_of(n), json_type_string))
		explicit_bzero((char *)json_object_get_string(json_of(n)),
		    (size_t)json_object_get_string_len(json_of(n)));
}

int64_t
node_number(const struct node *n, int64_t other)
{
	return json_object_is_type(json_of(n), json_type_int) ?
	    json_object_get_int64(json_of(n)) : other;
}

int
node_bool(const struct node *n)
{
	if (!json_object_is_type(json_of(n), json_type_boolean))
		return -1;
	return json_object_get_boolean(json_of(n)) != 0;
}

size_t
node_len(const struct node *n)
{
	if (!json_object_is_type(json_of(n), json_type_array))
		return 0;
	return json_object_array_length(json_of(n));
}

const struct node *
node_at(const struct node *n, size_t i)
{
	return node_of(json_object_array_get_idx(json_of(n), i));
}

size_t
node_size(const struct node *n)
{
	return node_type(n) != NODE_MAP ? 0 :
	    (size_t)json_object_object_length(json_of(n));
}

int
node_each(const struct node *n,
    int (*fn)(void *arg, const char *key, const struct node *value), void *arg)
{
	if (node_type(n) != NODE_MAP)
		return 0;
	json_object_object_foreach(json_of(n), key, value) {
		if (fn(arg, key, node_of(value)) == -1)
			return -1;
	}
	return 0;
}

static int
wipe_value(void *arg, const char *key, const struct node *value)
{
	(void)arg;
	(void)key;
	node_wipe_all(value);
	return 0;
}

void
node_wipe_all(const struct node *n)
{
	size_t i;

	switch (node_type(n)) {
	case NODE_STRING:
		node_wipe(n);
		break;
	case NODE_LIST:
		for (i = 0; i < node_len(n); i++)
			node_wipe_all(node_at(n, i));
		break;
	case NODE_MAP:
		node_each(n, wipe_value, NULL);
		break;
	default:
		break;
	}
}
