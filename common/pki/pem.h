/* Lines of PEM (RFC 7468): pki/'s own files only. */
#ifndef PKI_PEM_H
#define PKI_PEM_H

#include <stddef.h>

#include "base/buf.h"

#define PEM_BEGIN	"-----BEGIN "
#define PEM_END		"-----END "

/* A line of the text, without its end and without blanks before that. */
struct pem_line {
	const char	*p;
	size_t		 len;
};

/* The next line from *pos on, which is moved behind it; 0: there is none. */
int	pem_line(const char **pos, const char *end, struct pem_line *l);

/* Is it "-----BEGIN LABEL-----", or what PEM_END begins?  The label then. */
int	pem_boundary(const struct pem_line *l, const char *what,
	    struct pem_line *label);

/*
 * Append a block as Go's encoding/pem writes it: lines of 64 digits, LF, the
 * last line too.  -1: no room or no memory; out is as it was.
 */
int	pem_write(struct buf *out, const char *label, const void *der,
	    size_t len, struct err *e);

#endif
