/*
 * Reading from an API server: objects by name and lists, many questions at
 * once, as documents (doc.h), whatever they came as.  Built-in kinds are asked
 * for in protobuf, everything else, and servers that do not speak it, in JSON.
 *
 * What a hostile or broken server cannot do: hand on an object of another
 * kind, name or namespace than was asked for; walk us in a circle (a repeated
 * continue token, KUBE_EMPTY_MAX pages without an item, KUBE_PAGES_MAX pages);
 * fill the memory (HTTP_BODY_MAX, PROTO_ITEM_MAX, DOC_ITEM_MAX); or have a
 * Secret's Status printed.
 */
#ifndef KUBE_KUBE_H
#define KUBE_KUBE_H

#include <stdint.h>

#include "doc/doc.h"
#include "kube/config.h"
#include "kube/log.h"

#define KUBE_PAGES_MAX	100000	/* of one list */
#define KUBE_EMPTY_MAX	16	/* pages in a row without an item */
#define KUBE_NAME_MAX	253	/* of a name in a path */
#define KUBE_TURN	16	/* objects between two looks at the network */
#define KUBE_VERSION_MAX 128	/* bytes of a resourceVersion and a NUL */
#define KUBE_WATCH_SECONDS 290	/* that an answer to a watch lasts */
#define KUBE_WATCH_MAX	64	/* lists watched at once */

/* One question. */
struct kube_ask {
	const char	*group;		/* "" for the core */
	const char	*version;	/* "v1" */
	const char	*resource;	/* "secrets" */
	const char	*kind;		/* "Secret" */
	const char	*ns;		/* "": not namespaced, or all of them */
	const char	*name;		/* NULL: a list */
	const char	*labels;	/* a list's labelSelector, or NULL */
	const char	*fields;	/* its fieldSelector, or NULL */
	/* the whole object is wanted, not only what api.proto knows of it */
	int		 json;
};

struct ProtobufCMessage;

/* What comes of it.  A -1 (with e) from any of them ends it all. */
struct kube_sink {
	/* One object; its kind and apiVersion are filled in. */
	int	(*object)(void *arg, const struct kube_ask *a,
		    const struct node *obj, struct err *e);
	/*
	 * No answer, or not all of it; of a list, objects may have come before.
	 * ERR_ABSENT: there is no such object, or no such resource.
	 */
	int	(*failed)(void *arg, const struct kube_ask *a,
		    const struct err *why, struct err *e);
	void	*arg;
	/*
	 * If not NULL, what comes in protobuf comes as it is, without the cost
	 * of a document: the message of api.proto that the kind has, gone when
	 * this returns.  What comes in JSON goes to object all the same.
	 */
	int	(*message)(void *arg, const struct kube_ask *a,
		    const struct ProtobufCMessage *m, struct err *e);
	/*
	 * All that comes of the first question first, then of the second, and
	 * so on; otherwise in no order.
	 */
	int	in_order;
	/*
	 * If not NULL: a list has been handed on whole.  To watch it is to go
	 * on from this version, which is its first page's, so that no change
	 * is missed where a later page came of another one (an expired token)
	 * or a page came twice; "" if the server gave none.
	 */
	int	(*listed)(void *arg, const struct kube_ask *a,
		    const char *version, struct err *e);
};

struct kube;

struct kube_options {
	const char		*tool;		/* "rootcheck": User-Agent */
	const char		*version;
	const struct kube_log	*log;		/* or NULL */
	/* why a credential plugin may not read stdin, or NULL */
	const char		*stdin_taken;
};

/* c is borrowed until kube_close().  Nothing is sent yet. */
int	kube_open(const struct kube_config *c, const struct kube_options *o,
	    struct kube **out, struct err *e);
void	kube_close(struct kube *k);

/*
 * kube_config_load() and kube_open() together; the configuration goes with
 * kube_close().  Where there is none at all, the message says what else can be
 * done.
 */
int	kube_connect(const struct kube_flags *f, const struct kube_options *o,
	    struct kube **out, struct err *e);

/* The namespace of the context, or NULL; and until when is it lent: k's end. */
const char *kube_namespace(const struct kube *k);

