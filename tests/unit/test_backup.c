/* Where a backup goes, who can get at it, and which one is found again. */
#include "tests/unit/unit.h"
#include "tests/unit/path.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/rotate/backup.h"

#define NOBODY	65534
/* date -u -d 2026-11-28T00:32:35Z +%s */
#define NOW	INT64_C(1795825955)
#define SERVER	"https://10.0.0.1:6443"
/* printf %s https://10.0.0.1:6443 | sha256sum | cut -c1-16 */
#define HASH	"b8e61dd99b9e0c42"
#define KEY	"apiVersion: v1\nkind: Secret\n"

static char top[] = "/tmp/test_backup.XXXXXX";

static struct backup_where where = { NULL, SERVER, "istio-system", NOW };

static const char *
path(const char *name)
{
	return path_in(top, name);
}

/* What was before is gone; HOME is there and empty. */
static int
setup(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s/*", top);
	umask(022);
	if (system(cmd) != 0 || mkdir(path("home"), 0755) != 0)
		return -1;
	where.dir = NULL;
	where.now = NOW;
	unsetenv("XDG_STATE_HOME");
	return setenv("HOME", path("home"), 1);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(path(name), &st), 0);
	return st.st_mode & 07777;
}

static int
is_there(const char *name)
{
	struct stat st;

	return lstat(path(name), &st) == 0;
}

static void
make(const char *dir, mode_t mode)
{
	assert_int_equal(mkdir(path(dir), 0700), 0);
	assert_int_equal(chmod(path(dir), mode), 0);
}

static void
put_file(const char *name, mode_t mode, const char *s)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	fputs(s, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path(name), mode), 0);
}

/* A complete one, at NAME or where it is put by itself. */
static void
back_up(const char *name, const char *secret)
{
	struct err e = ERR_INIT;
	struct backup *b;

	where.dir = name == NULL ? NULL : path(name);
	if (backup_new(&where, &b, &e) == -1)
		fail_msg("%s", e.msg);
	where.dir = NULL;
	assert_int_equal(backup_write(b, BACKUP_SECRET, secret, strlen(secret),
	    &e), 0);
	backup_close(b);
}

static void
refused_new(const char *name, enum err_class class, const char *why)
{
	struct err e = ERR_INIT;
	struct backup *b;

	where.dir = path(name);
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_null(b);
	if (e.class != class || strstr(e.msg, why) == NULL)
		fail_msg("%d %s, not %s", e.class, e.msg, why);
	where.dir = NULL;
}

static void
refused_open(const char *name, enum err_class class, const char *why)
{
	struct err e = ERR_INIT;
	struct backup *b;

	assert_int_equal(backup_open(path(name), &b, &e), -1);
	assert_null(b);
	if (e.class != class || strstr(e.msg, why) == NULL)
		fail_msg("%d %s, not %s", e.class, e.msg, why);
}

static void
refused_read(const char *name, enum err_class class, const char *why)
{
	struct err e = ERR_INIT;
	struct backup *b;
	struct buf out;

	buf_init_secret(&out, 2 * BACKUP_FILE_MAX, "a Secret");
	assert_int_equal(backup_open(path(name), &b, &e), 0);
	assert_int_equal(backup_read(b, BACKUP_SECRET, &out, &e), -1);
	assert_int_equal(out.len, 0);
	if (e.class != class || strstr(e.msg, why) == NULL)
		fail_msg("%d %s, not %s", e.class, e.msg, why);
	backup_close(b);
	buf_release(&out);
}

static const char *
latest(void)
{
	static char s[256];
	struct err e = ERR_INIT;
	struct backup *b;
	struct buf out;

	if (backup_latest(&where, &b, &e) == -1)
		fail_msg("%s", e.msg);
	assert_int_equal(e.class, ERR_NONE);
	if (b == NULL)
		return "none";
	buf_init_secret(&out, BACKUP_FILE_MAX, "a Secret");
	assert_int_equal(backup_read(b, backup_secret(b), &out, &e), 0);
	snprintf(s, sizeof(s), "%s", buf_str(&out));
	buf_release(&out);
	backup_close(b);
	return s;
}

static void
test_place(void **state)
{
	static const char own[] = "kubectl-istio/" HASH
	    "/istio-system/20261128T003235Z";
	struct err e = ERR_INIT;
	struct backup *b;
	char s[512];

	(void)state;
	assert_int_equal(backup_new(&where, &b, &e), 0);
	snprintf(s, sizeof(s), "%s/home/.local/state/%s", top, own);
	assert_string_equal(backup_path(b), s);
	assert_null(backup_secret(b));
	backup_close(b);
	/* relative: as if it were not set */
	setenv("XDG_STATE_HOME", "state", 1);
	assert_int_equal(backup_new(&where, &b, &e), 0);
	snprintf(s, sizeof(s), "%s/home/.local/state/%s-2", top, own);
	assert_string_equal(backup_path(b), s);
	backup_close(b);
	setenv("XDG_STATE_HOME", path("state"), 1);
	assert_int_equal(backup_new(&where, &b, &e), 0);
	snprintf(s, sizeof(s), "%s/state/%s", top, own);
	assert_string_equal(backup_path(b), s);
	backup_close(b);
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_int_equal(e.class, ERR_ABSENT);
	assert_string_equal(latest(), "none");
	where.istio_ns = "../x";
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_int_equal(e.class, ERR_FORMAT);
	where.istio_ns = "istio-system";
}

/* Whatever the umask: it is put back, too. */
static void
test_modes(void **state)
{
	static const mode_t mask[] = { 0, 022, 077, 0777 };
	struct err e = ERR_INIT;
	struct backup *b;
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mask); i++) {
		snprintf(name, sizeof(name), "m%zu/a/b/one", i);
		where.dir = path(name);
		umask(mask[i]);
		assert_int_equal(backup_new(&where, &b, &e), 0);
		assert_int_equal(backup_write(b, BACKUP_SECRET, KEY,
		    strlen(KEY), &e), 0);
		assert_int_equal(backup_audit(b, "patch", &e), 0);
		backup_close(b);
		assert_int_equal(umask(022), mask[i]);
		snprintf(name, sizeof(name), "m%zu", i);
		assert_int_equal(mode_of(name), 0700);
		snprintf(name, sizeof(name), "m%zu/a", i);
		assert_int_equal(mode_of(name), 0700);
		snprintf(name, sizeof(name), "m%zu/a/b/one", i);
		assert_int_equal(mode_of(name), 0700);
		snprintf(name, sizeof(name), "m%zu/a/b/one/secret.yaml", i);
		assert_int_equal(mode_of(name), 0600);
		snprintf(name, sizeof(name), "m%zu/a/b/one/audit.log", i);
		assert_int_equal(mode_of(name), 0600);
	}
}

