/* The way to a backup, one directory at a time. */
#define _GNU_SOURCE	/* O_PATH */
#include <sys/types.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/point.h"
#include "cmd/rotate/backup_dir.h"

/* a directory on the way need not be readable: /home may be 0711 */
#ifdef O_PATH
#define PASS O_PATH
#else
#define PASS O_RDONLY
#endif
#define DIR_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

#define OUR_MODE 0700

/* path's first len bytes stand for the directory fd. */
struct walk {
	const char	*path;
	size_t		 len;
	int		 fd;
	char		 name[NAME_MAX + 1];	/* the last component */
};

/* It is open: may anybody else change what is in it? */
static int
check(int fd, const char *path, size_t len, mode_t refused, struct err *e)
{
	struct stat st;
	int n = (int)len;

	if (fstat(fd, &st) == -1)
		return err_sys(e, errno, "cannot examine '%.*s'", n, path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(e, ERR_CONFIG, "the directory '%.*s' on the "
		    "backup's path belongs to uid %lu, neither to you nor to "
		    "root", n, path, (unsigned long)st.st_uid);
	if ((refused & S_IRGRP) == 0 && (st.st_mode & S_ISVTX) != 0)
		return 0;
	if ((st.st_mode & refused) != 0)
		return err_set(e, ERR_CONFIG, "the directory '%.*s' on the "
		    "backup's path is open to others (mode %04o): chmod %s "
		    "it", n, path, (unsigned)st.st_mode & 07777,
		    (refused & S_IRGRP) != 0 ? "0700" : "go-w");
	return 0;
}

/* openat() has failed: say why, in the words of what is there. */
static int
why_not(int at, const char *name, const char *path, size_t len, struct err *e)
{
	struct stat st;
	int saved = errno, n = (int)len;

	if (saved == ENOENT)
		return err_set(e, ERR_ABSENT, "there is no directory '%.*s'",
		    n, path);
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISLNK(st.st_mode))
			return err_set(e, ERR_CONFIG, "'%.*s' on the backup's "
			    "path is a symbolic link: give the path that it "
			    "leads to", n, path);
		if (!S_ISDIR(st.st_mode))
			return err_set(e, ERR_CONFIG, "'%.*s' on the backup's "
			    "path is not a directory", n, path);
	}
	return err_sys(e, saved, "cannot open '%.*s'", n, path);
}

int
backup_dir_again(int at)
{
	return openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
backup_dir_sync(int at, const char *object)
{
	int fd, n, saved;

	if ((fd = backup_dir_again(at)) == -1)
		return -1;
	point("before fsync", object);
	while ((n = fsync(fd)) == -1 && errno == EINTR)
		continue;
	saved = errno;
	point("after fsync", object);
	close(fd);
	errno = saved;
	/* a file system that cannot sync a directory says EINVAL */
	return n == -1 && errno == EINVAL ? 0 : n;
}

void
backup_dir_remove(int at, const char *name, const char *object)
{
	int saved = errno;

	point("before rmdir", object);
	(void)unlinkat(at, name, AT_REMOVEDIR);
	point("after rmdir", object);
	errno = saved;
}

/* A umask of 0777 would make what cannot be opened; a default ACL, more. */
static int
make_dir(int at, const char *name, const char *object)
{
	mode_t old = umask(077);
	int n, saved;

	point("before mkdir", object);
	n = mkdirat(at, name, OUR_MODE);
	saved = errno;
	point("after mkdir", object);
	umask(old);
	errno = saved;
	if (n == -1)
		return -1;
	if (backup_dir_sync(at, "backup/..") == 0)
		return 0;
	backup_dir_remove(at, name, object);
	return -1;
}

static int
enter(struct walk *w, int make, struct err *e)
{
	int fd;

	fd = openat(w->fd, w->name, PASS | DIR_FLAGS);
	if (fd == -1 && errno == ENOENT && make) {
		if (make_dir(w->fd, w->name, "backup/..") == -1 &&
		    errno != EEXIST)
			return err_sys(e, errno, "cannot make the directory "
			    "'%.*s'", (int)w->len, w->path);
		fd = openat(w->fd, w->name, PASS | DIR_FLAGS);
	}
	if (fd == -1)
		return why_not(w->fd, w->name, w->path, w->len, e);
	close(w->fd);
	w->fd = fd;
	return check(fd, w->path, w->len, S_IWGRP | S_IWOTH, e);
}

/* 1: w->name is the next component; 0: there is none; -1. */
static int
next(struct walk *w, size_t len, struct err *e)
{
	size_t n = 0;

	while (w->len < len && w->path[w->len] == '/')
		w->len++;
	while (w->len + n < len && w->path[w->len + n] != '/')
		n++;
	if (n >= sizeof(w->name))
		return err_sys(e, ENAMETOOLONG, "cannot open '%.*s'", (int)len,
		    w->path);
	memcpy(w->name, w->path + w->len, n);
	w->name[n] = '\0';
	w->len += n;
	return n > 0;
}

int
backup_dir_walk(const char *path, size_t len, int make, struct err *e)
{
	const char *top = len > 0 && path[0] == '/' ? "/" : ".";
	struct walk w = { path, 0, -1, "" };
	int ret;

	if ((w.fd = open(top, PASS | DIR_FLAGS)) == -1)
		return err_sys(e, errno, "cannot open '%s'", top);
	ret = check(w.fd, top, 1, S_IWGRP | S_IWOTH, e);
	while (ret == 0 && (ret = next(&w, len, e)) == 1)
		ret = enter(&w, make, e);
	if (ret == 0)
		return w.fd;
	close(w.fd);
	return -1;
}

int
backup_dir_enter(int at, const char *name, const char *path, struct err *e)
{
	size_t len = strlen(path);
	int fd;

	if ((fd = openat(at, name, O_RDONLY | DIR_FLAGS)) == -1)
		return why_not(at, name, path, len, e);
	if (check(fd, path, len, S_IRWXG | S_IRWXO, e) == 0)
		return fd;
	close(fd);
	return -1;
}

int
backup_dir_make(int at, const char *name, const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (make_dir(at, name, "backup") == -1) {
		if (errno != EEXIST)
			return err_sys(e, errno, "cannot make the backup "
			    "directory '%s'", path);
		if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode)) {
			errno = ELOOP;
			return why_not(at, name, path, strlen(path), e);
		}
		return err_set(e, ERR_IO, "the backup directory '%s' exists: "
		    "it is never written over, name another", path);
	}
	if ((fd = backup_dir_enter(at, name, path, e)) == -1)
		backup_dir_remove(at, name, "backup");
	return fd;
}
