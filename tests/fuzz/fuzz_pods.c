/*
 * A page of pods, from its bytes to proxyver's records.  The first byte says
 * whether the rest is protobuf or JSON, what was asked for, and --min; what
 * comes of JSON is written as protobuf, by this file's own encoder, and goes
 * the same way.
 *
 * A page must be the same in turns of any length, as messages and as documents,
 * and behind an item that is hostile; every pod is what its message says; a
 * record's fields steer nothing; and what the first bytes of a page say
 * of the next is what the whole page says.
 */
#include <stdio.h>

#include "api.pb-c.h"
#include "base/utf8.h"
#include "doc/make.h"
#include "kube/body.h"
#include "kube/message.h"
#include "observe/observe.h"
#include "observe/pod.h"
#include "plugins/proxyver/proxyver.h"
#include "rec/rec.h"
#include "tests/fuzz/doc.h"

#define ROOM	(64 * 1024 * 1024)
#define JSON	"application/json"
#define PROTO	"application/vnd.kubernetes.protobuf"
#define HUGE	20000		/* bytes of a hostile label */
#define ALIGNED	16		/* an arena's last piece may be so much less */

enum {				/* bits of the first byte */
	IS_JSON = 1, HAS_MIN = 2, ASK = 12, BAD_ITEM = 16
};

static const struct kube_ask asks[] = {
	{ "", "v1", "pods", "Pod", "", NULL, NULL, NULL },
	{ "", "v1", "pods", "Pod", "istio-system", NULL, "istio", NULL },
	{ "", "v1", "pods", "Pod", "istio-system", "istiod", NULL, NULL },
	{ "", "v1", "pods", "Pod", "", NULL, NULL, "status.phase=Running" },
};

struct page {
	const struct kube_ask	*ask;
	const char		*type;
	const char		*p;
	size_t			 len;
	struct pv_params	 params;
};

static int
is_json(const struct page *pg)
{
	return strcmp(pg->type, JSON) == 0;
}

/* ---- writing protobuf ---- */

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, n == 0 ? "" : p, n, NULL) == -1)
		abort();
}

static void
put_varint(struct buf *b, uint64_t v)
{
	unsigned char c;

	for (; v > 0x7f; v >>= 7) {
		c = (unsigned char)(v | 0x80);
		put(b, &c, 1);
	}
	c = (unsigned char)v;
	put(b, &c, 1);
}

static void
put_bytes(struct buf *b, uint32_t number, const void *p, size_t n)
{
	put_varint(b, (uint64_t)number << 3 | 2);
	put_varint(b, n);
	put(b, p, n);
}

static void
put_text(struct buf *b, uint32_t number, const char *s)
{
	put_bytes(b, number, s, strlen(s));
}

static void
put_inner(struct buf *b, uint32_t number, struct buf *in)
{
	put_bytes(b, number, buf_str(in), in->len);
	buf_release(in);
}

static void	put_message(struct buf *b, const ProtobufCMessage *m);

/*
 * A pod has nothing but strings and messages in it.  One that is empty says as
 * much as none, unless it is one of many.
 */
static void
put_value(struct buf *b, const ProtobufCFieldDescriptor *f, const void *v)
{
	struct buf in;

	buf_init(&in, ROOM, "a value");
	if (f->type == PROTOBUF_C_TYPE_STRING)
		put(&in, v, strlen(v));
	else if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		put_message(&in, v);
	else
		abort();
	if (in.len > 0 || f->label == PROTOBUF_C_LABEL_REPEATED)
		put_bytes(b, f->id, buf_str(&in), in.len);
	buf_release(&in);
}

static void
put_message(struct buf *b, const ProtobufCMessage *m)
{
	const ProtobufCFieldDescriptor *f;
	const char *base = (const char *)m;
	void *const *list;
	size_t i, n;
	unsigned k;

	for (k = 0; k < m->descriptor->n_fields; k++) {
		f = &m->descriptor->fields[k];
		n = 1;
		list = (void *const *)(const void *)(base + f->offset);
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			memcpy(&n, base + f->quantifier_offset, sizeof(n));
			memcpy(&list, base + f->offset, sizeof(list));
		} else if (*list == NULL)
			continue;
		for (i = 0; i < n; i++)
			put_value(b, f, list[i]);
	}
}

/* A page of these items, which the token follows. */
static void
put_page(struct buf *b, const char *token, const struct buf *items)
{
	struct buf in, list;

	put(b, "k8s", 4);
	buf_init(&in, ROOM, "a type");
	put_text(&in, 1, "v1");
	put_text(&in, 2, "PodList");
	put_inner(b, 1, &in);
	buf_init(&list, ROOM, "a list");
	put_text(&in, 2, "4711");
	put_text(&in, 3, token);
	put_inner(&list, 1, &in);
	put(&list, buf_str(items), items->len);
	put_inner(b, 2, &list);
	put_text(b, 3, "");
	put_text(b, 4, "");
}

