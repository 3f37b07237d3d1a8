/* Which namespaces Citadel and istiod serve, label by label. */
#include "tests/unit/unit.h"

#include "era/scope.h"

static struct mesh_ns
ns(const char *name, const struct name_value *label, size_t n)
{
	const struct mesh_ns f = {
		.ref = { "namespace", "", name, NULL, NULL }, .seen = 1,
		.label = label, .nlabel = n
	};

	return f;
}

#define OVERRIDE "ca.istio.io/override"
#define ENV "ca.istio.io/env"

/* The order of workloadsecret.go: override, then env, then the default. */
static void
test_citadel(void **state)
{
	static const struct {
		const char	*override, *env;
		enum era_flag	 by_default;
		int		 want;
	} cases[] = {
		{ NULL, NULL, FLAG_UNSET, 1 },
		{ NULL, NULL, FLAG_TRUE, 1 },
		{ NULL, NULL, FLAG_FALSE, 0 },
		{ "true", NULL, FLAG_FALSE, 1 },
		{ "false", NULL, FLAG_TRUE, 0 },
		{ "False", NULL, FLAG_TRUE, 1 },	/* no valid value */
		{ "", NULL, FLAG_FALSE, 0 },
		{ NULL, "istio-system", FLAG_FALSE, 1 },
		{ NULL, "other", FLAG_TRUE, 0 },
		{ "true", "other", FLAG_FALSE, 1 },
		{ "false", "istio-system", FLAG_TRUE, 0 },
		{ "maybe", "istio-system", FLAG_FALSE, 1 },
		{ "maybe", "other", FLAG_TRUE, 0 },
	};
	struct control_plane cp;
	struct name_value l[2];
	struct mesh_ns f;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		era_init(&cp);
		cp.by_default = cases[i].by_default;
		n = 0;
		if (cases[i].override != NULL) {
			l[n].name = OVERRIDE;
			l[n++].value = cases[i].override;
		}
		if (cases[i].env != NULL) {
			l[n].name = ENV;
			l[n++].value = cases[i].env;
		}
		f = ns("shop", l, n);
		if (scope_citadel(&cp, "istio-system", &f) != cases[i].want)
			fail_msg("case %zu", i);
	}
}

static void
test_istiod(void **state)
{
	static const struct {
		const char	*version;
		const char	*name;
		int		 want;
	} cases[] = {
		{ "1.10.6", "kube-public", 1 }, { "1.10.6", "kube-system", 1 },
		{ "1.11.0", "kube-public", 0 }, { "1.11.0", "kube-system", 0 },
		{ "1.11.0", "kube-node-lease", 0 },
		{ "1.11.0", "local-path-storage", 0 },
		{ "1.11.0", "kube-publics", 1 }, { "1.11.0", "shop", 1 },
		{ "1.21.9", "kube-system", 0 }, { "1.22.0", "kube-system", 1 },
		{ "1.22.0", "kube-public", 0 },
		{ "latest", "kube-system", 0 }, { "latest", "kube-public", 0 },
		{ "latest", "shop", 1 },
	};
	char image[64];
	struct control_plane cp;
	struct mesh_ns f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		era_init(&cp);
		snprintf(image, sizeof(image), "docker.io/istio/pilot:%s",
		    cases[i].version);
		version_of_image(image, &cp.istiod_version);
		f = ns(cases[i].name, NULL, 0);
		if (scope_istiod(&cp, &f) != cases[i].want)
			fail_msg("%s %s", cases[i].version, cases[i].name);
	}
	f = ns("shop", NULL, 0);
	f.terminating = 1;
	assert_int_equal(scope_istiod(&cp, &f), 0);
	f.terminating = 0;
	cp.cluster_bundle = 1;
	assert_int_equal(scope_istiod(&cp, &f), 0);
}

/* metav1.LabelSelector, operator by operator. */
static void
test_discovery(void **state)
{
	static const char *const prod[] = { "prod", "stage" };
	static const char *const none[] = { "x" };
	const struct name_value l[] = { { "env", "prod" }, { "team", "a" } };
	const struct label_rule in[] = { { "env", "In", prod, 2 } };
	const struct label_rule not_in[] = { { "env", "NotIn", prod, 2 } };
	const struct label_rule has[] = { { "team", "Exists", NULL, 0 } };
	const struct label_rule lacks[] = {
		{ "team", "DoesNotExist", NULL, 0 } };
	const struct label_rule both[] = {
		{ "env", "In", prod, 2 }, { "team", "In", none, 1 } };
	const struct label_rule strange[] = { { "env", "Near", prod, 2 } };
	const struct {
		struct selector	s;
		int		labelled, bare;
	} cases[] = {
		{ { in, 1 }, 1, 0 }, { { not_in, 1 }, 0, 1 },
		{ { has, 1 }, 1, 0 }, { { lacks, 1 }, 0, 1 },
		{ { both, 2 }, 0, 0 }, { { strange, 1 }, 0, 0 },
		{ { NULL, 0 }, 1, 1 },		/* {} selects everything */
	};
	const struct selector two[] = { { both, 2 }, { has, 1 } };
	struct mesh_ns labelled = ns("a", l, 2), bare = ns("b", NULL, 0);
	struct mesh_config mc;
	size_t i;

	(void)state;
	memset(&mc, 0, sizeof(mc));
	assert_int_equal(scope_discovered(&mc, &bare), 1);
	mc.ndiscovery = 1;
	for (i = 0; i < COUNT(cases); i++) {
		mc.discovery = &cases[i].s;
		if (scope_discovered(&mc, &labelled) != cases[i].labelled ||
		    scope_discovered(&mc, &bare) != cases[i].bare)
			fail_msg("case %zu", i);
	}
	mc.discovery = two;
	mc.ndiscovery = 2;
	assert_int_equal(scope_discovered(&mc, &labelled), 1);
	assert_int_equal(scope_discovered(&mc, &bare), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_citadel),
		cmocka_unit_test(test_istiod),
		cmocka_unit_test(test_discovery),
	};

	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
