#include <stdarg.h>
#include <stdio.h>

#include "kube/log.h"

#define LINE 2048	/* bytes of a line; longer ones are cut */

void
kube_log(const struct kube_log *l, int level, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	if (l == NULL || l->line == NULL || l->level < level)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->line(l->arg, text);
}
