#include "tests/unit/unit.h"

#include "base/when.h"

/* Seconds as date -u -d TIME +%s gives them. */
static const struct {
	const char	*text;
	int64_t		 t;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2026-11-23T20:59:23Z", 1795467563 },
	{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	{ "2049-12-31T23:59:59Z", INT64_C(2524607999) },
	{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
	{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
	{ "0001-01-01T00:00:00Z", INT64_C(-62135596800) },
};

static void
both_ways(void **state)
{
	char text[WHEN_STRLEN];
	struct err e;
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		assert_int_equal(when_parse(times[i].text, &t, &e), 0);
		assert_int_equal(t, times[i].t);
		when_format(times[i].t, text);
		assert_string_equal(text, times[i].text);
	}
}

static void
offsets_and_fractions(void **state)
{
	int64_t t;

	(void)state;
	assert_int_equal(when_parse("1970-01-01T01:30:00+01:30", &t, NULL), 0);
	assert_int_equal(t, 0);
	assert_int_equal(when_parse("1969-12-31t19:00:00.999-05:00", &t,
	    NULL), 0);
	assert_int_equal(t, 0);
	assert_int_equal(when_parse("2016-12-31T23:59:60Z", &t, NULL), 0);
	assert_int_equal(t, 1483228799);
}

static void
refused(void **state)
{
	static const char *const bad[] = {
		"", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01 00:00:00Z", "2026-01-01T00:00:00",
		"2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.Z",
		"2100-02-29T00:00:00Z", "2026-1-1T0:0:0Z",
		"2026-01-01T00:00:00+24:00", "-026-01-01T00:00:00Z",
	};
	static const char *const spans[] = {
		"", "d", "30", "30x", "-30d", "3 d", "30dd", "99999999999d",
		"1.5d",
	};
	struct err e;
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(when_parse(bad[i], &t, &e), -1);
	assert_int_equal(e.class, ERR_FORMAT);
	for (i = 0; i < COUNT(spans); i++)
		assert_int_equal(when_parse_span(spans[i], &t, &e), -1);
}

static void
spans(void **state)
{
	int64_t t;

	(void)state;
	assert_int_equal(when_parse_span("30d", &t, NULL), 0);
	assert_int_equal(t, 2592000);
	assert_int_equal(when_parse_span("12h", &t, NULL), 0);
	assert_int_equal(t, 43200);
	assert_int_equal(when_parse_span("0s", &t, NULL), 0);
	assert_int_equal(t, 0);
	assert_int_equal(when_parse_at("+90d", 100, &t, NULL), 0);
	assert_int_equal(t, 100 + 7776000);
	assert_int_equal(when_parse_at("-1m", 100, &t, NULL), 0);
	assert_int_equal(t, 40);
}

static void
days_round_down(void **state)
{
	(void)state;
	assert_int_equal(when_days(86400, 0), 1);
	assert_int_equal(when_days(86399, 0), 0);
	assert_int_equal(when_days(0, 0), 0);
	assert_int_equal(when_days(-1, 0), -1);
	assert_int_equal(when_days(-86400, 0), -1);
	assert_int_equal(when_days(-86401, 0), -2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(offsets_and_fractions),
		cmocka_unit_test(refused),
		cmocka_unit_test(spans),
		cmocka_unit_test(days_round_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
