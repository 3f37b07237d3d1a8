/* What is offered for <TAB>, and what never is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/complete.h"
#include "kube/flags.h"

struct values {
	struct strs	 file;
	const char	*ns;
	const char	*text;
	int		 form;
	int		 envoy;
	int		 all;
};
#define OFF(f) offsetof(struct values, f)

static const char *const forms[] = { "tsv", "json", "jsonl", NULL };
static const struct cli_opt first[] = {
	{ "filename", 'f', CLI_LIST, OFF(file), "FILE|DIR|-", "read", NULL },
	{ "namespace", 'n', CLI_STRING, OFF(ns), "NAMESPACE", "where", NULL },
	{ "output", 'o', CLI_WORD, OFF(form), "FORM", "how", forms },
	{ "all", 'A', CLI_BOOL, OFF(all), NULL, "all", NULL },
	{ "envoy", 0, CLI_BOOL, OFF(envoy), NULL, "pods", NULL },
	{ "excuse", 0, CLI_LIST, OFF(file), "RULE|KIND/NS/NAME", "x", NULL },
	{ "explain", 0, CLI_STRING, OFF(text), "RULE", "x", NULL },
	{ "completion", 0, CLI_STRING, OFF(text), "bash|zsh", "x", NULL },
	{ "dir", 0, CLI_STRING, OFF(text), "DIR", "x", NULL },
	{ "at", 0, CLI_STRING, OFF(text), "TIME", "x", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};
static const struct cli_opt second[] = {
	{ "context", 0, CLI_STRING, offsetof(struct kube_flags, context),
	    "NAME", "x", NULL },
	{ "kubeconfig", 0, CLI_STRING, offsetof(struct kube_flags, kubeconfig),
	    "FILE", "x", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const struct rule rules[] = {
	{ "expired", VERDICT_BAD, "m", "h", "s" },
	{ "expires-soon", VERDICT_WARN, "m", "h", "s" },
};
static const struct rule *const list[] = { &rules[0], &rules[1], NULL };
static const struct cli_tool targets = {
	.word = "certverify", .rules = list, .target = "secret",
	.pods_flag = "envoy"
};
static const struct cli_tool plain = { .word = "rootcheck", .rules = list };
static const struct cli_choice words[] = {
	{ "rootcheck", "judge" }, { "rotate", "replace" }, { NULL, NULL }
};
static const struct cli_tool dispatcher = { .word = "", .choices = words };

/* What the names were asked for: "WHAT NS CONTEXT;" */
static char asked[256];

static void
names(const struct kube_flags *f, const char *what, const char *ns,
    void (*put)(void *arg, const char *name), void *arg)
{
	char name[64];

	snprintf(asked + strlen(asked), sizeof(asked) - strlen(asked),
	    "%s %s %s;", what, ns == NULL ? "-" : ns,
	    f->context == NULL ? "-" : f->context);
	snprintf(name, sizeof(name), "%c1", what[0]);
	put(arg, name);
	snprintf(name, sizeof(name), "%c2", what[0]);
	put(arg, name);
	put(arg, "a b");
	put(arg, "$(id)");
	put(arg, "x`id`");
	put(arg, "\033[31mred");
	put(arg, "\xc2\x9b" "31m");
	put(arg, "-rf");
	put(arg, "a\\b");
	put(arg, "a*");
	put(arg, "a'b");
	put(arg, "");
}

