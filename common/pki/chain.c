/*
 * Building a path and judging it, in the two ways there are: Go tries every
 * candidate and takes any path that holds; OpenSSL and BoringSSL commit
 * themselves to the best issuer at each step and judge what they end up with.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/der.h"
#include "pki/ruleset.h"
#include "pki/x509.h"

struct search {
	const struct ruleset		*rs;
	const struct chain_query	*q;
	struct chain_result		*res;
	const struct cert		*chain[CHAIN_DEPTH_MAX];
	size_t				 n;
	size_t				 trusted;	/* anchors from here */
	unsigned			 work;
};

static int
same(const struct der *a, const struct der *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static uint32_t
flags(const struct cert *c)
{
	return X509_get_extension_flags(c->x509->x);
}

/*
 * Remember the reason that got furthest: a longer chain is a better guess, and
 * anything is better than that nobody is there.
 */
static enum chain_why
fail(struct search *s, enum chain_why why, const struct cert *where)
{
	if (s->res->why != CHAIN_LIMIT && (s->res->where == NULL ||
	    why == CHAIN_LIMIT || s->n > s->res->npath ||
	    (s->n == s->res->npath && why != CHAIN_NO_ISSUER))) {
		s->res->why = why;
		s->res->where = where;
		memcpy(s->res->path, s->chain, s->n * sizeof(s->chain[0]));
		s->res->npath = s->n;
	}
	return why;
}

/* ---- what is true of one certificate ---- */

static enum chain_why
judge_time(const struct search *s, const struct cert *c)
{
	int64_t now = s->q->now;

	if (s->q->ignore_time)
		return CHAIN_OK;
	if (now < c->not_before)
		return CHAIN_NOT_YET_VALID;
	if (now > c->not_after || (now == c->not_after && !s->rs->last_second))
		return CHAIN_EXPIRED;
	return CHAIN_OK;
}

/* May it be in a path at all? */
static enum chain_why
judge_form(const struct search *s, const struct cert *c, int trusted)
{
	if (X509_get_ext_by_NID(c->x509->x, NID_name_constraints, -1) >= 0)
		return CHAIN_NOT_MINE;
	if (flags(c) & EXFLAG_INVALID)
		return CHAIN_MALFORMED;
	if (s->rs->strict_der && !der_strict(c))
		return CHAIN_MALFORMED;
	if ((flags(c) & EXFLAG_CRITICAL) && (s->rs->anchor_judged || !trusted))
		return CHAIN_CRITICAL;
	return CHAIN_OK;
}

static int
lacks_cert_sign(const struct search *s, const struct cert *c)
{
	if (!c->ku_present || (s->rs->zero_ku && c->ku == 0))
		return 0;
	return !(c->ku & CERT_KU_KEY_CERT_SIGN);
}

static int
is_v1(const struct cert *c)
{
	return X509_get_version(c->x509->x) == X509_VERSION_1;
}

/* May it issue, by basicConstraints and keyUsage? */
static enum chain_why
judge_ca(const struct search *s, const struct cert *c, int last)
{
	if (lacks_cert_sign(s, c))
		return CHAIN_KEY_USAGE;
	if (c->bc == BC_CA)
		return CHAIN_OK;
	if (c->bc == BC_NOT_CA)
		return CHAIN_NOT_CA;
	if (s->rs->ku_makes_ca && c->ku_present && last)
		return CHAIN_OK;
	/* version 1 had no extensions: roots of that age are tolerated */
	return is_v1(c) && last && c->self_issued ? CHAIN_OK : CHAIN_NOT_CA;
}

static int
suits(const struct search *s, const struct cert *c)
{
	if (!c->eku_present || s->q->purpose == PURPOSE_ANY)
		return 1;
	if (s->rs->any_eku && c->eku_any)
		return 1;
	return s->q->purpose == PURPOSE_SERVER ? c->eku_server :
	    c->eku_client;
}

/* keyUsage of a TLS server: signature, key encipherment or agreement. */
static int
leaf_usage(const struct search *s, const struct cert *c)
{
	const unsigned agree = 1u << 4;
	unsigned need;

	if (!s->rs->leaf_ku || !c->ku_present || s->q->purpose == PURPOSE_ANY)
		return 1;
	need = CERT_KU_DIGITAL_SIGNATURE | agree;
	if (s->q->purpose == PURPOSE_SERVER)
		need |= CERT_KU_KEY_ENCIPHERMENT;
	return (c->ku & need) != 0;
}

/* ---- is this the issuer of that? ---- */

static enum chain_why
judge_issuer(const struct search *s, const struct cert *c,
    const struct cert *issuer)
{
	int code;

	if (s->rs->raw_names) {
		if (same(&c->issuer, &issuer->subject))
			return CHAIN_OK;
		return X509_NAME_cmp(X509_get_issuer_name(c->x509->x),
		    X509_get_subject_name(issuer->x509->x)) == 0 ?
		    CHAIN_NAME : CHAIN_NO_ISSUER;
	}
	code = X509_check_issued(issuer->x509->x, c->x509->x);
	ERR_clear_error();
	switch (code) {
	case X509_V_OK:
		return CHAIN_OK;
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return s->rs->ku_at_lookup ? CHAIN_KEY_USAGE : CHAIN_OK;
	case X509_V_ERR_AKID_SKID_MISMATCH:
	case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
		return CHAIN_KEY_ID;
	case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
		return CHAIN_NO_ISSUER;
	default:
		/* another kind of key: BoringSSL finds out when it verifies */
		if (s->rs->prefers_valid)
			return CHAIN_SIGNATURE;
		return lacks_cert_sign(s, issuer) ? CHAIN_KEY_USAGE :
		    CHAIN_OK;
	}
}

static enum chain_why
judge_signature(struct search *s, const struct cert *c,
    const struct cert *issuer)
{
	if (!(s->rs->hashes & (1u << c->hash)))
		return CHAIN_WEAK;
	if (++s->work > CHAIN_WORK_MAX)
		return CHAIN_LIMIT;
	return cert_signed_by(c, issuer) ? CHAIN_OK : CHAIN_SIGNATURE;
}

static int
in_chain(const struct search *s, const struct cert *c)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (cert_equal(s->chain[i], c))
			return 1;
	return 0;
}

