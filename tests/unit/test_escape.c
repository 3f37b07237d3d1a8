/* Escaping, reading back, JSON strings: vectors, limits, and a round trip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "rec/rec.h"

struct vector {
	const char	*in;
	size_t		 len;
	const char	*tsv;
	const char	*json;	/* without its quotes */
};

#define V(in, tsv, json) { in, sizeof(in) - 1, tsv, json }

static const struct vector vectors[] = {
	V("", "", ""),
	V("plain text, 100% ~", "plain text, 100% ~", "plain text, 100% ~"),
	V("a\tb", "a\\tb", "a\\u0009b"),
	V("a\nb", "a\\nb", "a\\u000ab"),
	V("a\rb", "a\\rb", "a\\u000db"),
	V("a\\b", "a\\\\b", "a\\\\b"),
	V("\\t", "\\\\t", "\\\\t"),
	V("say \"hi\"", "say \"hi\"", "say \\\"hi\\\""),
	V("\x01", "\\x01", "\\u0001"),
	V("\0", "\\x00", "\\u0000"),
	V("\033[31m", "\\x1b[31m", "\\u001b[31m"),
	V("\037 \040", "\\x1f  ", "\\u001f  "),
	V("~\177", "~\\x7f", "~\\u007f"),
	/* C1: U+0080, CSI U+009B, U+009F; U+00A0 is none */
	V("\xc2\x80", "\\u0080", "\\u0080"),
	V("\xc2\x9b" "31m", "\\u009b31m", "\\u009b31m"),
	V("\xc2\x9f\xc2\xa0", "\\u009f\xc2\xa0", "\\u009f\xc2\xa0"),
	/* soft hyphen, Arabic letter mark */
	V("\xc2\xad", "\\u00ad", "\\u00ad"),
	V("\xd8\x9c", "\\u061c", "\\u061c"),
	/* zero width space, LRM, RLM, line separator, RLO, isolates */
	V("\xe2\x80\x8b", "\\u200b", "\\u200b"),
	V("\xe2\x80\x8e\xe2\x80\x8f", "\\u200e\\u200f", "\\u200e\\u200f"),
	V("\xe2\x80\xa8", "\\u2028", "\\u2028"),
	V("a\xe2\x80\xae" "b", "a\\u202eb", "a\\u202eb"),
	V("\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069", "\\u2066\\u2069"),
	V("\xef\xbb\xbf", "\\ufeff", "\\ufeff"),
	/* U+E0001 language tag: a pair of surrogates in JSON */
	V("\xf3\xa0\x80\x81", "\\U000e0001", "\\udb40\\udc01"),
	V("\xf0\x9d\x85\xb3", "\\U0001d173", "\\ud834\\udd73"),
	/* letters of two, three and four bytes stay */
	V("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
	/* not UTF-8: alone, overlong, surrogate, too high, cut off */
	V("\x80", "\\x80", "\\ufffd"),
	V("\xff" "a", "\\xffa", "\\ufffda"),
	V("\xc0\xaf", "\\xc0\\xaf", "\\ufffd\\ufffd"),
	V("\xed\xa0\x80", "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd"),
	V("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	    "\\ufffd\\ufffd\\ufffd\\ufffd"),
	V("\xe2\x82", "\\xe2\\x82", "\\ufffd\\ufffd"),
	V("\xc3", "\\xc3", "\\ufffd"),
	V("-", "-", "-"),
};

static void
test_vectors(void **state)
{
	struct err e = ERR_INIT;
	char json[128];
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		buf_init(&b, 1000, "a test");
		assert_int_equal(rec_escape(&b, vectors[i].in, vectors[i].len,
		    &e), 0);
		assert_string_equal(buf_str(&b), vectors[i].tsv);
		buf_reset(&b);
		assert_int_equal(rec_json_string(&b, vectors[i].in,
		    vectors[i].len, &e), 0);
		snprintf(json, sizeof(json), "\"%s\"", vectors[i].json);
		assert_string_equal(buf_str(&b), json);
		buf_release(&b);
	}
}

static void
test_field(void **state)
{
	static const char *const cases[][2] = {
		{ NULL, "-" }, { "-", "\\x2d" }, { "--", "--" }, { "", "" },
		{ "a-", "a-" }, { "\t", "\\t" },
	};
	struct err e = ERR_INIT;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&b, 100, "a test");
		assert_int_equal(rec_field(&b, cases[i][0], &e), 0);
		assert_string_equal(buf_str(&b), cases[i][1]);
		buf_release(&b);
	}
}

