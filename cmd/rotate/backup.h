/*
 * The backup of the CA secret: one directory for each rotation, which nobody
 * else can read, change or lead us away from.
 *
 * Where: --backup-dir DIR is the backup itself, and must not be there yet.
 * Without it: $XDG_STATE_HOME (an absolute path, else it is passed over as the
 * XDG Base Directory Specification 0.8 asks; then $HOME/.local/state), and in
 * it kubectl-istio/<server>/<istio namespace>/<UTC time>.  <server> is the
 * first 16 hexadecimal digits of the SHA-256 of the API server's URL, since a
 * kubeconfig chooses that.  <UTC time> is 20261128T003235Z; a second backup of
 * that second gets -2 behind it, and so on to -9.
 *
 * The path is opened component by component.  Each directory on it must belong
 * to us or to root, and not be writable by its group or by others (a sticky
 * one may be: nobody else can rename what is ours in it).  A symbolic link is
 * refused wherever it stands, the system's own too: give the path that it
 * leads to.  A relative path starts at the working directory, which is checked
 * like any other; ".." is followed.  What is missing is made, 0700 whatever
 * the umask.  A backup itself must be 0700 or less.
 *
 * Files are 0600 whatever the umask, written as NAME.part (O_EXCL), fsynced,
 * closed, renamed to NAME, and then the directory is fsynced; so is the parent
 * of each directory that was made.  A file NAME is thus whole or not there,
 * and a backup is complete when it has its secret.  There is no temporary file
 * elsewhere.  One that a crash tore stays (with NAME.part in it, as well
 * protected) and is passed over.
 *
 * When the system says no, at whatever step (a full disk at fsync or close
 * too), that is one ERR_IO, what was half-written is removed, and so is the
 * directory if nothing else is in it.
 *
 * Each effect is a point of base/point.h: mkdir, create, write, fsync, rename,
 * unlink, rmdir on "backup" (the directory), "backup/NAME" and "backup/.."
 * (the parents).  Not for threads: the umask is set while a directory is made.
 * The caller ignores SIGXFSZ, or a limit on file sizes kills it half-way.
 */
#ifndef CMD_ROTATE_BACKUP_H
#define CMD_ROTATE_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define BACKUP_SECRET	"secret.yaml"		/* the whole Secret */
#define BACKUP_SEALED	"secret.yaml.cms"	/* the same as CMS */
#define BACKUP_AUDIT	"audit.log"

#define BACKUP_FILE_MAX	(2u << 20)	/* of a file: etcd has 1.5 MiB */
#define BACKUP_LINE_MAX	4096u		/* bytes of an audit line */
#define BACKUPS_MAX	10000u		/* of one server and namespace */

/* All borrowed for the call. */
struct backup_where {
	const char	*dir;		/* --backup-dir, or NULL */
	const char	*server;	/* the API server's URL, as used */
	const char	*istio_ns;
	int64_t		 now;		/* for <UTC time> */
};

struct backup;		/* an open backup directory */

/*
 * Make the directory.  ERR_IO: it exists, or the system says no; ERR_CONFIG: a
 * symbolic link or a directory that others may change is on the path;
 * ERR_ABSENT: neither variable says where; ERR_FORMAT: istio_ns is no
 * namespace's name.
 */
int	backup_new(const struct backup_where *w, struct backup **out,
	    struct err *e);

/*
 * Open one that is there and complete, for --rollback.  ERR_ABSENT: it is not
 * there, or it has no secret; else as above.
 */
int	backup_open(const char *dir, struct backup **out, struct err *e);

/*
 * Each complete one of this server and namespace, newest first; before them
 * the one in w->dir, if that is given and complete, whose server and namespace
 * nobody has checked.  fn: 0 to go on, 1 to stop, -1 for an error.  *b is
 * closed behind fn, which keeps it by putting NULL there.  One that is torn is
 * passed over; one that breaks the rules above (a link, another owner) is an
 * error, since somebody was at it.  None, or no place to look: 0.
 */
typedef int backup_fn(void *arg, struct backup **b, struct err *e);
int	backup_each(const struct backup_where *w, backup_fn *fn, void *arg,
	    struct err *e);

/* The first of them; *out is NULL if there is none. */
int	backup_latest(const struct backup_where *w, struct backup **out,
	    struct err *e);

/* Its path, as given or as made up, without slashes at its end. */
const char *backup_path(const struct backup *b);

/* When it was made, by a name that was made up; 0: it was given. */
int64_t	backup_time(const struct backup *b);

/* BACKUP_SECRET or BACKUP_SEALED, whichever it has; NULL: neither (yet). */
const char *backup_secret(const struct backup *b);

/*
 * Add a file, at most BACKUP_FILE_MAX bytes (ERR_LIMIT).  NAME: small letters,
 * digits, dots and dashes, at most 40.  One that exists is ERR_IO.
 */
int	backup_write(struct backup *b, const char *name, const void *p,
	    size_t n, struct err *e);

/*
 * A file's bytes into out, a buf_init_secret() one, which is emptied first.
 * The file must be a regular one with one name, ours or root's, closed to
 * group and others (else ERR_CONFIG); absent is ERR_ABSENT; more than
 * BACKUP_FILE_MAX bytes, or than out takes, is ERR_LIMIT.  After -1 out is
 * empty.
 */
int	backup_read(struct backup *b, const char *name, struct buf *out,
	    struct err *e);

/*
 * Append a line (without its end, without control characters but tabs:
 * ERR_FORMAT) to BACKUP_AUDIT and fsync it.  A line that a crash tore is
 * ended first.  After -1 the log is as it was.
 */
int	backup_audit(struct backup *b, const char *line, struct err *e);

/* NULL is legal. */
void	backup_close(struct backup *b);

#endif
