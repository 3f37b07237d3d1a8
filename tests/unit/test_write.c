/* Writes: what is taken from an answer, and what is said of a refusal. */
#include "tests/unit/unit.h"

#include "kube/path.h"
#include "kube/write.h"

#define JSON	"application/json"

static const struct kube_write patch = {
	{ "", "v1", "secrets", "Secret", "ns", "ca", NULL, NULL,
	    0 },
	KUBE_PATCH, "{}", 2, 0
};
static const struct kube_write create = {
	{ "", "v1", "secrets", "Secret", "ns", "ca", NULL, NULL,
	    0 },
	KUBE_CREATE, "{}", 2, 0
};
static const struct kube_write restart = {
	{ "apps", "v1", "deployments", "Deployment", "ns", "citadel", NULL,
	    NULL, 0 },
	KUBE_PATCH, "{}", 2, 0
};

#define META(more) "\"metadata\":{\"name\":\"ca\",\"namespace\":\"ns\"" \
	more "}"
#define SECRET(more) "{\"kind\":\"Secret\",\"apiVersion\":\"v1\"," \
	META(more) "}"
#define LONG "11111111111111111111111111111111111111111111111111111111111111" \
	"11111111111111111111111111111111111111111111111111111111111111111111"

/* class ERR_NONE: done, and "version uid" is want; else e begins with it. */
static const struct {
	const struct kube_write	*w;
	int			 status;
	const char		*type;
	const char		*text;
	enum err_class		 class;
	const char		*want;
} answers[] = {
	{ &patch, 200, JSON, SECRET(",\"resourceVersion\":\"7\",\"uid\":"
	    "\"u-1\""), ERR_NONE, "7 u-1" },
	{ &create, 201, JSON, SECRET(",\"resourceVersion\":\"8\""), ERR_NONE,
	    "8 " },
	{ &patch, 200, JSON, SECRET(""), ERR_NONE, " " },
	/* no word, or one that is too long, is none */
	{ &patch, 200, JSON, SECRET(",\"resourceVersion\":7,\"uid\":\"a b\""),
	    ERR_NONE, " " },
	{ &patch, 200, JSON, SECRET(",\"resourceVersion\":\"" LONG "\","
	    "\"uid\":\"u\\u001b\""), ERR_NONE, " " },
	/* written, but who knows what */
	{ &patch, 200, JSON, "{\"kind\":\"Pod\"," META("") "}", ERR_FORMAT,
	    "secrets \"ca\" is written, says HTTP status 200, but not what "
	    "it is now: the server answered with another object (Pod)" },
	{ &patch, 200, JSON, "{\"kind\":\"Secret\",\"metadata\":{\"name\":"
	    "\"cb\",\"namespace\":\"ns\",\"resourceVersion\":\"7\"}}",
	    ERR_FORMAT, "secrets \"ca\" is written, says HTTP status 200" },
	{ &patch, 200, JSON, "{\"kind\":\"Secret\",\"metadata\":{\"name\":"
	    "\"ca\",\"namespace\":\"other\"}}", ERR_FORMAT, "secrets \"ca\"" },
	{ &restart, 200, JSON, "{\"kind\":\"Deployment\",\"apiVersion\":"
	    "\"v1\",\"metadata\":{\"name\":\"citadel\",\"namespace\":\"ns\"}}",
	    ERR_FORMAT, "deployments \"citadel\"" },
	{ &patch, 200, JSON, SECRET(",\"resourceVersion\":\"7\"")
	    SECRET(",\"resourceVersion\":\"8\""), ERR_FORMAT, "secrets" },
	{ &restart, 200, JSON, "{\"kind\":\"DeploymentList\",\"items\":[7]}",
	    ERR_FORMAT, "deployments \"citadel\" is written, says HTTP status "
	    "200, but not what it is now: " },
	{ &patch, 200, JSON, "7", ERR_FORMAT, "secrets \"ca\" is written" },
	{ &patch, 204, JSON, "", ERR_FORMAT, "secrets \"ca\" is written, says "
	    "HTTP status 204, but not what it is now: the server answered "
	    "with nothing" },
	{ &patch, 200, "text/html", "<html>", ERR_NET, "secrets \"ca\" is "
	    "written, says HTTP status 200, but not what it is now: the "
	    "server answered with 'text/html'" },
	/* refusals */
	{ &patch, 409, JSON, "{\"kind\":\"Status\",\"reason\":\"Conflict\","
	    "\"message\":\"WORD\"}", ERR_CONFLICT, "Error from server "
	    "(Conflict): secrets \"ca\" has been changed since it was read" },
	{ &create, 409, JSON, "{\"kind\":\"Status\",\"reason\":"
	    "\"AlreadyExists\",\"message\":\"WORD\"}", ERR_CONFLICT, "Error "
	    "from server (AlreadyExists): secrets \"ca\" already exists" },
	{ &patch, 422, JSON, "{\"kind\":\"Status\",\"reason\":\"Invalid\","
	    "\"message\":\"WORD\",\"details\":{\"causes\":[{\"field\":"
	    "\"data\",\"message\":\"WORD\"},{\"field\":\"WO RD\"}]}}",
	    ERR_FORMAT, "Error from server (Invalid): secrets \"ca\" is "
	    "invalid: data" },
	{ &patch, 403, JSON, "{\"kind\":\"Status\"}", ERR_FORBIDDEN,
	    "Error from server (Forbidden): secrets \"ca\" is forbidden: no "
	    "right to patch secrets in API group \"\" in the namespace \"ns\""
	},
	{ &create, 403, JSON, "{\"kind\":\"Status\"}", ERR_FORBIDDEN,
	    "Error from server (Forbidden): secrets \"ca\" is forbidden: no "
	    "right to create secrets in API group \"\" in the namespace "
	    "\"ns\"" },
	{ &create, 404, JSON, "{\"kind\":\"Status\"}", ERR_ABSENT,
	    "Error from server (NotFound): secrets \"ca\": its namespace was "
	    "not found" },
	{ &restart, 409, JSON, "{\"kind\":\"Status\",\"message\":\"please "
	    "try again\"}", ERR_CONFLICT, "Error from server (Conflict): "
	    "please try again" },
	{ &patch, 429, "text/plain", "WORD", ERR_THROTTLED, "Error from "
	    "server (TooManyRequests): secrets \"ca\": " },
	{ &patch, 504, JSON, "{\"kind\":\"Status\",\"message\":\"WORD\"}",
	    ERR_NET, "Error from server (Timeout): secrets \"ca\": " },
	{ &patch, 302, "text/html", "WORD", ERR_NET, "Error from server " },
};

