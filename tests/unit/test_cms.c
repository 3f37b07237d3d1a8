/* What is sealed for a recipient: who opens it, and who does not. */
#include "tests/unit/roots.h"

/* behind pem.h, or it has no PEM */
#include <openssl/cms.h>

#include "pki/cms.h"

#define OUT_MAX (1 << 20)

static const char secret[] = "apiVersion: v1\nkind: Secret\r\ndata: \x01\xff";

/* A recipient's certificate; the key usage need not suit. */
static struct cert *
recipient(int key)
{
	const struct root r = { .key = key };

	return root_new(&r);
}

/* 1: it opens with this key, and out is what was in it. */
static int
open_with(const struct buf *pem, int key, char *out, size_t size, size_t *n)
{
	BIO *in = BIO_new_mem_buf(pem->p, (int)pem->len);
	BIO *plain = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = PEM_read_bio_CMS(in, NULL, NULL, NULL);
	int ok, got;

	ok = cms != NULL && CMS_decrypt(cms, keys[key], NULL, NULL, plain,
	    CMS_BINARY) == 1;
	got = ok ? BIO_read(plain, out, (int)size) : 0;
	*n = got > 0 ? (size_t)got : 0;
	CMS_ContentInfo_free(cms);
	BIO_free(plain);
	BIO_free(in);
	return ok;
}

static void
test_sealed(void **state)
{
	static const int kinds[] = { K_RSA, K_EC, K_P384 };
	struct err e = ERR_INIT;
	struct cert *to;
	struct buf pem;
	char out[256];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		to = recipient(kinds[i]);
		buf_init(&pem, OUT_MAX, "a backup");
		if (cms_seal(to, secret, sizeof(secret), &pem, &e) == -1)
			fail_msg("%s", e.msg);
		assert_int_equal(strncmp(buf_str(&pem),
		    "-----BEGIN CMS-----\n", 20), 0);
		assert_null(strstr(buf_str(&pem), "Secret"));
		assert_int_equal(open_with(&pem, kinds[i], out, sizeof(out),
		    &n), 1);
		assert_int_equal(n, sizeof(secret));
		assert_memory_equal(out, secret, n);
		assert_int_equal(open_with(&pem, kinds[i] == K_RSA ? K_RSA_2 :
		    K_P224, out, sizeof(out), &n), 0);
		buf_release(&pem);
		cert_free(to);
	}
}

/* OIDs of what is in it; never PKCS#1 v1.5 or SHA-1. */
static int
holds(const struct buf *pem, const char *oid)
{
	BIO *in = BIO_new_mem_buf(pem->p, (int)pem->len);
	unsigned char *der = NULL, want[32], *w = want;
	char *name = NULL, *header = NULL;
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 0);
	long len = 0;
	int n = i2d_ASN1_OBJECT(o, &w), i, found = 0;

	assert_int_equal(PEM_read_bio(in, &name, &header, &der, &len), 1);
	for (i = 0; i + n <= len && !found; i++)
		found = memcmp(der + i, want, (size_t)n) == 0;
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	ASN1_OBJECT_free(o);
	BIO_free(in);
	return found;
}

static void
test_algorithms(void **state)
{
	struct cert *rsa = recipient(K_RSA), *ec = recipient(K_EC);
	struct err e = ERR_INIT;
	struct buf pem;

	(void)state;
	buf_init(&pem, OUT_MAX, "a backup");
	assert_int_equal(cms_seal(rsa, secret, sizeof(secret), &pem, &e), 0);
	assert_true(holds(&pem, "id-smime-ct-authEnvelopedData"));
	assert_true(holds(&pem, "aes-256-gcm"));
	assert_true(holds(&pem, "rsaesOaep"));
	assert_true(holds(&pem, "sha256"));
	buf_reset(&pem);
	assert_int_equal(cms_seal(ec, secret, sizeof(secret), &pem, &e), 0);
	assert_true(holds(&pem, "aes-256-gcm"));
	assert_true(holds(&pem, "dhSinglePass-stdDH-sha256kdf-scheme"));
	assert_true(holds(&pem, "id-aes256-wrap"));
	buf_release(&pem);
	cert_free(rsa);
	cert_free(ec);
}

/* Changed anywhere in the ciphertext or its tag, it does not open. */
static void
test_tampered(void **state)
{
	struct cert *to = recipient(K_EC);
	struct err e = ERR_INIT;
	struct buf pem;
	char big[4096], out[8192];
	size_t i, n, opened = 0, from;

	(void)state;
	memset(big, 'x', sizeof(big));
	buf_init(&pem, OUT_MAX, "a backup");
	assert_int_equal(cms_seal(to, big, sizeof(big), &pem, &e), 0);
	assert_int_equal(open_with(&pem, K_EC, out, sizeof(out), &n), 1);
	/* the last 40 lines of 48 bytes, and the tag in the last but one */
	from = pem.len - 40 * 65;
	for (i = from; i < pem.len - 40; i += 61) {
		char was = (char)pem.p[i];

		if (was == '\n')
			continue;
		pem.p[i] = was == 'A' ? 'B' : 'A';
		opened += (size_t)open_with(&pem, K_EC, out, sizeof(out), &n);
		pem.p[i] = (unsigned char)was;
	}
	assert_int_equal(opened, 0);
	assert_int_equal(open_with(&pem, K_EC, out, sizeof(out), &n), 1);
	buf_release(&pem);
	cert_free(to);
}

static void
test_refused(void **state)
{
	static const int kinds[] = { K_ED, K_WEAK, K_PSS };
	struct err e = ERR_INIT;
	struct cert *to;
	struct buf pem;
	size_t i;

	(void)state;
	buf_init(&pem, 200, "a backup");
	for (i = 0; i < COUNT(kinds); i++) {
		to = recipient(kinds[i]);
		assert_int_equal(cms_seal(to, secret, sizeof(secret), &pem,
		    &e), -1);
		assert_int_equal(e.class, ERR_USAGE);
		assert_non_null(strstr(e.msg, "O=cluster.local"));
		cert_free(to);
	}
	to = recipient(K_EC);
	assert_int_equal(cms_seal(to, secret, CMS_BYTES_MAX + 1UL, &pem, &e),
	    -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_int_equal(cms_seal(to, secret, sizeof(secret), &pem, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	assert_string_equal(buf_str(&pem), "");
	buf_release(&pem);
	cert_free(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_refused),
	};

	pki_init();
	return cmocka_run_group_tests_name("cms", tests, keys_new,
	    keys_free);
}
