/* Credentials: when a file is read again, when a plugin runs again. */
#include "tests/unit/unit.h"
#include "tests/unit/path.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "kube/cred.h"
#include "kube/spawn.h"

static char dir[] = "/tmp/test_cred.XXXXXX";

static const char *
path(const char *name)
{
	return path_in(dir, name);
}

static void
write_file(const char *name, mode_t mode, const char *text)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path(name), mode), 0);
}

static size_t
lines(const char *name)
{
	FILE *f = fopen(path(name), "r");
	size_t n = 0;
	int c;

	while (f != NULL && (c = fgetc(f)) != EOF)
		n += c == '\n';
	if (f != NULL)
		fclose(f);
	return n;
}

/* A tokenFile of a pod is renewed under our feet. */
static void
test_token_file(void **state)
{
	struct kube_config c = { .server = "https://h" };
	struct err e = ERR_INIT;
	struct cred cr;

	(void)state;
	write_file("token", 0600, "  one\n");
	c.token_file = path("token");
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_ready(&cr, 1000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "one");
	write_file("token", 0600, "two");
	assert_int_equal(cred_ready(&cr, 1000 + CRED_FILE_AGE - 1, &e), 0);
	assert_string_equal(buf_str(&cr.token), "one");
	assert_int_equal(cred_ready(&cr, 1000 + CRED_FILE_AGE, &e), 0);
	assert_string_equal(buf_str(&cr.token), "two");
	/* a clock that was set back does not keep it for ever */
	write_file("token", 0600, "three");
	assert_int_equal(cred_ready(&cr, 500, &e), 0);
	assert_string_equal(buf_str(&cr.token), "three");
	/* what cannot be read, or is no token: the last good one stays */
	write_file("token", 0600, "\n");
	assert_int_equal(cred_ready(&cr, 2000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "three");
	unlink(c.token_file);
	assert_int_equal(cred_ready(&cr, 3000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "three");
	/* a 401 has nothing to try */
	assert_int_equal(cred_refused(&cr, 3000, &e), 0);
	cred_release(&cr);
	/* but there must have been one */
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_ready(&cr, 4000, &e), -1);
	assert_true(e.msg[0] != '\0');
	cred_release(&cr);
}

static void
test_not_in_the_clear(void **state)
{
	struct kube_config c = { .server = "http://h", .token = "t" };
	struct err e = ERR_INIT;
	struct cred cr;

	(void)state;
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_ready(&cr, 1000, &e), 0);
	assert_int_equal(cr.token.len, 0);
	cred_release(&cr);
	c.server = "https://h";
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_ready(&cr, 1000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "t");
	cred_release(&cr);
}

#define V1 "client.authentication.k8s.io/v1"

/* 2001-09-09T01:46:40Z is 1000000000. */
static void
test_plugin(void **state)
{
	struct kube_exec x = { .api_version = V1, .mode = KUBE_NEVER };
	struct kube_config c = { .server = "https://h", .exec = &x };
	struct err e = ERR_INIT;
	struct cred cr;

	(void)state;
	write_file("plugin", 0700, "#!/bin/sh\ncd \"${0%/*}\"\n"
	    "echo run >>runs\nprintf '{\"kind\":\"ExecCredential\","
	    "\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"t%d\","
	    "\"expirationTimestamp\":\"2001-09-09T01:46:40Z\"}}' "
	    "$(wc -l <runs)\n");
	x.command = path("plugin");
	setenv("KUBERC", "off", 1);
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_ready(&cr, 999999000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "t1");
	assert_int_equal(cred_ready(&cr, 999999999, &e), 0);
	assert_int_equal(lines("runs"), 1);
	/* over: it runs again, and what it gives is over already */
	assert_int_equal(cred_ready(&cr, 1000000000, &e), 0);
	assert_string_equal(buf_str(&cr.token), "t2");
	/* refused: again */
	assert_int_equal(cred_refused(&cr, 999999999, &e), 1);
	assert_string_equal(buf_str(&cr.token), "t3");
	assert_int_equal(lines("runs"), 3);
	cred_release(&cr);
}

/* What plugins print. */
static const struct {
	const char	*text;
	const char	*want;		/* "token|cert|key", or NULL */
} printed[] = {
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\" t \"}}", "t||" },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"clientCertificateData\":\"C\","
	    "\"clientKeyData\":\"K\"}}", "|C|K" },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"t\",\"clientCertificateData\":\"C\","
	    "\"clientKeyData\":\"K\"}}", "t|C|K" },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"clientCertificateData\":\"C\"}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"clientKeyData\":\"K\"}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"a\\nb\"}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"t\","
	    "\"expirationTimestamp\":\"soon\"}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "beta1\","
	    "\"status\":{\"token\":\"t\"}}", NULL },
	{ "{\"kind\":\"Secret\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"t\"}}", NULL },
	{ "{\"status\":{\"token\":\"t\"}}", NULL },
	{ "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"t\"}", NULL },
	{ "[]", NULL },
	{ " [{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\","
	    "\"status\":{\"token\":\"t\"}}]", NULL },
	{ "{\"kind\":\"List\",\"items\":[{\"kind\":\"ExecCredential\","
	    "\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"t\"}}]}",
	    NULL },
	{ "", NULL },
};

