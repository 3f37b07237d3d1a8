/* PEM, base64, certificates and keys. */
#include "tests/unit/unit.h"

#include "base/when.h"
#include "pki/b64.h"
#include "pki/bundle.h"
#include "pki/key.h"
#include "tests/unit/mint.h"

#define DAY 86400L

static EVP_PKEY *k1, *k2;
static char *pem;	/* of one root */
static X509 *x;

static char *
text_of(BIO *bio)
{
	char *p, *s;
	long n = BIO_get_mem_data(bio, &p);

	s = strndup(p, (size_t)n);
	BIO_free(bio);
	return s;
}

static int
setup(void **state)
{
	struct mint m = { .o = "cluster.local", .from = -DAY, .to = 10 * DAY,
	    .bc = "critical,CA:TRUE,pathlen:3", .ku = "critical,keyCertSign",
	    .ski = "hash" };
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	m.key = k1 = EVP_RSA_gen(2048);
	k2 = EVP_EC_gen("P-256");
	x = mint_x509(&m);
	PEM_write_bio_X509(bio, x);
	pem = text_of(bio);
	return pem == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(k1);
	EVP_PKEY_free(k2);
	X509_free(x);
	free(pem);
	return 0;
}

/* RFC 4648 section 10, and what Go's StdEncoding refuses. */
static void
base64(void **state)
{
	static const char *const good[][2] = {
		{ "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" },
		{ "Zm9v", "foo" }, { "Zm9vYg==", "foob" },
		{ "Zm9vYmFy", "foobar" }, { "Zm9v\r\nYmFy\n", "foobar" },
		{ "Zg=\n=\n", "f" },
	};
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zm 9v", "Zm9v!",
		"Zg==Zg==", "====", "Zm9\xff", "Zg=a", "-_==",
	};
	struct buf out;
	struct err e;
	size_t i;

	(void)state;
	buf_init(&out, 1000, "a value");
	for (i = 0; i < COUNT(good); i++) {
		buf_reset(&out);
		assert_int_equal(b64_decode(good[i][0], strlen(good[i][0]),
		    &out, &e), 0);
		assert_string_equal(buf_str(&out), good[i][1]);
	}
	buf_puts(&out, "!", NULL);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(b64_decode(bad[i], strlen(bad[i]), &out, &e),
		    -1);
		assert_int_equal(e.class, ERR_FORMAT);
		assert_string_equal(buf_str(&out), "f!");
	}
	buf_release(&out);
}

static void
facts(void **state)
{
	char hex[65], want[65];
	unsigned char md[32];
	struct bundle b;
	struct cert *c;
	size_t i;

	(void)state;
	assert_int_equal(bundle_parse(pem, strlen(pem), &b, NULL), 0);
	assert_int_equal(b.n, 1);
	c = b.item[0].cert;
	X509_digest(x, EVP_sha256(), md, NULL);
	for (i = 0; i < 32; i++)
		snprintf(want + 2 * i, 3, "%02x", md[i]);
	cert_hex(c, hex);
	assert_string_equal(hex, want);
	assert_string_equal(c->subject_text, "O=cluster.local");
	assert_int_equal(c->not_before, T0 - DAY);
	assert_int_equal(c->not_after, T0 + 10 * DAY);
	assert_int_equal(c->bc, BC_CA);
	assert_int_equal(c->pathlen, 3);
	assert_int_equal(c->ku, CERT_KU_KEY_CERT_SIGN);
	assert_int_equal(c->hash, HASH_SHA256);
	assert_int_equal(c->key, KEY_RSA);
	assert_int_equal(c->key_bits, 2048);
	assert_int_equal(c->ski.len, 20);
	assert_null(c->aki.p);
	assert_true(c->self_issued && cert_claims_self_signed(c));
	assert_true(cert_signed_by(c, c));
	bundle_release(&b);
}

/* What a bundle may look like; the letters are its items. */
static void
bundles(void **state)
{
	static const struct {
		const char	*text;	/* C: the certificate */
		const char	*items;	/* c k o b */
	} cases[] = {
		{ "", "" }, { "nothing\n", "" }, { "C", "c" }, { "CC", "cc" },
		{ "Bag Attributes\n  x: y\nC# end", "c" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"
		    "-----END RSA PRIVATE KEY-----\nC", "kc" },
		{ "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"
		    "-----END TRUSTED CERTIFICATE-----\nC", "oc" },
		{ "-----BEGIN CERTIFICATE-----\n!!!!\n"
		    "-----END CERTIFICATE-----\nC", "bc" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n"
		    "-----END CERTIFICATE-----\nC", "bc" },
		{ "-----BEGIN CERTIFICATE-----\n"
		    "-----END CERTIFICATE-----\nC", "bc" },
		{ "C-----BEGIN CERTIFICATE-----\nAAAA\n", "cb" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\nC", "bc" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END X-----\nC",
		    "bc" },
		{ " -----BEGIN CERTIFICATE-----\n", "" },
		{ "-----BEGIN CERTIFICATE----\n", "" },
	};
	static const char letters[] = "ckob";
	char text[16384], got[8];
	struct bundle b;
	const char *p;
	size_t i, j, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		for (n = 0, p = cases[i].text; *p != '\0'; p++) {
			int whole = *p == 'C' && (p == cases[i].text ||
			    p[-1] == '\n' || p[-1] == 'C');

			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%.*s", whole ? (int)strlen(pem) : 1,
			    whole ? pem : p);
		}
		assert_int_equal(bundle_parse(text, n, &b, NULL), 0);
		for (j = 0; j < b.n && j < 7; j++) {
			got[j] = letters[b.item[j].what];
			assert_int_equal(b.item[j].n, j + 1);
			assert_int_equal(b.item[j].cert != NULL,
			    got[j] == 'c');
		}
		got[j] = '\0';
		assert_string_equal(got, cases[i].items);
		bundle_release(&b);
	}
}

