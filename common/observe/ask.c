#include <string.h>

#include "observe/ask.h"

#define STDERR_SHOWN	200	/* bytes of a command's */
#define QUOTE_MAX	80	/* bytes of an answer that is none */

void
ask_ended(const struct kube_run *x, struct kube_ran *d)
{
	const char *s = d->err_text + strspn(d->err_text, " \t\r\n");
	size_t n = strcspn(s, "\r\n");

	if (d->why.class != ERR_NONE || d->exit_status == 0)
		return;
	if (n > STDERR_SHOWN)
		for (n = STDERR_SHOWN; n > 0 && (s[n] & 0xc0) == 0x80; n--)
			;
	err_set(&d->why, ERR_NET, "%s ended with exit status %d%s%.*s",
	    x->argv[0], d->exit_status, n > 0 ? ": " : "", (int)n, s);
}

int
ask_none(const char *what, const char *body, size_t len, struct err *e)
{
	size_t n;

	while (len > 0 && strchr(" \t\r\n", *body) != NULL) {
		body++;
		len--;
	}
	for (n = 0; n < len && n < QUOTE_MAX && body[n] != '\0' &&
	    strchr("\r\n", body[n]) == NULL; n++)
		continue;
	if (n == 0)
		return err_set(e, ERR_FORMAT, "the answer is empty");
	return err_set(e, ERR_FORMAT, "%s: '%.*s'", what, (int)n, body);
}
