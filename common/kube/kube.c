/* Questions, answers, pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/when.h"
#include "kube/inside.h"
#include "kube/question.h"
#include "kube/watch.h"
#include "pki/bundle.h"

#define ACCEPT_JSON	"application/json"
#define ACCEPT_PROTO	"application/vnd.kubernetes.protobuf,application/json"

struct fetch {
	struct kube		*k;
	const struct kube_sink	*sink;
	struct question		*q;
	size_t			 n;
	size_t			 begun;
};

int
kube_open(const struct kube_config *c, const struct kube_options *o,
    struct kube **out, struct err *e)
{
	struct http_options ho;
	struct utsname u;
	struct kube *k;

	*out = NULL;
	if ((k = calloc(1, sizeof(*k))) == NULL)
		return err_nomem(e);
	k->c = c;
	k->log = o->log;
	if (uname(&u) == -1)
		memset(&u, 0, sizeof(u));
	snprintf(k->agent, sizeof(k->agent), "kubectl-istio-%s/v%s "
	    "(%.20s/%.20s)", o->tool, o->version, u.sysname, u.machine);
	ho.agent = k->agent;
	ho.log = o->log;
	ho.stdin_taken = o->stdin_taken;
	if (http_open(c, &ho, &k->http, e) == -1) {
		free(k);
		return -1;
	}
	*out = k;
	return 0;
}

void
kube_close(struct kube *k)
{
	if (k == NULL)
		return;
	http_close(k->http);
	if (k->hash != NULL)
		arena_release(&k->arena);
	siphash_free(k->hash);
	kube_config_free(k->own);
	free(k);
}

int
kube_connect(const struct kube_flags *f, const struct kube_options *o,
    struct kube **out, struct err *e)
{
	struct kube_config *c;

	*out = NULL;
	if (kube_config_load(f, &c, e) == -1) {
		if (e->class != ERR_ABSENT)
			return -1;
		return err_set(e, ERR_CONFIG, "no cluster is configured: set "
		    "KUBECONFIG or --kubeconfig, or judge manifests with -f "
		    "(kubectl get ... -o json | kubectl istio %s -f -), or "
		    "try 'make demo'", o->tool);
	}
	if (kube_open(c, o, out, e) == -1) {
		kube_config_free(c);
		return -1;
	}
	(*out)->own = c;
	return 0;
}

const char *
kube_namespace(const struct kube *k)
{
	return k->c->ns;
}

const char *
kube_server(const struct kube *k)
{
	return k->c->server;
}

const char *
kube_context(const struct kube *k)
{
	return k->c->context;
}

int
kube_clock(const struct kube *k, int64_t *server, int64_t *ours)
{
	return http_clock(k->http, server, ours);
}

/* Has the client certificate expired?  When. */
static int
has_expired(const struct kube_config *c, char date[WHEN_STRLEN])
{
	struct err ignored = ERR_INIT;
	const struct cert *cert;
	struct bundle b;
	int expired;

	if (c->cert.p == NULL ||
	    bundle_parse(c->cert.p, c->cert.len, &b, &ignored) == -1)
		return 0;
	cert = bundle_first(&b);
	expired = cert != NULL && cert->not_after < (int64_t)time(NULL);
	if (expired)
		when_format(cert->not_after, date);
	bundle_release(&b);
	return expired;
}

void
kube_explain(const struct kube_config *c, struct err *why)
{
	char date[WHEN_STRLEN];
	struct err was = *why;

	if ((why->class == ERR_AUTH || why->class == ERR_NET) &&
	    has_expired(c, date))
		err_set(why, was.class, "%.300s: the client certificate of "
		    "user \"%.64s\" has expired on %s", was.msg, c->user,
		    date);
}

/* A question that failed: said, and the others go on; or the end of it all. */
static int
failed(struct fetch *f, struct question *q, struct err *why, struct err *e)
{
	question_stop(q);
	if (why->class == ERR_AUTH) {
		kube_explain(f->k->c, why);
		*e = *why;
		return -1;
	}
	if (why->class == ERR_NOMEM)
		return err_nomem(e);
	return f->sink->failed(f->sink->arg, q->ask, why, e);
}

