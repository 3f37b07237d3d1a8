/* Where objects and their members begin and end, and nothing else. */
#include <string.h>

#include "observe/envoy_in.h"

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
skip(const char *p, const char *end, int commas)
{
	while (p < end && (is_blank(*p) || (commas && *p == ',')))
		p++;
	return p;
}

/* Behind a string that begins here; NULL: it does not end. */
static const char *
string_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* Behind brackets that begin here: only their number counts. */
static const char *
brackets_end(const char *p, const char *end)
{
	size_t depth = 0;

	while (p != NULL && p < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && --depth == 0)
			return p + 1;
		p++;
	}
	return NULL;
}

int
envoy_next(const char **pos, const char *end, struct envoy_span *doc,
    struct err *e)
{
	const char *p = skip(*pos, end, 1);

	while (p < end && *p != '{') {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p == NULL ? end : skip(p, end, 1);
	}
	if (p == end)
		return 0;
	doc->p = p;
	if ((p = brackets_end(p, end)) == NULL)
		return err_set(e, ERR_FORMAT, "the answer ends before it is "
		    "complete");
	doc->len = (size_t)(p - doc->p);
	*pos = p;
	return 1;
}

/* A number, true, null: up to what cannot be in it. */
static const char *
word_end(const char *p, const char *end)
{
	while (p < end && !is_blank(*p) && *p != ',' && *p != '}')
		p++;
	return p;
}

static int
not_json(struct err *e)
{
	return err_set(e, ERR_FORMAT, "it is not JSON");
}

int
envoy_member(const char **pos, const char *end, struct envoy_span *key,
    struct envoy_span *value, struct err *e)
{
	const char *p = *pos, *q;

	if (p < end && *p == '{')
		p++;
	p = skip(p, end, 1);
	if (p < end && *p == '}')
		return 0;
	if (p == end || *p != '"' || (q = string_end(p, end)) == NULL)
		return not_json(e);
	key->p = p + 1;
	key->len = (size_t)(q - p) - 2;
	p = skip(q, end, 0);
	if (p == end || *p != ':' || (p = skip(p + 1, end, 0)) == end)
		return not_json(e);
	if (*p == '"')
		q = string_end(p, end);
	else if (*p == '{' || *p == '[')
		q = brackets_end(p, end);
	else
		q = word_end(p, end);
	if (q == NULL || q == p)
		return not_json(e);
	value->p = p;
	value->len = (size_t)(q - p);
	*pos = q;
	return 1;
}
