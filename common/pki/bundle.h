/*
 * A run of PEM text (RFC 7468) as what a trust store or a chain file holds:
 * certificates in their order, and everything in between that should not be
 * there.  Comments ("Bag Attributes"), CRLF, a missing last newline and text
 * around the blocks are all legal, as they are for Go's encoding/pem.
 */
#ifndef PKI_BUNDLE_H
#define PKI_BUNDLE_H

#include <stddef.h>

#include "pki/cert.h"

#define BUNDLE_BYTES_MAX (2 * 1024 * 1024)	/* bytes of text */
#define BUNDLE_CERTS_MAX 1024			/* blocks in one bundle */

enum bundle_what {
	BUNDLE_CERT,		/* cert is set */
	BUNDLE_PRIVATE_KEY,	/* a block labelled ... PRIVATE KEY */
	BUNDLE_OTHER,		/* another label: TRUSTED CERTIFICATE, CRL */
	BUNDLE_BROKEN		/* cannot be read; err says why */
};

struct bundle_item {
	enum bundle_what what;
	unsigned	 n;		/* the block's place, from 1: "#1" */
	struct cert	*cert;		/* owned by the bundle */
	char		 label[64];	/* "CERTIFICATE"; hostile */
	struct err	 err;
};

struct bundle {
	struct bundle_item *item;
	size_t		    n;
};

/*
 * Read all of the text.  A block that cannot be read is an item of its own
 * and what follows it is still read; -1 only for a limit passed or no memory.
 * Text without a single block is an empty bundle (n == 0).  Contents of blocks
 * that are not certificates are not decoded; nothing of a private key is kept.
 * b needs no init; bundle_release() frees what it holds.
 */
int	bundle_parse(const char *text, size_t len, struct bundle *b,
	    struct err *e);
void	bundle_release(struct bundle *b);

/* The first certificate in it, or NULL; still the bundle's. */
const struct cert *bundle_first(const struct bundle *b);

#endif
