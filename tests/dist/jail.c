/*
 * kubectl-istio-WORD ARG...: kubectl-istio WORD ARG... in a root file system
 * that holds nothing else, in the same working directory.  The root is
 * "../root" of where this file is; the caller has mounted what a test works
 * on at the place that it has outside.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "kubectl-istio-"

int
main(int argc, char **argv)
{
	static char tool[] = "/kubectl-istio";
	char self[PATH_MAX], cwd[PATH_MAX];
	char **args = calloc((size_t)argc + 2, sizeof(*args));
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *name;

	if (args == NULL || n <= 0 || getcwd(cwd, sizeof(cwd)) == NULL)
		return 125;
	self[n] = '\0';
	if ((name = strstr(self, "/bin/" NAME)) == NULL)
		return 125;
	*name = '\0';
	if (chdir(self) == -1 || chroot("root") == -1 || chdir(cwd) == -1) {
		perror(cwd);
		return 125;
	}
	memcpy(args + 1, argv, (size_t)argc * sizeof(*argv));
	args[0] = tool;
	args[1] = name + strlen("/bin/" NAME);
	execv(args[0], args);
	perror(args[0]);
	return 125;
}
