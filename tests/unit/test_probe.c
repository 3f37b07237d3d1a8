/* A certificate that a CA would issue: who accepts it, and who does not. */
#include "tests/unit/mint.h"

#include "pki/chain.h"
#include "pki/der.h"
#include "pki/probe.h"

static enum chain_why
ask(const struct ruleset *rs, struct cert *probe, struct cert *anchor,
    const struct cert *signer, enum chain_purpose purpose)
{
	struct chain_query q = {
		.leaf = probe, .anchor = &anchor, .nanchor = 1, .now = T0,
		.purpose = purpose, .ignore_leaf = 1, .signer = signer
	};
	struct chain_result r;

	return chain_verify(rs, &q, &r);
}

static const struct ruleset *const all[] = {
	&ruleset_boringssl, &ruleset_go, &ruleset_openssl
};

/* Of every kind of CA: with a key identifier or not, RSA or EC. */
static void
test_accepted(void **state)
{
	EVP_PKEY *keys[] = { EVP_RSA_gen(2048), EVP_EC_gen("P-256") };
	const char *const skis[] = { NULL, "hash" };
	struct cert *ca, *probe;
	struct err e;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < COUNT(keys); i++)
		for (j = 0; j < COUNT(skis); j++) {
			const struct mint m = {
				.o = "cluster.local", .key = keys[i],
				.from = -86400, .to = 86400L * 3650,
				.bc = "critical,CA:TRUE",
				.ku = "critical,keyCertSign", .ski = skis[j]
			};

			ca = mint(&m);
			assert_int_equal(probe_new(ca, T0, &probe, &e), 0);
			assert_true(der_strict(probe));
			assert_memory_equal(probe->issuer.p, ca->subject.p,
			    ca->subject.len);
			assert_int_equal(probe->aki.len, ca->ski.len);
			for (k = 0; k < COUNT(all); k++) {
				assert_int_equal(ask(all[k], probe, ca, ca,
				    PURPOSE_SERVER), CHAIN_OK);
				assert_int_equal(ask(all[k], probe, ca, ca,
				    PURPOSE_CLIENT), CHAIN_OK);
				/* without a signer its signature is none */
				assert_int_equal(ask(all[k], probe, ca, NULL,
				    PURPOSE_SERVER), CHAIN_SIGNATURE);
			}
			cert_free(probe);
			cert_free(ca);
		}
	EVP_PKEY_free(keys[0]);
	EVP_PKEY_free(keys[1]);
}

/* The table of the three verifiers, asked with a probe. */
static void
test_refused(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);
	struct mint m = {
		.o = "cluster.local", .key = key, .from = -86400,
		.to = 86400L * 3650, .bc = "critical,CA:TRUE",
		.ku = "critical,keyCertSign", .ski = "hash"
	};
	struct cert *ca = mint(&m), *utf8, *ski, *new, *old, *probe;
	struct err e;

	(void)state;
	m.utf8 = 1;
	utf8 = mint(&m);
	m.utf8 = 0;
	m.ski = "0102030405";
	ski = mint(&m);
	m.ski = "hash";
	m.key = other;
	new = mint(&m);
	m.key = key;
	m.to = -3600;
	old = mint(&m);
	assert_int_equal(probe_new(ca, T0, &probe, &e), 0);
	assert_int_equal(ask(&ruleset_boringssl, probe, utf8, ca,
	    PURPOSE_SERVER), CHAIN_OK);
	assert_int_equal(ask(&ruleset_go, probe, utf8, ca, PURPOSE_SERVER),
	    CHAIN_NAME);
	assert_int_equal(ask(&ruleset_boringssl, probe, ski, ca,
	    PURPOSE_SERVER), CHAIN_KEY_ID);
	assert_int_equal(ask(&ruleset_go, probe, ski, ca, PURPOSE_SERVER),
	    CHAIN_OK);
	assert_int_equal(ask(&ruleset_go, probe, new, ca, PURPOSE_SERVER),
	    CHAIN_SIGNATURE);
	assert_int_equal(ask(&ruleset_go, probe, old, ca, PURPOSE_SERVER),
	    CHAIN_EXPIRED);
	assert_int_equal(ask(&ruleset_boringssl, probe, old, ca,
	    PURPOSE_SERVER), CHAIN_EXPIRED);
	cert_free(probe);
	cert_free(ca);
	cert_free(utf8);
	cert_free(ski);
	cert_free(new);
	cert_free(old);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
	};

	pki_init();
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
