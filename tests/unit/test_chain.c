/*
 * The table of what the three verifiers make of the same chain, as it was
 * measured on OpenSSL 3.0, BoringSSL and Go 1.19: the first columns of each
 * row are the chain, the last three the verdicts.
 */
#include "tests/unit/unit.h"

#include "pki/chain.h"
#include "tests/unit/mint.h"

#define DAY 86400L
#define LEAF_KU "critical,digitalSignature,keyEncipherment"
#define CA "critical,CA:TRUE"
#define SIGN "critical,keyCertSign"
#define NOT_CA "critical,CA:FALSE"

static EVP_PKEY *k1, *k2, *k3, *e1;

static int
keys(void **state)
{
	(void)state;
	k1 = EVP_RSA_gen(2048);
	k2 = EVP_RSA_gen(2048);
	k3 = EVP_RSA_gen(2048);
	e1 = EVP_EC_gen("P-256");
	return k1 == NULL || k2 == NULL || k3 == NULL || e1 == NULL;
}

static int
no_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(k1);
	EVP_PKEY_free(k2);
	EVP_PKEY_free(k3);
	EVP_PKEY_free(e1);
	return 0;
}

static struct mint
root(void)
{
	struct mint m = { .o = "root", .key = k1, .from = -100 * DAY,
	    .to = 100 * DAY, .bc = CA, .ku = SIGN, .ski = "hash" };

	return m;
}

static struct mint
leaf(void)
{
	struct mint m = { .o = "leaf", .issuer = "root", .key = k2, .by = k1,
	    .from = -DAY, .to = DAY, .bc = NOT_CA, .ku = LEAF_KU };

	return m;
}

static struct mint
inter(void)
{
	struct mint m = { .o = "inter", .issuer = "root", .key = k3,
	    .by = k1, .from = -DAY, .to = 50 * DAY, .bc = CA, .ku = SIGN };

	return m;
}

/* One question, three answers; each must be the one expected. */
static void
ask(const char *what, const struct mint *l, const struct mint *i,
    const struct mint *a, size_t na, const char *want)
{
	static const struct ruleset *const sets[] = {
		&ruleset_openssl, &ruleset_boringssl, &ruleset_go
	};
	struct cert *anchor[4], *in = NULL;
	struct chain_query q = { .now = T0, .purpose = PURPOSE_SERVER };
	struct chain_result res;
	size_t n;

	q.leaf = mint(l);
	if (i != NULL)
		in = mint(i);
	q.inter = &in;
	q.ninter = i != NULL;
	for (n = 0; n < na; n++)
		anchor[n] = mint(&a[n]);
	q.anchor = anchor;
	q.nanchor = na;
	for (n = 0; n < 3; n++)
		if ((chain_verify(sets[n], &q, &res) == CHAIN_OK) !=
		    (want[n] == '+'))
			fail_msg("%s, %s: %s", what, ruleset_name(sets[n]),
			    chain_why_text(res.why));
	cert_free((struct cert *)q.leaf);
	cert_free(in);
	for (n = 0; n < na; n++)
		cert_free(anchor[n]);
}

static void
measured(void **state)
{
	struct mint l = leaf(), a[2] = { root(), root() };

	(void)state;
	ask("plain", &l, NULL, a, 1, "+++");
	a[0].utf8 = 1;
	ask("subject re-encoded", &l, NULL, a, 1, "++-");
	a[0] = root();
	a[0].to = -DAY;
	ask("expired twin first", &l, NULL, a, 2, "+-+");
	a[0] = root();
	a[1].to = -DAY;
	ask("expired twin last", &l, NULL, a, 2, "+++");
	a[0].bc = "critical,CA:FALSE";
	ask("anchor CA:FALSE", &l, NULL, a, 1, "-+-");
	a[0].bc = NULL;
	ask("anchor without basicConstraints", &l, NULL, a, 1, "++-");
	a[0] = root();
	l.md = EVP_sha1();
	ask("leaf with SHA-1", &l, NULL, a, 1, "++-");
	l = leaf();
	l.issuer = "inter";
	l.by = k3;
	a[0] = inter();
	ask("intermediate as the only anchor", &l, NULL, a, 1, "--+");
	l = leaf();
	l.aki_of = "0102030405060708090a0b0c0d0e0f1011121314";
	a[0] = root();
	ask("SKI changed", &l, NULL, a, 1, "--+");
	a[0].ski = NULL;
	ask("SKI absent", &l, NULL, a, 1, "+++");
}

