/*
 * One command in many pods, by the kubeconfig in $KUBECONFIG: what kube/exec.h
 * does, seen from outside.
 *	kubeexec [-av] [-c CONTAINER] [-j CONCURRENCY] [-k TOKEN] \
 *	    [-l LIMIT-MS] [-n NAMESPACE] [-o OUT-MAX] [-p COUNT] [-r RATE] \
 *	    [-x NTH] POD... -- WORD...
 * -a: as somebody else; -p: of each POD, so many, POD-0 and on; -x: the
 * callback fails at the Nth; -v: log requests to stderr.
 * Prints a line a pod, as it comes: "pod exit class http bytes stdout|stderr",
 * escaped, or with an error "pod exit class http bytes: message".  Exit status
 * 1: it all failed; 2: usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kube/exec.h"

#define NAME 300
#define NAMES 4096
#define SHOWN 200	/* bytes of stdout */

struct asking {
	struct kube_run	 x;
	char		**pod;
	size_t		 npods;
	size_t		 count;		/* of each; 0: it alone */
	size_t		 at;
	char		*name[NAMES];	/* of those on their way */
	size_t		 fail_at, done;
};

static void
print_line(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static int
next(void *arg, struct kube_run *x, struct err *e)
{
	struct asking *a = arg;
	size_t each = a->count == 0 ? 1 : a->count;
	char *name;

	if (a->at == a->npods * each || a->at == NAMES)
		return 0;
	if ((name = malloc(NAME)) == NULL)
		return err_nomem(e);
	a->name[a->at] = name;
	if (a->count == 0)
		snprintf(name, NAME, "%s", a->pod[a->at]);
	else
		snprintf(name, NAME, "%s-%zu", a->pod[a->at / each],
		    a->at % each);
	*x = a->x;
	x->pod = name;
	x->tag = &a->name[a->at];
	a->at++;
	return 1;
}

static void
show(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < SHOWN; i++)
		if (s[i] < ' ' || s[i] > '~')
			printf("\\x%02x", (unsigned)(unsigned char)s[i]);
		else
			putchar(s[i]);
}

static int
done(void *arg, const struct kube_run *x, struct kube_ran *d, struct err *e)
{
	struct asking *a = arg;

	printf("%s exit=%d class=%d http=%d bytes=%zu", x->pod,
	    d->exit_status, (int)d->why.class, d->why.http, d->out->len);
	if (d->why.class != ERR_NONE) {
		printf(": ");
		show(d->why.msg, strlen(d->why.msg));
	} else {
		printf(" ");
		show(buf_str(d->out), d->out->len);
		printf("|");
		show(d->err_text, strlen(d->err_text));
	}
	printf("\n");
	fflush(stdout);
	free(*(char **)x->tag);
	*(char **)x->tag = NULL;
	if (++a->done == a->fail_at)
		return err_set(e, ERR_IO, "the callback failed");
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: kubeexec [-av] [-c container] "
	    "[-j concurrency] [-k token] [-l limit-ms]\n"
	    "    [-n namespace] [-o out-max] [-p count] [-r rate] [-x nth] "
	    "pod ... -- word ...\n");
	return 2;
}

/* The pods are before the "--", and the command is behind it. */
static int
split(struct asking *a, char **arg, int n)
{
	int i;

	a->pod = arg;
	for (i = 0; i < n && strcmp(arg[i], "--") != 0; i++)
		a->npods++;
	if (i == n || i == 0)
		return -1;
	a->x.argv = (const char *const *)(arg + i + 1);
	a->x.argc = (size_t)(n - i - 1);
	return 0;
}

int
main(int argc, char **argv)
{
	struct kube_log log = { 0, print_line, NULL };
	struct kube_options ko = { "certverify", VERSION, &log, NULL };
	struct kube_exec_options o = { 32, 0, 0, 65536 };
	static struct asking a = {
		.x = { .ns = "ns", .container = "istio-proxy" }
	};
	const struct kube_exec_client cl = { next, done, &a };
	struct kube_flags f;
	struct err e = ERR_INIT;
	struct kube *k = NULL;
	int c, ret;

	memset(&f, 0, sizeof(f));
	while ((c = getopt(argc, argv, "+ac:j:k:l:n:o:p:r:t:vx:")) != -1)
		switch (c) {
		case 'a': f.as = "ann"; break;
		case 'c': a.x.container = optarg; break;
		case 'j': o.concurrency = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'k': f.token = optarg; break;
		case 'l': o.limit_ms = strtol(optarg, NULL, 10); break;
		case 'n': a.x.ns = optarg; break;
		case 'o': o.out_max = strtoul(optarg, NULL, 10); break;
		case 'p': a.count = strtoul(optarg, NULL, 10); break;
		case 'r': o.rate = (unsigned)strtoul(optarg, NULL, 10); break;
		case 't': f.request_timeout = optarg; break;
		case 'v': log.level = KUBE_LOG_REQUESTS; break;
		case 'x': a.fail_at = strtoul(optarg, NULL, 10); break;
		default: return usage();
		}
	if (split(&a, argv + optind, argc - optind) == -1)
		return usage();
	ret = kube_connect(&f, &ko, &k, &e);
	if (ret == 0)
		ret = kube_exec_many(k, &o, &cl, &e);
	kube_close(k);
	/* of those that were not done */
	while (a.at > 0)
		free(a.name[--a.at]);
	if (ret == -1)
		fprintf(stderr, "%s\n", e.msg);
	return ret == 0 ? 0 : 1;
}
