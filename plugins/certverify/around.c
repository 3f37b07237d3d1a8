/* Namespaces without a copy of the root, webhooks, and pairs of workloads. */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "mesh/names.h"
#include "plugins/certverify/state.h"

/* ---- namespaces ---- */

/* Copies are sorted by now: is there one in this namespace? */
static int
has_copy(const struct cv *cv, const char *ns)
{
	const struct cv_trust *t = cv->trusts.v;
	size_t lo = 0, hi = cv->trusts.n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(cv_ns_of(cv, t[mid].name), ns) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < cv->trusts.n &&
	    strcmp(cv_ns_of(cv, t[lo].name), ns) == 0; lo++)
		if (t[lo].source == TRUST_CA_ROOT_CERT)
			return 1;
	return 0;
}

/* A copy that is there and cannot be read is no missing one. */
static int
has_unknown(const struct cv *cv, const char *ns)
{
	const struct cv_unknown *u;
	size_t i;

	for (i = 0; i < cv->unknowns.n; i++) {
		u = CV_AT(cv->unknowns, struct cv_unknown, i);
		if (strcmp(u->kind, "configmap") == 0 &&
		    (strcmp(cv_ns_of(cv, u->name), ns) == 0 ||
		    cv_ns_of(cv, u->name)[0] == '\0'))
			return 1;
	}
	return 0;
}

static int
is_discovered(const struct cv *cv, const struct mesh_ns *ns)
{
	size_t i;

	if (!version_at_least(&cv->plane.istiod_version, 1, 16, 0) &&
	    cv->plane.istiod_version.known)
		return 1;
	for (i = 0; i < cv->configs.n; i++)
		if (scope_discovered(CV_AT(cv->configs, struct mesh_config,
		    i), ns))
			return 1;
	return cv->configs.n == 0;
}

int
cv_is_missing(struct cv *cv, const struct mesh_ns *ns)
{
	struct ref r = { "configmap", ns->ref.name, cv->plane.configmap, NULL,
	    NULL };

	if (cv->era != ERA_ISTIOD ||
	    (!cv->p.live && !cv->signs.root_configmap) ||
	    (cv->p.wanted != NULL && !cv->p.wanted(cv->p.arg, &r)))
		return 0;
	return scope_istiod(&cv->plane, ns) && is_discovered(cv, ns) &&
	    !has_copy(cv, ns->ref.name) && !has_unknown(cv, ns->ref.name);
}

int
cv_judge_missing(struct cv_out *o, const struct mesh_ns *ns, struct err *e)
{
	struct cv_finding f;
	struct cv_words w = { .n = 0 };

	memset(&f, 0, sizeof(f));
	f.kind = "configmap";
	f.ns = ns->ref.name;
	f.name = o->cv->plane.configmap;
	f.holder = "trust";
	cv_word(&w, "ns", "%s", ns->ref.name);
	cv_word(&w, "name", "%s", f.name);
	return cv_send(o, &f, V_TRUST_MISSING, &w, e);
}

/* ---- webhooks ---- */

/* Whose certificate the service behind it presents; NULL: what the CA issues. */
static const struct cv_held *
presented(const struct cv *cv, const struct cv_hook *h)
{
	static const char *const names[] = {
		NAME_WORKLOAD_PREFIX "istio-sidecar-injector-service-account",
		NAME_WORKLOAD_PREFIX "istio-galley-service-account"
	};

	return cv->era != ERA_CITADEL ? NULL :
	    cv_find_held(cv, cv->p.istio_ns, names[h->galley]);
}

/* Does the API server accept it?  And what the CA issues? */
static int
accepts(const struct cv *cv, const struct cv_set *s,
    const struct cv_class *c, struct cv_trial *t)
{
	const struct cv_force *f = &cv->force;
	size_t n = 0;
	struct cert *const *inter = NULL;

	if (c == NULL)
		cv_try(cv, f->probe, f->inter, f->ninter, s->cert, s->n,
		    WHO(CV_G), f->signer, t);
	else {
		if (c->inter != CV_NONE) {
			inter = cv_set_at(cv, c->inter)->cert;
			n = cv_set_at(cv, c->inter)->n;
		}
		cv_try(cv, c->member, inter, n, s->cert, s->n, WHO(CV_G),
		    NULL, t);
	}
	return t->agree == AGREE_OK;
}