/* ---- Go: depth first, every candidate ---- */

static enum chain_why extend(struct search *s);

/* Go skips who is there already: same name, same key, same SANs. */
static int
go_in_chain(const struct search *s, const struct cert *c)
{
	size_t i;
	int a, b;

	for (i = 0; i < s->n; i++) {
		if (!same(&s->chain[i]->subject, &c->subject) ||
		    !cert_same_key(s->chain[i], c))
			continue;
		a = X509_get_ext_by_NID(s->chain[i]->x509->x,
		    NID_subject_alt_name, -1) >= 0;
		b = X509_get_ext_by_NID(c->x509->x, NID_subject_alt_name,
		    -1) >= 0;
		if (a == b)
			return 1;
	}
	return 0;
}

static int
suits_all(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!suits(s, s->chain[i]))
			return 0;
	return 1;
}

/* isValid() and CheckSignatureFrom(), for a candidate above the chain. */
static enum chain_why
go_judge(struct search *s, const struct cert *c, int trusted)
{
	enum chain_why why;

	if ((why = judge_form(s, c, trusted)) != CHAIN_OK)
		return why;
	if (s->n > 0) {
		if ((why = judge_ca(s, c, trusted)) != CHAIN_OK ||
		    (why = judge_signature(s, s->chain[s->n - 1], c)) !=
		    CHAIN_OK)
			return why;
		/* below it: the chain without its leaf */
		if (c->pathlen >= 0 && s->n - 1 > (size_t)c->pathlen)
			return CHAIN_PATH_LENGTH;
	}
	return judge_time(s, c);
}

static enum chain_why
go_complete(struct search *s)
{
	if (!suits_all(s))
		return fail(s, CHAIN_PURPOSE, s->chain[0]);
	s->res->why = CHAIN_OK;
	s->res->where = NULL;
	memcpy(s->res->path, s->chain, sizeof(s->chain));
	s->res->npath = s->n;
	return CHAIN_OK;
}

