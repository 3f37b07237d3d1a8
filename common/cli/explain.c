/* --explain RULE: what a rule means, and where it comes from. */
#include <string.h>

#include "cli/text.h"

#define ID_MAX	64	/* bytes of an id that is looked for a neighbour */
#define NEAR	3	/* ids that an unknown one may have meant, at most */

/* The rule's message with its {names} as NAMES. */
static int
shout(struct buf *b, const char *message, struct err *e)
{
	int in = 0, c;

	for (; *message != '\0'; message++) {
		c = (unsigned char)*message;
		if (c == '{' || c == '}') {
			in = c == '{';
			continue;
		}
		if (in && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (buf_putc(b, c, e) == -1)
			return -1;
	}
	return 0;
}

const char *
text_verdict(const struct cli_tool *tool, const struct rule *r)
{
	return tool->verdict != NULL ? tool->verdict(r->severity) :
	    verdict_name(r->severity);
}

static const struct rule_page *
page_of(const struct cli_tool *tool, const char *id)
{
	static const struct rule_page none = { NULL, NULL, NULL };
	const struct rule_page *p;

	for (p = tool->pages; p != NULL && p->id != NULL; p++)
		if (strcmp(p->id, id) == 0)
			return p;
	return &none;
}

static int
part(struct buf *b, const char *title, const char *text, struct err *e)
{
	if (text == NULL)
		return 0;
	return buf_printf(b, e, "\n%s:\n", title) == -1 ? -1 :
	    text_wrap(b, text, 2, 0, e);
}

static int
explain(struct buf *b, const struct cli_tool *tool, const struct rule *r,
    struct err *e)
{
	const struct rule_page *page = page_of(tool, r->id);
	struct buf message;
	int ret = -1;

	buf_init(&message, TEXT_MAX, "a message");
	if (buf_printf(b, e, "%s: %s\n\n", r->id,
	    text_verdict(tool, r)) == -1 ||
	    shout(&message, r->message, e) == -1 ||
	    text_wrap(b, buf_str(&message), 2, 0, e) == -1 ||
	    part(b, "What it means", r->hint, e) == -1 ||
	    part(b, "Why it matters", page->why, e) == -1 ||
	    part(b, "What to do", page->todo, e) == -1 ||
	    part(b, "Source", r->source, e) == -1)
		goto out;
	ret = 0;
out:
	buf_release(&message);
	return ret;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

/* How many letters must change, come or go (Levenshtein); b <= ID_MAX. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[ID_MAX + 1], n = strlen(b), i, j, diagonal, was;

	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (j = 1; j <= n; j++) {
			was = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1,
			    diagonal + (a[i] != b[j - 1]));
			diagonal = was;
		}
	}
	return row[n];
}

int
cli_rule_near(const char *id, const char *asked)
{
	size_t n = strlen(asked);

	if (n == 0 || n > ID_MAX)
		return 0;
	return (n > 2 && strstr(id, asked) != NULL) ||
	    distance(id, asked) <= (n + 2) / 3;
}

static int
unknown(const struct cli_tool *tool, const char *id, struct err *e)
{
	const char *near[NEAR];
	char text[ERR_MSG_MAX] = "";
	size_t i, n = 0, len = 0;
	int w;

	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (n < NEAR && cli_rule_near(tool->rules[i]->id, id))
			near[n++] = tool->rules[i]->id;
	for (i = 0; i < n && len < sizeof(text); i++) {
		w = snprintf(text + len, sizeof(text) - len, "%s'%s'",
		    i == 0 ? "" : " or ", near[i]);
		len += w < 0 ? 0 : (size_t)w;
	}
	if (n > 0)
		return err_set(e, ERR_USAGE, "unknown rule '%.64s': did you "
		    "mean %s?", id, text);
	for (i = 0, len = 0; tool->rules != NULL && tool->rules[i] != NULL &&
	    len < sizeof(text); i++) {
		w = snprintf(text + len, sizeof(text) - len, "%s%s",
		    i == 0 ? "" : ", ", tool->rules[i]->id);
		len += w < 0 ? 0 : (size_t)w;
	}
	if (len + 100 < sizeof(text))
		return err_set(e, ERR_USAGE, "unknown rule '%.64s': there are "
		    "%s", id, text);
	return err_set(e, ERR_USAGE, "unknown rule '%.64s': --help lists them",
	    id);
}

int
cli_explain(FILE *out, const struct cli_tool *tool, const char *id,
    struct err *e)
{
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX, "an explanation");
	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (strcmp(tool->rules[i]->id, id) == 0)
			return explain(&b, tool, tool->rules[i], e) == -1 ?
			    text_drop(&b) : text_print(out, &b, e);
	return unknown(tool, id, e);
}
