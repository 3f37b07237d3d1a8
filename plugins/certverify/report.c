/* Judged, and handed on in their order. */
#define _GNU_SOURCE	/* qsort_r() */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define MESSAGE_MAX	8192

/* ---- in order of namespace and name ---- */

static int
by_name(const struct cv *cv, uint32_t a, uint32_t b)
{
	int d = strcmp(cv_ns_of(cv, a), cv_ns_of(cv, b));

	return d != 0 ? d : strcmp(cv_name_of(cv, a), cv_name_of(cv, b));
}

/* All of these begin with their name. */
static int
by_first(const void *a, const void *b, void *cv)
{
	return by_name(cv, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int
by_ns(const void *a, const void *b, void *cv)
{
	const struct mesh_ns *x = a, *y = b;
	int d = strcmp(x->ref.name, y->ref.name);

	(void)cv;
	/* the namespace itself before what only names it */
	return d != 0 ? d : y->seen - x->seen;
}

/* A cluster hands most of them on in order: then sorting takes no memory. */
static void
sort(struct cv *cv, struct cv_list *l,
    int (*by)(const void *a, const void *b, void *cv))
{
	const char *v = l->v;
	size_t i;

	for (i = 1; i < l->n; i++)
		if (by(v + (i - 1) * l->size, v + i * l->size, cv) > 0) {
			qsort_r(l->v, l->n, l->size, by, cv);
			return;
		}
}

static void
once_each_ns(struct cv_list *l)
{
	struct mesh_ns *v = l->v;
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		if (n == 0 || strcmp(v[n - 1].ref.name, v[i].ref.name) != 0)
			v[n++] = v[i];
	l->n = n;
}

const struct cv_held *
cv_find_held(const struct cv *cv, const char *ns, const char *name)
{
	const struct cv_held *h = cv->helds.v;
	size_t lo = 0, hi = cv->helds.n, mid;
	int d;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((d = strcmp(ns, cv_ns_of(cv, h[mid].name))) == 0)
			d = strcmp(name, cv_name_of(cv, h[mid].name));
		if (d == 0)
			return &h[mid];
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* ---- what came twice ---- */

static int
same_held(const struct cv_held *a, const struct cv_held *b)
{
	return a->class == b->class && a->flags == b->flags &&
	    a->not_after == b->not_after;
}

static int
twice(struct cv *cv, const char *kind, const char *holder, uint32_t name,
    struct err *e)
{
	struct ref r = { kind, cv_ns_of(cv, name), cv_name_of(cv, name), NULL,
	    NULL };
	struct err why = ERR_INIT;

	err_set(&why, ERR_FORMAT, "it is in the input twice, with different "
	    "contents: judge one mesh at a time");
	return cv_unknown_add(cv, &r, holder, NULL, &why, e);
}

static int
once_each(struct cv *cv, struct err *e)
{
	struct cv_held *h = cv->helds.v;
	struct cv_trust *t = cv->trusts.v;
	size_t i, n = 0;

	for (i = 0; i < cv->helds.n; i++) {
		if (n > 0 && by_name(cv, h[n - 1].name, h[i].name) == 0) {
			if (!same_held(&h[n - 1], &h[i]) && twice(cv,
			    "secret", "workload", h[i].name, e) == -1)
				return -1;
			continue;
		}
		h[n++] = h[i];
	}
	cv->helds.n = n;
	for (i = n = 0; i < cv->trusts.n; i++) {
		if (n > 0 && by_name(cv, t[n - 1].name, t[i].name) == 0 &&
		    strcmp(t[n - 1].kind, t[i].kind) == 0) {
			if (t[n - 1].set != t[i].set && t[i].source ==
			    t[n - 1].source && twice(cv, t[i].kind, "trust",
			    t[i].name, e) == -1)
				return -1;
			continue;
		}
		t[n++] = t[i];
	}
	cv->trusts.n = n;
	return 0;
}

/* ---- judging ---- */

/*
 * A root with the name of a class's leaves could be one of them, or be passed
 * over for the key of another: then one member does not speak for all.
 */
static int
speaks_for_all(const struct cv *cv, const struct cv_class *c)
{
	const struct cv_force *f = &cv->force;
	const struct der *s = &c->member->subject;
	const struct cert *x;
	size_t i;

	for (i = 0; c->fast && i < f->nanchor + f->ninter; i++) {
		x = i < f->nanchor ? f->anchor[i] : f->inter[i - f->nanchor];
		if (x->subject.len == s->len &&
		    memcmp(x->subject.p, s->p, s->len) == 0)
			return 0;
	}
	return 1;
}

void
cv_try_class(struct cv *cv, struct cv_class *c)
{
	const struct cv_force *f = &cv->force;
	const struct cv_set *in;

	if (!speaks_for_all(cv, c)) {
		c->force.agree = AGREE_NOT;
		c->force.why = CHAIN_NOT_MINE;
		return;
	}
	in = c->inter == CV_NONE ? NULL : cv_set_at(cv, c->inter);
	cv_try(cv, c->member, in == NULL ? NULL : in->cert,
	    in == NULL ? 0 : in->n, f->anchor, f->nanchor,
	    WHO(CV_B) | WHO(CV_G) | WHO(CV_O), NULL, &c->force);
}

int
cv_judge(struct cv *cv, struct err *e)
{
	const struct cv_held *h;
	size_t i;

	sort(cv, &cv->helds, by_first);
	sort(cv, &cv->trusts, by_first);
	sort(cv, &cv->namespaces, by_ns);
	once_each_ns(&cv->namespaces);
	if (once_each(cv, e) == -1 || cv_find_force(cv, e) == -1)
		return -1;
	sort(cv, &cv->hooks, by_first);
	sort(cv, &cv->unknowns, by_first);
	if (cv->force.root == NULL)
		return 0;
	for (i = 0; i < cv->classes.n; i++)
		cv_try_class(cv, cv_class_at(cv, i));
	for (i = 0; i < cv->helds.n; i++) {
		h = cv_held_at(cv, i);
		cv->suspects += cv_broken(cv, h) != 0 &&
		    cv_excuse(cv, h) == V_RULES;
	}
	return 0;
}

int
cv_wants_accounts(const struct cv *cv)
{
	return cv->suspects > 0;
}

/* ---- records ---- */

/* What ends when the root has reached everybody; the rest is for people. */
uint32_t
cv_stale_rules(void)
{
	static const enum cv_rule_id ids[] = {
		V_CHAIN_INVALID, V_GO_REJECTS, V_OPENSSL_REJECTS,
		V_NOT_TRUSTED, V_TRUST_MISSING, V_WEBHOOK_STALE,
		V_PAIR_FAILS, V_STALE_ROOT
	};
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		bits |= UINT32_C(1) << ids[i];
	return bits;
}

static int
emit(struct cv_out *o, struct cv_finding *f, struct err *e)
{
	o->sum->records++;
	f->first = o->first;
	/* under an expired root there is nothing to wait for */
	f->stale = f->rule != NULL && !cv_root_expired(o->cv) &&
	    (cv_stale_rules() &
	    UINT32_C(1) << (f->rule - cv_table)) != 0;
	o->first = 0;
	f->message = buf_str(&o->message);
	return o->emit(o->arg, f, e);
}

int
cv_send(struct cv_out *o, struct cv_finding *f, enum cv_rule_id id,
    const struct cv_words *w, struct err *e)
{
	f->rule = &cv_table[id];
	f->verdict = f->rule->severity;
	buf_reset(&o->message);
	return rule_message(f->rule, w->arg, w->n, &o->message, e) == -1 ? -1 :
	    emit(o, f, e);
}

int
cv_send_plain(struct cv_out *o, struct cv_finding *f, enum verdict verdict,
    const char *text, struct err *e)
{
	f->rule = NULL;
	f->verdict = verdict;
	buf_reset(&o->message);
	return buf_puts(&o->message, text, e) == -1 ? -1 : emit(o, f, e);
}

static int
send_unknown(struct cv_out *o, const struct cv_unknown *u, struct err *e)
{
	struct cv_finding f;

	memset(&f, 0, sizeof(f));
	f.kind = u->kind;
	f.ns = cv_ns_of(o->cv, u->name);
	f.name = cv_name_of(o->cv, u->name);
	f.holder = u->holder;
	return cv_send_plain(o, &f, VERDICT_UNKNOWN, cv_ns_of(o->cv,
	    u->message), e);
}

/* The lists that are merged, in the order of equal names. */
enum { FROM_UNKNOWN, FROM_HOOK, FROM_TRUST, FROM_NS, FROM_HELD, FROMS };

struct merge {
	size_t	at[FROMS];
};

/* The next of a list: its namespace and name; 0: there is none. */
static int
peek(struct cv *cv, const struct merge *m, int from, const char **ns,
    const char **name)
{
	const struct cv_list *const lists[FROMS] = {
		[FROM_UNKNOWN] = &cv->unknowns, [FROM_HOOK] = &cv->hooks,
		[FROM_TRUST] = &cv->trusts, [FROM_NS] = &cv->namespaces,
		[FROM_HELD] = &cv->helds,
	};
	const struct cv_list *l = lists[from];
	const char *v = l->v;
	uint32_t at;

	if (m->at[from] == l->n)
		return 0;
	v += m->at[from] * l->size;
	if (from == FROM_NS) {
		*ns = ((const struct mesh_ns *)v)->ref.name;
		*name = cv->plane.configmap;
		return 1;
	}
	memcpy(&at, v, sizeof(at));
	*ns = cv_ns_of(cv, at);
	*name = cv_name_of(cv, at);
	return 1;
}

static int
send_next(struct cv_out *o, struct merge *m, int from, struct err *e)
{
	struct cv *cv = o->cv;
	size_t i = m->at[from]++;
	const struct cv_trust *t;
	const struct mesh_ns *ns;
	struct ref r;

	o->first = 1;
	switch (from) {
	case FROM_UNKNOWN:
		return send_unknown(o, CV_AT(cv->unknowns, struct cv_unknown,
		    i), e);
	case FROM_HOOK:
		return cv_judge_hook(o, CV_AT(cv->hooks, struct cv_hook, i),
		    e);
	case FROM_TRUST:
		t = CV_AT(cv->trusts, struct cv_trust, i);
		r.kind = t->kind;
		r.ns = cv_ns_of(cv, t->name);
		r.name = cv_name_of(cv, t->name);
		if (t->source == TRUST_NAMED || (cv->p.wanted != NULL &&
		    !cv->p.wanted(cv->p.arg, &r)))
			return 0;
		return cv_judge_trust(o, t, e);
	case FROM_NS:
		ns = CV_AT(cv->namespaces, struct mesh_ns, i);
		return cv_is_missing(cv, ns) ? cv_judge_missing(o, ns, e) : 0;
	default:
		return cv_judge_held(o, cv_held_at(cv, i), e);
	}
}

static int
send_all(struct cv_out *o, struct err *e)
{
	const char *ns, *name, *best_ns, *best_name;
	struct merge m = { { 0 } };
	size_t was;
	int from, best, d;

	for (;;) {
		best = -1;
		best_ns = best_name = NULL;
		for (from = 0; from < FROMS; from++) {
			if (!peek(o->cv, &m, from, &ns, &name))
				continue;
			d = best == -1 ? -1 : strcmp(ns, best_ns);
			if (d == 0)
				d = strcmp(name, best_name);
			if (d >= 0)
				continue;
			best = from;
			best_ns = ns;
			best_name = name;
		}
		if (best == -1)
			return 0;
		was = o->sum->records;
		if (send_next(o, &m, best, e) == -1)
			return -1;
		o->sum->objects += o->sum->records > was;
	}
}

/* Without a root to go by, only what could not be seen can be said. */
static int
send_unknowns(struct cv_out *o, struct err *e)
{
	size_t i;

	for (i = 0; i < o->cv->unknowns.n; i++)
		if (send_unknown(o, CV_AT(o->cv->unknowns, struct cv_unknown,
		    i), e) == -1)
			return -1;
	return 0;
}

int
cv_end(struct cv *cv, cv_emit *fn, void *arg, struct cv_summary *sum,
    struct err *e)
{
	struct cv_out o = { .cv = cv, .emit = fn, .arg = arg, .sum = sum };
	int ret;

	memset(sum, 0, sizeof(*sum));
	sum->root = cv->force.root;
	sum->no_root = cv->force.root == NULL;
	if (cv->secret.here && cv->secret.len > 0) {
		sum->root_text = cv_ns_of(cv, cv->secret.text);
		sum->root_len = cv->secret.len;
	}
	buf_init(&o.message, MESSAGE_MAX, "a message");
	buf_init(&o.identity, MESSAGE_MAX, "an identity");
	ret = sum->no_root ? send_unknowns(&o, e) : send_all(&o, e);
	o.first = 1;
	if (ret == 0 && !sum->no_root)
		ret = cv_judge_pairs(&o, e);
	buf_release(&o.message);
	buf_release(&o.identity);
	return ret;
}
