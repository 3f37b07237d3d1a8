/* Private keys: does one belong to a certificate, and do its parts hold? */
#include "tests/unit/leaves.h"

#include "base/buf.h"
#include "pki/key.h"
#include "pki/leaf.h"
#include "pki/rsa.h"

static struct made made;
static struct leaf leaf;
static struct cert *cert;
static BIGNUM *whole[RSA_PARTS];	/* leaf_key's */
static const char *const names[RSA_PARTS] = { OSSL_PKEY_PARAM_RSA_N,
	OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
	OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
static int padded = -1;		/* this part gets a zero octet too many */

/* ---- what libcrypto frees must not hold a secret ---- */

#define WATCHED 16
static unsigned char watched[2][WATCHED];	/* of p, both ways round */
static int watching, seen;

static void *
a_malloc(size_t n, const char *file, int line)
{
	size_t *p = calloc(1, n + 16);	/* nothing of what was there */

	(void)file;
	(void)line;
	if (p == NULL)
		return NULL;
	*p = n;
	return (char *)p + 16;
}

static void
a_free(void *p, const char *file, int line)
{
	size_t *real = p == NULL ? NULL : (size_t *)(void *)((char *)p - 16);
	size_t i;

	(void)file;
	(void)line;
	for (i = 0; watching && p != NULL && i + WATCHED <= *real; i++)
		seen += memcmp((char *)p + i, watched[0], WATCHED) == 0 ||
		    memcmp((char *)p + i, watched[1], WATCHED) == 0;
	free(real);
}

static void *
a_realloc(void *p, size_t n, const char *file, int line)
{
	void *q = n == 0 ? NULL : a_malloc(n, file, line);
	size_t was = p == NULL ? 0 : *(size_t *)(void *)((char *)p - 16);

	if (q != NULL && p != NULL)
		memcpy(q, p, was < n ? was : n);
	if (q != NULL || n == 0)
		a_free(p, file, line);
	return q;
}

/* ---- writing keys down ---- */

/* SEQUENCE or another tag around bytes; in place. */
static void
wrap(struct buf *b, int tag)
{
	unsigned char head[8], *p = head;
	struct buf in = *b;
	int constructed = tag == V_ASN1_SEQUENCE;

	ASN1_put_object(&p, constructed, (int)in.len, tag, V_ASN1_UNIVERSAL);
	buf_init(b, 100000, "a key");
	assert_int_equal(buf_append(b, head, (size_t)(p - head), NULL), 0);
	assert_int_equal(buf_append(b, in.p, in.len, NULL), 0);
	buf_release(&in);
}

static void
number(struct buf *b, const BIGNUM *n)
{
	ASN1_INTEGER *i = BN_to_ASN1_INTEGER(n, NULL);
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(i, &der);

	buf_append(b, der, (size_t)len, NULL);
	OPENSSL_free(der);
	ASN1_INTEGER_free(i);
}

static void
zero_number(struct buf *b, const BIGNUM *n)
{
	unsigned char raw[400] = { 0 };
	int len = BN_num_bytes(n) + 1 + (BN_num_bits(n) % 8 == 0);
	struct buf in;

	BN_bn2binpad(n, raw, len);
	buf_init(&in, sizeof(raw), "a number");
	buf_append(&in, raw, (size_t)len, NULL);
	wrap(&in, V_ASN1_INTEGER);
	buf_append(b, in.p, in.len, NULL);
	buf_release(&in);
}

static void
pkcs1(struct buf *b, BIGNUM *const part[RSA_PARTS])
{
	size_t i;

	buf_init(b, 100000, "a key");
	assert_int_equal(buf_append(b, "\2\1\0", 3, NULL), 0);
	for (i = 0; i < RSA_PARTS; i++)
		if ((int)i == padded)
			zero_number(b, part[i]);
		else
			number(b, part[i]);
	wrap(b, V_ASN1_SEQUENCE);
}

#define RSA_HEAD "\2\1\0\x30\x0d\6\x09\x2a\x86\x48\x86\xf7\x0d\1\1\1\5\0"

static void
pkcs8(struct buf *b, const void *head, size_t n)
{
	struct buf in;

	wrap(b, V_ASN1_OCTET_STRING);
	in = *b;
	buf_init(b, 100000, "a key");
	assert_int_equal(buf_append(b, head, n, NULL), 0);
	assert_int_equal(buf_append(b, in.p, in.len, NULL), 0);
	buf_release(&in);
	wrap(b, V_ASN1_SEQUENCE);
}

static char *
pem_of(const char *label, const void *der, size_t len)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p, *s;
	long n;

	PEM_write_bio(bio, label, "", der, (long)len);
	n = BIO_get_mem_data(bio, &p);
	s = strndup(p, (size_t)n);
	BIO_free(bio);
	return s;
}

