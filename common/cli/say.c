/* What goes to stderr: escaped, since it can quote hostile input. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "rec/rec.h"

#define NOTE_MAX 4096	/* bytes of one line on stderr */

static void
say(FILE *out, const char *prefix, const char *text)
{
	struct buf b;

	buf_init(&b, 8 * NOTE_MAX, "a message");
	if (rec_escape(&b, text, strlen(text), NULL) == 0)
		fprintf(out, "%s%s\n", prefix, buf_str(&b));
	buf_release(&b);
}

int
cli_fail(FILE *errout, const struct cli_tool *tool, const struct err *e)
{
	int whole = e->msg[0] >= 'A' && e->msg[0] <= 'Z' &&
	    (e->class == ERR_NET || strncmp(e->msg, "Error from server",
	    17) == 0);

	say(errout, whole ? "" : "error: ", e->msg);
	if (e->class == ERR_USAGE)
		fprintf(errout, "See 'kubectl istio%s%s --help' for usage.\n",
		    tool->word[0] == '\0' ? "" : " ", tool->word);
	return 2;
}

void
cli_note(FILE *errout, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say(errout, "", text);
}

int
cli_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}
