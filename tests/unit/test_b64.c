/* Base64, and PEM in the form that Go writes. */
#include "tests/unit/unit.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "pki/b64.h"
#include "pki/leaf.h"

#define TRIES 200000

static unsigned long rnd = 88172645463325252UL;

static unsigned
any(unsigned below)
{
	rnd ^= rnd << 13;
	rnd ^= rnd >> 7;
	rnd ^= rnd << 17;
	return (unsigned)(rnd >> 20) % below;
}

/*
 * What b64_decode() promises, one character after the other and written for
 * nothing but to be seen through.  Returns bytes, or -1 - the offset it fails
 * at.
 */
static long
slowly(const char *s, size_t len, unsigned char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned long acc = 0;
	size_t i, n = 0, k = 0, pad = 0;
	const char *d;

	for (i = 0; i < len; i++) {
		if (s[i] == '\n' || s[i] == '\r')
			continue;
		d = s[i] == '\0' ? NULL : strchr(digits, s[i]);
		if ((d == NULL && s[i] != '=') || (s[i] == '=' && k % 4 < 2) ||
		    (pad > 0 && (s[i] != '=' || k % 4 == 0)))
			return -1 - (long)i;
		pad += s[i] == '=';
		acc = acc << 6 | (d == NULL ? 0 : (unsigned long)(d - digits));
		if (++k % 4 == 0) {
			out[n] = (unsigned char)(acc >> 16);
			out[n + 1] = (unsigned char)(acc >> 8);
			out[n + 2] = (unsigned char)acc;
			n += 3 - pad;
		}
	}
	return k % 4 == 0 ? (long)n : -1 - (long)len;
}

static void
compare(const char *s, size_t len, struct buf *out)
{
	struct err e = ERR_INIT, want = ERR_INIT;
	unsigned char slow[400];
	long n = slowly(s, len, slow);
	size_t was;

	out->len = 0;
	assert_int_equal(buf_puts(out, "before", NULL), 0);
	was = out->len;
	if (b64_decode(s, len, out, &e) == 0) {
		assert_true(n >= 0);
		assert_int_equal(out->len - was, n);
		assert_memory_equal(out->p + was, slow, n);
	} else {
		assert_true(n < 0);
		assert_int_equal(out->len, was);
		err_set(&want, ERR_FORMAT, "not base64 at byte %zu",
		    (size_t)-n);
		assert_string_equal(e.msg, want.msg);
	}
	assert_int_equal(out->p[out->len], 0);
}

static void
as_before(void **state)
{
	static const char odd[] = "=\n\r A-\x80\xff!/+9\0@[`{";
	struct buf text, out;
	unsigned char raw[120];
	size_t i, k, n;

	(void)state;
	buf_init(&text, 1000, "a text");
	buf_init(&out, 1000, "a value");
	for (i = 0; i < TRIES; i++) {
		n = any(sizeof(raw));
		for (k = 0; k < n; k++)
			raw[k] = (unsigned char)any(256);
		text.len = 0;
		b64_encode(raw, n, &text, NULL);
		for (k = any(4); k > 0 && text.len > 0; k--)
			text.p[any((unsigned)text.len)] =
			    (unsigned char)odd[any(sizeof(odd))];
		if (any(3) == 0 && text.len > 0)
			text.len -= 1 + any((unsigned)text.len);
		compare((char *)text.p, text.len, &out);
	}
	buf_release(&text);
	buf_release(&out);
}

static void
secrets_on_failure(void **state)
{
	struct buf out;
	size_t i;

	(void)state;
	buf_init_secret(&out, 1000, "a key");
	assert_int_equal(b64_decode("QUJDREVGR0hJSktMTU5P!", 21, &out, NULL),
	    -1);
	for (i = 0; i < 15; i++)
		assert_int_equal(out.p[i], 0);
	buf_release(&out);
}

/* ---- PEM ---- */

#define B "-----BEGIN K-----\n"
#define E "-----END K-----"
#define L60 "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD"
#define L64 "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD"

static void
taken(const char *text, size_t bytes, size_t behind)
{
	struct buf out;
	size_t rest = 99;

	buf_init(&out, 1000, "a block");
	assert_int_equal(buf_puts(&out, "x", NULL), 0);
	assert_int_equal(pem_first(text, strlen(text), "K", &out, &rest), 1);
	assert_int_equal(out.len, bytes + 1);
	assert_int_equal(out.p[0], 'x');
	assert_int_equal(out.p[out.len], 0);
	assert_int_equal(rest, strlen(text) - behind);
	buf_release(&out);
}

static void
refused(const char *text, size_t len)
{
	struct buf out;
	size_t i, rest = 99;

	buf_init_secret(&out, 1000, "a block");
	assert_int_equal(buf_puts(&out, "x", NULL), 0);
	memset(out.p + 1, 0x55, out.cap - 1);
	if (pem_first(text, len, "K", &out, &rest) != 0)
		fail_msg("taken: %s", text);
	assert_int_equal(rest, 99);
	assert_int_equal(out.len, 1);
	assert_int_equal(out.p[0], 'x');
	for (i = 1; i < out.cap; i++)	/* wiped, or never written */
		assert_true(out.p[i] == 0x55 || out.p[i] == 0);
	buf_release(&out);
}