/* The server's URL and the context ("" if none), to be shown; lent as long. */
const char *kube_server(const struct kube *k);
const char *kube_context(const struct kube *k);

/*
 * Ask n questions at once and hand on what comes.
 *
 * A list is read in pages of the chunk size.  The objects of a page are handed
 * on while it comes, KUBE_TURN at a time, and the next page is on its way,
 * asked for as soon as the first bytes of the one before have said where it
 * begins; never more than that, so the memory is that of a page at most.  A
 * page over the limit of an answer is asked for again, half as long.  An
 * expired continue token (HTTP 410) is followed by the one that the server
 * offers in its place, as long as that leads to new pages; where it offers
 * none the list is begun again, once.  No object comes twice.
 *
 * -1: a sink's, no memory, a server that cannot be reached at all, credentials
 * that cannot be had or that are refused (ERR_AUTH).
 */
int	kube_fetch(struct kube *k, const struct kube_ask *ask, size_t n,
	    const struct kube_sink *sink, struct err *e);

/* ---- what changes ---- */

/* One list being watched. */
struct kube_watched {
	/* a list's question, of a kind that api.proto has (protobuf or not) */
	const struct kube_ask	*ask;
	/* where to go on; "": all that is there comes as KUBE_ADDED first */
	char			 version[KUBE_VERSION_MAX];
};

enum kube_event { KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED };

/*
 * Both return 0: go on; 1: stop, all is reached; -1 (with e): an error that
 * ends it.  Neither may ask k anything.
 */
struct kube_watch_sink {
	/*
	 * One object as it is now, or was last (KUBE_DELETED): the message of
	 * api.proto that its kind has, whatever it came as; gone when this
	 * returns.  One that came before can come again after an answer broke.
	 */
	int	(*event)(void *arg, const struct kube_ask *a,
		    enum kube_event what, const struct ProtobufCMessage *m,
		    struct err *e);
	/* At least once a second, and after all that has come together. */
	int	(*idle)(void *arg, struct err *e);
	void	*arg;
	/*
	 * An answer lasts so many seconds, and is taken for dead a tenth of
	 * that (and a second) later; 0: KUBE_WATCH_SECONDS.
	 */
	long	seconds;
};

enum kube_watch_end {
	KUBE_WATCH_STOPPED,	/* a callback said so */
	KUBE_WATCH_AGAIN	/* read all the lists again, and then watch */
};

/*
 * Watch n lists at once, each from its version on, which is kept up to date.
 *
 * An answer that ends or breaks off, a server that cannot be reached, 429, 5xx,
 * and a 404 that no API server wrote, are asked again from the last version,
 * after 0.25 s, doubling to 5 s while nothing comes, or the Retry-After that
 * the server asks for (at most HTTP_RETRY_AFTER_MAX), as long as idle() goes
 * on: there is no other limit.  Each is logged at KUBE_LOG_REQUESTS.
 *
 * 0: *end says why.  KUBE_WATCH_AGAIN: a version is too old (410, as a status
 * or as an event), or what came makes no sense: a broken frame, an event of
 * another kind or namespace than was asked for, a redirect, a login page; with
 * a pause before it as above, so that a caller needs none of its own.  -1: a
 * callback's, no memory, ERR_AUTH after new credentials were tried once, a
 * server that has never answered anything, or any other refusal, with its class
 * (ERR_FORBIDDEN: there is no right to watch).
 *
 * Memory: an event's bytes (PROTO_ITEM_MAX; in JSON DOC_ITEM_MAX) for each
 * list, wiped when it goes, and one unpacked event.
 */
int	kube_watch(struct kube *k, struct kube_watched *w, size_t n,
	    const struct kube_watch_sink *sink, enum kube_watch_end *end,
	    struct err *e);

/*
 * How the server's clock stood against ours when its last answer came: both in
 * seconds since 1970.  0 if it never said (its Date header).
 */
int	kube_clock(const struct kube *k, int64_t *server, int64_t *ours);

/* One body, as kube_fetch() takes it apart: for its tests and the fuzzer. */
int	kube_body(const struct kube_ask *a, int status, const char *type,
	    const char *p, size_t len, const struct kube_sink *sink,
	    struct err *e);

#endif
