/*
 * One choice of a cluster and a user on its way to a struct kube_config:
 * config.c makes it, choice_*.c check it.  kube/'s own files only.
 */
#ifndef KUBE_CHOICE_H
#define KUBE_CHOICE_H

#include "kube/kubeconfig.h"

struct choice {
	struct kube_config	 *c;
	struct arena		 *a;
	const struct kube_flags	 *f;
	struct kc		  kc;
	struct kc_cluster	  cluster;	/* copies, to override */
	struct kc_user		  user;
	const char		 *cluster_dir;
	const char		 *user_dir;
	int			  has_cluster;
};

/* A value that is there: "" is as good as none, for flags and for fields. */
static inline int
choice_given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static inline const char *
choice_some(const char *s)
{
	return choice_given(s) ? s : NULL;
}

/* Check them and fill in ch->c; the cluster first. */
int	choice_cluster(struct choice *ch, struct err *e);
int	choice_user(struct choice *ch, struct err *e);

/* The part of it that a pod has as well. */
int	choice_impersonation(struct choice *ch, struct err *e);

/* Data, or a file's contents; what (of whom) is for the message. */
int	choice_text(struct choice *ch, const struct kube_text *data,
	    const char *file, const char *dir, const char *what,
	    const char *of, struct kube_text *out, struct err *e);

#endif
