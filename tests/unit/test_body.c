/* Answers: what is taken from them, and what is said of those that are none. */
#include "tests/unit/pb.h"

#include "kube/kube.h"
#include "kube/proto.h"
#include "kube/wire.h"

static const struct kube_ask secret = {
	"", "v1", "secrets", "Secret", "ns", "ca", NULL, NULL, 0
};
static const struct kube_ask configmap = {
	"", "v1", "configmaps", "ConfigMap", "ns", "cm", NULL, NULL, 0
};
static const struct kube_ask deployments = {
	"apps", "v1", "deployments", "Deployment", "ns", NULL, NULL,
	NULL, 0
};
static const struct kube_ask policy = {
	"authentication.istio.io", "v1alpha1", "meshpolicies", "MeshPolicy",
	"", "default", NULL, NULL, 0
};

#define JSON	"application/json"
#define PROTO	"application/vnd.kubernetes.protobuf"

/* Every object as "name;", every failure as "!class message;". */
struct got {
	char		text[2048];
	enum err_class	class;
};

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	const char *name = node_str(node_path(obj, "metadata", "name",
	    (const char *)NULL), NULL);
	struct got *g = arg;
	size_t len = strlen(g->text);

	(void)e;
	assert_string_equal(node_str(node_get(obj, "kind"), NULL), a->kind);
	snprintf(g->text + len, sizeof(g->text) - len, "%s;",
	    name == NULL ? "-" : name);
	return 0;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct got *g = arg;
	size_t len = strlen(g->text);

	(void)a;
	(void)e;
	assert_true(why->msg[0] != '\0');
	assert_null(strchr(why->msg, '\n'));
	g->class = why->class;
	snprintf(g->text + len, sizeof(g->text) - len, "!%s;", why->msg);
	return 0;
}

static void
body(const struct kube_ask *a, int status, const char *type, const char *p,
    size_t len, struct got *g)
{
	const struct kube_sink sink = { .object = on_object,
	    .failed = on_failed, .arg = g };
	struct err e = ERR_INIT;

	memset(g, 0, sizeof(*g));
	assert_int_equal(kube_body(a, status, type, p, len, &sink, &e), 0);
}

#define META(name) "\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\"}"

