/* A root signed anew: what is the same, what is not, and what is refused. */
#include "tests/unit/roots.h"

#include "base/when.h"
#include "pki/der.h"
#include "pki/leaf.h"

#define PEM_MAX 8192

/* With a key as PKCS#8. */
static int
try(const struct resign *p, int key, struct buf *pem, struct cert **out,
    struct err *e)
{
	char *text = key_text(keys[key], 0);
	struct resign q = *p;
	int ret;

	q.key = text;
	q.key_len = strlen(text);
	buf_init(pem, PEM_MAX, "a root");
	ret = resign(&q, pem, out, e);
	free(text);
	return ret;
}

static struct cert *
again(const struct cert *old, int key, struct buf *pem)
{
	struct resign p = { .old = old, .now = T0, .days = 3650 };
	struct err e = ERR_INIT;
	struct cert *c;

	if (try(&p, key, pem, &c, &e) == -1)
		fail_msg("%s", e.msg);
	return c;
}

static void
accepted(struct cert *leaf, struct cert *anchor)
{
	static const struct ruleset *const all[] = { &ruleset_openssl,
	    &ruleset_boringssl, &ruleset_go };
	struct chain_query q = { .leaf = leaf, .anchor = &anchor,
	    .nanchor = 1, .now = T0, .purpose = PURPOSE_SERVER };
	struct chain_result r;
	size_t i;

	/* the two others are not asked to read letters beyond ASCII in it */
	for (i = 0; i < (der_strict(anchor) ? COUNT(all) : 1); i++)
		if (chain_verify(all[i], &q, &r) != CHAIN_OK)
			fail_msg("%s: %s", ruleset_name(all[i]),
			    chain_why_text(r.why));
}

/* An extension's DER, all of it; 0: there is none. */
static int
extension(const struct cert *c, int nid, unsigned char **der)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.len);
	int at = X509_get_ext_by_NID(x, nid, -1), n = 0;

	*der = NULL;
	if (at >= 0)
		n = i2d_X509_EXTENSION(X509_get_ext(x, at), der);
	X509_free(x);
	return n;
}

static void
same_extension(const struct cert *a, const struct cert *b, int nid)
{
	unsigned char *p, *q;
	int n = extension(a, nid, &p);

	assert_int_equal(extension(b, nid, &q), n);
	if (n > 0)
		assert_memory_equal(p, q, n);
	OPENSSL_free(p);
	OPENSSL_free(q);
}

static void
same_bytes(const struct der *a, const struct der *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->p, b->p, a->len);
}

/* Nothing but a block as Go writes it, of these bytes. */
static void
is_gos_pem(const struct buf *pem, const struct cert *c)
{
	const char *s = buf_str(pem), *end;
	struct buf der;
	size_t rest, n, lines = 0;

	buf_init(&der, PEM_MAX, "a root");
	assert_int_equal(pem_first(s, pem->len, "CERTIFICATE", &der, &rest),
	    1);
	assert_int_equal(rest, pem->len);
	assert_int_equal(der.len, c->der.len);
	assert_memory_equal(der.p, c->der.p, der.len);
	assert_int_equal(pem->p[pem->len - 1], '\n');
	for (; (end = strchr(s, '\n')) != NULL; s = end + 1, lines++) {
		n = (size_t)(end - s);
		if (lines > 0 && lines <= der.len / 48)
			assert_int_equal(n, 64);
	}
	assert_int_equal(lines, 2 + (der.len + 47) / 48);
	buf_release(&der);
}

