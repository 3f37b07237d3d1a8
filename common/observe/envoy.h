/*
 * What a running proxy says of its certificates, as a fact.  Three answers are
 * understood, whichever comes:
 *
 * Envoy's GET /certs (pilot-agent request GET certs), of every age:
 *   - certificates[].{ca_cert,cert_chain}[] since 2018-10 (envoy pull requests
 *     4566, 4804), days as a string or a number.  A date before valid_from is
 *     a 32-bit overflow (envoy issue 6315: Istio 1.1 to 1.3 say 1982) and not
 *     known; days over ENVOY_DAYS_MAX are a certificate that has expired
 *     (envoy issue 20573), and not known either: the dates say more;
 *   - objects one behind the other, not JSON, in Istio 1.0: {"ca_cert":
 *     "Certificate Path: P, Serial Number: S, Days until Expiration: N", ...}.
 *   Only the first certificate of a bundle is in it (envoy issue 4661).  Every
 *   listener repeats them (envoy issue 10095), and a context that is no longer
 *   used can linger (envoy issue 39985), so there may be more than one.
 * Envoy's GET /config_dump, with ?mask=dynamic_active_secrets or without: the
 *   secrets "default" and "ROOTCA" (envoy.admin.v3.SecretsConfigDump), whole.
 *   What is only warming is not yet in use.
 * ztunnel's GET /config_dump: certificates[].{identity,state,certChain[],
 *   rootCerts[]}, base64 of PEM, decimal serials; where it has no rootCerts,
 *   the root is the last of certChain.
 *
 * Of the mesh is, in /certs, a leaf with a SPIFFE URI, or one of a file in
 * ENVOY_MESH_DIR where no name is told (Istio 1.0), and the roots of the same
 * context or of that directory.
 *
 * Lines before and behind it are noise, unless one begins with '{'.
 */
#ifndef OBSERVE_ENVOY_H
#define OBSERVE_ENVOY_H

#include "base/arena.h"
#include "mesh/mesh.h"

#define ENVOY_BODY_MAX	(16 * 1024 * 1024)	/* bytes of an answer */
#define ENVOY_FACTS_MAX	(4 * 1024 * 1024)	/* what is made of it */
#define ENVOY_CERTS_MAX	1024	/* different roots; different leaves */
#define ENVOY_URIS_MAX	64	/* of one certificate; more are not told */
#define ENVOY_PATH_MAX	4096	/* bytes of a path; a longer one is not told */
#define ENVOY_URI_MAX	2048	/* bytes of a URI (SPIFFE ID section 2.3) */
#define ENVOY_DAYS_MAX	1000000	/* more have wrapped */
#define ENVOY_MESH_DIR	"/etc/certs/"	/* 1.0.0 to 1.4.10: its Secret */

/*
 * Read an answer.  The fact lives in the arena, which is the caller's and is
 * best given ENVOY_FACTS_MAX; its whole certificates are given back with
 * envoy_release(), whatever this returned.  -1: it is no such answer, cut off,
 * or over a limit (ERR_FORMAT, ERR_LIMIT), with what there is instead of it;
 * no memory.  An answer without a certificate is no error.
 */
int	envoy_parse(const char *body, size_t len, struct arena *a,
	    struct proxy_certs *out, struct err *e);
void	envoy_release(struct proxy_certs *c);

#endif
