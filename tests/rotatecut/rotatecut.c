/*
 * The filter of rotate with its input cut at every byte.
 *	rotatecut FILE NEEDLE STEP
 * runs its main() (linked with -Wl,--wrap=main) in a process of its own for
 * the first 0, STEP, 2*STEP ... bytes of FILE on stdin.  Each must end in 2,
 * with nothing on stdout and a line on stderr, or in 0 with NEEDLE, which is
 * the key, on stdout; that goes to stdout here.  NEEDLE on stderr is wrong in
 * any case.  "N refused, N whole" is said on stderr at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MAX (1024 * 1024)

int	__real_main(int argc, char **argv);
int	__wrap_main(int argc, char **argv);

static char	 in[TEXT_MAX + 1], out[TEXT_MAX + 1], said[TEXT_MAX + 1];
static int	 fd_in, fd_out, fd_err;

static void	 die(const char *) __attribute__((noreturn));

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int
make_fd(void)
{
	FILE *f = tmpfile();

	if (f == NULL)
		die("tmpfile");
	return fileno(f);
}

static void
slurp(int fd, char *to)
{
	ssize_t n = pread(fd, to, TEXT_MAX, 0);

	if (n == -1)
		die("pread");
	to[n] = '\0';
}

static void
filter(void)
{
	static char name[] = "kubectl-istio-rotate", f[] = "-f", dash[] = "-";
	static char *argv[] = { name, f, dash, NULL };

	if (dup2(fd_in, 0) == -1 || dup2(fd_out, 1) == -1 ||
	    dup2(fd_err, 2) == -1)
		_exit(99);
	exit(__real_main(3, argv));
}

/* Its exit status, with what it printed in out and said. */
static int
run(size_t len)
{
	int status;
	pid_t pid;

	if (ftruncate(fd_in, 0) == -1 || ftruncate(fd_out, 0) == -1 ||
	    ftruncate(fd_err, 0) == -1 ||
	    pwrite(fd_in, in, len, 0) != (ssize_t)len ||
	    lseek(fd_in, 0, SEEK_SET) == -1 ||
	    lseek(fd_out, 0, SEEK_SET) == -1 ||
	    lseek(fd_err, 0, SEEK_SET) == -1)
		die("a temporary file");
	fflush(stdout);
	if ((pid = fork()) == -1)
		die("fork");
	if (pid == 0)
		filter();
	if (waitpid(pid, &status, 0) == -1)
		die("waitpid");
	slurp(fd_out, out);
	slurp(fd_err, said);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
__wrap_main(int argc, char **argv)
{
	size_t i, len, whole = 0, refused = 0;
	int status, good, bad = 0;
	FILE *f;

	if (argc != 4 || (f = fopen(argv[1], "r")) == NULL)
		die("rotatecut FILE NEEDLE STEP");
	len = fread(in, 1, TEXT_MAX, f);
	fclose(f);
	fd_in = make_fd();
	fd_out = make_fd();
	fd_err = make_fd();
	for (i = 0; i < len; i += strtoul(argv[3], NULL, 10)) {
		status = run(i);
		good = status == 0 ? strstr(out, argv[2]) != NULL :
		    status == 2 && out[0] == '\0' && said[0] != '\0';
		if (!good || strstr(said, argv[2]) != NULL) {
			fprintf(stderr, "%zu bytes of it: status %d, %zu on "
			    "stdout\n", i, status, strlen(out));
			bad = 1;
		}
		whole += status == 0;
		refused += status == 2;
		if (status == 0)
			fputs(out, stdout);
	}
	fprintf(stderr, "%zu refused, %zu whole\n", refused, whole);
	return bad || fclose(stdout) == EOF;
}
