/* What Istio does per version, at each boundary. */
#include "tests/unit/unit.h"

#include "era/era.h"

/* NULL: unknown, never guessed. */
static void
versions(void **state)
{
	static const struct {
		const char	*image;
		int		 known, major, minor, patch;
	} images[] = {
		{ "docker.io/istio/pilot:1.4.10", 1, 1, 4, 10 },
		{ "istio/citadel:1.0.0", 1, 1, 0, 0 },
		{ "host:5000/x/pilot:1.20.3", 1, 1, 20, 3 },
		{ "host:5000/x/pilot", 0, 0, 0, 0 },
		{ "gcr.io/x/pilot:1.6.14-gke.0", 1, 1, 6, 14 },
		{ "x/pilot:1.11.2-asm.17-distroless", 1, 1, 11, 2 },
		{ "x/pilot:1.5.4-distroless@sha256:ab", 1, 1, 5, 4 },
		{ "x/pilot@sha256:1.2.3", 0, 0, 0, 0 },
		{ "x/pilot:latest", 0, 0, 0, 0 },
		{ "x/pilot:release-1.1-latest-daily", 0, 0, 0, 0 },
		{ "x/pilot:1.4-dev", 0, 0, 0, 0 },
		{ "x/pilot:1.4", 1, 1, 4, 0 },
		{ "x/pilot:1.4.x", 0, 0, 0, 0 },
		{ "x/pilot:1.4.5x", 0, 0, 0, 0 },
		{ "x/pilot:99999999999.1.1", 0, 0, 0, 0 },
		{ "x/pilot:", 0, 0, 0, 0 }, { "", 0, 0, 0, 0 },
	};
	struct version v, a = { 1, 1, 1, 10 }, b = { 1, 1, 1, 8 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(images); i++) {
		if (version_of_image(images[i].image, &v) != images[i].known)
			fail_msg("%s", images[i].image);
		if (!images[i].known)
			continue;
		assert_int_equal(v.major, images[i].major);
		assert_int_equal(v.minor, images[i].minor);
		assert_int_equal(v.patch, images[i].patch);
	}
	assert_false(version_of_image(NULL, &v));
	assert_true(version_compare(&a, &b) > 0);
	assert_true(version_at_least(&a, 1, 1, 10));
	assert_false(version_at_least(&a, 1, 2, 0));
	a.known = 0;
	assert_false(version_at_least(&a, 1, 0, 0));
}

/* Tag by tag: selfsignedcarootcertrotator.go, MergeCertOptions. */
static void
rotators(void **state)
{
	static const struct {
		int	minor, patch, present, loses_org;
	} rows[] = {
		{ 0, 9, 0, 0 }, { 1, 17, 0, 0 }, { 2, 8, 0, 0 },
		{ 2, 9, 1, 1 }, { 2, 10, 1, 1 }, { 3, 4, 0, 0 },
		{ 3, 5, 1, 1 }, { 3, 6, 1, 1 }, { 3, 7, 1, 0 },
		{ 4, 0, 1, 1 }, { 4, 2, 1, 1 }, { 4, 3, 1, 0 },
		{ 5, 0, 1, 0 }, { 31, 0, 1, 0 },
	};
	struct control_plane cp;
	struct rotator r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		era_init(&cp);
		cp.citadel_version.known = cp.citadel_version.major = 1;
		cp.citadel_version.minor = rows[i].minor;
		cp.citadel_version.patch = rows[i].patch;
		era_rotator(&cp, ERA_CITADEL, &r);
		assert_int_equal(r.present, rows[i].present);
		assert_int_equal(r.loses_org, rows[i].loses_org);
		cp.check_interval = 0;
		era_rotator(&cp, ERA_CITADEL, &r);
		assert_int_equal(r.present, 0);
	}
	era_init(&cp);
	era_rotator(&cp, ERA_CITADEL, &r);
	assert_int_equal(r.present, 0);
}

