/* kubectl's grammar, and its words when it is broken (spf13/pflag). */
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "cli/option.h"

struct parser {
	const struct cli_tool	*tool;
	const struct cli_group	*group;
	size_t			 ngroup;
	int			 argc;
	char			**argv;
	int			 i;		/* of the argument being read */
};

int
cli_find(const struct cli_group *groups, size_t ngroups, const char *name,
    size_t len, char letter, struct cli_found *f)
{
	const struct cli_opt *o;
	size_t g;

	for (g = 0; g < ngroups; g++)
		for (o = groups[g].opt; o->name != NULL; o++)
			if (name != NULL ? strlen(o->name) == len &&
			    memcmp(o->name, name, len) == 0 :
			    o->letter == letter) {
				f->opt = o;
				f->value = (char *)groups[g].values +
				    o->offset;
				return 1;
			}
	return 0;
}

static const struct cli_refused *
find_refused(const struct parser *p, const char *name, size_t len,
    char letter)
{
	const struct cli_refused *r = p->tool->refused;

	for (; r != NULL && r->name != NULL; r++)
		if (name != NULL ? strlen(r->name) == len &&
		    memcmp(r->name, name, len) == 0 : r->letter == letter)
			return r;
	return NULL;
}

/* "-o, --output", as pflag calls a flag in its messages. */
static int
invalid(const struct cli_opt *o, const char *v, const char *why,
    struct err *e)
{
	if (o->letter != 0)
		return err_set(e, ERR_USAGE, "invalid argument \"%.200s\" for "
		    "\"-%c, --%s\" flag: %s", v, o->letter, o->name, why);
	return err_set(e, ERR_USAGE, "invalid argument \"%.200s\" for "
	    "\"--%s\" flag: %s", v, o->name, why);
}

static int
set_bool(const struct cli_opt *o, int *out, const char *v, struct err *e)
{
	static const char *const words[] = {
		"0", "1", "f", "t", "F", "T", "false", "true", "FALSE",
		"TRUE", "False", "True"
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], v) == 0) {
			*out = i % 2;
			return 0;
		}
	return invalid(o, v, "want true or false", e);
}

static int
append(struct strs *l, const char *v, struct err *e)
{
	const char **p;

	if (l->n == CLI_ARGS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d arguments",
		    CLI_ARGS_MAX);
	if ((l->n & (l->n - 1)) == 0) {		/* full at powers of two */
		p = reallocarray(l->v, l->n == 0 ? 1 : 2 * l->n, sizeof(*p));
		if (p == NULL)
			return err_nomem(e);
		l->v = p;
	}
	l->v[l->n++] = v;
	return 0;
}

