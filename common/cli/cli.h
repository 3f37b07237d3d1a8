/*
 * The command line: one table of options that the parser, --help, the shells'
 * completions and the test of the man page all read.
 *
 * The grammar is kubectl's (spf13/pflag): --f=v, --f v, -fv, -f=v, -f v, short
 * flags without a value grouped (-Aq, -An x), --bool=false, operands anywhere,
 * "--" ends the options, the last one wins, no abbreviations.  getopt_long(3)
 * speaks another one.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/rule.h"
#include "base/strs.h"

#define CLI_ARGS_MAX 65536	/* operands, or values of one flag */

enum cli_type {
	CLI_BOOL,	/* int; "--x", "--x=true", "--x=false", 1 t T ... */
	CLI_STRING,	/* const char *, pointing into argv */
	CLI_LIST,	/* struct strs; repeatable */
	CLI_WORD,	/* int: index of the value in words */
	CLI_SPAN,	/* int64_t: seconds; "30d" */
	CLI_NUMBER	/* int: 0 to 1000000 */
};


struct cli_opt {
	const char	*name;		/* "warn"; NULL ends a table */
	char		 letter;	/* 'f', or 0 */
	enum cli_type	 type;
	size_t		 offset;	/* of the value in its struct */
	/*
	 * NULL for a bool.  It says what is offered for <TAB> as well: FILE,
	 * CERT, DIR, NAMESPACE, RULE, KIND/NS/NAME, and words in small letters
	 * with | between them; nothing for others.
	 */
	const char	*arg;
	const char	*help;		/* one line */
	const char	*const *words;	/* CLI_WORD: NULL at the end */
};

/* One table and the struct that its offsets are of. */
struct cli_group {
	const struct cli_opt	*opt;
	void			*values;
};

/* A flag that kubectl users will try and that this tool refuses, and why. */
struct cli_refused {
	const char	*name;		/* "namespace" */
	char		 letter;
	const char	*why;		/* "did you mean -i?" */
};

/* One of the words that an operand can be. */
struct cli_choice {
	const char	*word;		/* NULL ends them */
	const char	*help;
};

struct cli_tool {
	const char		  *word;	/* "rootcheck" */
	const char		  *summary;	/* one line */
	const char		  *synopsis;	/* "[-f FILE]... [flags]" */
	const char		  *details;	/* paragraphs and examples */
	const struct rule *const  *rules;	/* NULL at the end */
	const struct cli_refused  *refused;	/* ends in a NULL name */
	/* what it calls verdicts; NULL: verdict_name() */
	const char		  *(*verdict)(enum verdict v);
	/* operands: the kind of a target that names none; NULL: no targets */
	const char		  *target;
	const char		  *pods_flag;	/* then it is pod; or NULL */
	const struct cli_choice	  *choices;	/* the first one; or NULL */
	const struct rule_page	  *pages;	/* of the rules; or NULL */
};

/*
 * Read argv[1..] into the groups' values, which the caller has set to the
 * defaults, and the operands, in order.  -1: ERR_USAGE and the reason in
 * kubectl's words ("unknown flag: --x", "flag needs an argument: --f").
 * cli_list_free() gives back what a list holds.
 */
int	cli_parse(const struct cli_tool *tool, const struct cli_group *groups,
	    size_t ngroups, int argc, char **argv, struct strs *operands,
	    struct err *e);
void	cli_list_free(struct strs *l);

/* What --help, --explain RULE, --completion SHELL and --version print. */
int	cli_help(FILE *out, const struct cli_tool *tool,
	    const struct cli_group *groups, size_t ngroups, struct err *e);
int	cli_explain(FILE *out, const struct cli_tool *tool, const char *id,
	    struct err *e);
/* May asked mean this rule?  A part of it, or at most a third is wrong. */
int	cli_rule_near(const char *id, const char *asked);
int	cli_version(FILE *out, const struct cli_tool *tool, struct err *e);

/*
 * The completion script of these commands, NULL at the end, for bash, zsh or
 * kubectl, which knows only the first one.  All ask the command itself, in
 * the mode of cli/complete.h.
 */
int	cli_completion(FILE *out, const char *const *commands,
	    const char *shell, struct err *e);

/*
 * Say an error: "error: MSG", escaped, and for ERR_USAGE a second line "See
 * 'kubectl istio WORD --help' for usage."  A message that begins with a capital
 * is a whole sentence of kubectl's ("Error from server (Forbidden): ...",
 * "Unable to connect to the server: ...") and goes without "error: ", but for
 * ERR_AUTH, where kubectl says it.  Returns the exit status, 2.
 */
int	cli_fail(FILE *errout, const struct cli_tool *tool,
	    const struct err *e);

/* One line of a lesser kind, as printf(3), escaped: "judged 1 of 57". */
void	cli_note(FILE *errout, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * The flags that say which cluster and as whom, for a struct kube_flags
 * (kube/flags.h): every tool that reads one has this group.
 */
extern const struct cli_opt cli_cluster_opts[];
struct kube_flags;
void	cli_cluster_free(struct kube_flags *f);

/* Colour on this descriptor: a terminal, no NO_COLOR, TERM not dumb. */
int	cli_colour(int fd);

/*
 * The first thing every main() does: fds 0 to 2 are open, no core dumps, not
 * traceable, SIGPIPE as the shell left it, nothing in the environment that
 * could change what libcrypto or libcurl do (OPENSSL_CONF, SSLKEYLOGFILE), and
 * large blocks of memory go back to the system when they are freed.
 */
void	cli_harden(void);

/* There is no memory, and nobody up the stack who could be told: exit 2. */
void	cli_no_memory(void);

#endif
