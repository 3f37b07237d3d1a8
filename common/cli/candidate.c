/* Candidates for <TAB>: what a flag's value or an operand can be. */
#include <ctype.h>
#include <string.h>

#include "cli/candidate.h"
#include "cli/option.h"

/* Nothing that a shell or a terminal acts upon; a name begins no flag. */
static int
harmless(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@%+,-";

	return s[0] != '\0' && s[strspn(s, safe)] == '\0' &&
	    strlen(s) < COMPLETE_NAME_MAX;
}

int
complete_put(struct complete *c, const char *name, const char *help,
    struct err *e)
{
	if (!harmless(name) || strncmp(name, c->part, strlen(c->part)) != 0)
		return 0;
	c->put++;
	return buf_printf(&c->out, e, "%.*s%s%s%s\n", (int)c->nglue,
	    c->glue == NULL ? "" : c->glue, name, help == NULL ? "" : "\t",
	    help == NULL ? "" : help);
}

/* ---- names of the kubeconfig and of the cluster ---- */

static void
on_name(void *arg, const char *name)
{
	struct complete *c = arg;
	char whole[COMPLETE_NAME_MAX];
	int n;

	n = snprintf(whole, sizeof(whole), "%s%s%s", c->before, name,
	    c->behind);
	if (name[0] != '-' && name[0] != '\0' && n > 0 &&
	    (size_t)n < sizeof(whole))
		(void)complete_put(c, whole, NULL, c->e);
}

static void
put_names(struct complete *c, const char *what, const char *ns,
    const char *before, const char *behind, struct err *e)
{
	if (c->names == NULL)
		return;
	c->before = before;
	c->behind = behind;
	c->e = e;
	c->names(c->flags, what, ns, on_name, c);
}

/* ---- targets: [KIND/]NAMESPACE/NAME ---- */

/* What has targets, and from whose names theirs are made. */
static const struct kind {
	const char	*name;
	const char	*from;
	const char	*prefix;
} kinds[] = {
	{ "pod", "pod", "" },
	{ "configmap", "configmap", "" },
	/* Citadel's: no Secret is read for a <TAB> */
	{ "secret", "serviceaccount", "istio." },
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *
kind_of(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < NKINDS; i++)
		if (strlen(kinds[i].name) == len &&
		    memcmp(kinds[i].name, s, len) == 0)
			return &kinds[i];
	return NULL;
}

/* The names in a namespace, len bytes of ns, behind nbefore bytes of part. */
static void
put_in(struct complete *c, const struct kind *k, const char *ns, size_t len,
    size_t nbefore, struct err *e)
{
	char name[COMPLETE_NAME_MAX], before[COMPLETE_NAME_MAX];

	if (k == NULL || len == 0 || len >= sizeof(name) ||
	    nbefore + strlen(k->prefix) >= sizeof(before))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)len, ns);
	snprintf(before, sizeof(before), "%.*s%s", (int)nbefore, c->part,
	    k->prefix);
	put_names(c, k->from, name, before, "", e);
}

static void
put_namespaces(struct complete *c, const char *before, struct err *e)
{
	size_t was = c->put;

	put_names(c, "namespace", NULL, before, "/", e);
	if (c->put > was)
		c->what |= COMPLETE_NO_SPACE;
}

static int
put_kinds(struct complete *c, struct err *e)
{
	char name[64];
	size_t i, was = c->put;

	for (i = 0; i < NKINDS; i++) {
		snprintf(name, sizeof(name), "%s/", kinds[i].name);
		if (complete_put(c, name, NULL, e) == -1)
			return -1;
	}
	if (c->put > was && was == 0)
		c->what |= COMPLETE_NO_SPACE;
	return 0;
}

