/*
 * YAML: libyaml's events, pulled one by one, become the same values that JSON
 * does.  What libyaml itself holds is one scalar and its own stack; feed()
 * bounds the first and the depth limit, checked while parsing, the second
 * (its time is quadratic in the depth).
 */
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "doc/node.h"

struct anchor {
	char			*name;
	struct json_object	*value;
	size_t			 nodes;		/* of it, aliases expanded */
};

struct reader {
	const struct doc_source	*src;
	struct root		 root;
	yaml_parser_t		 parser;
	yaml_event_t		 ev;		/* the one being looked at */
	struct err		*read_err;	/* of the source, or a limit */
	int			 read_failed;
	size_t			 fed;		/* bytes since the last event */
	unsigned		 depth;
	size_t			 nodes;		/* in this item */
	size_t			 began;		/* offset of this item */
	int			 over;		/* a limit: it is skipped */
	struct err		 why;
	size_t			 aliases;
	struct anchor		*anchor;
	size_t			 nanchor;
};

/* libyaml's read handler: 0 is failure. */
static int
feed(void *arg, unsigned char *p, size_t n, size_t *got)
{
	struct reader *r = arg;
	ssize_t len;

	*got = 0;
	if (r->fed > DOC_ITEM_MAX) {
		err_set(r->read_err, ERR_LIMIT, "a scalar is over the limit "
		    "of %d bytes", DOC_ITEM_MAX);
		r->read_failed = 1;
		return 0;
	}
	if ((len = r->src->read(r->src->arg, p, n, r->read_err)) == -1) {
		r->read_failed = 1;
		return 0;
	}
	r->fed += (size_t)len;
	*got = (size_t)len;
	return 1;
}

static unsigned long
line(const struct reader *r)
{
	return (unsigned long)r->ev.start_mark.line + 1;
}

static int
broken(const struct reader *r, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, "line %lu: %s", line(r), why);
}

/* The next event into r->ev, the last one freed. */
static int
next(struct reader *r, struct err *e)
{
	unsigned long at;

	yaml_event_delete(&r->ev);
	memset(&r->ev, 0, sizeof(r->ev));
	r->read_err = e;
	r->fed = 0;
	if (yaml_parser_parse(&r->parser, &r->ev))
		return 0;
	if (r->read_failed)
		return -1;
	if (r->parser.error == YAML_MEMORY_ERROR)
		return err_nomem(e);
	at = (unsigned long)r->parser.problem_mark.line + 1;
	if (r->parser.error == YAML_READER_ERROR)
		return err_set(e, ERR_FORMAT, "not YAML at byte %zu: %s",
		    r->parser.problem_offset, r->parser.problem);
	return err_set(e, ERR_FORMAT, "line %lu: not YAML: %s", at,
	    r->parser.problem);
}

/* Count a node of this item; past a limit the item is only skipped. */
static void
count(struct reader *r, size_t nodes)
{
	size_t bytes = r->ev.end_mark.index - r->began;

	r->nodes += nodes;
	if (r->over)
		return;
	if (r->nodes > DOC_NODES_MAX)
		r->over = err_set(&r->why, ERR_LIMIT,
		    "it has more than %d values", DOC_NODES_MAX);
	else if (bytes > DOC_ITEM_MAX)
		r->over = err_set(&r->why, ERR_LIMIT,
		    "it is over the limit of %d bytes", DOC_ITEM_MAX);
}

static void
drop_anchors(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->nanchor; i++) {
		free(r->anchor[i].name);
		json_object_put(r->anchor[i].value);
	}
	r->nanchor = 0;
}

static int
add_anchor(struct reader *r, char *name, struct json_object *value,
    size_t nodes, struct err *e)
{
	struct anchor *a;

	if (r->nanchor == DOC_ALIAS_MAX)
		return err_set(e, ERR_LIMIT, "line %lu: more than %d anchors",
		    line(r), DOC_ALIAS_MAX);
	if (r->anchor == NULL && (r->anchor = calloc(DOC_ALIAS_MAX,
	    sizeof(*r->anchor))) == NULL)
		return err_nomem(e);
	a = &r->anchor[r->nanchor++];
	a->name = name;
	a->value = json_object_get(value);
	a->nodes = nodes;
	return 0;
}