/* A proxy that wants to be more than one line, and more than text. */
static void
put_hostile(struct buf *b)
{
	static const char nasty[] = "\tok\tpod\n\x1b[2J\x7f\xc2\x85\xff\xe2\x80"
	    "\xae\xed\xa0\x80\\x00\r-";
	struct buf pod, in, more;
	char *label = malloc(HUGE + 1);
	int i;

	if (label == NULL)
		abort();
	memset(label, 0x85, HUGE);
	label[HUGE] = '\0';
	buf_init(&pod, ROOM, "a pod");
	buf_init(&in, ROOM, "a part");
	buf_init(&more, ROOM, "a part of it");
	for (i = 0; i < 2; i++) {
		put_text(&more, 1, i == 0 ? nasty : "app");
		put_text(&more, 2, label);
		put_inner(&in, 11, &more);
	}
	put_text(&in, 1, nasty);
	put_text(&in, 3, "-");
	put_inner(&pod, 1, &in);
	put_text(&more, 1, "istio-proxy");
	if (buf_printf(&in, NULL, "%s/proxyv2:1.1.5-%s", label + HUGE - 300,
	    nasty) == -1)
		abort();
	put_inner(&more, 2, &in);
	put_inner(&in, 2, &more);
	put_inner(&pod, 2, &in);
	put_inner(b, 2, &pod);
	free(label);
}

/* ---- what comes of a page ---- */

struct trace {
	const struct page	*page;
	struct buf		 records;	/* lines of them */
	size_t			 items;		/* and those that failed */
	size_t			 pods;
	size_t			 bad;
	int			 refuse;
	int			 twice;		/* a label of that kind */
	int			 doc;		/* by documents */
	size_t			 over;		/* passed over */
	const struct buf	*orig;		/* the message of a document */
	struct buf		*want;		/* of JSON: what has a name */
	struct buf		*built;		/* and that in protobuf */
	/* how it ended */
	int			 ret;
	struct err		 e;
	char			*token;
};

static void
trace_init(struct trace *t, const struct page *pg)
{
	memset(t, 0, sizeof(*t));
	t->page = pg;
	buf_init(&t->records, ROOM, "records");
}

static void
trace_free(struct trace *t)
{
	buf_release(&t->records);
	free(t->token);
}

static void
same_text(const struct buf *a, const struct buf *b)
{
	if (a->len != b->len || memcmp(buf_str(a), buf_str(b), a->len) != 0)
		abort();
}

static void
same(const struct trace *a, const struct trace *b)
{
	same_text(&a->records, &b->records);
	if (a->items != b->items || a->pods != b->pods || a->bad != b->bad ||
	    a->ret != b->ret)
		abort();
}

/* UTF-8 in one line that steers nothing, whatever utf8.h thinks of it. */
static void
is_harmless(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;
	uint32_t cp, min;
	int more;

	while (p < end) {
		cp = *p++;
		more = cp < 0x80 ? 0 : cp < 0xc0 ? -1 : cp < 0xe0 ? 1 :
		    cp < 0xf0 ? 2 : cp < 0xf8 ? 3 : -1;
		min = more == 3 ? 0x10000 : more == 2 ? 0x800 :
		    more == 1 ? 0x80 : 0x20;
		if (more == -1)
			abort();
		if (more > 0)
			cp &= 0x3fu >> more;
		for (; more > 0; more--) {
			if (p == end || (*p & 0xc0) != 0x80)
				abort();
			cp = cp << 6 | (*p++ & 0x3f);
		}
		if (cp < min || (cp >= 0x7f && cp < 0xa0) || cp > 0x10ffff ||
		    (cp >= 0xd800 && cp <= 0xdfff) || utf8_steers(cp))
			abort();
	}
}

static void
put_field(struct buf *b, const char *s, const char *end)
{
	size_t from = b->len;
	struct rec_line l;

	if (rec_field(b, s, NULL) == -1)
		abort();
	is_harmless(buf_str(b) + from, b->len - from);
	if (b->len - from <= REC_LINE_MAX) {
		if (rec_parse(buf_str(b) + from, b->len - from, &l, NULL) ==
		    -1 || l.n != 1 || (l.field[0] == NULL) != (s == NULL) ||
		    (s != NULL && strcmp(l.field[0], s) != 0))
			abort();
		rec_parse_release(&l);
	}
	put(b, end, strlen(end));
}

/* Of one pod. */
struct judged {
	struct trace		*t;
	const struct pod	*pod;
	size_t			 firsts;
	const struct rule	*last;
};

static int
on_finding(void *arg, const struct pv_finding *f, struct err *e)
{
	struct judged *j = arg;
	struct buf *b = &j->t->records;

	(void)e;
	if (f->ref != &j->pod->ref || f->verdict != (f->rule == NULL ?
	    VERDICT_OK : f->rule->severity) || f->message[0] == '\0' ||
	    (f->version == NULL) != (f->source == NULL) ||
	    (f->version == NULL && f->variant != NULL))
		abort();
	/* one that is ok is alone, and of a rule there is one */
	if (!f->first && (f->rule == NULL || j->last == NULL ||
	    f->rule == j->last))
		abort();
	j->firsts += (size_t)f->first;
	j->last = f->rule;
	put_field(b, verdict_name(f->verdict), "\t");
	put_field(b, f->ref->kind, "\t");
	put_field(b, f->ref->ns, "\t");
	put_field(b, f->ref->name, "\t");
	put_field(b, f->container, "\t");
	put_field(b, f->role, "\t");
	put_field(b, f->version, "\t");
	put_field(b, f->variant, "\t");
	put_field(b, f->source, "\t");
	put_field(b, f->image, "\t");
	put_field(b, f->rule == NULL ? NULL : f->rule->id, "\t");
	put_field(b, f->message, "\n");
	return 0;
}

