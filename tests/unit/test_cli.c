/* The command line: its grammar, and what it says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/cli.h"

struct values {
	struct strs	 file;
	const char	*ns;
	const char	*at;
	int64_t		 warn;
	int		 form;
	int		 chunk;
	int		 all;
	int		 quiet;
};

#define OFF(f) offsetof(struct values, f)

static const char *const forms[] = { "tsv", "json", "jsonl", NULL };

static const struct cli_opt first[] = {
	{ "filename", 'f', CLI_LIST, OFF(file), "FILE", "read it", NULL },
	{ "istio-namespace", 'i', CLI_STRING, OFF(ns), "NAMESPACE", "where",
	    NULL },
	{ "output", 'o', CLI_WORD, OFF(form), "FORM", "how", forms },
	{ "all-namespaces", 'A', CLI_BOOL, OFF(all), NULL, "all", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct cli_opt second[] = {
	{ "at", 0, CLI_STRING, OFF(at), "TIME", "when", NULL },
	{ "warn", 'w', CLI_SPAN, OFF(warn), "SPAN", "how long", NULL },
	{ "chunk-size", 0, CLI_NUMBER, OFF(chunk), "N", "how many", NULL },
	{ "quiet", 'q', CLI_BOOL, OFF(quiet), NULL, "less", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct rule rules[] = {
	{ "expired", VERDICT_BAD, "{what} expired on {date}", "A hint.",
	    "RFC 5280" },
	{ "expires-soon", VERDICT_WARN, "it expires",
	    "One paragraph that is certainly long enough to need a second line "
	    "of text.\n\nAnother one.", "issue 1" },
	{ "weak-key", VERDICT_WARN, "its key is weak", "A hint.", "NIST" },
};
static const struct rule_page pages[] = {
	{ "expires-soon", "One day it is over.", "Renew it." },
	{ NULL, NULL, NULL }
};
static const struct rule *const rule_list[] = {
	&rules[0], &rules[1], &rules[2], NULL
};

static const struct cli_refused refused[] = {
	{ "namespace", 'n', "did you mean -i?" }, { NULL, 0, NULL }
};

static const struct cli_tool tool = {
	.word = "rootcheck", .summary = "judge", .synopsis = "[flags]",
	.details = "Details.", .rules = rule_list, .refused = refused,
	.pages = pages
};

#include "tests/unit/test_cli.inc"

static void
test_good(void **state)
{
	(void)state;
	check(good, sizeof(good) / sizeof(good[0]), 0);
}

static void
test_bad(void **state)
{
	(void)state;
	check(bad, sizeof(bad) / sizeof(bad[0]), -1);
}

/* As many operands as the limit says, and not one more. */
static void
test_many(void **state)
{
	char **argv = calloc(CLI_ARGS_MAX + 3, sizeof(*argv));
	struct strs operands = { NULL, 0 };
	struct values v = { .form = 0 };
	const struct cli_group group = { first, &v };
	struct err e = ERR_INIT;
	int i;

	(void)state;
	assert_non_null(argv);
	for (i = 0; i <= CLI_ARGS_MAX + 1; i++)
		argv[i] = (char *)(uintptr_t)"x";
	assert_int_equal(cli_parse(&tool, &group, 1, CLI_ARGS_MAX + 1, argv,
	    &operands, &e), 0);
	assert_int_equal(operands.n, CLI_ARGS_MAX);
	assert_string_equal(operands.v[CLI_ARGS_MAX - 1], "x");
	cli_list_free(&operands);
	assert_int_equal(operands.n, 0);
	assert_int_equal(cli_parse(&tool, &group, 1, CLI_ARGS_MAX + 2, argv,
	    &operands, &e), -1);
	assert_string_equal(e.msg, "more than 65536 arguments");
	cli_list_free(&operands);
	free(argv);
}

/* ---- what is printed ---- */

