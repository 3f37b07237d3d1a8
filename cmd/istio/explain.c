/* --explain of all tools: each knows its own rules, and is asked. */
#include <sys/types.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmd/istio/istio.h"

#define ANSWER_MAX	(256 * 1024)	/* bytes of a tool's answer */
#define NEAR_MAX	3		/* ids that an unknown one may mean */

/* Run the tool; its stdout is out, and its stderr ours.  -1: it cannot be. */
static pid_t
start(char *path, const char *a, const char *b, const char *c, int out)
{
	char *argv[] = { path, (char *)a, (char *)b, (char *)c, NULL };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (out != -1 && dup2(out, STDOUT_FILENO) == -1)
		_exit(2);
	istio_exec(path, argv);
	_exit(2);
}

static int
finish(pid_t pid, const char *path, struct err *e)
{
	int st;

	while (waitpid(pid, &st, 0) == -1)
		if (errno != EINTR)
			return err_sys(e, errno, "waitpid");
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 0)
		return err_set(e, ERR_IO, "'%s' failed", path);
	return 0;
}

static int
ask(char *path, struct buf *b, struct err *e)
{
	int fds[2], ret;
	pid_t pid;

	if (pipe(fds) == -1)
		return err_sys(e, errno, "pipe");
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	pid = start(path, "__complete", "--explain", "", fds[1]);
	close(fds[1]);
	if (pid == -1)
		ret = err_sys(e, errno, "cannot run '%s'", path);
	else
		ret = buf_read_all(b, fds[0], 4096, "from a tool", e);
	close(fds[0]);
	if (pid != -1 && finish(pid, path, ret == 0 ? e : NULL) == -1)
		ret = -1;
	return ret;
}

static int
keep(struct istio_rules *r, const char *id, size_t len, const char *word,
    struct err *e)
{
	char *tools;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strlen(r->rule[i].id) == len &&
		    memcmp(r->rule[i].id, id, len) == 0)
			break;
	if (i == ISTIO_RULES_MAX || len >= ISTIO_ID_MAX)
		return err_set(e, ERR_LIMIT, "more than %d rules",
		    ISTIO_RULES_MAX);
	tools = r->rule[i].tools;
	if (i == r->n) {
		snprintf(r->rule[i].id, ISTIO_ID_MAX, "%.*s", (int)len, id);
		tools[0] = '\0';
		r->n++;
	}
	len = strlen(tools);
	snprintf(tools + len, sizeof(r->rule[i].tools) - len, "%s%s",
	    len > 0 ? ", " : "", word);
	return 0;
}

int
istio_rules(const char *dir, struct istio_rules *r, struct err *e)
{
	const struct cli_choice *w;
	char path[PATH_MAX];
	const char *p;
	struct buf b;
	int ret = 0;

	r->n = 0;
	for (w = istio_words; ret == 0 && w->word != NULL; w++) {
		if (!istio_installed(dir, w->word, path))
			continue;
		buf_init(&b, ANSWER_MAX, "a tool's answer");
		ret = ask(path, &b, e);
		for (p = buf_str(&b); ret == 0 && *p != ':' && *p != '\0';
		    p += strcspn(p, "\n"), p += *p == '\n')
			ret = keep(r, p, strcspn(p, "\t\n"), w->word, e);
		buf_release(&b);
	}
	return ret;
}

static int
unknown(const struct istio_rules *r, const char *id, struct err *e)
{
	char near[ERR_MSG_MAX] = "";
	size_t i, n = 0, len;

	for (i = 0; i < r->n && n < NEAR_MAX; i++) {
		if (!cli_rule_near(r->rule[i].id, id))
			continue;
		len = strlen(near);
		snprintf(near + len, sizeof(near) - len, "%s'%s' (%s)",
		    n++ > 0 ? " or " : "", r->rule[i].id, r->rule[i].tools);
	}
	if (n > 0)
		return err_set(e, ERR_USAGE, "unknown rule '%.64s': did you "
		    "mean %s?", id, near);
	return err_set(e, ERR_USAGE, "unknown rule '%.64s': "
	    "'kubectl istio WORD --help' lists those of a tool", id);
}

int
istio_explain(const char *dir, const char *id, struct err *e)
{
	static struct istio_rules all;
	const struct cli_choice *w;
	char path[PATH_MAX];
	size_t i, n = 0;
	pid_t pid;

	if (istio_rules(dir, &all, e) == -1)
		return -1;
	for (i = 0; i < all.n && strcmp(all.rule[i].id, id) != 0; i++)
		;
	if (i == all.n)
		return unknown(&all, id, e);
	for (w = istio_words; w->word != NULL; w++) {
		if (strstr(all.rule[i].tools, w->word) == NULL ||
		    !istio_installed(dir, w->word, path))
			continue;
		printf("%skubectl istio %s\n\n", n++ > 0 ? "\n" : "", w->word);
		if (fflush(stdout) == EOF)
			return err_sys(e, errno, "cannot write to stdout");
		if ((pid = start(path, "--explain", id, NULL, -1)) == -1)
			return err_sys(e, errno, "cannot run '%s'", path);
		if (finish(pid, path, e) == -1)
			return -1;
	}
	return 0;
}
