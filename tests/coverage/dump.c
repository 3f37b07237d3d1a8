/*
 * gcc writes its counters at exit(), which _exit() and execve() do not pass.
 * Linked into everything of make coverage, with --wrap for both.
 */
#include <stddef.h>
#include <unistd.h>

void	__gcov_dump(void);
void	__gcov_reset(void);
void	__real__exit(int status);
int	__real_execve(const char *path, char *const argv[], char *const envp[]);
void	__wrap__exit(int status);
int	__wrap_execve(const char *path, char *const argv[], char *const envp[]);

void
__wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}

int
__wrap_execve(const char *path, char *const argv[], char *const envp[])
{
	__gcov_dump();
	__gcov_reset();
	return __real_execve(path, argv, envp);
}
