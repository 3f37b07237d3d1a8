/*
 * A backup that meets a full disk or a kill -9 at each of its steps, and in
 * which order the steps are.  The linker puts our mkdirat() and so on in the
 * place of the system's (UNIT_WRAP_backup_fail in tests.mk).
 */
#include "tests/unit/unit.h"
#include "tests/unit/path.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cmd/rotate/backup.h"

#define SECRET	"apiVersion: v1\nkind: Secret\n"
#define KILLED	9	/* exit status of who was killed */

static char top[] = "/tmp/test_backup_fail.XXXXXX";

static struct {
	int	 on;
	int	 n;		/* effects so far */
	int	 full_at;	/* this one says ENOSPC */
	int	 kill_before;	/* at this one the process ends */
	int	 kill_after;
	size_t	 most;		/* bytes that a write() takes, if not 0 */
	int	 interrupt;	/* each second one says EINTR */
	int	 interrupted;
	char	 log[2048];
} sys;

int	__real_mkdirat(int at, const char *name, mode_t mode);
int	__wrap_mkdirat(int at, const char *name, mode_t mode);
int	__real_openat(int at, const char *name, int flags, ...);
int	__wrap_openat(int at, const char *name, int flags, ...);
int	__real_fchmod(int fd, mode_t mode);
int	__wrap_fchmod(int fd, mode_t mode);
ssize_t	__real_write(int fd, const void *p, size_t n);
ssize_t	__wrap_write(int fd, const void *p, size_t n);
int	__real_fsync(int fd);
int	__wrap_fsync(int fd);
int	__real_close(int fd);
int	__wrap_close(int fd);
int	__real_renameat(int at, const char *from, int to, const char *name);
int	__wrap_renameat(int at, const char *from, int to, const char *name);

/* What fd is called, for the log: times and temporary names left out. */
static const char *
name_of(int fd)
{
	static char path[512];
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	return strstr(path, top) == NULL ? path : strstr(path, top) +
	    strlen(top);
}

/* 1: the effect is not to be; errno says why. */
static int
effect(const char *verb, const char *name)
{
	size_t len = strlen(sys.log);

	if (!sys.on)
		return 0;
	snprintf(sys.log + len, sizeof(sys.log) - len, "%s %s\n", verb, name);
	sys.n++;
	if (sys.n == sys.kill_before)
		_exit(KILLED);
	errno = ENOSPC;
	return sys.n == sys.full_at;
}

static int
interrupted(void)
{
	errno = EINTR;
	return sys.on && sys.interrupt && (sys.interrupted ^= 1);
}

static void
behind(void)
{
	if (sys.on && sys.n == sys.kill_after)
		_exit(KILLED);
}

int
__wrap_mkdirat(int at, const char *name, mode_t mode)
{
	int ret;

	if (effect("mkdir", name))
		return -1;
	ret = __real_mkdirat(at, name, mode);
	behind();
	return ret;
}

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	int ret;

	if ((flags & O_CREAT) == 0)
		return __real_openat(at, name, flags);
	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (effect("create", name))
		return -1;
	ret = __real_openat(at, name, flags, mode);
	behind();
	return ret;
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	int ret;

	if (effect("chmod", name_of(fd)))
		return -1;
	ret = __real_fchmod(fd, mode);
	behind();
	return ret;
}

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	ssize_t ret;

	if (interrupted())
		return -1;
	if (effect("write", name_of(fd)))
		return -1;
	if (sys.on && sys.most > 0 && n > sys.most)
		n = sys.most;
	ret = __real_write(fd, p, n);
	behind();
	return ret;
}

int
__wrap_fsync(int fd)
{
	int ret;

	if (interrupted())
		return -1;
	if (effect("fsync", name_of(fd)))
		return -1;
	ret = __real_fsync(fd);
	behind();
	return ret;
}

/* Of what can be written only. */
int
__wrap_close(int fd)
{
	int full;

	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		return __real_close(fd);
	full = effect("close", name_of(fd));
	if (__real_close(fd) == 0 && !full) {
		behind();
		return 0;
	}
	errno = ENOSPC;
	return -1;
}

int
__wrap_renameat(int at, const char *from, int to, const char *name)
{
	int ret;

	if (effect("rename", name))
		return -1;
	ret = __real_renameat(at, from, to, name);
	behind();
	return ret;
}

static const char *
path(const char *name)
{
	return path_in(top, name);
}

static int
setup(void **state)
{
	char cmd[128];

	(void)state;
	memset(&sys, 0, sizeof(sys));
	snprintf(cmd, sizeof(cmd), "rm -rf %s/*", top);
	umask(022);
	return system(cmd) != 0 || setenv("XDG_STATE_HOME", top, 1) == -1 ?
	    -1 : 0;
}

static int
is_there(const char *name)
{
	struct stat st;

	return lstat(path(name), &st) == 0;
}

/* A whole backup; its directory is closed again. */
static int
back_up(const char *dir, const char *audit, struct err *e)
{
	const struct backup_where w = { dir, "https://h", "i", 0 };
	struct backup *b;
	int ret;

	sys.on = 1;
	if ((ret = backup_new(&w, &b, e)) == 0)
		ret = backup_write(b, BACKUP_SECRET, SECRET, strlen(SECRET),
		    e);
	if (ret == 0 && audit != NULL)
		ret = backup_audit(b, audit, e);
	sys.on = 0;
	backup_close(b);
	return ret;
}

