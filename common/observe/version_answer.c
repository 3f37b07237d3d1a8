#include <string.h>

#include "observe/ask.h"
#include "observe/version_answer.h"

/* What stands before the version, and what must behind it. */
static const struct {
	const char	*before;
	const char	*behind;	/* NULL: the line's end */
} forms[] = {
	{ "version.BuildInfo{Version:\"", "\"" },
	{ "Version:", NULL },
};

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int
is_version_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
	    c == '+';
}

/* How long the value is; 0: it has no end. */
static size_t
value_of(const char *p, size_t n, const char *behind)
{
	const char *end;

	if (behind == NULL)
		return n;
	end = memchr(p, behind[0], n);
	return end == NULL ? 0 : (size_t)(end - p);
}

static int
take(const char *p, size_t n, char out[VERSION_ANSWER_MAX], struct err *e)
{
	size_t i;

	for (i = 0; i < n && is_version_char(p[i]); i++)
		continue;
	if (n == 0 || n >= VERSION_ANSWER_MAX || i < n)
		return err_set(e, ERR_FORMAT, "the version that it says is "
		    "none");
	memcpy(out, p, n);
	out[n] = '\0';
	return 0;
}

/* 1: the line says a version; 0: it is noise; -1: what it says is none. */
static int
read_line(const char *p, size_t n, char out[VERSION_ANSWER_MAX],
    struct err *e)
{
	size_t i, len;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		len = strlen(forms[i].before);
		if (n < len || memcmp(p, forms[i].before, len) != 0)
			continue;
		p += len;
		n -= len;
		for (; n > 0 && is_blank(*p); n--)
			p++;
		while (n > 0 && is_blank(p[n - 1]))
			n--;
		n = value_of(p, n, forms[i].behind);
		return take(p, n, out, e) == -1 ? -1 : 1;
	}
	return 0;
}

int
version_answer(const char *body, size_t len, char out[VERSION_ANSWER_MAX],
    struct err *e)
{
	const char *p = body, *end = body + len, *nl;
	int got = 0;

	out[0] = '\0';
	if (len > VERSION_ANSWER_BODY)
		return err_set(e, ERR_LIMIT, "the answer is over the limit of "
		    "%d bytes", VERSION_ANSWER_BODY);
	while (p < end && got == 0) {
		nl = memchr(p, '\n', (size_t)(end - p));
		got = read_line(p, (size_t)((nl == NULL ? end : nl) - p), out,
		    e);
		p = nl == NULL ? end : nl + 1;
	}
	return got == 1 ? 0 : got == -1 ? -1 : ask_none("the answer says no "
	    "version", body, len, e);
}
