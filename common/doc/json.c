/*
 * JSON: our own framing finds where each value at the root's level, and each
 * element of "items", begins and ends; json-c parses it whole.  Framing knows
 * strings and depth and nothing else; whatever it lets through is judged by
 * json-c, strictly.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "doc/node.h"

#define CHUNK	65536	/* bytes asked of the source at once */

struct reader {
	const struct doc_source	*src;
	struct root		 root;
	struct json_tokener	*tok;
	struct buf		 value;		/* the text of one value */
	int			 too_big;	/* and so not gathered */
	unsigned long		 line;
	size_t			 len;
	size_t			 off;
	int			 eof;
	char			 chunk[CHUNK];
};

/* Have at least one byte in the chunk; 0 at the end of the input. */
static int
fill(struct reader *r, struct err *e)
{
	ssize_t got;

	if (r->off < r->len)
		return 1;
	if (r->eof)
		return 0;
	got = r->src->read(r->src->arg, r->chunk, sizeof(r->chunk), e);
	if (got == -1)
		return -1;
	r->off = 0;
	r->len = (size_t)got;
	r->eof = got == 0;
	return got > 0;
}

static int
broken(struct reader *r, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, "line %lu: %s", r->line, why);
}

static int
cut(struct reader *r, struct err *e)
{
	return broken(r, "the JSON ends before it is complete", e);
}

/* The next byte that is not white space, not taken; 0 at the end. */
static int
peek(struct reader *r, char *out, struct err *e)
{
	int got;

	while ((got = fill(r, e)) == 1) {
		*out = r->chunk[r->off];
		if (*out == '\n')
			r->line++;
		else if (*out != ' ' && *out != '\t' && *out != '\r')
			return 1;
		r->off++;
	}
	return got;
}

/* As peek(), where the input must not end. */
static int
must(struct reader *r, char *out, struct err *e)
{
	int got = peek(r, out, e);

	return got == 0 ? cut(r, e) : got;
}

/* Keep n bytes of the chunk as part of the value, and step over them. */
static int
keep(struct reader *r, size_t n, struct err *e)
{
	struct err why = ERR_INIT;

	if (!r->too_big &&
	    buf_append(&r->value, r->chunk + r->off, n, &why) == -1) {
		if (why.class != ERR_LIMIT) {
			if (e != NULL)
				*e = why;
			return -1;
		}
		r->too_big = 1;
		buf_reset(&r->value);
	}
	r->off += n;
	return 0;
}

static void
count_lines(struct reader *r, const char *p, size_t n)
{
	const char *end = p + n;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		r->line++;
		p++;
	}
}

/* Bytes of p up to the first quote or backslash. */
static size_t
string_span(const char *p, size_t n)
{
	const char *quote, *back;

	if ((quote = memchr(p, '"', n)) != NULL)
		n = (size_t)(quote - p);
	if ((back = memchr(p, '\\', n)) != NULL)
		n = (size_t)(back - p);
	return n;
}

/*
 * RFC 8259, section 7: such a byte comes escaped; json-c before 0.17 would take
 * it.  Eight at a time: borrows make a byte below 0x20 show its highest bit,
 * which no byte above it does unless a lower one has.
 */
static int
has_control(const char *p, size_t n)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t w, found = 0;

	for (; n >= sizeof(w); n -= sizeof(w), p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		found |= (w - each * 0x20) & ~w & each * 0x80;
	}
	for (; n > 0; n--, p++)
		found |= (unsigned char)*p < 0x20;
	return found != 0;
}

/* The rest of a string whose opening quote has been kept. */
static int
frame_string(struct reader *r, struct err *e)
{
	int got, escaped = 0;
	size_t n;
	char c;

	while ((got = fill(r, e)) == 1) {
		if (!escaped) {
			n = string_span(r->chunk + r->off, r->len - r->off);
			if (has_control(r->chunk + r->off, n))
				return broken(r, "not JSON: a control "
				    "character in a string", e);
			if (n > 0 && keep(r, n, e) == -1)
				return -1;
			if (r->off == r->len)
				continue;
		}
		c = r->chunk[r->off];
		if (keep(r, 1, e) == -1)
			return -1;
		if (!escaped && c == '"')
			return 0;
		escaped = !escaped && c == '\\';
	}
	return got == 0 ? cut(r, e) : -1;
}

