/* The facts as they come. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "plugins/certverify/state.h"

#define TEXT_MAX	(1u << 30)	/* bytes of all names and messages */
#define ARENA_MAX	(256u << 20)	/* of namespaces' labels */
#define CONFIGS_MAX	64		/* revisions */

static int
set_hash(struct cv *cv, struct err *e)
{
	unsigned char key[SIPHASH_KEY];
	int ret;

	if (siphash_random(key, e) == -1)
		return -1;
	ret = siphash_new(key, &cv->hash, e);
	explicit_bzero(key, sizeof(key));
	return ret;
}

int
cv_new(const struct cv_params *p, struct cv **out, struct err *e)
{
	struct cv *cv;

	*out = NULL;
	if ((cv = calloc(1, sizeof(*cv))) == NULL)
		return err_nomem(e);
	cv->p = *p;
	era_init(&cv->plane);
	buf_init(&cv->text, TEXT_MAX, "what is known of the mesh");
	arena_init(&cv->arena, ARENA_MAX, "what is known of namespaces");
	cv_list_init(&cv->sets, sizeof(struct cv_set), CV_SETS_MAX,
	    "different bundles of certificates");
	cv_list_init(&cv->classes, sizeof(struct cv_class), CV_CLASSES_MAX,
	    "kinds of workload certificates");
	cv_list_init(&cv->helds, sizeof(struct cv_held), CV_WORKLOADS_MAX,
	    "workloads");
	cv_list_init(&cv->trusts, sizeof(struct cv_trust), CV_OTHERS_MAX,
	    "copies of the root");
	cv_list_init(&cv->hooks, sizeof(struct cv_hook), CV_OTHERS_MAX,
	    "webhooks");
	cv_list_init(&cv->namespaces, sizeof(struct mesh_ns), CV_OTHERS_MAX,
	    "namespaces");
	cv_list_init(&cv->configs, sizeof(struct mesh_config), CONFIGS_MAX,
	    "mesh configurations");
	cv_list_init(&cv->unknowns, sizeof(struct cv_unknown), CV_OTHERS_MAX,
	    "things that cannot be examined");
	cv->istiod_tls = cv->domain = CV_NONE;
	*out = cv;
	return set_hash(cv, e);
}

void
cv_now(struct cv *cv, int64_t now)
{
	cv->p.now = now;
}

static void
free_certs(struct certs *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		cert_free(l->v[i]);
	free(l->v);
}

static void
free_ca(struct cv_ca *ca)
{
	free_certs(&ca->held.cert);
	free_certs(&ca->held.chain);
	free_certs(&ca->held.root);
}

void
cv_free(struct cv *cv)
{
	if (cv == NULL)
		return;
	cv_force_free(cv);
	cv_classes_free(cv);
	cv_sets_free(cv);
	free_ca(&cv->secret);
	free_ca(&cv->cacerts);
	free(cv->helds.v);
	free(cv->trusts.v);
	free(cv->hooks.v);
	free(cv->namespaces.v);
	free(cv->configs.v);
	free(cv->unknowns.v);
	buf_release(&cv->text);
	arena_release(&cv->arena);
	hashset_release(&cv->accounts);
	hashset_release(&cv->account_ns);
	siphash_free(cv->hash);
	free(cv);
}

int
cv_is_wanted(const struct cv *cv, const struct ref *r)
{
	return cv->p.wanted == NULL || cv->p.wanted(cv->p.arg, r);
}

static int
is_home(const struct cv *cv, const struct ref *r)
{
	return strcmp(r->ns, cv->p.istio_ns) == 0;
}

/* ---- the CA's side ---- */

static int
keep_certs(struct certs *l, const struct entry *en, struct err *e)
{
	const struct bundle *b = &en->bundle;
	size_t i;

	l->filled = en->name != NULL && en->seen.state != SEEN_ABSENT;
	if ((l->v = calloc(b->n + 1, sizeof(struct cert *))) == NULL)
		return err_nomem(e);
	for (i = 0; i < b->n; i++)
		if (b->item[i].cert != NULL)
			l->v[l->n++] = cert_ref(b->item[i].cert);
	return 0;
}

static int
on_ca_secret(void *arg, const struct ca_secret *f, struct err *e)
{
	struct cv *cv = arg;
	struct cv_ca *ca;

	ca = strcmp(f->ref.name, NAME_CA_SECRET) == 0 ? &cv->secret :
	    &cv->cacerts;
	/* the first one counts: rootcheck says what is wrong with a second */
	if (!is_home(cv, &f->ref) || ca->here)
		return 0;
	ca->here = 1;
	ca->held.layout = f->layout;
	ca->held.key = f->key;
	ca->len = f->cert.seen.state == SEEN_PRESENT ? f->cert.len : 0;
	if (cv_text(cv, f->cert.text, ca->len, &ca->text, e) == -1)
		return -1;
	return keep_certs(&ca->held.cert, &f->cert, e) == -1 ||
	    keep_certs(&ca->held.chain, &f->chain, e) == -1 ||
	    keep_certs(&ca->held.root, &f->root, e) == -1 ? -1 : 0;
}

