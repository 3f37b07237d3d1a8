/* The root that a proxy holds: is it the one in force? */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "pki/serial.h"
#include "plugins/certverify/proxy.h"

#define WHAT_LEN	256	/* bytes of what is said of a root */

enum px_says {			/* the better of two comes first */
	SAYS_IN_FORCE,
	SAYS_PERHAPS,		/* a bundle may begin with it */
	SAYS_TWIN,		/* it does, until it ends */
	SAYS_OTHER,		/* what the CA issues is refused under it */
	SAYS_NOBODYS		/* nothing that was read is like it */
};

/* ---- a certificate that was read, for one that was spoken of ---- */

static int
same_end(const struct px *x, const struct proxy_cert *r, const struct cert *c)
{
	int64_t off;

	if (r->has_to)
		return r->expiration == c->not_after;
	if (r->has_days) {
		off = r->days - when_days(c->not_after, x->cv->p.now);
		return off >= -1 && off <= 1;
	}
	return !r->wrapped || c->not_after < x->cv->p.now;
}

static int
is_it(const struct px *x, const struct proxy_cert *r, const struct cert *c)
{
	char serial[SERIAL_DIGITS + 1];

	if (r->cert != NULL)
		return cert_equal(r->cert, c);
	if (r->serial[0] == '\0' || !same_end(x, r, c) ||
	    (r->has_from && r->valid_from != c->not_before))
		return 0;
	serial_text(&c->serial, serial);
	return strcmp(r->serial, serial) == 0;
}

static struct cert *
find_in(const struct px *x, const struct proxy_cert *r,
    struct cert *const *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_it(x, r, v[i]))
			return v[i];
	return NULL;
}

static struct cert *
find(const struct px *x, const struct proxy_cert *r)
{
	const struct cv_ca *const cas[] = { &x->cv->secret, &x->cv->cacerts };
	struct cert *c = r->cert;
	const struct cv_set *s;
	size_t i;

	for (i = 0; c == NULL && i < 2; i++) {
		c = find_in(x, r, cas[i]->held.cert.v, cas[i]->held.cert.n);
		if (c == NULL)
			c = find_in(x, r, cas[i]->held.root.v,
			    cas[i]->held.root.n);
	}
	for (i = 0; c == NULL && i < x->cv->sets.n; i++) {
		s = cv_set_at(x->cv, i);
		c = find_in(x, r, s->cert, s->n);
	}
	return c;
}

/* Do these begin with it, and hold the root in force further on? */
static int
begins(const struct px *x, const struct proxy_cert *r,
    struct cert *const *v, size_t n)
{
	size_t i;

	if (n < 2 || !is_it(x, r, v[0]))
		return 0;
	for (i = 1; i < n; i++)
		if (cert_equal(v[i], x->cv->force.root))
			return 1;
	return 0;
}

static int
begins_bundle(const struct px *x, const struct proxy_cert *r)
{
	const struct cv_force *f = &x->cv->force;
	const struct cv_set *s;
	size_t i;

	if (begins(x, r, f->anchor, f->nanchor))
		return 1;
	for (i = 0; i < x->cv->sets.n; i++) {
		s = cv_set_at(x->cv, i);
		if (begins(x, r, s->cert, s->n))
			return 1;
	}
	return 0;
}

/* ---- what it holds, in words ---- */

static void
try(const struct px *x, struct cert *const *v, size_t n, struct cv_trial *t)
{
	const struct cv_force *f = &x->cv->force;

	cv_try(x->cv, f->probe, f->inter, f->ninter, v, n, WHO(CV_B),
	    f->signer, t);
}

static void
what_twin(const struct cert *c, char *what, size_t size)
{
	char date[WHEN_STRLEN];

	when_format(c->not_after, date);
	snprintf(what, size, "one with the same name and key, good until %s",
	    date);
}

static void
what_other(const struct cv_trial *t, char *what, size_t size)
{
	snprintf(what, size, "another, under which what the CA issues is "
	    "refused (%s)", chain_why_text(t->why));
}

static void
what_nobodys(const struct proxy_cert *r, char *what, size_t size)
{
	char until[48] = "", date[WHEN_STRLEN];

	when_format(r->expiration, date);
	if (r->has_to)
		snprintf(until, sizeof(until), " that ends on %s", date);
	else if (r->has_days)
		snprintf(until, sizeof(until), " that ends in %lld days",
		    (long long)r->days);
	snprintf(what, size, "one of serial number %.64s%s, which is found "
	    "nowhere else (--bundle tells whether it has the same key)",
	    r->serial[0] == '\0' ? "unknown" : r->serial, until);
}

static enum px_says
says(const struct px *x, const struct proxy_cert *r, char *what, size_t size,
    struct cert **found)
{
	struct cv_trial t;

	*found = NULL;
	if (is_it(x, r, x->cv->force.root))
		return SAYS_IN_FORCE;
	*found = find(x, r);
	if (begins_bundle(x, r))
		return SAYS_PERHAPS;
	if (*found == NULL) {
		what_nobodys(r, what, size);
		return SAYS_NOBODYS;
	}
	try(x, found, 1, &t);
	if (t.agree == AGREE_OK) {
		what_twin(*found, what, size);
		return SAYS_TWIN;
	}
	what_other(&t, what, size);
	return SAYS_OTHER;
}

/* ---- records ---- */

