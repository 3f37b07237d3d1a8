/* One write: sent once, and what the server says of it. */
#include <string.h>

#include "kube/body.h"
#include "kube/call.h"
#include "kube/inside.h"
#include "kube/path.h"
#include "kube/status.h"
#include "kube/write.h"

struct writing {
	const struct kube_write	*w;
	struct kube_wrote	*out;
};

/* As a Role has it. */
static const char *
verb_of(const struct kube_write *w)
{
	return w->verb == KUBE_CREATE ? "create" : "patch";
}

/* A word without blanks, or nothing. */
static void
keep(char *out, size_t size, const struct node *n)
{
	const char *s = node_str(n, NULL);
	size_t len = s == NULL ? 0 : strlen(s), i;

	out[0] = '\0';
	if (len >= size)
		return;
	for (i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return;
	if (len > 0)
		memcpy(out, s, len + 1);
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	struct kube_wrote *out = arg;

	(void)a;
	(void)e;
	keep(out->version, sizeof(out->version),
	    node_get(meta, "resourceVersion"));
	keep(out->uid, sizeof(out->uid), node_get(meta, "uid"));
	return 0;
}

/* It cannot be read: that is all that is wrong with it. */
static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	(void)arg;
	(void)a;
	*e = *why;
	return -1;
}

int
kube_write_answer(const struct kube_write *w, int status, const char *type,
    const char *p, size_t len, struct kube_wrote *out, struct err *e)
{
	const struct kube_sink sink = {
		.object = on_object, .failed = on_failed, .arg = out
	};
	struct body b = { .ask = &w->what, .sink = &sink };

	out->http = status;
	out->version[0] = out->uid[0] = '\0';
	if (status < 200 || status > 299) {
		status_err_verb(&w->what, verb_of(w), status, type, p, len, e);
		return -1;
	}
	if (body_read(&b, type, p, len, e) == 0)
		return 0;
	out->version[0] = out->uid[0] = '\0';
	return err_prefix(e, "%s \"%s\" is written, says HTTP status %d, but "
	    "not what it is now", w->what.resource, w->what.name, status);
}

static int
on_answer(void *arg, size_t i, const struct http_answer *a, struct err *e)
{
	struct writing *g = arg;

	(void)i;
	if (a->status == 0) {
		*e = a->err;
		return -1;
	}
	if (kube_write_answer(g->w, a->status, a->type, buf_str(a->body),
	    a->body->len, g->out, e) == 0)
		return 0;
	e->retry_after = (int)a->retry_after;
	return -1;
}

static int
send_once(struct kube *k, const char *path, struct writing *g, struct err *e)
{
	const struct kube_write *w = g->w;
	const struct call call = { path, {
		w->verb == KUBE_CREATE ? "POST" : "PATCH",
		w->verb == KUBE_CREATE ? "application/json" :
		    "application/merge-patch+json",
		w->body, w->len, &g->out->sent
	} };
	const struct calls calls = { &call, 1, on_answer, g };

	if (call_all(k->http, &calls, e) == 0)
		return 0;
	if (g->out->http == 0 || g->out->http == 401)
		kube_explain(k->c, e);
	if (g->out->http == 0 && g->out->sent)
		err_prefix(e, "no whole answer came to the %s of %s \"%s\", "
		    "which may be done or not", verb_of(w), w->what.resource,
		    w->what.name);
	return -1;
}

int
kube_write(struct kube *k, const struct kube_write *w,
    struct kube_wrote *out, struct err *e)
{
	struct writing g = { w, out };
	struct buf path;
	int ret;

	memset(out, 0, sizeof(*out));
	buf_init(&path, PATH_BYTES, "a path");
	ret = path_of_write(&w->what, w->verb == KUBE_CREATE, w->dry_run,
	    &path, e);
	if (ret == 0)
		ret = send_once(k, buf_str(&path), &g, e);
	buf_release(&path);
	return ret;
}