static void
test_answer(void **state)
{
	struct kube_wrote out;
	char got[256];
	struct err e;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < COUNT(answers); i++) {
		memset(&e, 0, sizeof(e));
		memset(&out, 'x', sizeof(out));
		ret = kube_write_answer(answers[i].w, answers[i].status,
		    answers[i].type, answers[i].text, strlen(answers[i].text),
		    &out, &e);
		assert_int_equal(out.http, answers[i].status);
		snprintf(got, sizeof(got), "%s %s", out.version, out.uid);
		if (e.class != answers[i].class || (ret == 0) !=
		    (e.class == ERR_NONE) || (ret == 0 ?
		    strcmp(got, answers[i].want) != 0 : strcmp(got, " ") != 0 ||
		    strncmp(e.msg, answers[i].want, strlen(answers[i].want)) !=
		    0) || strstr(e.msg, "WORD") != NULL)
			fail_msg("[%zu] %d, class %d: '%s', '%s'", i, ret,
			    (int)e.class, got, e.msg);
	}
}

static void
test_path(void **state)
{
	struct kube_ask bad = patch.what;
	struct err e = ERR_INIT;
	struct buf b;

	(void)state;
	buf_init(&b, PATH_BYTES, "a path");
	assert_int_equal(path_of_write(&patch.what, 0, 0, &b, &e), 0);
	assert_string_equal(buf_str(&b), "/api/v1/namespaces/ns/secrets/ca"
	    "?fieldManager=kubectl-istio-rotate");
	assert_int_equal(path_of_write(&restart.what, 0, 1, &b, &e), 0);
	assert_string_equal(buf_str(&b), "/apis/apps/v1/namespaces/ns/"
	    "deployments/citadel?fieldManager=kubectl-istio-rotate"
	    "&dryRun=All");
	assert_int_equal(path_of_write(&create.what, 1, 1, &b, &e), 0);
	assert_string_equal(buf_str(&b), "/api/v1/namespaces/ns/secrets"
	    "?fieldManager=kubectl-istio-rotate&dryRun=All");
	bad.name = NULL;
	assert_int_equal(path_of_write(&bad, 0, 0, &b, &e), -1);
	bad.name = "";
	assert_int_equal(path_of_write(&bad, 0, 0, &b, &e), -1);
	bad.name = "a/b";
	assert_int_equal(path_of_write(&bad, 1, 0, &b, &e), -1);
	assert_int_equal(e.class, ERR_FORMAT);
	buf_release(&b);
}

