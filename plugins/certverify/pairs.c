/* Would every pair of workloads shake hands? */
#include <stdio.h>
#include <string.h>

#include "plugins/certverify/state.h"

/* Does a accept b?  Under Envoy's rules, and Go's where a is in Go. */
static int
takes(const struct cv *cv, const struct cv_class *a, const struct cv_class *b,
    struct cv_trial *t)
{
	unsigned whos = WHO(CV_B) | (a->control_plane ? WHO(CV_G) : 0);
	struct cert *const *inter, *const *anchor;
	size_t ni, na;

	inter = cv_certs_of(cv, b->inter, &ni);
	anchor = cv_certs_of(cv, a->set, &na);
	cv_try(cv, b->member, inter, ni, anchor, na, whos, NULL, t);
	return t->agree == AGREE_OK;
}

/* May it be paired?  What has a finding of its own says nothing of pairs. */
static int
is_in_order(struct cv *cv, const struct cv_held *h)
{
	const uint32_t out = UINT32_C(1) << V_EXPIRED |
	    UINT32_C(1) << V_NOT_YET_VALID | UINT32_C(1) << V_CHAIN_INVALID |
	    UINT32_C(1) << V_GO_REJECTS | UINT32_C(1) << V_OPENSSL_REJECTS |
	    UINT32_C(1) << V_NOT_TRUSTED;
	uint32_t broken = cv_broken(cv, h);
	enum cv_rule_id id = cv_excuse(cv, h);

	return !(broken & out) && !(h->flags & H_FILE) &&
	    (id == V_RULES || (broken == 0 && id != V_ORPHAN));
}

static void
count_members(struct cv *cv)
{
	const struct cv_held *h;
	struct cv_class *c;
	size_t i;

	for (i = 0; i < cv->classes.n; i++)
		cv_class_at(cv, i)->n = 0;
	for (i = 0; i < cv->helds.n; i++) {
		h = cv_held_at(cv, i);
		if (!is_in_order(cv, h))
			continue;
		c = cv_class_at(cv, h->class);
		if (c->n++ == 0)
			c->example = h->name;
	}
}

static int
same_chain(const struct cv_class *a, const struct cv_class *b)
{
	return a->own.issuer == b->own.issuer && a->inter == b->inter &&
	    a->set == b->set;
}

/* The classes that have such members, and how many groups they make. */
static size_t
paired(struct cv *cv, struct cv_class **v, size_t *groups)
{
	struct cv_class *c;
	size_t i, j, n = 0;

	*groups = 0;
	for (i = 0; i < cv->classes.n; i++) {
		c = cv_class_at(cv, i);
		if (c->n == 0)
			continue;
		if (n++ >= CV_PAIRED_MAX)
			continue;
		for (j = 0; j < n - 1 && !same_chain(v[j], c); j++)
			;
		c->group = j < n - 1 ? v[j]->group : (uint32_t)(*groups)++;
		v[n - 1] = c;
	}
	return n;
}

/* A pair of groups: how it stands, and between whom. */
struct pair {
	const struct cv_class	*a, *b;		/* NULL: nobody refuses */
	struct cv_trial		 t;
};

/* Every class of one group against every class of the other. */
static void
try_pair(const struct cv *cv, struct cv_class *const *v, size_t n,
    uint32_t x, uint32_t y, struct pair *p)
{
	size_t i, j;

	p->a = p->b = NULL;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			if ((v[i]->group != x || v[j]->group != y) &&
			    (v[i]->group != y || v[j]->group != x))
				continue;
			if (takes(cv, v[i], v[j], &p->t))
				continue;
			p->a = v[i];
			p->b = v[j];
			return;
		}
}

static uint64_t
members(struct cv_class *const *v, size_t n, uint32_t group)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i]->group == group)
			sum += v[i]->n;
	return sum;
}

static int
send_pair(struct cv_out *o, struct cv_finding *f, const struct pair *p,
    struct err *e)
{
	struct cv_words w = { .n = 0 };

	cv_word(&w, "refuser", "%s/%s", cv_ns_of(o->cv, p->a->example),
	    cv_name_of(o->cv, p->a->example));
	cv_word(&w, "other", "%s/%s", cv_ns_of(o->cv, p->b->example),
	    cv_name_of(o->cv, p->b->example));
	cv_word(&w, "who", "%s", ruleset_name(p->t.by));
	cv_word(&w, "why", "%s", chain_why_text(p->t.why));
	return cv_send(o, f, V_PAIR_FAILS, &w, e);
}

static int
send_proved(struct cv_out *o, struct cv_finding *f, size_t n, struct err *e)
{
	char text[128];

	f->count = n;
	snprintf(text, sizeof(text), "all pairs of workloads can shake hands: "
	    "%zu pair%s of classes proved", n, n == 1 ? "" : "s");
	return cv_send_plain(o, f, VERDICT_OK, text, e);
}

int
cv_judge_pairs(struct cv_out *o, struct err *e)
{
	struct cv_class *v[CV_PAIRED_MAX];
	size_t n, groups, bad = 0;
	struct cv_finding f;
	struct pair p;
	uint32_t x, y;

	count_members(o->cv);
	n = paired(o->cv, v, &groups);
	memset(&f, 0, sizeof(f));
	f.kind = "mesh";
	f.ns = "";
	f.name = o->cv->p.istio_ns;
	f.holder = "pair";
	if (n > CV_PAIRED_MAX)
		return cv_send_plain(o, &f, VERDICT_UNKNOWN, "more than 64 "
		    "kinds of workload certificates: their pairs are not "
		    "judged", e);
	for (x = 0; x < groups; x++)
		for (y = x; y < groups; y++) {
			try_pair(o->cv, v, n, x, y, &p);
			if (p.a == NULL)
				continue;
			bad++;
			f.count = members(v, n, x) * members(v, n, y);
			if (send_pair(o, &f, &p, e) == -1)
				return -1;
		}
	o->sum->pairs = groups * (groups + 1) / 2 - bad;
	return n == 0 || bad > 0 ? 0 : send_proved(o, &f, o->sum->pairs, e);
}
