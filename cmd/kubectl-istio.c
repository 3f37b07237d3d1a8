/*
 * kubectl istio WORD: runs kubectl-istio-WORD of the directory it is in; or,
 * where the tools are linked into this very file (make dist), the tool.
 */
#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define PREFIX "kubectl-istio-"

/* The tools' main(), renamed by the Makefile; NULL where it is not linked. */
#define WEAK __attribute__((weak))
int	rootcheck_main(int, char **) WEAK;
int	proxyver_main(int, char **) WEAK;
int	certverify_main(int, char **) WEAK;
int	rotate_main(int, char **) WEAK;

/* The only words there are: what runs is never made of what was typed. */
static const struct {
	const char	*word;
	const char	*summary;
	int		(*run)(int, char **);
} words[] = {
	{ "rootcheck", "judge every certificate that a mesh's trust hangs on",
	    rootcheck_main },
	{ "proxyver", "judge every proxy: its version, and whether it reloads "
	    "a new root", proxyver_main },
	{ "certverify", "verify that every workload trusts the root in force",
	    certverify_main },
	{ "rotate", "replace the root, one proved step at a time",
	    rotate_main },
};
#define NWORDS (sizeof(words) / sizeof(words[0]))

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

/* Is there such a tool, here or in dir?  Its path is filled in. */
static int
installed(const char *dir, size_t i, char path[PATH_MAX])
{
	struct stat st;
	int n;

	if (words[i].run != NULL)
		return 1;
	n = snprintf(path, PATH_MAX, "%s/" PREFIX "%s", dir, words[i].word);
	return n > 0 && n < PATH_MAX && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) && access(path, X_OK) == 0;
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
		if (installed(dir, i, path)) {
			printf("%s%-12s%s\n", help ? "  " : "", words[i].word,
			    words[i].summary);
			n++;
		}
	if (help)
		fputs("\n'kubectl istio WORD --help' says more, and --version "
		    "prints the version.\n", stdout);
	if (n == 0) {
		cli_note(stderr, "error: there is no " PREFIX "WORD in '%s'",
		    dir);
		return 2;
	}
	return printed();
}

static int
usage(void)
{
	fputs("See 'kubectl istio --help' for usage.\n", stderr);
	return 2;
}

static int
flag(const char *dir, const char *s)
{
	if (strcmp(s, "--help") == 0 || strcmp(s, "-h") == 0)
		return list(dir, 1);
	if (strcmp(s, "--version") == 0) {
		puts("kubectl-istio " VERSION);
		return printed();
	}
	if (s[1] == '-')
		cli_note(stderr, "error: unknown flag: %.64s", s);
	else
		cli_note(stderr, "error: unknown shorthand flag: '%c' in "
		    "%.64s", s[1], s);
	return usage();
}

static int
unknown(const char *dir, const char *word)
{
	char path[PATH_MAX], known[256] = "";
	size_t i, len = 0;

	cli_note(stderr, "error: unknown command \"%.64s\" for "
	    "\"kubectl istio\"", word);
	for (i = 0; i < NWORDS; i++)
		if (installed(dir, i, path)) {
			snprintf(known + len, sizeof(known) - len, " %s",
			    words[i].word);
			len = strlen(known);
		}
	cli_note(stderr, "hint: the commands in '%s' are%s", dir,
	    len > 0 ? known : " none");
	return usage();
}

int
main(int argc, char **argv)
{
	char dir[PATH_MAX] = "", path[PATH_MAX];
	size_t i;

	cli_harden();
	if (own_directory(argv[0], dir) == -1 && words[0].run == NULL) {
		cli_note(stderr, "error: cannot find the directory that "
		    "kubectl-istio is in");
		return 2;
	}
	if (argc < 2)
		return list(dir, 0);
	if (argv[1][0] == '-' && argv[1][1] != '\0')
		return flag(dir, argv[1]);
	for (i = 0; i < NWORDS; i++)
		if (strcmp(words[i].word, argv[1]) == 0 &&
		    installed(dir, i, path)) {
			if (words[i].run != NULL)
				return words[i].run(argc - 1, argv + 1);
			argv[1] = path;
			execv(path, argv + 1);
			cli_note(stderr, "error: cannot run '%s': %s", path,
			    strerror(errno));
			return 2;
		}
	return unknown(dir, argv[1]);
}
