/* What a tool says of itself, all of it from its tables. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

#define HELP_MAX (256 * 1024)	/* bytes of any of these texts */
#define COLUMN	 34		/* where the help of an option begins */
#define WIDTH	 79

static int
print(FILE *out, struct buf *text, struct err *e)
{
	int ret = 0;

	if ((text->len > 0 && fwrite(text->p, 1, text->len, out) !=
	    text->len) || fflush(out) == EOF)
		ret = err_sys(e, errno, "cannot write to stdout");
	buf_release(text);
	return ret;
}

static int
give_up(struct buf *text)
{
	buf_release(text);
	return -1;
}

/* Append text in lines of WIDTH, each begun with indent blanks. */
static int
wrap(struct buf *b, const char *text, int indent, struct err *e)
{
	size_t col = 0, n;

	while (*text != '\0') {
		n = strcspn(text, " ");
		if (col > 0 && col + 1 + n > WIDTH) {
			if (buf_putc(b, '\n', e) == -1)
				return -1;
			col = 0;
		}
		if (buf_printf(b, e, "%*s%.*s", col > 0 ? 1 : indent, "",
		    (int)n, text) == -1)
			return -1;
		col += n + (col > 0 ? 1 : (size_t)indent);
		text += n;
		text += strspn(text, " ");
	}
	return buf_putc(b, '\n', e);
}

static int
help_option(struct buf *b, const struct cli_opt *o, struct err *e)
{
	size_t was = b->len, n;

	if (buf_printf(b, e, o->letter != 0 ? "  -%c, " : "      ",
	    o->letter) == -1 || buf_printf(b, e, "--%s%s%s", o->name,
	    o->arg == NULL ? "" : " ", o->arg == NULL ? "" : o->arg) == -1)
		return -1;
	n = b->len - was;
	return buf_printf(b, e, "%*s%s\n", n < COLUMN ? (int)(COLUMN - n) : 1,
	    "", o->help);
}

int
cli_help(FILE *out, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups, struct err *e)
{
	const struct cli_opt *o;
	struct buf b;
	size_t i;

	buf_init(&b, HELP_MAX, "the help");
	if (buf_printf(&b, e, "Usage: kubectl istio %s %s\n\n%s\n\nFlags:\n",
	    tool->word, tool->synopsis, tool->details) == -1)
		return give_up(&b);
	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++)
			if (help_option(&b, o, e) == -1)
				return give_up(&b);
	if (tool->rules != NULL &&
	    buf_puts(&b, "\nRules (--explain RULE says more):\n", e) == -1)
		return give_up(&b);
	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (buf_printf(&b, e, "  %-8s%s\n",
		    verdict_name(tool->rules[i]->severity),
		    tool->rules[i]->id) == -1)
			return give_up(&b);
	return print(out, &b, e);
}

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

static int
explain(struct buf *b, const struct rule *r, struct err *e)
{
	struct buf message;
	int ret = -1;

	buf_init(&message, HELP_MAX, "a message");
	if (buf_printf(b, e, "%s: %s\n\n", r->id,
	    verdict_name(r->severity)) == -1 ||
	    shout(&message, r->message, e) == -1 ||
	    wrap(b, buf_str(&message), 2, e) == -1 ||
	    buf_putc(b, '\n', e) == -1 || wrap(b, r->hint, 2, e) == -1 ||
	    buf_puts(b, "\nSource:\n", e) == -1 ||
	    wrap(b, r->source, 2, e) == -1)
		goto out;
	ret = 0;
out:
	buf_release(&message);
	return ret;
}

int
cli_explain(FILE *out, const struct cli_tool *tool, const char *id,
    struct err *e)
{
	struct buf b;
	size_t i;

	buf_init(&b, HELP_MAX, "an explanation");
	for (i = 0; tool->rules[i] != NULL; i++)
		if (strcmp(tool->rules[i]->id, id) == 0)
			return explain(&b, tool->rules[i], e) == -1 ?
			    give_up(&b) : print(out, &b, e);
	return err_set(e, ERR_USAGE, "unknown rule '%.64s': --help lists them",
	    id);
}

int
cli_version(FILE *out, const struct cli_tool *tool, struct err *e)
{
	struct buf b;

	buf_init(&b, HELP_MAX, "the version");
	if (buf_printf(&b, e, "kubectl-istio-%s %s\n", tool->word,
	    VERSION) == -1)
		return give_up(&b);
	return print(out, &b, e);
}