/* What a question made of it, for the one who waits for all of them. */
static int
result(struct fetch *f, struct question *q, int ret, struct err *why,
    struct err *e)
{
	if (ret == -1)
		return failed(f, q, why, e);
	if (ret == -2)
		*e = *why;
	return ret == -2 ? -1 : ret;
}

static int
on_done(void *arg, size_t slot, const struct http_answer *a, struct err *e)
{
	struct fetch *f = arg;

	(void)e;
	question_done(&f->q[slot / 2], (int)(slot % 2), a);
	return 0;
}

static int
on_more(void *arg, size_t slot, const char *type, struct buf *body,
    struct err *e)
{
	struct fetch *f = arg;
	struct question *q = &f->q[slot / 2];
	struct err why = ERR_INIT;

	return result(f, q, question_more(q, (int)(slot % 2), type, body,
	    &why), &why, e) == -1 ? -1 : 0;
}

static size_t
expect(const unsigned char *p, size_t len)
{
	uint64_t whole = 0;

	/* at its front, until something is taken off it */
	return proto_length(p, len, &whole) == 1 && whole <= SIZE_MAX ?
	    (size_t)whole : 0;
}

static void
on_again(void *arg, size_t slot)
{
	struct fetch *f = arg;

	question_again(&f->q[slot / 2], (int)(slot % 2));
}

static int
begin(struct fetch *f, struct err *e)
{
	struct err why = ERR_INIT;
	struct question *q;

	while (f->begun < f->n) {
		q = &f->q[f->begun++];
		if (result(f, q, question_begin(q, &why), &why, e) == -1)
			return -1;
	}
	return 0;
}

static int
on_work(void *arg, struct err *e)
{
	struct err why = ERR_INIT;
	struct fetch *f = arg;
	struct question *q;
	int ret, busy = 0;

	if (f->begun < f->n && begin(f, e) == -1)
		return -1;
	for (q = f->q; q < f->q + f->n; q++) {
		if (q->over)
			continue;
		if ((ret = result(f, q, question_work(q, &why), &why, e)) ==
		    -1)
			return -1;
		busy |= ret;
		if (f->sink->in_order && !q->over)
			break;
	}
	return busy;
}

/* What all questions and watches share, from the first on. */
static int
prepare(struct kube *k, struct err *e)
{
	unsigned char key[SIPHASH_KEY];
	int ret;

	if (k->hash != NULL)
		return 0;
	arena_init(&k->arena, PROTO_ITEM_MAX, "an unpacked item");
	if (siphash_random(key, e) == -1)
		return -1;
	ret = siphash_new(key, &k->hash, e);
	explicit_bzero(key, sizeof(key));
	return ret;
}

int
kube_fetch(struct kube *k, const struct kube_ask *ask, size_t n,
    const struct kube_sink *sink, struct err *e)
{
	struct fetch f = { k, sink, NULL, n, 0 };
	const struct http_client cl = {
		on_done, on_more, expect, on_again, on_work, &f
	};
	int ret;
	size_t i;

	if (prepare(k, e) == -1)
		return -1;
	if ((f.q = calloc(n + 1, sizeof(*f.q))) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		question_init(&f.q[i], &ask[i], sink, 2 * i, k->c->chunk_size);
		f.q[i].http = k->http;
		f.q[i].hash = k->hash;
		f.q[i].arena = &k->arena;
		f.q[i].accept = !ask[i].json &&
		    proto_knows(ask[i].group, ask[i].kind) ?
		    ACCEPT_PROTO : ACCEPT_JSON;
	}
	if ((ret = http_run(k->http, 2 * n, &cl, e)) == -1 &&
	    e->class == ERR_NET)
		kube_explain(k->c, e);
	for (i = 0; i < n; i++)
		question_release(&f.q[i]);
	free(f.q);
	return ret;
}

int
kube_watch(struct kube *k, struct kube_watched *w, size_t n,
    const struct kube_watch_sink *sink, enum kube_watch_end *end,
    struct err *e)
{
	const struct watch_with with = {
		k->http, k->log, &k->arena, sink, &k->pause
	};
	int ret;

	*end = KUBE_WATCH_AGAIN;
	if (prepare(k, e) == -1)
		return -1;
	if ((ret = watch_all(&with, w, n, end, e)) == -1)
		kube_explain(k->c, e);
	return ret;
}
