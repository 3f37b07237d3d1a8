/*
 * kubectl istio WORD: runs kubectl-istio-WORD of the directory it is in; or,
 * where the tools are linked into this very file (make dist), the tool itself.
 */
#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cmd/istio/istio.h"

const struct cli_choice istio_words[] = {
	{ "rootcheck", "judge every certificate that a mesh's trust hangs on" },
	{ "proxyver", "judge every proxy: its version, and whether it reloads "
	    "a new root" },
	{ "certverify", "verify that every workload trusts the root in force" },
	{ "rotate", "replace the root, one proved step at a time" },
	{ NULL, NULL }
};
#define NWORDS (sizeof(istio_words) / sizeof(istio_words[0]) - 1)

/* The tools' main(), renamed by the Makefile: NULL where it is not linked. */
#define WEAK __attribute__((weak))
int	rootcheck_main(int, char **) WEAK;
int	proxyver_main(int, char **) WEAK;
int	certverify_main(int, char **) WEAK;
int	rotate_main(int, char **) WEAK;

/* In the order of istio_words. */
static int	(*const linked[NWORDS])(int, char **) = {
	rootcheck_main, proxyver_main, certverify_main, rotate_main
};

/* Its own flags: those before any word. */
static struct own {
	const char	*explain;
	const char	*completion;
	int		 help;
	int		 version;
} own;

#define OWN(field) offsetof(struct own, field)

static const struct cli_opt opts[] = {
	{ "explain", 0, CLI_STRING, OWN(explain), "RULE",
	    "say what a rule means, in each tool that has it", NULL },
	{ "completion", 0, CLI_STRING, OWN(completion), "bash|zsh|kubectl",
	    "print a completion script for all tools", NULL },
	{ "help", 'h', CLI_BOOL, OWN(help), NULL, "print this", NULL },
	{ "version", 0, CLI_BOOL, OWN(version), NULL, "print the version",
	    NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};
static const struct cli_group group = { opts, &own };

static struct cli_tool tool = {
	.word = "",
};

/* Where argv[0] was found, for a system without /proc/self/exe. */
static int
search_path(const char *name, char out[PATH_MAX])
{
	const char *p = getenv("PATH");
	char path[PATH_MAX];
	size_t n;
	int len;

	if (strchr(name, '/') != NULL)
		return realpath(name, out) == NULL ? -1 : 0;
	for (; p != NULL && *p != '\0'; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		len = snprintf(path, sizeof(path), "%.*s/%s",
		    n == 0 ? 1 : (int)n, n == 0 ? "." : p, name);
		if (len > 0 && (size_t)len < sizeof(path) &&
		    access(path, X_OK) == 0)
			return realpath(path, out) == NULL ? -1 : 0;
	}
	return -1;
}

/* The directory of this very file, links resolved: krew links only this. */
static int
own_directory(const char *argv0, char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX);
	char *slash;

	if (n > 0 && n < PATH_MAX)
		out[n] = '\0';
	else if (argv0 == NULL || search_path(argv0, out) == -1)
		return -1;
	if ((slash = strrchr(out, '/')) == NULL)
		return -1;
	slash[slash == out] = '\0';
	return 0;
}

/* The tool of this name in this file, or NULL. */
static int (*
linked_tool(const char *word))(int, char **)
{
	size_t i;

	for (i = 0; i < NWORDS; i++)
		if (strcmp(istio_words[i].word, word) == 0)
			return linked[i];
	return NULL;
}