static int
on_deployment(void *arg, const struct deployment *d, struct err *e)
{
	struct cv *cv = arg;

	(void)e;
	if (is_home(cv, &d->ref))
		era_learn(&cv->plane, d);
	return 0;
}

/* ---- who trusts ---- */

/* A kind as a string that stays: records' kinds are few. */
static const char *
kind_of(const char *kind)
{
	static const char *const kinds[] = {
		"configmap", "secret", "clustertrustbundle", "file",
		"mutatingwebhookconfiguration",
		"validatingwebhookconfiguration", "namespace",
		"serviceaccount", "deployment", "pod"
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return kinds[i];
	return "object";
}

/* Does a bare PEM file begin with a leaf, and not with an anchor? */
static int
is_leaf(const struct entry *en)
{
	const struct cert *c = bundle_first(&en->bundle);

	return c != NULL && c->bc != BC_CA && !c->self_issued;
}

static int
keep_trust(struct cv *cv, const struct trust_copy *f, struct err *e)
{
	struct cv_trust *t;

	if ((t = cv_list_add(&cv->trusts, e)) == NULL)
		return -1;
	t->kind = kind_of(f->ref.kind);
	t->source = f->source;
	return cv_name(cv, f->ref.ns, f->ref.name, &t->name, e) == -1 ||
	    cv_set_of(cv, f->entry.text, f->entry.len, &t->set, e) == -1 ?
	    -1 : 0;
}

static int
on_trust_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct cv *cv = arg;

	if (f->source == TRUST_CA_ROOT_CERT)
		cv->signs.root_configmap = 1;
	if (f->source == TRUST_ISTIO_SECURITY)
		cv->signs.security_configmap = 1;
	if (f->source == TRUST_MESH_CONFIG)
		return 0;		/* anchors on top of the root's */
	if (f->source == TRUST_ISTIOD_TLS)
		return !is_home(cv, &f->ref) ? 0 : cv_set_of(cv,
		    f->entry.text, f->entry.len, &cv->istiod_tls, e);
	if (f->source == TRUST_FILE && is_leaf(&f->entry))
		return cv_is_wanted(cv, &f->ref) ? cv_on_chain_file(cv, f, e) :
		    0;
	if (f->entry.seen.state != SEEN_PRESENT &&
	    f->entry.seen.state != SEEN_ABSENT)
		return cv_is_wanted(cv, &f->ref) ? cv_unknown_add(cv, &f->ref,
		    "trust", f->entry.name, &f->entry.seen.err, e) : 0;
	return keep_trust(cv, f, e);
}

static int
on_webhook(void *arg, const struct webhook *f, struct err *e)
{
	struct cv *cv = arg;
	struct cv_hook *h;

	if (!cv_is_wanted(cv, &f->ref))
		return 0;
	if (f->entry.seen.state != SEEN_PRESENT &&
	    f->entry.seen.state != SEEN_ABSENT)
		return cv_unknown_add(cv, &f->ref, "webhook", f->entry.name,
		    &f->entry.seen.err, e);
	if ((h = cv_list_add(&cv->hooks, e)) == NULL)
		return -1;
	h->kind = kind_of(f->ref.kind);
	h->service = f->service != NULL;
	h->galley = f->service != NULL ? strstr(f->service, "galley") != NULL :
	    strcmp(f->ref.kind, "validatingwebhookconfiguration") == 0;
	return cv_name(cv, f->ref.ns, f->ref.name, &h->name, e) == -1 ||
	    cv_text(cv, f->entry.name, strlen(f->entry.name), &h->hook, e) ==
	    -1 || cv_set_of(cv, f->entry.text, f->entry.len, &h->set, e) ==
	    -1 ? -1 : 0;
}

static int
on_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct cv *cv = arg;
	struct ref r = *f;

	if (strcmp(f->kind, "secret") == 0 && entry == NULL &&
	    is_home(cv, f)) {
		cv->secret.unseen |= strcmp(f->name, NAME_CA_SECRET) == 0;
		cv->cacerts.unseen |= strcmp(f->name, NAME_CACERTS) == 0;
	}
	cv->plane_unseen |= strcmp(f->kind, "deployment") == 0;
	r.kind = kind_of(f->kind);
	return cv_unknown_add(cv, &r, NULL, entry, why, e);
}

/* ---- all of it ---- */

struct sink
cv_sink(struct cv *cv)
{
	struct sink s = {
		.ca_secret = on_ca_secret,
		.trust_copy = on_trust_copy,
		.webhook = on_webhook,
		.deployment = on_deployment,
		.ns = cv_on_ns,
		.workload = cv_on_workload,
		.mesh_config = cv_on_mesh_config,
		.account = cv_on_account,
		.unknown = on_unknown,
		.arg = cv,
	};

	return s;
}