static void
ask(const char *label, const struct buf *b, int mine, enum key_state state)
{
	char *s = pem_of(label, b->p, b->len);

	assert_int_equal(leaf_key_is(&leaf, s, strlen(s)), mine);
	assert_int_equal(key_compare(s, strlen(s), cert), state);
	free(s);
}

/* In both forms. */
static void
ask_parts(BIGNUM *const part[RSA_PARTS], int mine, enum key_state state)
{
	struct buf b;

	pkcs1(&b, part);
	ask("RSA PRIVATE KEY", &b, mine, state);
	pkcs8(&b, RSA_HEAD, sizeof(RSA_HEAD) - 1);
	ask("PRIVATE KEY", &b, mine, state);
	buf_release(&b);
}

static int
prepare(void **state)
{
	unsigned char p[128];
	size_t i;

	setup(state);
	made = make(&istiod);
	for (i = 0; i < RSA_PARTS; i++)
		EVP_PKEY_get_bn_param(leaf_key, names[i], &whole[i]);
	assert_int_equal(BN_bn2binpad(whole[PART_P], p, sizeof(p)), 128);
	for (i = 0; i < WATCHED; i++) {
		watched[0][i] = p[56 + i];
		watched[1][WATCHED - 1 - i] = p[56 + i];
	}
	return cert_parse(made.p, made.n, &cert, NULL) == -1 ||
	    !leaf_parse(made.p, made.n, &leaf);
}

static int
clean(void **state)
{
	size_t i;

	for (i = 0; i < RSA_PARTS; i++)
		BN_free(whole[i]);
	cert_free(cert);
	forget(&made);
	return teardown(state);
}

/* ---- tests ---- */

static void
right(void **state)
{
	BIGNUM *p = BN_dup(whole[PART_P]), *q = BN_dup(whole[PART_Q]);
	BIGNUM *part[RSA_PARTS], *d = BN_dup(whole[PART_D]);
	BIGNUM *qinv = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	(void)state;
	ask_parts(whole, 1, KEYS_MATCH);
	/* p and q may change places */
	memcpy(part, whole, sizeof(part));
	part[PART_P] = whole[PART_Q];
	part[PART_Q] = whole[PART_P];
	part[PART_DP] = whole[PART_DQ];
	part[PART_DQ] = whole[PART_DP];
	part[PART_QINV] = qinv;
	assert_non_null(BN_mod_inverse(qinv, p, q, ctx));
	ask_parts(part, 1, KEYS_MATCH);
	/* d may be reduced by either totient: the other one here */
	memcpy(part, whole, sizeof(part));
	BN_sub_word(p, 1);
	BN_sub_word(q, 1);
	BN_mul(qinv, p, q, ctx);
	BN_gcd(p, p, q, ctx);
	BN_div(q, NULL, qinv, p, ctx);		/* the least common multiple */
	BN_mod(d, d, q, ctx);
	part[PART_D] = d;
	ask_parts(part, 1, KEYS_MATCH);
	BN_add(d, d, q);
	assert_true(BN_cmp(d, whole[PART_N]) < 0);
	ask_parts(part, 1, KEYS_MATCH);
	while (BN_cmp(d, whole[PART_N]) < 0)	/* but not that long */
		BN_add(d, d, q);
	ask_parts(part, 0, KEYS_BROKEN);
	BN_clear_free(p);
	BN_clear_free(q);
	BN_clear_free(d);
	BN_clear_free(qinv);
	BN_CTX_free(ctx);
}

