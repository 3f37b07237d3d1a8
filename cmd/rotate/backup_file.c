/* The files of a backup: whole, or not there. */
#include <sys/types.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/point.h"
#include "cmd/rotate/backup_dir.h"

#define NAME_LEN	40
#define OUR_MODE	0600
#define FILE_FLAGS	(O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define READ_SIZE	4096

/* A file's names: while it is written, and for the points. */
struct file {
	const char	*name;
	char		 part[NAME_LEN + sizeof(".part")];
	char		 object[NAME_LEN + sizeof("backup/")];
};

static int
file_init(struct file *f, const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_LEN || name[0] == '.' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n)
		return err_set(e, ERR_FORMAT, "'%s' is no name of a backup's "
		    "file", name);
	f->name = name;
	snprintf(f->part, sizeof(f->part), "%s.part", name);
	snprintf(f->object, sizeof(f->object), "backup/%s", name);
	return 0;
}

static int
write_all(int fd, const char *object, const char *p, size_t n)
{
	ssize_t w;

	while (n > 0) {
		point("before write", object);
		w = write(fd, p, n);
		point("after write", object);
		if (w == 0)
			errno = EIO;
		if (w == -1 && errno == EINTR)
			continue;
		if (w <= 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
sync_file(int fd, const char *object)
{
	int n;

	point("before fsync", object);
	while ((n = fsync(fd)) == -1 && errno == EINTR)
		continue;
	point("after fsync", object);
	return n;
}

/* A new file, 0600 whatever the umask. */
static int
create(const struct backup *b, const char *name, const char *object)
{
	int fd, saved;

	point("before create", object);
	fd = openat(b->fd, name, O_RDWR | O_CREAT | O_EXCL | FILE_FLAGS,
	    OUR_MODE);
	point("after create", object);
	if (fd == -1 || fchmod(fd, OUR_MODE) == 0)
		return fd;
	saved = errno;
	close(fd);
	(void)unlinkat(b->fd, name, 0);
	errno = saved;
	return -1;
}

/* Behind a failure: a file, and the directory if it is empty now. */
static void
take_back(const struct backup *b, const char *name, const char *object)
{
	int saved = errno;

	if (name != NULL) {
		point("before unlink", object);
		(void)unlinkat(b->fd, name, 0);
		point("after unlink", object);
	}
	if (b->made)
		backup_dir_remove(b->parent, b->name, "backup");
	errno = saved;
}

static int
rename_it(const struct backup *b, const struct file *f)
{
	int n;

	point("before rename", f->object);
	n = renameat(b->fd, f->part, b->fd, f->name);
	point("after rename", f->object);
	return n;
}

/* 0, or -1 and errno with everything taken back. */
static int
put(const struct backup *b, const struct file *f, const void *p, size_t n)
{
	int fd, ret, saved;

	if ((fd = create(b, f->part, f->object)) == -1) {
		take_back(b, NULL, NULL);
		return -1;
	}
	ret = write_all(fd, f->object, p, n);
	if (ret == 0)
		ret = sync_file(fd, f->object);
	saved = errno;
	/* NFS says only here that the disk is full */
	if (close(fd) == -1 && errno != EINTR && ret == 0)
		ret = -1;
	else
		errno = saved;
	if (ret == -1 || rename_it(b, f) == -1) {
		take_back(b, f->part, f->object);
		return -1;
	}
	if (backup_dir_sync(b->fd, "backup") == 0)
		return 0;
	take_back(b, f->name, f->object);
	return -1;
}

int
backup_write(struct backup *b, const char *name, const void *p, size_t n,
    struct err *e)
{
	struct file f;
	struct stat st;

	if (file_init(&f, name, e) == -1)
		return -1;
	if (n > BACKUP_FILE_MAX)
		return err_set(e, ERR_LIMIT, "a file of the backup is over "
		    "the limit of %u bytes", BACKUP_FILE_MAX);
	/* nobody but us can put one there between this and the rename */
	if (fstatat(b->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, ERR_IO, "the backup '%s/%s' exists: a "
		    "backup is never overwritten", b->path, name);
	if (put(b, &f, p, n) == -1)
		return err_sys(e, errno, "cannot write the backup '%s/%s'",
		    b->path, name);
	return 0;
}

/* It is open: is it a file that only we (or root) can have written? */
static int
check(int fd, const struct backup *b, const char *name, struct stat *st,
    struct err *e)
{
	if (fstat(fd, st) == -1)
		return err_sys(e, errno, "cannot examine '%s/%s'", b->path,
		    name);
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_CONFIG, "'%s/%s' is not a regular file",
		    b->path, name);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(e, ERR_CONFIG, "'%s/%s' belongs to uid %lu, "
		    "neither to you nor to root", b->path, name,
		    (unsigned long)st->st_uid);
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(e, ERR_CONFIG, "'%s/%s' is open to others (mode "
		    "%04o): chmod 0600 it", b->path, name,
		    (unsigned)st->st_mode & 07777);
	if (st->st_nlink != 1)
		return err_set(e, ERR_CONFIG, "'%s/%s' has %lu names (hard "
		    "links), want one", b->path, name,
		    (unsigned long)st->st_nlink);
	return 0;
}

/* openat() has failed. */
static int
cannot_open(const struct backup *b, const char *name, struct err *e)
{
	if (errno == ENOENT)
		return err_set(e, ERR_ABSENT, "the backup '%s' has no '%s'",
		    b->path, name);
	if (errno == ELOOP)
		return err_set(e, ERR_CONFIG, "'%s/%s' is a symbolic link",
		    b->path, name);
	return err_sys(e, errno, "cannot open '%s/%s'", b->path, name);
}

/* READ_SIZE bytes at a time, so that out need not hold more than the file. */
static int
read_all(int fd, struct buf *out, struct err *e)
{
	char some[READ_SIZE];
	ssize_t n;
	int ret = 0;

	while (ret == 0) {
		if ((n = read(fd, some, sizeof(some))) == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			ret = err_sys(e, errno, "read");
		else if ((size_t)n > BACKUP_FILE_MAX - out->len)
			ret = err_set(e, ERR_LIMIT, "it is over the limit of "
			    "%u bytes", BACKUP_FILE_MAX);
		else
			ret = buf_append(out, some, (size_t)n, e);
	}
	explicit_bzero(some, sizeof(some));
	return ret;
}

int
backup_read(struct backup *b, const char *name, struct buf *out,
    struct err *e)
{
	struct file f;
	struct stat st;
	int fd, ret;

	buf_reset(out);
	if (file_init(&f, name, e) == -1)
		return -1;
	if ((fd = openat(b->fd, name, O_RDONLY | FILE_FLAGS)) == -1)
		return cannot_open(b, name, e);
	if ((ret = check(fd, b, name, &st, e)) == 0 &&
	    (ret = read_all(fd, out, e)) == -1) {
		buf_reset(out);
		err_prefix(e, "cannot read the backup '%s/%s'", b->path, name);
	}
	close(fd);
	return ret;
}

/* text: the line, ended, and before it the end of one that a crash tore. */
static int
audit_text(int fd, off_t size, const char *line, char *text)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return -1;
	snprintf(text, BACKUP_LINE_MAX + 3, "%s%s\n", last == '\n' ? "" :
	    "\n", line);
	return 0;
}

static int
append(struct backup *b, const struct file *f, int fd, const char *line,
    int created)
{
	char text[BACKUP_LINE_MAX + 3];
	off_t size = lseek(fd, 0, SEEK_END);
	int saved;

	if (size != -1 && audit_text(fd, size, line, text) == 0 &&
	    write_all(fd, f->object, text, strlen(text)) == 0 &&
	    sync_file(fd, f->object) == 0 &&
	    (!created || backup_dir_sync(b->fd, "backup") == 0))
		return 0;
	saved = errno;
	if (created)
		take_back(b, f->name, f->object);
	else if (size != -1 && ftruncate(fd, size) == -1)
		saved = errno;
	errno = saved;
	return -1;
}

static int
is_line(const char *s)
{
	size_t n;

	for (n = 0; s[n] != '\0'; n++)
		if (((unsigned char)s[n] < ' ' && s[n] != '\t') ||
		    s[n] == 0x7f)
			return 0;
	return n <= BACKUP_LINE_MAX;
}

int
backup_audit(struct backup *b, const char *line, struct err *e)
{
	struct file f;
	struct stat st;
	int fd, ret, created = 0;

	if (file_init(&f, BACKUP_AUDIT, e) == -1)
		return -1;
	if (!is_line(line))
		return err_set(e, ERR_FORMAT, "no line for '%s/%s': over %u "
		    "bytes, or a control character", b->path, f.name,
		    BACKUP_LINE_MAX);
	fd = openat(b->fd, f.name, O_RDWR | O_APPEND | FILE_FLAGS);
	if (fd == -1 && errno == ENOENT) {
		fd = create(b, f.name, f.object);
		created = fd != -1;
	}
	if (fd == -1)
		return cannot_open(b, f.name, e);
	ret = check(fd, b, f.name, &st, e);
	if (ret == 0 && append(b, &f, fd, line, created) == -1)
		ret = err_sys(e, errno, "cannot write '%s/%s'", b->path,
		    f.name);
	close(fd);
	return ret;
}