static int
judge(void *arg, const struct pod *p, struct err *e)
{
	struct trace *t = arg;
	struct judged j = { t, p, 0, NULL };
	size_t containers = 0;

	if (pv_judge(&t->page->params, p, on_finding, &j, &containers, e) ==
	    -1 || containers != j.firsts || containers > p->ncontainer)
		abort();
	t->pods++;
	return 0;
}

static void
say(struct trace *t, const char *what)
{
	put_field(&t->records, what, "\n");
}

/* ---- a pod is what its message says ---- */

static void
is(const char *a, const char *b)
{
	if (strcmp(a == NULL ? "" : a, b == NULL ? "" : b) != 0)
		abort();
}

static void
is_container(const struct container *c, const K8s__PodContainer *m, int init,
    const K8s__PodStatus *s)
{
	K8s__ContainerStatus **of = NULL;
	const char *running = NULL;
	size_t i, n = 0;

	is(c->name, m->name);
	is(c->image, m->image);
	if (c->init != init || c->narg != m->n_command + m->n_args)
		abort();
	for (i = 0; i < c->narg; i++)
		is(c->arg[i], i < m->n_command ? m->command[i] :
		    m->args[i - m->n_command]);
	if (s != NULL && init) {
		of = s->initcontainerstatuses;
		n = s->n_initcontainerstatuses;
	} else if (s != NULL) {
		of = s->containerstatuses;
		n = s->n_containerstatuses;
	}
	/* the first that has an image, so the last when read backwards */
	while (n-- > 0)
		if (of[n]->image != NULL && of[n]->image[0] != '\0' &&
		    strcmp(of[n]->name == NULL ? "" : of[n]->name,
		    c->name) == 0)
			running = of[n]->image;
	if ((running == NULL) != (c->running == NULL))
		abort();
	is(c->running, running);
}

static void
is_volume(const struct volume *v, const K8s__Volume *m)
{
	const K8s__VolumeSource *s = m->volumesource;

	is(v->name, m->name);
	is(v->secret, s == NULL || s->secret == NULL ? NULL :
	    s->secret->secretname);
	is(v->host_path, s == NULL || s->hostpath == NULL ? NULL :
	    s->hostpath->path);
}

static void
is_pod(const struct pod *p, const K8s__Pod *m)
{
	static const K8s__PodSpec none;
	const K8s__PodSpec *s = m->spec == NULL ? &none : m->spec;
	size_t i, labels = m->metadata == NULL ? 0 : m->metadata->n_labels;

	is(p->phase, m->status == NULL ? NULL : m->status->phase);
	if (p->nlabel != labels || p->nvolume != s->n_volumes ||
	    p->ncontainer != s->n_containers + s->n_initcontainers)
		abort();
	for (i = 0; i < labels; i++) {
		is(p->label[i].name, m->metadata->labels[i]->key);
		is(p->label[i].value, m->metadata->labels[i]->value);
	}
	for (i = 0; i < p->nvolume; i++)
		is_volume(&p->volume[i], s->volumes[i]);
	for (i = 0; i < s->n_containers; i++)
		is_container(&p->container[i], s->containers[i], 0, m->status);
	for (i = 0; i < s->n_initcontainers; i++)
		is_container(&p->container[s->n_containers + i],
		    s->initcontainers[i], 1, m->status);
}

static void
is_asked(const struct page *pg, const struct ref *r)
{
	if ((pg->ask->ns[0] != '\0' && strcmp(pg->ask->ns, r->ns) != 0) ||
	    (pg->ask->name != NULL && strcmp(pg->ask->name, r->name) != 0))
		abort();
}

/* A map's key that comes twice: Kubernetes never sends that. */
static int
has_twice(const K8s__LeanMeta *m)
{
	size_t i, j;

	for (i = 0; m != NULL && i < m->n_labels; i++)
		for (j = 0; j < i; j++)
			if (strcmp(m->labels[i]->key == NULL ? "" :
			    m->labels[i]->key, m->labels[j]->key == NULL ? "" :
			    m->labels[j]->key) == 0)
				return 1;
	return 0;
}

/* A little less memory than it needs is an error of its own. */
static void
is_over(int failed, const struct err *why)
{
	if (!failed || why->class != ERR_LIMIT || why->msg[0] == '\0')
		abort();
}

