/* A tsv line back into its fields. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rec/rec.h"

static int
hex_digits(const char *s, size_t n, uint32_t *out)
{
	uint32_t v = 0;
	const char *d;

	while (n-- > 0) {
		if (*s == '\0' ||
		    (d = strchr("0123456789abcdef", *s++)) == NULL)
			return -1;
		v = v << 4 | (uint32_t)(d - "0123456789abcdef");
	}
	*out = v;
	return 0;
}

static size_t
put_utf8(char *out, uint32_t cp)
{
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/*
 * One escape, behind its backslash; s ends in NUL.  Returns its length, 0 for
 * a bad one.  What it stands for is never longer than it is.
 */
static size_t
unescape(const char *s, char *out, size_t *nout)
{
	static const char letters[] = "tnr\\", means[] = "\t\n\r\\";
	const char *l;
	uint32_t v;
	size_t n;

	*nout = 1;
	if (*s != '\0' && (l = strchr(letters, *s)) != NULL) {
		*out = means[l - letters];
		return 1;
	}
	n = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	if (n == 0 || hex_digits(s + 1, n, &v) == -1 || v == 0)
		return 0;
	if (*s == 'x')
		*out = (char)v;
	else if (v < 0x80 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	else
		*nout = put_utf8(out, v);
	return n + 1;
}

static int
take_field(struct rec_line *l, const char *s, size_t len, struct err *e)
{
	char *text, *out;
	size_t n, nout;
	const char *end;

	if (l->n == REC_FIELDS_MAX)
		return err_set(e, ERR_LIMIT, "a record with more than %d "
		    "fields", REC_FIELDS_MAX);
	l->field[l->n] = NULL;
	if (len == 1 && *s == '-') {
		l->n++;
		return 0;
	}
	if ((text = strndup(s, len)) == NULL)
		return err_nomem(e);
	end = text + strlen(text);
	out = text;
	for (s = text; s < end;) {
		if (*s != '\\') {
			*out++ = *s++;
			continue;
		}
		if ((n = unescape(s + 1, out, &nout)) == 0) {
			free(text);
			return err_set(e, ERR_FORMAT, "a bad escape in field "
			    "%zu of a record", l->n + 1);
		}
		s += 1 + n;
		out += nout;
	}
	*out = '\0';
	l->field[l->n++] = text;
	return 0;
}

int
rec_parse(const char *line, size_t len, struct rec_line *l, struct err *e)
{
	const char *end = line + len, *tab;

	memset(l, 0, sizeof(*l));
	if (len > REC_LINE_MAX)
		return err_set(e, ERR_LIMIT, "a line is over the limit of %d "
		    "bytes", REC_LINE_MAX);
	if (memchr(line, '\0', len) != NULL)
		return err_set(e, ERR_FORMAT, "a NUL byte in a record");
	for (;;) {
		tab = memchr(line, '\t', (size_t)(end - line));
		if (take_field(l, line, (size_t)((tab == NULL ? end : tab) -
		    line), e) == -1) {
			rec_parse_release(l);
			return -1;
		}
		if (tab == NULL)
			return 0;
		line = tab + 1;
	}
}

void
rec_parse_release(struct rec_line *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->field[i]);
	memset(l, 0, sizeof(*l));
}
