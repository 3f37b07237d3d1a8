/*
 * Run a program and keep what it says on stdout: never through a shell, with
 * an environment of its own, no descriptor but 0 to 2, a maximum and a time
 * limit.  kube/'s own files only.
 */
#ifndef KUBE_SPAWN_H
#define KUBE_SPAWN_H

#include <stdint.h>

#include "base/buf.h"

struct spawn {
	const char	*path;		/* of the file, absolute or with a / */
	char *const	*argv;
	char *const	*envp;
	int		 use_stdin;	/* it may talk with the user: 0 and */
					/* the terminal are its own as well */
	long		 timeout_ms;
};

/*
 * Wait for its end.  *status is its exit status, or 128 plus the signal.  -1:
 * it could not be run, said more than out's maximum, or took too long; it and
 * its process group are killed then.
 */
int	spawn_run(const struct spawn *s, struct buf *out, int *status,
	    struct err *e);

/*
 * Look a command up as os/exec.LookPath of Go does: one with a slash is taken
 * as it is, else PATH is searched, without its relative entries.  0, and the
 * path in out; -1: there is none.
 */
int	spawn_find(const char *command, struct buf *out, struct err *e);

/*
 * Append to out what fd has by now, or once it has some; left: milliseconds
 * until it is too late.  1: more is to come; 0: that was the end; -1: it is too
 * late, it cannot be read, or out is full.
 */
int	spawn_read(int fd, struct buf *out, int64_t left, struct err *e);

#endif