/* As observe/pods.c does it. */
static int
take(struct trace *t, const ProtobufCMessage *m, struct err *e)
{
	const K8s__Pod *from = (const K8s__Pod *)m;
	struct err why = ERR_INIT;
	const char *wrong;
	struct arena a;
	struct pod p;
	size_t used;

	memset(&p, 0, sizeof(p));
	t->twice |= has_twice(from->metadata);
	if ((wrong = pod_ref(m, "pod", &p.ref)) != NULL) {
		say(t, wrong);
		return 0;
	}
	is(p.ref.name, from->metadata->name);
	is(p.ref.ns, from->metadata->namespace_);
	is(p.ref.uid, from->metadata->uid);
	is(p.ref.version, from->metadata->resourceversion);
	is_asked(t->page, &p.ref);
	arena_init(&a, POD_BYTES_MAX, "a pod");
	if (pod_of_message(m, &p, &a, e) == -1)
		abort();
	is_pod(&p, from);
	judge(t, &p, e);
	used = a.used;
	arena_release(&a);
	if (used >= ALIGNED) {
		arena_init(&a, used - ALIGNED, "less than a pod");
		memset(&p, 0, sizeof(p));
		is_over(pod_of_message(m, &p, &a, &why) == -1, &why);
		arena_release(&a);
	}
	return 0;
}

static int
on_message(void *arg, const struct kube_ask *a, const ProtobufCMessage *m,
    struct err *e)
{
	struct trace *t = arg;

	if (a != t->page->ask || m->descriptor != &k8s__pod__descriptor ||
	    t->doc)
		abort();
	t->items++;
	return t->refuse ? err_set(e, ERR_IO, "refused") : take(t, m, e);
}

/* ---- and so is its document ---- */

/* In JSON a volume's source stands among its own fields. */
static void
lift(const struct node *obj, const K8s__Pod *m)
{
	const struct node *l = node_path(obj, "spec", "volumes",
	    (const char *)NULL);
	const K8s__VolumeSource *s;
	struct node *v, *in;
	size_t i;

	for (i = 0; i < node_len(l); i++) {
		s = m->spec->volumes[i]->volumesource;
		v = (struct node *)(uintptr_t)node_at(l, i);
		if (s != NULL && s->secret != NULL) {
			in = make_map();
			if (s->secret->secretname != NULL)
				make_put(in, "secretName",
				    make_text(s->secret->secretname));
			make_put(v, "secret", in);
		}
		if (s != NULL && s->hostpath != NULL) {
			in = make_map();
			if (s->hostpath->path != NULL)
				make_put(in, "path",
				    make_text(s->hostpath->path));
			make_put(v, "hostPath", in);
		}
	}
}

static int
on_unknown(void *arg, const struct ref *r, const char *entry,
    const struct err *why, struct err *e)
{
	(void)r;
	(void)entry;
	(void)e;
	say(arg, why->msg);
	return 0;
}

/* The same by observe_object(), which wants it to be of the core. */
static void
observed(const struct trace *t, const struct node *obj,
    const struct trace *mine, struct err *e)
{
	const char *api = node_str(node_get(obj, "apiVersion"), NULL);
	const struct observe_options o = { .default_ns = "" };
	struct trace seen;
	const struct sink sink = {
		.pod = judge, .unknown = on_unknown, .arg = &seen
	};

	trace_init(&seen, t->page);
	if (observe_object(obj, "the API server", t->items, &o, &sink, e) ==
	    -1)
		abort();
	if (api == NULL || strchr(api, '/') == NULL)
		same_text(&seen.records, &mine->records);
	else if (seen.records.len > 0)
		abort();
	trace_free(&seen);
}

static int
is_text(const struct node *n)
{
	return node_str(n, NULL) != NULL && node_str(n, NULL)[0] != '\0';
}

/* With less memory than it took there is no message, nor of what is no map. */
static void
less_memory(const struct node *obj, const struct arena *took)
{
	struct err why = ERR_INIT;
	struct arena a;

	arena_init(&a, took->used - ALIGNED, "less than a message");
	is_over(message_of_node(&k8s__pod__descriptor, obj, &a, &why) == NULL,
	    &why);
	arena_release(&a);
	if (message_of_node(&k8s__pod__descriptor, node_get(obj, "kind"), &a,
	    &why) != NULL || why.class != ERR_FORMAT)
		abort();
}

/* A document of JSON, or of protobuf for a sink that takes no messages. */
static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	struct trace *t = arg, mine;
	const ProtobufCMessage *m;
	struct arena arena;
	struct buf item;

	if (a != t->page->ask || t->doc == 0)
		abort();
	t->items++;
	if (t->refuse)
		return err_set(e, ERR_IO, "refused");
	arena_init(&arena, POD_BYTES_MAX, "a pod");
	m = message_of_node(&k8s__pod__descriptor, obj, &arena, e);
	if (m == NULL)
		abort();
	if (t->orig != NULL) {
		buf_init(&item, ROOM, "an item");
		put_message(&item, m);
		same_text(&item, t->orig);
		buf_release(&item);
	}
	if (!is_text(node_get(meta, "name")) ||
	    !is_text(node_get(meta, "namespace"))) {
		if (is_json(t->page))
			say(t, "no name, or no namespace");
		else
			take(t, m, e);
		arena_release(&arena);
		return 0;
	}
	less_memory(obj, &arena);
	trace_init(&mine, t->page);
	take(&mine, m, e);
	t->twice |= mine.twice;
	if (t->built != NULL) {
		buf_init(&item, ROOM, "an item");
		put_message(&item, m);
		put_inner(t->built, 2, &item);
		put(t->want, buf_str(&mine.records), mine.records.len);
	}
	if (mine.pods > 0)
		observed(t, obj, &mine, e);
	put(&t->records, buf_str(&mine.records), mine.records.len);
	t->pods += mine.pods;
	trace_free(&mine);
	arena_release(&arena);
	return 0;
}

