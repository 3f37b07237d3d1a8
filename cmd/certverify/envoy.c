/* --envoy: the pods are listed, and then each of their proxies is asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/certverify/run.h"
#include "observe/ask.h"
#include "observe/envoy_ask.h"
#include "observe/keep.h"

struct kept {
	struct pod	 pod;
	struct kept	*next;
};

struct asking {
	struct run	 *r;
	struct cv	 *cv;
	struct arena	  pods;
	struct kept	 *first;
	struct kept	**end;
	const struct kept *at;		/* who is next */
	size_t		  n;
	size_t		  done;
	struct arena	  facts;	/* of one answer */
};

/* ---- who is to be asked ---- */

static int
put_unknown(struct asking *a, const struct ref *ref, const char *message,
    struct err *e)
{
	struct cv_finding f = {
		.verdict = VERDICT_UNKNOWN, .kind = ref->kind, .ns = ref->ns,
		.name = ref->name, .holder = "envoy", .message = message,
		.first = 1
	};

	a->r->proxies++;
	a->r->sum.records++;
	a->r->sum.objects++;
	progress_clear(&a->r->progress);
	return certverify_emit(a->r, &f, e);
}

static int
on_pod(void *arg, const struct pod *p, struct err *e)
{
	struct asking *a = arg;
	struct kept *k;

	if (cv_proxy_of(p) == NULL)
		/* who asks for a pod by name wants to hear of it */
		return !a->r->targeted ? 0 : put_unknown(a, &p->ref,
		    strcmp(p->phase, "Running") == 0 ?
		    "no container of it is a proxy of Istio's" :
		    "it does not run", e);
	if ((k = arena_array(&a->pods, 1, sizeof(*k), e)) == NULL ||
	    pod_keep(p, &a->pods, &k->pod, e) == -1)
		return -1;
	*a->end = k;
	a->end = &k->next;
	a->n++;
	return 0;
}

static int
on_unknown(void *arg, const struct ref *ref, const char *entry,
    const struct err *why, struct err *e)
{
	struct err text = *why;

	if (entry != NULL)
		err_prefix(&text, "%s", entry);
	return put_unknown(arg, ref, text.msg, e);
}

struct pods_scope
certverify_pods(const struct run *r)
{
	const struct pods_scope s = {
		.ns = r->targeted ? NULL : r->own.ns,
		.labels = r->own.selector,
		.target = r->refs, .ntarget = r->targets.n, .exec = 1
	};

	return s;
}

static int
list(struct asking *a, struct kube *k, struct err *e)
{
	struct observe_options oo = certverify_options(a->r);
	struct pods_scope s = certverify_pods(a->r);
	struct sink sink;

	memset(&sink, 0, sizeof(sink));
	sink.pod = on_pod;
	sink.unknown = on_unknown;
	sink.arg = a;
	return observe_pods(k, &s, &oo, &sink, e);
}

/* ---- asking ---- */

static int
on_next(void *arg, struct kube_run *x, struct err *e)
{
	struct asking *a = arg;
	const struct kept *k = a->at;

	(void)e;
	if (k == NULL)
		return 0;
	a->at = k->next;
	x->ns = k->pod.ref.ns;
	x->pod = k->pod.ref.name;
	x->container = cv_proxy_of(&k->pod)->name;
	x->argv = cv_question(&k->pod, a->r->own.bundle, &x->argc);
	x->tag = (void *)&k->pod;
	return 1;
}

static int
on_done(void *arg, const struct kube_run *x, struct kube_ran *d,
    struct err *e)
{
	struct asking *a = arg;
	struct run *r = a->r;
	struct proxy_certs c;
	int ret;

	progress_clear(&r->progress);
	r->proxies++;
	certverify_tell_time(r, a->cv);
	if ((ret = envoy_answer(x, d, &a->facts, &c, e)) != -1)
		ret = cv_proxy(a->cv, x->tag, ret == 1 ? &c : NULL, &d->why,
		    certverify_emit, r, &r->sum, e);
	envoy_release(&c);
	arena_reset(&a->facts);
	/* each as it comes: there can be minutes until the last one */
	if (ret == 0 && fflush(stdout) == EOF)
		ret = err_sys(e, errno, "cannot write to stdout");
	progress_bar(&r->progress, ++a->done, a->n);
	return ret;
}

static int
ask(struct asking *a, struct kube *k, struct err *e)
{
	const struct kube_exec_options o = {
		.concurrency = (unsigned)a->r->own.concurrency,
		.rate = (unsigned)a->r->own.rate, .limit_ms = ASK_POD_MS,
		.out_max = ENVOY_BODY_MAX
	};
	const struct kube_exec_client cl = { on_next, on_done, a };

	a->at = a->first;
	return a->n == 0 ? 0 : kube_exec_many(k, &o, &cl, e);
}

/* ---- all of it ---- */

/*
 * Pods were asked for, and no other holder; but what the root in force hangs
 * on, and could not be seen, concerns them.
 */
static int
put_unseen(void *arg, const struct cv_finding *f, struct err *e)
{
	struct run *r = arg;

	if (f->verdict != VERDICT_UNKNOWN || f->rule != NULL ||
	    (f->ns[0] != '\0' && strcmp(f->ns, r->o.istio_ns) != 0 &&
	    strcmp(f->name, "*") != 0))
		return 0;
	r->unseen++;
	return certverify_emit(r, f, e);
}

static int
put_holders(struct run *r, struct cv *cv, struct err *e)
{
	struct cv_summary all;

	if (!r->targeted)
		return cv_end(cv, certverify_emit, r, &r->sum, e);
	cv_sum(cv, &r->sum);
	if (cv_end(cv, put_unseen, r, &all, e) == -1)
		return -1;
	r->sum.records += r->unseen;
	return 0;
}

int
certverify_envoy(struct run *r, struct kube *k, struct cv *cv, struct err *e)
{
	struct asking a = { .r = r, .cv = cv };
	int ret;

	if (put_holders(r, cv, e) == -1)
		return -1;
	/* without a root there is nothing to compare theirs with */
	if (r->sum.no_root)
		return 0;
	a.end = &a.first;
	arena_init(&a.pods, ASK_PODS_BYTES, "all pods that run a proxy");
	arena_init(&a.facts, ENVOY_FACTS_MAX, "what a proxy says");
	ret = list(&a, k, e) == -1 || ask(&a, k, e) == -1 ? -1 : 0;
	arena_release(&a.facts);
	arena_release(&a.pods);
	progress_clear(&r->progress);
	return ret;
}
