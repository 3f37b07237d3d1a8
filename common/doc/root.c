/* What a document's root is: an object, or a list of them. */
#include <string.h>

#include "doc/node.h"

static const char *
text_at(const struct root *r, const char *key)
{
	return node_str(node_get(node_of(r->map), key), NULL);
}

static int
ends_in_list(const char *kind)
{
	size_t len = strlen(kind);

	return len >= 4 && strcmp(kind + len - 4, "List") == 0;
}

int
root_is_list(const struct root *r)
{
	const char *kind = text_at(r, "kind");

	return kind == NULL || ends_in_list(kind);
}

/* An item of a typed list, as the API itself writes it, has no kind. */
static int
inherit(const struct root *r, struct json_object *item)
{
	const char *kind = text_at(r, "kind"), *api = text_at(r, "apiVersion");
	struct json_object *s;

	if (kind == NULL || !ends_in_list(kind) || strlen(kind) == 4)
		return 0;
	if (!node_has(node_of(item), "kind")) {
		s = json_object_new_string_len(kind, (int)strlen(kind) - 4);
		if (s == NULL || json_object_object_add(item, "kind", s) != 0)
			return -1;
	}
	if (api != NULL && !node_has(node_of(item), "apiVersion")) {
		s = json_object_new_string(api);
		if (s == NULL ||
		    json_object_object_add(item, "apiVersion", s) != 0)
			return -1;
	}
	return 0;
}

int
root_item(struct root *r, struct json_object *item, struct err *e)
{
	struct err why = ERR_INIT;
	int ret;

	if (!json_object_is_type(item, json_type_object)) {
		json_object_put(item);
		err_set(&why, ERR_FORMAT, "it is not an object");
		return root_bad(r, &why, e);
	}
	if (++r->nth > DOC_ITEMS_MAX)
		ret = err_set(e, ERR_LIMIT, "more than %d items",
		    DOC_ITEMS_MAX);
	else if (inherit(r, item) == -1)
		ret = err_nomem(e);
	else
		ret = r->sink->item(r->sink->arg, node_of(item), e);
	json_object_put(item);
	return ret;
}

int
doc_bad_ends(void *arg, size_t nth, const struct err *why, struct err *e)
{
	(void)arg;
	(void)nth;
	*e = *why;
	return -1;
}

int
root_bad(struct root *r, const struct err *why, struct err *e)
{
	r->nth++;
	if (r->sink->bad == NULL)
		return err_set(e, why->class, "item %zu: %s", r->nth,
		    why->msg);
	return r->sink->bad(r->sink->arg, r->nth, why, e);
}

int
root_end(struct root *r, struct err *e)
{
	struct json_object *map = r->map;
	int listed = r->listed, ret = 0;

	r->map = NULL;
	r->listed = 0;
	if (map == NULL)
		return 0;
	if (listed) {
		if (r->sink->list != NULL)
			ret = r->sink->list(r->sink->arg, node_of(map), e);
		json_object_put(map);
		return ret;
	}
	return root_item(r, map, e);
}
