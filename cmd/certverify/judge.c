/* Read it all, judge it, print it. */
#include <string.h>
#include <time.h>

#include "cmd/certverify/run.h"
#include "kube/kube.h"

/* For what is said beside the records: which namespaces there are. */
struct tap {
	struct run	*r;
	struct sink	 to;
};

static int
tap_ns(void *arg, const struct mesh_ns *f, struct err *e)
{
	struct tap *t = arg;

	return names_add(&t->r->ns, f->ref.name, e) == -1 ? -1 :
	    t->to.ns(t->to.arg, f, e);
}

/* ref: of what can be a target, which has then been found. */
#define PASS(name, type, ref)						\
static int								\
tap_##name(void *arg, const struct type *f, struct err *e)		\
{									\
	struct tap *t = arg;						\
									\
	if (t->r->targeted)						\
		certverify_wanted(t->r, ref);				\
	return t->to.name(t->to.arg, f, e);				\
}

PASS(ca_secret, ca_secret, &f->ref)
PASS(trust_copy, trust_copy, &f->ref)
PASS(webhook, webhook, &f->ref)
PASS(deployment, deployment, &f->ref)
PASS(workload, workload, &f->ref)
PASS(mesh_config, mesh_config, &f->ref)
PASS(account, ref, f)

/* Of another namespace than was asked for, it is no matter what is unknown. */
static int
tap_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct tap *t = arg;
	struct run *r = t->r;

	if (r->targeted)
		certverify_wanted(r, f);
	if (!r->targeted && r->own.ns != NULL && f->ns[0] != '\0' &&
	    strcmp(f->ns, r->own.ns) != 0 &&
	    strcmp(f->ns, r->o.istio_ns) != 0)
		return 0;
	return t->to.unknown(t->to.arg, f, entry, why, e);
}

static struct sink
tap_sink(struct tap *t)
{
	struct sink s = {
		.ca_secret = tap_ca_secret, .trust_copy = tap_trust_copy,
		.webhook = tap_webhook, .deployment = tap_deployment,
		.ns = tap_ns, .workload = tap_workload,
		.mesh_config = tap_mesh_config, .account = tap_account,
		.unknown = tap_unknown, .arg = t
	};

	return s;
}

/* Why there is nothing of a target. */
static const char *
absent(const struct run *r)
{
	return r->o.files.n > 0 ? "the input does not hold it" : "it is not "
	    "there, or it holds no certificates of Istio";
}

/* A target that did not come; of a cluster its absence was said. */
static int
missing(struct run *r, struct sink *sink, struct err *e)
{
	struct err why = ERR_INIT;
	size_t i;

	err_set(&why, ERR_ABSENT, "%s", absent(r));
	for (i = 0; i < r->targets.n; i++)
		/* a copy of the root that is missing is a finding */
		if (!r->targets.v[i].found && strcmp(r->refs[i].kind,
		    "configmap") != 0 && sink->unknown(sink->arg, &r->refs[i],
		    NULL, &why, e) == -1)
			return -1;
	return 0;
}

static int
read_input(struct run *r, struct kube *k, struct sink *sink, struct err *e)
{
	struct observe_options oo = certverify_options(r);
	struct holders_scope s = certverify_scope(r);
	size_t i;

	if (k != NULL)
		return observe_holders(k, &s, &oo, sink, &r->versions, e);
	for (i = 0; i < r->o.files.n; i++)
		if (observe_path(r->o.files.v[i], &oo, sink, e) == -1)
			return -1;
	return 0;
}

static int
read_accounts(struct run *r, struct kube *k, struct cv *cv,
    const struct sink *sink, struct err *e)
{
	struct observe_options oo = certverify_options(r);
	struct holders_scope s = certverify_scope(r);
	int all;

	if (k == NULL || !cv_wants_accounts(cv))
		return 0;
	if (observe_accounts(k, &s, &oo, sink, &all, e) == -1)
		return -1;
	if (all)
		cv_accounts_all(cv);
	return 0;
}

void
certverify_tell_time(struct run *r, struct cv *cv)
{
	if (r->o.at == NULL)
		r->params.now = r->now = (int64_t)time(NULL);
	cv_now(cv, r->params.now);
}

int
certverify_read(struct run *r, struct kube *k, struct cv **cv,
    struct err *e)
{
	struct tap t = { .r = r };
	struct sink sink;

	names_free(&r->ns);
	if (cv_new(&r->params, cv, e) == -1)
		return -1;
	t.to = cv_sink(*cv);
	sink = tap_sink(&t);
	if (read_input(r, k, &sink, e) == -1 ||
	    (certverify_by_name(r) && missing(r, &sink, e) == -1))
		return -1;
	certverify_tell_time(r, *cv);
	if (cv_judge(*cv, e) == -1)
		return -1;
	return read_accounts(r, k, *cv, &sink, e);
}

static void
say_scope(struct run *r)
{
	if (r->own.ns == NULL || r->targeted)
		return;
	names_sort(&r->ns);
	if (r->ns.n > 0)
		cli_note(stderr, "judged 1 of %zu namespaces", r->ns.n);
	else
		cli_note(stderr, "judged 1 namespace; how many there are may "
		    "not be listed");
}

