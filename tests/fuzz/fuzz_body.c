/*
 * One answer to one question.  The first three bytes choose the status, the
 * content type and the question, the rest is the body: nothing but what was
 * asked for is handed on, something always comes of it, what fails has a
 * message, and of a refusal about a Secret only its reason and the fields of
 * its causes are told.
 */
#include "base/buf.h"
#include "doc/make.h"
#include "kube/kube.h"
#include "kube/proto.h"
#include "kube/status.h"
#include "kube/wire.h"
#include "tests/fuzz/doc.h"

#define HEAD	3
#define JSON	"application/json"
#define PROTO	"application/vnd.kubernetes.protobuf"
#define MARKER	"k3y=material"	/* no reason and no field has a '=' in it */
#define ROOM	(8 * 1024 * 1024)

static const int statuses[] = {
	200, 201, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429,
	500, 503, 504, 302, 199, 599
};

static const char *const types[] = {
	JSON, PROTO, "text/html", "", JSON ";charset=utf-8"
};

#define REG	"admissionregistration.k8s.io"
static const struct kube_ask asks[] = {
	{ "", "v1", "secrets", "Secret", "istio-system", "cacerts" },
	{ "", "v1", "secrets", "Secret", "", NULL },
	{ "", "v1", "configmaps", "ConfigMap", "istio-system", "istio" },
	{ "apps", "v1", "deployments", "Deployment", "istio-system", NULL },
	{ REG, "v1", "mutatingwebhookconfigurations",
	    "MutatingWebhookConfiguration", "", NULL },
	{ "certificates.k8s.io", "v1beta1", "clustertrustbundles",
	    "ClusterTrustBundle", "", "istio.io:istiod-ca:root-cert" },
	{ "security.istio.io", "v1beta1", "peerauthentications",
	    "PeerAuthentication", "", NULL },
	{ "", "v1", "secrets", "Secret", "istio-system", NULL },
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct answer {
	const struct kube_ask	*ask;
	int			 status;
	const char		*type;
	const char		*p;
	size_t			 len;
};

struct seen {
	const struct answer	*an;
	size_t			 objects;
	size_t			 failed;
	int			 refuse;
	struct err		 why;	/* of the last that failed */
};

static int
is(const struct node *n, const char *want)
{
	const char *s = node_str(n, NULL);

	return s != NULL && strcmp(s, want) == 0;
}

static int
ok(const struct answer *an)
{
	return an->status >= 200 && an->status <= 299;
}

static int
is_secret(const struct answer *an)
{
	return strcmp(an->ask->kind, "Secret") == 0;
}

/* ---- what comes of it ---- */

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const struct node *meta = node_get(obj, "metadata");
	struct seen *s = arg;
	size_t left = VISITS;

	if (a != s->an->ask || !ok(s->an) || !is(node_get(obj, "kind"),
	    a->kind))
		abort();
	if (a->name != NULL && !is(node_get(meta, "name"), a->name))
		abort();
	if (a->ns[0] != '\0' && !is(node_get(meta, "namespace"), a->ns))
		abort();
	fuzz_walk(obj, &left);
	s->objects++;
	return s->refuse ? err_set(e, ERR_IO, "refused") : 0;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct seen *s = arg;

	if (a != s->an->ask || why->msg[0] == '\0' || why->class == ERR_NONE)
		abort();
	if (!ok(s->an) && why->http != s->an->status)
		abort();
	if (!ok(s->an) && is_secret(s->an) && strstr(why->msg, MARKER) != NULL)
		abort();
	s->failed++;
	s->why = *why;
	return s->refuse ? err_set(e, ERR_IO, "refused") : 0;
}

static int
ask(const struct answer *an, int refuse, struct seen *s, struct err *e)
{
	struct kube_sink sink = { .object = on_object, .failed = on_failed,
	    .arg = s };

	memset(s, 0, sizeof(*s));
	s->an = an;
	s->refuse = refuse;
	return kube_body(an->ask, an->status, an->type, an->p, an->len, &sink,
	    e);
}

/* ---- a refusal about a Secret ---- */

/* What may be told of it, as a Status of nothing else. */
struct told {
	struct node	*status;
	int		 found;
};

/* What is not ASCII is never told, and need not be UTF-8 in protobuf. */
static void
put(struct node *map, const char *key, const struct node *text)
{
	size_t i, len = 0;
	const char *s = node_str(text, &len);

	for (i = 0; i < len; i++)
		if (s[i] & 0x80)
			return;
	if (s != NULL && make_put(map, key, make_text_len(s, len)) == -1)
		abort();
}

