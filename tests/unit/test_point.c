/* Crash points, as they are in a torture's build. */
#undef KI_POINTS
#define KI_POINTS
#include "tests/unit/unit.h"

#include <sys/wait.h>
#include <string.h>

#include "base/point.c"

static char log_name[] = "/tmp/test_point.XXXXXX";

static const char *
text(void)
{
	static char s[512];
	FILE *f = fopen(log_name, "r");

	assert_non_null(f);
	s[fread(s, 1, sizeof(s) - 1, f)] = '\0';
	fclose(f);
	return s;
}

/* Three points in a process of their own; its status. */
static int
run(const char *kill_at)
{
	int status;
	pid_t pid;

	assert_int_equal(truncate(log_name, 0), 0);
	if ((pid = fork()) == 0) {
		setenv("KI_POINTS_LOG", log_name, 1);
		if (kill_at != NULL)
			setenv("KI_POINTS_KILL", kill_at, 1);
		errno = ENOSPC;
		point("before fsync", "backup/secret.yaml");
		point("after fsync", "backup/secret.yaml");
		if (errno != ENOSPC)
			_exit(2);
		point("before rename", "backup/secret.yaml");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_count(void **state)
{
	(void)state;
	assert_int_equal(run(NULL), 0);
	assert_string_equal(text(), "1 before fsync backup/secret.yaml\n"
	    "2 after fsync backup/secret.yaml\n"
	    "3 before rename backup/secret.yaml\n");
	assert_int_equal(run("4"), 0);
}

static void
test_kill(void **state)
{
	int status;

	(void)state;
	status = run("2");
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_string_equal(text(), "1 before fsync backup/secret.yaml\n"
	    "2 after fsync backup/secret.yaml\n");
}

/* A torture without its list would prove nothing. */
static void
test_no_log(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		setenv("KI_POINTS_LOG", "/dev/full", 1);
		point("before fsync", "backup");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_no_log),
	};
	int fd, ret;

	if ((fd = mkstemp(log_name)) == -1)
		return 1;
	close(fd);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(log_name);
	return ret;
}