void
cli_list_free(struct strs *l)
{
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

static int
set_word(const struct cli_opt *o, int *out, const char *v, struct err *e)
{
	struct buf all;
	int i, ret;

	for (i = 0; o->words[i] != NULL; i++)
		if (strcmp(o->words[i], v) == 0) {
			*out = i;
			return 0;
		}
	buf_init(&all, ERR_MSG_MAX, "a list of words");
	buf_puts(&all, "want one of ", NULL);
	for (i = 0; o->words[i] != NULL; i++)
		buf_printf(&all, NULL, "%s%s", i == 0 ? "" : ", ",
		    o->words[i]);
	ret = invalid(o, v, buf_str(&all), e);
	buf_release(&all);
	return ret;
}

static int
set_number(const struct cli_opt *o, int *out, const char *v, struct err *e)
{
	const char *p = v;
	int n = 0;

	while (*p >= '0' && *p <= '9' && p - v < 7)
		n = n * 10 + (*p++ - '0');
	if (p == v || *p != '\0' || n > 1000000)
		return invalid(o, v, "want a number", e);
	*out = n;
	return 0;
}

int
cli_set(const struct cli_found *f, const char *v, struct err *e)
{
	switch (f->opt->type) {
	case CLI_BOOL:
		return set_bool(f->opt, f->value, v, e);
	case CLI_STRING:
		*(const char **)f->value = v;
		return 0;
	case CLI_LIST:
		return append(f->value, v, e);
	case CLI_WORD:
		return set_word(f->opt, f->value, v, e);
	case CLI_SPAN:
		if (when_parse_span(v, f->value, NULL) == -1)
			return invalid(f->opt, v,
			    "want a duration like 30s, 10m or 7d", e);
		return 0;
	case CLI_NUMBER:
		return set_number(f->opt, f->value, v, e);
	}
	return 0;
}

static int
refuse(const struct cli_refused *r, struct err *e)
{
	return err_set(e, ERR_USAGE, "--%s is not for this tool: %s", r->name,
	    r->why);
}

/* "--name", "--name=value", "--name value"; s is behind the dashes. */
static int
long_flag(struct parser *p, const char *s, struct err *e)
{
	size_t len = strcspn(s, "=");
	const struct cli_refused *r;
	struct cli_found f;

	if (s[0] == '-' || s[0] == '=')
		return err_set(e, ERR_USAGE, "bad flag syntax: --%.200s", s);
	if (!cli_find(p->group, p->ngroup, s, len, 0, &f)) {
		if ((r = find_refused(p, s, len, 0)) != NULL)
			return refuse(r, e);
		return err_set(e, ERR_USAGE, "unknown flag: --%.*s",
		    len > 200 ? 200 : (int)len, s);
	}
	if (s[len] == '=')
		return cli_set(&f, s + len + 1, e);
	if (f.opt->type == CLI_BOOL)
		return cli_set(&f, "true", e);
	if (p->i + 1 >= p->argc)
		return err_set(e, ERR_USAGE, "flag needs an argument: --%s",
		    f.opt->name);
	return cli_set(&f, p->argv[++p->i], e);
}

/*
 * "-f v", "-fv", "-f=v", "-Aq", "-Aqf v"; s is behind the dash.  A letter's
 * trouble is told with what is left of the group, and "-f=" gives f the value
 * "=": that is what pflag does.
 */
static int
short_flags(struct parser *p, const char *s, struct err *e)
{
	const struct cli_refused *r;
	struct cli_found f;

	for (; *s != '\0'; s++) {
		if (!cli_find(p->group, p->ngroup, NULL, 0, *s, &f)) {
			if ((r = find_refused(p, NULL, 0, *s)) != NULL)
				return refuse(r, e);
			return err_set(e, ERR_USAGE, "unknown shorthand flag: "
			    "'%c' in -%.200s", *s, s);
		}
		if (s[1] == '=' && s[2] != '\0')
			return cli_set(&f, s + 2, e);
		if (f.opt->type == CLI_BOOL) {
			if (cli_set(&f, "true", e) == -1)
				return -1;
			continue;
		}
		if (s[1] != '\0')
			return cli_set(&f, s + 1, e);
		if (p->i + 1 >= p->argc)
			return err_set(e, ERR_USAGE, "flag needs an argument: "
			    "'%c' in -%.200s", *s, s);
		return cli_set(&f, p->argv[++p->i], e);
	}
	return 0;
}

int
cli_parse(const struct cli_tool *tool, const struct cli_group *groups,
    size_t ngroups, int argc, char **argv, struct strs *operands,
    struct err *e)
{
	struct parser p = { tool, groups, ngroups, argc, argv, 1 };
	const char *a;
	int only_operands = 0, ret;

	for (; p.i < argc; p.i++) {
		a = argv[p.i];
		if (only_operands || a[0] != '-' || a[1] == '\0')
			ret = append(operands, a, e);
		else if (a[1] != '-')
			ret = short_flags(&p, a + 1, e);
		else if (a[2] == '\0') {
			only_operands = 1;
			ret = 0;
		} else
			ret = long_flag(&p, a + 2, e);
		if (ret == -1)
			return -1;
	}
	return 0;
}