/* JSON and text.  class ERR_NONE: exactly this text; else it begins so. */
static const struct {
	const struct kube_ask	*ask;
	int			 status;
	const char		*type;
	const char		*text;
	enum err_class		 class;
	const char		*want;
} cases[] = {
	{ &secret, 200, JSON, "{\"kind\":\"Secret\"," META("ca") "}",
	    ERR_NONE, "ca;" },
	{ &secret, 200, JSON ";charset=utf-8", "{\"kind\":\"Secret\","
	    META("ca") "}", ERR_NONE, "ca;" },
	/* another object than was asked for */
	{ &secret, 200, JSON, "{\"kind\":\"Secret\"," META("cb") "}",
	    ERR_FORMAT, "!the server answered with another object (Secret)" },
	{ &secret, 200, JSON, "{\"kind\":\"Pod\"," META("ca") "}",
	    ERR_FORMAT, "!the server answered with another object (Pod)" },
	{ &secret, 200, JSON, "{" META("ca") "}", ERR_FORMAT, "!the server" },
	{ &secret, 200, JSON, "{\"kind\":\"Secret\",\"metadata\":{\"name\":"
	    "\"ca\",\"namespace\":\"other\"}}", ERR_FORMAT, "!the server" },
	{ &secret, 200, JSON, "{\"kind\":\"Secret\",\"metadata\":{\"name\":"
	    "[\"ca\"]}}", ERR_FORMAT, "!the server" },
	/* no object */
	{ &secret, 200, JSON, "", ERR_FORMAT, "!the server answered with "
	    "nothing" },
	{ &secret, 200, JSON, "{\"kind\":\"Secret\"," META("ca"), ERR_FORMAT,
	    "!" },
	{ &secret, 200, "text/html", "<html>", ERR_NET, "!the server answered "
	    "with 'text/html'" },
	{ &secret, 200, "", "{}", ERR_NET, "!the server answered with 'no "
	    "content type'" },
	/* lists */
	{ &deployments, 200, JSON, "{\"kind\":\"DeploymentList\",\"items\":[{"
	    META("a") "},{" META("b") "}]}", ERR_NONE, "a;b;" },
	{ &deployments, 200, JSON, "{\"kind\":\"DeploymentList\","
	    "\"items\":[]}", ERR_NONE, "" },
	{ &deployments, 200, JSON, "{\"kind\":\"DeploymentList\","
	    "\"items\":null}", ERR_NONE, "" },
	{ &deployments, 200, JSON, "{\"kind\":\"DeploymentList\",\"items\":[{"
	    "\"kind\":\"Pod\"," META("a") "}]}", ERR_FORMAT, "!the server "
	    "answered with another object (Pod)" },
	{ &secret, 200, JSON, "{\"kind\":\"SecretList\",\"items\":null}",
	    ERR_FORMAT, "!the server answered with another object "
	    "(SecretList)" },
	{ &secret, 200, JSON, "{\"kind\":\"SecretList\",\"items\":[]}",
	    ERR_FORMAT, "!the server answered with another object "
	    "(SecretList)" },
	{ &secret, 200, JSON, "{\"kind\":\"Secret\"," META("ca") "}"
	    "{\"kind\":\"Secret\"," META("ca") "}", ERR_FORMAT,
	    "ca;!the server answered with another object" },
	{ &deployments, 200, JSON, "{\"kind\":\"PodList\",\"items\":[]}",
	    ERR_FORMAT, "!the server answered with another object (PodList)" },
	{ &deployments, 200, JSON, "{\"items\":[]}", ERR_FORMAT,
	    "!the server answered with another object (of no kind)" },
	/* refusals, in kubectl's words */
	{ &configmap, 403, JSON, "{\"kind\":\"Status\",\"reason\":"
	    "\"Forbidden\",\"message\":\"no way\"}", ERR_FORBIDDEN,
	    "!Error from server (Forbidden): no way;" },
	{ &configmap, 403, JSON, "{\"kind\":\"Status\"}", ERR_FORBIDDEN,
	    "!Error from server (Forbidden): configmaps \"cm\" is forbidden: "
	    "no right to get configmaps in API group \"\" in the namespace "
	    "\"ns\";" },
	{ &configmap, 404, JSON, "{\"kind\":\"Status\",\"reason\":"
	    "\"NotFound\",\"message\":\"configmaps \\\"cm\\\" not found\"}",
	    ERR_ABSENT, "!Error from server (NotFound): configmaps \"cm\" not "
	    "found;" },
	{ &configmap, 401, JSON, "{}", ERR_AUTH, "!You must be logged in to "
	    "the server (Unauthorized);" },
	{ &deployments, 410, JSON, "{\"kind\":\"Status\",\"reason\":"
	    "\"Expired\",\"message\":\"too old\"}", ERR_EXPIRED, "!Error from "
	    "server (Expired): too old;" },
	{ &configmap, 429, "text/plain", "Too many requests", ERR_THROTTLED,
	    "!Error from server (TooManyRequests): " },
	{ &configmap, 502, "text/html", "<html><h1>Bad Gateway", ERR_NET,
	    "!Error from server (UnexpectedServerError): configmaps \"cm\": "
	    "the server answered with HTTP status 502;" },
	{ &configmap, 302, "text/html", "", ERR_NET, "!Error from server " },
	/* a reason is a word, or it is not repeated */
	{ &configmap, 500, JSON, "{\"kind\":\"Status\",\"reason\":"
	    "\"a b\\u001b\",\"message\":\"m\"}", ERR_NET,
	    "!Error from server (InternalError): m;" },
	/* a 404 from somebody who is no API server says nothing */
	{ &configmap, 404, "text/plain", "404 page not found", ERR_NET,
	    "!Error from server (NotFound): the server could not find" },
	{ &deployments, 404, JSON, "{\"kind\":\"Secret\"}", ERR_NET,
	    "!Error from server (NotFound): the server could not find" },
	{ &policy, 404, "text/plain", "404 page not found", ERR_ABSENT,
	    "!Error from server (NotFound): " },
};

