/* A watch's events, cut and broken everywhere; and where a watch begins. */
#include "tests/unit/pb.h"

#include "base/arena.h"
#include "base/buf.h"
#include "doc/make.h"
#include "kube/body.h"
#include "kube/message.h"
#include "kube/path.h"
#include "kube/proto.h"
#include "kube/stream.h"

#define JSON	"application/json"
#define PROTO	"application/vnd.kubernetes.protobuf;stream=watch"

static const struct kube_ask secrets = {
	"", "v1", "secrets", "Secret", "ns", NULL, NULL, NULL, 0
};
static const struct kube_ask everywhere = {
	"", "v1", "secrets", "Secret", "", NULL, "a=b", "type=t", 0
};
static const struct kube_ask accounts = {
	"", "v1", "serviceaccounts", "ServiceAccount", "", NULL, NULL, NULL, 0
};
static const struct kube_ask deployments = {
	"apps", "v1", "deployments", "Deployment", "ns", NULL, NULL, NULL, 0
};

static const struct kube_ask hooks = {
	"admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations",
	"MutatingWebhookConfiguration", "", NULL, NULL, NULL, 0
};

/* Every event as "+name;", "~name;", "-name;", with the data of a Secret. */
struct got {
	char		text[2048];
	char		version[KUBE_VERSION_MAX];
	struct err	why;
	enum stream_end	end;
	size_t		stop_at;	/* the last event; 0: none */
	int		fail;		/* with an error of its own */
	int		ended;		/* nothing comes behind it */
	size_t		events;
};

static int
on_event(void *arg, const struct kube_ask *a, enum kube_event what,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct node *n = message_node(m);
	struct got *g = arg;
	size_t len = strlen(g->text);
	const char *s;

	assert_non_null(a);
	s = node_str(node_path(n, "data", "k", (const char *)NULL), NULL);
	snprintf(g->text + len, sizeof(g->text) - len, "%c%s%s%s%s;",
	    "+~-"[what], message_meta(m, META_NAME), s == NULL ? "" : "(k=",
	    s == NULL ? "" : s, s == NULL ? "" : ")");
	make_free(n);
	if (++g->events != g->stop_at)
		return 0;
	return g->fail ? err_set(e, ERR_IO, "refused") : 1;
}

/* The bytes in steps, from a version on. */
static void
feed(const struct kube_ask *a, const char *type, const void *p, size_t len,
    size_t step, struct got *g)
{
	const struct kube_watch_sink sink = { .event = on_event, .arg = g };
	struct arena arena;
	struct stream s = {
		.ask = a, .sink = &sink, .arena = &arena, .version = g->version
	};
	struct buf b;
	size_t n;

	arena_init(&arena, PROTO_ITEM_MAX, "an unpacked item");
	buf_init_secret(&b, 2 * PROTO_ITEM_MAX, "an answer");
	g->text[0] = '\0';
	g->events = 0;
	strcpy(g->version, "before");
	memset(&g->why, 0, sizeof(g->why));
	g->end = stream_open(&s, type, &g->why);
	while (g->end == STREAM_WAIT && len > 0) {
		n = len < step ? len : step;
		assert_int_equal(buf_append(&b, p, n, NULL), 0);
		p = (const char *)p + n;
		len -= n;
		g->end = stream_take(&s, &b, &g->why);
	}
	if (g->end == STREAM_WAIT && g->ended)
		g->end = stream_close(&s, &b, &g->why);
	if (g->end == STREAM_WAIT || g->end == STREAM_STOP)
		assert_int_equal(s.events >= g->events, 1);
	else
		assert_true(g->why.msg[0] != '\0');
	buf_release(&b);
	arena_release(&arena);
}

/* ---- JSON ---- */

