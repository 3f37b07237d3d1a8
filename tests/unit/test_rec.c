/* The writers: every form of the same records, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rec/rec.h"

static const struct rec_col cols[] = {
	{ "VERDICT", "verdict", REC_TEXT, 0 },
	{ "KIND", "kind", REC_TEXT, 0 },
	{ "OBJECT", "object", REC_TEXT, 0 },
	{ "DAYS", "days", REC_NUMBER, 0 },
	{ "SHA256", "sha256", REC_PRINT, 0 },
	{ "SUBJECT", "subject", REC_TEXT, 1 },
	{ "MESSAGE", "message", REC_TEXT, 0 },
};

static const struct rec_schema schema = { "rootcheck", cols, 7 };

static const struct rec records[] = {
	{ VERDICT_BAD, { "bad", "secret", "istio-system/cacerts", "-3",
	    "0123456789abcdef0123", "O=a\tb", "it \"expired\"" }, 0 },
	{ VERDICT_OK, { "ok", "mesh", "-", NULL, NULL, NULL, NULL }, 0 },
	{ VERDICT_WARN, { "warn", "pod", "sch\xc3\xb6n/\xe2\x82\xac", "12",
	    "fedcba987654", "x\xe2\x80\xaey\xff", "" }, 0 },
};

/* 2026-11-23T20:59:23Z */
#define GENERATED 1795467563

static const struct rec_count counts[] = { { "ok", 1 }, { "bad", 2 } };

/* What comes out for the first n records; free() it. */
static char *
written(enum rec_form form, int headers, int colour, size_t n)
{
	const struct rec_options o = { form, headers, colour, GENERATED };
	struct err e = ERR_INIT;
	struct rec_writer *w;
	char *out = NULL;
	size_t len, i;
	FILE *f;

	f = open_memstream(&out, &len);
	assert_non_null(f);
	assert_int_equal(rec_open(f, &schema, &o, &w, &e), 0);
	for (i = 0; i < n; i++)
		assert_int_equal(rec_put(w, &records[i], &e), 0);
	assert_int_equal(rec_close(w, counts, 2, &e), 0);
	rec_free(w);
	assert_int_equal(fclose(f), 0);
	return out;
}

static void
assert_written(enum rec_form form, int headers, int colour, size_t n,
    const char *want)
{
	char *got = written(form, headers, colour, n);

	assert_string_equal(got, want);
	free(got);
}

static void
test_tsv(void **state)
{
	(void)state;
	assert_written(REC_TSV, 1, 1, 3,
	    "bad\tsecret\tistio-system/cacerts\t-3\t0123456789abcdef0123\t"
	    "O=a\\tb\tit \"expired\"\n"
	    "ok\tmesh\t\\x2d\t-\t-\t-\t-\n"
	    "warn\tpod\tsch\xc3\xb6n/\xe2\x82\xac\t12\tfedcba987654\t"
	    "x\\u202ey\\xff\t\n");
	assert_written(REC_TSV, 1, 0, 0, "");
}

static void
test_table(void **state)
{
	(void)state;
	/* widths in characters, not bytes; the last column ends the line */
	assert_written(REC_TABLE, 1, 0, 3,
	    "VERDICT   KIND     OBJECT                 DAYS   SHA256         "
	    "MESSAGE\n"
	    "bad       secret   istio-system/cacerts   -3     0123456789ab   "
	    "it \"expired\"\n"
	    "ok        mesh     \\x2d                   -      -              "
	    "-\n"
	    "warn      pod      sch\xc3\xb6n/\xe2\x82\xac                "
	    "12     fedcba987654   \n");
	assert_written(REC_TABLE, 0, 0, 1,
	    "bad   secret   istio-system/cacerts   -3   0123456789ab   "
	    "it \"expired\"\n");
	/* nothing found: no header either */
	assert_written(REC_TABLE, 1, 0, 0, "");
}

