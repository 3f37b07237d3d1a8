/* What binaries of Istio say of their version, of every age. */
#include "tests/unit/unit.h"

#include "observe/version_answer.h"

#define BUILD(v) "version.BuildInfo{Version:\"" v "\", GitRevision:\"c0f\", " \
	"GolangVersion:\"go1.19\", BuildStatus:\"Clean\", GitTag:\"9.9.9\"}\n"
#define OLD(v) "Version: " v "\nGitRevision: c0f\nUser: root@h\n" \
	"Hub: docker.io/istio\nGolangVersion: go1.10.4\nBuildStatus: Clean\n"
#define X32 "0123456789abcdef0123456789abcdef"

static void
test_versions(void **state)
{
	static const struct {
		const char	*text;
		const char	*want;
	} cases[] = {
		{ BUILD("1.15.0"), "1.15.0" },
		{ BUILD("1.11.2-asm.17-distroless"),
		    "1.11.2-asm.17-distroless" },
		{ BUILD("unknown"), "unknown" },
		{ "version.BuildInfo{Version:\"1.28.6\", GitRevision:\"c\", "
		    "RustVersion:\"1.90.0\"}", "1.28.6" },
		{ OLD("1.0.8"), "1.0.8" },
		{ "Version: 1.0.8", "1.0.8" },
		{ "Version:\t1.0.8 \r\n", "1.0.8" },
		{ "2026-01-01\tinfo\tVersion: 1.2.3\n\n" BUILD("1.4.10"),
		    "1.4.10" },
		/* names of others, and the first one counts */
		{ "GolangVersion: go1.10\n" OLD("1.0.0") BUILD("1.9.9"),
		    "1.0.0" },
		/* as long as may be */
		{ "Version: " X32 X32 X32 X32, X32 X32 X32 X32 },
	};
	char got[VERSION_ANSWER_MAX];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (version_answer(cases[i].text, strlen(cases[i].text), got,
		    &e) == -1)
			fail_msg("%s: %s", cases[i].text, e.msg);
		assert_string_equal(got, cases[i].want);
	}
}

static void
refused(const char *p, size_t n, enum err_class class, const char *want)
{
	char got[VERSION_ANSWER_MAX] = "x";
	struct err e = ERR_INIT;

	assert_int_equal(version_answer(p, n, got, &e), -1);
	assert_int_equal(e.class, class);
	assert_string_equal(e.msg, want);
	assert_string_equal(got, "");
}

static void
test_none(void **state)
{
	static const char bad[] = "the version that it says is none";
	static const char nul[] = "Version: 1.0\0.8\n";
	static const struct {
		const char	*text;
		const char	*want;
	} cases[] = {
		{ "", "the answer is empty" },
		{ " \r\n\n", "the answer is empty" },
		{ "\n unknown command\nmore", "the answer says no version: "
		    "'unknown command'" },
		{ "version.BuildInfo{Version:", "the answer says no version: "
		    "'version.BuildInfo{Version:'" },
		{ "version.BuildInfo{Version:\"1.4.10", bad },
		{ "version.BuildInfo{Version:\"1.4\n.10\"", bad },
		{ BUILD(""), bad },
		{ BUILD("1.4.10/x"), bad },
		{ BUILD("1.4 10"), bad },
		{ BUILD("1.4.1\\n"), bad },
		{ BUILD("1.4.10\xff"), bad },
		{ "Version:\n1.0.8\n", bad },
		{ "Version: 1.0.8:x", bad },
		/* longer than may be */
		{ "Version: " X32 X32 X32 X32 "0", bad },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		refused(cases[i].text, strlen(cases[i].text), ERR_FORMAT,
		    cases[i].want);
	refused(nul, sizeof(nul) - 1, ERR_FORMAT, bad);
	/* a cut text is read no further than it is */
	refused("Version: 1.0.8", strlen("Version"), ERR_FORMAT,
	    "the answer says no version: 'Version'");
}

static void
test_limits(void **state)
{
	static const char last[] = "\nVersion: 1.0.8";
	static char text[VERSION_ANSWER_BODY + 1];
	char got[VERSION_ANSWER_MAX], want[256];
	struct err e = ERR_INIT;
	size_t n = sizeof(last) - 1;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + VERSION_ANSWER_BODY - n, last, n);
	assert_int_equal(version_answer(text, VERSION_ANSWER_BODY, got, &e),
	    0);
	assert_string_equal(got, "1.0.8");
	snprintf(want, sizeof(want), "the answer is over the limit of %d "
	    "bytes", VERSION_ANSWER_BODY);
	refused(text, sizeof(text), ERR_LIMIT, want);
	snprintf(want, sizeof(want), "the answer says no version: '%.80s'",
	    text);
	refused(text, VERSION_ANSWER_BODY - n, ERR_FORMAT, want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
