/* --ask: pods whose version nothing tells are asked for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/proxyver/run.h"
#include "observe/ask.h"
#include "observe/keep.h"
#include "observe/version_answer.h"

/* A record, or some, whose turn has not come. */
struct held {
	struct pod	 pod;		/* or only its ref, with a message */
	const char	*message;
	struct pv_said	*said;		/* by those that were asked */
	size_t		 nsaid;
	size_t		 open;		/* of them, not answered yet */
	struct held	*next;
};

/* One container to be asked. */
struct question {
	struct held		*of;
	struct pv_said		*said;
	const char *const	*words;
	struct question		*next;
};

struct asking {
	struct arena	  arena;
	struct held	 *first;
	struct held	**end;
	struct question	 *next;		/* who is to be asked */
	struct question	**last;
	size_t		  n;		/* questions */
	size_t		  done;
};

int
proxyver_ask_begin(struct run *r, struct err *e)
{
	if ((r->asking = calloc(1, sizeof(*r->asking))) == NULL)
		return err_nomem(e);
	r->asking->end = &r->asking->first;
	r->asking->last = &r->asking->next;
	arena_init(&r->asking->arena, ASK_PODS_BYTES, "all pods from the "
	    "first on that is to be asked");
	return 0;
}

void
proxyver_ask_free(struct run *r)
{
	if (r->asking != NULL)
		arena_release(&r->asking->arena);
	free(r->asking);
	r->asking = NULL;
}

/* ---- what is held back ---- */

static struct held *
hold(struct asking *a, const struct pod *p, struct err *e)
{
	struct held *h;

	if ((h = arena_array(&a->arena, 1, sizeof(*h), e)) == NULL ||
	    pod_keep(p, &a->arena, &h->pod, e) == -1)
		return NULL;
	*a->end = h;
	a->end = &h->next;
	return h;
}

static int
add_question(struct asking *a, struct held *h, size_t container,
    const char *const *words, struct err *e)
{
	struct question *q;

	if ((q = arena_array(&a->arena, 1, sizeof(*q), e)) == NULL ||
	    (h->said == NULL && (h->said = arena_array(&a->arena,
	    h->pod.ncontainer, sizeof(*h->said), e)) == NULL))
		return -1;
	q->of = h;
	q->said = &h->said[h->nsaid++];
	q->said->container = container;
	q->words = words;
	*a->last = q;
	a->last = &q->next;
	h->open++;
	a->n++;
	return 0;
}

int
proxyver_hold_pod(struct run *r, const struct pod *p, struct err *e)
{
	struct asking *a = r->asking;
	const char *const *words;
	struct held *h = NULL;
	int judged = r->targeted;	/* is anything to be said of it? */
	size_t i;

	for (i = 0; i < p->ncontainer; i++) {
		judged |= part_of(p, &p->container[i]) != PART_NONE;
		if ((words = pv_question(&r->params, p, i)) == NULL)
			continue;
		if ((h == NULL && (h = hold(a, p, e)) == NULL) ||
		    add_question(a, h, i, words, e) == -1)
			return -1;
	}
	if (h != NULL || !judged)
		return 0;
	if (a->first == NULL)
		return proxyver_judge(r, p, NULL, 0, e);
	return hold(a, p, e) == NULL ? -1 : 0;
}

int
proxyver_hold_unknown(struct run *r, const struct ref *ref,
    const char *message, struct err *e)
{
	struct pod p = { .ref = *ref, .phase = "" };
	struct asking *a = r->asking;
	struct held *h;

	if (a->first == NULL)
		return proxyver_unknown(r, ref, message, e);
	if ((h = hold(a, &p, e)) == NULL || (h->message = arena_text(&a->arena,
	    message, strlen(message), e)) == NULL)
		return -1;
	return 0;
}

/* Whose turn it is, as far as all before it have answered. */
static int
put_held(struct run *r, struct err *e)
{
	struct asking *a = r->asking;
	struct held *h;

	for (; (h = a->first) != NULL && h->open == 0; a->first = h->next)
		if ((h->message != NULL ? proxyver_unknown(r, &h->pod.ref,
		    h->message, e) : proxyver_judge(r, &h->pod, h->said,
		    h->nsaid, e)) == -1)
			return -1;
	return fflush(stdout) == EOF ? err_sys(e, errno,
	    "cannot write to stdout") : 0;
}

/* ---- asking ---- */

static int
on_next(void *arg, struct kube_run *x, struct err *e)
{
	struct run *r = arg;
	struct question *q = r->asking->next;
	const struct pod *p;

	(void)e;
	if (q == NULL)
		return 0;
	r->asking->next = q->next;
	p = &q->of->pod;
	x->ns = p->ref.ns;
	x->pod = p->ref.name;
	x->container = p->container[q->said->container].name;
	x->argv = q->words;
	x->argc = PV_QUESTION_WORDS;
	x->tag = q;
	return 1;
}

/* Up to 1.0 it says so on stderr. */
static int
understand(const struct kube_run *x, struct kube_ran *d,
    char out[VERSION_ANSWER_MAX])
{
	struct err other = ERR_INIT;

	ask_ended(x, d);
	if (d->why.class != ERR_NONE)
		return -1;
	if (version_answer(buf_str(d->out), d->out->len, out, &d->why) == 0 ||
	    version_answer(d->err_text, strlen(d->err_text), out, &other) == 0)
		return 0;
	return -1;
}

static int
on_done(void *arg, const struct kube_run *x, struct kube_ran *d,
    struct err *e)
{
	char version[VERSION_ANSWER_MAX];
	struct run *r = arg;
	struct asking *a = r->asking;
	struct question *q = x->tag;
	const char *text;
	int ok;

	ok = understand(x, d, version) == 0;
	text = ok ? version : d->why.msg;
	if ((text = arena_text(&a->arena, text, strlen(text), e)) == NULL)
		return -1;
	if (ok)
		q->said->version = text;
	else
		q->said->why = text;
	q->of->open--;
	if (put_held(r, e) == -1)
		return -1;
	progress_bar(&r->progress, ++a->done, a->n);
	return 0;
}

int
proxyver_ask(struct run *r, struct kube *k, struct err *e)
{
	const struct kube_exec_options o = {
		.concurrency = ASK_CONCURRENCY, .rate = ASK_RATE,
		.limit_ms = ASK_POD_MS, .out_max = VERSION_ANSWER_BODY
	};
	const struct kube_exec_client cl = { on_next, on_done, r };
	int ret;

	ret = r->asking->n == 0 ? 0 : kube_exec_many(k, &o, &cl, e);
	progress_clear(&r->progress);
	return ret;
}
