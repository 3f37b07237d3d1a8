/*
 * --completion: a script for bash, for zsh, or for kubectl, which since 1.26
 * runs kubectl_complete-istio-WORD for <TAB>.  The choice of candidates is
 * the same piece of sh in all three.
 */
#include <string.h>

#include "cli/text.h"

/*
 * Text with every @ replaced by the tool's word.  Before the choice, prev is
 * the word before the one at the cursor, or its flag in "--flag=part", and cur
 * what is there of it; after it, w holds candidates, and f whether files are.
 */
struct form {
	const char	*shell;
	const char	*head;
	const char	*tail;
};

static const struct form forms[] = {
	{ "bash",
"# bash completion for kubectl-istio-@\n"
"_kubectl_istio_@() {\n"
"\tlocal w f i=$COMP_CWORD prev cur IFS=$' \\n'\n"
"\tcur=${COMP_WORDS[i]}\n"
"\tif [ \"$cur\" = = ]; then cur=''\n"
"\telif [ \"${COMP_WORDS[i-1]}\" = = ]; then i=$((i-1)); fi\n"
"\tprev=${COMP_WORDS[i-1]}\n",
"\tif [ -n \"$f\" ]; then\n"
"\t\tcompopt -o filenames\n"
"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
"\telse\n"
"\t\tmapfile -t COMPREPLY < <(compgen -W \"$w\" -- \"$cur\")\n"
"\tfi\n"
"}\n"
"complete -F _kubectl_istio_@ kubectl-istio-@\n" },
	{ "zsh",
"#compdef kubectl-istio-@\n"
"_kubectl_istio_@() {\n"
"\tlocal w f prev=${words[CURRENT-1]}\n"
"\tif [[ $PREFIX == -*=* ]]; then\n"
"\t\tprev=${PREFIX%%=*}\n"
"\t\tcompset -P 1 '*='\n"
"\tfi\n",
"\tif [[ -n $f ]]; then _files; else compadd -- ${=w}; fi\n"
"}\n"
"if [ \"$funcstack[1]\" = _kubectl-istio-@ ]; then\n"
"\t_kubectl_istio_@\n"
"else\n"
"\tcompdef _kubectl_istio_@ kubectl-istio-@\n"
"fi\n" },
	{ "kubectl",
"#!/bin/sh\n"
"# kubectl_complete-istio-@\n"
"prev='' cur=''\n"
"for a; do prev=$cur cur=$a; done\n"
"case $cur in -*=*) prev=${cur%%=*} cur=${cur#*=} ;; esac\n",
"for c in $w; do\n"
"\tcase $c in \"$cur\"*) printf '%s\\n' \"$c\" ;; esac\n"
"done\n"
"if [ -n \"$f\" ]; then echo :0; else echo :4; fi\n" },
};

static int
put_words(struct buf *b, const char *const *words, struct err *e)
{
	size_t i;

	for (i = 0; words[i] != NULL; i++)
		if (buf_printf(b, e, "%s%s", i == 0 ? "" : " ", words[i]) ==
		    -1)
			return -1;
	return 0;
}

static int
put_rules(struct buf *b, const struct cli_tool *tool, struct err *e)
{
	size_t i;

	for (i = 0; tool->rules != NULL && tool->rules[i] != NULL; i++)
		if (buf_printf(b, e, "%s%s", i == 0 ? "" : " ",
		    tool->rules[i]->id) == -1)
			return -1;
	return 0;
}

/*
 * Names out of the kubeconfig, which kubectl knows how to find.  They end up
 * in a shell's hands, so only those that are harmless there.
 */
static const struct {
	const char	*flag;
	const char	*command;
} named[] = {
	{ "context", "get-contexts -o name" },
	{ "cluster", "get-clusters" },
	{ "user", "get-users" },
};

/* 1: it is one of these flags; 0: it is not. */
static int
put_named_flag(struct buf *b, const char *flag, struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strcmp(named[i].flag, flag) == 0)
			return buf_printf(b, e, "w=$(kubectl config %s "
			    "2>/dev/null | sed -n '/^NAME$/d; "
			    "/^[A-Za-z0-9@._:/-]*$/p') ;;\n",
			    named[i].command) == -1 ? -1 : 1;
	return 0;
}

/* "-o|--output) w='tsv table' ;;": what can follow this flag. */
static int
put_case(struct buf *b, const struct cli_tool *tool, const struct cli_opt *o,
    struct err *e)
{
	int ret;

	if (o->letter != 0 && buf_printf(b, e, "-%c|", o->letter) == -1)
		return -1;
	if (buf_printf(b, e, "--%s) ", o->name) == -1)
		return -1;
	if (strncmp(o->arg, "FILE", 4) == 0)
		return buf_puts(b, "f=1 ;;\n", e);
	if ((ret = put_named_flag(b, o->name, e)) != 0)
		return ret == -1 ? -1 : 0;
	if (buf_puts(b, "w='", e) == -1)
		return -1;
	if (o->type == CLI_WORD)
		ret = put_words(b, o->words, e);
	else if (strncmp(o->arg, "RULE", 4) == 0)
		ret = put_rules(b, tool, e);
	else if (strcmp(o->name, "completion") == 0)
		ret = buf_puts(b, "bash zsh kubectl", e);
	else
		ret = 0;
	return ret == -1 ? -1 : buf_puts(b, "' ;;\n", e);
}

static int
put_choice(struct buf *b, const struct cli_tool *tool,
    const struct cli_group *groups, size_t ngroups, struct err *e)
{
	const struct cli_opt *o;
	size_t i;

	if (buf_puts(b, "w='' f=''\ncase $prev in\n", e) == -1)
		return -1;
	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++)
			if (o->type != CLI_BOOL && o->arg != NULL &&
			    put_case(b, tool, o, e) == -1)
				return -1;
	if (buf_puts(b, "*) w='", e) == -1)
		return -1;
	for (i = 0; i < ngroups; i++)
		for (o = groups[i].opt; o->name != NULL; o++)
			if (buf_printf(b, e, "--%s ", o->name) == -1)
				return -1;
	return buf_puts(b, "' ;;\nesac\n", e);
}

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
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX, "a completion");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].shell, shell) != 0)
			continue;
		if (put_named(&b, forms[i].head, tool->word, e) == -1 ||
		    put_choice(&b, tool, groups, ngroups, e) == -1 ||
		    put_named(&b, forms[i].tail, tool->word, e) == -1)
			return text_drop(&b);
		return text_print(out, &b, e);
	}
	return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
	    "\"--completion\" flag: want bash, zsh or kubectl", shell);
}
