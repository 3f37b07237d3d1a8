/* A workload's secret while it is looked at: workload.c and class.c only. */
#ifndef PLUGINS_CERTVERIFY_LOOK_H
#define PLUGINS_CERTVERIFY_LOOK_H

#include "plugins/certverify/state.h"

struct look {
	const struct ref	*ref;
	const struct entry	*chain, *key;
	struct buf		 der;		/* of the leaf */
	struct leaf		 leaf;
	int			 plain;		/* leaf is set */
	struct cert		*cert;		/* the same, if it was needed */
	uint32_t		 inter, set;
	int			 control_plane;
	unsigned		 flags;
};

/* The whole certificate, where its parts are not enough. */
int	cv_need_cert(struct look *l, struct err *e);

/* The class that it belongs to, which may be a new one. */
int	cv_classify(struct cv *cv, struct look *l, uint32_t *class,
	    struct err *e);

#endif
