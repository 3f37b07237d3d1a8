/* Roots that cannot be signed anew, keys that are not theirs, and mutants. */
#include "tests/unit/roots.h"

#include "pki/key.h"
#include "pki/pem.h"

#define PEM_MAX 8192
#define MUTANTS 4000

static int
sign(const struct cert *old, const char *key, struct buf *pem,
    struct cert **out, struct err *e)
{
	struct resign p = { .old = old, .key = key, .key_len = strlen(key),
	    .now = T0, .days = 3650 };

	return resign(&p, pem, out, e);
}

/* Nothing comes of it, and what was there stays as it was. */
static void
refused(const struct cert *old, const char *key, enum err_class class,
    const char *words)
{
	struct cert *c = NULL;
	struct err e = ERR_INIT;
	struct buf pem;

	buf_init(&pem, PEM_MAX, "a root");
	buf_puts(&pem, "before", &e);
	assert_int_equal(sign(old, key, &pem, &c, &e), -1);
	assert_null(c);
	assert_string_equal(buf_str(&pem), "before");
	assert_int_equal(e.class, class);
	if (strstr(e.msg, words) == NULL)
		fail_msg("'%s' lacks '%s'", e.msg, words);
	buf_release(&pem);
}

static const struct {
	enum resign_why	why;
	struct root	root;
} refusals[] = {
	{ RESIGN_NOT_SELF_SIGNED, { .by = K_RSA_2 } },
	{ RESIGN_NOT_SELF_SIGNED, { .issuer = "another" } },
	{ RESIGN_NOT_SELF_SIGNED, { .issuer = "another", .by = K_RSA_2 } },
	/* it says that another key has signed it */
	{ RESIGN_NOT_SELF_SIGNED, { .ski = "01020304",
	    .nid = NID_authority_key_identifier, .value = "0badc0de" } },
	{ RESIGN_AKI_PINS, { .nid = NID_authority_key_identifier,
	    .value = "issuer:always" } },
	{ RESIGN_WEAK_KEY, { .key = K_WEAK } },
	{ RESIGN_KEY_KIND, { .key = K_PSS } },
	{ RESIGN_KEY_KIND, { .key = K_K1 } },
	{ RESIGN_KEY_KIND, { .key = K_P224 } },
	{ RESIGN_NOT_CA, { .bare = 1 } },
	{ RESIGN_NOT_CA, { .bc = "critical,CA:FALSE" } },
	{ RESIGN_KEY_USAGE, { .ku = "critical,digitalSignature" } },
	{ RESIGN_KEY_USAGE, { .ku = "cRLSign" } },
	{ RESIGN_LIMITED, { .nid = NID_ext_key_usage,
	    .value = "serverAuth,clientAuth" } },
	{ RESIGN_LIMITED, { .nid = NID_name_constraints,
	    .value = "permitted;DNS:example.com" } },
	{ RESIGN_LIMITED, { .nid = NID_name_constraints,
	    .value = "critical,permitted;DNS:example.com" } },
	{ RESIGN_LIMITED, { .nid = NID_policy_constraints,
	    .value = "requireExplicitPolicy:0" } },
	{ RESIGN_LIMITED, { .nid = NID_inhibit_any_policy, .value = "0" } },
	{ RESIGN_LIMITED, { .nid = NID_netscape_cert_type,
	    .value = "sslCA" } },
	{ RESIGN_CRITICAL, { .nid = NID_subject_alt_name,
	    .value = "critical,DNS:example.com" } },
	{ RESIGN_CRITICAL, { .nid = NID_netscape_comment,
	    .value = "critical,DER:1603414243" } },
};

static void
test_refused(void **state)
{
	struct cert *old;
	char *key;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refusals); i++) {
		old = root_new(&refusals[i].root);
		if (resign_may(old) != refusals[i].why)
			fail_msg("row %zu: %s", i,
			    resign_why_text(resign_may(old)));
		key = key_text(keys[refusals[i].root.key], 0);
		refused(old, key, ERR_FORMAT,
		    resign_why_text(refusals[i].why));
		free(key);
		cert_free(old);
	}
}