static void
crlf_and_blanks(void **state)
{
	char text[8192];
	struct bundle b;
	const char *p;
	size_t n = 0;

	(void)state;
	for (p = pem; *p != '\0'; p++) {
		if (*p == '\n') {
			text[n++] = ' ';
			text[n++] = '\r';
		}
		text[n++] = *p;
	}
	/* and no newline at the very end */
	assert_int_equal(bundle_parse(text, n - 3, &b, NULL), 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.item[0].what, BUNDLE_CERT);
	bundle_release(&b);
}

/* Legal, and still refused by Go as an anchor, or by OpenSSL as a file. */
static void
headers_and_empty_lines(void **state)
{
	const char *nl = strchr(pem, '\n') + 1;	/* behind BEGIN */
	const char *second = strchr(nl, '\n') + 1;
	static const char *const in[] = {
		"X-Made-By: a tool\n\n", "X-Made-By: a tool\n", "\n", " \t\n"
	};
	char text[8192];
	struct bundle b;
	size_t i, at;

	(void)state;
	for (i = 0; i < 2 * COUNT(in); i++) {
		at = (size_t)((i % 2 == 0 ? nl : second) - pem);
		snprintf(text, sizeof(text), "%.*s%s%s%s", (int)at, pem,
		    in[i / 2], pem + at, pem);
		assert_int_equal(bundle_parse(text, strlen(text), &b, NULL),
		    0);
		assert_int_equal(b.n, 2);
		assert_int_equal(b.item[0].what, BUNDLE_BROKEN);
		assert_int_equal(b.item[1].what, BUNDLE_CERT);
		bundle_release(&b);
	}
}

static void
limits(void **state)
{
	size_t i, n = strlen(pem);
	struct bundle b;
	struct err e;
	char *text;

	(void)state;
	text = malloc(BUNDLE_BYTES_MAX + 1);
	assert_non_null(text);
	memset(text, '\n', BUNDLE_BYTES_MAX + 1);
	assert_int_equal(bundle_parse(text, BUNDLE_BYTES_MAX + 1, &b, &e),
	    -1);
	assert_int_equal(e.class, ERR_LIMIT);
	for (i = 0; i <= BUNDLE_CERTS_MAX; i++)
		memcpy(text + i * n, pem, n);
	assert_int_equal(bundle_parse(text, i * n, &b, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_int_equal(bundle_parse(text, (i - 1) * n, &b, &e), 0);
	assert_int_equal(b.n, BUNDLE_CERTS_MAX);
	bundle_release(&b);
	free(text);
}

/* No certificate with one bit changed is taken for a whole one that signs. */
static void
every_bit(void **state)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der), i, taken = 0;
	struct cert *c;

	(void)state;
	for (i = 0; i < 8 * len; i++) {
		der[i / 8] ^= 1u << i % 8;
		if (cert_parse(der, (size_t)len, &c, NULL) == 0) {
			taken++;
			assert_false(cert_signed_by(c, c));
			cert_free(c);
		}
		der[i / 8] ^= 1u << i % 8;
	}
	assert_true(taken > 0 && taken < 8 * len);
	for (i = 0; i < len; i++)
		assert_int_equal(cert_parse(der, (size_t)i, &c, NULL), -1);
	der = OPENSSL_realloc(der, (size_t)len + 1);
	der[len] = 0;
	assert_int_equal(cert_parse(der, (size_t)len + 1, &c, NULL), -1);
	OPENSSL_free(der);
}

static char *
key_text(EVP_PKEY *key, int traditional, const char *pass)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (traditional)
		PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0,
		    NULL, NULL);
	else
		PEM_write_bio_PKCS8PrivateKey(bio, key, pass == NULL ? NULL :
		    EVP_aes_128_cbc(), NULL, 0, NULL, (void *)pass);
	return text_of(bio);
}

static void
compare(EVP_PKEY *key, int traditional, const char *pass,
    const struct cert *c, enum key_state want)
{
	char *text = key_text(key, traditional, pass);

	assert_int_equal(key_compare(text, strlen(text), c), want);
	free(text);
}

static void
private_keys(void **state)
{
	struct bundle b;
	struct cert *c;

	(void)state;
	assert_int_equal(bundle_parse(pem, strlen(pem), &b, NULL), 0);
	c = b.item[0].cert;
	compare(k1, 1, NULL, c, KEYS_MATCH);
	compare(k1, 0, NULL, c, KEYS_MATCH);
	compare(k2, 1, NULL, c, KEYS_DIFFER);
	compare(k1, 0, "secret", c, KEYS_ENCRYPTED);
	assert_int_equal(key_compare("", 0, c), KEYS_ABSENT);
	assert_int_equal(key_compare("x", 1, c), KEYS_UNREADABLE);
	assert_int_equal(key_compare(pem, strlen(pem), c), KEYS_UNREADABLE);
	bundle_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64),
		cmocka_unit_test(facts),
		cmocka_unit_test(bundles),
		cmocka_unit_test(crlf_and_blanks),
		cmocka_unit_test(headers_and_empty_lines),
		cmocka_unit_test(limits),
		cmocka_unit_test(every_bit),
		cmocka_unit_test(private_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
