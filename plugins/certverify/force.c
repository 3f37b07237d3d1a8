/* The root to go by, and what its CA would issue today. */
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "pki/probe.h"
#include "plugins/certverify/state.h"

static int
is_published(const struct cv *cv, const struct cv_trust *t)
{
	return t->set != CV_NONE &&
	    strcmp(cv_ns_of(cv, t->name), cv->p.istio_ns) == 0 &&
	    t->source == (cv->era == ERA_CITADEL ? TRUST_ISTIO_SECURITY :
	    TRUST_CA_ROOT_CERT);
}

/* The first copy that the CA itself publishes, or CV_NONE. */
static uint32_t
published(const struct cv *cv)
{
	const struct cv_trust *t;
	size_t i;

	for (i = 0; i < cv->trusts.n; i++) {
		t = CV_AT(cv->trusts, struct cv_trust, i);
		if (is_published(cv, t))
			return t->set;
	}
	return CV_NONE;
}

static int
add(struct cert ***list, size_t *n, struct cert *const *from, size_t count,
    struct err *e)
{
	struct cert **v;

	v = reallocarray(*list, *n + count + 1, sizeof(*v));
	if (v == NULL)
		return err_nomem(e);
	if (count > 0)
		memcpy(v + *n, from, count * sizeof(*v));
	*list = v;
	*n += count;
	return 0;
}

/* Of a CA's secret: its anchors, its own chain, the certificate that signs. */
static int
take_ca(struct cv *cv, const struct ca_held *h, struct err *e)
{
	struct cv_force *f = &cv->force;
	const struct certs *roots;
	struct ca_chain chain;

	if (h->cert.n == 0)
		return 0;
	roots = authority_self_signed(h) ? &h->cert : &h->root;
	authority_chain(h, &chain);
	f->root = authority_root(h, &chain);
	f->signer = h->cert.v[0];
	if (add(&f->anchor, &f->nanchor, roots->v, roots->n, e) == -1)
		return -1;
	if (authority_self_signed(h))
		return 0;
	return add(&f->inter, &f->ninter, h->cert.v, h->cert.n, e) == -1 ||
	    add(&f->inter, &f->ninter, h->chain.v, h->chain.n, e) == -1 ? -1 :
	    0;
}

static int
take_roots(struct cv *cv, struct cert *const *v, size_t n, struct err *e)
{
	struct cv_force *f = &cv->force;

	f->root = f->signer = v[0];
	return add(&f->anchor, &f->nanchor, v, n, e);
}

static int
take_set(struct cv *cv, uint32_t at, struct err *e)
{
	const struct cv_set *s;

	if (at == CV_NONE || (s = cv_set_at(cv, at))->n == 0)
		return 0;
	return take_roots(cv, s->cert, s->n, e);
}

/* The certificate with a fingerprint, wherever the input has it. */
static struct cert **
find_in(struct cert **v, size_t n, const unsigned char *sha256)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (memcmp(v[i]->sha256, sha256, CERT_SHA256_LEN) == 0)
			return &v[i];
	return NULL;
}

static int
take_fingerprint(struct cv *cv, struct err *e)
{
	struct cv_ca *const cas[] = { &cv->secret, &cv->cacerts };
	const unsigned char *sha256 = cv->p.root_sha256;
	struct cert **found = NULL;
	struct cv_set *s;
	size_t i;

	for (i = 0; found == NULL && i < 2; i++) {
		found = find_in(cas[i]->held.cert.v, cas[i]->held.cert.n,
		    sha256);
		if (found == NULL)
			found = find_in(cas[i]->held.root.v,
			    cas[i]->held.root.n, sha256);
	}
	for (i = 0; found == NULL && i < cv->sets.n; i++) {
		s = cv_set_at(cv, i);
		found = find_in(s->cert, s->n, sha256);
	}
	if (found == NULL)
		return err_set(e, ERR_ABSENT, "--root: nothing that was read "
		    "holds a certificate with this fingerprint");
	return take_roots(cv, found, 1, e);
}

static int
take_named(struct cv *cv, struct err *e)
{
	const struct cv_trust *t;
	size_t i;

	for (i = 0; i < cv->trusts.n; i++) {
		t = CV_AT(cv->trusts, struct cv_trust, i);
		if (t->source == TRUST_NAMED)
			return take_set(cv, t->set, e);
	}
	/* it, or whatever else, could not be seen: that has been said */
	if (cv->unknowns.n > 0)
		return 0;
	return err_set(e, ERR_ABSENT, "--root: this secret is not there, or "
	    "holds no certificate");
}

static int
choose(struct cv *cv, struct err *e)
{
	struct authority_facts f = { .plane = &cv->plane, .era = cv->era };
	struct certs copy = { NULL, 0, 0 };
	uint32_t at = published(cv);

	if (at != CV_NONE) {
		copy.v = cv_set_at(cv, at)->cert;
		copy.n = cv_set_at(cv, at)->n;
	}
	f.secret = cv->secret.here ? &cv->secret.held : NULL;
	f.cacerts = cv->cacerts.here ? &cv->cacerts.held : NULL;
	f.unseen = (cv->secret.unseen && !cv->secret.here) ||
	    (cv->cacerts.unseen && !cv->cacerts.here);
	f.published = &copy;
	f.npublished = 1;
	authority_choose(&f, &cv->authority);
	if (cv->p.nroot > 0)
		return take_roots(cv, cv->p.root, cv->p.nroot, e);
	if (cv->p.root_sha256 != NULL)
		return take_fingerprint(cv, e);
	if (cv->p.root_by_name)
		return take_named(cv, e);
	if (cv->authority.force != NULL)
		return take_ca(cv, cv->authority.force, e);
	/* another CA, or one that is not here: what it publishes */
	return take_set(cv, at, e);
}

int
cv_find_force(struct cv *cv, struct err *e)
{
	struct cv_force *f = &cv->force;

	cv->era = era_of(&cv->plane, &cv->signs);
	if (choose(cv, e) == -1)
		return -1;
	return f->root == NULL ? 0 :
	    probe_new(f->signer, cv->p.now, &f->probe, e);
}

int
cv_root_is_named(const struct cv *cv)
{
	return cv->p.nroot > 0 || cv->p.root_sha256 != NULL ||
	    cv->p.root_by_name;
}

const char *
cv_force_text(const struct cv *cv)
{
	return cv_root_is_named(cv) ? "the root of --root" :
	    "the root in force";
}

int
cv_root_expired(const struct cv *cv)
{
	return cv->force.root != NULL &&
	    cv->p.now > cv->force.root->not_after;
}

void
cv_force_free(struct cv *cv)
{
	free(cv->force.anchor);
	free(cv->force.inter);
	cert_free(cv->force.probe);
}
