/*
 * Would this verifier accept this chain?  Three verifiers meet in a mesh, and
 * they follow three rule sets, kept here as data (rules.c):
 *   O  OpenSSL 3, in applications
 *   B  BoringSSL, in Envoy
 *   G  Go's crypto/x509, in Pilot, istiod, pilot-agent and the API server
 * Who verifies decides, so each pair is judged under the rules that this
 * verifier runs.  tests/oracles holds our answers against the real three.
 */
#ifndef PKI_CHAIN_H
#define PKI_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "pki/cert.h"

#define CHAIN_DEPTH_MAX	16	/* certificates in a chain, both ends counted */
#define CHAIN_WORK_MAX	1000	/* signatures tried for one question */

struct ruleset;			/* rules.c; borrowed, static */
extern const struct ruleset ruleset_openssl;
extern const struct ruleset ruleset_boringssl;
extern const struct ruleset ruleset_go;

/* "OpenSSL", "BoringSSL (Envoy)", "Go (istiod, pilot-agent, API server)" */
const char *ruleset_name(const struct ruleset *rs);

enum chain_why {
	CHAIN_OK,
	CHAIN_NO_ISSUER,	/* nothing there has issued `at` */
	CHAIN_NAME,		/* only a re-encoded name would match (G) */
	CHAIN_KEY_ID,		/* only the key identifiers differ (O, B) */
	CHAIN_SIGNATURE,
	CHAIN_WEAK,		/* a digest or key this verifier refuses */
	CHAIN_EXPIRED,
	CHAIN_NOT_YET_VALID,
	CHAIN_NOT_CA,
	CHAIN_PATH_LENGTH,
	CHAIN_KEY_USAGE,
	CHAIN_PURPOSE,		/* extended key usage */
	CHAIN_CRITICAL,		/* a critical extension it does not know */
	CHAIN_MALFORMED,	/* this verifier's decoder refuses it */
	CHAIN_NOT_MINE,		/* a feature that we do not judge: never ok */
	CHAIN_LIMIT		/* CHAIN_DEPTH_MAX or CHAIN_WORK_MAX */
};

/* A few words for a message: "its issuer is not there". */
const char *chain_why_text(enum chain_why why);

enum chain_purpose { PURPOSE_ANY, PURPOSE_SERVER, PURPOSE_CLIENT };

struct chain_query {
	const struct cert	*leaf;		/* any certificate, a CA too */
	struct cert *const	*inter;		/* as presented, in order */
	size_t			 ninter;
	struct cert *const	*anchor;	/* the bundle, in order */
	size_t			 nanchor;
	enum chain_purpose	 purpose;
	int64_t			 now;
	int			 ignore_time;	/* judge all but the dates */
	int			 ignore_leaf;	/* ... all but the leaf's */
	/* not NULL: the leaf is a probe (probe.h), and its signature counts */
	/* as made with the key of this certificate */
	const struct cert	*signer;
};

struct chain_result {
	enum chain_why		 why;
	const struct cert	*where;		/* what why is about */
	const struct cert	*path[CHAIN_DEPTH_MAX]; /* leaf first */
	size_t			 npath;		/* complete only if CHAIN_OK */
};

/*
 * Fills in res, whose pointers are q's, and returns res->why.  What cannot be
 * judged for lack of memory or by a limit is never ok.
 */
enum chain_why chain_verify(const struct ruleset *rs,
	    const struct chain_query *q, struct chain_result *res);

#endif
