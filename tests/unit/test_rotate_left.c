/* Who was not in order before the root is proved, whatever his kind. */
#include "cmd/rotate/run.h"
#include "tests/unit/unit.h"

static const struct ref refs[] = {
	{ "secret", "a", "istio.x", NULL, NULL },
	{ "configmap", "b", "istio-ca-root-cert", NULL, NULL },
	{ "secret", "b", "istio.y", NULL, NULL },
	{ "mutatingwebhookconfiguration", "", "injector", NULL, NULL },
	{ "configmap", "c", "istio-ca-root-cert", NULL, NULL },
	{ "secret", "d", "istio.z", NULL, NULL },
};
#define REFS (sizeof(refs) / sizeof(refs[0]))

/* They come by namespace and name, kinds mixed, and each is found again. */
static void
test_has(void **state)
{
	const struct ref other = { "secret", "c", "istio.x", NULL, NULL };
	struct look l;
	struct err e;
	size_t i;

	(void)state;
	memset(&l, 0, sizeof(l));
	for (i = 0; i < REFS; i++)
		assert_int_equal(i % 2 == 0 ? look_late(&l, &refs[i],
		    "stale-root", "m", &e) : look_left(&l, &refs[i],
		    "key-mismatch", "m", &e), 0);
	left_end(&l);
	for (i = 0; i < REFS; i++)
		assert_true(left_has(&l, &refs[i]));
	assert_false(left_has(&l, &other));
	assert_int_equal(l.view.stale, REFS / 2);
	assert_int_equal(l.nlate, REFS / 2);
	assert_int_equal(l.nleft, REFS / 2);
	left_free(l.left, l.nleft);
	left_free(l.late, l.nlate);
	names_free(&l.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