/* Every reason has words of its own. */
static void
test_words(void **state)
{
	int a, b;

	(void)state;
	for (a = RESIGN_OK; a <= RESIGN_CRITICAL; a++)
		for (b = RESIGN_OK; b < a; b++)
			assert_string_not_equal(
			    resign_why_text((enum resign_why)a),
			    resign_why_text((enum resign_why)b));
}

/* "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY". */
static void
test_key_kinds(void **state)
{
	static const int kinds[] = { K_RSA, K_EC, K_P384 };
	struct err e = ERR_INIT;
	struct cert *old, *new;
	struct buf pem;
	char *text;
	size_t i;
	int old_form;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++)
		for (old_form = 0; old_form < 2; old_form++) {
			struct root r = { .key = kinds[i] };

			old = root_new(&r);
			text = key_text(keys[kinds[i]], old_form);
			assert_int_equal(strncmp(text, "-----BEGIN PRIVATE",
			    18) == 0, !old_form);
			buf_init(&pem, PEM_MAX, "a root");
			assert_int_equal(sign(old, text, &pem, &new, &e), 0);
			assert_true(cert_same_key(old, new));
			buf_release(&pem);
			cert_free(new);
			free(text);
			cert_free(old);
		}
}

static void
test_wrong_key(void **state)
{
	const struct root r = { .key = K_RSA };
	struct cert *old = root_new(&r);
	char *other = key_text(keys[K_RSA_2], 0), *ec = key_text(keys[K_EC],
	    1), *own = key_text(keys[K_RSA], 0), *p;
	BIO *bio = BIO_new(BIO_s_mem());
	char locked[4096] = "";

	(void)state;
	refused(old, other, ERR_FORMAT, "belongs to another");
	refused(old, ec, ERR_FORMAT, "belongs to another");
	refused(old, "", ERR_FORMAT, "is not there");
	refused(old, "no key", ERR_FORMAT, "cannot be read");
	assert_int_equal(PEM_write_bio_PrivateKey(bio, keys[K_RSA],
	    EVP_aes_256_cbc(), (const unsigned char *)"secret", 6, NULL,
	    NULL), 1);
	BIO_read(bio, locked, sizeof(locked) - 1);
	BIO_free(bio);
	refused(old, locked, ERR_FORMAT, "needs a passphrase");
	p = strchr(own, '\n');
	p[1] = '!';
	refused(old, own, ERR_FORMAT, "cannot be read");
	free(own);
	free(other);
	free(ec);
	cert_free(old);
}

static void
test_limits(void **state)
{
	const struct root r = { .key = K_EC }, late = { .key = K_EC,
	    .from = 9 * DAY };
	static const int64_t days[] = { 0, -1, INT64_MIN };
	char *key = key_text(keys[K_EC], 0);
	struct cert *old = root_new(&r), *future = root_new(&late), *new;
	struct resign p = { .old = old, .key = key, .key_len = strlen(key),
	    .now = T0 };
	struct err e = ERR_INIT;
	struct buf pem;
	size_t i;

	(void)state;
	buf_init(&pem, PEM_MAX, "a root");
	for (i = 0; i < COUNT(days); i++) {
		p.days = days[i];
		assert_int_equal(resign(&p, &pem, &new, &e), -1);
		assert_int_equal(e.class, ERR_USAGE);
		assert_null(new);
	}
	p.days = 9;
	p.old = future;
	assert_int_equal(resign(&p, &pem, &new, &e), -1);
	assert_int_equal(e.class, ERR_USAGE);
	p.days = 10;
	assert_int_equal(resign(&p, &pem, &new, &e), 0);
	cert_free(new);
	buf_release(&pem);
	/* room for a part of it */
	buf_init(&pem, 200, "a root");
	p.old = old;
	assert_int_equal(resign(&p, &pem, &new, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_null(new);
	assert_string_equal(buf_str(&pem), "");
	buf_release(&pem);
	cert_free(old);
	cert_free(future);
	free(key);
}

/* ---- mutants ---- */

static uint64_t rng = 0x9e3779b97f4a7c15u;

static unsigned
rnd(size_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)((rng >> 33) % n);
}

/* Sign what was changed again, so that more than the signature is looked at: */
/* Ed25519's is the last 64 bytes, whatever is signed. */
static void
sign_again(unsigned char *der, size_t len)
{
	/* SEQUENCE, the TBS, AlgorithmIdentifier (7), BIT STRING (67) */
	const size_t head = 4, tail = 7 + 67;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 64;

	assert_int_equal(der[1], 0x82);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL,
	    keys[K_ED]), 1);
	assert_int_equal(EVP_DigestSign(ctx, der + len - 64, &n, der + head,
	    len - head - tail), 1);
	EVP_MD_CTX_free(ctx);
}

