/* What is wrong with a certificate, or with its neighbours, at any time. */
#include <string.h>

#include "plugins/rootcheck/state.h"

#define RSA_MIN 2048	/* Envoy from 1.9 on refuses less for its own pair */
#define EC_MIN	256

int
rc_weak_signature(const struct rc_at *at, struct rc_words *w)
{
	static const char *const names[] = {
		[HASH_MD2] = "MD2", [HASH_MD4] = "MD4", [HASH_MD5] = "MD5",
		[HASH_SHA1] = "SHA-1",
	};

	if (at->cert->hash < HASH_MD2 || at->cert->hash > HASH_SHA1)
		return 0;
	rc_word(w, "digest", "%s", names[at->cert->hash]);
	return 1;
}

int
rc_weak_key(const struct rc_at *at, struct rc_words *w)
{
	const struct cert *c = at->cert;

	rc_word(w, "bits", "%u", c->key_bits);
	rc_word(w, "kind", "%s", c->key == KEY_RSA ? "RSA" :
	    c->key == KEY_EC ? "EC" : "DSA");
	return (c->key == KEY_RSA && c->key_bits < RSA_MIN) ||
	    (c->key == KEY_EC && c->key_bits < EC_MIN) || c->key == KEY_DSA;
}

int
rc_not_a_ca(const struct rc_at *at, struct rc_words *w)
{
	rc_word(w, "how", "%s", at->cert->bc == BC_ABSENT ?
	    "it has no basicConstraints" : "its basicConstraints say CA:FALSE");
	return at->cert->bc != BC_CA;
}

int
rc_no_key_usage(const struct rc_at *at, struct rc_words *w)
{
	(void)w;
	return !at->cert->ku_present;
}

int
rc_no_cert_sign(const struct rc_at *at, struct rc_words *w)
{
	(void)w;
	return at->cert->ku_present && !(at->cert->ku & CERT_KU_KEY_CERT_SIGN);
}

int
rc_self_signature(const struct rc_at *at, struct rc_words *w)
{
	(void)w;
	return cert_claims_self_signed(at->cert) &&
	    !cert_signed_by(at->cert, at->cert);
}

int
rc_aki_pins_issuer(const struct rc_at *at, struct rc_words *w)
{
	(void)w;
	return at->cert->aki_pins;
}

int
rc_duplicate(const struct rc_at *at, struct rc_words *w)
{
	const struct rc_block *k;

	for (k = at->entry->block; k < at->block; k++)
		if (k->cert != NULL && cert_equal(k->cert, at->cert)) {
			rc_word(w, "first", "#%u", k->n);
			return 1;
		}
	return 0;
}

int
rc_same_subject(const struct rc_at *at, struct rc_words *w)
{
	const struct rc_block *k;

	for (k = at->entry->block; k < at->block; k++)
		if (k->cert != NULL &&
		    der_equal(&k->cert->subject, &at->cert->subject) &&
		    !cert_same_key(k->cert, at->cert) &&
		    (k->cert->ski.p == NULL || at->cert->ski.p == NULL)) {
			rc_word(w, "other", "#%u", k->n);
			return 1;
		}
	return 0;
}

static int
is_public(const struct rc_object *o)
{
	if (o->what == RC_TRUST)
		return o->source != TRUST_FILE && o->source != TRUST_ISTIOD_TLS;
	return o->what == RC_WEBHOOK;
}

int
rc_not_a_certificate(const struct rc_at *at, struct rc_words *w)
{
	rc_word(w, "label", "%s", at->block->label);
	return at->block->what == BUNDLE_OTHER ||
	    (at->block->what == BUNDLE_PRIVATE_KEY && !is_public(at->obj));
}

int
rc_key_in_public(const struct rc_at *at, struct rc_words *w)
{
	rc_word(w, "kind", "%s", at->obj->kind);
	return at->block->what == BUNDLE_PRIVATE_KEY && is_public(at->obj);
}

/* Is this the certificate that the CA signs with? */
static int
is_signer(const struct rc_at *at)
{
	return at->obj->what == RC_CA &&
	    at->entry == &at->obj->entry[SLOT_CERT] &&
	    at->cert == rc_first(at->entry);
}

int
rc_key_mismatch(const struct rc_at *at, struct rc_words *w)
{
	enum key_state key = at->obj->key;

	if (!is_signer(at))
		return 0;
	rc_word(w, "key", "%s", at->obj->key_name);
	rc_word(w, "how", "%s", key == KEYS_ABSENT ? "is missing or empty" :
	    key == KEYS_BROKEN ? "is damaged" :
	    "belongs to another certificate");
	return key == KEYS_DIFFER || key == KEYS_BROKEN ||
	    (key == KEYS_ABSENT && !at->obj->incomplete);
}

int
rc_chain_broken(const struct rc_at *at, struct rc_words *w)
{
	const struct ca_chain *c = &at->obj->chain;

	if (!is_signer(at) || !c->judged || c->by == NULL ||
	    at->obj->incomplete)
		return 0;
	rc_word(w, "why", "%s", chain_why_text(c->res.why));
	rc_word(w, "who", "%s", ruleset_name(c->by));
	rc_word(w, "where", "%s", c->res.where == NULL ? "-" :
	    c->res.where->subject_text);
	/* those have a rule of their own, on the certificate at fault */
	return c->res.why != CHAIN_PATH_LENGTH && c->res.why != CHAIN_NOT_CA &&
	    c->res.why != CHAIN_KEY_USAGE && c->res.why != CHAIN_NOT_MINE &&
	    c->res.why != CHAIN_LIMIT;
}

int
rc_path_length(const struct rc_at *at, struct rc_words *w)
{
	const struct ca_chain *c = &at->obj->chain;

	if (at->obj->what != RC_CA || !c->judged || c->by == NULL ||
	    c->res.why != CHAIN_PATH_LENGTH || c->res.where == NULL ||
	    !cert_equal(c->res.where, at->cert))
		return 0;
	rc_word(w, "pathlen", "%d", at->cert->pathlen);
	return 1;
}
