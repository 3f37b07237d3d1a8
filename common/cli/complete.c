/* Candidates for <TAB>: where the cursor stands. */
#include <string.h>

#include "cli/candidate.h"
#include "cli/option.h"

int
cli_completing(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "__complete") == 0;
}

/* What is before the cursor, as far as it decides what can be there. */
struct before {
	const struct cli_opt	*open;	/* its value is next, or NULL */
	int			 only_operands;
};

static void
give(struct before *b, const struct cli_found *f,
    const char *value)
{
	if (value != NULL)
		cli_set(f, value, NULL);
	else if (f->opt->type == CLI_BOOL)
		cli_set(f, "true", NULL);
	else
		b->open = f->opt;
}

/* "-Aq", "-ojson", "-o=json", "-o": s is behind the dash. */
static void
before_letters(struct complete *c, struct before *b, const char *s)
{
	struct cli_found f;

	for (; *s != '\0'; s++) {
		if (!cli_find(c->groups, c->ngroups, NULL, 0, *s, &f))
			return;
		if (s[1] == '=') {
			give(b, &f, s + 2);
			return;
		}
		if (f.opt->type != CLI_BOOL) {
			give(b, &f, s[1] != '\0' ? s + 1 : NULL);
			return;
		}
		give(b, &f, NULL);
	}
}

static void
before_word(struct complete *c, struct before *b, const char *w)
{
	struct cli_found f;
	size_t len;

	if (b->open != NULL) {
		if (cli_find(c->groups, c->ngroups, b->open->name,
		    strlen(b->open->name), 0, &f))
			cli_set(&f, w, NULL);
		b->open = NULL;
	} else if (b->only_operands || w[0] != '-' || w[1] == '\0')
		c->operands++;
	else if (w[1] != '-')
		before_letters(c, b, w + 1);
	else if (w[2] == '\0')
		b->only_operands = 1;
	else {
		len = strcspn(w + 2, "=");
		if (cli_find(c->groups, c->ngroups, w + 2, len, 0, &f))
			give(b, &f, w[2 + len] == '=' ? w + 3 + len : NULL);
	}
}

/* ---- the word at the cursor ---- */

static int
flags(struct complete *c, struct err *e)
{
	const struct cli_opt *o;
	char name[COMPLETE_NAME_MAX];
	size_t i;

	for (i = 0; i < c->ngroups; i++)
		for (o = c->groups[i].opt; o->name != NULL; o++) {
			snprintf(name, sizeof(name), "--%s", o->name);
			if (complete_put(c, name, o->help, e) == -1)
				return -1;
			snprintf(name, sizeof(name), "-%c", o->letter);
			if (o->letter != 0 && strcmp(c->part, "-") == 0 &&
			    complete_put(c, name, o->help, e) == -1)
				return -1;
		}
	return 0;
}

/* Letters: those that take no value, and then perhaps one that does. */
static int
letters(struct complete *c, struct err *e)
{
	const char *word = c->part, *s;
	struct cli_found f;

	for (s = word + 1; *s != '\0'; s++) {
		if (!cli_find(c->groups, c->ngroups, NULL, 0, *s, &f))
			return 0;
		if (s[1] == '=') {
			c->part = s + 2;
			return complete_value(c, f.opt, e);
		}
		if (f.opt->type != CLI_BOOL && s[1] != '\0') {
			c->part = s + 1;
			c->glue = word;
			c->nglue = (size_t)(s + 1 - word);
			return complete_value(c, f.opt, e);
		}
	}
	return complete_put(c, word, NULL, e);
}

static int
word(struct complete *c, const struct before *b, struct err *e)
{
	const char *w = c->part, *eq;
	struct cli_found f;

	if (b->open != NULL)
		return complete_value(c, b->open, e);
	if (b->only_operands || (w[0] != '-' && w[0] != '\0'))
		return complete_operand(c, e);
	if (w[0] == '\0' && (c->tool->target != NULL ||
	    c->tool->choices != NULL))
		return complete_operand(c, e);
	if (w[0] == '-' && w[1] != '-' && w[1] != '\0')
		return letters(c, e);
	if ((eq = strchr(w, '=')) == NULL)
		return flags(c, e);
	if (!cli_find(c->groups, c->ngroups, w + 2, (size_t)(eq - w) - 2, 0,
	    &f))
		return 0;
	c->part = eq + 1;
	return complete_value(c, f.opt, e);
}

static void
forget(struct complete *c)
{
	const struct cli_opt *o;
	size_t i;

	for (i = 0; i < c->ngroups; i++)
		for (o = c->groups[i].opt; o->name != NULL; o++)
			if (o->type == CLI_LIST)
				cli_list_free((void *)((char *)
				    c->groups[i].values + o->offset));
}

int
cli_complete(FILE *out, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups,
    const struct kube_flags *kf, cli_names *names, int argc, char **argv)
{
	struct complete c = {
		.tool = tool, .groups = groups, .ngroups = ngroups,
		.flags = kf, .names = names, .what = COMPLETE_NO_FILES,
		.part = argc > 2 ? argv[argc - 1] : ""
	};
	struct before b = { NULL, 0 };
	struct err e = ERR_INIT;
	int i, ret;

	buf_init(&c.out, COMPLETE_MAX, "the candidates");
	for (i = 2; i < argc - 1; i++)
		before_word(&c, &b, argv[i]);
	/* what is over a limit is not said, only left out */
	(void)word(&c, &b, &e);
	ret = buf_printf(&c.out, &e, ":%d\n", c.what);
	forget(&c);
	if (ret == -1)
		return text_drop(&c.out) == -1 ? 2 : 0;
	return text_print(out, &c.out, &e) == -1 ? 2 : 0;
}
