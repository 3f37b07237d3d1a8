/* The exit status: 2 beats 1 beats 0, and nothing resets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cli/tally.h"

/*
 * Each letter is a record, capitals are excused: o(k), w(arn), b(ad),
 * u(nknown); ! is a failure that has no record.
 */
static const struct {
	const char	*records;
	int		 status;
	size_t		 examined;
	size_t		 excused;
} cases[] = {
	{ "", 0, 0, 0 },
	{ "o", 0, 1, 0 },
	{ "ooo", 0, 3, 0 },
	{ "w", 1, 1, 0 },
	{ "b", 1, 1, 0 },
	{ "u", 2, 1, 0 },
	{ "!", 2, 0, 0 },
	{ "wo", 1, 2, 0 },
	{ "bo", 1, 2, 0 },
	{ "uo", 2, 2, 0 },
	{ "bu", 2, 2, 0 },
	{ "ub", 2, 2, 0 },
	{ "!bo", 2, 2, 0 },
	{ "b!", 2, 1, 0 },
	{ "W", 0, 1, 1 },
	{ "B", 0, 1, 1 },
	{ "U", 0, 1, 1 },
	{ "O", 0, 1, 0 },
	{ "Bw", 1, 2, 1 },
	{ "wB", 1, 2, 1 },
	{ "UbW", 1, 3, 2 },
	{ "BUu", 2, 3, 2 },
	{ "U!", 2, 1, 1 },
};

static void
feed(struct tally *t, int c)
{
	static const char letters[] = "owbuOWBU";
	const char *l = strchr(letters, c);

	if (l == NULL)
		tally_fail(t);
	else
		tally_add(t, (enum verdict)((l - letters) % 4),
		    l - letters >= 4);
}

static void
test_status(void **state)
{
	struct tally t;
	const char *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tally_init(&t, NULL);
		for (p = cases[i].records; *p != '\0'; p++)
			feed(&t, *p);
		if (tally_status(&t) != cases[i].status)
			fail_msg("'%s': status %d, want %d", cases[i].records,
			    tally_status(&t), cases[i].status);
		assert_int_equal(t.examined, cases[i].examined);
		assert_int_equal(t.excused, cases[i].excused);
	}
}

static void
test_counts(void **state)
{
	struct tally t;
	const char *p;

	(void)state;
	tally_init(&t, NULL);
	for (p = "owwbbbuuuuWBU!"; *p != '\0'; p++)
		feed(&t, *p);
	assert_int_equal(t.n[VERDICT_OK], 1);
	assert_int_equal(t.n[VERDICT_WARN], 3);
	assert_int_equal(t.n[VERDICT_BAD], 4);
	assert_int_equal(t.n[VERDICT_UNKNOWN], 5);
	assert_int_equal(t.examined, 13);
	assert_int_equal(t.excused, 3);
}

static void
test_excused(void **state)
{
	const char *named[] = {
		"expires-soon", "secret/istio-system/cacerts", "mesh/mesh",
		"pod/a/", "/b/c", "", "filex.pem",
	};
	const struct strs list = { named, 7 };
	static const struct {
		const char	*rule;
		const char	*kind;
		const char	*object;
		int		 excused;
	} asked[] = {
		{ "expires-soon", "secret", "a/b", 1 },
		{ "expires-soon-not", "secret", "a/b", 0 },
		{ "expires", "secret", "a/b", 0 },
		{ "expired", "secret", "istio-system/cacerts", 1 },
		{ NULL, "secret", "istio-system/cacerts", 1 },
		{ NULL, "secret", "istio-system/cacerts2", 0 },
		{ NULL, "secret", "istio-system/cacert", 0 },
		{ NULL, "secrets", "istio-system/cacerts", 0 },
		{ NULL, "configmap", "istio-system/cacerts", 0 },
		{ NULL, "secret", "other/cacerts", 0 },
		{ NULL, "mesh", "mesh", 1 },
		{ NULL, "file", "mesh", 0 },
		{ NULL, "pod", "a/x", 0 },
		{ NULL, "file", ".pem", 0 },
		{ "first-break", "mesh", "mesh", 1 },
	};
	struct tally t;
	size_t i;

	(void)state;
	tally_init(&t, &list);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (tally_excused(&t, asked[i].rule, asked[i].kind,
		    asked[i].object) != asked[i].excused)
			fail_msg("%s/%s: want %d", asked[i].kind,
			    asked[i].object, asked[i].excused);
	tally_init(&t, NULL);
	assert_int_equal(tally_excused(&t, "expires-soon", "mesh", "mesh"),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_excused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