static void
when_it_rotates(void **state)
{
	struct rotator r = { 1, 20, 0 };
	struct cert c = { .not_before = 1000, .not_after = 101000 };

	(void)state;
	assert_int_equal(era_rotates_at(&r, &c), 81000);
	r.percent = 0;
	assert_int_equal(era_rotates_at(&r, &c), 101000);
}

static void
learn(struct control_plane *cp, const char *name, const char *arg,
    const char *env, const char *value)
{
	const char *args[] = { "--x", arg };
	struct name_value nv[] = { { env, value } };
	struct name_value label = { "app", "istiod" };
	struct container c = { .name = name, .image = "x:1.10.1", .arg = args,
	    .narg = 2, .env = nv, .nenv = 1 };
	struct deployment d = { { "deployment", "n", "x", NULL, NULL },
	    &label, 1, &c, 1 };

	era_init(cp);
	era_learn(cp, &d);
}

static void
deployments(void **state)
{
	struct era_signs none = { 0, 0, 0 }, cm = { 1, 1, 1 },
	    sec = { 0, 0, 1 };
	struct control_plane cp;

	(void)state;
	learn(&cp, "citadel", "--self-signed-ca=false", "A", "b");
	assert_int_equal(cp.self_signed, FLAG_FALSE);
	assert_int_equal(era_of(&cp, &cm), ERA_CITADEL);
	learn(&cp, "citadel", "--self-signed-ca", "A", "b");
	assert_int_equal(cp.self_signed, FLAG_TRUE);
	learn(&cp, "citadel", "--self-signed-ca-org=x", "A", "b");
	assert_int_equal(cp.self_signed, FLAG_UNSET);
	learn(&cp, "discovery", "x", "ENABLE_CA_SERVER", "false");
	assert_string_equal(cp.external, "ENABLE_CA_SERVER=false");
	assert_int_equal(era_of(&cp, &none), ERA_ISTIOD);
	learn(&cp, "discovery", "x", "ENABLE_CA_SERVER", "true");
	assert_string_equal(cp.external, "");
	learn(&cp, "discovery", "x", "EXTERNAL_CA", NULL);
	assert_string_equal(cp.external, "");
	learn(&cp, "discovery", "x",
	    "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "1h30m");
	assert_int_equal(cp.check_interval, 5400);
	learn(&cp, "discovery", "x",
	    "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "-1s");
	assert_int_equal(cp.check_interval, 0);
	learn(&cp, "discovery", "x",
	    "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "soon");
	assert_int_equal(cp.check_interval, -1);
	learn(&cp, "other", "x", "A", "b");
	assert_false(cp.citadel || cp.istiod);
	assert_int_equal(era_of(&cp, &none), ERA_UNKNOWN);
	assert_int_equal(era_of(&cp, &cm), ERA_ISTIOD);
	assert_int_equal(era_of(&cp, &sec), ERA_CITADEL);
}

static void
signing(void **state)
{
	struct version v26 = { 1, 1, 26, 9 }, v27 = { 1, 1, 27, 0 }, no = { 0,
	    0, 0, 0 };

	(void)state;
	assert_true(era_can_sign(&v26, CA_PLUGGED, 1, 1, 0, 0));
	assert_false(era_can_sign(&v27, CA_PLUGGED, 1, 1, 0, 1));
	assert_true(era_can_sign(&v27, CA_PLUGGED, 1, 1, 1, 1));
	assert_true(era_can_sign(&v27, CA_PLUGGED_TLS, 1, 1, 0, 1));
	assert_true(era_can_sign(&no, CA_PLUGGED, 1, 1, 0, 0));
	assert_false(era_can_sign(&no, CA_PLUGGED, 1, 0, 1, 1));
	assert_true(era_appends_roots(ERA_ISTIOD, &v26));
	assert_false(era_appends_roots(ERA_ISTIOD, &v27));
	assert_false(era_appends_roots(ERA_CITADEL, &v26));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(rotators),
		cmocka_unit_test(when_it_rotates),
		cmocka_unit_test(deployments),
		cmocka_unit_test(signing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
