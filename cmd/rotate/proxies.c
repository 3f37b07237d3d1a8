/*
 * The last phase: what the running proxies hold, asked of them.  A secret that
 * is there has not been loaded yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rotate/run.h"
#include "era/part.h"
#include "observe/ask.h"
#include "observe/envoy_ask.h"
#include "observe/keep.h"
#include "plugins/certverify/certverify.h"

#define TRIES	3	/* of those that do not answer, when no other is left */

struct rotate_proxy {
	struct pod		 pod;
	struct rotate_proxy	*next;
	int			 done;
};

struct asking {
	struct run		*r;
	struct look		*l;
	struct rotate_proxy	*at;		/* who is next */
	struct cv_summary	 sum;
	struct arena		 facts;		/* of one answer */
	size_t			 n;		/* who is to have it */
	size_t			 done;
	int			 last;		/* try */
};

static const struct ref all_pods = { .kind = "pod", .ns = "", .name = "*" };

/* ---- who is to be asked ---- */

int
proxies_keep(struct look *l, const struct pod *pod, struct err *e)
{
	const struct container *ct = cv_proxy_of(pod);
	struct rotate_proxy *p;

	/*
	 * A ztunnel that reads its root once is restarted, and its image is
	 * seldom one that can be asked.
	 */
	if (ct == NULL || part_of(pod, ct) == PART_ZTUNNEL)
		return 0;
	if ((p = arena_array(&l->kept, 1, sizeof(*p), e)) == NULL ||
	    pod_keep(pod, &l->kept, &p->pod, e) == -1)
		return -1;
	p->next = l->proxy;
	l->proxy = p;
	l->nproxy++;
	return 0;
}

static void
key_of(char key[LEFT_KEY], const struct rotate_proxy *p)
{
	left_key(key, &p->pod.ref);
}

/* Who never reloads goes on with the old root, and the plan says so. */
static int
is_never(const struct look *l, const struct ref *ref)
{
	size_t i;

	for (i = 0; i < l->nnever; i++)
		if (strcmp(l->never[i].ref.name, ref->name) == 0 &&
		    strcmp(l->never[i].ref.ns, ref->ns) == 0)
			return 1;
	return 0;
}

/* Not again those that had it when they were asked before. */
static void
pick(struct asking *a)
{
	char key[LEFT_KEY];
	struct rotate_proxy *p;

	for (p = a->l->proxy; p != NULL; p = p->next) {
		if (!a->r->params.roll && is_never(a->l, &p->pod.ref)) {
			p->done = 1;
			continue;
		}
		key_of(key, p);
		p->done = names_find(&a->r->loaded, key) != NULL;
		a->done += p->done != 0;
		a->n++;
	}
	a->at = a->l->proxy;
}

static int
on_next(void *arg, struct kube_run *x, struct err *e)
{
	struct asking *a = arg;
	struct rotate_proxy *p = a->at;

	(void)e;
	while (p != NULL && p->done)
		p = p->next;
	if (p == NULL || rotate_signal)
		return 0;
	a->at = p->next;
	x->ns = p->pod.ref.ns;
	x->pod = p->pod.ref.name;
	x->container = cv_proxy_of(&p->pod)->name;
	/* of a bundle /certs has the first, which may be another's */
	x->argv = cv_question(&p->pod, a->r->tries == 1, &x->argc);
	x->tag = p;
	return 1;
}

/* ---- what they say ---- */

static int
on_finding(void *arg, const struct cv_finding *f, struct err *e)
{
	const struct ref ref = { .kind = f->kind, .ns = f->ns,
	    .name = f->name };
	struct asking *a = arg;

	if (f->verdict == VERDICT_UNKNOWN && a->last)
		return look_left(a->l, &ref, NULL, f->message, e);
	if (f->verdict == VERDICT_UNKNOWN)
		a->l->unanswered++;
	else if (f->verdict != VERDICT_BAD || f->rule == NULL ||
	    strcmp(f->rule->id, "envoy-stale-root") != 0)
		return 0;
	a->l->view.stale_proxies++;
	return look_late(a->l, &ref, f->rule == NULL ? "not-asked" :
	    f->rule->id, f->message, e);
}