static void
test_limit(void **state)
{
	struct err e = ERR_INIT;
	struct buf b;

	(void)state;
	buf_init(&b, 5, "a test");
	assert_int_equal(rec_escape(&b, "a\033b", 3, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	buf_reset(&b);
	assert_int_equal(rec_escape(&b, "abcdef", 6, &e), -1);
	buf_reset(&b);
	assert_int_equal(rec_json_string(&b, "abcd", 4, &e), -1);
	buf_release(&b);
	buf_init(&b, 0, "a test");
	assert_int_equal(rec_json_string(&b, "", 0, &e), -1);
	buf_release(&b);
}

static void
test_parse(void **state)
{
	struct err e = ERR_INIT;
	struct rec_line l;
	static const char line[] =
	    "bad\t-\t\\x2d\t\ta\\tb\\n\\r\\\\\t\\u202e\\U000e0001\\x1b\\xff";

	(void)state;
	assert_int_equal(rec_parse(line, sizeof(line) - 1, &l, &e), 0);
	assert_int_equal(l.n, 6);
	assert_string_equal(l.field[0], "bad");
	assert_null(l.field[1]);
	assert_string_equal(l.field[2], "-");
	assert_string_equal(l.field[3], "");
	assert_string_equal(l.field[4], "a\tb\n\r\\");
	assert_string_equal(l.field[5],
	    "\xe2\x80\xae\xf3\xa0\x80\x81\033\xff");
	rec_parse_release(&l);
	assert_int_equal(l.n, 0);

	assert_int_equal(rec_parse("", 0, &l, &e), 0);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.field[0], "");
	rec_parse_release(&l);

	/* two and three bytes of UTF-8, and the length counts, not a NUL */
	assert_int_equal(rec_parse("\\u0080\\u0800Xjunk", 13, &l, &e), 0);
	assert_string_equal(l.field[0], "\xc2\x80\xe0\xa0\x80X");
	rec_parse_release(&l);
}

static void
test_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"\\", "a\\", "\\q", "\\x", "\\x1", "\\xg0", "\\x1B", "\\x00",
		"\\u", "\\u12", "\\u123", "\\ud800", "\\udfff", "\\u0041",
		"\\U0001", "\\U00110000", "\\Uffffffff", "\\U0000d800",
		"ok\t\\", "\\x\t41",
	};
	struct err e;
	struct rec_line l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&e, 0, sizeof(e));
		if (rec_parse(bad[i], strlen(bad[i]), &l, &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.class, ERR_FORMAT);
		assert_int_equal(l.n, 0);
	}
	assert_int_equal(rec_parse("a\0b", 3, &l, &e), -1);
	assert_int_equal(e.class, ERR_FORMAT);
}

static void
test_parse_limits(void **state)
{
	struct err e = ERR_INIT;
	struct rec_line l;
	char *line;

	(void)state;
	assert_int_equal(rec_parse("\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t", 15, &l,
	    &e), 0);
	assert_int_equal(l.n, REC_FIELDS_MAX);
	rec_parse_release(&l);
	assert_int_equal(rec_parse("\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t", 16, &l,
	    &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_string_equal(e.msg, "a record with more than 16 fields");

	line = malloc(REC_LINE_MAX + 1);
	assert_non_null(line);
	memset(line, 'x', REC_LINE_MAX + 1);
	assert_int_equal(rec_parse(line, REC_LINE_MAX, &l, &e), 0);
	assert_int_equal(strlen(l.field[0]), REC_LINE_MAX);
	rec_parse_release(&l);
	assert_int_equal(rec_parse(line, REC_LINE_MAX + 1, &l, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	free(line);
}

/* xorshift: the same bytes in every run */
static uint32_t seed = 2463534242u;

static uint32_t
rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* Bytes of every kind but NUL, which no field can hold. */
static size_t
random_field(char *s, size_t max)
{
	static const char *const pieces[] = {
		"\xe2\x80\xae", "\xc2\x9b", "\xf3\xa0\x80\x81", "\xc3\xa4",
		"\\", "\t", "\n", "-", "\\x41", "\\u202e", "\xf0\x9f\x98\x80",
	};
	size_t n = 0, want = rnd() % (max - 8), i;

	while (n < want)
		if (rnd() % 3 == 0) {
			i = rnd() % (sizeof(pieces) / sizeof(pieces[0]));
			memcpy(s + n, pieces[i], strlen(pieces[i]));
			n += strlen(pieces[i]);
		} else
			s[n++] = (char)(1 + rnd() % 255);
	s[n] = '\0';
	return n;
}

/* What comes out is UTF-8 in which nothing steers. */
static void
assert_harmless(const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = utf8_decode(s, len, &cp);
		assert_true(n > 0);
		assert_true(cp >= 0x20 && !(cp >= 0x7f && cp <= 0x9f));
		assert_false(utf8_steers(cp));
	}
}

static void
test_round_trip(void **state)
{
	char in[REC_FIELDS_MAX][64];
	struct err e = ERR_INIT;
	struct rec_line l;
	struct buf b, one;
	size_t i, n, run;

	(void)state;
	buf_init(&b, REC_LINE_MAX, "a test");
	buf_init(&one, REC_LINE_MAX, "a test");
	for (run = 0; run < 20000; run++) {
		n = 1 + rnd() % REC_FIELDS_MAX;
		for (i = 0; i < n; i++) {
			random_field(in[i], sizeof(in[i]));
			assert_int_equal(rec_field(&one, in[i], &e), 0);
			assert_harmless(buf_str(&one), one.len);
			assert_int_equal(i == 0 ? 0 : buf_putc(&b, '\t', &e),
			    0);
			assert_int_equal(buf_append(&b, buf_str(&one),
			    one.len, &e), 0);
			buf_reset(&one);
		}
		assert_int_equal(rec_parse(buf_str(&b), b.len, &l, &e), 0);
		assert_int_equal(l.n, n);
		for (i = 0; i < n; i++)
			assert_string_equal(l.field[i], in[i]);
		rec_parse_release(&l);
		buf_reset(&b);
	}
	buf_release(&b);
	buf_release(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_field),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_limits),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