/* What a byte means to the framing of what is not a string. */
enum { PLAIN, QUOTE, OPEN, CLOSE, STOP };

static int
meaning(char c)
{
	switch (c) {
	case '"':
		return QUOTE;
	case '{':
	case '[':
		return OPEN;
	case '}':
	case ']':
		return CLOSE;
	case ',':
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case ':':
		return STOP;
	default:
		return PLAIN;
	}
}

/*
 * Gather one value whose first byte is next.  Whether its brackets match is
 * json-c's to say: here only their number counts.
 */
static int
frame_value(struct reader *r, struct err *e)
{
	size_t depth = 0, n;
	const char *p;
	int got, m = PLAIN;

	buf_reset(&r->value);
	r->too_big = 0;
	while ((got = fill(r, e)) == 1) {
		p = r->chunk + r->off;
		for (n = 0; n < r->len - r->off; n++) {
			m = meaning(p[n]);
			if (m == PLAIN || (m == STOP && depth > 0))
				continue;
			if (m == OPEN)
				depth++;
			else if (m == CLOSE && depth > 1)
				depth--;
			else
				break;
		}
		count_lines(r, p, n);
		if (n > 0 && keep(r, n, e) == -1)
			return -1;
		if (r->off == r->len)
			continue;
		if (m == STOP || (m == CLOSE && depth == 0))
			return 0;	/* a number, true: it ends here */
		if (keep(r, 1, e) == -1)
			return -1;
		if (m == QUOTE && frame_string(r, e) == -1)
			return -1;
		if (depth == 0 || m == CLOSE)
			return 0;
	}
	/* only a bare word at the very end has no end of its own */
	return got == -1 ? -1 : depth > 0 ? cut(r, e) : 0;
}

/* A value's nodes, as many as the limit allows. */
static size_t
count_nodes(struct json_object *o, size_t room)
{
	size_t n = 1, i;

	if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o) && n < room; i++)
			n += count_nodes(json_object_array_get_idx(o, i),
			    room - n);
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, v) {
			(void)key;
			if (n >= room)
				break;
			n += count_nodes(v, room - n);
		}
	}
	return n;
}

/*
 * Parse what frame_value() gathered.  *out is the value (NULL for null).  -1:
 * the text is not JSON at all.  1: this value alone is over a limit; why.
 */
static int
parse(struct reader *r, struct json_object **out, struct err *why,
    struct err *e)
{
	enum json_tokener_error je;
	struct json_object *o;

	*out = NULL;
	if (r->too_big) {
		err_set(why, ERR_LIMIT, "it is over the limit of %d bytes",
		    DOC_ITEM_MAX);
		return 1;
	}
	json_tokener_reset(r->tok);
	/* json-c leaves out a value that it has no memory for, and goes on */
	errno = 0;
	/* with its NUL, so that a bare number knows that it is over */
	o = json_tokener_parse_ex(r->tok, buf_str(&r->value),
	    (int)r->value.len + 1);
	je = json_tokener_get_error(r->tok);
	if (errno == ENOMEM) {
		json_object_put(o);
		return err_nomem(e);
	}
	if (je == json_tokener_error_depth) {
		json_object_put(o);
		err_set(why, ERR_LIMIT, "it is nested over the limit of %d",
		    DOC_DEPTH_MAX);
		return 1;
	}
	if (je != json_tokener_success ||
	    json_tokener_get_parse_end(r->tok) < r->value.len) {
		json_object_put(o);
		return broken(r, je == json_tokener_error_parse_utf8_string ?
		    "a string is not UTF-8" : "not JSON", e);
	}
	if (r->value.len > DOC_NODES_MAX &&
	    count_nodes(o, DOC_NODES_MAX) >= DOC_NODES_MAX) {
		json_object_put(o);
		err_set(why, ERR_LIMIT, "it has more than %d values",
		    DOC_NODES_MAX);
		return 1;
	}
	*out = o;
	return 0;
}