/* other is the kind of a target that names none, or NULL: it must. */
static int
put_targets(struct complete *c, const char *other, struct err *e)
{
	const char *slash = strchr(c->part, '/'), *next;
	const struct kind *k;
	char before[64];
	size_t len;

	if (slash == NULL) {
		if ((c->part[0] != '\0' || other == NULL) &&
		    put_kinds(c, e) == -1)
			return -1;
		if (other != NULL)
			put_namespaces(c, "", e);
		return 0;
	}
	len = (size_t)(slash - c->part);
	k = kind_of(c->part, len);
	if ((next = strchr(slash + 1, '/')) != NULL)
		put_in(c, k, slash + 1, (size_t)(next - slash - 1),
		    (size_t)(next + 1 - c->part), e);
	else if (k != NULL) {
		snprintf(before, sizeof(before), "%s/", k->name);
		put_namespaces(c, before, e);
	} else if (other != NULL)
		put_in(c, kind_of(other, strlen(other)), c->part, len,
		    len + 1, e);
	return 0;
}

int
complete_operand(struct complete *c, struct err *e)
{
	const struct cli_tool *t = c->tool;
	const char *kind = t->target, *ns;
	struct cli_found f;
	size_t i;

	for (i = 0; t->choices != NULL && t->choices[i].word != NULL; i++)
		if (c->operands == 0 && complete_put(c, t->choices[i].word,
		    t->choices[i].help, e) == -1)
			return -1;
	if (kind == NULL)
		return 0;
	if (t->pods_flag != NULL && cli_find(c->groups, c->ngroups,
	    t->pods_flag, strlen(t->pods_flag), 0, &f) && *(int *)f.value)
		kind = "pod";
	if (strchr(c->part, '/') == NULL && cli_find(c->groups, c->ngroups,
	    "namespace", 9, 0, &f) &&
	    (ns = *(const char **)f.value) != NULL) {
		put_in(c, kind_of(kind, strlen(kind)), ns, strlen(ns), 0, e);
		return 0;
	}
	return put_targets(c, kind, e);
}

/* ---- values, by the name that the table gives to an argument ---- */

static int
put_rules(struct complete *c, struct err *e)
{
	const struct rule *const *r = c->tool->rules;

	for (; r != NULL && *r != NULL; r++)
		if (complete_put(c, (*r)->id, text_verdict(c->tool, *r), e) ==
		    -1)
			return -1;
	return 0;
}

/* "auto|never": small letters are meant as they stand. */
static int
put_alternatives(struct complete *c, const char *arg, struct err *e)
{
	char name[64];
	size_t n;

	for (; islower((unsigned char)*arg); arg += n + (arg[n] == '|')) {
		n = strcspn(arg, "|");
		snprintf(name, sizeof(name), "%.*s", (int)n, arg);
		if (complete_put(c, name, NULL, e) == -1)
			return -1;
	}
	return 0;
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* An option that names an entry of the kubeconfig is called as that is. */
static int
is_entry(const char *name)
{
	return strcmp(name, "context") == 0 || strcmp(name, "cluster") == 0 ||
	    strcmp(name, "user") == 0;
}

int
complete_value(struct complete *c, const struct cli_opt *o, struct err *e)
{
	size_t i;

	if (o->type == CLI_BOOL)
		return put_alternatives(c, "true|false", e);
	if (o->type == CLI_WORD) {
		for (i = 0; o->words[i] != NULL; i++)
			if (complete_put(c, o->words[i], NULL, e) == -1)
				return -1;
		return 0;
	}
	if (begins(o->arg, "FILE") || strcmp(o->arg, "CERT") == 0)
		c->what = COMPLETE_FILES;
	else if (strcmp(o->arg, "DIR") == 0)
		c->what = COMPLETE_DIRS;
	else if (strcmp(o->arg, "NAMESPACE") == 0)
		put_names(c, "namespace", NULL, "", "", e);
	else if (is_entry(o->name))
		put_names(c, o->name, NULL, "", "", e);
	else if (begins(o->arg, "RULE")) {
		if (put_rules(c, e) == -1)
			return -1;
		return strstr(o->arg, "KIND/") == NULL ? 0 :
		    put_targets(c, NULL, e);
	} else
		return put_alternatives(c, o->arg, e);
	return 0;
}