static enum chain_why
go_consider(struct search *s, const struct cert *c, int trusted)
{
	const struct cert *top = s->chain[s->n - 1];
	enum chain_why why;

	why = judge_issuer(s, top, c);
	if (why == CHAIN_NO_ISSUER)
		return why;
	if (why != CHAIN_OK)
		return fail(s, why, top);
	if (go_in_chain(s, c))
		return CHAIN_NO_ISSUER;
	if (s->n == CHAIN_DEPTH_MAX)
		return fail(s, CHAIN_LIMIT, c);
	if ((why = go_judge(s, c, trusted)) != CHAIN_OK)
		return fail(s, why, why == CHAIN_SIGNATURE ||
		    why == CHAIN_WEAK ? top : c);
	s->chain[s->n++] = c;
	why = trusted ? go_complete(s) : extend(s);
	s->n--;
	return why;
}

static enum chain_why
extend(struct search *s)
{
	const struct chain_query *q = s->q;
	size_t i;

	for (i = 0; i < q->nanchor; i++)
		if (go_consider(s, q->anchor[i], 1) == CHAIN_OK)
			return CHAIN_OK;
	for (i = 0; i < q->ninter; i++)
		if (s->res->why != CHAIN_LIMIT &&
		    go_consider(s, q->inter[i], 0) == CHAIN_OK)
			return CHAIN_OK;
	return fail(s, CHAIN_NO_ISSUER, s->chain[s->n - 1]);
}

static void
verify_all(struct search *s)
{
	enum chain_why why;
	size_t i;

	if ((why = go_judge(s, s->q->leaf, 0)) != CHAIN_OK) {
		fail(s, why, s->q->leaf);
		return;
	}
	s->chain[s->n++] = s->q->leaf;
	for (i = 0; i < s->q->nanchor; i++)
		if (cert_equal(s->q->anchor[i], s->q->leaf)) {
			go_complete(s);
			return;
		}
	extend(s);
}

/* ---- OpenSSL, BoringSSL: the best issuer at each step ---- */

/*
 * Its own issuer by names and key identifiers.  OpenSSL also wants the kind of
 * the key to suit the signature, BoringSSL keyCertSign.
 */
static int
self_signed(const struct search *s, const struct cert *c)
{
	if (!s->rs->ku_at_lookup || c->aki_pins)
		return (flags(c) & EXFLAG_SS) != 0 &&
		    !(s->rs->ku_at_lookup && lacks_cert_sign(s, c));
	return (flags(c) & EXFLAG_SI) != 0 && !lacks_cert_sign(s, c) &&
	    (c->aki.p == NULL || c->ski.p == NULL || same(&c->aki, &c->ski));
}

static const struct cert *
best(struct search *s, struct cert *const *list, size_t n, int trusted,
    const char *used)
{
	const struct cert *top = s->chain[s->n - 1], *c, *found = NULL;
	enum chain_why why;
	size_t i;

	for (i = 0; i < n; i++) {
		c = list[i];
		if (used != NULL && used[i])
			continue;
		/* a certificate alone may find itself among the anchors */
		if (in_chain(s, c) && !(trusted && s->n == 1))
			continue;
		if ((why = judge_issuer(s, top, c)) != CHAIN_OK) {
			if (why != CHAIN_NO_ISSUER)
				fail(s, why, top);
			continue;
		}
		if (!s->rs->prefers_valid || judge_time(s, c) == CHAIN_OK)
			return c;
		if (found == NULL || c->not_after > found->not_after)
			found = c;
	}
	return found;
}

#define INTER_MAX 1024	/* certificates presented with a leaf */

