/* Backup directories: a new one, a given one, those that there are. */
#include <sys/types.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "cmd/rotate/backup_dir.h"

const char *
backup_path(const struct backup *b)
{
	return b->path;
}

int64_t
backup_time(const struct backup *b)
{
	return backup_path_when(b->name);
}

const char *
backup_secret(const struct backup *b)
{
	static const char *const name[] = { BACKUP_SECRET, BACKUP_SEALED };
	struct stat st;
	size_t i;

	for (i = 0; i < 2; i++)
		if (fstatat(b->fd, name[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return name[i];
	return NULL;
}

void
backup_close(struct backup *b)
{
	if (b == NULL)
		return;
	if (b->fd != -1)
		close(b->fd);
	if (b->parent != -1)
		close(b->parent);
	free(b->path);
	free(b->name);
	free(b);
}

/* DIR/NAME, or dir alone, without the slashes at its end. */
static struct backup *
backup_alloc(const char *dir, const char *name, struct err *e)
{
	size_t room = strlen(dir) + (name == NULL ? 0 : strlen(name)) + 2, n;
	struct backup *b;
	const char *slash;

	if ((b = calloc(1, sizeof(*b))) == NULL) {
		err_nomem(e);
		return NULL;
	}
	b->fd = b->parent = -1;
	if ((b->path = malloc(room)) != NULL) {
		snprintf(b->path, room, "%s%s%s", dir, name == NULL ? "" : "/",
		    name == NULL ? "" : name);
		for (n = strlen(b->path); n > 1 && b->path[n - 1] == '/'; n--)
			b->path[n - 1] = '\0';
		slash = strrchr(b->path, '/');
		b->name = strdup(slash == NULL ? b->path : slash + 1);
	}
	if (b->name != NULL)
		return b;
	backup_close(b);
	err_nomem(e);
	return NULL;
}

/* Open the parent, and make or open the directory itself. */
static int
reach(struct backup *b, int make, struct err *e)
{
	size_t len = strlen(b->path) - strlen(b->name);

	if (b->name[0] == '\0')
		return err_set(e, ERR_CONFIG, "'%s' is no name of a backup "
		    "directory", b->path);
	if ((b->parent = backup_dir_walk(b->path, len, make, e)) == -1)
		return -1;
	b->fd = make ? backup_dir_make(b->parent, b->name, b->path, e) :
	    backup_dir_enter(b->parent, b->name, b->path, e);
	b->made = make && b->fd != -1;
	return b->fd == -1 ? -1 : 0;
}

static int
new_one(const char *dir, const char *name, struct backup **out, struct err *e)
{
	struct backup *b;

	if ((b = backup_alloc(dir, name, e)) == NULL)
		return -1;
	if (reach(b, 1, e) == -1) {
		backup_close(b);
		return -1;
	}
	*out = b;
	return 0;
}

/* Is that second's name taken? */
static int
is_there(const char *base, const char *name)
{
	char path[BACKUP_PATH_MAX + BACKUP_TIME_LEN + 1];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return lstat(path, &st) == 0;
}

int
backup_new(const struct backup_where *w, struct backup **out, struct err *e)
{
	char name[BACKUP_TIME_LEN], *base;
	unsigned n;
	int ret;

	*out = NULL;
	if (w->dir != NULL)
		return new_one(w->dir, NULL, out, e);
	if ((base = backup_path_base(w, e)) == NULL)
		return -1;
	for (n = 1; n <= BACKUP_TIMES; n++) {
		backup_path_time(w->now, n, name);
		if (!is_there(base, name))
			break;
	}
	ret = new_one(base, name, out, e);
	free(base);
	return ret;
}

int
backup_open(const char *dir, struct backup **out, struct err *e)
{
	struct backup *b;

	*out = NULL;
	if ((b = backup_alloc(dir, NULL, e)) == NULL)
		return -1;
	if (reach(b, 0, e) == -1) {
		backup_close(b);
		return -1;
	}
	if (backup_secret(b) == NULL) {
		err_set(e, ERR_ABSENT, "the backup '%s' is not complete: it "
		    "has no '%s'", b->path, BACKUP_SECRET);
		backup_close(b);
		return -1;
	}
	*out = b;
	return 0;
}

/* Absent is no error of ours. */
static int
unless_absent(struct err *e)
{
	static const struct err none = ERR_INIT;

	if (e->class != ERR_ABSENT)
		return -1;
	*e = none;
	return 0;
}

/* 1: fn has seen enough; absent and torn ones are passed over. */
static int
offer(const char *dir, const char *name, backup_fn *fn, void *arg,
    struct err *e)
{
	struct backup *b;
	int ret = 0;

	if ((b = backup_alloc(dir, name, e)) == NULL)
		return -1;
	if (reach(b, 0, e) == -1)
		ret = unless_absent(e);
	else if (backup_secret(b) != NULL)
		ret = fn(arg, &b, e);
	backup_close(b);
	return ret;
}

/* The names of a directory that are a backup's, oldest first. */
static int
list(int at, struct names *l, struct err *e)
{
	struct dirent *d;
	DIR *dir;
	int fd, ret = 0;

	if ((fd = backup_dir_again(at)) == -1 || (dir = fdopendir(fd)) == NULL)
		return err_sys(e, errno, "cannot list the backups");
	while (ret == 0 && (errno = 0, d = readdir(dir)) != NULL) {
		if (!backup_path_is_time(d->d_name))
			continue;
		if (l->n == BACKUPS_MAX)
			ret = err_set(e, ERR_LIMIT, "more than %u backups",
			    BACKUPS_MAX);
		else
			ret = names_add(l, d->d_name, e);
	}
	if (ret == 0 && errno != 0)
		ret = err_sys(e, errno, "cannot list the backups");
	closedir(dir);
	names_sort(l);
	return ret;
}

static int
each_in(const char *base, backup_fn *fn, void *arg, struct err *e)
{
	struct names l = { NULL, 0, 0 };
	int fd, ret;
	size_t i;

	if ((fd = backup_dir_walk(base, strlen(base), 0, e)) == -1)
		return unless_absent(e);
	if ((ret = list(fd, &l, e)) == -1)
		err_prefix(e, "'%s'", base);
	close(fd);
	for (i = l.n; ret == 0 && i > 0; i--)
		ret = offer(base, l.v[i - 1], fn, arg, e);
	names_free(&l);
	return ret;
}

int
backup_each(const struct backup_where *w, backup_fn *fn, void *arg,
    struct err *e)
{
	char *base;
	int ret = 0;

	if (w->dir != NULL)
		ret = offer(w->dir, NULL, fn, arg, e);
	if (ret != 0)
		return ret == 1 ? 0 : -1;
	if ((base = backup_path_base(w, e)) == NULL)
		return unless_absent(e);
	ret = each_in(base, fn, arg, e);
	free(base);
	return ret == -1 ? -1 : 0;
}

static int
keep(void *arg, struct backup **b, struct err *e)
{
	struct backup **out = arg;

	(void)e;
	*out = *b;
	*b = NULL;
	return 1;
}

int
backup_latest(const struct backup_where *w, struct backup **out,
    struct err *e)
{
	*out = NULL;
	return backup_each(w, keep, out, e);
}
