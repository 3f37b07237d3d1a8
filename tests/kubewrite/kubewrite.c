/*
 * One write, or the question what may be written, from the command line, by
 * the kubeconfig in $KUBECONFIG: what kube/write.h does, seen from outside.
 *	kubewrite [-adgv] [-k TOKEN] [-s SERVER] [-t TIME-OUT] \
 *	    patch|create GROUP VERSION RESOURCE KIND NAMESPACE NAME <BODY
 *	kubewrite [-av] ... may VERB GROUP RESOURCE NAMESPACE NAME...
 * -a: as somebody else; -k, -s: kubectl's --token and --server; -d: a dry run;
 * -g: read the object before, so that a connection is there; -v: log requests,
 * and all that there is, to stderr.
 * Prints "http sent version uid class", class a number of base/err.h, or a 1 or
 * 0 a right; messages go to stderr.  Exit status 1: it failed; 2: usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "kube/write.h"

#define BODY_MAX (4 * 1024 * 1024)

static void
print_line(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static int
read_body(struct buf *b, struct err *e)
{
	char part[4096];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), stdin)) > 0)
		if (buf_append(b, part, n, e) == -1)
			return -1;
	return ferror(stdin) ? err_set(e, ERR_IO, "cannot read stdin") : 0;
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	(void)arg;
	(void)a;
	(void)obj;
	(void)e;
	return 0;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	(void)arg;
	(void)a;
	*e = *why;
	return -1;
}

static int
write_one(struct kube *k, char **arg, int read_first, int dry_run,
    struct err *e)
{
	const struct kube_sink sink = { .object = on_object,
	    .failed = on_failed };
	struct kube_write w = {
		.what = { arg[1], arg[2], arg[3], arg[4], arg[5], arg[6],
		    NULL, NULL, 0 },
		.verb = strcmp(arg[0], "create") == 0 ? KUBE_CREATE :
		    KUBE_PATCH,
		.dry_run = dry_run
	};
	struct kube_wrote out = { 0, 0, "", "" };
	struct buf body;
	int ret = 0;

	buf_init_secret(&body, BODY_MAX, "the body");
	if (read_first)
		ret = kube_fetch(k, &w.what, 1, &sink, e);
	if (ret == 0)
		ret = read_body(&body, e);
	if (ret == 0) {
		w.body = buf_str(&body);
		w.len = body.len;
		ret = kube_write(k, &w, &out, e);
		printf("http=%d sent=%d version=%s uid=%s class=%d\n",
		    out.http, out.sent, out.version, out.uid,
		    ret == 0 ? 0 : (int)e->class);
	}
	buf_release(&body);
	return ret;
}

/* Every five words are a right; a NAME of "" is every one. */
static int
ask(struct kube *k, char **arg, int n, struct err *e)
{
	struct kube_right r[KUBE_RIGHTS_MAX];
	int may[KUBE_RIGHTS_MAX], i, ret;

	memset(r, 0, sizeof(r));
	for (i = 0; i < n; i++, arg += 5)
		r[i] = (struct kube_right){ arg[0], arg[1], arg[2], arg[3],
		    arg[4][0] == '\0' ? NULL : arg[4] };
	ret = kube_may(k, r, (size_t)n, may, e);
	for (i = 0; i < n; i++)
		printf("%d%c", may[i], i == n - 1 ? '\n' : ' ');
	return ret;
}

static int
usage(void)
{
	fprintf(stderr, "usage: kubewrite [-adgv] [-k token] [-s server] "
	    "[-t time-out]\n"
	    "       patch|create group version resource kind namespace name |\n"
	    "       may verb group resource namespace name ...\n");
	return 2;
}

int
main(int argc, char **argv)
{
	struct kube_log log = { 0, print_line, NULL };
	struct kube_options o = { "rotate", VERSION, &log, "it is the body" };
	struct kube_flags f;
	struct err e = ERR_INIT;
	struct kube *k = NULL;
	int c, dry_run = 0, read_first = 0, may, ret;

	memset(&f, 0, sizeof(f));
	while ((c = getopt(argc, argv, "adgk:s:vt:")) != -1)
		switch (c) {
		case 'a': f.as = "ann"; break;
		case 'd': dry_run = 1; break;
		case 'g': read_first = 1; break;
		case 'k': f.token = optarg; break;
		case 's': f.server = optarg; break;
		case 'v': log.level = 10; break;
		case 't': f.request_timeout = optarg; break;
		default: return usage();
		}
	argc -= optind;
	argv += optind;
	may = argc > 0 && strcmp(argv[0], "may") == 0;
	if (may ? argc < 6 || argc % 5 != 1 || argc > 5 * KUBE_RIGHTS_MAX :
	    argc != 7)
		return usage();
	ret = kube_connect(&f, &o, &k, &e);
	if (ret == 0)
		ret = may ? ask(k, argv + 1, argc / 5, &e) :
		    write_one(k, argv, read_first, dry_run, &e);
	kube_close(k);
	if (ret == -1)
		fprintf(stderr, "%s\n", e.msg);
	return ret == 0 ? 0 : 1;
}