static const char *
latest(void)
{
	const struct backup_where w = { NULL, "https://h", "i", 0 };
	static char s[64];
	struct err e = ERR_INIT;
	struct backup *b;
	struct buf out;

	assert_int_equal(backup_latest(&w, &b, &e), 0);
	if (b == NULL)
		return "none";
	buf_init_secret(&out, sizeof(s), "a Secret");
	assert_int_equal(backup_read(b, BACKUP_SECRET, &out, &e), 0);
	snprintf(s, sizeof(s), "%s", buf_str(&out));
	buf_release(&out);
	backup_close(b);
	return s;
}

/* Nothing has its name before what it names is on the disk. */
static void
test_order(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(back_up(path("a/one"), "patch", &e), 0);
	assert_string_equal(sys.log,
	    "mkdir a\n"
	    "fsync \n"
	    "mkdir one\n"
	    "fsync /a\n"
	    "create secret.yaml.part\n"
	    "chmod /a/one/secret.yaml.part\n"
	    "write /a/one/secret.yaml.part\n"
	    "fsync /a/one/secret.yaml.part\n"
	    "close /a/one/secret.yaml.part\n"
	    "rename secret.yaml\n"
	    "fsync /a/one\n"
	    "create audit.log\n"
	    "chmod /a/one/audit.log\n"
	    "write /a/one/audit.log\n"
	    "fsync /a/one/audit.log\n"
	    "fsync /a/one\n"
	    "close /a/one/audit.log\n");
}

static void
test_short_writes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	sys.most = 7;
	sys.interrupt = 1;
	assert_int_equal(back_up(NULL, "a line of more", &e), 0);
	assert_string_equal(latest(), SECRET);
}

/* ENOSPC at each step: one error, and nothing half-written stays. */
static void
test_full(void **state)
{
	int n, failed = 0, left;

	for (n = 1; ; n++) {
		struct err e = ERR_INIT;

		setup(state);
		sys.full_at = n;
		sys.most = 10;
		if (back_up(path("a/one"), NULL, &e) == 0)
			break;
		failed++;
		left = is_there("a/one");
		if (left || e.class != ERR_IO || strstr(e.msg,
		    "/a") == NULL || strstr(e.msg, "No space left") == NULL)
			fail_msg("step %d: %s%s\n%s", n, e.msg, left ?
			    ": it stays" : "", sys.log);
	}
	/* test_order's eleven, and two more writes */
	assert_int_equal(failed, 13);
}

static void
test_full_audit(void **state)
{
	struct stat st;
	int n, failed = 0, old;

	for (old = 0; old < 2; old++)
		for (n = 12; ; n++) {
			struct err e = ERR_INIT;
			struct backup *b;
			int ret;

			setup(state);
			assert_int_equal(back_up(path("a/one"),
			    old ? "patch" : NULL, &e), 0);
			assert_int_equal(backup_open(path("a/one"), &b, &e),
			    0);
			sys.n = 11;
			sys.full_at = n;
			sys.most = 2;
			sys.on = 1;
			ret = backup_audit(b, "next", &e);
			sys.on = 0;
			backup_close(b);
			if (ret == 0)
				break;
			failed++;
			assert_int_equal(e.class, ERR_IO);
			assert_non_null(strstr(e.msg, "No space left"));
			assert_int_equal(is_there("a/one/secret.yaml"), 1);
			assert_int_equal(is_there("a/one/audit.log"), old);
			if (!old)
				continue;
			assert_int_equal(stat(path("a/one/audit.log"), &st), 0);
			assert_int_equal(st.st_size, strlen("patch\n"));
		}
	/* create, chmod, three writes, two fsyncs; the writes and one fsync */
	assert_int_equal(failed, 7 + 4);
}

/* The process ends before or after step n; 0 when it got through. */
static int
killed(int n, int after)
{
	struct err e = ERR_INIT;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		*(after ? &sys.kill_after : &sys.kill_before) = n;
		_exit(back_up(NULL, NULL, &e) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 1);
	return WEXITSTATUS(status) == KILLED;
}

/* A torn one is not taken for one, and does not stop the next. */
static void
test_killed(void **state)
{
	struct err e = ERR_INIT;
	int n, after, points = 0, whole;

	for (after = 0; after < 2; after++)
		for (n = 1; ; n++) {
			setup(state);
			if (!killed(n, after))
				break;
			points++;
			/* four times mkdir and fsync, then test_order's */
			whole = after ? n >= 14 : n > 14;
			assert_string_equal(latest(), whole ? SECRET : "none");
			if (back_up(NULL, NULL, &e) == -1)
				fail_msg("behind %d: %s", n, e.msg);
			assert_string_equal(latest(), SECRET);
		}
	assert_int_equal(points, 2 * 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_short_writes, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_full_audit, setup),
		cmocka_unit_test_setup(test_killed, setup),
	};
	int ret;

	if (mkdtemp(top) == NULL)
		return 1;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	setup(NULL);
	rmdir(top);
	return ret;
}
