#include "pki/ruleset.h"

#define BIT(h)	(1u << (h))
#define SHA2	(BIT(HASH_SHA256) | BIT(HASH_SHA384) | BIT(HASH_SHA512))

/*
 * X509_verify_cert() of OpenSSL 3.0 (crypto/x509/x509_vfy.c, v3_purp.c), as
 * "openssl verify" runs it: trusted first, no partial chain, auth level 0, no
 * X509_V_FLAG_X509_STRICT.
 */
const struct ruleset ruleset_openssl = {
	.name = "OpenSSL",
	.key_ids = 1,
	.prefers_valid = 1,
	.anchor_judged = 1,
	.ku_makes_ca = 1,
	.leaf_ku = 1,
	.hashes = SHA2 | BIT(HASH_SHA224) | BIT(HASH_SHA1) | BIT(HASH_MD5) |
	    BIT(HASH_NONE),
};

/*
 * X509_verify_cert() of BoringSSL (crypto/x509/x509_vfy.c, x509_lu.c) with its
 * default parameters, as Envoy runs it.  Trust anchors are not judged but for
 * their dates.
 */
const struct ruleset ruleset_boringssl = {
	.name = "BoringSSL (Envoy)",
	.key_ids = 1,
	.ku_at_lookup = 1,
	.leaf_ku = 1,
	.strict_der = 1,
	.hashes = SHA2 | BIT(HASH_SHA224) | BIT(HASH_SHA1) | BIT(HASH_MD5) |
	    BIT(HASH_NONE),
};

/* Certificate.Verify() of Go 1.18 and later (crypto/x509/verify.go). */
const struct ruleset ruleset_go = {
	.name = "Go (istiod, pilot-agent, the API server)",
	.raw_names = 1,
	.tries_all = 1,
	.anchor_judged = 1,
	.zero_ku = 1,
	.any_eku = 1,
	.last_second = 1,
	.strict_der = 1,
	.hashes = SHA2 | BIT(HASH_NONE),
};

const char *
ruleset_name(const struct ruleset *rs)
{
	return rs->name;
}

const char *
chain_why_text(enum chain_why why)
{
	static const char *const texts[] = {
		[CHAIN_OK] = "it holds",
		[CHAIN_NO_ISSUER] = "the issuer is not there",
		[CHAIN_NAME] = "the issuer's name is encoded otherwise",
		[CHAIN_KEY_ID] = "the key identifiers do not match",
		[CHAIN_SIGNATURE] = "the signature does not verify",
		[CHAIN_WEAK] = "signed with a digest that is refused",
		[CHAIN_EXPIRED] = "expired",
		[CHAIN_NOT_YET_VALID] = "not yet valid",
		[CHAIN_NOT_CA] = "not a CA certificate",
		[CHAIN_PATH_LENGTH] = "a path length that is too small",
		[CHAIN_KEY_USAGE] = "a keyUsage that does not allow it",
		[CHAIN_PURPOSE] = "an extendedKeyUsage that does not allow it",
		[CHAIN_CRITICAL] = "a critical extension that is not known",
		[CHAIN_MALFORMED] = "an encoding that is refused",
		[CHAIN_NOT_MINE] = "something that is not judged here",
		[CHAIN_LIMIT] = "too long or too expensive to judge",
	};

	return texts[why];
}
