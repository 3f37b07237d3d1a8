/*
 * Who we are to the server, at this moment: a token that may be renewed in its
 * file, or what an exec plugin hands out (client-go plugin/pkg/client/auth/
 * exec/exec.go, transport/token_source.go).  kube/'s own files only.
 */
#ifndef KUBE_CRED_H
#define KUBE_CRED_H

#include <stdint.h>

#include "base/buf.h"
#include "kube/config.h"
#include "kube/log.h"

#define CRED_OUTPUT_MAX	(1024 * 1024)	/* bytes of a plugin's stdout */
#define CRED_EXEC_MS	60000		/* a plugin that asks nobody */
#define CRED_ASK_MS	600000		/* one that talks with the user */
#define CRED_FILE_AGE	50		/* seconds a token file is believed */

struct cred {
	const struct kube_config	*c;
	const struct kube_log		*log;
	const char			*stdin_taken;	/* why, or NULL */
	struct buf			 token;		/* "" if none */
	struct buf			 cert, key;	/* a plugin's, PEM */
	int64_t				 read_at;	/* 0: never */
	int64_t				 expires;	/* 0: not said */
	unsigned			 runs;		/* of the plugin */
};

/* Nothing is read or run yet; all of it borrowed. */
void	cred_init(struct cred *cr, const struct kube_config *c,
	    const struct kube_log *log, const char *stdin_taken);
void	cred_release(struct cred *cr);

/*
 * Have them ready for a request at time now: read the token file again if it
 * is due, run the plugin if it never ran or what it gave is over.
 */
int	cred_ready(struct cred *cr, int64_t now, struct err *e);

/*
 * The server said 401.  1: there are others now, try once more; 0: there is
 * nothing to try; -1: the plugin failed.
 */
int	cred_refused(struct cred *cr, int64_t now, struct err *e);

/*
 * What a plugin printed, into cr: the parser alone, for its tests and the
 * fuzzer.  api_version is what was asked for.
 */
int	cred_parse(struct cred *cr, const char *text, size_t len,
	    const char *api_version, struct err *e);

/*
 * May this command be run, as ~/.kube/kuberc (or $KUBERC) has it?  path is
 * where it was found.  kubectl from 1.35 on asks the same.
 */
int	kuberc_allows(const char *command, const char *path, struct err *e);

#endif
