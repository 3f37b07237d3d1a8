/* Questions, answers, pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/when.h"
#include "kube/body.h"
#include "kube/http.h"
#include "kube/kube.h"
#include "kube/proto.h"
#include "kube/status.h"
#include "pki/bundle.h"

#define ACCEPT_JSON	"application/json"
#define ACCEPT_PROTO	"application/vnd.kubernetes.protobuf,application/json"
#define PATH_BYTES	65536
#define TOKEN_BYTES	8192	/* of a continue token */

struct kube {
	const struct kube_config *c;
	struct http		 *http;
	char			  agent[128];
};

/* One question on its way. */
struct question {
	const struct kube_ask	*ask;
	struct buf		 path;
	struct buf		 token;		/* of the page that is due */
	unsigned		 pages;
	unsigned		 empty;
	int			 restarted;
};

struct fetch {
	struct kube		*k;
	const struct kube_sink	*sink;
	struct question		*q;
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
	free(k);
}

int
kube_clock(const struct kube *k, int64_t *server, int64_t *ours)
{
	return http_clock(k->http, server, ours);
}

/* ---- paths ---- */

/* RFC 3986: everything but unreserved characters. */
static int
put_escaped(struct buf *b, const char *s, struct err *e)
{
	for (; *s != '\0'; s++)
		if (((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
		    (*s >= 'A' && *s <= 'Z') || strchr("-._~", *s) != NULL ?
		    buf_putc(b, *s, e) : buf_printf(b, e, "%%%02X",
		    (unsigned)(unsigned char)*s)) == -1)
			return -1;
	return 0;
}

/* What can be a segment of a path: k8s.io/apimachinery pkg/api/validation/ */
/* path, IsValidPathSegmentName. */
static int
is_segment(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= KUBE_NAME_MAX && strcmp(s, ".") != 0 &&
	    strcmp(s, "..") != 0 && strpbrk(s, "/%") == NULL;
}

static int
set_path(const struct kube *k, struct question *q, struct err *e)
{
	const struct kube_ask *a = q->ask;
	struct buf *b = &q->path;

	buf_reset(b);
	if ((a->ns[0] != '\0' && !is_segment(a->ns)) ||
	    (a->name != NULL && !is_segment(a->name)))
		return err_set(e, ERR_FORMAT, "its name may not contain '/' "
		    "or '%%'");
	if ((a->group[0] == '\0' ? buf_printf(b, e, "/api/%s", a->version) :
	    buf_printf(b, e, "/apis/%s/%s", a->group, a->version)) == -1)
		return -1;
	if (a->ns[0] != '\0' && (buf_puts(b, "/namespaces/", e) == -1 ||
	    put_escaped(b, a->ns, e) == -1))
		return -1;
	if (buf_printf(b, e, "/%s", a->resource) == -1)
		return -1;
	if (a->name != NULL)
		return buf_putc(b, '/', e) == -1 ? -1 :
		    put_escaped(b, a->name, e);
	if (k->c->chunk_size > 0 && buf_printf(b, e, "?limit=%ld",
	    k->c->chunk_size) == -1)
		return -1;
	if (q->token.len == 0)
		return 0;
	return buf_puts(b, k->c->chunk_size > 0 ? "&continue=" : "?continue=",
	    e) == -1 ? -1 : put_escaped(b, buf_str(&q->token), e);
}

/* ---- pages ---- */

/* 1: there is another page to ask for; 0: no; -1: the list is broken. */
static int
next_page(struct question *q, const struct buf *token, size_t items,
    struct err *why)
{
	if (token->len == 0)
		return 0;
	if (q->ask->name != NULL)
		return 0;
	if (token->len == q->token.len &&
	    memcmp(token->p, q->token.p, token->len) == 0)
		return err_set(why, ERR_NET, "the list does not end: the "
		    "server repeats a continue token");
	q->empty = items > 0 ? 0 : q->empty + 1;
	if (q->empty > KUBE_EMPTY_MAX || ++q->pages > KUBE_PAGES_MAX)
		return err_set(why, ERR_LIMIT, "the list does not end: more "
		    "than %d pages%s", q->empty > KUBE_EMPTY_MAX ?
		    KUBE_EMPTY_MAX : KUBE_PAGES_MAX,
		    q->empty > KUBE_EMPTY_MAX ? " without an item" : "");
	buf_reset(&q->token);
	return buf_append(&q->token, token->p, token->len, why) == -1 ? -1 : 1;
}

/* A 410: go on with the token that it offers, or begin again, once. */
static int
resume(struct question *q, const struct buf *token)
{
	if (q->restarted++ > 0 || q->ask->name != NULL)
		return 0;
	buf_reset(&q->token);
	buf_append(&q->token, token->p, token->len, NULL);
	return 1;
}

static int
on_page(struct fetch *f, struct question *q, const struct http_answer *a,
    struct err *why, struct err *e)
{
	struct body b = { .ask = q->ask, .sink = f->sink };
	struct buf token;
	int ret;

	buf_init(&token, TOKEN_BYTES, "a continue token");
	b.token = &token;
	if (a->status < 200 || a->status > 299) {
		status_err(q->ask, a->status, a->type, buf_str(a->body),
		    a->body->len, &token, why);
		ret = why->class == ERR_EXPIRED && resume(q, &token) ? 1 : -1;
	} else if (body_read(&b, a->type, buf_str(a->body), a->body->len,
	    why) == -1) {
		ret = -1;
		if (b.stopped) {
			*e = *why;
			ret = -2;
		}
	} else
		ret = next_page(q, &token, b.items, why);
	buf_release(&token);
	return ret;
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

/* A 401, or a server that hung up: the reason may be in our own hands. */
static void
explain_refusal(const struct kube_config *c, struct err *why)
{
	char date[WHEN_STRLEN];
	struct err was = *why;

	if ((why->class == ERR_AUTH || why->class == ERR_NET) &&
	    has_expired(c, date))
		err_set(why, was.class, "%.300s: the client certificate of "
		    "user \"%.64s\" has expired on %s", was.msg, c->user,
		    date);
}

static int
on_answer(void *arg, size_t slot, const struct http_answer *a,
    const char **path, struct err *e)
{
	struct fetch *f = arg;
	struct question *q = &f->q[slot];
	struct err why = ERR_INIT;
	int more = -1;

	if (a->status == 0)
		why = a->err;
	else if ((more = on_page(f, q, a, &why, e)) == -2)
		return -1;
	if (more == 1) {
		if (set_path(f->k, q, e) == -1)
			return -1;
		*path = buf_str(&q->path);
	}
	if (more != -1)
		return 0;
	if (why.class == ERR_AUTH) {
		explain_refusal(f->k->c, &why);
		*e = why;
		return -1;
	}
	if (why.class == ERR_NOMEM)
		return err_nomem(e);
	return f->sink->failed(f->sink->arg, q->ask, &why, e);
}

int
kube_fetch(struct kube *k, const struct kube_ask *ask, size_t n,
    const struct kube_sink *sink, struct err *e)
{
	struct fetch f = { k, sink, NULL };
	const char **path, **accept;
	struct err why = ERR_INIT;
	int ret = 0;
	size_t i;

	path = calloc(n + 1, sizeof(*path));
	accept = calloc(n + 1, sizeof(*accept));
	f.q = calloc(n + 1, sizeof(*f.q));
	if (path == NULL || accept == NULL || f.q == NULL)
		ret = err_nomem(e);
	for (i = 0; ret == 0 && i < n; i++) {
		f.q[i].ask = &ask[i];
		buf_init(&f.q[i].path, PATH_BYTES, "a path");
		buf_init(&f.q[i].token, TOKEN_BYTES, "a continue token");
		accept[i] = proto_knows(ask[i].group, ask[i].kind) ?
		    ACCEPT_PROTO : ACCEPT_JSON;
		if (set_path(k, &f.q[i], &why) == 0)
			path[i] = buf_str(&f.q[i].path);
		else
			ret = sink->failed(sink->arg, &ask[i], &why, e);
	}
	if (ret == 0 && (ret = http_run(k->http, path, accept, n, on_answer,
	    &f, e)) == -1 && e->class == ERR_NET)
		explain_refusal(k->c, e);
	for (i = 0; f.q != NULL && i < n; i++) {
		buf_release(&f.q[i].path);
		buf_release(&f.q[i].token);
	}
	free(path);
	free(accept);
	free(f.q);
	return ret;
}