static void
test_text(void **state)
{
	struct got g;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		body(cases[i].ask, cases[i].status, cases[i].type,
		    cases[i].text, strlen(cases[i].text), &g);
		if (g.class != cases[i].class || (g.class == ERR_NONE ?
		    strcmp(g.text, cases[i].want) != 0 : strncmp(g.text,
		    cases[i].want, strlen(cases[i].want)) != 0))
			fail_msg("[%zu] class %d: '%s', want %d '%s'", i,
			    (int)g.class, g.text, (int)cases[i].class,
			    cases[i].want);
	}
}

/* A Secret's Status can quote all of it: nothing of its words is repeated. */
static void
test_secret_status(void **state)
{
	static const int codes[] = { 400, 403, 404, 409, 422, 500, 503 };
	static const char text[] = "{\"kind\":\"Status\","
	    "\"reason\":\"Invalid\",\"message\":\"Secret \\\"ca\\\": "
	    "LS0tLS1KEYWORD\",\"details\":{"
	    "\"causes\":[{\"field\":\"data\",\"message\":\"KEYWORD\"},"
	    "{\"field\":\"KEY WORD\"},{\"field\":\"type\"}]}}";
	struct got g;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codes); i++) {
		body(&secret, codes[i], JSON, text, strlen(text), &g);
		assert_null(strstr(g.text, "WORD"));
		assert_non_null(strstr(g.text, "secrets \"ca\""));
	}
	body(&secret, 422, JSON, text, strlen(text), &g);
	assert_string_equal(g.text, "!Error from server (Invalid): secrets "
	    "\"ca\" is invalid: data, type;");
}

/* ---- protobuf, made here field by field ---- */

static void
put_meta(struct pb *b, const char *name)
{
	struct pb meta = { .n = 0 };

	pb_put(&meta, 1, name, strlen(name));
	pb_put(&meta, 3, "ns", 2);
	pb_put(b, 1, meta.p, meta.n);
}

/* "k8s\0" and runtime.Unknown. */
static void
frame(struct pb *b, const char *version, const char *kind,
    const struct pb *raw)
{
	struct pb type = { .n = 0 };

	b->n = 4;
	memcpy(b->p, "k8s", 4);
	pb_put(&type, 1, version, strlen(version));
	pb_put(&type, 2, kind, strlen(kind));
	pb_put(b, 1, type.p, type.n);
	pb_put(b, 2, raw->p, raw->n);
}

static void
proto(const struct kube_ask *a, int status, const struct pb *b, struct got *g)
{
	body(a, status, PROTO, (const char *)b->p, b->n, g);
}