/* Of a document that was a message: its volumes first. */
static int
on_document(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct trace *t = arg;
	const ProtobufCMessage *m;
	const unsigned char *p;
	struct proto_walk w;
	struct proto_in in = { (const unsigned char *)t->page->p,
		t->page->len, 1 };
	struct arena arena;
	struct buf orig;
	size_t len, nth;
	int ret;

	/* this very item, by its number */
	if (proto_open(&w, &in, NULL) != 0)
		abort();
	for (nth = 0; nth <= t->items + t->bad; nth++)
		if (proto_next(&w, &in, &p, &len, NULL) != 1)
			abort();
	proto_close(&w);
	arena_init(&arena, PROTO_ITEM_MAX, "an item");
	m = message_unpack(&k8s__pod__descriptor, p, len, &arena, e);
	if (m == NULL)
		abort();
	buf_init(&orig, ROOM, "an item");
	put_message(&orig, m);
	if (has_twice(((const K8s__Pod *)m)->metadata))
		t->twice = 1;
	else
		t->orig = &orig;
	lift(obj, (const K8s__Pod *)m);
	arena_release(&arena);
	ret = on_object(arg, a, obj, e);
	t->orig = NULL;
	buf_release(&orig);
	return ret;
}

/* ---- the ways through a page ---- */

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct trace *t = arg;
	const char *msg = why->msg;
	size_t nth = 0;
	int n = 0;

	if (a != t->page->ask || why->class == ERR_NONE || msg[0] == '\0')
		abort();
	/* its number, which another item in front of it changes */
	if (sscanf(msg, "item %zu: %n", &nth, &n) == 1 && n > 0) {
		if (!is_json(t->page) &&
		    nth != t->items + t->over + t->bad + 1)
			abort();
		msg += n;
	}
	t->bad++;
	say(t, msg);
	return t->refuse ? err_set(e, ERR_IO, "refused") : 0;
}

static void
read_whole(const struct page *pg, struct trace *t, int doc)
{
	const struct kube_sink sink = {
		.object = is_json(pg) ? on_object : on_document,
		.failed = on_failed, .arg = t,
		.message = doc ? NULL : on_message
	};

	t->doc = doc || is_json(pg);
	t->ret = kube_body(pg->ask, 200, pg->type, pg->p, pg->len, &sink,
	    &t->e);
	if (t->ret == -1 && (!t->refuse || strcmp(t->e.msg, "refused") != 0))
		abort();
}

static int
passed_over(void *arg, const char *ns, const char *name, struct err *e)
{
	(void)e;
	if (ns == NULL || name == NULL)
		abort();
	((struct trace *)arg)->over++;
	return 1;
}

/*
 * n items at a time, of what has come, step bytes at a time, in memory that
 * ends where they do.
 */
static int
feed(struct body *b, const struct page *pg, struct trace *t, size_t n,
    size_t step, struct err *why)
{
	size_t at = 0, have = 0, before, items;
	unsigned char *copy;
	struct proto_in in;
	int ret = PROTO_WAIT;

	do {
		if (ret == PROTO_WAIT)
			have += step < pg->len - have ? step : pg->len - have;
		if ((copy = malloc(have - at + 1)) == NULL)
			abort();
		memcpy(copy + 1, pg->p + at, have - at);
		in.p = copy + 1;
		in.len = have - at;
		in.whole = have == pg->len;
		before = t->items + t->over + t->bad;
		ret = body_step(b, &in, n, why);
		if (ret != -1 && in.p + in.len != copy + 1 + have - at)
			abort();
		free(copy);
		at = have - in.len;
		items = t->items + t->over + t->bad - before;
		/* what has come is handed on, and not waited for */
		if (ret == PROTO_WAIT && have == pg->len)
			abort();
		if (!is_json(pg) && ret != -1 && (items > n ||
		    (ret == 1 && items != n) ||
		    (items > 0 && step == 1 && ret == 1 && at != have)))
			abort();
	} while (ret == PROTO_WAIT || ret == 1);
	if (ret == 0 && at != pg->len)
		abort();
	return ret;
}

/* over: everything with a name came before. */
static void
read_turns(const struct page *pg, struct trace *t, size_t n, size_t step,
    int over)
{
	const struct kube_sink sink = {
		.object = on_object, .failed = on_failed, .arg = t,
		.message = on_message
	};
	struct body b;
	struct buf token;
	struct arena arena;
	struct err why = ERR_INIT;
	int ret;

	memset(&b, 0, sizeof(b));
	buf_init(&token, ROOM, "a token");
	arena_init(&arena, PROTO_ITEM_MAX, "an item");
	b.ask = pg->ask;
	b.sink = &sink;
	b.token = &token;
	b.arena = &arena;
	b.arg = t;
	if (over)
		b.again = passed_over;
	t->doc = is_json(pg);
	if ((ret = body_open(&b, pg->type, &why)) == 0)
		ret = feed(&b, pg, t, n, step, &why);
	body_close(&b);
	t->ret = 0;
	if (ret == -1)
		t->ret = b.stopped ? -1 : on_failed(t, pg->ask, &why, &t->e);
	/* the token of a page that was not whole is not to be used */
	if (ret == 0 && (t->token = strdup(buf_str(&token))) == NULL)
		abort();
	buf_release(&token);
	arena_release(&arena);
}