/* Each part off by 2, by a high bit, by what it is counted modulo of. */
static void
each_part(void **state)
{
	static const int mod[RSA_PARTS] = { PART_N, PART_N, PART_N, PART_N,
	    PART_N, PART_P, PART_Q, PART_P };
	BIGNUM *part[RSA_PARTS], *less = BN_new(), *d = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	enum key_state want;
	size_t i, how;

	(void)state;
	for (i = 0; i < RSA_PARTS; i++)
		for (how = 0; how < 5; how++) {
			memcpy(part, whole, sizeof(part));
			part[i] = BN_dup(whole[i]);
			if (how == 0)
				BN_add_word(part[i], 2);
			else if (how == 1)
				BN_sub_word(part[i], 2);
			else if (how == 2)
				BN_set_bit(part[i], 3000);
			else if (how == 3)
				BN_one(part[i]);
			else {		/* the same, but not reduced */
				BN_add(part[i], part[i], whole[mod[i]]);
				if (i == PART_DP || i == PART_DQ)
					BN_sub_word(part[i], 1);
			}
			want = i == PART_N || i == PART_E ? KEYS_DIFFER :
			    KEYS_BROKEN;
			ask_parts(part, 0, want);
			BN_clear_free(part[i]);
		}
	/* 1 * n */
	memcpy(part, whole, sizeof(part));
	part[PART_P] = BN_dup(BN_value_one());
	part[PART_Q] = whole[PART_N];
	ask_parts(part, 0, KEYS_BROKEN);
	part[PART_Q] = part[PART_P];
	part[PART_P] = whole[PART_N];
	ask_parts(part, 0, KEYS_BROKEN);
	/* the same, and all that follows from n is right */
	BN_copy(less, whole[PART_N]);
	BN_sub_word(less, 1);
	if (BN_mod_inverse(d, whole[PART_E], less, ctx) != NULL) {
		part[PART_D] = part[PART_DP] = d;
		part[PART_QINV] = part[PART_Q];
		ask_parts(part, 0, KEYS_BROKEN);
	}
	BN_free(part[PART_Q]);
	BN_free(less);
	BN_free(d);
	BN_CTX_free(ctx);
}

/* All of them hold together, but under another n; and under another e. */
static void
other_halves(void **state)
{
	BIGNUM *part[RSA_PARTS], *p, *q, *e = BN_new(), *d = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	size_t i;

	(void)state;
	for (i = 0; i < RSA_PARTS; i++) {
		part[i] = NULL;
		EVP_PKEY_get_bn_param(other_key, names[i], &part[i]);
	}
	p = part[PART_N];
	part[PART_N] = whole[PART_N];
	ask_parts(part, 0, KEYS_BROKEN);
	part[PART_N] = p;
	for (i = 0; i < RSA_PARTS; i++)
		BN_clear_free(part[i]);
	p = BN_dup(whole[PART_P]);
	q = BN_dup(whole[PART_Q]);
	memcpy(part, whole, sizeof(part));
	BN_sub_word(p, 1);
	BN_sub_word(q, 1);
	BN_mul(d, p, q, ctx);
	for (BN_set_word(e, 65539); BN_mod_inverse(d, e, d, ctx) == NULL;
	    BN_add_word(e, 2))
		BN_mul(d, p, q, ctx);
	part[PART_E] = e;
	part[PART_D] = d;
	BN_mod(p, d, p, ctx);
	BN_mod(q, d, q, ctx);
	part[PART_DP] = p;
	part[PART_DQ] = q;
	assert_int_equal(rsa_holds((const BIGNUM *const *)part), 1);
	ask_parts(part, 0, KEYS_DIFFER);
	BN_clear_free(p);
	BN_clear_free(q);
	BN_clear_free(d);
	BN_free(e);
	BN_CTX_free(ctx);
}