static void
test_proto(void **state)
{
	struct pb item = { .n = 0 }, list = { .n = 0 }, bad = { .n = 0 }, b;
	struct got g;
	size_t i;

	(void)state;
	put_meta(&item, "ca");
	frame(&b, "v1", "Secret", &item);
	proto(&secret, 200, &b, &g);
	assert_string_equal(g.text, "ca;");
	/* cut anywhere it is an error, and never another object */
	for (i = 0; i < b.n; i++) {
		struct pb cut = b;

		cut.n = i;
		proto(&secret, 200, &cut, &g);
		assert_int_equal(g.text[0], '!');
	}
	frame(&b, "v1", "ConfigMap", &item);
	proto(&secret, 200, &b, &g);
	assert_int_equal(g.class, ERR_FORMAT);
	frame(&b, "v2", "Gizmo", &item);
	proto(&secret, 200, &b, &g);
	assert_int_equal(g.class, ERR_FORMAT);
	/* a list: neither an item that is broken hides the next one, nor a */
	/* field that is no bytes, which a later version may have */
	pb_put(&bad, 1, "\xff", 1);
	pb_put(&list, 2, item.p, item.n);
	memcpy(list.p + list.n, "\x28\x96\x01", 3);
	list.n += 3;
	pb_put(&list, 2, bad.p, bad.n);
	pb_put(&list, 2, item.p, item.n);
	frame(&b, "apps/v1", "DeploymentList", &list);
	proto(&deployments, 200, &b, &g);
	assert_int_equal(strncmp(g.text, "ca;!item 2: ", 12), 0);
	assert_string_equal(g.text + strlen(g.text) - 4, ";ca;");
	/* an empty list for a name, or of another kind, is no answer */
	list.n = 0;
	pb_put(&list, 1, "", 0);
	frame(&b, "apps/v1", "DeploymentList", &list);
	proto(&deployments, 200, &b, &g);
	assert_string_equal(g.text, "");
	frame(&b, "v1", "SecretList", &list);
	proto(&secret, 200, &b, &g);
	assert_int_equal(g.class, ERR_FORMAT);
	proto(&deployments, 200, &b, &g);
	assert_int_equal(g.class, ERR_FORMAT);
	/* a compressed Unknown is not asked for */
	frame(&b, "v1", "Secret", &item);
	pb_put(&b, 3, "gzip", 4);
	proto(&secret, 200, &b, &g);
	assert_int_equal(g.class, ERR_FORMAT);
}

static void
test_proto_status(void **state)
{
	struct pb status = { .n = 0 }, b;
	struct got g;

	(void)state;
	pb_put(&status, 3, "deployments is forbidden", 24);
	pb_put(&status, 4, "Forbidden", 9);
	frame(&b, "v1", "Status", &status);
	proto(&deployments, 403, &b, &g);
	assert_string_equal(g.text, "!Error from server (Forbidden): "
	    "deployments is forbidden;");
	assert_int_equal(g.class, ERR_FORBIDDEN);
	proto(&secret, 403, &b, &g);
	assert_null(strstr(g.text, "deployments is"));
}

/* RFC-less, but documented: protobuf's wire types. */
static void
test_wire(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 n;
		const char	*want;	/* "number/type" each, ! if broken */
	} w[] = {
		{ "", 0, "" },
		{ "\x08\x96\x01", 3, "1/0=150 " },
		{ "\x12\x02hi", 4, "2/2:2 " },
		{ "\x0d" "abcd", 5, "1/5 " },
		{ "\x09" "abcdefgh", 9, "1/1 " },
		{ "\x12\x02h", 3, "!" },
		{ "\x0d" "abc", 4, "!" },
		{ "\x09" "abcdefg", 8, "!" },
		{ "\x08", 1, "!" },
		{ "\x08\x80", 2, "!" },
		{ "\x0b", 1, "!" },		/* a group */
		{ "\x00\x01", 2, "!" },		/* field 0 */
		{ "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
		    "1/0=18446744073709551615 " },
		{ "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "!" },
		{ "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "!" },
	};
	struct wire_field f;
	char got[128];
	size_t i, len;
	int more;

	(void)state;
	for (i = 0; i < COUNT(w); i++) {
		const unsigned char *p = (const unsigned char *)w[i].bytes;
		struct wire at = { p, p + w[i].n };

		got[0] = '\0';
		while ((more = wire_next(&at, &f)) != 0) {
			len = strlen(got);
			if (more == -1) {
				snprintf(got + len, sizeof(got) - len, "!");
				break;
			}
			snprintf(got + len, sizeof(got) - len, "%u/%u",
			    (unsigned)f.number, f.type);
			len = strlen(got);
			if (f.type == 0)
				snprintf(got + len, sizeof(got) - len, "=%llu",
				    (unsigned long long)f.value);
			if (f.type == 2)
				snprintf(got + len, sizeof(got) - len, ":%zu",
				    f.len);
			strcat(got, " ");
		}
		if (strcmp(got, w[i].want) != 0)
			fail_msg("[%zu] '%s', want '%s'", i, got, w[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_secret_status),
		cmocka_unit_test(test_proto),
		cmocka_unit_test(test_proto_status),
		cmocka_unit_test(test_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
