/*
 * -o classic: the lines of Istio's old root-transition.sh, byte for byte, so
 * that jobs which grep them keep working.  Each returns as rec_put() does.
 */
#ifndef REC_CLASSIC_H
#define REC_CLASSIC_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/*
 * check-root: what the script printed of the root in force.  Dates: not_after
 * as openssl prints it ("Nov 23 20:59:23 2027 GMT"), now as date(1) does in
 * the C locale and UTC ("Mon Nov 23 20:59:23 UTC 2026").  days is what the
 * script computed: whole days left.
 */
int	classic_root(FILE *out, int64_t not_after, int64_t now, struct err *e);

/* check-root where there is no CA secret. */
int	classic_no_root(FILE *out, struct err *e);

/* check-version: a namespace, and a version that is in it. */
int	classic_namespace(FILE *out, const char *ns, struct err *e);
int	classic_version(FILE *out, const char *version, struct err *e);

/*
 * verify-certs: its first lines, with the MD5 (32 hexadecimal digits) of what
 * the script took for the root; then, where there is no CA secret, nothing
 * else; each namespace by classic_namespace(), each secret in it; and its last
 * lines, with the n secrets ("NS.NAME") that do not match.
 */
int	classic_verify(FILE *out, const char *md5, struct err *e);
int	classic_no_secret(FILE *out, struct err *e);
int	classic_secret(FILE *out, const char *ns, const char *name,
	    int matches, struct err *e);
int	classic_verified(FILE *out, char *const *stale, size_t n,
	    struct err *e);

#endif
