/*
 * All that is in the images of tests/cluster/node: a static program, which is
 *	pilot-agent request GET certs
 *	pilot-agent request GET config_dump?mask=dynamic_active_secrets
 *	curl -sS http://localhost:15000/config_dump
 * by its name, and says what the test has put into /answer for it: the file
 * certs or dump, in pieces, behind the file stderr on stderr, and ends with
 * the status in the file exit; where there is a file hang, it does not end.
 * By any other name it waits for SIGTERM, or with the word "end" for nothing.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE	777	/* bytes: an answer is more than one frame */
#define MISUSED	64

static int
wait_for_term(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	/* the first process of a container gets no signal that it ignores */
	sigprocmask(SIG_BLOCK, &set, NULL);
	return sigwait(&set, &sig) == 0 ? 0 : 1;
}

/* 0: there is no such file. */
static int
copy(const char *path, int to)
{
	char piece[PIECE];
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		if (write(to, piece, (size_t)n) != n)
			_exit(MISUSED);
	close(fd);
	return 1;
}

static int
answer(const char *path)
{
	char status[8] = "0";
	FILE *f;

	copy("/answer/stderr", STDERR_FILENO);
	if (access("/answer/hang", F_OK) == 0)
		return wait_for_term();
	if (!copy(path, STDOUT_FILENO) && access("/answer/exit", F_OK) != 0) {
		fprintf(stderr, "no %s\n", path);
		return MISUSED;
	}
	if ((f = fopen("/answer/exit", "r")) != NULL) {
		if (fgets(status, sizeof(status), f) == NULL)
			status[0] = '\0';
		fclose(f);
	}
	return (int)strtol(status, NULL, 10);
}

/* Is the command these words, from the first argument on? */
static int
is(char *const *argv, const char *const *words)
{
	size_t i;

	for (i = 0; argv[i + 1] != NULL && words[i] != NULL; i++)
		if (strcmp(argv[i + 1], words[i]) != 0)
			return 0;
	return argv[i + 1] == NULL && words[i] == NULL;
}

int
main(int argc, char **argv)
{
	static const char *const certs[] = { "request", "GET", "certs", NULL };
	static const char *const secrets[] = {
		"request", "GET", "config_dump?mask=dynamic_active_secrets",
		NULL
	};
	static const char *const dump[] = {
		"-sS", "http://localhost:15000/config_dump", NULL
	};
	const char *name = strrchr(argv[0], '/');

	name = name == NULL ? argv[0] : name + 1;
	if (strcmp(name, "pilot-agent") == 0 && is(argv, certs))
		return answer("/answer/certs");
	if ((strcmp(name, "pilot-agent") == 0 && is(argv, secrets)) ||
	    (strcmp(name, "curl") == 0 && is(argv, dump)))
		return answer("/answer/dump");
	if (strcmp(name, "pilot-agent") == 0 || strcmp(name, "curl") == 0) {
		fprintf(stderr, "%s: asked for something else\n", name);
		return MISUSED;
	}
	return argc > 1 && strcmp(argv[1], "end") == 0 ? 0 : wait_for_term();
}
