/* What we may do: k8s.io/api authorization/v1, SelfSubjectAccessReview. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/make.h"
#include "kube/body.h"
#include "kube/call.h"
#include "kube/inside.h"
#include "kube/path.h"
#include "kube/status.h"
#include "kube/write.h"

#define REVIEW_BYTES	8192	/* of a question */

static const char group[] = "authorization.k8s.io";

struct asking {
	const char	*version;
	struct buf	*body;
	struct call	*call;
	int		*may;
	int		 unknown;	/* this version of the API */
};

static struct kube_ask
review(const char *version)
{
	const struct kube_ask a = {
		group, version, "selfsubjectaccessreviews",
		"SelfSubjectAccessReview", "", NULL, NULL, NULL, 0
	};

	return a;
}

/* An empty value stands for all, and is left out. */
static int
put(struct node *map, const char *key, const char *value, size_t len)
{
	return value == NULL || len == 0 ? 0 :
	    make_put(map, key, make_text_len(value, len));
}

static int
put_right(struct node *map, const struct kube_right *r)
{
	size_t len = strcspn(r->resource, "/");
	const char *sub = r->resource + len;

	if (*sub == '/')
		sub++;
	return put(map, "namespace", r->ns, strlen(r->ns)) == -1 ||
	    put(map, "verb", r->verb, strlen(r->verb)) == -1 ||
	    put(map, "group", r->group, strlen(r->group)) == -1 ||
	    put(map, "resource", r->resource, len) == -1 ||
	    put(map, "subresource", sub, strlen(sub)) == -1 ||
	    (r->name != NULL &&
	    put(map, "name", r->name, strlen(r->name)) == -1) ? -1 : 0;
}

static int
make_question(const struct kube_right *r, const char *version, struct buf *b,
    struct err *e)
{
	struct node *root = make_map(), *spec = make_map(), *of = make_map();
	char api[64];
	int ret = -1;

	snprintf(api, sizeof(api), "%s/%s", group, version);
	if (root == NULL || spec == NULL || of == NULL ||
	    put_right(of, r) == -1) {
		make_free(of);
		make_free(spec);
	} else if (make_put(spec, "resourceAttributes", of) == -1)
		make_free(spec);
	else if (make_put(root, "spec", spec) == 0 &&
	    make_put(root, "apiVersion", make_text(api)) == 0 &&
	    make_put(root, "kind", make_text("SelfSubjectAccessReview")) == 0)
		ret = 0;
	ret = ret == -1 ? err_nomem(e) : make_json(root, b, e);
	make_free(root);
	return ret;
}

struct verdict {
	struct kube_ask	 ask;
	int		 may;		/* -1: not said */
};

static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	struct verdict *v = arg;

	if (!body_is_of(&v->ask, obj))
		return err_set(e, ERR_FORMAT, "the server answered with "
		    "another object than was asked for");
	v->may = node_bool(node_path(obj, "status", "allowed",
	    (const char *)NULL));
	return 0;
}

int
kube_may_answer(const char *version, int status, const char *type,
    const char *p, size_t len, int *may, struct err *e)
{
	struct doc_text text = { p, len };
	struct doc_source src = doc_text_source(&text);
	struct verdict v = { review(version), -1 };
	const struct doc_sink sink = { on_item, doc_bad_ends, &v, NULL,
	    1 };
	int proto;

	if (status < 200 || status > 299) {
		status_err_verb(&v.ask, "create", status, type, p, len, e);
		return -1;
	}
	if ((proto = body_is_proto(type, e)) == -1 ||
	    (proto == 0 && doc_read_json(&src, &sink, e) == -1))
		return -1;
	if (v.may == -1)
		return err_set(e, ERR_FORMAT, "the server did not say whether "
		    "it is allowed");
	*may = v.may;
	return 0;
}

static int
on_answer(void *arg, size_t i, const struct http_answer *a, struct err *e)
{
	struct asking *g = arg;

	if (a->status == 0) {
		*e = a->err;
		return -1;
	}
	g->unknown |= a->status == 404;
	return kube_may_answer(g->version, a->status, a->type,
	    buf_str(a->body), a->body->len, &g->may[i], e);
}

/* All of them in one version of the API; 1: the server has not got it. */
static int
ask_all(struct kube *k, const struct kube_right *r, size_t n,
    struct asking *g, struct err *e)
{
	const struct kube_ask a = review(g->version);
	const struct calls calls = { g->call, n, on_answer, g };
	struct buf path;
	int ret;
	size_t i;

	buf_init(&path, PATH_BYTES, "a path");
	ret = path_of(&a, 0, "", &path, e);
	for (i = 0; ret == 0 && i < n; i++) {
		buf_reset(&g->body[i]);
		ret = make_question(&r[i], g->version, &g->body[i], e);
		g->call[i].path = buf_str(&path);
		g->call[i].send.method = "POST";
		g->call[i].send.type = "application/json";
		g->call[i].send.p = buf_str(&g->body[i]);
		g->call[i].send.len = g->body[i].len;
	}
	if (ret == 0 && (ret = call_all(k->http, &calls, e)) == -1)
		kube_explain(k->c, e);
	buf_release(&path);
	return ret == -1 && g->unknown ? 1 : ret;
}

int
kube_may(struct kube *k, const struct kube_right *r, size_t n, int *may,
    struct err *e)
{
	struct asking g = { "v1", NULL, NULL, may, 0 };
	int ret = -1;
	size_t i;

	memset(may, 0, n * sizeof(*may));
	if (n > KUBE_RIGHTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d rights are asked "
		    "for", KUBE_RIGHTS_MAX);
	g.body = calloc(n + 1, sizeof(*g.body));
	g.call = calloc(n + 1, sizeof(*g.call));
	if (g.body == NULL || g.call == NULL)
		err_nomem(e);
	else {
		for (i = 0; i < n; i++)
			buf_init(&g.body[i], REVIEW_BYTES, "a review");
		if ((ret = ask_all(k, r, n, &g, e)) == 1) {
			g.version = "v1beta1";
			ret = ask_all(k, r, n, &g, e) == 0 ? 0 : -1;
		}
		for (i = 0; i < n; i++)
			buf_release(&g.body[i]);
	}
	free(g.body);
	free(g.call);
	if (ret != 0) {
		memset(may, 0, n * sizeof(*may));
		err_prefix(e, "cannot ask what we may do");
	}
	return ret;
}