/* d suits one prime, and one only. */
static void
half_right(void **state)
{
	BIGNUM *part[RSA_PARTS], *less = BN_new(), *d = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		memcpy(part, whole, sizeof(part));
		BN_copy(less, whole[i == 0 ? PART_P : PART_Q]);
		BN_sub_word(less, 1);
		BN_add(d, whole[i == 0 ? PART_DP : PART_DQ], less);
		part[PART_D] = d;
		ask_parts(part, 0, KEYS_BROKEN);
		/* and the other exponent follows d */
		BN_copy(less, whole[i == 0 ? PART_Q : PART_P]);
		BN_sub_word(less, 1);
		BN_mod(less, d, less, ctx);
		part[i == 0 ? PART_DQ : PART_DP] = less;
		ask_parts(part, 0, KEYS_BROKEN);
	}
	BN_free(less);
	BN_free(d);
	BN_CTX_free(ctx);
}

static char *
written(EVP_PKEY *key, int traditional, const char *pass)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const EVP_CIPHER *with = pass == NULL ? NULL : EVP_aes_128_cbc();
	int len = pass == NULL ? 0 : (int)strlen(pass);
	char *p, *s;
	long n;

	if (traditional)
		PEM_write_bio_PrivateKey_traditional(bio, key, with,
		    (const unsigned char *)pass, len, NULL, NULL);
	else
		PEM_write_bio_PKCS8PrivateKey(bio, key, with, pass, len,
		    NULL, NULL);
	n = BIO_get_mem_data(bio, &p);
	s = strndup(p, (size_t)n);
	BIO_free(bio);
	return s;
}

static void
other_keys(void **state)
{
	EVP_PKEY *const keys[] = { other_key, ec_key };
	char *s;
	size_t i;
	int form;

	(void)state;
	for (form = 0; form < 2; form++) {
		for (i = 0; i < COUNT(keys); i++) {
			s = written(keys[i], form, NULL);
			assert_int_equal(leaf_key_is(&leaf, s, strlen(s)), 0);
			assert_int_equal(key_compare(s, strlen(s), cert),
			    KEYS_DIFFER);
			free(s);
		}
		s = written(leaf_key, form, "secret");
		assert_int_equal(leaf_key_is(&leaf, s, strlen(s)), 0);
		assert_int_equal(key_compare(s, strlen(s), cert),
		    KEYS_ENCRYPTED);
		free(s);
		s = written(leaf_key, form, NULL);
		assert_int_equal(leaf_key_is(&leaf, s, strlen(s)), 1);
		free(s);
	}
}

static void
text_forms(void **state)
{
	char *s = written(leaf_key, 1, NULL), *t, *out;
	size_t n = strlen(s);

	(void)state;
	t = calloc(2, 2 * n);
	assert_int_equal(leaf_key_is(&leaf, s, n), 1);
	assert_int_equal(leaf_key_is(&leaf, s, n - 1), 1);	/* no LF */
	assert_int_equal(leaf_key_is(&leaf, s, n - 2), 0);
	assert_int_equal(leaf_key_is(&leaf, s, 0), 0);
	snprintf(t, 4 * n, "%s\n", s);
	assert_int_equal(leaf_key_is(&leaf, t, strlen(t)), 0);
	snprintf(t, 4 * n, "\n%s", s);
	assert_int_equal(leaf_key_is(&leaf, t, strlen(t)), 0);
	snprintf(t, 4 * n, "%s%s", s, s);
	assert_int_equal(leaf_key_is(&leaf, t, strlen(t)), 0);
	for (out = t, n = 0; s[n] != '\0'; n++) {
		if (s[n] == '\n')
			*out++ = '\r';
		*out++ = s[n];
	}
	*out = '\0';
	assert_int_equal(leaf_key_is(&leaf, t, strlen(t)), 0);
	assert_int_equal(key_compare(t, strlen(t), cert), KEYS_MATCH);
	free(s);
	free(t);
}

static int
is_mine(const char *label, const struct buf *b)
{
	char *s = pem_of(label, b->p, b->len);
	int mine = leaf_key_is(&leaf, s, strlen(s));

	free(s);
	return mine;
}