static void
test_printed(void **state)
{
	struct kube_config c = { .server = "https://h" };
	char got[64];
	struct cred cr;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < COUNT(printed); i++) {
		struct err e = ERR_INIT;

		cred_init(&cr, &c, NULL, NULL);
		ret = cred_parse(&cr, printed[i].text,
		    strlen(printed[i].text), V1, &e);
		snprintf(got, sizeof(got), "%s|%s|%s", buf_str(&cr.token),
		    buf_str(&cr.cert), buf_str(&cr.key));
		if (printed[i].want == NULL) {
			if (ret != -1 || e.msg[0] == '\0')
				fail_msg("[%zu] was taken: %s", i, got);
		} else if (ret == -1 || strcmp(got, printed[i].want) != 0)
			fail_msg("[%zu] '%s' %s", i, got, e.msg);
		cred_release(&cr);
	}
}

/* A plugin that goes over from a certificate to a token. */
static void
test_pair_is_over(void **state)
{
	static const char pair[] = "{\"kind\":\"ExecCredential\","
	    "\"apiVersion\":\"" V1 "\",\"status\":{"
	    "\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\"}}";
	static const char token[] = "{\"kind\":\"ExecCredential\","
	    "\"apiVersion\":\"" V1 "\",\"status\":{\"token\":\"t\"}}";
	struct kube_config c = { .server = "https://h" };
	struct err e = ERR_INIT;
	struct cred cr;

	(void)state;
	cred_init(&cr, &c, NULL, NULL);
	assert_int_equal(cred_parse(&cr, pair, strlen(pair), V1, &e), 0);
	assert_int_equal(cred_parse(&cr, token, strlen(token), V1, &e), 0);
	assert_string_equal(buf_str(&cr.token), "t");
	assert_int_equal(cr.cert.len + cr.key.len, 0);
	cred_release(&cr);
}

static int
run(const char *script, long ms, size_t max, struct buf *out, int *status,
    struct err *e)
{
	char *argv[] = { (char *)(uintptr_t)"program", NULL };
	char *envp[] = { (char *)(uintptr_t)"PATH=/usr/bin:/bin", NULL };
	struct spawn s = { path("program"), argv, envp, 0, ms };

	write_file("program", 0700, script);
	buf_init_secret(out, max, "the output");
	return spawn_run(&s, out, status, e);
}

/* Is it no more, or a zombie that nobody has waited for? */
static int
is_gone(long pid)
{
	char name[64], state = 'Z';
	FILE *f;
	int i;

	assert_true(pid > 1);
	snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
	for (i = 0; i < 100; i++) {
		if ((f = fopen(name, "r")) == NULL)
			return 1;
		if (fscanf(f, "%*d %*s %c", &state) != 1)
			state = 'Z';
		fclose(f);
		if (state == 'Z')
			return 1;
		usleep(20000);
	}
	return 0;
}

static void
test_spawn(void **state)
{
	struct err e = ERR_INIT;
	int status, fd, extra;
	struct buf out;

	(void)state;
	/* its environment is what it was given; no other descriptor */
	fd = open("/dev/null", O_RDONLY);
	extra = dup2(fd, 77);
	setenv("SECRET", "word", 1);
	assert_int_equal(run("#!/bin/sh\nls /proc/$$/fd | grep -x 77\n"
	    "env | grep -c SECRET\ncat\nexit 3\n", 10000, 1000, &out,
	    &status, &e), 0);
	assert_string_equal(buf_str(&out), "0\n");
	assert_int_equal(status, 3);
	buf_release(&out);
	close(fd);
	close(extra);
	/* more than its maximum; longer than its time, children too */
	assert_int_equal(run("#!/bin/sh\nexec yes\n", 10000, 1000, &out,
	    &status, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	buf_release(&out);
	assert_int_equal(run("#!/bin/sh\nsleep 60 &\necho $!\nwait\n", 500,
	    1000, &out, &status, &e), -1);
	assert_non_null(strstr(e.msg, "timed out"));
	assert_true(is_gone(strtol(buf_str(&out), NULL, 10)));
	buf_release(&out);
	/* a signal; a file that is no program */
	assert_int_equal(run("#!/bin/sh\nkill -9 $$\n", 10000, 1000, &out,
	    &status, &e), 0);
	assert_int_equal(status, 128 + 9);
	buf_release(&out);
	assert_int_equal(run("#!/no/such/interpreter\n", 10000, 1000, &out,
	    &status, &e), 0);
	assert_int_equal(status, 127);
	buf_release(&out);
}

static void
test_find(void **state)
{
	struct err e = ERR_INIT;
	struct buf out;
	char list[512];

	(void)state;
	write_file("found", 0700, "#!/bin/sh\n");
	write_file("unfit", 0600, "#!/bin/sh\n");
	buf_init(&out, 1000, "a path");
	snprintf(list, sizeof(list), "relative::%s:/usr/bin", dir);
	setenv("PATH", list, 1);
	assert_int_equal(spawn_find("found", &out, &e), 0);
	assert_string_equal(buf_str(&out), path("found"));
	assert_int_equal(spawn_find("unfit", &out, &e), -1);
	assert_int_equal(e.class, ERR_ABSENT);
	assert_int_equal(spawn_find("no-such-program", &out, &e), -1);
	/* Go takes nothing from the current directory, however it is named */
	assert_int_equal(chdir(dir), 0);
	setenv("PATH", ".:", 1);
	assert_int_equal(spawn_find("found", &out, &e), -1);
	buf_reset(&out);
	assert_int_equal(spawn_find("./found", &out, &e), 0);
	buf_release(&out);
	setenv("PATH", "/usr/bin:/bin", 1);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = {
		"token", "plugin", "runs", "program", "found", "unfit"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		unlink(path(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_file),
		cmocka_unit_test(test_not_in_the_clear),
		cmocka_unit_test(test_plugin),
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_pair_is_over),
		cmocka_unit_test(test_spawn),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
