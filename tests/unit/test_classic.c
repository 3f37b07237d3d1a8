/* The old script's lines, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rec/classic.h"

struct vector {
	int64_t		 not_after;
	int64_t		 now;
	const char	*end;		/* as openssl x509 -enddate has it */
	const char	*current;	/* as LC_ALL=C date -u has it */
	const char	*days;
};

/* The seconds and the dates are date(1)'s: date -u -d @SECONDS. */
static const struct vector vectors[] = {
	{ 1827003563, 1795467563, "Nov 23 20:59:23 2027 GMT",
	    "Mon Nov 23 20:59:23 UTC 2026", "365" },
	/* a day of one digit is padded with a blank, by both */
	{ 1583366400, 1583280000, "Mar  5 00:00:00 2020 GMT",
	    "Wed Mar  4 00:00:00 UTC 2020", "1" },
	/* the shell's division forgets what is not a whole day */
	{ 1583366399, 1583280000, "Mar  4 23:59:59 2020 GMT",
	    "Wed Mar  4 00:00:00 UTC 2020", "0" },
	/* towards zero, on the far side too */
	{ 1583279999, 1583280000, "Mar  3 23:59:59 2020 GMT",
	    "Wed Mar  4 00:00:00 UTC 2020", "0" },
	{ 1583193601, 1583280000, "Mar  3 00:00:01 2020 GMT",
	    "Wed Mar  4 00:00:00 UTC 2020", "0" },
	{ 1583193600, 1583280000, "Mar  3 00:00:00 2020 GMT",
	    "Wed Mar  4 00:00:00 UTC 2020", "-1" },
	/* a leap day, the epoch, a second before it, the last of all */
	{ 1582934400, 1582934400, "Feb 29 00:00:00 2020 GMT",
	    "Sat Feb 29 00:00:00 UTC 2020", "0" },
	{ 0, 0, "Jan  1 00:00:00 1970 GMT", "Thu Jan  1 00:00:00 UTC 1970",
	    "0" },
	{ 0, -1, "Jan  1 00:00:00 1970 GMT", "Wed Dec 31 23:59:59 UTC 1969",
	    "0" },
	{ 253402300799, 1795467563, "Dec 31 23:59:59 9999 GMT",
	    "Mon Nov 23 20:59:23 UTC 2026", "2912116" },
};

static void
test_root(void **state)
{
	struct err e = ERR_INIT;
	char want[1024], *got;
	size_t i, len;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		snprintf(want, sizeof(want),
		    "Fetching root cert from istio-system namespace...\n"
		    "Your Root Cert will expire after\n"
		    "   %s\n"
		    "Current time is\n"
		    "  %s\n"
		    "\n"
		    "=====YOU HAVE %s DAYS BEFORE THE ROOT CERT EXPIRES!"
		    "=====\n", vectors[i].end, vectors[i].current,
		    vectors[i].days);
		got = NULL;
		f = open_memstream(&got, &len);
		assert_non_null(f);
		assert_int_equal(classic_root(f, vectors[i].not_after,
		    vectors[i].now, &e), 0);
		fclose(f);
		assert_string_equal(got, want);
		free(got);
	}
}

static void
test_no_root(void **state)
{
	struct err e = ERR_INIT;
	char *got = NULL;
	size_t len;
	FILE *f;

	(void)state;
	f = open_memstream(&got, &len);
	assert_non_null(f);
	assert_int_equal(classic_no_root(f, &e), 0);
	fclose(f);
	assert_string_equal(got,
	    "Fetching root cert from istio-system namespace...\n"
	    "Root secret is empty. Are you using the self-signed CA?\n");
	free(got);
}

static void
test_full(void **state)
{
	struct err e = ERR_INIT;
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	if (f == NULL)
		skip();
	assert_int_equal(classic_root(f, 0, 0, &e), -1);
	assert_int_equal(e.class, ERR_IO);
	assert_string_equal(e.msg,
	    "cannot write to stdout: No space left on device");
	memset(&e, 0, sizeof(e));
	assert_int_equal(classic_no_root(f, &e), -1);
	assert_int_equal(e.class, ERR_IO);
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_no_root),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
