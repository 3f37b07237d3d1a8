#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* Cut what vsnprintf() had no room for at a character's edge, visibly. */
static void
cut(char *msg, size_t size, int wanted)
{
	size_t end;

	if (wanted < 0 || (size_t)wanted < size)
		return;
	end = size - sizeof("...");
	while (end > 0 && ((unsigned char)msg[end] & 0xc0) == 0x80)
		end--;
	memcpy(msg + end, "...", sizeof("..."));
}

static void vset(struct err *e, enum err_class class, const char *fmt,
    va_list ap) __attribute__((format(printf, 3, 0)));

static void
vset(struct err *e, enum err_class class, const char *fmt, va_list ap)
{
	e->class = class;
	e->http = 0;
	e->retry_after = 0;
	cut(e->msg, sizeof(e->msg), vsnprintf(e->msg, sizeof(e->msg), fmt, ap));
}

int
err_set(struct err *e, enum err_class class, const char *fmt, ...)
{
	va_list ap;

	if (e != NULL) {
		va_start(ap, fmt);
		vset(e, class, fmt, ap);
		va_end(ap);
	}
	return -1;
}

int
err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	char what[ERR_MSG_MAX];
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	cut(what, sizeof(what), vsnprintf(what, sizeof(what), fmt, ap));
	va_end(ap);
	return err_set(e, ERR_IO, "%s: %s", what, strerror(errnum));
}

int
err_nomem(struct err *e)
{
	return err_set(e, ERR_NOMEM, "out of memory");
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[ERR_MSG_MAX], what[ERR_MSG_MAX];
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	cut(what, sizeof(what), vsnprintf(what, sizeof(what), fmt, ap));
	va_end(ap);
	memcpy(old, e->msg, sizeof(old));
	cut(e->msg, sizeof(e->msg),
	    snprintf(e->msg, sizeof(e->msg), "%s: %s", what, old));
	return -1;
}
