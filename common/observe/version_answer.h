/*
 * What a binary of Istio says when it is asked "version", of every age:
 *   - lines of NAME: VALUE, one of them Version, up to 1.0 (pkg/version of
 *     1.0.8; on stderr, as cobra's Printf() writes);
 *   - version.BuildInfo{Version:"1.20.3", GitRevision:... from 1.1 on
 *     (pkg/version and istio/pkg/version, LongForm());
 *   - the same line of ztunnel (src/version.rs).
 * Every other line is noise.
 */
#ifndef OBSERVE_VERSION_ANSWER_H
#define OBSERVE_VERSION_ANSWER_H

#include <stddef.h>

#include "base/err.h"

#define VERSION_ANSWER_MAX	129	/* bytes of a version, its NUL too */
#define VERSION_ANSWER_BODY	65536	/* bytes of an answer */

/*
 * The version, as the binary calls itself: letters, digits and ".-_+", which
 * need be no version of Istio's ("unknown" of a build by hand).  The first line
 * that says one counts.  -1: none does, or with other characters, or it is too
 * long (ERR_FORMAT), or the answer is (ERR_LIMIT); out is "" then.
 */
int	version_answer(const char *body, size_t len,
	    char out[VERSION_ANSWER_MAX], struct err *e);

#endif
