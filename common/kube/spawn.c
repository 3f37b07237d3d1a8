#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "kube/spawn.h"
#include "kube/transfer.h"

#define FD_LIMIT 65536	/* descriptors closed one by one, at most */

static void
close_others(void)
{
	long i, n;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3, ~0U, 0) == 0)
		return;
#endif
	n = sysconf(_SC_OPEN_MAX);
	for (i = 3; i < (n < 0 || n > FD_LIMIT ? FD_LIMIT : n); i++)
		close((int)i);
}

/* Between fork() and execve(): async-signal-safe calls only. */
static void
child(const struct spawn *s, int out)
{
	int null;

	if (!s->use_stdin) {
		setpgid(0, 0);
		if ((null = open("/dev/null", O_RDONLY)) == -1 ||
		    dup2(null, 0) == -1)
			_exit(126);
	}
	if (dup2(out, 1) == -1)
		_exit(126);
	close_others();
#ifdef PR_SET_PDEATHSIG
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* nobody would read it */
#endif
	signal(SIGPIPE, SIG_DFL);
	execve(s->path, s->argv, s->envp);
	_exit(errno == ENOENT ? 127 : 126);
}

int
spawn_read(int fd, struct buf *out, int64_t left, struct err *e)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char chunk[4096];
	ssize_t n;
	int ret;

	if (left <= 0)
		return err_set(e, ERR_NET, "timed out");
	if (poll(&p, 1, (int)(left > 1000000 ? 1000000 : left)) <= 0)
		return 1;	/* the caller looks at the clock */
	n = read(fd, chunk, sizeof(chunk));
	if (n == -1)
		return errno == EINTR ? 1 : err_sys(e, errno, "cannot read");
	ret = n == 0 ? 0 : buf_append(out, chunk, (size_t)n, e) == -1 ? -1 : 1;
	explicit_bzero(chunk, sizeof(chunk));
	return ret;
}

static int
reap(pid_t pid, int *status)
{
	int st;

	while (waitpid(pid, &st, 0) == -1)
		if (errno != EINTR)
			return -1;
	*status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	return 0;
}

static void
kill_all(const struct spawn *s, pid_t pid)
{
	if (!s->use_stdin)
		kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

int
spawn_run(const struct spawn *s, struct buf *out, int *status, struct err *e)
{
	int64_t end = transfer_ms() + s->timeout_ms;
	int fds[2], more;
	pid_t pid;

	if (pipe(fds) == -1)
		return err_sys(e, errno, "pipe");
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	if ((pid = fork()) == -1) {
		err_sys(e, errno, "fork");
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	if (pid == 0)
		child(s, fds[1]);
	close(fds[1]);
	if (!s->use_stdin)
		setpgid(pid, pid);
	while ((more = spawn_read(fds[0], out, end - transfer_ms(), e)) == 1)
		;
	close(fds[0]);
	if (more == -1)
		kill_all(s, pid);
	if (reap(pid, status) == -1 && more == 0)
		return err_sys(e, errno, "waitpid");
	return more;
}

static int
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

int
spawn_find(const char *command, struct buf *out, struct err *e)
{
	const char *p = getenv("PATH");
	size_t n;

	if (strchr(command, '/') != NULL) {
		if (!is_program(command))
			return err_set(e, ERR_ABSENT, "not found");
		return buf_puts(out, command, e);
	}
	for (; p != NULL; p = p[n] == '\0' ? NULL : p + n + 1) {
		n = strcspn(p, ":");
		buf_reset(out);
		if (p[0] != '/')
			continue;
		if (buf_append(out, p, n, e) == -1 ||
		    buf_printf(out, e, "/%s", command) == -1)
			return -1;
		if (is_program(buf_str(out)))
			return 0;
	}
	return err_set(e, ERR_ABSENT, "not found");
}