static enum chain_why
build(struct search *s)
{
	const struct chain_query *q = s->q;
	const struct cert *top, *c;
	char used[INTER_MAX] = { 0 };
	int only_trusted = 0;
	size_t i;

	if (q->ninter > INTER_MAX)
		return fail(s, CHAIN_LIMIT, q->leaf);
	s->chain[s->n++] = q->leaf;
	s->trusted = CHAIN_DEPTH_MAX;
	for (;;) {
		top = s->chain[s->n - 1];
		c = best(s, q->anchor, q->nanchor, 1, NULL);
		if (self_signed(s, top)) {
			/* only the very same one makes it trusted */
			if (c == NULL || !cert_equal(c, top))
				return fail(s, CHAIN_NO_ISSUER, top);
			if (s->trusted > s->n - 1)
				s->trusted = s->n - 1;
			return CHAIN_OK;
		}
		if (s->n == CHAIN_DEPTH_MAX)
			return fail(s, CHAIN_LIMIT, top);
		if (c != NULL && !in_chain(s, c)) {
			if (s->trusted > s->n)
				s->trusted = s->n;
			only_trusted = 1;
			s->chain[s->n++] = c;
			if (self_signed(s, c))
				return CHAIN_OK;
			continue;
		}
		if (only_trusted)
			return fail(s, CHAIN_NO_ISSUER, top);
		if ((c = best(s, q->inter, q->ninter, 0, used)) == NULL)
			return fail(s, CHAIN_NO_ISSUER, top);
		for (i = 0; i < q->ninter; i++)
			used[i] |= q->inter[i] == c;
		s->chain[s->n++] = c;
	}
}

/*
 * The certificates that are judged: all for OpenSSL, those below the anchors
 * for BoringSSL.  Self-issued ones do not count against a path length
 * (RFC 5280 section 4.2.1.9).
 */
static enum chain_why
judge_chain(struct search *s)
{
	size_t i, end = s->rs->anchor_judged ? s->n : s->trusted;
	size_t below = 0;
	const struct cert *c;
	enum chain_why why;

	for (i = 0; i < end && i < s->n; i++) {
		c = s->chain[i];
		if (i > 0 && (why = judge_ca(s, c, i + 1 == s->n)) !=
		    CHAIN_OK)
			return fail(s, why, c);
		if (i == 0 && !leaf_usage(s, c))
			return fail(s, CHAIN_KEY_USAGE, c);
		if (!suits(s, c))
			return fail(s, CHAIN_PURPOSE, c);
		if (i > 1 && c->pathlen != -1 && below > (size_t)c->pathlen)
			return fail(s, CHAIN_PATH_LENGTH, c);
		if (i > 0 && !(flags(c) & EXFLAG_SI))
			below++;
	}
	return CHAIN_OK;
}

static enum chain_why
judge_links(struct search *s)
{
	const struct cert *c;
	enum chain_why why;
	size_t i;

	for (i = 0; i < s->n; i++) {
		c = s->chain[i];
		if ((why = judge_form(s, c, i >= s->trusted)) != CHAIN_OK ||
		    (why = judge_time(s, c)) != CHAIN_OK)
			return fail(s, why, c);
		if (i + 1 == s->n)
			break;
		if (lacks_cert_sign(s, s->chain[i + 1]))
			return fail(s, CHAIN_KEY_USAGE, s->chain[i + 1]);
		if ((why = judge_signature(s, c, s->chain[i + 1])) != CHAIN_OK)
			return fail(s, why, c);
	}
	return CHAIN_OK;
}

static void
verify_best(struct search *s)
{
	if (build(s) != CHAIN_OK || judge_chain(s) != CHAIN_OK ||
	    judge_links(s) != CHAIN_OK)
		return;
	s->res->why = CHAIN_OK;
	s->res->where = NULL;
	memcpy(s->res->path, s->chain, sizeof(s->chain));
	s->res->npath = s->n;
}

enum chain_why
chain_verify(const struct ruleset *rs, const struct chain_query *q,
    struct chain_result *res)
{
	struct search s;

	memset(res, 0, sizeof(*res));
	memset(&s, 0, sizeof(s));
	res->why = CHAIN_NO_ISSUER;
	s.rs = rs;
	s.q = q;
	s.res = res;
	if (rs->tries_all)
		verify_all(&s);
	else
		verify_best(&s);
	return res->why;
}