static void
plain(void **state)
{
	(void)state;
	taken(B "QQ==\n" E "\n", 1, 0);
	taken(B "QUI=\n" E "\n", 2, 0);
	taken(B "QUJD\n" E "\n", 3, 0);
	taken(B "QUJD\n" E, 3, 0);
	taken(B L64 "\n" E "\n", 48, 0);
	taken(B L60 "QQ==\n" E "\n", 46, 0);
	taken(B L64 "\nQUI=\n" E "\n", 50, 0);
	taken(B L64 "\n" L64 "\n" E "\n", 96, 0);
	taken(B "QUJD\n" E "\n" B "QUJD\n" E "\n", 3,
	    strlen(B "QUJD\n" E "\n"));
	taken(B "QUJD\n" E "\nanything", 3, 8);
}

static void
not_plain(void **state)
{
	static const char *const t[] = {
		"", "\n" B "QUJD\n" E "\n", " " B "QUJD\n" E "\n",
		"-----BEGIN J-----\nQUJD\n" E "\n",
		"-----BEGIN KK-----\nQUJD\n" E "\n",
		"-----BEGIN K-----QUJD\n" E "\n",
		"-----BEGIN K----\nQUJD\n" E "\n",
		"-----BEGIN K----- \nQUJD\n" E "\n",
		"-----BEGIN K-----\r\nQUJD\n" E "\n",
		B "QUJD\n-----END J-----\n", B "QUJD\n-----END KK-----\n",
		B "QUJD\n-----END K----\n", B "QUJD\n-----END K------\n",
		B "QUJD\n" E " \n", B "QUJD\n" E "\r\n", B "QUJD\n" E "x",
		B E "\n", B "\n" E "\n", B "QUJD" E "\n", B "QUJD\n\n" E "\n",
		B "\nQUJD\n" E "\n", B "QUJD \n" E "\n", B " QUJD\n" E "\n",
		B "QUJD\r\n" E "\n", B "QUJ\n" E "\n", B "QQ=\n" E "\n",
		B "QQ\n" E "\n", B "Q===\n" E "\n", B "====\n" E "\n",
		B "QR==\n" E "\n", B "QUJ=\n" E "\n", B "QQ==QUJD\n" E "\n",
		B "QQ=A\n" E "\n", B "QU*D\n" E "\n", B "QU\xff" "D\n" E "\n",
		B "QUJD\nQUJD\n" E "\n", B "QQ==\nQUJD\n" E "\n",
		B L64 "QUJD\n" E "\n", B "QUJD\n" L64 "\n" E "\n",
		B L64 "\n" L64 E "\n", B L64 "\n\n" E "\n",
		B L60 "QQ==\nQUJD\n" E "\n", B L60 "QUI=\n" L64 "\n" E "\n",
		B L64 "\nQU-D\n" E "\n", B "QUJDQUJDQUJD_UJD\n" E "\n",
		B "A: b\n\nQUJD\n" E "\n", B "QUJD\n", B "QUJD\n--",
		B "QUJD\n-----BEGIN K-----\nQUJD\n" E "\n",
	};
	static const char good[] = B L64 "\nQUI=\n" E;
	struct buf out;
	size_t i, rest = 99;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		refused(t[i], strlen(t[i]));
	for (i = 0; i < strlen(good); i++)
		refused(good, i);
	refused(B "QUJD\n\0" E "\n", strlen(B "QUJD\n") + 1 + strlen(E "\n"));
	buf_init(&out, 10, "a block");
	assert_int_equal(pem_first(good, strlen(good), "K", &out, &rest), 0);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

/* What libcrypto writes is in Go's form; what is taken, it reads the same. */
static void
as_libcrypto(void **state)
{
	unsigned char raw[200], *der;
	char *name, *header, *text, bad[600];
	size_t n, i, rest, took = 0;
	long len, size;
	struct buf out;
	BIO *bio, *in;

	(void)state;
	buf_init(&out, 1000, "a block");
	for (n = 1; n < sizeof(raw); n++) {
		for (i = 0; i < n; i++)
			raw[i] = (unsigned char)any(256);
		bio = BIO_new(BIO_s_mem());
		PEM_write_bio(bio, "K", "", raw, (long)n);
		size = BIO_get_mem_data(bio, &text);
		out.len = 0;
		assert_int_equal(pem_first(text, (size_t)size, "K", &out,
		    &rest), 1);
		assert_int_equal(rest, size);
		assert_int_equal(out.len, n);
		assert_memory_equal(out.p, raw, n);
		for (i = 0; i < 300; i++) {
			memcpy(bad, text, (size_t)size);
			bad[any((unsigned)size)] ^= (char)(1u << any(8));
			out.len = 0;
			if (!pem_first(bad, (size_t)size, "K", &out, &rest))
				continue;
			took++;
			in = BIO_new_mem_buf(bad, (int)size);
			assert_int_equal(PEM_read_bio(in, &name, &header,
			    &der, &len), 1);
			assert_int_equal(out.len, len);
			assert_memory_equal(out.p, der, len);
			OPENSSL_free(name);
			OPENSSL_free(header);
			OPENSSL_free(der);
			BIO_free(in);
		}
		BIO_free(bio);
	}
	assert_true(took > 1000);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_before),
		cmocka_unit_test(secrets_on_failure),
		cmocka_unit_test(plain),
		cmocka_unit_test(not_plain),
		cmocka_unit_test(as_libcrypto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
