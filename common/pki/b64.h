/* Base64 (RFC 4648 section 4) as the Kubernetes API has it in Secret data. */
#ifndef PKI_B64_H
#define PKI_B64_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Decode all of it, padding required, CR and LF anywhere ignored, everything
 * else an error: the rules of Go's base64.StdEncoding, which the API server
 * runs.  Appends to out, which is as it was on failure.
 */
int	b64_decode(const char *s, size_t len, struct buf *out, struct err *e);

/*
 * Decode whole groups of four digits for as long as there are some: no line
 * ends, no padding.  out has room for len / 4 * 3 bytes.  Returns how many
 * characters were taken, a multiple of four.
 */
size_t	b64_run(const char *s, size_t len, unsigned char *out);

/* Encode, padded, on one line; appends. */
int	b64_encode(const void *p, size_t len, struct buf *out, struct err *e);

#endif
