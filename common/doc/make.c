#include <limits.h>
#include <string.h>

#include "doc/make.h"
#include "doc/node.h"

/* What marks a string as bytes: its address alone counts. */
static char bytes_mark;

static struct node *
made(struct json_object *o)
{
	return (struct node *)o;
}

struct node *
make_map(void)
{
	return made(json_object_new_object());
}

struct node *
make_list(void)
{
	return made(json_object_new_array());
}

struct node *
make_text(const char *s)
{
	return make_text_len(s, strlen(s));
}

struct node *
make_text_len(const char *p, size_t len)
{
	if (len > INT_MAX)
		return NULL;
	return made(json_object_new_string_len(p, (int)len));
}

struct node *
make_bytes(const void *p, size_t len)
{
	struct node *n = make_text_len(len == 0 ? "" : p, len);

	if (n != NULL)
		json_object_set_userdata(json_of(n), &bytes_mark, NULL);
	return n;
}

struct node *
make_parsed(const char *json)
{
	return made(json_tokener_parse(json));
}

int
node_is_bytes(const struct node *n)
{
	return n != NULL &&
	    json_object_get_userdata(json_of(n)) == &bytes_mark;
}

struct node *
make_bool(int value)
{
	return made(json_object_new_boolean(value));
}

struct node *
make_number(int64_t value)
{
	return made(json_object_new_int64(value));
}

int
make_put(struct node *map, const char *key, struct node *value)
{
	if (value == NULL)
		return -1;
	if (json_object_object_add(json_of(map), key, json_of(value)) != 0) {
		make_free(value);
		return -1;
	}
	return 0;
}

int
make_add(struct node *list, struct node *value)
{
	if (value == NULL)
		return -1;
	if (json_object_array_add(json_of(list), json_of(value)) != 0) {
		make_free(value);
		return -1;
	}
	return 0;
}

void
make_free(struct node *n)
{
	json_object_put(json_of(n));
}

int
make_json(const struct node *n, struct buf *out, struct err *e)
{
	const char *s;
	int ret;

	s = json_object_to_json_string_ext(json_of(n),
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (s == NULL)
		return err_nomem(e);
	ret = buf_puts(out, s, e);
	/* json-c keeps its text with the object, and frees it as it is */
	if (n != NULL)
		explicit_bzero((char *)s, strlen(s));
	return ret;
}