static void	stale(struct px *x, enum verdict verdict, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* fmt: what it holds instead, or beside. */
static void
stale(struct px *x, enum verdict verdict, const char *fmt, ...)
{
	struct px_pending *p = px_add(x, V_ENVOY_ROOT, verdict);
	const struct cv_class *c = x->secret == NULL ? NULL :
	    cv_class_at(x->cv, x->secret->class);
	char what[CV_WORD_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	cv_word(&p->w, "what", "%s", what);
	if (c != NULL && (c->set == CV_NONE ||
	    !cv_set_try(x->cv, c->set)->holds)) {
		cv_word(&p->w, "how", "nor does its secret %.253s hold it",
		    cv_name_of(x->cv, x->secret->name));
		cv_word(&p->w, "next", "see to that first");
	} else
		px_reload(x, &p->w);
}

static void
unknown(struct px *x, const char *why, const char *next)
{
	struct px_pending *p = px_add(x, V_NOT_ASKED, VERDICT_UNKNOWN);

	cv_word(&p->w, "why", "%s", why);
	cv_word(&p->w, "next", "%s", next);
}

/* Under a root that has ended there is no good one. */
static int
root_is_over(struct px *x)
{
	if (!cv_root_expired(x->cv))
		return 0;
	stale(x, VERDICT_BAD, "%s, which has itself expired: renew it before "
	    "anything else", cv_force_text(x->cv));
	return 1;
}

static void
send(struct px *x, enum px_says worst, int beside, const char *what)
{
	const char *force = cv_force_text(x->cv);

	if (worst == SAYS_IN_FORCE)
		root_is_over(x);
	else if (worst == SAYS_PERHAPS)
		unknown(x, "it lists the first certificate of a bundle only, "
		    "and there is a bundle that begins with this one and "
		    "holds the root in force, too", "ask with --bundle");
	else if (beside)
		stale(x, VERDICT_WARN, "%s, but in some listener still %s",
		    force, what);
	else
		stale(x, worst == SAYS_TWIN ? VERDICT_WARN : VERDICT_BAD,
		    "not %s but %s", force, what);
}

/* /certs: each of them is the first of some context's. */
static void
by_first(struct px *x)
{
	char what[WHAT_LEN] = "", text[WHAT_LEN] = "";
	enum px_says worst = SAYS_IN_FORCE, s;
	struct cert *found;
	int beside = 0;
	size_t i;

	for (i = 0; i < x->c->nroot; i++) {
		s = says(x, &x->c->root[i], text, sizeof(text), &found);
		beside |= s == SAYS_IN_FORCE;
		if (i > 0 && s <= worst)
			continue;
		worst = s;
		x->root = s == SAYS_IN_FORCE ? x->cv->force.root : found;
		memcpy(what, text, sizeof(what));
	}
	send(x, worst, beside, what);
}

/* ---- whole bundles ---- */

/* Is this root for peers of the proxy's own trust domain? */
static int
is_ours(const struct px *x, const struct proxy_cert *r)
{
	static const char scheme[] = "spiffe://";
	size_t n;

	if (r->domain == NULL || x->leaf == NULL || x->leaf->nuri == 0)
		return 1;
	n = strlen(r->domain);
	return strncmp(x->leaf->uri[0], scheme, sizeof(scheme) - 1) == 0 &&
	    strncmp(x->leaf->uri[0] + sizeof(scheme) - 1, r->domain, n) == 0 &&
	    x->leaf->uri[0][sizeof(scheme) - 1 + n] == '/';
}

static void
judge_bundle(struct px *x, struct cert **v, size_t n)
{
	const char *force = cv_force_text(x->cv);
	char what[WHAT_LEN];
	struct cv_trial t;
	int holds = 0;
	size_t i;

	for (i = 0; i < n; i++)
		holds |= cert_equal(v[i], x->cv->force.root);
	try(x, v, n, &t);
	x->root = holds ? x->cv->force.root : t.root != NULL ? t.root : v[0];
	if (holds && (t.agree == AGREE_OK || root_is_over(x)))
		return;
	if (holds) {
		stale(x, VERDICT_BAD, "%s, and yet refuses what the CA issues "
		    "(%s)", force, chain_why_text(t.why));
		return;
	}
	if (t.agree == AGREE_OK)
		what_twin(t.root, what, sizeof(what));
	else
		what_other(&t, what, sizeof(what));
	stale(x, t.agree == AGREE_OK ? VERDICT_WARN : VERDICT_BAD,
	    "not %s but %s", force, what);
}

/* Those that it verifies its peers by; 0 in *n: not whole. */
static int
ours(const struct px *x, struct cert ***out, size_t *n, struct err *e)
{
	const struct proxy_cert *r;
	int whole = x->c->form != PROXY_CERTS, some = 0;
	size_t i;

	*n = 0;
	if ((*out = calloc(x->c->nroot + 1, sizeof(struct cert *))) == NULL)
		return err_nomem(e);
	for (i = 0; i < x->c->nroot; i++) {
		r = &x->c->root[i];
		if (!is_ours(x, r))
			continue;
		some = 1;
		whole &= r->cert != NULL;
		(*out)[*n] = r->cert;
		*n += r->cert != NULL;
	}
	if (!whole)
		*n = 0;
	return some;
}

int
px_root(struct px *x, struct err *e)
{
	struct cert **v;
	size_t n;
	int some;

	if (x->cv->force.root == NULL) {
		unknown(x, "there is no root to go by",
		    "name one with --root");
		return 0;
	}
	if ((some = ours(x, &v, &n, e)) == -1)
		return -1;
	if (n > 0)
		judge_bundle(x, v, n);
	else if (some)
		by_first(x);
	free(v);
	if (!some || x->c->missing != NULL)
		unknown(x, x->c->missing != NULL ? x->c->missing : "it lists "
		    "no root of the mesh", "see whether it is ready, and what "
		    "its log says");
	return 0;
}
