/* Namespaces without a copy of the root, and webhooks. */
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
	const struct cv_trust *t;
	size_t i = cv_at_or_behind(cv, &cv->trusts, ns, "");

	for (; i < cv->trusts.n; i++) {
		t = CV_AT(cv->trusts, struct cv_trust, i);
		if (strcmp(cv_ns_of(cv, t->name), ns) != 0)
			break;
		if (t->source == TRUST_CA_ROOT_CERT)
			return 1;
	}
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

	/* whose mesh it is must be known, and not guessed */
	if (cv->era != ERA_ISTIOD || cv->plane_unseen ||
	    (!cv->p.live && !cv->signs.root_configmap) ||
	    !cv_is_wanted(cv, &r))
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

/* Whose certificate the service behind it presents; NULL: a new one. */
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
	struct cert *const *inter;
	size_t n;

	if (c == NULL)
		cv_try(cv, f->probe, f->inter, f->ninter, s->cert, s->n,
		    WHO(CV_G), f->signer, t);
	else {
		inter = cv_certs_of(cv, c->inter, &n);
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
	cv_word(&w, "force", "%s", cv_force_text(o->cv));
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
	char how[160];

	if (by != NULL && (by->not_after < o->cv->p.now ||
	    by->not_before > o->cv->p.now))
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
	snprintf(how, sizeof(how), "does not accept %s (%s)", ok ?
	    "what the CA issues" : "the certificate of the service behind it",
	    chain_why_text(ok ? issued.why : served.why));
	return send_hook(o, h, f, V_WEBHOOK_STALE, how, e);
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