static void
test_exists(void **state)
{
	struct err e = ERR_INIT;
	struct backup *b;
	int n;

	(void)state;
	make("one", 0700);
	refused_new("one", ERR_IO, "exists");
	refused_new("one///", ERR_IO, "exists");
	put_file("file", 0600, "");
	refused_new("file", ERR_IO, "exists");
	refused_new("file/one", ERR_CONFIG, "not a directory");
	where.dir = "";
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_int_equal(e.class, ERR_CONFIG);
	where.dir = "/";
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_int_equal(e.class, ERR_CONFIG);
	where.dir = NULL;
	/* nine in a second, and each is another */
	for (n = 0; n < 9; n++)
		back_up(NULL, KEY);
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_int_equal(e.class, ERR_IO);
	/* a file in one, whole or torn, is not written over */
	assert_int_equal(backup_latest(&where, &b, &e), 0);
	assert_int_equal(backup_write(b, BACKUP_SECRET, "x", 1, &e), -1);
	assert_non_null(strstr(e.msg, "exists"));
	assert_string_equal(latest(), KEY);
	assert_int_equal(backup_write(b, "../x", "x", 1, &e), -1);
	assert_int_equal(backup_write(b, ".x", "x", 1, &e), -1);
	backup_close(b);
	make("torn", 0700);
	put_file("torn/secret.yaml.cms", 0600, KEY);
	put_file("torn/secret.yaml.part", 0600, "half");
	assert_int_equal(backup_open(path("torn"), &b, &e), 0);
	assert_string_equal(backup_secret(b), BACKUP_SEALED);
	assert_int_equal(backup_write(b, BACKUP_SECRET, "x", 1, &e), -1);
	assert_int_equal(is_there("torn/secret.yaml.part"), 1);
	assert_int_equal(is_there("torn/secret.yaml"), 0);
	backup_close(b);
}