/* The elements of "items", or of a list at the root; the '[' is next. */
static int
read_items(struct reader *r, struct err *e)
{
	struct json_object *item;
	struct err why = ERR_INIT;
	int got, first = 1;
	char c;

	if (r->root.sink->single)
		return broken(r, "a list where one object is expected", e);
	r->off++;
	for (;;) {
		if (must(r, &c, e) == -1)
			return -1;
		if (c == ']' && first)
			break;
		if (frame_value(r, e) == -1)
			return -1;
		if ((got = parse(r, &item, &why, e)) == -1)
			return -1;
		if ((got == 1 ? root_bad(&r->root, &why, e) :
		    root_item(&r->root, item, e)) == -1)
			return -1;
		first = 0;
		if (must(r, &c, e) == -1)
			return -1;
		if (c == ']')
			break;
		if (c != ',')
			return broken(r, "not JSON: expected ',' or ']'", e);
		r->off++;
	}
	r->off++;
	return 0;
}

/* One key of the root, its quote next, and the colon behind it. */
static int
read_key(struct reader *r, struct json_object **key, struct err *e)
{
	struct err why = ERR_INIT;
	char c;

	if (frame_value(r, e) == -1)
		return -1;
	switch (parse(r, key, &why, e)) {
	case -1:
		return -1;
	case 1:
		return broken(r, why.msg, e);
	}
	if (must(r, &c, e) == -1)
		goto fail;
	if (c != ':') {
		broken(r, "not JSON: expected ':'", e);
		goto fail;
	}
	r->off++;
	if (must(r, &c, e) != -1)
		return 0;
fail:
	json_object_put(*key);
	*key = NULL;
	return -1;
}

static int
read_member(struct reader *r, struct err *e)
{
	struct json_object *key, *value;
	struct err why = ERR_INIT;
	const char *name;
	int ret = -1;

	if (read_key(r, &key, e) == -1)
		return -1;
	name = json_object_get_string(key);
	if (strcmp(name, "items") == 0 && r->chunk[r->off] == '[' &&
	    root_is_list(&r->root)) {
		r->root.listed = 1;
		ret = read_items(r, e);
		goto out;
	}
	if (frame_value(r, e) == -1)
		goto out;
	switch (parse(r, &value, &why, e)) {
	case -1:
		goto out;
	case 1:
		broken(r, why.msg, e);
		goto out;
	}
	if (json_object_object_add(r->root.map, name, value) != 0) {
		json_object_put(value);
		err_nomem(e);
		goto out;
	}
	ret = 0;
out:
	json_object_put(key);
	return ret;
}

/* An object at the root; the '{' is next. */
static int
read_object(struct reader *r, struct err *e)
{
	int first = 1;
	char c;

	if ((r->root.map = json_object_new_object()) == NULL)
		return err_nomem(e);
	r->off++;
	for (;;) {
		if (must(r, &c, e) == -1)
			return -1;
		if (c == '}' && first)
			break;
		if (c != '"')
			return broken(r, "not JSON: expected a key", e);
		if (read_member(r, e) == -1)
			return -1;
		first = 0;
		if (must(r, &c, e) == -1)
			return -1;
		if (c == '}')
			break;
		if (c != ',')
			return broken(r, "not JSON: expected ',' or '}'", e);
		r->off++;
	}
	r->off++;
	return root_end(&r->root, e);
}

static int
read_all(struct reader *r, struct err *e)
{
	int got;
	char c;

	while ((got = peek(r, &c, e)) == 1) {
		if (c != '{' && c != '[')
			return broken(r, "not JSON: expected '{' or '['", e);
		if ((c == '{' ? read_object(r, e) : read_items(r, e)) == -1)
			return -1;
	}
	return got;
}

int
doc_read_json(const struct doc_source *src, const struct doc_sink *sink,
    struct err *e)
{
	struct reader *r;
	int ret = -1;

	if ((r = malloc(sizeof(*r))) == NULL)
		return err_nomem(e);
	memset(r, 0, offsetof(struct reader, chunk));
	r->src = src;
	r->root.sink = sink;
	r->line = 1;
	/* secrets pass through it */
	buf_init_secret(&r->value, DOC_ITEM_MAX, "an item");
	if ((r->tok = json_tokener_new_ex(DOC_DEPTH_MAX)) == NULL) {
		err_nomem(e);
		goto out;
	}
	json_tokener_set_flags(r->tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	ret = read_all(r, e);
out:
	json_object_put(r->root.map);
	json_tokener_free(r->tok);
	buf_release(&r->value);
	explicit_bzero(r->chunk, sizeof(r->chunk));
	free(r);
	return ret;
}
