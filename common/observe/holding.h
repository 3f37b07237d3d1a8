/* One reading of a mesh's holders: holders.c and holders_watch.c only. */
#ifndef OBSERVE_HOLDING_H
#define OBSERVE_HOLDING_H

#include "base/names.h"
#include "observe/holders.h"

struct holders {
	struct kube			*k;
	const struct holders_scope	*s;
	const struct observe_options	*o;
	const struct sink		*sink;
	struct sink			 tap;	/* of the CA's side */
	uint64_t			 n;
	struct err			 refused; /* secrets: not all at once */
	struct names			 ns;	/* there are these */
	char				*renamed; /* the root's ConfigMap */
	int				 accounts_missed;
	struct holders_versions		*v;
};

/* A secret to the sink, anything else to the tap. */
int	holders_message(void *holders, const struct kube_ask *a,
	    const struct ProtobufCMessage *m, struct err *e);

/* Hand what is read on: h->tap from h->sink. */
void	holders_tap(struct holders *h);

/* The lists that are read and watched; ns NULL: of all namespaces. */
struct kube_ask holders_ask_secrets(const struct holders *h, const char *ns);
struct kube_ask holders_ask_copies(const struct holders *h);
/* The CA's own secret, as a list. */
struct kube_ask holders_ask_ca(const struct holders *h);

#endif