/* The text of a stream that open_memstream() made; free() it. */
struct capture {
	FILE	*f;
	char	*text;
	size_t	 len;
};

static void
capture(struct capture *c)
{
	c->text = NULL;
	c->f = open_memstream(&c->text, &c->len);
	assert_non_null(c->f);
}

static void
assert_captured(struct capture *c, const char *want)
{
	fclose(c->f);
	assert_string_equal(c->text, want);
	free(c->text);
}

static void
test_help(void **state)
{
	static const struct cli_opt opts[] = {
		{ "all-namespaces", 'A', CLI_BOOL, 0, NULL, "all of them",
		    NULL },
		{ "excuse", 0, CLI_LIST, 0, "RULE|KIND/NS/NAME",
		    "keep such records out of the exit status; repeatable",
		    NULL },
		{ "istio-namespace", 'i', CLI_STRING, 0, "NAMESPACE|ANOTHER",
		    "where", NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL }
	};
	const struct cli_group group = { opts, NULL };
	struct err e = ERR_INIT;
	struct capture c;

	(void)state;
	capture(&c);
	assert_int_equal(cli_help(c.f, &tool, &group, 1, &e), 0);
	assert_captured(&c,
"Usage: kubectl istio rootcheck [flags]\n"
"\n"
"Details.\n"
"\n"
"Flags:\n"
"  -A, --all-namespaces            all of them\n"
"      --excuse RULE|KIND/NS/NAME  keep such records out of the exit status;\n"
"                                  repeatable\n"
"  -i, --istio-namespace NAMESPACE|ANOTHER\n"
"                                  where\n"
"\n"
"Rules (--explain RULE says more):\n"
"  bad     expired\n"
"  warn    expires-soon\n"
"  warn    weak-key\n");
}

static void
test_explain(void **state)
{
	struct err e = ERR_INIT;
	struct capture c;

	(void)state;
	capture(&c);
	assert_int_equal(cli_explain(c.f, &tool, "expired", &e), 0);
	assert_captured(&c,
	    "expired: bad\n\n  WHAT expired on DATE\n\n"
	    "What it means:\n  A hint.\n\nSource:\n  RFC 5280\n");
	capture(&c);
	assert_int_equal(cli_explain(c.f, &tool, "expires-soon", &e), 0);
	assert_captured(&c,
	    "expires-soon: warn\n\n  it expires\n\nWhat it means:\n"
	    "  One paragraph that is certainly long enough to need a second "
	    "line of text.\n\n  Another one.\n\nWhy it matters:\n"
	    "  One day it is over.\n\nWhat to do:\n  Renew it.\n\n"
	    "Source:\n  issue 1\n");
}

static void
test_explain_unknown(void **state)
{
	static const char *const cases[][2] = {
		{ "expire", "unknown rule 'expire': did you mean 'expired' or "
		    "'expires-soon'?" },
		{ "xpired", "unknown rule 'xpired': did you mean 'expired'?" },
		{ "weakkey", "unknown rule 'weakkey': did you mean "
		    "'weak-key'?" },
		{ "key", "unknown rule 'key': did you mean 'weak-key'?" },
		{ "Expired", "unknown rule 'Expired': did you mean "
		    "'expired'?" },
		/* three letters wrong of eight; and four */
		{ "wxxk-kxy", "unknown rule 'wxxk-kxy': did you mean "
		    "'weak-key'?" },
		{ "wxxx-kxy", "unknown rule 'wxxx-kxy': there are "
		    "expired, expires-soon, weak-key" },
		{ "zzzzzzzz", "unknown rule 'zzzzzzzz': there are "
		    "expired, expires-soon, weak-key" },
		{ "", "unknown rule '': there are expired, "
		    "expires-soon, weak-key" },
		{ "expired ", "unknown rule 'expired ': did you mean "
		    "'expired'?" },
		{ "0123456789012345678901234567890123456789012345678901234567"
		    "8901234567890", "unknown rule '01234567890123456789012345"
		    "67890123456789012345678901234567890123': there "
		    "are expired, expires-soon, weak-key" },
	};
	struct capture c;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&e, 0, sizeof(e));
		capture(&c);
		assert_int_equal(cli_explain(c.f, &tool, cases[i][0], &e), -1);
		assert_captured(&c, "");
		assert_int_equal(e.class, ERR_USAGE);
		assert_string_equal(e.msg, cases[i][1]);
	}
}

