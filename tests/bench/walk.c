/*
 * What a tool does with a page once it is here: walked, unpacked, judged and
 * written, N times over.
 *	walk TOOL N TYPE [FIRST] <PAGE	(TYPE: protobuf, or json)
 * TOOL is proxyver, of a page of pods, or certverify, of secrets; FIRST is a
 * file with an object that comes before the page, each time: the CA's secret.
 * Says on stderr how many objects of the page that were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/body.h"
#include "kube/node.h"
#include "mesh/names.h"
#include "observe/observe.h"
#include "observe/pod.h"
#include "observe/workload.h"
#include "plugins/certverify/certverify.h"
#include "plugins/proxyver/proxyver.h"
#include "rec/rec.h"

/* When the secrets are judged: a day after gensecrets -i 1795564800. */
#define PAGE_AT	1795651200

struct walk {
	const struct tool	*tool;
	struct sink		 sink;		/* of an object's facts */
	struct rec_writer	*out;
	struct arena		 arena;
	size_t			 objects, total, containers;
	const struct pv_params	*pv;
	struct cv		*cv;
};

struct tool {
	const char	*name;
	struct kube_ask	 ask;
	/* around each time; begin leaves w->sink */
	int		(*begin)(struct walk *w, struct err *e);
	int		(*end)(struct walk *w, struct err *e);
	/* what comes in protobuf; NULL: as documents, too */
	int		(*message)(void *arg, const struct kube_ask *a,
			    const struct ProtobufCMessage *m, struct err *e);
};

static const struct rec_col cols[11] = {
	{ "A", "a", REC_TEXT, 0 }, { "B", "b", REC_TEXT, 0 },
	{ "C", "c", REC_TEXT, 0 }, { "D", "d", REC_TEXT, 0 },
	{ "E", "e", REC_TEXT, 0 }, { "F", "f", REC_TEXT, 0 },
	{ "G", "g", REC_TEXT, 0 }, { "H", "h", REC_TEXT, 0 },
	{ "I", "i", REC_TEXT, 0 }, { "J", "j", REC_TEXT, 0 },
	{ "K", "k", REC_TEXT, 0 },
};
static const struct rec_schema schema = { "walk", cols, 11 };

/* ---- proxyver ---- */

static int
pv_put(void *arg, const struct pv_finding *f, struct err *e)
{
	struct walk *w = arg;
	struct rec r;

	memset(&r, 0, sizeof(r));
	r.field[0] = verdict_name(f->verdict);
	r.field[1] = f->ref->kind;
	r.field[2] = f->ref->name;
	r.field[3] = f->container;
	r.field[4] = f->role;
	r.field[5] = f->version;
	r.field[6] = f->variant;
	r.field[7] = f->source;
	r.field[8] = f->image;
	r.field[9] = f->rule == NULL ? NULL : f->rule->id;
	r.field[10] = f->message;
	return rec_put(w->out, &r, e);
}

static int
pv_pod(void *arg, const struct pod *p, struct err *e)
{
	struct walk *w = arg;

	return pv_judge(w->pv, p, pv_put, w, &w->containers, e);
}

static int
pv_message(void *arg, const struct kube_ask *a,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct walk *w = arg;
	struct pod p;
	int ret;

	(void)a;
	w->objects++;
	memset(&p, 0, sizeof(p));
	if (pod_ref(m, "pod", &p.ref) != NULL)
		return err_set(e, ERR_FORMAT, "a pod without a name");
	ret = pod_of_message(m, &p, &w->arena, e) == -1 ? -1 :
	    pv_pod(w, &p, e);
	arena_reset(&w->arena);
	return ret;
}

static int
pv_begin(struct walk *w, struct err *e)
{
	static const struct pv_params params = { 0, { 0, 0, 0, 0 } };

	(void)e;
	w->pv = &params;
	memset(&w->sink, 0, sizeof(w->sink));
	w->sink.pod = pv_pod;
	w->sink.arg = w;
	return 0;
}

static int
pv_end(struct walk *w, struct err *e)
{
	(void)w;
	(void)e;
	return 0;
}

/* ---- certverify ---- */

static int	on_object(void *arg, const struct kube_ask *a,
		    const struct node *n, struct err *e);

static int
cv_put(void *arg, const struct cv_finding *f, struct err *e)
{
	struct walk *w = arg;
	char hex[2 * CERT_SHA256_LEN + 1];
	struct rec r;

	memset(&r, 0, sizeof(r));
	if (f->root != NULL)
		cert_hex(f->root, hex);
	r.field[0] = verdict_name(f->verdict);
	r.field[1] = f->kind;
	r.field[2] = f->name;
	r.field[3] = f->holder;
	r.field[4] = f->identity;
	r.field[5] = f->root == NULL ? NULL : hex;
	r.field[6] = f->rule == NULL ? NULL : f->rule->id;
	r.field[7] = f->message;
	return rec_put(w->out, &r, e);
}

