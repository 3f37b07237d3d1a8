/*
 * What commands cost, in turn, as the kernel counted it:
 *	rusage RUNS NAME COMMAND... [-- NAME COMMAND...]...
 * prints "NAME cpu-ms wall-ms KiB" for each, medians of RUNS after one that is
 * not counted; the last is the peak of memory.  Small itself, since a child's
 * peak begins with its parent's.  A command that fails ends it.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX	8
#define RUNS_MAX	1001

static double cpu[COMMANDS_MAX][RUNS_MAX], wall[COMMANDS_MAX][RUNS_MAX];
static double peak[COMMANDS_MAX][RUNS_MAX];

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	return v[n / 2];
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
run(char **argv, int c, int i)
{
	struct rusage u;
	double began = now();
	int status, null;
	pid_t pid;

	if ((pid = fork()) == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, &u) == -1 ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		fprintf(stderr, "rusage: %s failed\n", argv[0]);
		exit(1);
	}
	if (i < 0)
		return;
	wall[c][i] = now() - began;
	cpu[c][i] = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
	peak[c][i] = (double)u.ru_maxrss;
}

int
main(int argc, char **argv)
{
	char **command[COMMANDS_MAX];
	int i, c, n = 0, runs;

	runs = argc > 3 ? (int)strtol(argv[1], NULL, 10) : 0;
	if (runs < 1 || runs > RUNS_MAX)
		return 2;
	for (i = 2; i < argc && n < COMMANDS_MAX; i++) {
		command[n++] = &argv[i];
		while (argv[i] != NULL && strcmp(argv[i], "--") != 0)
			i++;
		if (argv[i] == NULL)
			break;
		argv[i] = NULL;
	}
	for (i = -1; i < runs; i++)
		for (c = 0; c < n; c++)
			run(command[c] + 1, c, i);
	for (c = 0; c < n; c++)
		printf("%s %.2f %.2f %.0f\n", command[c][0],
		    median(cpu[c], runs), median(wall[c], runs),
		    median(peak[c], runs));
	return 0;
}