static void
test_version(void **state)
{
	struct err e = ERR_INIT;
	struct capture c;

	(void)state;
	capture(&c);
	assert_int_equal(cli_version(c.f, &tool, &e), 0);
	assert_captured(&c, "kubectl-istio-rootcheck " VERSION "\n");
}

/* Each shell's script asks the commands that it is for, and parses. */
static void
test_completion(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "kubectl" };
	static const char *const commands[] = {
		"one-command", "another", NULL
	};
	struct err e = ERR_INIT;
	char *text;
	size_t i, len;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		f = open_memstream(&text, &len);
		assert_non_null(f);
		assert_int_equal(cli_completion(f, commands, shells[i], &e),
		    0);
		fclose(f);
		assert_non_null(strstr(text, " __complete "));
		assert_non_null(strstr(text, i < 2 ?
		    "_kubectl_istio one-command another\n" :
		    "\nexec one-command __complete "));
		assert_true(strcspn(text, "\1\2") == len);
		free(text);
	}
}

static void
test_completion_unknown(void **state)
{
	static const char *const commands[] = { "x", NULL };
	struct err e = ERR_INIT;
	struct capture c;

	(void)state;
	capture(&c);
	assert_int_equal(cli_completion(c.f, commands, "fish", &e),
	    -1);
	assert_captured(&c, "");
	assert_int_equal(e.class, ERR_USAGE);
	assert_string_equal(e.msg, "invalid argument \"fish\" for "
	    "\"--completion\" flag: want bash, zsh or kubectl");
}

static void
test_full(void **state)
{
	static const char *const commands[] = { "x", NULL };
	const struct cli_group group = { first, NULL };
	struct err e;
	FILE *f;
	int i, ret;

	(void)state;
	for (i = 0; i < 4; i++) {
		if ((f = fopen("/dev/full", "w")) == NULL)
			skip();
		memset(&e, 0, sizeof(e));
		ret = i == 0 ? cli_help(f, &tool, &group, 1, &e) :
		    i == 1 ? cli_version(f, &tool, &e) :
		    i == 2 ? cli_explain(f, &tool, "expired", &e) :
		    cli_completion(f, commands, "bash", &e);
		assert_int_equal(ret, -1);
		assert_int_equal(e.class, ERR_IO);
		assert_string_equal(e.msg,
		    "cannot write to stdout: No space left on device");
		fclose(f);
	}
}

/* What an error quotes cannot reach the terminal as it came. */
static void
test_fail(void **state)
{
	struct err e = ERR_INIT;
	struct capture c;

	(void)state;
	err_set(&e, ERR_USAGE, "unknown flag: --%s", "\033[31m\nx\xe2\x80\xae");
	capture(&c);
	assert_int_equal(cli_fail(c.f, &tool, &e), 2);
	assert_captured(&c, "error: unknown flag: --\\x1b[31m\\nx\\u202e\n"
	    "See 'kubectl istio rootcheck --help' for usage.\n");
	err_set(&e, ERR_IO, "cannot read 'x'");
	capture(&c);
	assert_int_equal(cli_fail(c.f, &tool, &e), 2);
	assert_captured(&c, "error: cannot read 'x'\n");
	capture(&c);
	cli_note(c.f, "judged %d of %s", 1, "\t7");
	assert_captured(&c, "judged 1 of \\t7\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_explain_unknown),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_completion_unknown),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