/* At each depth, made by whomever: refused, by name, and nothing is made. */
static void
test_symlinks(void **state)
{
	(void)state;
	make("real", 0700);
	make("real/in", 0700);
	assert_int_equal(symlink(path("real"), path("link")), 0);
	assert_int_equal(symlink("in", path("real/link")), 0);
	assert_int_equal(symlink("gone", path("real/dangling")), 0);
	refused_new("link/one", ERR_CONFIG, "/link' on the backup's path is a "
	    "symbolic link");
	refused_new("link/in/one", ERR_CONFIG, "/link' on");
	refused_new("real/link/one", ERR_CONFIG, "/real/link' on");
	refused_new("real/link/new/one", ERR_CONFIG, "/real/link' on");
	refused_new("real/link", ERR_CONFIG, "/real/link' on");
	refused_new("real/link/", ERR_CONFIG, "/real/link' on");
	refused_new("real/dangling", ERR_CONFIG, "/real/dangling' on");
	refused_new("real/dangling/one", ERR_CONFIG, "/real/dangling' on");
	assert_int_equal(is_there("real/one"), 0);
	assert_int_equal(is_there("real/in/one"), 0);
	assert_int_equal(is_there("real/gone"), 0);
	back_up("real/in/one", KEY);
	refused_open("link/in/one", ERR_CONFIG, "/link' on");
	refused_open("real/link/one", ERR_CONFIG, "/real/link' on");
	assert_int_equal(symlink("in/one", path("real/two")), 0);
	refused_open("real/two", ERR_CONFIG, "/real/two' on");
	refused_open("real/two/", ERR_CONFIG, "/real/two' on");
	/* where it goes by itself */
	assert_int_equal(symlink(path("real"), path("home/.local")), 0);
	refused_new("home/.local/state/x", ERR_CONFIG, "/.local' on");
	/* and in a backup */
	assert_int_equal(rename(path("real/in/one/secret.yaml"), path("key")),
	    0);
	assert_int_equal(symlink(path("key"),
	    path("real/in/one/secret.yaml")), 0);
	refused_read("real/in/one", ERR_CONFIG, "symbolic link");
}

static void
test_others(void **state)
{
	(void)state;
	make("open", 0777);
	refused_new("open/one", ERR_CONFIG, "(mode 0777): chmod go-w");
	refused_new("open/a/b/one", ERR_CONFIG, "/open' on");
	assert_int_equal(is_there("open/a"), 0);
	chmod(path("open"), 0775);
	refused_new("open/one", ERR_CONFIG, "open to others");
	chmod(path("open"), 0757);
	refused_new("open/one", ERR_CONFIG, "open to others");
	chmod(path("open"), 01777);
	back_up("open/one", KEY);
	chmod(path("open"), 0755);
	back_up("open/two", KEY);
	/* a backup itself */
	chmod(path("open/two"), 0750);
	refused_open("open/two", ERR_CONFIG, "(mode 0750): chmod 0700");
	chmod(path("open/two"), 01705);
	refused_open("open/two", ERR_CONFIG, "(mode 1705): chmod 0700");
	chmod(path("open/two"), 01700);
	chmod(path("open/two/secret.yaml"), 0640);
	refused_read("open/two", ERR_CONFIG, "(mode 0640): chmod 0600");
	if (geteuid() != 0)
		return;
	chmod(path("open/two/secret.yaml"), 0600);
	assert_int_equal(chown(path("open/two/secret.yaml"), NOBODY, 0), 0);
	refused_read("open/two", ERR_CONFIG, "uid 65534");
	assert_int_equal(chown(path("open/two"), NOBODY, 0), 0);
	refused_open("open/two", ERR_CONFIG, "uid 65534");
	assert_int_equal(chown(path("open"), NOBODY, 0), 0);
	refused_open("open/one", ERR_CONFIG, "/open' on");
	refused_new("open/three", ERR_CONFIG, "/open' on");
	chmod(path("open"), 01777);
	refused_new("open/three", ERR_CONFIG, "/open' on");
}