static void
turns(const struct page *pg, const struct trace *whole)
{
	/* not more than some hundred steps */
	const size_t little = pg->len / 400 + 1;
	const struct {
		size_t	n, step;
	} turn[] = {
		{ 1, little }, { 3, 7 * little }, { SIZE_MAX, pg->len / 3 + 1 },
		{ 3, SIZE_MAX }
	};
	struct trace t;
	size_t i;

	for (i = 0; i < sizeof(turn) / sizeof(turn[0]); i++) {
		trace_init(&t, pg);
		read_turns(pg, &t, turn[i].n, turn[i].step, 0);
		same(whole, &t);
		if ((t.token == NULL) != (whole->token == NULL))
			abort();
		is(t.token, whole->token);
		trace_free(&t);
	}
	trace_init(&t, pg);
	read_turns(pg, &t, 2, 64 * little, 1);
	/* a list's items without a name are no objects, and come again */
	if (t.pods > 0 || t.items + t.over != whole->items)
		abort();
	trace_free(&t);
	trace_init(&t, pg);
	t.refuse = 1;
	read_whole(pg, &t, 0);
	if (t.ret != (whole->items + whole->bad > 0 ? -1 : 0) ||
	    t.items + t.bad > 1)
		abort();
	trace_free(&t);
}

/* ---- what the first bytes say: a third reader of the frame ---- */

struct piece {
	size_t	at, len;	/* the last one */
	size_t	first, end;	/* the first one: where its bytes begin, end */
	size_t	n;
	int	odd;		/* a field of another type before the first */
};

static int
get_varint(const char *p, size_t *i, size_t end, uint64_t *v)
{
	unsigned shift;

	for (*v = 0, shift = 0; *i < end && shift < 70; shift += 7) {
		*v |= shift == 63 && (p[*i] & 0x7e) ? 0 :
		    (uint64_t)(p[*i] & 0x7f) << shift;
		if (shift == 63 && (p[*i] & 0xfe))
			return -1;
		if (!(p[(*i)++] & 0x80))
			return 0;
	}
	return -1;
}

/* The fields of a number that hold bytes; -1: the bytes are malformed. */
static int
get(const char *p, size_t from, size_t end, uint64_t number, struct piece *f)
{
	uint64_t tag, len;
	size_t i = from;

	memset(f, 0, sizeof(*f));
	while (i < end) {
		if (get_varint(p, &i, end, &tag) == -1 || tag < 8 ||
		    tag > UINT32_MAX || (tag & 7) == 3 || (tag & 7) == 4 ||
		    (tag & 7) > 5)
			return -1;
		len = (tag & 7) == 1 ? 8 : (tag & 7) == 5 ? 4 : 0;
		if (((tag & 7) == 0 || (tag & 7) == 2) &&
		    get_varint(p, &i, end, &len) == -1)
			return -1;
		if ((tag & 7) == 0)
			len = 0;
		if (len > end - i)
			return -1;
		f->odd |= f->n == 0 && (tag & 7) != 2;
		if (tag == (number << 3 | 2)) {
			f->at = i;
			f->len = (size_t)len;
			if (f->n++ == 0) {
				f->first = i;
				f->end = i + (size_t)len;
			}
		}
		i += (size_t)len;
	}
	return 0;
}

/* All that can be known of a page's beginning, if it came whole. */
struct frame {
	int		 whole;		/* it is as Kubernetes writes it */
	int		 broken;	/* what cannot be walked to its end */
	int		 walks;		/* what can */
	size_t		 items;		/* of a list, up to where it breaks */
	size_t		 meta_end;
	size_t		 raw_end;
	const char	*token;
	size_t		 ntoken;
};

static int
text_at(const struct page *pg, const struct piece *f, const char *want)
{
	return f->n == 1 && f->len == strlen(want) &&
	    memcmp(pg->p + f->at, want, f->len) == 0;
}

static int
is_list_meta(const struct page *pg, const struct piece *meta)
{
	struct arena a;
	int ret;

	arena_init(&a, PROTO_ITEM_MAX, "a ListMeta");
	ret = message_unpack(&k8s__list_meta__descriptor,
	    (const unsigned char *)pg->p + meta->at, meta->len, &a, NULL) !=
	    NULL;
	arena_release(&a);
	return ret;
}

/* Fields in front of the object are read, and those behind it only once. */
static size_t
in_front(const char *p, size_t object, uint32_t number, struct piece *f)
{
	/* it ends in the object's own head, which is none to get() */
	get(p, 4, object, number, f);
	return f->n;
}