static void
test_wide(void **state)
{
	(void)state;
	assert_written(REC_WIDE, 0, 0, 1,
	    "bad   secret   istio-system/cacerts   -3   0123456789abcdef0123"
	    "   O=a\\tb   it \"expired\"\n");
	assert_written(REC_WIDE, 1, 0, 1,
	    "VERDICT   KIND     OBJECT                 DAYS   "
	    "SHA256                 SUBJECT   MESSAGE\n"
	    "bad       secret   istio-system/cacerts   -3     "
	    "0123456789abcdef0123   O=a\\tb    it \"expired\"\n");
}

/* Colour is around the verdict alone, and the padding is outside of it. */
static void
test_colour(void **state)
{
	(void)state;
	assert_written(REC_TABLE, 1, 1, 2,
	    "VERDICT   KIND     OBJECT                 DAYS   SHA256         "
	    "MESSAGE\n"
	    "\033[31mbad\033[0m       secret   istio-system/cacerts   -3     "
	    "0123456789ab   it \"expired\"\n"
	    "\033[32mok\033[0m        mesh     \\x2d                   -      "
	    "-              -\n");
}

static void
test_json(void **state)
{
	(void)state;
	assert_written(REC_JSON, 1, 1, 3,
	    "{\"schemaVersion\":1,\"tool\":\"rootcheck\","
	    "\"generatedAt\":\"2026-11-23T20:59:23Z\",\"items\":[\n"
	    "{\"verdict\":\"bad\",\"kind\":\"secret\","
	    "\"object\":\"istio-system/cacerts\",\"days\":-3,"
	    "\"sha256\":\"0123456789abcdef0123\","
	    "\"subject\":\"O=a\\u0009b\",\"message\":\"it \\\"expired\\\"\"},\n"
	    "{\"verdict\":\"ok\",\"kind\":\"mesh\",\"object\":\"-\","
	    "\"days\":null,\"sha256\":null,\"subject\":null,"
	    "\"message\":null},\n"
	    "{\"verdict\":\"warn\",\"kind\":\"pod\","
	    "\"object\":\"sch\xc3\xb6n/\xe2\x82\xac\",\"days\":12,"
	    "\"sha256\":\"fedcba987654\",\"subject\":\"x\\u202ey\\ufffd\","
	    "\"message\":\"\"}\n"
	    "],\"summary\":{\"ok\":1,\"bad\":2}}\n");
	assert_written(REC_JSON, 1, 0, 0,
	    "{\"schemaVersion\":1,\"tool\":\"rootcheck\","
	    "\"generatedAt\":\"2026-11-23T20:59:23Z\",\"items\":[],"
	    "\"summary\":{\"ok\":1,\"bad\":2}}\n");
}

static void
test_jsonl(void **state)
{
	(void)state;
	assert_written(REC_JSONL, 1, 1, 1,
	    "{\"verdict\":\"bad\",\"kind\":\"secret\","
	    "\"object\":\"istio-system/cacerts\",\"days\":-3,"
	    "\"sha256\":\"0123456789abcdef0123\","
	    "\"subject\":\"O=a\\u0009b\",\"message\":\"it \\\"expired\\\"\"}\n"
	    "{\"type\":\"summary\",\"schemaVersion\":1,"
	    "\"tool\":\"rootcheck\","
	    "\"generatedAt\":\"2026-11-23T20:59:23Z\",\"ok\":1,\"bad\":2}\n");
}

static const struct rec_col two[] = {
	{ "A", "a", REC_TEXT, 0 }, { "B", "b", REC_TEXT, 0 },
};
static const struct rec_schema narrow = { "rootcheck", two, 2 };

/*
 * The first page sets the widths, and is held back until it is full; what is
 * longer later on overflows, and what is shorter is padded.
 */
