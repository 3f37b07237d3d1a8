/*
 * Errors as values.
 *
 * A library function that can fail returns -1 and fills in a struct err with
 * one complete message; it prints nothing.  Only cmd/ prints or exits.  The
 * class decides what becomes of it: whether a request is tried again, whether
 * a record says "unknown", and the exit status.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_class {
	ERR_NONE,
	ERR_USAGE,	/* the command line is wrong */
	ERR_CONFIG,	/* a kubeconfig is wrong or absent */
	ERR_NET,	/* no answer, or a broken one */
	ERR_AUTH,	/* HTTP 401 */
	ERR_FORBIDDEN,	/* HTTP 403 */
	ERR_ABSENT,	/* HTTP 404, no such file, nothing to judge */
	ERR_CONFLICT,	/* HTTP 409 */
	ERR_EXPIRED,	/* HTTP 410 */
	ERR_THROTTLED,	/* HTTP 429 */
	ERR_LIMIT,	/* a named maximum was hit; the message says which */
	ERR_FORMAT,	/* input that does not parse */
	ERR_IO,		/* the operating system said no */
	ERR_NOMEM
};

#define ERR_MSG_MAX 512	/* bytes of a message, its NUL included */

/*
 * The message is lower case, says what failed first, quotes the 'subject' and
 * has no full stop.  It may hold bytes from hostile input as they came: who
 * prints it escapes them (rec_escape()).
 */
struct err {
	enum err_class	class;
	int		http;		/* HTTP status, 0 if none */
	int		retry_after;	/* seconds the server asked for, or 0 */
	char		msg[ERR_MSG_MAX];
};

#define ERR_INIT { ERR_NONE, 0, 0, "" }

/*
 * Fill in e (which may be NULL) and return -1, so that a function can end with
 * "return err_set(e, ...)".  A message over ERR_MSG_MAX is cut at a UTF-8
 * character's edge and ends in "...".
 */
int	err_set(struct err *e, enum err_class class, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* As err_set() with ": " and strerror(errnum) behind the message; ERR_IO. */
int	err_sys(struct err *e, int errnum, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Out of memory: nothing is allocated to say so.  Returns -1. */
int	err_nomem(struct err *e);

/* Put "PREFIX: " before the message that is there.  Returns -1. */
int	err_prefix(struct err *e, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
