/* Every rule of every tool has its page of --explain, whole, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "plugins/certverify/certverify.h"
#include "plugins/proxyver/proxyver.h"
#include "plugins/rootcheck/rootcheck.h"
#include "plugins/rotate/rotate.h"

#define TEXT_MIN 8	/* bytes of the shortest that can say something */

/* A sentence: it ends as one, and a terminal can show it. */
static void
sentence(const char *id, const char *what, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s), i;

	if (n < TEXT_MIN)
		fail_msg("%s: %s says nothing", id, what);
	if (strchr(".:)", s[n - 1]) == NULL && strcmp(what, "the source") != 0)
		fail_msg("%s: %s ends in '%c'", id, what, s[n - 1]);
	for (i = 0; i < n; i++)
		if ((s[i] < ' ' && s[i] != '\n') || s[i] > '~')
			fail_msg("%s: %s has the byte %d", id, what, s[i]);
	if (strstr(s, "  ") != NULL || s[0] == ' ')
		fail_msg("%s: %s has blanks too many", id, what);
}

static void
whole(const struct rule *const *rules, const struct rule_page *pages,
    size_t want)
{
	const struct rule_page *p;
	size_t i, n;

	for (i = 0; rules[i] != NULL; i++) {
		n = 0;
		for (p = pages; p->id != NULL; p++) {
			if (strcmp(p->id, rules[i]->id) != 0)
				continue;
			n++;
			sentence(p->id, "why it matters", p->why);
			sentence(p->id, "what to do", p->todo);
			assert_string_not_equal(p->why, rules[i]->hint);
			assert_string_not_equal(p->why, p->todo);
		}
		if (n != 1)
			fail_msg("%s has %zu pages", rules[i]->id, n);
		sentence(rules[i]->id, "what it means", rules[i]->hint);
		sentence(rules[i]->id, "the source", rules[i]->source);
	}
	assert_int_equal(i, want);
	for (n = 0; pages[n].id != NULL; n++)
		;
	assert_int_equal(n, want);	/* so none is of a rule that is gone */
}

static void
test_all(void **state)
{
	(void)state;
	whole(rc_rules, rc_pages, 29);
	whole(pv_rules, pv_pages, 7);
	whole(cv_rules, cv_pages, 22);
	whole(ro_rules, ro_pages, 33);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
