/* What the files of the backup share. */
#ifndef CMD_ROTATE_BACKUP_DIR_H
#define CMD_ROTATE_BACKUP_DIR_H

#include "cmd/rotate/backup.h"

struct backup {
	int	 fd;		/* the directory */
	int	 parent;	/* the one that it is in */
	char	*path;
	char	*name;		/* its name in there */
	int	 made;		/* by backup_new(): ours to remove again */
};

/* backup_dir.c: each returns a descriptor, or -1; PATH is for the message. */

/*
 * The directory of path's first len bytes (0: the working directory), each
 * component checked; with make, what is missing is made.  ERR_ABSENT: missing.
 */
int	backup_dir_walk(const char *path, size_t len, int make,
	    struct err *e);

/* NAME in the directory at: a new one, or one that is there and is 0700. */
int	backup_dir_make(int at, const char *name, const char *path,
	    struct err *e);
int	backup_dir_enter(int at, const char *name, const char *path,
	    struct err *e);

/* The same directory, for readdir() and fsync(). */
int	backup_dir_again(int at);

/* fsync() of a directory; -1 and errno.  object names the point. */
int	backup_dir_sync(int at, const char *object);

/* Remove an empty one; errno stays. */
void	backup_dir_remove(int at, const char *name, const char *object);

/* backup_path.c: names for the caller to free. */

#define BACKUP_PATH_MAX 4096	/* bytes of what is made of the environment */

/* ".../<server>/<istio namespace>"; ERR_ABSENT: no variable says where. */
char	*backup_path_base(const struct backup_where *w, struct err *e);

#define BACKUP_TIME_LEN 19	/* of a name, "-2" and NUL included */
#define BACKUP_TIMES 9		/* names of a second */

/* n: 1 for the first of this second, up to BACKUP_TIMES. */
void	backup_path_time(int64_t now, unsigned n, char out[BACKUP_TIME_LEN]);

/* Is this what backup_path_time() makes?  And of when; 0: it is not. */
int	backup_path_is_time(const char *name);
int64_t	backup_path_when(const char *name);

#endif