#define OBJ(kind, ns, name, rv) "{\"apiVersion\":\"v1\"," \
	"\"kind\":\"" kind "\"," \
	"\"metadata\":{\"name\":\"" name "\",\"namespace\":\"" ns "\"," \
	"\"resourceVersion\":\"" rv "\"},\"data\":{\"k\":\"dmFs\"}}"
#define EV(type, obj) "{\"type\":\"" type "\",\"object\":" obj "}\n"
#define SECRET(type, name, rv) EV(type, OBJ("Secret", "ns", name, rv))
#define STATUS(more) EV("ERROR", "{\"kind\":\"Status\",\"apiVersion\":\"v1\"," \
	"\"status\":\"Failure\"," more "}")
#define MARK(rv) EV("BOOKMARK", "{\"kind\":\"Secret\",\"apiVersion\":\"v1\"," \
	"\"metadata\":{\"resourceVersion\":\"" rv "\",\"creationTimestamp\":" \
	"null}}")
#define LONG	"123456789012345678901234567890123456789012345678901234567890"

static const struct {
	const struct kube_ask	*ask;
	const char		*text;
	enum stream_end		 end;
	const char		*got;
	const char		*version;
	enum err_class		 class;
} cases[] = {
	{ &secrets, "", STREAM_WAIT, "", "before", ERR_NONE },
	{ &secrets, "\n \n", STREAM_WAIT, "", "before", ERR_NONE },
	{ &secrets, SECRET("ADDED", "a", "7") SECRET("MODIFIED", "a", "8")
	    SECRET("DELETED", "a", "9") MARK("12"), STREAM_WAIT,
	    "+a(k=val);~a(k=val);-a(k=val);", "12", ERR_NONE },
	/* a line that has not ended is not looked at */
	{ &secrets, SECRET("ADDED", "a", "7") "{\"type\":", STREAM_WAIT,
	    "+a(k=val);", "7", ERR_NONE },
	/* two on one line, and nothing behind the one that ends it */
	{ &secrets, "{\"type\":\"ADDED\",\"object\":" OBJ("Secret", "ns", "a",
	    "1") "} {\"type\":\"ADDED\",\"object\":" OBJ("Secret", "ns", "b",
	    "2") "}\n", STREAM_WAIT, "+a(k=val);+b(k=val);", "2", ERR_NONE },
	{ &secrets, "{\"type\":\"X\"}" SECRET("ADDED", "a", "7"),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
	/* what was not asked for */
	{ &secrets, EV("ADDED", OBJ("Pod", "ns", "a", "7")), STREAM_NONSENSE,
	    "", "before", ERR_FORMAT },
	{ &secrets, EV("ADDED", OBJ("Secret", "other", "a", "7")),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &everywhere, EV("ADDED", OBJ("Secret", "other", "a", "7")),
	    STREAM_WAIT, "+a(k=val);", "7", ERR_NONE },
	{ &deployments, EV("ADDED", OBJ("Deployment", "ns", "a", "7")),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &secrets, EV("BOOKMARK", OBJ("Pod", "ns", "", "7")),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &accounts, EV("ADDED", OBJ("ServiceAccount", "ns", "me", "7")),
	    STREAM_WAIT, "+me;", "7", ERR_NONE },
	/* half an object */
	{ &secrets, SECRET("ADDED", "", "7"), STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, SECRET("ADDED", "a", ""), STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, MARK(""), STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &secrets, SECRET("ADDED", "a", LONG LONG "1234567"), STREAM_WAIT,
	    "+a(k=val);", LONG LONG "1234567", ERR_NONE },
	{ &secrets, SECRET("ADDED", "a", LONG LONG "12345678"),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &secrets, EV("ADDED", "[]"), STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, "{\"type\":\"ADDED\"}\n", STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, SECRET("added", "a", "7"), STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, "{\"type\":7}\n", STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, "{}\n", STREAM_NONSENSE, "", "before", ERR_FORMAT },
	{ &secrets, SECRET("ADDED", "a", "7") "}\n", STREAM_NONSENSE,
	    "+a(k=val);", "7", ERR_FORMAT },
	/* a list is no event, whatever it holds */
	{ &secrets, "{\"kind\":\"SecretList\",\"items\":[" OBJ("Secret", "ns",
	    "a", "1") "]}\n", STREAM_NONSENSE, "", "before", ERR_FORMAT },
	/* refusals */
	{ &secrets, SECRET("ADDED", "a", "7") STATUS("\"code\":410,"
	    "\"reason\":\"Expired\",\"message\":\"too old\"")
	    SECRET("ADDED", "b", "8"), STREAM_REFUSED, "+a(k=val);", "7",
	    ERR_EXPIRED },
	{ &secrets, STATUS("\"code\":410,\"reason\":\"Gone\""),
	    STREAM_REFUSED, "", "before", ERR_EXPIRED },
	{ &secrets, STATUS("\"code\":500"), STREAM_REFUSED, "", "before",
	    ERR_NET },
	{ &secrets, STATUS("\"code\":429"), STREAM_REFUSED, "", "before",
	    ERR_THROTTLED },
	{ &secrets, STATUS("\"code\":403"), STREAM_REFUSED, "", "before",
	    ERR_FORBIDDEN },
	{ &secrets, STATUS("\"code\":200"), STREAM_NONSENSE, "", "before",
	    ERR_FORMAT },
	{ &secrets, STATUS("\"reason\":\"Expired\""), STREAM_NONSENSE, "",
	    "before", ERR_FORMAT },
	{ &secrets, EV("ERROR", OBJ("Secret", "ns", "a", "7")),
	    STREAM_NONSENSE, "", "before", ERR_FORMAT },
};

static void
test_json(void **state)
{
	struct got g;
	size_t i, step;

	(void)state;
	memset(&g, 0, sizeof(g));
	for (i = 0; i < COUNT(cases); i++)
		for (step = 1; step < 1000; step = step * 7 + 1) {
			feed(cases[i].ask, JSON, cases[i].text,
			    strlen(cases[i].text), step, &g);
			if (g.end != cases[i].end ||
			    g.why.class != cases[i].class ||
			    strcmp(g.text, cases[i].got) != 0 ||
			    strcmp(g.version, cases[i].version) != 0)
				fail_msg("[%zu] by %zu: %d %d '%s' at %s: %s",
				    i, step, (int)g.end, (int)g.why.class,
				    g.text, g.version, g.why.msg);
		}
}

/* The last line need not end, but its object must. */
static void
test_json_end(void **state)
{
	static const char text[] = SECRET("ADDED", "a", "7")
	    SECRET("DELETED", "a", "8");
	size_t len = strlen(text) - 1, i;
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	g.ended = 1;
	feed(&secrets, JSON, text, len, 64, &g);
	assert_int_equal(g.end, STREAM_WAIT);
	assert_string_equal(g.text, "+a(k=val);-a(k=val);");
	for (i = len / 2 + 10; i < len; i++) {
		feed(&secrets, JSON, text, i, 64, &g);
		assert_int_equal(g.end, STREAM_NONSENSE);
		assert_string_equal(g.text, "+a(k=val);");
	}
}

/* A line without an end is given up, one over the limit too. */
static void
test_json_limit(void **state)
{
	size_t len = DOC_ITEM_MAX + 1;
	char *p = malloc(len + 1);
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	assert_non_null(p);
	memset(p, ' ', len);
	feed(&secrets, JSON, p, len - 1, 65536, &g);
	assert_int_equal(g.end, STREAM_WAIT);
	feed(&secrets, JSON, p, len, 65536, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
	free(p);
}

static void
test_type(void **state)
{
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	feed(&secrets, "text/html", "x", 1, 1, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
	assert_int_equal(g.why.class, ERR_NET);
	feed(&secrets, "", "x", 1, 1, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
}

/* What a Status about a Secret quotes is not repeated. */
static void
test_status_words(void **state)
{
	static const char text[] = STATUS("\"code\":429,\"message\":"
	    "\"KEYWORD\",\"details\":{\"retryAfterSeconds\":3}");
	static const char late[] = STATUS("\"code\":503,\"message\":\"m\","
	    "\"details\":{\"retryAfterSeconds\":99999999999}");
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	feed(&secrets, JSON, text, strlen(text), 99, &g);
	assert_null(strstr(g.why.msg, "KEYWORD"));
	assert_int_equal(g.why.retry_after, 3);
	feed(&accounts, JSON, text, strlen(text), 99, &g);
	assert_non_null(strstr(g.why.msg, "KEYWORD"));
	feed(&accounts, JSON, late, strlen(late), 99, &g);
	assert_int_equal(g.why.retry_after, 30);
	feed(&secrets, JSON, STATUS("\"code\":403"),
	    strlen(STATUS("\"code\":403")), 99, &g);
	assert_non_null(strstr(g.why.msg, "no right to watch secrets"));
}

/* ---- protobuf, made here field by field ---- */

static void
puts_at(struct pb *b, unsigned field, const char *s)
{
	pb_put(b, field, s, strlen(s));
}

static void
unknown(struct pb *b, const char *version, const char *kind,
    const struct pb *raw)
{
	struct pb type = { .n = 0 };

	b->n = 4;
	memcpy(b->p, "k8s", 4);
	puts_at(&type, 1, version);
	puts_at(&type, 2, kind);
	pb_put(b, 1, type.p, type.n);
	pb_put(b, 2, raw->p, raw->n);
	puts_at(b, 3, "");
	puts_at(b, 4, "");
}

/* A frame: its length, and a WatchEvent around an object. */
static void
frame(struct pb *b, const char *what, const struct pb *obj)
{
	struct pb raw = { .n = 0 }, event = { .n = 0 };

	pb_put(&raw, 1, obj->p, obj->n);
	puts_at(&event, 1, what);
	pb_put(&event, 2, raw.p, raw.n);
	b->p[b->n++] = 0;
	b->p[b->n++] = 0;
	b->p[b->n++] = (unsigned char)(event.n >> 8);
	b->p[b->n++] = (unsigned char)event.n;
	memcpy(b->p + b->n, event.p, event.n);
	b->n += event.n;
}

static void
object(struct pb *b, const char *kind, const char *ns, const char *name,
    const char *version)
{
	struct pb meta = { .n = 0 }, entry = { .n = 0 }, o = { .n = 0 };

	puts_at(&meta, 1, name);
	puts_at(&meta, 2, "");
	puts_at(&meta, 3, ns);
	puts_at(&meta, 6, version);
	pb_put(&o, 1, meta.p, meta.n);
	puts_at(&entry, 1, "k");
	puts_at(&entry, 2, "val");
	pb_put(&o, 2, entry.p, entry.n);
	unknown(b, "v1", kind, &o);
}

static void
event(struct pb *b, const char *what, const char *kind, const char *ns,
    const char *name, const char *version)
{
	struct pb o;

	object(&o, kind, ns, name, version);
	frame(b, what, &o);
}

static void
status(struct pb *b, unsigned code, const char *reason)
{
	struct pb s = { .n = 0 }, o;

	puts_at(&s, 2, "Failure");
	puts_at(&s, 4, reason);
	s.p[s.n++] = 6 << 3;
	s.p[s.n++] = (unsigned char)((code & 0x7f) | 0x80);
	s.p[s.n++] = (unsigned char)(code >> 7);
	unknown(&o, "v1", "Status", &s);
	frame(b, "ERROR", &o);
}

static void
proto(const struct kube_ask *a, const struct pb *b, struct got *g)
{
	feed(a, PROTO, b->p, b->n, 13, g);
}

static void
stream_of_all(struct pb *b)
{
	b->n = 0;
	event(b, "ADDED", "Secret", "ns", "a", "7");
	event(b, "MODIFIED", "Secret", "ns", "a", "8");
	event(b, "DELETED", "Secret", "ns", "a", "9");
	event(b, "BOOKMARK", "Secret", "", "", "12");
}

/* Whatever the steps, and wherever it is cut: whole events, in their order. */
static void
test_proto(void **state)
{
	static const char *const texts[] = {
		"", "+a(k=val);", "+a(k=val);~a(k=val);",
		"+a(k=val);~a(k=val);-a(k=val);",
		"+a(k=val);~a(k=val);-a(k=val);",
	};
	static const char *const versions[] = {
		"before", "7", "8", "9", "12"
	};
	size_t i, n, ends[5] = { 0 };
	struct pb b;
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	stream_of_all(&b);
	for (i = 1, n = 0; i < 5; i++) {
		n += 4 + ((size_t)b.p[n + 2] << 8) + b.p[n + 3];
		ends[i] = n;
	}
	assert_int_equal(n, b.n);
	for (i = 1; i <= b.n; i++) {
		feed(&secrets, PROTO, b.p, b.n, i, &g);
		assert_int_equal(g.end, STREAM_WAIT);
		assert_string_equal(g.text, texts[4]);
		assert_string_equal(g.version, "12");
	}
	for (i = 0; i <= b.n; i++) {
		for (n = 0; n < 4 && ends[n + 1] <= i; n++)
			;
		feed(&secrets, PROTO, b.p, i, 1 + i % 5, &g);
		assert_int_equal(g.end, STREAM_WAIT);
		assert_string_equal(g.text, texts[n]);
		assert_string_equal(g.version, versions[n]);
		g.ended = 1;
		feed(&secrets, PROTO, b.p, i, 64, &g);
		assert_int_equal(g.end, i == ends[n] ? STREAM_WAIT :
		    STREAM_NONSENSE);
		assert_string_equal(g.text, texts[n]);
		g.ended = 0;
	}
}

/* The sink says when it is enough, or wrong. */
static void
test_stop(void **state)
{
	struct pb b;
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	stream_of_all(&b);
	g.stop_at = 2;
	proto(&secrets, &b, &g);
	assert_int_equal(g.end, STREAM_STOP);
	assert_string_equal(g.text, "+a(k=val);~a(k=val);");
	assert_string_equal(g.version, "8");
	g.fail = 1;
	proto(&secrets, &b, &g);
	assert_int_equal(g.end, STREAM_ERROR);
	assert_string_equal(g.why.msg, "refused");
	assert_string_equal(g.version, "7");
}

/* What must not be gone on with, behind an event that is right. */
static void
nonsense(struct pb *b, const char *what)
{
	struct got g;

	memset(&g, 0, sizeof(g));
	proto(&secrets, b, &g);
	if (g.end != STREAM_NONSENSE || strcmp(g.text, "+a(k=val);") != 0 ||
	    strcmp(g.version, "7") != 0)
		fail_msg("%s: %d '%s' at %s", what, (int)g.end, g.text,
		    g.version);
	b->n = 0;
	event(b, "ADDED", "Secret", "ns", "a", "7");
}

static void
test_proto_nonsense(void **state)
{
	static const struct {
		const char	*what, *kind, *ns, *name, *version, *wrong;
	} events[] = {
		{ "ADDED", "ConfigMap", "ns", "b", "8", "another kind" },
		{ "ADDED", "Gizmo", "ns", "b", "8", "an unknown kind" },
		{ "ADDED", "Secret", "other", "b", "8", "another namespace" },
		{ "ADDED", "Secret", "ns", "", "8", "no name" },
		{ "ADDED", "Secret", "ns", "b", "", "no version" },
		{ "BOOKMARK", "Secret", "", "", "",
		    "a bookmark without a version" },
		{ "BOOKMARK", "Pod", "", "", "8",
		    "a bookmark of another kind" },
		{ "WHATEVER", "Secret", "ns", "b", "8", "an unknown type" },
		{ "", "Secret", "ns", "b", "8", "no type" },
		{ "ERROR", "Secret", "ns", "b", "8",
		    "an error that is none" },
	};
	struct pb b = { .n = 0 };
	size_t i;

	(void)state;
	event(&b, "ADDED", "Secret", "ns", "a", "7");
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		event(&b, events[i].what, events[i].kind, events[i].ns,
		    events[i].name, events[i].version);
		nonsense(&b, events[i].wrong);
	}
	status(&b, 128, "Expired");
	nonsense(&b, "an error that is no status of one");
	event(&b, "ADDED", "SecretList", "ns", "b", "8");
	nonsense(&b, "a list");
}

/* The same of what stands around an object. */
static void
test_proto_frame(void **state)
{
	struct pb b = { .n = 0 }, o = { .n = 0 }, raw;
	size_t at;

	(void)state;
	event(&b, "ADDED", "Secret", "ns", "a", "7");
	pb_put(&o, 1, "\xff", 1);
	unknown(&raw, "v1", "Secret", &o);
	frame(&b, "ADDED", &raw);
	nonsense(&b, "an object that is broken");
	unknown(&raw, "v1", "Status", &o);
	frame(&b, "ERROR", &raw);
	nonsense(&b, "a status that is broken");
	object(&raw, "Secret", "ns", "b", "8");
	raw.p[0] = 'K';
	frame(&b, "ADDED", &raw);
	nonsense(&b, "no magic");
	object(&raw, "Secret", "ns", "b", "8");
	puts_at(&raw, 3, "gzip");
	frame(&b, "ADDED", &raw);
	nonsense(&b, "an encoding");
	raw.n = 0;
	frame(&b, "ADDED", &raw);
	nonsense(&b, "nothing in it");
	memset(b.p + b.n, 0, 4);
	b.n += 4;
	nonsense(&b, "an empty frame");
	memcpy(b.p + b.n, "\0\0\0\5\xff\xff\xff\xff\xff", 9);
	b.n += 9;
	nonsense(&b, "a garbled event");
	memcpy(b.p + b.n, "\0\0\0\3\x12\1\xff", 7);
	b.n += 7;
	nonsense(&b, "a garbled extension");
	at = b.n;
	memcpy(b.p + at, "\1\0\0\1", 4);	/* one more than 16 MiB */
	b.n += 4;
	nonsense(&b, "a frame over the limit");
	memcpy(b.p + at, "k8s", 4);
	b.n += 4;
	nonsense(&b, "no frame");
}

/* Two kinds of one message; a list, whose item would be right. */
static void
test_proto_kind(void **state)
{
	struct pb meta = { .n = 0 }, o = { .n = 0 }, l = { .n = 0 }, u, b;
	struct got g;
	size_t i;

	(void)state;
	memset(&g, 0, sizeof(g));
	puts_at(&meta, 1, "a");
	puts_at(&meta, 3, "ns");
	puts_at(&meta, 6, "7");
	pb_put(&o, 1, meta.p, meta.n);
	for (i = 0; i < 2; i++) {
		unknown(&u, "admissionregistration.k8s.io/v1", i == 0 ?
		    hooks.kind : "ValidatingWebhookConfiguration", &o);
		b.n = 0;
		frame(&b, "ADDED", &u);
		proto(&hooks, &b, &g);
		assert_int_equal(g.end, i == 0 ? STREAM_WAIT :
		    STREAM_NONSENSE);
	}
	pb_put(&l, 2, o.p, o.n);
	unknown(&u, "v1", "SecretList", &l);
	b.n = 0;
	frame(&b, "ADDED", &u);
	proto(&secrets, &b, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
	assert_string_equal(g.text, "");
}

/* A length of the limit itself is only a lot to wait for. */
static void
test_limit(void **state)
{
	struct got g;

	(void)state;
	memset(&g, 0, sizeof(g));
	assert_int_equal(PROTO_ITEM_MAX, 0x1000000);
	feed(&secrets, PROTO, "\1\0\0\0", 4, 4, &g);
	assert_int_equal(g.end, STREAM_WAIT);
	feed(&secrets, PROTO, "\1\0\0\1", 4, 4, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
	feed(&secrets, PROTO, "\xff\xff\xff\xff", 4, 4, &g);
	assert_int_equal(g.end, STREAM_NONSENSE);
}

static void
test_proto_status(void **state)
{
	static const struct {
		unsigned	code;
		enum err_class	class;
	} s[] = {
		{ 410, ERR_EXPIRED }, { 401, ERR_AUTH }, { 403, ERR_FORBIDDEN },
		{ 404, ERR_ABSENT }, { 429, ERR_THROTTLED }, { 500, ERR_NET },
		{ 503, ERR_NET }, { 504, ERR_NET }, { 400, ERR_FORMAT },
	};
	struct pb b;
	struct got g;
	size_t i;

	(void)state;
	memset(&g, 0, sizeof(g));
	for (i = 0; i < COUNT(s); i++) {
		b.n = 0;
		event(&b, "ADDED", "Secret", "ns", "a", "7");
		status(&b, s[i].code, "Because");
		event(&b, "ADDED", "Secret", "ns", "b", "8");
		proto(&secrets, &b, &g);
		assert_int_equal(g.end, STREAM_REFUSED);
		assert_int_equal(g.why.class, s[i].class);
		assert_string_equal(g.text, "+a(k=val);");
		assert_string_equal(g.version, "7");
	}
}

/* ---- where a watch begins ---- */

struct listed {
	char	text[256];
	int	fail;
	size_t	items;
};

static int
on_listed(void *arg, const struct kube_ask *a, const char *version,
    struct err *e)
{
	struct listed *l = arg;

	snprintf(l->text, sizeof(l->text), "%s@%s after %zu", a->resource,
	    version, l->items);
	return l->fail ? err_set(e, ERR_IO, "refused") : 0;
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct listed *l = arg;

	(void)a;
	(void)obj;
	(void)e;
	l->items++;
	return 0;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct listed *l = arg;

	(void)a;
	(void)e;
	snprintf(l->text, sizeof(l->text), "!%.200s", why->msg);
	return 0;
}

static int
list(const char *type, const void *p, size_t len, struct listed *l)
{
	const struct kube_sink sink = { .object = on_object,
	    .failed = on_failed, .arg = l, .listed = on_listed };
	struct err e = ERR_INIT;

	l->text[0] = '\0';
	l->items = 0;
	return kube_body(&secrets, 200, type, p, len, &sink, &e);
}

static void
test_listed(void **state)
{
	static const char head[] = "{\"kind\":\"SecretList\",\"metadata\":{"
	    "\"resourceVersion\":\"70\"},\"items\":[";
	static const char more[] = "{\"kind\":\"SecretList\",\"metadata\":{"
	    "\"resourceVersion\":\"70\",\"continue\":\"x\"},\"items\":[]}";
	static const char none[] = "{\"kind\":\"SecretList\",\"items\":[]}";
	struct pb meta = { .n = 0 }, item = { .n = 0 }, l = { .n = 0 }, b;
	struct listed got = { .fail = 0 };
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "%s%s]}", head,
	    OBJ("Secret", "ns", "a", "7"));
	assert_int_equal(list(JSON, text, strlen(text), &got), 0);
	assert_string_equal(got.text, "secrets@70 after 1");
	assert_int_equal(list(JSON, none, strlen(none), &got), 0);
	assert_string_equal(got.text, "secrets@ after 0");
	/* more pages follow; half a list */
	assert_int_equal(list(JSON, more, strlen(more), &got), 0);
	assert_string_equal(got.text, "");
	assert_int_equal(list(JSON, text, strlen(text) - 1, &got), 0);
	assert_int_equal(got.text[0], '!');
	/* protobuf, with items and without */
	puts_at(&meta, 1, "");
	puts_at(&meta, 2, "71");
	puts_at(&meta, 3, "");
	pb_put(&l, 1, meta.p, meta.n);
	unknown(&b, "v1", "SecretList", &l);
	assert_int_equal(list(PROTO, b.p, b.n, &got), 0);
	assert_string_equal(got.text, "secrets@71 after 0");
	meta.n = 0;
	puts_at(&meta, 1, "a");
	puts_at(&meta, 3, "ns");
	puts_at(&meta, 6, "9");
	pb_put(&item, 1, meta.p, meta.n);
	pb_put(&l, 2, item.p, item.n);
	unknown(&b, "v1", "SecretList", &l);
	assert_int_equal(list(PROTO, b.p, b.n, &got), 0);
	assert_string_equal(got.text, "secrets@71 after 1");
	got.fail = 1;
	assert_int_equal(list(PROTO, b.p, b.n, &got), -1);
}

/* Known before anything is handed on: what breaks off comes anew, and newer. */
static void
test_version_first(void **state)
{
	struct pb meta = { .n = 0 }, item = { .n = 0 }, l = { .n = 0 }, b;
	struct listed got = { .fail = 0 };
	const struct kube_sink sink = { .object = on_object,
	    .failed = on_failed, .arg = &got };
	struct buf version;
	struct body body = { .ask = &secrets, .sink = &sink,
	    .version = &version };
	struct proto_in in;
	int i;

	(void)state;
	buf_init(&version, KUBE_VERSION_MAX - 1, "a resourceVersion");
	for (i = 0; i < 2; i++) {
		meta.n = item.n = l.n = 0;
		puts_at(&meta, 2, i == 0 ? "71" : "72");
		pb_put(&l, 1, meta.p, meta.n);
		meta.n = 0;
		puts_at(&meta, 1, "a");
		puts_at(&meta, 3, "ns");
		pb_put(&item, 1, meta.p, meta.n);
		pb_put(&l, 2, item.p, item.n);
		unknown(&b, "v1", "SecretList", &l);
		in.p = b.p;
		in.len = b.n;
		in.whole = 1;
		assert_int_equal(body_open(&body, PROTO, NULL), 0);
		assert_int_equal(body_step(&body, &in, 1, NULL), 1);
		assert_string_equal(buf_str(&version), "71");
		body_close(&body);
	}
	buf_release(&version);
}

static void
test_path(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, PATH_BYTES, "a path");
	assert_int_equal(path_of(&everywhere, 9, "t", &b, NULL), 0);
	assert_string_equal(buf_str(&b), "/api/v1/secrets?limit=9&continue=t"
	    "&labelSelector=a%3Db&fieldSelector=type%3Dt");
	assert_int_equal(path_of_watch(&secrets, "7", 290, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "/api/v1/namespaces/ns/secrets?"
	    "watch=1&allowWatchBookmarks=true&timeoutSeconds=290"
	    "&resourceVersion=7");
	assert_int_equal(path_of_watch(&everywhere, "", 5, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "/api/v1/secrets?watch=1"
	    "&allowWatchBookmarks=true&timeoutSeconds=5"
	    "&labelSelector=a%3Db&fieldSelector=type%3Dt");
	/* a version is opaque */
	assert_int_equal(path_of_watch(&deployments, "a&b=c", 5, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "&resourceVersion=a%26b%3Dc"));
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_end),
		cmocka_unit_test(test_json_limit),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_status_words),
		cmocka_unit_test(test_proto),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_proto_nonsense),
		cmocka_unit_test(test_proto_frame),
		cmocka_unit_test(test_proto_kind),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_proto_status),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_version_first),
		cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
