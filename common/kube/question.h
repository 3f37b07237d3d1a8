/*
 * One question on its way through its answers: an object, or the pages of a
 * list, two of which are in hand at once.  kube/'s own files only.
 */
#ifndef KUBE_QUESTION_H
#define KUBE_QUESTION_H

#include "base/hashset.h"
#include "kube/body.h"
#include "kube/http.h"
#include "pki/siphash.h"

#define TOKEN_BYTES	8192	/* of a continue token */
#define CHUNK_DEFAULT	500	/* kubectl's --chunk-size */
#define BACKLOG		(512 * 1024)	/* bytes that may wait for a turn */

enum page_state {
	PAGE_FREE,
	PAGE_ASKED,	/* perhaps in part here: bytes is not NULL then */
	PAGE_COME
};

/* One page, in a slot of its own. */
struct page {
	enum page_state	 state;
	struct buf	 token;		/* what it was asked with */
	int		 status;	/* HTTP; 0: see err */
	char		 type[128];
	struct err	 err;
	struct buf	*bytes;		/* the slot's */
	size_t		 walked;	/* of bytes, at their front */
	int		 peeked;	/* its first bytes were understood */
};

struct question {
	const struct kube_ask	*ask;
	const struct kube_sink	*sink;
	struct http		*http;
	const char		*accept;
	size_t			 slot;		/* the first of its two */
	struct page		 page[2];
	int			 cur;		/* the one whose turn it is */
	int			 over;
	int			 walking;	/* body is of the page cur */
	struct body		 body;
	struct buf		 path;
	struct buf		 next;		/* the token of what follows */
	struct buf		 mark;		/* an earlier one */
	struct buf		 version;	/* of the first page */
	long			 limit;
	unsigned		 pages;
	unsigned		 empty;
	unsigned		 restarts;
	unsigned		 resumed;	/* pages, at the last 410 */
	struct hashset		 seen;		/* what was handed on */
	struct siphash		*hash;		/* shared */
	struct arena		*arena;		/* shared */
};

/* limit: objects in a page.  Nothing is asked yet. */
void	question_init(struct question *q, const struct kube_ask *a,
	    const struct kube_sink *s, size_t slot, long limit);
void	question_release(struct question *q);

/* Ask for its first page.  -1, -2: as question_work(). */
int	question_begin(struct question *q, struct err *why);

/* It is over, whatever has come of it. */
void	question_stop(struct question *q);

/* What http.h's client hears, of the slot that is this one's page n. */
void	question_done(struct question *q, int n, const struct http_answer *a);
int	question_more(struct question *q, int n, const char *type,
	    struct buf *body, struct err *why);
void	question_again(struct question *q, int n);

/*
 * Do KUBE_TURN objects' worth.  1: there is more to do now; 0: not before
 * something comes, or it is over (q->over); -1: it failed for the reason why,
 * which is the question's own; -2: all must stop, why says so.
 */
int	question_work(struct question *q, struct err *why);

#endif