/* These two say nothing rather than half of it. */
static int
is_all_or_nothing(const struct run *r)
{
	return r->own.form == REC_PROM || r->own.form == REC_NAGIOS;
}

static int
nothing(const struct run *r, struct err *e)
{
	if (r->sum.no_root && r->tally.n[VERDICT_UNKNOWN] > 0)
		return err_set(e, ERR_ABSENT, "no root found: what there is "
		    "of it could not be seen; shall another root be gone by "
		    "(--root)?");
	if (r->sum.no_root)
		return err_set(e, ERR_ABSENT, "no root found: %s no CA secret "
		    "and no copy of its root in namespace '%s'; is it another "
		    "one (-i), or shall another root be gone by (--root)?",
		    r->o.files.n > 0 ? "the input holds" : "the cluster has",
		    r->o.istio_ns);
	if (r->own.envoy)
		return err_set(e, ERR_ABSENT, "no running proxy found: %s no "
		    "running pod with a proxy of Istio's",
		    r->own.selector != NULL ? "the selector finds" :
		    r->own.ns != NULL ? "the namespace has" :
		    "the cluster has");
	return err_set(e, ERR_ABSENT, "nothing to judge: %s nobody who holds "
	    "the root", r->o.files.n > 0 ? "the input has" :
	    r->own.ns != NULL ? "the namespace has" : "the cluster has");
}

/* cv_end() sets the summary that printing begins with. */
int
certverify_emit(void *arg, const struct cv_finding *f, struct err *e)
{
	struct run *r = arg;

	if (!r->open) {
		r->open = 1;
		if (certverify_open(r, e) == -1)
			return -1;
	}
	return certverify_put(r, f, e);
}

/* ConfigMaps that were asked for, and of which no record has come. */
static int
unsaid(struct run *r, struct err *e)
{
	struct cv_finding f;
	const struct target *t;
	size_t i;

	for (i = 0; i < r->targets.n; i++) {
		t = &r->targets.v[i];
		if (t->found || strcmp(t->kind, "configmap") != 0)
			continue;
		memset(&f, 0, sizeof(f));
		f.verdict = VERDICT_UNKNOWN;
		f.kind = t->kind;
		f.ns = t->ns;
		f.name = t->name;
		f.message = absent(r);
		f.first = 1;
		if (certverify_emit(r, &f, e) == -1)
			return -1;
		r->sum.records++;
	}
	return 0;
}

/* cv is NULL where nothing was asked for. */
static int
put_all(struct run *r, struct kube *k, struct cv *cv, struct err *e)
{
	if (cv == NULL)
		return 0;
	if (r->own.envoy)
		return certverify_envoy(r, k, cv, e);
	return cv_end(cv, certverify_emit, r, &r->sum, e) == -1 ? -1 :
	    unsaid(r, e);
}

static int
is_empty(const struct run *r)
{
	if (r->o.allow_empty || (r->targeted && r->targets.n == 0))
		return 0;
	return r->sum.records == 0 || r->sum.no_root ||
	    (r->own.envoy && r->proxies == 0);
}

static int
print(struct run *r, struct kube *k, struct cv *cv, struct err *e)
{
	int empty;

	progress_clear(&r->progress);
	if (put_all(r, k, cv, e) == -1)
		return -1;
	empty = is_empty(r);
	if (empty && is_all_or_nothing(r))
		return nothing(r, e);
	if (!r->open && certverify_open(r, e) == -1)
		return -1;
	if (certverify_close(r, e) == -1)
		return -1;
	if (r->own.form == REC_NAGIOS)
		r->nagios = rec_nagios_state(r->out);
	say_scope(r);
	return empty ? nothing(r, e) : 0;
}

/* A cluster, unless there are files; NULL for those. */
static int
connect(struct run *r, const struct strs *operands, const struct kube_log *log,
    struct kube **k, struct err *e)
{
	struct kube_options ko = { "certverify", VERSION, log, NULL };

	*k = NULL;
	if (targets_on_stdin(operands))
		ko.stdin_taken = "targets are read from it";
	return r->o.files.n > 0 ? 0 : kube_connect(&r->flags, &ko, k, e);
}

int
certverify_run(struct run *r, const struct strs *operands, struct err *e)
{
	const struct kube_log log = { r->flags.verbose, progress_say,
	    &r->progress };
	const char *ns = r->own.ns;
	struct cv *cv = NULL;
	struct kube *k;
	int ret = -1;

	if (connect(r, operands, &log, &k, e) == -1)
		return -1;
	if (ns == NULL && k != NULL)
		ns = kube_namespace(k) != NULL ? kube_namespace(k) : "default";
	if (certverify_read_targets(r, operands, ns, e) == 0 &&
	    ((r->targeted && r->targets.n == 0) || (r->own.wait ?
	    certverify_wait(r, k, &cv, e) : certverify_read(r, k, &cv, e)) ==
	    0))
		ret = print(r, k, cv, e);
	rec_free(r->out);
	cv_free(cv);
	kube_close(k);
	return ret;
}