/* 1: something was made of it, and it is right. */
static int
judge(const unsigned char *der, size_t len, const char *key,
    const struct der *spki)
{
	struct cert *old, *new;
	struct err e = ERR_INIT;
	struct buf pem;
	int ok;

	if (cert_parse(der, len, &old, &e) == -1)
		return 0;
	buf_init(&pem, PEM_MAX, "a root");
	ok = sign(old, key, &pem, &new, &e) == 0;
	if (ok) {
		assert_true(der_equal(&new->spki, spki));
		assert_true(der_equal(&new->subject, &old->subject));
		assert_true(der_equal(&new->issuer, &old->issuer));
		assert_int_equal(new->ski.len, old->ski.len);
		if (old->ski.len > 0)
			assert_true(der_equal(&new->ski, &old->ski));
		assert_true(cert_signed_by(new, old));
		assert_true(cert_signed_by(old, new));
		assert_int_equal(new->bc, BC_CA);
		assert_int_equal(new->pathlen, old->pathlen);
		assert_true(new->ku & CERT_KU_KEY_CERT_SIGN);
		assert_int_equal(new->not_after, T0 + 3650 * DAY);
	} else
		assert_int_equal(pem.len, 0);
	buf_release(&pem);
	cert_free(new);
	cert_free(old);
	return ok;
}

static void
test_mutants(void **state)
{
	struct root r = { .key = K_ED, .bc = "critical,CA:TRUE,pathlen:9",
	    .nid = NID_netscape_comment, .value = "made so that it is over "
	    "256 bytes long", .ski = "hash" };
	char *key = key_text(keys[K_ED], 0);
	unsigned char *der;
	struct cert *old;
	int i, j, flips, made = 0;

	(void)state;
	for (j = 0; j < 2; j++) {
		r.name = j == 0 ? PRINTABLE : TELETEX;
		old = root_new(&r);
		der = malloc(old->der.len);
		for (i = 0; i < MUTANTS / 2; i++) {
			memcpy(der, old->der.p, old->der.len);
			for (flips = 1 + (int)rnd(2); flips > 0; flips--)
				der[4 + rnd(old->der.len - 4 - 74)] ^=
				    (unsigned char)(1u << rnd(8));
			/* or it would not be self-signed any more */
			memcpy(der + (old->issuer.p - old->der.p),
			    der + (old->subject.p - old->der.p),
			    old->subject.len);
			/* a few are left with the signature of before */
			if (rnd(20) != 0)
				sign_again(der, old->der.len);
			made += judge(der, old->der.len, key, &old->spki);
		}
		free(der);
		cert_free(old);
	}
	/* of an unchanged one something is made, and of some mutants */
	print_message("%d of %d mutants were signed anew\n", made,
	    MUTANTS);
	assert_in_range(made, MUTANTS / 20, MUTANTS - MUTANTS / 20);
	free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_key_kinds),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mutants),
	};

	pki_init();
	return cmocka_run_group_tests_name("resign_refused", tests, keys_new,
	    keys_free);
}
