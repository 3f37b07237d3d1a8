#include <sys/types.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "kube/kube.h"
#include "kube/kubeconfig.h"
#include "kube/names.h"
#include "kube/spawn.h"
#include "kube/transfer.h"

#define WHOLE ".\n"	/* the last line: nothing is missing */

/* ---- the process that asks ---- */

static void
say(FILE *f, const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	while (*p >= ' ' && *p != 0x7f)
		p++;
	if (*p == '\0' && name[0] != '\0' && strcmp(name, ".") != 0)
		fprintf(f, "%s\n", name);
}

/* 0: it is no such name. */
static int
ask_kubeconfig(FILE *f, const struct kube_flags *flags, const char *what,
    int *ret)
{
	static const char *const names[KC_KINDS] = {
		[KC_CLUSTER] = "cluster", [KC_USER] = "user",
		[KC_CONTEXT] = "context"
	};
	const struct kc_entry *en;
	struct err e = ERR_INIT;
	struct arena arena;
	struct kc kc;
	int kind;

	for (kind = 0; kind < KC_KINDS; kind++)
		if (strcmp(names[kind], what) == 0)
			break;
	if (kind == KC_KINDS)
		return 0;
	memset(&kc, 0, sizeof(kc));
	arena_init(&arena, 4 * KUBE_CONFIG_MAX, "the kubeconfig");
	kc.arena = &arena;
	*ret = kc_load(&kc, flags, &e);
	for (en = kc.entry[kind]; *ret == 0 && en != NULL; en = en->next)
		say(f, en->name);
	arena_release(&arena);
	return 1;
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const char *name = node_str(node_path(obj, "metadata", "name",
	    (const char *)NULL), NULL);

	(void)a;
	(void)e;
	if (name != NULL)
		say(arg, name);
	return 0;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	(void)arg;
	(void)a;
	return err_set(e, why->class, "%s", why->msg);
}

static int
ask_cluster(FILE *f, const struct kube_flags *flags, const char *what,
    const char *ns)
{
	static const struct kube_ask asks[] = {
		{ "", "v1", "namespaces", "Namespace", "", NULL, NULL, NULL,
		    0 },
		{ "", "v1", "pods", "Pod", "", NULL, NULL, NULL, 0 },
		{ "", "v1", "configmaps", "ConfigMap", "", NULL, NULL, NULL,
		    0 },
		{ "", "v1", "serviceaccounts", "ServiceAccount", "", NULL,
		    NULL, NULL, 0 },
	};
	const struct kube_options ko = {
		"completion", VERSION, NULL, "a shell waits for names"
	};
	const struct kube_sink sink = {
		.object = on_object, .failed = on_failed, .arg = f
	};
	struct err e = ERR_INIT;
	struct kube_ask ask;
	struct kube *k;
	size_t i, len = strlen(what);
	int ret;

	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (strncmp(asks[i].resource, what, len) == 0)
			break;
	if (i == sizeof(asks) / sizeof(asks[0]) ||
	    kube_connect(flags, &ko, &k, &e) == -1)
		return -1;
	ask = asks[i];
	if (i > 0)
		ask.ns = ns;
	ret = kube_fetch(k, &ask, 1, &sink, &e);
	kube_close(k);
	return ret;
}

static void
ask(int out, const struct kube_flags *flags, const char *what, const char *ns)
{
	int ret = -1, null = open("/dev/null", O_RDWR);
	FILE *f = fdopen(out, "w");

	if (f == NULL || null == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 1) == -1 || dup2(null, 2) == -1)
		_exit(1);
	setpgid(0, 0);
	if (!ask_kubeconfig(f, flags, what, &ret))
		ret = ask_cluster(f, flags, what, ns);
	if (ret == 0)
		fputs(WHOLE, f);
	_exit(fflush(f) == EOF);
}

/* ---- the one that waits ---- */

/* All that it says until its end.  -1: too late, or too much. */
static int
listen_to(int fd, struct buf *b)
{
	int64_t end = transfer_ms() + KUBE_NAMES_MS;
	int more;

	while ((more = spawn_read(fd, b, end - transfer_ms(), NULL)) == 1)
		;
	return more;
}

static void
hand_on(struct buf *b, void (*put)(void *arg, const char *name), void *arg)
{
	const size_t n = sizeof(WHOLE) - 1;
	char *p = (char *)b->p, *end;

	if (b->len < n || memcmp(p + b->len - n, WHOLE, n) != 0)
		return;
	p[b->len - n] = '\0';
	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		*end = '\0';
		put(arg, p);
	}
}

void
kube_names(const struct kube_flags *flags, const char *what, const char *ns,
    void (*put)(void *arg, const char *name), void *arg)
{
	struct buf b;
	int fds[2];
	pid_t pid;

	if (pipe(fds) == -1)
		return;
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	if ((pid = fork()) == 0) {
		close(fds[0]);
		ask(fds[1], flags, what, ns);
	}
	close(fds[1]);
	buf_init(&b, KUBE_NAMES_BYTES, "names");
	if (pid != -1) {
		if (listen_to(fds[0], &b) == -1)
			buf_reset(&b);
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	close(fds[0]);
	if (b.len > 0)
		hand_on(&b, put, arg);
	buf_release(&b);
}
