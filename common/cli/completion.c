/*
 * --completion: a script for bash, for zsh, or for kubectl, which since 1.26
 * runs kubectl_complete-istio-WORD for <TAB>.  None knows a flag: each asks
 * the command at whose arguments the cursor is (cli/complete.h).
 */
#include <string.h>

#include "cli/text.h"

/*
 * \1 stands for the names of the commands, \2 for the first one, \3 for the
 * way to ask it: through kubectl-istio, which may be the only file there is.
 */
struct form {
	const char	*shell;
	const char	*text;
};

static const struct form forms[] = {
	{ "bash",
"# bash completion for \2.\n"
"# What there is to choose from, the command itself says.\n"
"# shellcheck shell=bash\n"
"\n"
"_kubectl_istio()\n"
"{\n"
"\tlocal -a args=() out=()\n"
"\tlocal rest=$COMP_LINE word glued skip i\n"
"\n"
"\t# bash cuts words at = and : where no blank is: whole ones again\n"
"\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
"\t\tword=${COMP_WORDS[i]}\n"
"\t\tskip=${rest%%[^[:space:]]*}\n"
"\t\trest=${rest#\"$skip\"}\n"
"\t\trest=${rest#\"$word\"}\n"
"\t\tif [[ $i -gt 0 && -z $skip ]]; then\n"
"\t\t\targs[-1]+=$word\n"
"\t\telse\n"
"\t\t\targs+=(\"$word\")\n"
"\t\tfi\n"
"\tdone\n"
"\t# what is quoted is meant without the quotes\n"
"\targs=(\"${args[@]//[\\\\\\\"\\']/}\")\n"
"\tmapfile -t out < <(\"${1/#\\~/$HOME}\" __complete \"${args[@]:1}\" \\\n"
"\t    2>/dev/null </dev/null)\n"
"\t[[ ${#out[@]} -gt 0 && ${out[-1]} == :[0-9]* ]] || return 0\n"
"\tcase ${out[-1]} in\n"
"\t:0) compopt -o default ;;\n"
"\t:16) compopt -o dirnames ;;\n"
"\t:6) compopt -o nospace ;;\n"
"\tesac\n"
"\tunset 'out[-1]'\n"
"\tCOMPREPLY=(\"${out[@]%%$'\\t'*}\")\n"
"\t# only what is behind the last : is replaced, and = left to the tool\n"
"\tword=${args[-1]}\n"
"\t[[ $word == -*=* ]] && word=${word#*=}\n"
"\tif [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then\n"
"\t\tglued=${word%\"${word##*:}\"}\n"
"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"$glued\"}\")\n"
"\tfi\n"
"}\n"
"\n"
"complete -F _kubectl_istio \1\n" },
	{ "zsh",
"#compdef \1\n"
"# zsh completion: _\2 in a directory of fpath, or sourced.\n"
"# What there is to choose from, the command itself says.\n"
"\n"
"_kubectl_istio() {\n"
"\tlocal -a args out found\n"
"\tlocal last line\n"
"\n"
"\t((CURRENT > 2)) && args=(\"${(@Q)words[2,CURRENT-1]}\")\n"
"\tout=(\"${(@f)$(\"${(Q)words[1]/#\\~/$HOME}\" __complete \\\n"
"\t    \"${(@)args}\" \"${(Q)PREFIX}\" 2>/dev/null </dev/null)}\")\n"
"\tlast=$out[-1]\n"
"\t[[ $last == :[0-9]* ]] || return 1\n"
"\tout[-1]=()\n"
"\t[[ $PREFIX == -*=* ]] && compset -P 1 '*='\n"
"\tcase $last in\n"
"\t:0) _files && return 0 ;;\n"
"\t:16) _files -/ && return 0 ;;\n"
"\tesac\n"
"\tfor line in \"${(@)out}\"; do\n"
"\t\tfound+=(\"${${line%%$'\\t'*}//:/\\\\:}${line:+:}${line#*$'\\t'}\")\n"
"\t\t[[ $line == *$'\\t'* ]] || found[-1]=${line//:/\\\\:}\n"
"\tdone\n"
"\tif [[ $last == :6 ]]; then\n"
"\t\t_describe -t values value found -S ''\n"
"\telse\n"
"\t\t_describe -t values value found\n"
"\tfi\n"
"}\n"
"\n"
"if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
"\t_kubectl_istio \"$@\"\n"
"else\n"
"\tcompdef _kubectl_istio \1\n"
"fi\n" },
	{ "kubectl",
"#!/bin/sh\n"
"# What kubectl (1.26 and later) runs for <TAB> where it would run\n"
"# \2: in PATH, under that name, but kubectl_complete for kubectl.\n"
"case $0 in\n"
"*/*) PATH=${0%/*}:$PATH ;;\n"
"esac\n"
"exec \3 \"$@\" 2>/dev/null </dev/null\n" },
};

static int
put_names(struct buf *b, const char *const *commands, struct err *e)
{
	size_t i;

	for (i = 0; commands[i] != NULL; i++)
		if (buf_printf(b, e, "%s%s", i == 0 ? "" : " ", commands[i]) ==
		    -1)
			return -1;
	return 0;
}

static int
put_question(struct buf *b, const char *command, struct err *e)
{
	static const char all[] = "kubectl-istio";
	const size_t n = sizeof(all) - 1;

	if (strncmp(command, all, n) == 0 && command[n] == '-')
		return buf_printf(b, e, "%s __complete %s", all,
		    command + n + 1);
	return buf_printf(b, e, "%s __complete", command);
}

static int
put_form(struct buf *b, const char *text, const char *const *commands,
    struct err *e)
{
	int ret;

	for (; *text != '\0'; text++) {
		if (*text == '\1')
			ret = put_names(b, commands, e);
		else if (*text == '\2')
			ret = buf_puts(b, commands[0], e);
		else if (*text == '\3')
			ret = put_question(b, commands[0], e);
		else
			ret = buf_putc(b, *text, e);
		if (ret == -1)
			return -1;
	}
	return 0;
}

int
cli_completion(FILE *out, const char *const *commands, const char *shell,
    struct err *e)
{
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX, "a completion");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].shell, shell) == 0)
			return put_form(&b, forms[i].text, commands, e) ==
			    -1 ? text_drop(&b) : text_print(out, &b, e);
	return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
	    "\"--completion\" flag: want bash, zsh or kubectl", shell);
}