static int
on_done(void *arg, const struct kube_run *x, struct kube_ran *d,
    struct err *e)
{
	struct asking *a = arg;
	struct rotate_proxy *p = x->tag;
	size_t late = a->l->nlate + a->l->nleft;
	struct proxy_certs c;
	char key[LEFT_KEY];
	int ret;

	if ((ret = envoy_answer(x, d, &a->facts, &c, e)) != -1)
		ret = cv_proxy(a->l->cv, &p->pod, ret == 1 ? &c : NULL,
		    &d->why, on_finding, a, &a->sum, e);
	envoy_release(&c);
	arena_reset(&a->facts);
	p->done = 1;
	progress_bar(&a->r->progress, ++a->done, a->n);
	if (ret == -1 || late != a->l->nlate + a->l->nleft)
		return ret;
	key_of(key, p);
	return names_add(&a->r->loaded, key, e);
}

/* The server went away meanwhile, or a signal came: not asked is not done. */
static int
rest(struct asking *a, struct err *e)
{
	struct rotate_proxy *p;

	for (p = a->l->proxy; p != NULL; p = p->next) {
		if (p->done)
			continue;
		a->l->view.stale_proxies++;
		if (look_late(a->l, &p->pod.ref, "not-asked", "it has not "
		    "been asked yet", e) == -1)
			return -1;
	}
	return 0;
}

static int
ask(struct asking *a, struct err *e)
{
	const struct kube_exec_options o = {
		.concurrency = ASK_CONCURRENCY, .rate = ASK_RATE,
		.limit_ms = ASK_POD_MS, .out_max = ENVOY_BODY_MAX
	};
	const struct kube_exec_client cl = { on_next, on_done, a };

	if (kube_exec_many(a->r->kube, &o, &cl, e) == -1) {
		if (e->class != ERR_NET && !rotate_signal)
			return -1;
		e->class = ERR_NONE;
	}
	names_sort(&a->r->loaded);
	return rest(a, e);
}

/* ---- all of it ---- */

/* 1: it may; 0: not, and that has been said. */
static int
may(struct run *r, struct look *l, struct err *e)
{
	const struct kube_right right = PROXIES_RIGHT;
	int is;

	if (kube_may(r->kube, &right, 1, &is, e) == -1)
		return -1;
	if (is)
		return 1;
	if (!rotate_may_not_ask(r))
		return look_left(l, &all_pods, NULL, "you may not get "
		    "pods/exec, so that what proxies hold cannot be asked "
		    "(--excuse no-right goes without)", e);
	return 0;
}

/* Lacking it is a reason to stop, unless it is excused. */
int
rotate_may_not_ask(struct run *r)
{
	return tally_excused(&r->tally, "no-right", all_pods.kind,
	    all_pods.name);
}

/* Of another root nobody has been asked. */
static void
forget(struct run *r, const struct look *l)
{
	if (r->loaded_root != NULL && cert_equal(r->loaded_root,
	    l->ca.fact.root))
		return;
	cert_free(r->loaded_root);
	r->loaded_root = cert_ref((struct cert *)l->ca.fact.root);
	names_free(&r->loaded);
	r->tries = 0;
}

int
rotate_proxies(struct run *r, struct look *l, struct err *e)
{
	struct asking a = { .r = r, .l = l, .last = r->tries + 1 >= TRIES };
	size_t left = l->nleft;
	int ret;

	if (l->nproxy == 0 || l->ca.fact.root == NULL)
		return 0;
	forget(r, l);
	if ((ret = may(r, l, e)) == 1) {
		cv_sum(l->cv, &a.sum);
		arena_init(&a.facts, ENVOY_FACTS_MAX, "what a proxy says");
		pick(&a);
		ret = ask(&a, e);
		arena_release(&a.facts);
		l->view.consumers += a.n;
	}
	/* those who hold the old one are worth all the time there is */
	if (l->unanswered == l->view.stale_proxies && l->unanswered > 0)
		r->tries++;
	else if (l->view.stale_proxies > 0)
		r->tries = 0;
	l->view.left = l->left;
	l->view.nleft = l->nleft;
	if (l->nleft > left || l->nlate > 0)
		left_end(l);
	progress_clear(&r->progress);
	return ret == -1 ? -1 : 0;
}