/* What an alias stands for: the last anchor of that name. */
static int
read_alias(struct reader *r, struct json_object **out, struct err *e)
{
	const char *name = (const char *)r->ev.data.alias.anchor;
	size_t i;

	if (++r->aliases > DOC_ALIAS_MAX)
		return err_set(e, ERR_LIMIT, "line %lu: more than %d aliases",
		    line(r), DOC_ALIAS_MAX);
	for (i = r->nanchor; i-- > 0;)
		if (strcmp(r->anchor[i].name, name) == 0) {
			count(r, r->anchor[i].nodes);
			*out = json_object_get(r->anchor[i].value);
			return 0;
		}
	return broken(r, "an alias without its anchor", e);
}

static int
read_scalar(struct reader *r, struct json_object **out, struct err *e)
{
	const char *s = (const char *)r->ev.data.scalar.value;
	size_t len = r->ev.data.scalar.length;
	int null = 0;

	const char *tag = (const char *)r->ev.data.scalar.tag;

	count(r, 1);
	if (r->over)
		return 0;
	if (tag != NULL && !r->ev.data.scalar.plain_implicit &&
	    !scalar_fits(tag, s, len))
		return broken(r, "a value that its tag does not fit", e);
	if (r->ev.data.scalar.plain_implicit && scalar_is_infinite(s, len))
		return broken(r, "a number that is infinite, or none", e);
	if (r->ev.data.scalar.plain_implicit || scalar_typed(tag))
		*out = scalar_plain(s, len, &null);
	else
		*out = json_object_new_string_len(s, (int)len);
	return *out == NULL && !null ? err_nomem(e) : 0;
}

static int read_value(struct reader *r, struct json_object **out,
    struct err *e);