static void
one(const struct root *r, size_t *longest)
{
	static const unsigned char added[] = { 0x30, 0x0e, 0x06, 0x03, 0x55,
	    0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x02, 0x04 };
	struct cert *old = root_new(r), *new, *leaf;
	unsigned char *ku;
	struct buf pem;
	int n;

	new = again(old, r->key, &pem);
	same_bytes(&new->subject, &old->subject);
	same_bytes(&new->issuer, &old->subject);
	same_bytes(&new->spki, &old->spki);
	same_extension(new, old, NID_subject_key_identifier);
	same_extension(new, old, NID_basic_constraints);
	n = extension(new, NID_key_usage, &ku);
	if (r->no_ku) {
		assert_int_equal(n, sizeof(added));
		assert_memory_equal(ku, added, sizeof(added));
	} else
		same_extension(new, old, NID_key_usage);
	OPENSSL_free(ku);
	assert_null(new->aki.p);
	assert_int_equal(new->aki_pins, 0);
	assert_int_equal(new->not_before, T0 - DAY);
	assert_int_equal(new->not_after, T0 + 3650 * DAY);
	assert_true(new->serial.len > 8 && new->serial.len <= 17);
	assert_true(new->serial.p[0] < 0x80);
	if (new->serial.len > *longest)
		*longest = new->serial.len;
	is_gos_pem(&pem, new);
	assert_int_equal(der_strict(old), r->name != LATIN1);
	assert_int_equal(der_strict(new), r->name != LATIN1);
	leaf = leaf_of(old, keys[r->key]);
	accepted(leaf, old);
	accepted(leaf, new);
	cert_free(leaf);
	leaf = leaf_of(new, keys[r->key]);
	accepted(leaf, new);
	accepted(leaf, old);
	cert_free(leaf);
	buf_release(&pem);
	cert_free(new);
	cert_free(old);
}

static void
test_matrix(void **state)
{
	static const char *const skis[] = { NULL, "hash", "0badc0de" };
	size_t longest = 0, s;
	struct root r;
	int k, n, ku;

	(void)state;
	for (k = K_RSA; k <= K_ED; k++)
		for (n = 0; n < NAMES; n++)
			for (s = 0; s < COUNT(skis); s++)
				for (ku = 0; ku < 2; ku++) {
					memset(&r, 0, sizeof(r));
					r.key = k;
					r.name = n;
					r.ski = skis[s];
					r.no_ku = ku;
					one(&r, &longest);
				}
	/* half of all serials of 128 bits need a zero octet before them */
	assert_int_equal(longest, 17);
}

/* Unusual, and kept: flags and limits of the two extensions. */
static void
test_kept(void **state)
{
	static const struct root roots[] = {
		{ .key = K_EC, .bc = "CA:TRUE,pathlen:0" },
		{ .key = K_EC, .bc = "critical,CA:TRUE,pathlen:3",
		    .ku = "digitalSignature,keyCertSign,cRLSign" },
		{ .key = K_P384, .ski = "hash",
		    .ku = "critical,nonRepudiation,keyCertSign" },
	};
	size_t i, longest = 0;

	(void)state;
	for (i = 0; i < COUNT(roots); i++)
		one(&roots[i], &longest);
}

static void
test_dropped(void **state)
{
	static const struct root roots[] = {
		{ .nid = NID_subject_alt_name, .value = "DNS:example.com" },
		{ .nid = NID_authority_key_identifier, .value = "0badc0de",
		    .ski = "0badc0de" },
		{ .nid = NID_netscape_comment, .value = "made by hand" },
		{ .nid = NID_crl_distribution_points,
		    .value = "URI:http://example.com/x.crl" },
	};
	unsigned char *der;
	struct cert *old, *new;
	struct buf pem;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(roots); i++) {
		struct root r = roots[i];

		r.key = K_EC;
		old = root_new(&r);
		assert_true(extension(old, r.nid, &der) > 0);
		OPENSSL_free(der);
		new = again(old, K_EC, &pem);
		assert_int_equal(extension(new, r.nid, &der), 0);
		buf_release(&pem);
		cert_free(new);
		cert_free(old);
	}
}

static void
test_digest(void **state)
{
	const struct {
		int		 key;
		const EVP_MD	*md;
		enum cert_hash	 hash;
	} rows[] = {
		{ K_RSA, EVP_sha1(), HASH_SHA256 },
		{ K_RSA, EVP_sha384(), HASH_SHA384 },
		{ K_RSA, EVP_sha512(), HASH_SHA512 },
		{ K_EC, EVP_sha1(), HASH_SHA256 },
		{ K_EC, EVP_sha512(), HASH_SHA512 },
		{ K_P384, EVP_sha256(), HASH_SHA384 },
		{ K_ED, NULL, HASH_NONE },
	};
	struct cert *old, *new;
	struct buf pem;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct root r = { .key = rows[i].key, .md = rows[i].md };

		old = root_new(&r);
		new = again(old, r.key, &pem);
		assert_int_equal(new->hash, rows[i].hash);
		buf_release(&pem);
		cert_free(new);
		cert_free(old);
	}
}

