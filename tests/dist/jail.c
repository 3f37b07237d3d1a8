/*
 * kubectl-istio[-WORD] ARG...: kubectl-istio [WORD] ARG... in a root file
 * system that holds nothing else, in the same working directory.  The root is
 * "../root" of where this file is; the caller has mounted what a test works
 * on at the place that it has outside.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "/bin/kubectl-istio"

int
main(int argc, char **argv)
{
	static char tool[] = "/kubectl-istio";
	char self[PATH_MAX], cwd[PATH_MAX];
	char **args = calloc((size_t)argc + 2, sizeof(*args));
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *name, *word;

	if (args == NULL || n <= 0 || getcwd(cwd, sizeof(cwd)) == NULL)
		return 125;
	self[n] = '\0';
	if ((name = strstr(self, NAME)) == NULL)
		return 125;
	*name = '\0';
	if (chdir(self) == -1 || chroot("root") == -1 || chdir(cwd) == -1) {
		perror(cwd);
		return 125;
	}
	args[0] = tool;
	word = name + strlen(NAME);
	if (*word == '-')
		args[1] = word + 1;
	memcpy(args + (*word == '-' ? 2 : 1), argv + 1,
	    (size_t)(argc - 1) * sizeof(*argv));
	execv(args[0], args);
	perror(args[0]);
	return 125;
}