static void
frame_of(const struct page *pg, struct frame *f)
{
	struct piece type, kind, api, raw, meta, token, encoding, early, items;
	const char *p = pg->p;
	int list, tail;

	memset(f, 0, sizeof(*f));
	f->broken = 1;
	f->items = SIZE_MAX - 1;
	if (pg->len < 4 || memcmp(p, "k8s", 4) != 0 ||
	    get(p, 4, pg->len, 2, &raw) == -1 || raw.n == 0 || raw.odd ||
	    in_front(p, raw.first, 1, &type) == 0 ||
	    get(p, type.at, type.at + type.len, 1, &api) == -1 ||
	    get(p, type.at, type.at + type.len, 2, &kind) == -1)
		return;
	list = kind.len >= 4 &&
	    memcmp(p + kind.at + kind.len - 4, "List", 4) == 0;
	tail = get(p, raw.end, pg->len, 3, &encoding);
	in_front(p, raw.first, 3, &early);
	memset(&items, 0, sizeof(items));
	f->broken = (list && get(p, raw.first, raw.end, 2, &items) == -1) ||
	    tail == -1 || (encoding.n == 1 && encoding.len > 0);
	f->items = list && tail == 0 ? items.n : SIZE_MAX - 1;
	if (f->broken || !list || type.n != 1 ||
	    get(p, raw.first, raw.end, 1, &meta) == -1 ||
	    meta.n != 1 || p[raw.first] != 10 ||
	    get(p, meta.at, meta.at + meta.len, 3, &token) == -1 ||
	    token.n > 1)
		return;
	f->whole = 1;
	f->walks = text_at(pg, &api, "v1") && text_at(pg, &kind, "PodList") &&
	    type.len == 4 + api.len + kind.len && type.at < raw.first &&
	    encoding.n < 2 && early.n == 0 &&
	    pg->ask->ns[0] == '\0' && is_list_meta(pg, &meta);
	f->meta_end = meta.at + meta.len;
	f->raw_end = raw.end;
	f->token = p + token.at;
	f->ntoken = token.len;
}

/*
 * Every beginning of the page: it says nothing until the metadata is there, and
 * the same from there on.
 */
static void
peeks(const struct page *pg, const struct trace *t)
{
	struct frame f;
	struct buf token;
	unsigned char *copy;
	uint64_t whole;
	size_t n;
	int got, last = 0;

	frame_of(pg, &f);
	buf_init(&token, ROOM, "a token");
	for (n = 0; n <= pg->len; n++) {
		buf_reset(&token);
		whole = 0;
		if (last == 0) {
			/* memory that ends where the bytes do */
			if ((copy = malloc(n + 1)) == NULL)
				abort();
			memcpy(copy + 1, pg->p, n);
			got = proto_peek(copy + 1, n, &token, &whole);
			free(copy);
		} else
			got = proto_peek((const unsigned char *)pg->p, n,
			    &token, &whole);
		if (last != 0 && got != last)
			abort();
		last = got;
		if (!f.whole)
			continue;
		if (got != (n >= f.meta_end) || (got == 1 &&
		    (whole != f.raw_end || token.len != f.ntoken ||
		    memcmp(buf_str(&token), f.token, f.ntoken) != 0)))
			abort();
	}
	if ((f.broken && t->token != NULL) || (f.walks && (t->token == NULL ||
	    t->items + t->bad != f.items)))
		abort();
	/* what is wrong with all of it is one more that failed */
	if (t->items + t->bad > f.items + (t->token == NULL))
		abort();
	/* and the walk says so, of text up to its NUL */
	if (f.whole && t->token != NULL && strcmp(t->token,
	    buf_str(&token)) != 0)
		abort();
	buf_release(&token);
}

/* ---- the same page with other items in it ---- */

static void
add(struct buf *to, const struct trace *t)
{
	put(to, buf_str(&t->records), t->records.len);
}

static void
read_items(const struct page *like, const struct buf *items, struct trace *t)
{
	struct page pg = *like;
	struct buf b;

	pg.ask = &asks[0];
	pg.type = PROTO;
	buf_init(&b, ROOM, "a page");
	put_page(&b, "next", items);
	pg.p = buf_str(&b);
	pg.len = b.len;
	t->page = &pg;
	read_turns(&pg, t, 16, SIZE_MAX, 0);
	is(t->token, "next");
	t->page = like;
	buf_release(&b);
}

/* Behind an item that is hostile, all of it comes that came without. */
static void
behind(const struct page *pg, const struct buf *items, int bad_item,
    const struct trace *without)
{
	struct trace alone, all;
	struct buf more, want;

	buf_init(&more, ROOM, "items");
	buf_init(&want, ROOM, "records");
	trace_init(&alone, pg);
	trace_init(&all, pg);
	if (bad_item)
		put_bytes(&more, 2, "\x0a\xff\xff\x03", 4);
	else
		put_hostile(&more);
	read_items(pg, &more, &alone);
	if (alone.records.len == 0 || alone.bad != (size_t)bad_item)
		abort();
	put(&more, buf_str(items), items->len);
	read_items(pg, &more, &all);
	add(&want, &alone);
	add(&want, without);
	same_text(&all.records, &want);
	if (all.items != alone.items + without->items ||
	    all.bad != alone.bad + without->bad)
		abort();
	buf_release(&more);
	buf_release(&want);
	trace_free(&alone);
	trace_free(&all);
}