/* The tag of the second time in the DER: 0x17 UTCTime, 0x18 the other. */
static unsigned
kind_of_end(const struct cert *c)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.len);
	unsigned type = (unsigned)X509_get0_notAfter(x)->type;

	X509_free(x);
	return type;
}

static void
test_dates(void **state)
{
	static const struct {
		long		from;
		int64_t		days, begins, ends;
		unsigned	type;
	} rows[] = {
		{ -300 * DAY, 1, T0 - DAY, T0 + DAY, V_ASN1_UTCTIME },
		{ -3600, 3650, T0 - 3600, T0 + 3650 * DAY, V_ASN1_UTCTIME },
		{ 3600, 1, T0 + 3600, T0 + DAY, V_ASN1_UTCTIME },
		/* 2049-12-31, and the day behind it */
		{ -DAY, 8765, T0 - DAY, INT64_C(2524521600), V_ASN1_UTCTIME },
		{ -DAY, 8766, T0 - DAY, INT64_C(2524608000),
		    V_ASN1_GENERALIZEDTIME },
		{ -DAY, 364500, T0 - DAY, T0 + 364500 * DAY,
		    V_ASN1_GENERALIZEDTIME },
		{ -DAY, 3650000, T0 - DAY, WHEN_MAX, V_ASN1_GENERALIZEDTIME },
		{ -DAY, INT64_MAX, T0 - DAY, WHEN_MAX,
		    V_ASN1_GENERALIZEDTIME },
	};
	struct cert *old, *new;
	struct buf pem;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct root r = { .key = K_EC, .from = rows[i].from };
		struct resign p = { .now = T0, .days = rows[i].days };

		p.old = old = root_new(&r);
		assert_int_equal(try(&p, K_EC, &pem, &new, &e), 0);
		assert_int_equal(new->not_before, rows[i].begins);
		assert_int_equal(new->not_after, rows[i].ends);
		assert_int_equal(kind_of_end(new), rows[i].type);
		buf_release(&pem);
		cert_free(new);
		cert_free(old);
	}
}

/* The mesh that was left half-way: the name in the leaves' own spelling. */
static void
test_other_spelling(void **state)
{
	const struct root utf8 = { .name = UTF8 }, printable = { 0 },
	    another = { .name = TELETEX };
	struct cert *old = root_new(&utf8), *was = root_new(&printable), *new,
	    *stranger = root_new(&another), *leaf = leaf_of(was, keys[K_RSA]);
	struct resign p = { .old = old, .subject = &was->subject, .now = T0,
	    .days = 10 };
	struct der longer = { was->subject.p, was->subject.len + 1 };
	struct der nothing = { NULL, 0 };
	const struct der *const wrong[] = { &stranger->subject, &longer,
	    &nothing };
	struct buf pem;
	struct err e;
	size_t i;

	(void)state;
	assert_int_equal(try(&p, K_RSA, &pem, &new, &e), 0);
	same_bytes(&new->subject, &was->subject);
	same_bytes(&new->issuer, &was->subject);
	accepted(leaf, new);
	buf_release(&pem);
	cert_free(new);
	for (i = 0; i < COUNT(wrong); i++) {
		p.subject = wrong[i];
		assert_int_equal(try(&p, K_RSA, &pem, &new, &e), -1);
		assert_int_equal(e.class, ERR_USAGE);
		assert_null(new);
		assert_int_equal(pem.len, 0);
		buf_release(&pem);
	}
	cert_free(leaf);
	cert_free(stranger);
	cert_free(was);
	cert_free(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_other_spelling),
	};

	pki_init();
	return cmocka_run_group_tests_name("resign", tests, keys_new,
	    keys_free);
}
