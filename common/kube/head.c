#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kube/head.h"
#include "kube/http.h"

static const char start[] = "HTTP/1.";
#define START	(sizeof(start) - 1)
#define STATUS_LINE (START + 5)		/* "HTTP/1.1 101" */

/* A piece of the head. */
struct span {
	const char	*p;
	size_t		 len;
};

void
head_init(struct head *h)
{
	memset(h, 0, sizeof(*h));
	h->length = -1;
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 9110 section 5.6.2. */
static int
is_token(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!is_digit(s.p[i]) && !((s.p[i] | 0x20) >= 'a' &&
		    (s.p[i] | 0x20) <= 'z') && (s.p[i] == '\0' ||
		    strchr("!#$%&'*+-.^_`|~", s.p[i]) == NULL))
			return 0;
	return s.len > 0;
}

static int
is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

static struct span
trim(struct span s)
{
	while (s.len > 0 && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.len--;
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* Does a list, "a, b", have this word? */
static int
has_word(struct span s, const char *word)
{
	struct span one;
	const char *comma;

	do {
		comma = memchr(s.p, ',', s.len);
		one.p = s.p;
		one.len = comma == NULL ? s.len : (size_t)(comma - s.p);
		if (is_word(trim(one), word))
			return 1;
		if (comma != NULL) {
			s.len -= one.len + 1;
			s.p = comma + 1;
		}
	} while (comma != NULL);
	return 0;
}

/* Up to eighteen digits and nothing else, or -1. */
static int64_t
number(struct span s)
{
	int64_t n = 0;
	size_t i;

	if (s.len == 0 || s.len > 18)
		return -1;
	for (i = 0; i < s.len; i++) {
		if (!is_digit(s.p[i]))
			return -1;
		n = 10 * n + (s.p[i] - '0');
	}
	return n;
}

static int
keep(char *out, size_t size, const char *name, struct span v, struct err *e)
{
	if (out[0] != '\0')
		return err_set(e, ERR_FORMAT, "the server's answer "
		    "has %s twice", name);
	if (v.len >= size)
		return err_set(e, ERR_LIMIT, "the server's answer has "
		    "%s over the limit of %zu bytes", name, size - 1);
	memcpy(out, v.p, v.len);
	out[v.len] = '\0';
	return 0;
}

static int
field(struct head *h, struct span name, struct span v, struct err *e)
{
	int64_t n = number(v);

	if (is_word(name, "Sec-WebSocket-Accept"))
		return keep(h->accept, sizeof(h->accept),
		    "Sec-WebSocket-Accept", v, e);
	if (is_word(name, "Sec-WebSocket-Protocol"))
		return keep(h->protocol, sizeof(h->protocol),
		    "Sec-WebSocket-Protocol", v, e);
	if (is_word(name, "Content-Type"))
		return keep(h->type, sizeof(h->type), "Content-Type", v, e);
	if (is_word(name, "Sec-WebSocket-Extensions"))
		h->extended = 1;
	else if (is_word(name, "Upgrade"))
		h->websocket = is_word(v, "websocket");
	else if (is_word(name, "Connection"))
		h->upgrade |= has_word(v, "upgrade");
	else if (is_word(name, "Transfer-Encoding"))
		h->chunked = is_word(v, "chunked"), h->coded = 1;
	else if (is_word(name, "Retry-After") && n > 0)
		h->retry_after = n > HTTP_RETRY_AFTER_MAX ?
		    HTTP_RETRY_AFTER_MAX : (long)n;
	else if (is_word(name, "Content-Length")) {
		if (n == -1 || (h->length != -1 && h->length != n))
			return err_set(e, ERR_FORMAT, "the server's answer's "
			    "Content-Length makes no sense");
		h->length = n;
	}
	return 0;
}

/* "Name: value" without its line's end. */
static int
line(struct head *h, struct span s, struct err *e)
{
	const char *colon = memchr(s.p, ':', s.len);
	struct span name, value;
	size_t i;

	name.p = s.p;
	name.len = colon == NULL ? 0 : (size_t)(colon - s.p);
	if (!is_token(name))
		return err_set(e, ERR_FORMAT, "the server's answer "
		    "has a header field without a name");
	value.p = colon + 1;
	value.len = s.len - name.len - 1;
	for (i = 0; i < value.len; i++)
		if (((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t') ||
		    value.p[i] == 0x7f)
			return err_set(e, ERR_FORMAT, "the server's "
			    "answer has a control character in a header "
			    "field");
	return field(h, name, trim(value), e);
}

/* "HTTP/1.1 101 Switching Protocols" */
static int
first_line(struct head *h, struct span s, struct err *e)
{
	const char *p = s.p + START;

	if (s.len < STATUS_LINE || !is_digit(p[0]) || p[1] != ' ' ||
	    p[2] < '1' || p[2] > '5' || !is_digit(p[3]) || !is_digit(p[4]) ||
	    (s.len > STATUS_LINE && p[5] != ' '))
		return err_set(e, ERR_FORMAT, "the server's answer "
		    "has no HTTP status");
	h->minor = p[0] - '0';
	h->status = 100 * (p[2] - '0') + 10 * (p[3] - '0') + (p[4] - '0');
	return 0;
}

static int
parse(struct head *h, struct span s, struct err *e)
{
	size_t n, lines = 0;
	struct span one;
	const char *end;

	for (; s.len > 2; s.p += n, s.len -= n) {
		/* it ends in two of them, so there is one */
		end = s.p;
		while (end[0] != '\r' || end[1] != '\n')
			end++;
		one.p = s.p;
		one.len = (size_t)(end - s.p);
		n = one.len + 2;
		if (lines > HEAD_FIELDS_MAX)
			return err_set(e, ERR_LIMIT, "the server's "
			    "answer has more than %d header fields",
			    HEAD_FIELDS_MAX);
		if ((lines++ == 0 ? first_line(h, one, e) :
		    line(h, one, e)) == -1)
			return -1;
	}
	return 0;
}

int
head_read(struct head *h, const unsigned char *p, size_t len, size_t *used,
    struct err *e)
{
	size_t n = len < START ? len : START, i;
	struct span s = { (const char *)p, 0 };

	if (n > 0 && memcmp(p, start, n) != 0)
		return err_set(e, ERR_FORMAT, "the server's answer "
		    "is no HTTP/1.1");
	for (i = h->scanned; i + 4 <= len && i + 4 <= HEAD_MAX; i++)
		if (memcmp(p + i, "\r\n\r\n", 4) == 0) {
			*used = s.len = i + 4;
			return parse(h, s, e) == -1 ? -1 : 1;
		}
	h->scanned = i;
	return len < HEAD_MAX ? 0 : err_set(e, ERR_LIMIT, "the head of "
	    "the server's answer is over the limit of %d bytes", HEAD_MAX);
}
