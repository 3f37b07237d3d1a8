/* What the two ways of making a path share. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/der.h"
#include "pki/search.h"
#include "pki/x509.h"

uint32_t
search_flags(const struct cert *c)
{
	return X509_get_extension_flags(c->x509->x);
}

enum chain_why
search_fail(struct search *s, enum chain_why why, const struct cert *where)
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

enum chain_why
search_time(const struct search *s, const struct cert *c)
{
	int64_t now = s->q->now;

	if (s->q->ignore_time || (s->q->ignore_leaf && c == s->q->leaf))
		return CHAIN_OK;
	if (now < c->not_before)
		return CHAIN_NOT_YET_VALID;
	if (now > c->not_after || (now == c->not_after && !s->rs->last_second))
		return CHAIN_EXPIRED;
	return CHAIN_OK;
}

/* May it be in a path at all? */
enum chain_why
search_form(const struct search *s, const struct cert *c, int trusted)
{
	if (X509_get_ext_by_NID(c->x509->x, NID_name_constraints, -1) >= 0)
		return CHAIN_NOT_MINE;
	if (search_flags(c) & EXFLAG_INVALID)
		return CHAIN_MALFORMED;
	if (s->rs->strict_der && !der_strict(c))
		return CHAIN_MALFORMED;
	if ((search_flags(c) & EXFLAG_CRITICAL) &&
	    (s->rs->anchor_judged || !trusted))
		return CHAIN_CRITICAL;
	return CHAIN_OK;
}

int
search_lacks_cert_sign(const struct search *s, const struct cert *c)
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
enum chain_why
search_ca(const struct search *s, const struct cert *c, int last)
{
	if (search_lacks_cert_sign(s, c))
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

int
search_suits(const struct search *s, const struct cert *c)
{
	if (!c->eku_present || s->q->purpose == PURPOSE_ANY)
		return 1;
	if (s->rs->any_eku && c->eku_any)
		return 1;
	return s->q->purpose == PURPOSE_SERVER ? c->eku_server :
	    c->eku_client;
}

/* keyUsage of a TLS server: signature, key encipherment or agreement. */
int
search_leaf_usage(const struct search *s, const struct cert *c)
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

enum chain_why
search_issuer(const struct search *s, const struct cert *c,
    const struct cert *issuer)
{
	int code;

	if (s->rs->raw_names) {
		if (der_equal(&c->issuer, &issuer->subject))
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
		return search_lacks_cert_sign(s, issuer) ? CHAIN_KEY_USAGE :
		    CHAIN_OK;
	}
}

enum chain_why
search_signature(struct search *s, const struct cert *c,
    const struct cert *issuer)
{
	if (!(s->rs->hashes & (1u << c->hash)))
		return CHAIN_WEAK;
	if (++s->work > CHAIN_WORK_MAX)
		return CHAIN_LIMIT;
	if (s->q->signer != NULL && c == s->q->leaf)
		return cert_same_key(issuer, s->q->signer) ? CHAIN_OK :
		    CHAIN_SIGNATURE;
	return cert_signed_by(c, issuer) ? CHAIN_OK : CHAIN_SIGNATURE;
}

int
search_has(const struct search *s, const struct cert *c)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (cert_equal(s->chain[i], c))
			return 1;
	return 0;
}
