#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "rec/rec.h"

/* How many bytes of s, from its start on, need no escape. */
static size_t
clean(const char *s, size_t len)
{
	size_t i = 0, n;
	uint32_t cp;

	while (i < len) {
		/* the plain part of ASCII, which is nearly everything */
		if ((unsigned char)s[i] - 0x20u < 0x5f && s[i] != '\\') {
			i++;
			continue;
		}
		if (s[i] == '\\' ||
		    (n = utf8_decode(s + i, len - i, &cp)) == 0 ||
		    utf8_steers(cp))
			break;
		i += n;
	}
	return i;
}

static size_t
escape_one(struct buf *out, const char *s, size_t len, int *ret, struct err *e)
{
	uint32_t cp;
	size_t n;

	n = utf8_decode(s, len, &cp);
	if (n == 0) {
		*ret = buf_printf(out, e, "\\x%02x", (unsigned char)*s);
		return 1;
	}
	switch (cp) {
	case '\t':
		*ret = buf_puts(out, "\\t", e);
		break;
	case '\n':
		*ret = buf_puts(out, "\\n", e);
		break;
	case '\r':
		*ret = buf_puts(out, "\\r", e);
		break;
	case '\\':
		*ret = buf_puts(out, "\\\\", e);
		break;
	default:
		*ret = buf_printf(out, e, cp < 0x80 ? "\\x%02x" :
		    cp < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)cp);
	}
	return n;
}

int
rec_escape(struct buf *out, const char *s, size_t len, struct err *e)
{
	int ret = 0;
	size_t n;

	while (len > 0 && ret == 0) {
		n = clean(s, len);
		if (n > 0)
			ret = buf_append(out, s, n, e);
		else
			n = escape_one(out, s, len, &ret, e);
		s += n;
		len -= n;
	}
	return ret;
}

int
rec_field(struct buf *out, const char *s, struct err *e)
{
	if (s == NULL)
		return buf_puts(out, "-", e);
	if (strcmp(s, "-") == 0)
		return buf_puts(out, "\\x2d", e);
	return rec_escape(out, s, strlen(s), e);
}

int
rec_json_string(struct buf *out, const char *s, size_t len, struct err *e)
{
	uint32_t cp;
	size_t n;
	int ret;

	ret = buf_putc(out, '"', e);
	while (len > 0 && ret == 0) {
		if ((n = utf8_decode(s, len, &cp)) == 0) {
			ret = buf_puts(out, "\\ufffd", e);
			n = 1;
		} else if (cp == '"' || cp == '\\')
			ret = buf_printf(out, e, "\\%c", (int)cp);
		else if (!utf8_steers(cp))
			ret = buf_append(out, s, n, e);
		else if (cp < 0x10000)
			ret = buf_printf(out, e, "\\u%04x", (unsigned)cp);
		else
			ret = buf_printf(out, e, "\\u%04x\\u%04x",
			    (unsigned)(0xd7c0 + (cp >> 10)),
			    (unsigned)(0xdc00 | (cp & 0x3ff)));
		s += n;
		len -= n;
	}
	return ret == -1 ? -1 : buf_putc(out, '"', e);
}