/* ---- completion: every flag, and the words of those that take words ---- */

static int
flags(struct buf *b, const struct cli_group *groups, size_t ngroups,
    struct err *e)
{
	const struct cli_opt *o;
	size_t i;

	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++)
			if (buf_printf(b, e, "--%s ", o->name) == -1)
				return -1;
	return 0;
}

static int
words(struct buf *b, const struct cli_group *groups, size_t ngroups,
    struct err *e)
{
	const struct cli_opt *o;
	size_t i, j;

	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++) {
			if (o->type != CLI_WORD)
				continue;
			if (o->letter != 0 &&
			    buf_printf(b, e, "-%c|", o->letter) == -1)
				return -1;
			if (buf_printf(b, e, "--%s) w='", o->name) == -1)
				return -1;
			for (j = 0; o->words[j] != NULL; j++)
				if (buf_printf(b, e, "%s%s", j == 0 ? "" : " ",
				    o->words[j]) == -1)
					return -1;
			if (buf_puts(b, "' ;;\n", e) == -1)
				return -1;
		}
	return 0;
}

static int
rules(struct buf *b, const struct cli_tool *tool, struct err *e)
{
	size_t i;

	if (buf_puts(b, "--explain|--excuse) w='", e) == -1)
		return -1;
	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (buf_printf(b, e, "%s%s", i == 0 ? "" : " ",
		    tool->rules[i]->id) == -1)
			return -1;
	return buf_puts(b, "' ;;\n", e);
}

/* The choice of candidates, the same in every shell: into $w. */
static int
choice(struct buf *b, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups, struct err *e)
{
	if (buf_puts(b, "w=; f=\ncase $prev in\n", e) == -1 ||
	    words(b, groups, ngroups, e) == -1 || rules(b, tool, e) == -1 ||
	    buf_puts(b, "--completion) w='bash zsh kubectl' ;;\n"
	    "-f|--filename) f=1 ;;\n*) w='", e) == -1 ||
	    flags(b, groups, ngroups, e) == -1)
		return -1;
	return buf_puts(b, "' ;;\nesac\n", e);
}

/* Text with every @ replaced by the tool's word. */
static int
put_named(struct buf *b, const char *text, const char *word, struct err *e)
{
	for (; *text != '\0'; text++)
		if ((*text == '@' ? buf_puts(b, word, e) :
		    buf_putc(b, *text, e)) == -1)
			return -1;
	return 0;
}

int
cli_completion(FILE *out, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups, const char *shell,
    struct err *e)
{
	static const struct {
		const char	*shell;
		const char	*head;
		const char	*tail;
	} forms[] = {
		{ "bash", "_kubectl_istio_@() {\nlocal w f "
		    "prev=${COMP_WORDS[COMP_CWORD-1]} "
		    "cur=${COMP_WORDS[COMP_CWORD]}\n",
		    "if [ -n \"$f\" ]; then COMPREPLY=($(compgen -f -- "
		    "\"$cur\"))\nelse COMPREPLY=($(compgen -W \"$w\" -- "
		    "\"$cur\")); fi\n}\ncomplete -F _kubectl_istio_@ "
		    "kubectl-istio-@\n" },
		{ "zsh", "#compdef kubectl-istio-@\n"
		    "local w f prev=${words[CURRENT-1]}\n",
		    "if [[ -n $f ]]; then _files; else compadd -- ${=w}; fi\n" },
		{ "kubectl", "#!/bin/sh\n# kubectl_complete-istio-@\n"
		    "prev= cur=\nfor a; do prev=$cur cur=$a; done\n",
		    "for c in $w; do case $c in \"$cur\"*) "
		    "printf '%s\\n' \"$c\" ;; esac; done\n"
		    "if [ -n \"$f\" ]; then echo :0; else echo :4; fi\n" },
	};
	struct buf b;
	size_t i;

	buf_init(&b, HELP_MAX, "a completion");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].shell, shell) != 0)
			continue;
		if (put_named(&b, forms[i].head, tool->word, e) == -1 ||
		    choice(&b, tool, groups, ngroups, e) == -1 ||
		    put_named(&b, forms[i].tail, tool->word, e) == -1)
			return give_up(&b);
		return print(out, &b, e);
	}
	return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
	    "\"--completion\" flag: want bash, zsh or kubectl", shell);
}