static int
tell(void *arg, const struct node *obj, struct err *e)
{
	const struct node *causes = node_path(obj, "details", "causes",
	    (const char *)NULL);
	struct node *list = make_list(), *details = make_map(), *cause;
	struct told *t = arg;
	size_t i;

	(void)e;
	if (!t->found && is(node_get(obj, "kind"), "Status")) {
		t->found = 1;
		if (make_put(t->status, "kind", make_text("Status")) == -1)
			abort();
		put(t->status, "reason", node_get(obj, "reason"));
		for (i = 0; i < node_len(causes); i++) {
			cause = make_map();
			put(cause, "field", node_get(node_at(causes, i),
			    "field"));
			if (node_get(cause, "field") == NULL)
				make_free(cause);	/* of no use */
			else if (make_add(list, cause) == -1)
				abort();
		}
		if (make_put(details, "causes", list) == -1 ||
		    make_put(t->status, "details", details) == -1)
			abort();
		return 0;
	}
	make_free(list);
	make_free(details);
	return 0;
}

static void
told_of(const struct answer *an, struct told *t)
{
	struct doc_text text = { an->p, an->len };
	struct doc_source src = doc_text_source(&text);
	struct doc_sink sink = { tell, NULL, t, NULL };

	t->found = 0;
	if ((t->status = make_map()) == NULL)
		abort();
	if (an->len > STATUS_MAX)
		return;
	if (strstr(an->type, "protobuf") != NULL)
		proto_read((const unsigned char *)an->p, an->len, &sink, NULL);
	else if (strstr(an->type, "json") != NULL)
		doc_read_json(&src, &sink, NULL);
}

/*
 * The rest of the Status, its message first, makes no difference.  Protobuf
 * can hold more causes than our reader of JSON takes.
 */
static void
nothing_else(const struct answer *an, const struct err *why)
{
	struct answer bare = *an;
	struct told t;
	struct seen s;
	struct buf b;

	told_of(an, &t);
	buf_init(&b, ROOM, "a Status");
	if (make_json(t.status, &b, NULL) == -1)
		abort();
	bare.type = JSON;
	bare.p = buf_str(&b);
	bare.len = b.len;
	if (b.len <= DOC_ITEM_MAX && (ask(&bare, 0, &s, NULL) == -1 ||
	    strcmp(s.why.msg, why->msg) != 0))
		abort();
	buf_release(&b);
	make_free(t.status);
}

/* ---- a list of none ---- */

static int
on_root(void *arg, const struct node *root, struct err *e)
{
	const char *s = node_str(node_get(root, "kind"), NULL);
	char *kind = arg;

	(void)e;
	if (s != NULL && strlen(s) < 128)
		memcpy(kind, s, strlen(s) + 1);
	return 0;
}

/* Also the object whose items are null. */
static int
on_any(void *arg, const struct node *obj, struct err *e)
{
	return on_root(arg, obj, e);
}

/* The kind in an Unknown's TypeMeta. */
static void
frame_kind(const struct answer *an, char kind[128])
{
	const unsigned char *p = (const unsigned char *)an->p;
	struct wire w = { p + 4, p + an->len }, in;
	struct wire_field f, g;

	while (an->len >= 4 && wire_next(&w, &f) == 1) {
		if (f.number != 1 || f.type != 2)
			continue;
		in.p = f.p;
		in.end = f.p + f.len;
		while (wire_next(&in, &g) == 1)
			if (g.number == 2 && g.type == 2 && g.len < 128) {
				memcpy(kind, g.p, g.len);
				kind[g.len] = '\0';
			}
	}
}

/* Nothing was handed on and nothing failed: it must say that it is empty. */
static void
is_empty_list(const struct answer *an)
{
	struct doc_text text = { an->p, an->len };
	struct doc_source src = doc_text_source(&text);
	size_t len = strlen(an->ask->kind);
	char kind[128] = "";
	struct doc_sink sink = { on_any, NULL, kind, on_root };

	if (an->ask->name != NULL)
		abort();
	if (strstr(an->type, "protobuf") != NULL)
		frame_kind(an, kind);
	else
		doc_read_json(&src, &sink, NULL);
	if (strncmp(kind, an->ask->kind, len) != 0 ||
	    strcmp(kind + len, "List") != 0)
		abort();
}

static void
check(const struct answer *an)
{
	struct err e = ERR_INIT;
	struct seen s, r;

	if (ask(an, 0, &s, &e) == -1)
		abort();
	if (!ok(an) && (s.objects != 0 || s.failed != 1))
		abort();
	/* nothing at all is a list of none, and the one that was asked for */
	if (s.objects + s.failed == 0)
		is_empty_list(an);
	if (an->ask->name != NULL && s.objects > 1)
		abort();
	if (!ok(an) && is_secret(an))
		nothing_else(an, &s.why);
	/* a sink that refuses ends it, with its own words */
	if (ask(an, 1, &r, &e) != (s.objects + s.failed > 0 ? -1 : 0))
		abort();
	if (s.objects + s.failed > 0 && (r.objects + r.failed != 1 ||
	    strcmp(e.msg, "refused") != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct answer an;

	if (n < HEAD)
		return 0;
	an.status = statuses[(uint8_t)(p[0] - '0') % N(statuses)];
	an.type = types[(uint8_t)(p[1] - '0') % N(types)];
	an.ask = &asks[(uint8_t)(p[2] - '0') % N(asks)];
	an.p = (const char *)p + HEAD;
	an.len = n - HEAD;
	check(&an);
	return 0;
}
