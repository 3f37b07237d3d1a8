/*
 * What proxyver does with a page of pods once it is here: walked, unpacked,
 * judged and written, N times over.
 *	walk N TYPE <PAGE		(TYPE: protobuf, or json)
 * Says on stderr how many pods that were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/body.h"
#include "observe/observe.h"
#include "observe/pod.h"
#include "plugins/proxyver/proxyver.h"
#include "rec/rec.h"

struct walk {
	const struct pv_params	*params;
	struct rec_writer	*out;
	struct arena		 arena;
	size_t			 pods, containers;
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

static int
put(void *arg, const struct pv_finding *f, struct err *e)
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
on_pod(void *arg, const struct pod *p, struct err *e)
{
	struct walk *w = arg;

	w->pods++;
	return pv_judge(w->params, p, put, w, &w->containers, e);
}

static int
on_message(void *arg, const struct kube_ask *a,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct walk *w = arg;
	struct pod p;
	int ret;

	(void)a;
	memset(&p, 0, sizeof(p));
	if (pod_ref(m, "pod", &p.ref) != NULL)
		return err_set(e, ERR_FORMAT, "a pod without a name");
	ret = pod_of_message(m, &p, &w->arena, e) == -1 ? -1 :
	    on_pod(w, &p, e);
	arena_reset(&w->arena);
	return ret;
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *n,
    struct err *e)
{
	const struct observe_options o = { "default", NULL, NULL, NULL };
	struct sink s;

	(void)a;
	memset(&s, 0, sizeof(s));
	s.pod = on_pod;
	s.arg = arg;
	return observe_object(n, "page", 0, &o, &s, e);
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

int
main(int argc, char **argv)
{
	const struct rec_options ro = { REC_TSV, 0, 0, 0 };
	const struct pv_params params = { 0, { 0, 0, 0, 0 } };
	const struct kube_ask ask = {
		.group = "", .version = "v1", .resource = "pods",
		.kind = "Pod", .ns = ""
	};
	struct walk w = { .params = &params };
	const struct kube_sink sink = {
		.object = on_object, .failed = on_failed, .arg = &w,
		.message = on_message
	};
	static char page[32 << 20];
	struct err e = ERR_INIT;
	size_t len;
	int n;

	if (argc != 3)
		return 2;
	len = fread(page, 1, sizeof(page), stdin);
	arena_init(&w.arena, POD_BYTES_MAX, "a pod");
	if (rec_open(stdout, &schema, &ro, &w.out, &e) == -1)
		return 2;
	for (n = atoi(argv[1]); n > 0; n--)
		if (kube_body(&ask, 200, argv[2], page, len, &sink, &e) ==
		    -1) {
			fprintf(stderr, "%s\n", e.msg);
			return 2;
		}
	if (rec_close(w.out, NULL, 0, &e) == -1)
		return 2;
	rec_free(w.out);
	arena_release(&w.arena);
	fprintf(stderr, "%zu\n", w.pods);
	return 0;
}