/* Why another CA is there on purpose, or NULL. */
static const char *
on_purpose(const struct cv *cv, const struct cv_hook *h, int served)
{
	if (served)
		return "the service behind it has its certificate from there";
	if (cv->plane.provider[0] != '\0' &&
	    strcmp(cv->plane.provider, "istiod") != 0)
		return "PILOT_CERT_PROVIDER says so";
	if (cv->chiron)
		return "meshConfig has certificates for Chiron to provide";
	if (cv->istiod_tls != CV_NONE && cv->istiod_tls == h->set)
		return "istiod-tls has it as ca.crt";
	return NULL;
}

static int
send_hook(struct cv_out *o, const struct cv_hook *h, struct cv_finding *f,
    enum cv_rule_id id, const char *how, struct err *e)
{
	struct cv_words w = { .n = 0 };
	char date[WHEN_STRLEN];

	cv_word(&w, "hook", "%s", cv_ns_of(o->cv, h->hook));
	cv_word(&w, "how", "%s", how);
	cv_word(&w, "next", id == V_STALE_ROOT ? "see that %s patches it" :
	    "see that %s patches it, and restart that if it does not",
	    o->cv->era == ERA_ISTIOD ? "istiod" : h->galley ? "Galley" :
	    "the injector");
	if (f->dated) {
		when_format(f->not_after, date);
		cv_word(&w, "date", "%s", date);
	}
	return cv_send(o, f, id, &w, e);
}

static int
judge_bundle(struct cv_out *o, const struct cv_hook *h, struct cv_finding *f,
    struct err *e)
{
	const struct cv_set *s = cv_set_try(o->cv, h->set);
	const struct cv_held *by = presented(o->cv, h);
	struct cv_trial served, issued;
	int ok, ca;
	const char *why;

	if (by != NULL && (by->not_after < o->cv->p.now ||
	    (by->flags & H_NOT_YET)))
		return send_hook(o, h, f, V_WEBHOOK_STALE, "is no help, since "
		    "the certificate of the service behind it is not valid "
		    "now", e);
	ok = accepts(o->cv, s, by == NULL ? NULL : cv_class_at(o->cv,
	    by->class), &served);
	ca = accepts(o->cv, s, NULL, &issued);
	if (ok && ca)
		return s->holds ? cv_send_plain(o, f, VERDICT_OK, "its "
		    "caBundle holds the root in force", e) :
		    send_hook(o, h, f, V_STALE_ROOT, "", e);
	if ((why = on_purpose(o->cv, h, ok)) != NULL)
		return send_hook(o, h, f, V_FOREIGN_CA, why, e);
	return send_hook(o, h, f, V_WEBHOOK_STALE, "does not accept the "
	    "certificate of the service behind it", e);
}

int
cv_judge_hook(struct cv_out *o, const struct cv_hook *h, struct err *e)
{
	const struct cv_set *s = h->set == CV_NONE ? NULL :
	    cv_set_at(o->cv, h->set);
	struct cv_finding f;

	memset(&f, 0, sizeof(f));
	f.kind = h->kind;
	f.ns = "";
	f.name = cv_name_of(o->cv, h->name);
	f.holder = "webhook";
	if (s == NULL && h->service)
		return send_hook(o, h, &f, V_WEBHOOK_STALE, "is empty", e);
	if (s == NULL)
		return cv_send_plain(o, &f, VERDICT_OK, "it has no caBundle, "
		    "and no service in this cluster that would need one", e);
	if (s->n > 0) {
		f.root = s->cert[0];
		f.dated = 1;
		f.not_after = f.root->not_after;
	}
	if (s->broken.class != ERR_NONE)
		return cv_send_plain(o, &f, VERDICT_UNKNOWN, s->broken.msg, e);
	return judge_bundle(o, h, &f, e);
}

/* ---- pairs ---- */

/* Does a accept b?  Under Envoy's rules, and Go's where a is in Go. */
static int
takes(const struct cv *cv, const struct cv_class *a, const struct cv_class *b,
    struct cv_trial *t)
{
	unsigned whos = WHO(CV_B) | (a->control_plane ? WHO(CV_G) : 0);
	const struct cv_set *in, *set;

	in = b->inter == CV_NONE ? NULL : cv_set_at(cv, b->inter);
	set = cv_set_at(cv, a->set);
	cv_try(cv, b->member, in == NULL ? NULL : in->cert,
	    in == NULL ? 0 : in->n, set->cert, set->n, whos, NULL, t);
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
