/* Answers that are no objects: kube/'s own files only. */
#ifndef KUBE_STATUS_H
#define KUBE_STATUS_H

#include "base/buf.h"
#include "kube/kube.h"

#define STATUS_MAX (256 * 1024)	/* bytes of a Status that are looked at */

/*
 * An error of HTTP status `http` as kubectl says it: "Error from server
 * (Forbidden): ...".  The body's Status is read if it is one; for a Secret
 * nothing of its message is repeated, since that can quote the object, key and
 * all: reason, code and the fields of its causes only.  token receives the
 * continue token that a 410 can carry, or "".
 */
void	status_err(const struct kube_ask *a, int http, const char *type,
	    const char *p, size_t len, struct buf *token, struct err *why);

/* The same of what is no get or list: the verb as a Role has it, "watch". */
void	status_err_verb(const struct kube_ask *a, const char *verb, int http,
	    const char *type, const char *p, size_t len, struct err *why);

/*
 * The same of the Status that an event of a watch carries, by its own code, and
 * the seconds that it asks to wait, capped, in why->retry_after.  -1: it is no
 * Status, or has no code.
 */
int	status_err_event(const struct kube_ask *a, const struct node *obj,
	    struct err *why);

#endif