#define REVIEW "{\"kind\":\"SelfSubjectAccessReview\"," \
	"\"apiVersion\":\"authorization.k8s.io/v1\""

/* want: 1, 0, or -1 with the class. */
static const struct {
	int		 status;
	const char	*type;
	const char	*text;
	int		 want;
	enum err_class	 class;
} reviews[] = {
	{ 201, JSON, REVIEW ",\"status\":{\"allowed\":true}}", 1, ERR_NONE },
	{ 201, JSON, REVIEW ",\"status\":{\"allowed\":false,\"denied\":true}}",
	    0, ERR_NONE },
	{ 201, JSON, REVIEW ",\"status\":{\"allowed\":\"true\"}}", -1,
	    ERR_FORMAT },
	{ 201, JSON, REVIEW ",\"status\":{}}", -1, ERR_FORMAT },
	{ 201, JSON, REVIEW ",\"status\":{\"allowed\":true}", -1, ERR_FORMAT },
	{ 201, JSON, "{\"kind\":\"SubjectAccessReview\",\"apiVersion\":"
	    "\"authorization.k8s.io/v1\",\"status\":{\"allowed\":true}}", -1,
	    ERR_FORMAT },
	{ 201, JSON, "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":"
	    "\"other/v1\",\"status\":{\"allowed\":true}}", -1, ERR_FORMAT },
	{ 201, JSON, "", -1, ERR_FORMAT },
	{ 201, JSON, "7", -1, ERR_FORMAT },
	{ 201, JSON, "{\"kind\":\"List\",\"items\":[7]}", -1, ERR_FORMAT },
	{ 201, "text/html", REVIEW ",\"status\":{\"allowed\":true}}", -1,
	    ERR_NET },
	{ 403, JSON, "{\"kind\":\"Status\"}", -1, ERR_FORBIDDEN },
	{ 404, "text/plain", "404 page not found", -1, ERR_ABSENT },
	{ 500, JSON, REVIEW ",\"status\":{\"allowed\":true}}", -1, ERR_NET },
};

static void
test_review(void **state)
{
	struct err e;
	int may, ret;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(reviews); i++) {
		memset(&e, 0, sizeof(e));
		may = -1;
		ret = kube_may_answer("v1", reviews[i].status, reviews[i].type,
		    reviews[i].text, strlen(reviews[i].text), &may, &e);
		if (may != reviews[i].want || e.class != reviews[i].class ||
		    (ret == -1) != (may == -1))
			fail_msg("[%zu] %d, may %d, class %d: '%s'", i, ret,
			    may, (int)e.class, e.msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_review),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