/* n's head replaced by another, so many octets of the old one left out. */
static void
splice(const struct buf *b, const char *head, size_t n, size_t skip)
{
	struct buf c;

	buf_init(&c, 100000, "a key");
	buf_append(&c, b->p + 4, 3, NULL);
	buf_append(&c, head, n, NULL);
	buf_append(&c, b->p + 7 + skip, b->len - 7 - skip, NULL);
	wrap(&c, V_ASN1_SEQUENCE);
	assert_int_equal(is_mine("RSA PRIVATE KEY", &c), 0);
	buf_release(&c);
}

static void
every_byte(const char *label, struct buf *b)
{
	size_t at;

	for (at = 0; at < b->len; at++) {
		b->p[at] ^= 1;
		if (is_mine(label, b))
			fail_msg("%s: byte %zu", label, at);
		b->p[at] ^= 1;
	}
}

/* DER of which libcrypto takes the most; here it is never "mine". */
static void
not_canonical(void **state)
{
	struct buf b, c;

	(void)state;
	pkcs1(&b, whole);
	ask("RSA PRIVATE KEY", &b, 1, KEYS_MATCH);
	ask("PRIVATE KEY", &b, 0, KEYS_UNREADABLE);
	assert_int_equal(buf_append(&b, "", 1, NULL), 0);	/* trailing */
	ask("RSA PRIVATE KEY", &b, 0, KEYS_BROKEN);
	b.len--;
	b.p[6] = 1;		/* version: of more than two primes */
	ask("RSA PRIVATE KEY", &b, 0, KEYS_UNREADABLE);
	b.p[6] = 0;
	/* n with a zero octet too many, without the one it needs */
	splice(&b, "\2\x82\1\2\0", 5, 4);
	splice(&b, "\2\x82\1\0", 4, 5);
	for (padded = 0; padded < RSA_PARTS; padded++) {
		pkcs1(&c, whole);
		assert_int_equal(is_mine("RSA PRIVATE KEY", &c), 0);
		buf_release(&c);
	}
	padded = -1;
	/* a ninth number behind the eight */
	buf_init(&c, 100000, "a key");
	buf_append(&c, b.p + 4, b.len - 4, NULL);
	buf_append(&c, "\2\1\1", 3, NULL);
	wrap(&c, V_ASN1_SEQUENCE);
	assert_int_equal(is_mine("RSA PRIVATE KEY", &c), 0);
	buf_release(&c);
	every_byte("RSA PRIVATE KEY", &b);
	pkcs8(&b, RSA_HEAD, sizeof(RSA_HEAD) - 1);
	ask("PRIVATE KEY", &b, 1, KEYS_MATCH);
	every_byte("PRIVATE KEY", &b);
	assert_int_equal(buf_append(&b, "", 1, NULL), 0);	/* trailing */
	assert_int_equal(is_mine("PRIVATE KEY", &b), 0);
	buf_release(&b);
	/* attributes behind the key */
	pkcs1(&b, whole);
	pkcs8(&b, RSA_HEAD, sizeof(RSA_HEAD) - 1);
	buf_consume(&b, 4);
	buf_append(&b, "\xa0\0", 2, NULL);
	wrap(&b, V_ASN1_SEQUENCE);
	assert_int_equal(is_mine("PRIVATE KEY", &b), 0);
	buf_release(&b);
}

static void
wiped(void **state)
{
	char *s = written(leaf_key, 1, NULL), *t = written(leaf_key, 0, NULL);
	BIGNUM *p = BN_dup(whole[PART_P]);

	(void)state;
	watching = 1;
	BN_free(p);		/* libcrypto does not wipe here: it is seen */
	assert_int_equal(seen, 1);
	assert_int_equal(leaf_key_is(&leaf, s, strlen(s)), 1);
	assert_int_equal(leaf_key_is(&leaf, t, strlen(t)), 1);
	assert_int_equal(seen, 1);
	watching = 0;
	free(s);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),
		cmocka_unit_test(each_part),
		cmocka_unit_test(other_halves),
		cmocka_unit_test(half_right),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(text_forms),
		cmocka_unit_test(not_canonical),
		cmocka_unit_test(wiped),
	};

	if (!CRYPTO_set_mem_functions(a_malloc, a_realloc, a_free))
		return 1;
	pki_init();
	return cmocka_run_group_tests(tests, prepare, clean);
}
