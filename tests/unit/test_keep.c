/* A pod that outlives its callback: nothing of the first one is needed. */
#include "tests/unit/unit.h"

#include "observe/keep.h"

#define TEXTS 64

/* Every text lies in here, to be overwritten. */
static struct {
	char	 text[TEXTS][32];
	size_t	 n;
} own;

static const char *
t(const char *s)
{
	assert_true(own.n < TEXTS);
	snprintf(own.text[own.n], sizeof(own.text[0]), "%s", s);
	return own.text[own.n++];
}

struct parts {
	struct pod		p;
	struct name_value	label[2];
	struct name_value	env[1];
	const char		*arg[2];
	struct container	c[2];
	struct volume		v[2];
};

static void
make(struct parts *x)
{
	own.n = 0;
	memset(x, 0, sizeof(*x));
	x->p.ref.kind = t("pod");
	x->p.ref.ns = t("shop");
	x->p.ref.name = t("web-0");
	x->p.ref.uid = t("u-1");
	x->p.phase = t("Running");
	x->label[0].name = t("app");
	x->label[0].value = t("web");
	x->label[1].name = t("none");
	x->p.label = x->label;
	x->p.nlabel = 2;
	x->env[0].name = t("A");
	x->env[0].value = t("b");
	x->arg[0] = t("proxy");
	x->arg[1] = t("");
	x->c[0].name = t("istio-proxy");
	x->c[0].image = t("proxyv2:1.4.10");
	x->c[0].running = t("proxyv2:1.3.5");
	x->c[0].arg = x->arg;
	x->c[0].narg = 2;
	x->c[0].env = x->env;
	x->c[0].nenv = 1;
	x->c[1].name = t("init");
	x->c[1].image = t("x");
	x->c[1].init = 1;
	x->p.container = x->c;
	x->p.ncontainer = 2;
	x->v[0].name = t("certs");
	x->v[0].secret = t("istio.web");
	x->v[1].name = t("sds");
	x->v[1].host_path = t("/var/run/sds");
	x->p.volume = x->v;
	x->p.nvolume = 2;
}

static void
scribble(struct parts *x)
{
	memset(x, 0xa5, sizeof(*x));
	memset(own.text, 'x', sizeof(own.text));
}

static void
is_whole(const struct pod *p)
{
	assert_string_equal(p->ref.kind, "pod");
	assert_string_equal(p->ref.ns, "shop");
	assert_string_equal(p->ref.name, "web-0");
	assert_string_equal(p->ref.uid, "u-1");
	assert_null(p->ref.version);
	assert_string_equal(p->phase, "Running");
	assert_int_equal(p->nlabel, 2);
	assert_string_equal(p->label[0].name, "app");
	assert_string_equal(p->label[0].value, "web");
	assert_string_equal(p->label[1].name, "none");
	assert_null(p->label[1].value);
	assert_int_equal(p->ncontainer, 2);
	assert_string_equal(p->container[0].name, "istio-proxy");
	assert_string_equal(p->container[0].image, "proxyv2:1.4.10");
	assert_string_equal(p->container[0].running, "proxyv2:1.3.5");
	assert_int_equal(p->container[0].narg, 2);
	assert_string_equal(p->container[0].arg[0], "proxy");
	assert_string_equal(p->container[0].arg[1], "");
	assert_int_equal(p->container[0].nenv, 1);
	assert_string_equal(p->container[0].env[0].name, "A");
	assert_string_equal(p->container[0].env[0].value, "b");
	assert_int_equal(p->container[0].init, 0);
	assert_string_equal(p->container[1].name, "init");
	assert_null(p->container[1].running);
	assert_null(p->container[1].arg);
	assert_int_equal(p->container[1].init, 1);
	assert_int_equal(p->nvolume, 2);
	assert_string_equal(p->volume[0].name, "certs");
	assert_string_equal(p->volume[0].secret, "istio.web");
	assert_null(p->volume[0].host_path);
	assert_null(p->volume[1].secret);
	assert_string_equal(p->volume[1].host_path, "/var/run/sds");
}

static void
test_whole(void **state)
{
	struct err e = ERR_INIT;
	struct parts x;
	struct arena a;
	struct pod p;

	(void)state;
	arena_init(&a, 65536, "pods");
	make(&x);
	assert_int_equal(pod_keep(&x.p, &a, &p, &e), 0);
	scribble(&x);
	is_whole(&p);
	arena_release(&a);
}

static void
test_empty(void **state)
{
	const struct pod none = { .ref = { .kind = "pod", .ns = "",
	    .name = "a" }, .phase = "" };
	struct err e = ERR_INIT;
	struct arena a;
	struct pod p;

	(void)state;
	arena_init(&a, 65536, "pods");
	assert_int_equal(pod_keep(&none, &a, &p, &e), 0);
	assert_string_equal(p.ref.name, "a");
	assert_string_equal(p.phase, "");
	assert_null(p.label);
	assert_null(p.container);
	assert_null(p.volume);
	arena_release(&a);
}

/* Whatever does not fit: an error, and nothing else. */
static void
test_limit(void **state)
{
	struct err e = ERR_INIT;
	struct parts x;
	struct arena a;
	struct pod p;
	size_t max;
	int ret = -1;

	(void)state;
	make(&x);
	for (max = 1; ret == -1 && max < 65536; max++) {
		arena_init(&a, max, "all pods");
		e.class = ERR_NONE;
		ret = pod_keep(&x.p, &a, &p, &e);
		if (ret == -1)
			assert_int_equal(e.class, ERR_LIMIT);
		arena_release(&a);
	}
	assert_int_equal(ret, 0);
	assert_true(max > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
