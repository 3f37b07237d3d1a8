#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/rule.h"
#include "base/utf8.h"

static void
grows_to_its_maximum(void **state)
{
	struct err e;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1000, "a line");
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf_putc(&b, 'x', &e), 0);
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.p[1000], '\0');
	assert_int_equal(buf_putc(&b, 'y', &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_string_equal(e.msg, "a line is over the limit of 1000 bytes");
	assert_int_equal(b.len, 1000);
	buf_release(&b);
	assert_string_equal(buf_str(&b), "");
}

static void
a_secret_is_wiped(void **state)
{
	const char *old;
	struct buf b;

	(void)state;
	buf_init_secret(&b, 100, "a key");
	assert_int_equal(buf_puts(&b, "hunter2", NULL), 0);
	old = (const char *)b.p;
	buf_reset(&b);
	assert_memory_equal(old, "\0\0\0\0\0\0\0", 7);
	assert_int_equal(buf_puts(&b, "abcdef", NULL), 0);
	buf_consume(&b, 4);
	assert_string_equal(buf_str(&b), "ef");
	assert_memory_equal(old, "ef\0\0\0\0", 6);
	buf_release(&b);
}

static void
prints(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 20, "a line");
	assert_int_equal(buf_printf(&b, NULL, "%d-%s", 7, "x"), 0);
	assert_string_equal(buf_str(&b), "7-x");
	assert_int_equal(buf_printf(&b, NULL, "%30d", 1), -1);
	assert_string_equal(buf_str(&b), "7-x");
	buf_release(&b);
}

static void
messages_are_cut_at_characters(void **state)
{
	char text[ERR_MSG_MAX + 1];
	struct err e;
	uint32_t cp;
	size_t i;

	(void)state;
	for (i = 0; i + 1 < ERR_MSG_MAX; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[i] = '\0';
	assert_int_equal(err_set(&e, ERR_IO, "x%s", text), -1);
	assert_int_equal(strlen(e.msg) < ERR_MSG_MAX, 1);
	assert_string_equal(e.msg + strlen(e.msg) - 3, "...");
	for (i = 0; i < strlen(e.msg);) {
		size_t n = utf8_decode(e.msg + i, strlen(e.msg) - i, &cp);

		assert_int_not_equal(n, 0);
		i += n;
	}
	err_set(&e, ERR_FORMAT, "line 3");
	err_prefix(&e, "stdin");
	assert_string_equal(e.msg, "stdin: line 3");
	assert_int_equal(e.class, ERR_FORMAT);
}

static void
rule_messages(void **state)
{
	static const struct rule r = {
		"x", VERDICT_WARN, "{a} and {b}, {none} {a}", "", ""
	};
	const struct rule_arg args[] = { { "a", "1" }, { "b", "{a}" } };
	struct buf b;

	(void)state;
	buf_init(&b, 100, "a message");
	assert_int_equal(rule_message(&r, args, 2, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "1 and {a}, {none} 1");
	buf_release(&b);
	assert_string_equal(verdict_name(VERDICT_UNKNOWN), "unknown");
}

/* RFC 3629: lengths, overlong forms, surrogates, the last code point. */
static void
utf8(void **state)
{
	static const struct {
		const char	*s;
		size_t		 n;
		uint32_t	 cp;
	} cases[] = {
		{ "a", 1, 'a' }, { "\xc2\x80", 2, 0x80 },
		{ "\xe2\x82\xac", 3, 0x20ac },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\xc0\xaf", 0, 0 }, { "\xc1\xbf", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 }, { "\xed\xa0\x80", 0, 0 },
		{ "\xf4\x90\x80\x80", 0, 0 }, { "\xf5\x80\x80\x80", 0, 0 },
		{ "\x80", 0, 0 }, { "\xe2\x82", 0, 0 }, { "\xff", 0, 0 },
	};
	uint32_t cp;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(utf8_decode(cases[i].s, strlen(cases[i].s),
		    &cp), cases[i].n);
		if (cases[i].n > 0)
			assert_int_equal(cp, cases[i].cp);
	}
	assert_true(utf8_steers(0x202e) && utf8_steers(0x9b) &&
	    utf8_steers(0x7f) && utf8_steers(0xfeff) && utf8_steers(0x2066));
	assert_false(utf8_steers('a') || utf8_steers(0xe4) ||
	    utf8_steers(0x4e2d) || utf8_steers(0x1f600));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_its_maximum),
		cmocka_unit_test(a_secret_is_wiped),
		cmocka_unit_test(prints),
		cmocka_unit_test(messages_are_cut_at_characters),
		cmocka_unit_test(rule_messages),
		cmocka_unit_test(utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
