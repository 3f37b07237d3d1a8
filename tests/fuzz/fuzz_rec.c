/*
 * A record read back from a hostile pipe, and everything that is printed of
 * hostile names: what rec_parse() takes comes out of rec_field() so that it is
 * read as the same, and nothing that comes out steers a terminal.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rec/rec.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM (16 * REC_LINE_MAX)

/* rec_escape() of these bytes, harmless and no longer than the limit. */
static void
escaped(struct buf *b, const char *s, size_t len)
{
	uint32_t cp;
	size_t i, n;

	buf_init(b, ROOM, "a test");
	if (rec_escape(b, s, len, NULL) == -1)
		abort();
	for (i = 0; i < b->len; i += n)
		if ((n = utf8_decode(buf_str(b) + i, b->len - i, &cp)) == 0 ||
		    utf8_steers(cp))
			abort();
}

static void
same(const struct rec_line *a, const struct rec_line *b)
{
	size_t i;

	if (a->n != b->n)
		abort();
	for (i = 0; i < a->n; i++)
		if ((a->field[i] == NULL) != (b->field[i] == NULL) ||
		    (a->field[i] != NULL &&
		    strcmp(a->field[i], b->field[i]) != 0))
			abort();
}

/*
 * Only \x makes bytes of its own: a line of ASCII without any, and what its
 * \u and \U stand for, is UTF-8.
 */
static void
well_made(const char *line, size_t len, const struct rec_line *l)
{
	const char *s;
	uint32_t cp;
	size_t i, n;

	for (i = 0; i < len; i++)
		if ((line[i] & 0x80) != 0 || (line[i] == '\\' &&
		    i + 1 < len && line[i + 1] == 'x'))
			return;
	for (i = 0; i < l->n; i++)
		for (s = l->field[i]; s != NULL && *s != '\0'; s += n)
			if ((n = utf8_decode(s, strnlen(s, 4), &cp)) == 0)
				abort();
}

/* What was read is written again, and read again. */
static void
round_trip(const struct rec_line *l)
{
	struct rec_line again;
	struct buf b;
	size_t i;

	buf_init(&b, ROOM, "a test");
	for (i = 0; i < l->n; i++)
		if ((i > 0 && buf_putc(&b, '\t', NULL) == -1) ||
		    rec_field(&b, l->field[i], NULL) == -1)
			abort();
	/* escapes can make a long line too long for its reader */
	if (b.len <= REC_LINE_MAX) {
		if (rec_parse(buf_str(&b), b.len, &again, NULL) == -1)
			abort();
		same(l, &again);
		rec_parse_release(&again);
	}
	buf_release(&b);
}

/* One field of these very bytes, NUL aside, survives. */
static void
field_of(const char *s, size_t len)
{
	struct rec_line l, again;
	struct buf b;

	if (len * 4 > REC_LINE_MAX)
		return;
	escaped(&b, s, len);
	buf_release(&b);
	memset(&l, 0, sizeof(l));
	if ((l.field[0] = strndup(s, len)) == NULL)
		abort();
	l.n = 1;
	buf_init(&b, ROOM, "a test");
	if (rec_field(&b, l.field[0], NULL) == -1 ||
	    rec_parse(buf_str(&b), b.len, &again, NULL) == -1)
		abort();
	same(&l, &again);
	rec_parse_release(&again);
	rec_parse_release(&l);
	buf_release(&b);
}

/* A JSON string is printable UTF-8 between its quotes. */
static void
json(const char *s, size_t len)
{
	struct buf b;
	uint32_t cp;
	size_t i, n;

	buf_init(&b, ROOM, "a test");
	if (rec_json_string(&b, s, len, NULL) == -1)
		abort();
	for (i = 0; i < b.len; i += n)
		if ((n = utf8_decode(buf_str(&b) + i, b.len - i, &cp)) == 0 ||
		    utf8_steers(cp))
			abort();
	if (b.p[0] != '"' || b.p[b.len - 1] != '"')
		abort();
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rec_line l;
	struct err e = ERR_INIT;
	const char *s = size == 0 ? "" : (const char *)data;

	if (size > 2 * REC_LINE_MAX)
		return 0;
	if (rec_parse(s, size, &l, &e) == 0) {
		well_made(s, size, &l);
		round_trip(&l);
		rec_parse_release(&l);
	} else if (e.class == ERR_NONE || e.msg[0] == '\0' || l.n != 0)
		abort();
	if (size <= REC_LINE_MAX)
		json(s, size);
	field_of(s, size);
	return 0;
}