static int
read_sequence(struct reader *r, struct json_object **out, struct err *e)
{
	struct json_object *v;

	count(r, 1);
	if ((*out = json_object_new_array()) == NULL)
		return err_nomem(e);
	for (;;) {
		if (next(r, e) == -1)
			return -1;
		if (r->ev.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (read_value(r, &v, e) == -1)
			return -1;
		if (r->over)
			json_object_put(v);
		else if (json_object_array_add(*out, v) != 0) {
			json_object_put(v);
			return err_nomem(e);
		}
	}
}

/* "<<: *base": keys that are not there yet. */
static int
merge(struct reader *r, struct json_object *map, struct json_object *from,
    struct err *e)
{
	size_t i;

	if (json_object_is_type(from, json_type_array)) {
		for (i = 0; i < json_object_array_length(from); i++)
			if (merge(r, map, json_object_array_get_idx(from, i),
			    e) == -1)
				return -1;
		return 0;
	}
	if (!json_object_is_type(from, json_type_object))
		return broken(r, "a merge key whose value is no mapping", e);
	json_object_object_foreach(from, key, v) {
		if (json_object_object_get_ex(map, key, NULL))
			continue;
		if (json_object_object_add(map, key, json_object_get(v)) != 0)
			return err_nomem(e);
	}
	return 0;
}

static int
read_key(struct reader *r, char **key, int *merges, struct err *e)
{
	int null = 0;

	*key = NULL;
	if (r->ev.type != YAML_SCALAR_EVENT)
		return broken(r, "a key that is not a scalar", e);
	count(r, 1);
	*merges = 0;
	if (scalar_typed((const char *)r->ev.data.scalar.tag))
		return broken(r, "a key that is not a string", e);
	if (r->ev.data.scalar.plain_implicit)
		*key = scalar_key((const char *)r->ev.data.scalar.value,
		    r->ev.data.scalar.length, &null);
	else
		*key = strdup((const char *)r->ev.data.scalar.value);
	if (null)
		return broken(r, "a key that is null", e);
	if (*key == NULL)
		return err_nomem(e);
	*merges = strcmp(*key, "<<") == 0 &&
	    r->ev.data.scalar.plain_implicit;
	return next(r, e);
}

/* A key's value into the map; takes v over. */
static int
add_member(struct reader *r, struct json_object *map, const char *key,
    struct json_object *v, struct err *e)
{
	if (r->over) {
		json_object_put(v);
		return 0;
	}
	if (json_object_object_add(map, key, v) != 0) {
		json_object_put(v);
		return err_nomem(e);
	}
	return 0;
}

/* Two merges into one map: what the first brought stays. */
static int
add_merge(struct reader *r, struct json_object **merges,
    struct json_object *v, struct err *e)
{
	if (r->over) {
		json_object_put(v);
		return 0;
	}
	if (*merges == NULL && (*merges = json_object_new_array()) == NULL) {
		json_object_put(v);
		return err_nomem(e);
	}
	if (json_object_array_add(*merges, v) != 0) {
		json_object_put(v);
		return err_nomem(e);
	}
	return 0;
}

static int
read_mapping(struct reader *r, struct json_object **out, struct err *e)
{
	struct json_object *v, *merged = NULL;
	int merges, ret = -1;
	char *key;

	count(r, 1);
	if ((*out = json_object_new_object()) == NULL)
		return err_nomem(e);
	for (;;) {
		if (next(r, e) == -1)
			goto out;
		if (r->ev.type == YAML_MAPPING_END_EVENT)
			break;
		if (read_key(r, &key, &merges, e) == -1 ||
		    read_value(r, &v, e) == -1) {
			free(key);
			goto out;
		}
		ret = merges ? add_merge(r, &merged, v, e) :
		    add_member(r, *out, key, v, e);
		free(key);
		if (ret == -1)
			goto out;
		ret = -1;
	}
	ret = merged == NULL || r->over ? 0 : merge(r, *out, merged, e);
out:
	json_object_put(merged);
	return ret;
}

/* The value that r->ev begins.  On failure *out is freed and NULL. */
static int
read_value(struct reader *r, struct json_object **out, struct err *e)
{
	const yaml_char_t *anchor = NULL;
	size_t before = r->nodes;
	char *name = NULL;
	int ret;

	*out = NULL;
	if (r->depth == DOC_DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "line %lu: nested over the limit "
		    "of %d", line(r), DOC_DEPTH_MAX);
	switch (r->ev.type) {
	case YAML_ALIAS_EVENT:
		return read_alias(r, out, e);
	case YAML_SCALAR_EVENT:
		anchor = r->ev.data.scalar.anchor;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = r->ev.data.sequence_start.anchor;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = r->ev.data.mapping_start.anchor;
		break;
	default:
		return broken(r, "not YAML: a value is missing", e);
	}
	if (anchor != NULL && (name = strdup((const char *)anchor)) == NULL)
		return err_nomem(e);
	r->depth++;
	ret = r->ev.type == YAML_SCALAR_EVENT ? read_scalar(r, out, e) :
	    r->ev.type == YAML_SEQUENCE_START_EVENT ?
	    read_sequence(r, out, e) : read_mapping(r, out, e);
	r->depth--;
	if (ret == 0 && name != NULL) {
		if ((ret = add_anchor(r, name, *out, r->nodes - before,
		    e)) == 0)
			name = NULL;
	}
	free(name);
	if (ret == -1) {
		json_object_put(*out);
		*out = NULL;
	}
	return ret;
}

static void
begin_item(struct reader *r)
{
	r->nodes = 0;
	r->over = 0;
	r->aliases = 0;
	r->began = r->ev.start_mark.index;
}

/* One item, whose first event is r->ev; its anchors end with it. */
static int
read_item(struct reader *r, struct err *e)
{
	struct json_object *v;
	int ret;

	begin_item(r);
	if (read_value(r, &v, e) == -1)
		return -1;
	if (r->over) {
		json_object_put(v);
		ret = root_bad(&r->root, &r->why, e);
	} else
		ret = root_item(&r->root, v, e);
	drop_anchors(r);
	return ret;
}

static int
read_items(struct reader *r, struct err *e)
{
	if (r->root.sink->single)
		return broken(r, "a list where one object is expected", e);
	for (;;) {
		if (next(r, e) == -1)
			return -1;
		if (r->ev.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (read_item(r, e) == -1)
			return -1;
	}
}

/* The members of a mapping at the root, "items" item by item. */
static int
read_root_map(struct reader *r, struct err *e)
{
	struct json_object *v;
	int ret, merges;
	char *key;

	if ((r->root.map = json_object_new_object()) == NULL)
		return err_nomem(e);
	begin_item(r);
	for (;;) {
		if (next(r, e) == -1)
			return -1;
		if (r->ev.type == YAML_MAPPING_END_EVENT)
			break;
		if ((ret = read_key(r, &key, &merges, e)) == -1)
			;
		else if (strcmp(key, "items") == 0 &&
		    r->ev.type == YAML_SEQUENCE_START_EVENT &&
		    root_is_list(&r->root)) {
			r->root.listed = 1;
			ret = read_items(r, e);
			begin_item(r);
		} else if ((ret = read_value(r, &v, e)) == 0 && merges) {
			if (!r->over)
				ret = merge(r, r->root.map, v, e);
			json_object_put(v);
		} else if (ret == 0)
			ret = add_member(r, r->root.map, key, v, e);
		free(key);
		if (ret == -1)
			return -1;
	}
	drop_anchors(r);
	if (!r->over)
		return root_end(&r->root, e);
	json_object_put(r->root.map);
	r->root.map = NULL;
	return root_bad(&r->root, &r->why, e);
}

static int
read_document(struct reader *r, struct err *e)
{
	int ret;

	if (next(r, e) == -1)
		return -1;
	switch (r->ev.type) {
	case YAML_MAPPING_START_EVENT:
		ret = read_root_map(r, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		ret = read_items(r, e);
		break;
	case YAML_SCALAR_EVENT:
		if (r->ev.data.scalar.length == 0) {
			ret = 0;	/* "---" and nothing, or comments */
			break;
		}
		/* FALLTHROUGH */
	default:
		return broken(r, "not a Kubernetes object: a mapping is "
		    "expected", e);
	}
	if (ret == -1 || next(r, e) == -1)
		return -1;
	return r->ev.type == YAML_DOCUMENT_END_EVENT ? 0 :
	    broken(r, "not YAML: the document does not end", e);
}

static int
read_stream(struct reader *r, struct err *e)
{
	for (;;) {
		if (next(r, e) == -1)
			return -1;
		switch (r->ev.type) {
		case YAML_STREAM_START_EVENT:
			break;
		case YAML_STREAM_END_EVENT:
			return 0;
		case YAML_DOCUMENT_START_EVENT:
			if (read_document(r, e) == -1)
				return -1;
			if (r->root.sink->single)
				return 0;
			break;
		default:
			return broken(r, "not YAML", e);
		}
	}
}

int
doc_read_yaml(const struct doc_source *src, const struct doc_sink *sink,
    struct err *e)
{
	struct reader r;
	int ret;

	memset(&r, 0, sizeof(r));
	if (!yaml_parser_initialize(&r.parser))
		return err_nomem(e);
	r.src = src;
	r.root.sink = sink;
	yaml_parser_set_input(&r.parser, feed, &r);
	ret = read_stream(&r, e);
	yaml_event_delete(&r.ev);
	yaml_parser_delete(&r.parser);
	json_object_put(r.root.map);
	drop_anchors(&r);
	free(r.anchor);
	return ret;
}
