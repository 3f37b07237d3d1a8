/* Judged, and handed on in their order. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define MESSAGE_MAX	8192

/* ---- judging ---- */

/*
 * A root with the name of a class's leaves could be one of them, or be passed
 * over for the key of another: then one member does not speak for all.
 */
static int
speaks_for_all(const struct cv *cv, const struct cv_class *c)
{
	const struct cv_force *f = &cv->force;
	const struct cert *x;
	size_t i;

	for (i = 0; c->fast && i < f->nanchor + f->ninter; i++) {
		x = i < f->nanchor ? f->anchor[i] : f->inter[i - f->nanchor];
		if (der_equal(&x->subject, &c->member->subject))
			return 0;
	}
	return 1;
}

void
cv_try_class(struct cv *cv, struct cv_class *c)
{
	const struct cv_force *f = &cv->force;
	struct cert *const *inter;
	size_t n;

	if (!speaks_for_all(cv, c)) {
		c->force.agree = AGREE_NOT;
		c->force.why = CHAIN_NOT_MINE;
		return;
	}
	inter = cv_certs_of(cv, c->inter, &n);
	cv_try(cv, c->member, inter, n, f->anchor, f->nanchor,
	    WHO(CV_B) | WHO(CV_G) | WHO(CV_O), NULL, &c->force);
}

int
cv_judge(struct cv *cv, struct err *e)
{
	const struct cv_held *h;
	size_t i;

	if (cv_order(cv, e) == -1 || cv_find_force(cv, e) == -1)
		return -1;
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
		V_PAIR_FAILS, V_STALE_ROOT, V_ENVOY_ROOT
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
cv_send_as(struct cv_out *o, struct cv_finding *f, enum cv_rule_id id,
    enum verdict verdict, const struct cv_words *w, struct err *e)
{
	f->rule = &cv_table[id];
	f->verdict = verdict;
	buf_reset(&o->message);
	return rule_message(f->rule, w->arg, w->n, &o->message, e) == -1 ? -1 :
	    emit(o, f, e);
}

int
cv_send(struct cv_out *o, struct cv_finding *f, enum cv_rule_id id,
    const struct cv_words *w, struct err *e)
{
	return cv_send_as(o, f, id, cv_table[id].severity, w, e);
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
		return t->source == TRUST_NAMED || !cv_is_wanted(cv, &r) ? 0 :
		    cv_judge_trust(o, t, e);
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

void
cv_sum(const struct cv *cv, struct cv_summary *sum)
{
	memset(sum, 0, sizeof(*sum));
	sum->root = cv->force.root;
	sum->no_root = cv->force.root == NULL;
	sum->era = cv->era;
	sum->plane = &cv->plane;
	sum->in_force = cv->authority.ca.in_force;
	sum->self_signed = cv->authority.force != NULL &&
	    authority_self_signed(cv->authority.force);
	if (cv->secret.here && cv->secret.len > 0) {
		sum->root_text = cv_ns_of(cv, cv->secret.text);
		sum->root_len = cv->secret.len;
	}
}

void
cv_out_init(struct cv_out *o)
{
	buf_init(&o->message, MESSAGE_MAX, "a message");
	buf_init(&o->identity, MESSAGE_MAX, "an identity");
	o->first = 1;
}

void
cv_out_release(struct cv_out *o)
{
	buf_release(&o->message);
	buf_release(&o->identity);
}

int
cv_end(struct cv *cv, cv_emit *fn, void *arg, struct cv_summary *sum,
    struct err *e)
{
	struct cv_out o = { .cv = cv, .emit = fn, .arg = arg, .sum = sum };
	int ret;

	cv_sum(cv, sum);
	cv_out_init(&o);
	ret = sum->no_root ? send_unknowns(&o, e) : send_all(&o, e);
	o.first = 1;
	if (ret == 0 && !sum->no_root)
		ret = cv_judge_pairs(&o, e);
	cv_out_release(&o);
	return ret;
}
