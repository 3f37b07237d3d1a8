/* Exec credential plugins, for cred.c: kube/'s own files only. */
#ifndef KUBE_PLUGIN_H
#define KUBE_PLUGIN_H

#include "kube/cred.h"

/* Find it, ask kuberc, run it, and take what it prints into cr. */
int	plugin_run(struct cred *cr, int64_t now, struct err *e);

/* A token without the white space around it; whose is for the message. */
int	cred_set_token(struct cred *cr, const char *p, size_t n,
	    const char *whose, struct err *e);

#endif