/* What stands where a file should. */
static void
test_no_file(void **state)
{
	(void)state;
	refused_open("one", ERR_ABSENT, "no directory");
	make("one", 0700);
	refused_open("one", ERR_ABSENT, "not complete");
	assert_int_equal(mkfifo(path("one/secret.yaml"), 0600), 0);
	refused_read("one", ERR_CONFIG, "not a regular file");
	unlink(path("one/secret.yaml"));
	put_file("key", 0600, KEY);
	assert_int_equal(link(path("key"), path("one/secret.yaml")), 0);
	refused_read("one", ERR_CONFIG, "has 2 names");
	unlink(path("key"));
	/* one byte too many */
	assert_int_equal(truncate(path("one/secret.yaml"), 2097153), 0);
	refused_read("one", ERR_LIMIT, "limit of 2097152 bytes");
}

static void
test_largest(void **state)
{
	struct err e = ERR_INIT;
	struct backup *b;
	struct buf out;
	char *p;

	(void)state;
	p = calloc(1, BACKUP_FILE_MAX + 1);
	assert_non_null(p);
	p[BACKUP_FILE_MAX - 1] = 'x';
	where.dir = path("one");
	assert_int_equal(backup_new(&where, &b, &e), 0);
	assert_int_equal(backup_write(b, BACKUP_SECRET, p, BACKUP_FILE_MAX + 1,
	    &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_int_equal(backup_write(b, BACKUP_SECRET, p, BACKUP_FILE_MAX,
	    &e), 0);
	buf_init_secret(&out, BACKUP_FILE_MAX, "a Secret");
	assert_int_equal(backup_read(b, BACKUP_SECRET, &out, &e), 0);
	assert_int_equal(out.len, BACKUP_FILE_MAX);
	assert_memory_equal(out.p, p, BACKUP_FILE_MAX);
	assert_int_equal(backup_read(b, "none", &out, &e), -1);
	assert_int_equal(e.class, ERR_ABSENT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	backup_close(b);
	free(p);
}

static void
test_relative(void **state)
{
	struct err e = ERR_INIT;
	struct backup *b;

	(void)state;
	assert_int_equal(chdir(path("home")), 0);
	where.dir = "../rel//./one";
	assert_int_equal(backup_new(&where, &b, &e), 0);
	assert_string_equal(backup_path(b), "../rel//./one");
	assert_int_equal(mode_of("rel/one"), 0700);
	backup_close(b);
	where.dir = "two";
	assert_int_equal(backup_new(&where, &b, &e), 0);
	assert_int_equal(mode_of("home/two"), 0700);
	backup_close(b);
	chmod(path("home"), 0777);
	where.dir = "three";
	assert_int_equal(backup_new(&where, &b, &e), -1);
	assert_non_null(strstr(e.msg, "'.' on the backup's path is open"));
	assert_int_equal(chdir("/"), 0);
}

static int
on_each(void *arg, struct backup **b, struct err *e)
{
	char *s = arg;

	(void)e;
	strncat(s, strrchr(backup_path(*b), '/'), 100);
	return strstr(s, "-2") != NULL;
}

static void
test_newest_first(void **state)
{
	static const char base[] = "home/.local/state/kubectl-istio/" HASH
	    "/istio-system";
	struct err e = ERR_INIT;
	char s[512] = "", name[256];

	(void)state;
	assert_string_equal(latest(), "none");
	back_up(NULL, "first");
	assert_string_equal(latest(), "first");
	back_up(NULL, "second");
	assert_string_equal(latest(), "second");
	where.now = NOW + 86400 * 40;
	back_up(NULL, "fourth");
	where.now = NOW + 1;
	back_up(NULL, "third");
	assert_string_equal(latest(), "fourth");
	/* another's, and what is no backup */
	where.istio_ns = "istio-other";
	assert_string_equal(latest(), "none");
	where.istio_ns = "istio-system";
	where.server = SERVER "/";
	assert_string_equal(latest(), "none");
	where.server = SERVER;
	snprintf(name, sizeof(name), "%s/20991231T000000Z.old", base);
	back_up(name, "no");
	snprintf(name, sizeof(name), "%s/20991231T000000Z-1", base);
	back_up(name, "no");
	/* torn: killed before a file, or in one */
	snprintf(name, sizeof(name), "%s/20991231T000000Z", base);
	make(name, 0700);
	assert_string_equal(latest(), "fourth");
	strcat(name, "/secret.yaml.part");
	put_file(name, 0600, "ha");
	assert_string_equal(latest(), "fourth");
	assert_int_equal(backup_each(&where, on_each, s, &e), 0);
	assert_string_equal(s, "/20270107T003235Z/20261128T003236Z"
	    "/20261128T003235Z-2");
	/* --backup-dir goes before, and may be torn or not be there */
	where.dir = path("mine");
	assert_string_equal(latest(), "fourth");
	make("mine", 0700);
	assert_string_equal(latest(), "fourth");
	back_up("mine/own", "own");
	where.dir = path("mine/own");
	assert_string_equal(latest(), "own");
	where.dir = NULL;
	/* somebody was at it */
	snprintf(name, sizeof(name), "%s/20991231T000000Z-2", base);
	assert_int_equal(symlink("20261128T003235Z", path(name)), 0);
	assert_int_equal(backup_each(&where, on_each, s, &e), -1);
	assert_int_equal(e.class, ERR_CONFIG);
}

static void
audit_is(const char *want)
{
	char got[256];
	FILE *f = fopen(path("one/audit.log"), "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void
test_audit(void **state)
{
	struct err e = ERR_INIT;
	struct backup *b;
	char wide[BACKUP_LINE_MAX + 2];

	(void)state;
	back_up("one", KEY);
	assert_int_equal(backup_open(path("one"), &b, &e), 0);
	assert_int_equal(backup_audit(b, "patch\ta", &e), 0);
	audit_is("patch\ta\n");
	assert_int_equal(backup_audit(b, "patch b", &e), 0);
	assert_int_equal(backup_audit(b, "b\nforged", &e), -1);
	assert_int_equal(backup_audit(b, "b\033[1m", &e), -1);
	memset(wide, 'x', sizeof(wide));
	wide[BACKUP_LINE_MAX + 1] = '\0';
	assert_int_equal(backup_audit(b, wide, &e), -1);
	audit_is("patch\ta\npatch b\n");
	put_file("one/audit.log", 0600, "patch a\npat");
	assert_int_equal(backup_audit(b, "patch b", &e), 0);
	audit_is("patch a\npat\npatch b\n");
	wide[BACKUP_LINE_MAX] = '\0';
	assert_int_equal(backup_audit(b, wide, &e), 0);
	unlink(path("one/audit.log"));
	put_file("log", 0600, "");
	assert_int_equal(symlink(path("log"), path("one/audit.log")), 0);
	assert_int_equal(backup_audit(b, "x", &e), -1);
	unlink(path("one/audit.log"));
	assert_int_equal(link(path("log"), path("one/audit.log")), 0);
	assert_int_equal(backup_audit(b, "x", &e), -1);
	unlink(path("one/audit.log"));
	assert_int_equal(mkfifo(path("one/audit.log"), 0600), 0);
	assert_int_equal(backup_audit(b, "x", &e), -1);
	assert_int_equal(e.class, ERR_CONFIG);
	backup_close(b);
}

/* A limit of the kernel's own, for want of a full disk: EFBIG half-way. */
static void
test_no_room(void **state)
{
	struct rlimit old, small;
	struct err e = ERR_INIT;
	struct backup *b;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 10;
	where.dir = path("one");
	assert_int_equal(backup_new(&where, &b, &e), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(backup_write(b, BACKUP_SECRET, KEY, strlen(KEY), &e),
	    -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(e.class, ERR_IO);
	assert_non_null(strstr(e.msg, "cannot write the backup '"));
	assert_non_null(strstr(e.msg, "/one/secret.yaml': "));
	assert_int_equal(is_there("one"), 0);
	backup_close(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_place, setup),
		cmocka_unit_test_setup(test_modes, setup),
		cmocka_unit_test_setup(test_exists, setup),
		cmocka_unit_test_setup(test_symlinks, setup),
		cmocka_unit_test_setup(test_others, setup),
		cmocka_unit_test_setup(test_no_file, setup),
		cmocka_unit_test_setup(test_largest, setup),
		cmocka_unit_test_setup(test_relative, setup),
		cmocka_unit_test_setup(test_newest_first, setup),
		cmocka_unit_test_setup(test_audit, setup),
		cmocka_unit_test_setup(test_no_room, setup),
	};
	int ret;

	if (mkdtemp(top) == NULL)
		return 1;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	setup(NULL);
	rmdir(path("home"));
	rmdir(top);
	return ret;
}