/* The items of a page, written again where they could be read. */
static int
items_of(const struct page *pg, struct buf *items)
{
	const ProtobufCMessage *m;
	const unsigned char *p;
	struct proto_in in = { (const unsigned char *)pg->p, pg->len, 1 };
	struct proto_walk w;
	struct err why = ERR_INIT;
	struct arena a;
	struct buf item;
	size_t len, used;
	int more;

	if (proto_open(&w, &in, NULL) != 0 || strcmp(w.kind, "Pod") != 0) {
		proto_close(&w);
		return -1;
	}
	while ((more = proto_next(&w, &in, &p, &len, NULL)) == 1) {
		arena_init(&a, PROTO_ITEM_MAX, "an item");
		m = message_unpack(&k8s__pod__descriptor, p, len, &a, NULL);
		if (m != NULL) {
			buf_init(&item, ROOM, "an item");
			put_message(&item, m);
			put_inner(items, 2, &item);
			used = a.used;
			arena_release(&a);
			arena_init(&a, used - ALIGNED, "less than an item");
			is_over(message_unpack(&k8s__pod__descriptor, p, len,
			    &a, &why) == NULL, &why);
		} else
			put_bytes(items, 2, p, len);
		arena_release(&a);
	}
	proto_close(&w);
	return more;
}

static void
rewritten(const struct page *pg, const struct trace *whole, int bad_item)
{
	struct trace t;
	struct buf items;
	int ret;

	buf_init(&items, ROOM, "items");
	trace_init(&t, pg);
	ret = items_of(pg, &items);
	if (ret == 0 || items.len > 0) {
		read_items(pg, &items, &t);
		/* what was all right is the same */
		if (ret == 0 && t.token != NULL && pg->ask->ns[0] == '\0' &&
		    whole->token != NULL)
			same_text(&whole->records, &t.records);
		behind(pg, &items, bad_item, &t);
	}
	trace_free(&t);
	buf_release(&items);
}

/* ---- the two kinds of pages ---- */

/* What has no need of messages, and what has no ear for an item's fault. */
static void
documents(const struct page *pg, const struct trace *whole)
{
	const unsigned char *p = (const unsigned char *)pg->p;
	size_t seen = 0, n = 0;
	struct doc_sink sink = { fuzz_item, fuzz_bad, &seen, NULL, 0 };
	struct doc_sink deaf = { fuzz_item, NULL, &n, NULL, 0 };
	struct err e = ERR_INIT;
	struct trace t;

	trace_init(&t, pg);
	read_whole(pg, &t, 1);
	if (!t.twice)
		same(whole, &t);
	trace_free(&t);
	if (proto_read(p, pg->len, &sink, NULL) == 0 &&
	    whole->token != NULL && seen != whole->items)
		abort();
	if (whole->token != NULL && proto_read(p, pg->len, &deaf, &e) !=
	    (whole->bad > 0 ? -1 : 0))
		abort();
	if (e.class != ERR_NONE && strncmp(e.msg, "item ", 5) != 0)
		abort();
}

static void
protobuf(const struct page *pg, int bad_item)
{
	struct trace t, last;

	trace_init(&t, pg);
	trace_init(&last, pg);
	read_whole(pg, &t, 0);
	read_turns(pg, &last, 16, SIZE_MAX, 0);
	same(&t, &last);
	turns(pg, &last);
	documents(pg, &last);
	peeks(pg, &last);
	rewritten(pg, &last, bad_item);
	trace_free(&t);
	trace_free(&last);
}

static void
json(const struct page *pg, int bad_item)
{
	struct buf built, want, page;
	struct trace t, again;
	struct page next = *pg;

	buf_init(&built, ROOM, "items");
	buf_init(&want, ROOM, "records");
	buf_init(&page, ROOM, "a page");
	trace_init(&t, pg);
	t.built = &built;
	t.want = &want;
	read_turns(pg, &t, 1, SIZE_MAX, 0);
	turns(pg, &t);
	/* what had a name, in protobuf */
	trace_init(&again, pg);
	read_items(pg, &built, &again);
	same_text(&again.records, &want);
	trace_free(&again);
	put_page(&page, "token-of-json", &built);
	next.type = PROTO;
	next.ask = &asks[0];
	next.p = buf_str(&page);
	next.len = page.len;
	protobuf(&next, bad_item);
	buf_release(&page);
	buf_release(&built);
	buf_release(&want);
	trace_free(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct page pg;

	if (n == 0)
		return 0;
	if (!proto_knows("", "Pod") || proto_knows("apps", "Pod"))
		abort();
	memset(&pg, 0, sizeof(pg));
	pg.ask = &asks[(*p & ASK) / 4];
	pg.type = *p & IS_JSON ? JSON : PROTO;
	pg.p = (const char *)p + 1;
	pg.len = n - 1;
	if (*p & HAS_MIN && pv_parse_min("1.4.3", &pg.params, NULL) == -1)
		abort();
	if (*p & IS_JSON)
		json(&pg, (*p & BAD_ITEM) != 0);
	else
		protobuf(&pg, (*p & BAD_ITEM) != 0);
	return 0;
}