static void
chains(void **state)
{
	struct mint l = leaf(), i = inter(), a[2] = { root(), root() };

	(void)state;
	l.issuer = "inter";
	l.by = k3;
	ask("with an intermediate", &l, &i, a, 1, "+++");
	ask("without it", &l, NULL, a, 1, "---");
	i.bc = "critical,CA:FALSE";
	ask("an intermediate that is no CA", &l, &i, a, 1, "---");
	i = inter();
	i.ku = "critical,digitalSignature";
	ask("an intermediate that may not sign", &l, &i, a, 1, "---");
	i = inter();
	i.to = -60;
	ask("an expired intermediate", &l, &i, a, 1, "---");
	i = inter();
	i.by = k2;
	ask("an intermediate with a wrong signature", &l, &i, a, 1, "---");
	i = inter();
	a[0].bc = "critical,CA:TRUE,pathlen:0";
	/* BoringSSL does not judge its anchors */
	ask("a root with pathlen 0 above an intermediate", &l, &i, a, 1,
	    "-+-");
	a[0].bc = "critical,CA:TRUE,pathlen:1";
	ask("pathlen 1", &l, &i, a, 1, "+++");
	a[0] = root();
	i.eku = "clientAuth";
	ask("an intermediate for clients only", &l, &i, a, 1, "---");
	i.eku = "serverAuth,clientAuth";
	ask("for both", &l, &i, a, 1, "+++");
}

static void
leaves(void **state)
{
	struct mint l = leaf(), a[2] = { root(), root() };

	(void)state;
	l.to = 0;
	ask("the last second", &l, NULL, a, 1, "--+");
	l.to = -1;
	ask("a second later", &l, NULL, a, 1, "---");
	l = leaf();
	l.from = 0;
	ask("the first second", &l, NULL, a, 1, "+++");
	l.from = 1;
	ask("a second earlier", &l, NULL, a, 1, "---");
	l = leaf();
	l.by = k3;
	ask("a wrong signature", &l, NULL, a, 1, "---");
	l = leaf();
	l.issuer = "nobody";
	ask("an unknown issuer", &l, NULL, a, 1, "---");
	l = leaf();
	l.eku = "codeSigning";
	ask("a leaf for another purpose", &l, NULL, a, 1, "---");
	l = leaf();
	a[0].key = k3;
	a[0].ski = a[1].ski = NULL;
	ask("two keys under one subject, the wrong one first", &l, NULL, a, 2,
	    "--+");
	a[0] = root();
	a[0].key = e1;
	l.by = e1;
	ask("EC", &l, NULL, a, 1, "+++");
}

static void
the_root_itself(void **state)
{
	struct mint l = root(), a[2] = { root(), root() };
	struct cert *c = mint(&l);
	struct chain_query q = { .leaf = c, .anchor = &c, .nanchor = 1,
	    .now = T0 };
	struct chain_result res;

	(void)state;
	assert_int_equal(chain_verify(&ruleset_openssl, &q, &res), CHAIN_OK);
	assert_int_equal(chain_verify(&ruleset_boringssl, &q, &res),
	    CHAIN_OK);
	assert_int_equal(chain_verify(&ruleset_go, &q, &res), CHAIN_OK);
	assert_int_equal(res.npath, 1);
	cert_free(c);
	ask("a twin of the anchor", &l, NULL, a, 1, "---");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured),
		cmocka_unit_test(chains),
		cmocka_unit_test(leaves),
		cmocka_unit_test(the_root_itself),
	};

	return cmocka_run_group_tests(tests, keys, no_keys);
}
