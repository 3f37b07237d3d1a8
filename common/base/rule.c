#include <string.h>

#include "base/rule.h"

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = { "ok", "warn", "bad", "unknown" };

	return names[v];
}

static const char *
value_of(const struct rule_arg *args, size_t nargs, const char *name,
    size_t len)
{
	size_t i;

	for (i = 0; i < nargs; i++)
		if (strlen(args[i].name) == len &&
		    memcmp(args[i].name, name, len) == 0)
			return args[i].value;
	return NULL;
}

int
rule_message(const struct rule *r, const struct rule_arg *args, size_t nargs,
    struct buf *out, struct err *e)
{
	const char *p = r->message, *open, *end, *value;

	while ((open = strchr(p, '{')) != NULL &&
	    (end = strchr(open, '}')) != NULL) {
		if (buf_append(out, p, (size_t)(open - p), e) == -1)
			return -1;
		p = end + 1;
		value = value_of(args, nargs, open + 1,
		    (size_t)(end - open - 1));
		if (value != NULL) {
			if (buf_puts(out, value, e) == -1)
				return -1;
		} else if (buf_append(out, open, (size_t)(p - open), e) == -1)
			return -1;
	}
	return buf_puts(out, p, e);
}
