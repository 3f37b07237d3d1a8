/* What a tool says of itself, all of it from its tables. */
#include <errno.h>
#include <string.h>

#include "cli/text.h"

#define COLUMN 34	/* where the help of an option begins */

int
text_print(FILE *out, struct buf *text, struct err *e)
{
	int ret = 0;

	if ((text->len > 0 && fwrite(text->p, 1, text->len, out) !=
	    text->len) || fflush(out) == EOF)
		ret = err_sys(e, errno, "cannot write to stdout");
	buf_release(text);
	return ret;
}

int
text_drop(struct buf *text)
{
	buf_release(text);
	return -1;
}

int
text_wrap(struct buf *b, const char *text, int indent, int used,
    struct err *e)
{
	size_t col = 0, n;

	while (*text != '\0') {
		n = strcspn(text, " \n");
		if (*text == '\n' || (col > 0 && col + 1 + n > TEXT_WIDTH)) {
			if (buf_putc(b, '\n', e) == -1)
				return -1;
			col = 0;
			used = 0;
			text += *text == '\n';
			continue;
		}
		if (buf_printf(b, e, "%*s%.*s", col > 0 ? 1 :
		    indent > used ? indent - used : 0, "", (int)n, text) == -1)
			return -1;
		col += n + (col > 0 ? 1 : (size_t)indent);
		text += n;
		text += strspn(text, " ");
	}
	return buf_putc(b, '\n', e);
}

/* "  -f, --filename FILE|DIR|-", and what it does from COLUMN on. */
static int
help_option(struct buf *b, const struct cli_opt *o, struct err *e)
{
	size_t was = b->len, n;

	if (buf_printf(b, e, o->letter != 0 ? "  -%c, " : "      ",
	    o->letter) == -1 || buf_printf(b, e, "--%s%s%s", o->name,
	    o->arg == NULL ? "" : " ", o->arg == NULL ? "" : o->arg) == -1)
		return -1;
	n = b->len - was;
	if (n + 2 > COLUMN) {
		if (buf_putc(b, '\n', e) == -1)
			return -1;
		n = 0;
	}
	return text_wrap(b, o->help, COLUMN, (int)n, e);
}

int
cli_help(FILE *out, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups, struct err *e)
{
	const struct cli_opt *o;
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX, "the help");
	if (buf_printf(&b, e, "Usage: kubectl istio %s%s%s\n\n%s\n\nFlags:\n",
	    tool->word, tool->word[0] == '\0' ? "" : " ", tool->synopsis,
	    tool->details) == -1)
		return text_drop(&b);
	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++)
			if (help_option(&b, o, e) == -1)
				return text_drop(&b);
	if (tool->rules != NULL &&
	    buf_puts(&b, "\nRules (--explain RULE says more):\n", e) == -1)
		return text_drop(&b);
	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (buf_printf(&b, e, "  %-8s%s\n",
		    text_verdict(tool, tool->rules[i]),
		    tool->rules[i]->id) == -1)
			return text_drop(&b);
	return text_print(out, &b, e);
}

int
cli_version(FILE *out, const struct cli_tool *tool, struct err *e)
{
	struct buf b;

	buf_init(&b, TEXT_MAX, "the version");
	if (buf_printf(&b, e, "kubectl-istio%s%s %s\n",
	    tool->word[0] == '\0' ? "" : "-", tool->word,
	    VERSION) == -1)
		return text_drop(&b);
	return text_print(out, &b, e);
}
