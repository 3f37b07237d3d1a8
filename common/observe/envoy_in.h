/* An answer of a proxy while it is read: observe/'s own files only. */
#ifndef OBSERVE_ENVOY_IN_H
#define OBSERVE_ENVOY_IN_H

#include "doc/doc.h"
#include "observe/envoy.h"
#include "pki/serial.h"

struct envoy_span {
	const char	*p;
	size_t		 len;
};

struct envoy_in {
	struct proxy_certs	*out;
	struct arena		*arena;
	size_t			 room[2];	/* of roots, of leaves */
	int			 known;		/* some form was there */
	int			 secrets;	/* and one was a dump of them */
	struct err		 passed;	/* an item not read, if any */
	struct buf		 pem;		/* decoded base64 */
};

/* One that may be there already: nothing in c is a copy. */
struct envoy_draft {
	struct proxy_cert	 c;
	char			 serial[SERIAL_DIGITS + 1];
	char			 path[ENVOY_PATH_MAX + 1];
	const char		*uri[ENVOY_URIS_MAX];
};

/* ---- envoy_frame.c: JSON, or nearly, taken apart without a copy ---- */

/*
 * The next object of the text: '{' at the beginning of a line, or behind an
 * object with nothing but blanks and commas in between.  1: there is one, and
 * *pos is behind it; 0: none; -1: it does not end.
 */
int	envoy_next(const char **pos, const char *end, struct envoy_span *doc,
	    struct err *e);

/*
 * The members of such an object, *pos being its beginning at first.  key is
 * the text between its quotes, value all of its text.  1, 0: no more; -1: it
 * is no object of members.
 */
int	envoy_member(const char **pos, const char *end, struct envoy_span *key,
	    struct envoy_span *value, struct err *e);

/* ---- envoy_certs.c: /certs ---- */
int	envoy_context(struct envoy_in *in, const struct node *n,
	    struct err *e);
/* Of Istio 1.0: strings with their quotes, or p is NULL. */
int	envoy_old(struct envoy_in *in, const struct envoy_span *roots,
	    const struct envoy_span *leaves, struct err *e);

/* ---- envoy_dump.c: secrets, ztunnel ---- */
int	envoy_secrets(struct envoy_in *in, const struct node *n,
	    struct err *e);
int	envoy_ztunnel(struct envoy_in *in, const struct node *n,
	    struct err *e);

/* ---- envoy_keep.c ---- */

/* Keep it, unless it is there already. */
int	envoy_keep_root(struct envoy_in *in, const struct envoy_draft *d,
	    struct err *e);
int	envoy_keep_leaf(struct envoy_in *in, const struct envoy_draft *d,
	    struct err *e);

void	envoy_draft(struct envoy_draft *d);	/* nothing is known */

/* All that a whole certificate says itself; it is borrowed. */
void	envoy_draft_cert(struct envoy_draft *d, struct cert *cert);

/* Digits of a base, 16 or 10. */
void	envoy_draft_serial(struct envoy_draft *d, const char *s, size_t len,
	    int base);

void	envoy_draft_path(struct envoy_draft *d, const char *s, size_t len);

/* Days left, as a text. */
void	envoy_draft_days(struct envoy_draft *d, const char *s, size_t len);

/* RFC 3339, or NULL; dates that cannot be believed are not known. */
void	envoy_draft_dates(struct envoy_draft *d, const char *from,
	    const char *to);

#endif