/* words are separated by one blank; "" at the end is the empty word */
static void
offers(const struct cli_tool *tool, const char *line, const char *want)
{
	struct values v = { .ns = NULL };
	struct kube_flags kf;
	const struct cli_group groups[] = { { first, &v }, { second, &kf } };
	char mode[] = "__complete", copy[512], *argv[64] = { copy, mode };
	char *p = copy, *text;
	int argc = 2;
	size_t len;
	FILE *f;

	memset(&kf, 0, sizeof(kf));
	asked[0] = '\0';
	snprintf(copy, sizeof(copy), "%s", line);
	argv[argc++] = p;
	while ((p = strchr(p, ' ')) != NULL) {
		*p++ = '\0';
		argv[argc++] = p;
	}
	assert_true(cli_completing(argc, argv));
	f = open_memstream(&text, &len);
	assert_non_null(f);
	assert_int_equal(cli_complete(f, tool, groups, 2, &kf, names, argc,
	    argv), 0);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

#define ALL_FLAGS "--filename\tread\n--namespace\twhere\n--output\thow\n" \
	"--all\tall\n--envoy\tpods\n--excuse\tx\n--explain\tx\n" \
	"--completion\tx\n--dir\tx\n--at\tx\n--context\tx\n--kubeconfig\tx\n"

static void
test_flags(void **state)
{
	(void)state;
	offers(&plain, "--", ALL_FLAGS ":4\n");
	offers(&plain, "", ALL_FLAGS ":4\n");
	offers(&plain, "--ex", "--excuse\tx\n--explain\tx\n:4\n");
	offers(&plain, "-A --a", "--all\tall\n--at\tx\n:4\n");
	offers(&plain, "x", ":4\n");
	offers(&plain, "-- --", ":4\n");
	offers(&plain, "-q", ":4\n");
	offers(&plain, "--nope=", ":4\n");
	offers(&plain, "-A", "-A\n:4\n");
	offers(&dispatcher, "", "rootcheck\tjudge\nrotate\treplace\n:4\n");
	offers(&dispatcher, "roo", "rootcheck\tjudge\n:4\n");
	offers(&dispatcher, "nope ro", ":4\n");
	assert_string_equal(asked, "");
}

static void
test_values(void **state)
{
	(void)state;
	offers(&plain, "-o ", "tsv\njson\njsonl\n:4\n");
	offers(&plain, "--output js", "json\njsonl\n:4\n");
	offers(&plain, "--output=t", "tsv\n:4\n");
	offers(&plain, "-o=t", "tsv\n:4\n");
	offers(&plain, "-ojs", "-ojson\n-ojsonl\n:4\n");
	offers(&plain, "-Aojs", "-Aojson\n-Aojsonl\n:4\n");
	offers(&plain, "-Ao js", "json\njsonl\n:4\n");
	offers(&plain, "-ojson -",
	    "--filename\tread\n-f\tread\n--namespace\twhere\n"
	    "-n\twhere\n--output\thow\n-o\thow\n--all\tall\n-A\tall\n"
	    "--envoy\tpods\n--excuse\tx\n--explain\tx\n--completion\tx\n"
	    "--dir\tx\n--at\tx\n--context\tx\n--kubeconfig\tx\n:4\n");
	offers(&plain, "--all=", "true\nfalse\n:4\n");
	offers(&plain, "--explain ", "expired\tbad\nexpires-soon\twarn\n:4\n");
	offers(&plain, "--completion ", "bash\nzsh\n:4\n");
	offers(&plain, "-f ", ":0\n");
	offers(&plain, "--filename=x", ":0\n");
	offers(&plain, "--dir ", ":16\n");
	offers(&plain, "--at ", ":4\n");
	assert_string_equal(asked, "");
}

/* Names, and none that a shell or a terminal would take for more. */
static void
test_names(void **state)
{
	(void)state;
	offers(&plain, "--context ", "c1\nc2\n:4\n");
	assert_string_equal(asked, "context - -;");
	offers(&plain, "--context=c2", "c2\n:4\n");
	offers(&plain, "--context X -n ", "n1\nn2\n:4\n");
	assert_string_equal(asked, "namespace - X;");
	offers(&plain, "--context=Y -nn1", "-nn1\n:4\n");
	assert_string_equal(asked, "namespace - Y;");
}

static void
test_targets(void **state)
{
	(void)state;
	offers(&targets, "", "n1/\nn2/\n:6\n");
	offers(&targets, "n1/", "n1/istio.s1\nn1/istio.s2\n:4\n");
	assert_string_equal(asked, "serviceaccount n1 -;");
	offers(&targets, "--envoy n1/p", "n1/p1\nn1/p2\n:4\n");
	assert_string_equal(asked, "pod n1 -;");
	offers(&targets, "po", "pod/\n:6\n");
	offers(&targets, "pod/", "pod/n1/\npod/n2/\n:6\n");
	offers(&targets, "configmap/n1/c2", "configmap/n1/c2\n:4\n");
	offers(&targets, "nope/n1/", ":4\n");
	offers(&targets, "-n n1 istio.s1", "istio.s1\n:4\n");
	offers(&targets, "-- pod/n1/p2", "pod/n1/p2\n:4\n");
	offers(&plain, "--excuse exp",
	    "expired\tbad\nexpires-soon\twarn\n:4\n");
	offers(&plain, "--excuse pod/n2/p", "pod/n2/p1\npod/n2/p2\n:4\n");
	offers(&plain, "--excuse x --excuse=se", "secret/\n:6\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