static void
test_page(void **state)
{
	const struct rec_options o = { REC_TABLE, 1, 0, 0 };
	const struct rec shorter = { VERDICT_OK, { "xx", "y" }, 0 };
	const struct rec longer = { VERDICT_OK, { "xxxxxxx", "y" }, 0 };
	struct err e = ERR_INIT;
	struct rec_writer *w;
	char *out = NULL, *p;
	size_t len, i;
	FILE *f;

	(void)state;
	f = open_memstream(&out, &len);
	assert_non_null(f);
	assert_int_equal(rec_open(f, &narrow, &o, &w, &e), 0);
	for (i = 0; i < REC_PAGE; i++)
		assert_int_equal(rec_put(w, &shorter, &e), 0);
	fflush(f);
	assert_int_equal(len, 0);
	assert_int_equal(rec_put(w, &longer, &e), 0);
	assert_int_equal(rec_put(w, &shorter, &e), 0);
	assert_int_equal(rec_close(w, NULL, 0, &e), 0);
	rec_free(w);
	fclose(f);
	p = out;
	assert_memory_equal(p, "A    B\n", 7);
	p += 7;
	for (i = 0; i < REC_PAGE; i++, p += 7)
		assert_memory_equal(p, "xx   y\n", 7);
	assert_string_equal(p, "xxxxxxx   y\nxx   y\n");
	free(out);
}

/* A table that was never closed is freed with what it holds back. */
static void
test_abandoned(void **state)
{
	const struct rec_options o = { REC_TABLE, 1, 0, 0 };
	struct err e = ERR_INIT;
	struct rec_writer *w;
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(rec_open(f, &schema, &o, &w, &e), 0);
	assert_int_equal(rec_put(w, &records[0], &e), 0);
	rec_free(w);
	rec_free(NULL);
	assert_int_equal(ftell(f), 0);
	fclose(f);
}

static void
test_full(void **state)
{
	static const enum rec_form forms[] = {
		REC_TSV, REC_TABLE, REC_WIDE, REC_JSON, REC_JSONL
	};
	static const char why[] =
	    "cannot write to stdout: No space left on device";
	struct rec_options o = { REC_TSV, 1, 0, 0 };
	struct rec_writer *w;
	struct err e;
	size_t i;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((f = fopen("/dev/full", "w")) == NULL)
			skip();
		o.form = forms[i];
		memset(&e, 0, sizeof(e));
		assert_int_equal(rec_open(f, &schema, &o, &w, &e), 0);
		/* stdio still holds it: closing is where it shows */
		assert_int_equal(rec_put(w, &records[0], &e), 0);
		assert_int_equal(rec_close(w, counts, 2, NULL), -1);
		assert_int_equal(rec_close(w, counts, 2, &e), -1);
		assert_int_equal(e.class, ERR_IO);
		assert_string_equal(e.msg, why);
		/* and it stays, whoever asks */
		memset(&e, 0, sizeof(e));
		assert_int_equal(rec_put(w, &records[1], &e), -1);
		assert_string_equal(e.msg, why);
		rec_free(w);
		fclose(f);
	}
}

/* Unbuffered, the first record already fails, and nothing follows it. */
static void
test_sticky(void **state)
{
	const struct rec_options o = { REC_TSV, 1, 0, 0 };
	struct err e = ERR_INIT;
	struct rec_writer *w;
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	if (f == NULL)
		skip();
	setvbuf(f, NULL, _IONBF, 0);
	assert_int_equal(rec_open(f, &schema, &o, &w, &e), 0);
	assert_int_equal(rec_put(w, &records[0], NULL), -1);
	clearerr(f);
	assert_int_equal(rec_put(w, &records[0], &e), -1);
	assert_int_equal(ferror(f), 0);		/* it was not even tried */
	assert_int_equal(rec_close(w, NULL, 0, &e), -1);
	assert_int_equal(e.class, ERR_IO);
	rec_free(w);
	fclose(f);
}

/* Everything that was written as tsv is read back as it was. */
static void
test_read_back(void **state)
{
	char *out = written(REC_TSV, 0, 0, 3), *line = out, *end;
	struct err e = ERR_INIT;
	struct rec_line l;
	size_t i, j;

	(void)state;
	for (i = 0; i < 3; i++, line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_int_equal(rec_parse(line, (size_t)(end - line), &l,
		    &e), 0);
		assert_int_equal(l.n, 7);
		for (j = 0; j < l.n; j++)
			if (records[i].field[j] == NULL)
				assert_null(l.field[j]);
			else
				assert_string_equal(l.field[j],
				    records[i].field[j]);
		rec_parse_release(&l);
	}
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tsv),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
