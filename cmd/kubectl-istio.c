/*
 * kubectl istio WORD: runs kubectl-istio-WORD from this program's own
 * directory, so that one link (krew makes just one) is enough for all tools.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cli.h"

#define WORD_MAX 32	/* letters of a tool's word */

static const struct {
	const char	*word;
	const char	*summary;
} words[] = {
	{ "rootcheck", "judge every certificate that a mesh's trust hangs on" },
	{ "proxyver", "every proxy, its version, will it learn a new root" },
	{ "certverify", "prove that every consumer trusts the root in force" },
	{ "rotate", "replace the root, one proved step at a time" },
};
#define NWORDS (sizeof(words) / sizeof(words[0]))

static const struct cli_tool tool = {
	.word = "",
	.summary = "keep an Istio mesh's root certificate from taking it down",
	.synopsis = "WORD [flags]",
	.details =
"Runs kubectl-istio-WORD from the directory of this program; without a word,\n"
"lists those that are there.",
};

/* The directory of this very program, links resolved. */
static int
own_directory(const char *argv0, char *out, struct err *e)
{
	char path[PATH_MAX];
	ssize_t n;
	char *slash;

	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = '\0';
		memcpy(out, path, (size_t)n + 1);
	} else if (strchr(argv0, '/') == NULL || realpath(argv0, out) == NULL)
		return err_set(e, ERR_IO, "cannot tell where '%.200s' is "
		    "installed", argv0);
	if ((slash = strrchr(out, '/')) == NULL)
		return err_set(e, ERR_IO, "cannot tell where '%.200s' is "
		    "installed", argv0);
	*slash = '\0';
	return 0;
}

static int
tool_path(const char *dir, const char *word, char *out, struct err *e)
{
	int n;

	n = snprintf(out, PATH_MAX, "%s/kubectl-istio-%s", dir, word);
	if (n < 0 || n >= PATH_MAX)
		return err_set(e, ERR_LIMIT, "the path of '%s' is over the "
		    "limit of %d bytes", word, PATH_MAX);
	return 0;
}

static int
list(const char *dir, struct err *e)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < NWORDS; i++) {
		if (tool_path(dir, words[i].word, path, e) == -1)
			return -1;
		if (access(path, X_OK) == 0)
			printf("%-12s%s\n", words[i].word, words[i].summary);
	}
	if (fflush(stdout) == EOF || ferror(stdout))
		return err_sys(e, errno, "cannot write to stdout");
	return 0;
}

static int
known(const char *word)
{
	size_t i;

	for (i = 0; i < NWORDS; i++)
		if (strcmp(words[i].word, word) == 0)
			return 1;
	return 0;
}

static int
run(const char *dir, char **argv, struct err *e)
{
	char path[PATH_MAX];

	if (!known(argv[1]))
		return err_set(e, ERR_USAGE, "unknown command \"%.*s\" for "
		    "\"kubectl istio\"", WORD_MAX, argv[1]);
	if (tool_path(dir, argv[1], path, e) == -1)
		return -1;
	argv[1] = path;
	execv(path, argv + 1);
	return err_sys(e, errno, "cannot run '%s'", path);
}

static int
dispatch(int argc, char **argv, struct err *e)
{
	const struct cli_group none = { NULL, NULL };
	char dir[PATH_MAX];

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0))
		return cli_help(stdout, &tool, &none, 0, e);
	if (argc > 1 && strcmp(argv[1], "--version") == 0)
		return cli_version(stdout, &tool, e);
	if (own_directory(argv[0], dir, e) == -1)
		return -1;
	return argc < 2 ? list(dir, e) : run(dir, argv, e);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;

	cli_harden();
	return dispatch(argc, argv, &e) == -1 ?
	    cli_fail(stderr, &tool, &e) : 0;
}