static int
cv_begin(struct walk *w, struct err *e)
{
	static const struct cv_params params = {
		.now = PAGE_AT, .warn = 7 * 86400,
		.istio_ns = NAME_ISTIO_NAMESPACE
	};

	if (cv_new(&params, &w->cv, e) == -1)
		return -1;
	w->sink = cv_sink(w->cv);
	return 0;
}

static int
cv_finish(struct walk *w, struct err *e)
{
	struct cv_summary sum;
	int ret;

	ret = cv_judge(w->cv, e) == -1 || cv_end(w->cv, cv_put, w, &sum, e) ==
	    -1 ? -1 : 0;
	if (ret == 0 && sum.workloads != w->objects)
		ret = err_set(e, ERR_FORMAT, "not every secret was judged");
	cv_free(w->cv);
	return ret;
}

static int
cv_message(void *arg, const struct kube_ask *a,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct walk *w = arg;
	struct workload f;
	struct node *n;
	int ret;

	if (a->name != NULL) {
		if ((n = kube_node(a, m)) == NULL)
			return err_nomem(e);
		ret = on_object(arg, a, n, e);
		kube_node_free(n);
		return ret;
	}
	w->objects++;
	if (workload_of_message(m, &f) != NULL)
		return err_set(e, ERR_FORMAT, "a secret of another type");
	return w->sink.workload(w->sink.arg, &f, e);
}

static const struct tool tools[] = {
	{ "proxyver", { .group = "", .version = "v1", .resource = "pods",
	    .kind = "Pod", .ns = "" }, pv_begin, pv_end, pv_message },
	{ "certverify", { .group = "", .version = "v1", .resource = "secrets",
	    .kind = "Secret", .ns = "", .fields = "type=" NAME_WORKLOAD_TYPE },
	    cv_begin, cv_finish, cv_message },
};

static const struct kube_ask first_ask = {
	.group = "", .version = "v1", .resource = "secrets", .kind = "Secret",
	.ns = NAME_ISTIO_NAMESPACE, .name = NAME_CA_SECRET
};

/* ---- pages ---- */

static int
on_object(void *arg, const struct kube_ask *a, const struct node *n,
    struct err *e)
{
	const struct observe_options o = {
		.default_ns = "default", .text = 1
	};
	struct walk *w = arg;

	w->objects += a != &first_ask;
	return observe_object(n, "page", 0, &o, &w->sink, e);
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

struct text {
	char	p[32 << 20];
	size_t	len;
};

static int
once(struct walk *w, const char *type, const struct text *first,
    const struct text *page, struct err *e)
{
	struct kube_sink sink = {
		.object = on_object, .failed = on_failed, .arg = w,
		.message = w->tool->message
	};

	w->objects = 0;
	if (w->tool->begin(w, e) == -1 || (first->len > 0 &&
	    kube_body(&first_ask, 200, type, first->p, first->len, &sink, e) ==
	    -1) || kube_body(&w->tool->ask, 200, type, page->p, page->len,
	    &sink, e) == -1)
		return -1;
	w->total += w->objects;
	return w->tool->end(w, e);
}

static int
slurp(struct text *t, FILE *f)
{
	if (f == NULL)
		return -1;
	t->len = fread(t->p, 1, sizeof(t->p), f);
	return ferror(f) || t->len == 0 ? -1 : 0;
}

int
main(int argc, char **argv)
{
	const struct rec_options ro = { REC_TSV, 0, 0, 0 };
	static struct text page, first;
	struct walk w = { 0 };
	struct err e = ERR_INIT;
	size_t i;
	int n;

	for (i = 0; argc > 3 && i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i].name, argv[1]) == 0)
			w.tool = &tools[i];
	if (w.tool == NULL || slurp(&page, stdin) == -1 ||
	    (argc > 4 && slurp(&first, fopen(argv[4], "r")) == -1))
		return 2;
	arena_init(&w.arena, POD_BYTES_MAX, "a pod");
	if (rec_open(stdout, &schema, &ro, &w.out, &e) == -1)
		return 2;
	for (n = atoi(argv[2]); n > 0; n--)
		if (once(&w, argv[3], &first, &page, &e) == -1) {
			fprintf(stderr, "%s\n", e.msg);
			return 2;
		}
	if (rec_close(w.out, NULL, 0, &e) == -1)
		return 2;
	rec_free(w.out);
	arena_release(&w.arena);
	fprintf(stderr, "%zu\n", w.total);
	return 0;
}