int
istio_installed(const char *dir, const char *word, char path[PATH_MAX])
{
	struct stat st;
	int n;

	if (linked_tool(word) != NULL) {
		snprintf(path, PATH_MAX, ISTIO_PREFIX "%s", word);
		return 1;
	}
	n = snprintf(path, PATH_MAX, "%s/" ISTIO_PREFIX "%s", dir, word);
	return n > 0 && n < PATH_MAX && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

void
istio_exec(const char *path, char **argv)
{
	int (*tool_main)(int, char **) = NULL;
	int argc = 0;

	/* a path in a directory has a slash */
	if (strncmp(path, ISTIO_PREFIX, sizeof(ISTIO_PREFIX) - 1) == 0)
		tool_main = linked_tool(path + sizeof(ISTIO_PREFIX) - 1);
	if (tool_main == NULL) {
		execv(path, argv);
		return;
	}
	while (argv[argc] != NULL)
		argc++;
	exit(tool_main(argc, argv));
}

/* Close stdout's account: what was printed is there, or the status is 2. */
static int
printed(void)
{
	if (fflush(stdout) == EOF || ferror(stdout)) {
		cli_note(stderr, "error: cannot write to stdout: %s",
		    strerror(errno));
		return 2;
	}
	return 0;
}

static int
list(const char *dir, int help)
{
	char path[PATH_MAX];
	size_t i, n = 0;

	if (help)
		fputs("Usage: kubectl istio WORD [flags]\n\n"
		    "Checks of what the mutual TLS of an Istio mesh hangs on. "
		    "Each WORD is a tool:\n\n", stdout);
	for (i = 0; i < NWORDS; i++)
		if (istio_installed(dir, istio_words[i].word, path)) {
			printf("%s%-12s%s\n", help ? "  " : "",
			    istio_words[i].word, istio_words[i].help);
			n++;
		}
	if (help)
		fputs("\n'kubectl istio WORD --help' says more, and --version "
		    "prints the version.\n"
		    "--explain RULE says what a rule of any tool means, and "
		    "--completion\nbash|zsh|kubectl prints a script for "
		    "them all.\n", stdout);
	if (n == 0) {
		cli_note(stderr, "error: there is no " ISTIO_PREFIX "WORD in "
		    "'%s'", dir);
		return 2;
	}
	return printed();
}

static int
completion(struct err *e)
{
	static char name[NWORDS][64];
	const char *commands[NWORDS + 2] = { "kubectl-istio" };
	size_t i;

	for (i = 0; i < NWORDS; i++) {
		snprintf(name[i], sizeof(name[i]), ISTIO_PREFIX "%s",
		    istio_words[i].word);
		commands[i + 1] = name[i];
	}
	return cli_completion(stdout, commands, own.completion, e);
}

static int
flags(const char *dir, int argc, char **argv)
{
	struct strs operands = { NULL, 0 };
	struct err e = ERR_INIT;
	int ret;

	ret = cli_parse(&tool, &group, 1, argc, argv, &operands, &e);
	cli_list_free(&operands);
	if (ret == 0 && own.help)
		return list(dir, 1);
	if (ret == 0 && own.version)
		ret = cli_version(stdout, &tool, &e);
	else if (ret == 0 && own.explain != NULL)
		ret = istio_explain(dir, own.explain, &e);
	else if (ret == 0 && own.completion != NULL)
		ret = completion(&e);
	else if (ret == 0)
		ret = err_set(&e, ERR_USAGE, "no command was given");
	return ret == -1 ? cli_fail(stderr, &tool, &e) : printed();
}

static int
run(const char *path, char **argv)
{
	argv[0] = (char *)path;
	istio_exec(path, argv);
	cli_note(stderr, "error: cannot run '%s': %s", path, strerror(errno));
	return 2;
}

/* Rules of all tools, where one is to be explained; else words and flags. */
static int
complete(const char *dir, int argc, char **argv)
{
	static struct istio_rules all;
	static struct cli_choice choices[ISTIO_RULES_MAX + 1];
	char *asked[] = { argv[0], argv[1], argv[argc - 1] };
	char path[PATH_MAX];
	struct err e = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; i < NWORDS; i++)
		if (argc > 3 && strcmp(istio_words[i].word, argv[2]) == 0 &&
		    istio_installed(dir, istio_words[i].word, path)) {
			argv[2] = argv[1];
			return run(path, argv + 1);
		}
	tool.choices = choices;
	if (strncmp(asked[2], "--explain=", 10) == 0)
		asked[2] += 10;
	else if (argc < 4 || strcmp(argv[argc - 2], "--explain") != 0) {
		for (i = 0; i < NWORDS; i++)
			if (istio_installed(dir, istio_words[i].word, path))
				choices[n++] = istio_words[i];
		return cli_complete(stdout, &tool, &group, 1, NULL, NULL, argc,
		    argv);
	}
	(void)istio_rules(dir, &all, &e);	/* those that could be had */
	for (i = 0; i < all.n; i++) {
		choices[i].word = all.rule[i].id;
		choices[i].help = all.rule[i].tools;
	}
	return cli_complete(stdout, &tool, &group, 1, NULL, NULL, 3, asked);
}

static int
unknown(const char *dir, const char *word)
{
	char path[PATH_MAX], known[256] = "";
	size_t i, len = 0;

	for (i = 0; i < NWORDS; i++)
		if (istio_installed(dir, istio_words[i].word, path)) {
			snprintf(known + len, sizeof(known) - len, " %s",
			    istio_words[i].word);
			len = strlen(known);
		}
	cli_note(stderr, "error: unknown command \"%.64s\" for "
	    "\"kubectl istio\"", word);
	cli_note(stderr, "hint: the commands in '%s' are%s", dir,
	    len > 0 ? known : " none");
	fputs("See 'kubectl istio --help' for usage.\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	char dir[PATH_MAX] = "", path[PATH_MAX];
	size_t i;

	cli_harden();
	if (own_directory(argv[0], dir) == -1 && linked[0] == NULL) {
		cli_note(stderr, "error: cannot find the directory that "
		    "kubectl-istio is in");
		return 2;
	}
	if (argc < 2)
		return list(dir, 0);
	if (cli_completing(argc, argv))
		return complete(dir, argc, argv);
	if (argv[1][0] == '-' && argv[1][1] != '\0')
		return flags(dir, argc, argv);
	for (i = 0; i < NWORDS; i++)
		if (strcmp(istio_words[i].word, argv[1]) == 0 &&
		    istio_installed(dir, istio_words[i].word, path))
			return run(path, argv + 1);
	return unknown(dir, argv[1]);
}
