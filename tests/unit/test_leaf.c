/* The fast path for leaves: what it takes, what it leaves, and its shapes. */
#define _GNU_SOURCE	/* memmem() */
#include "tests/unit/leaves.h"

#include "pki/der.h"
#include "pki/leaf.h"

/* Citadel 1.0: O= with nothing in it, a SAN that is not critical. */
static const struct profile citadel_1_0 = {
	.o = "", .issuer = "cluster.local",
	.serial = "7f0102030405060708090a0b0c0d0e0f",
	.from = "20260101000000Z", .to = "20260401000000Z",
	.ext = { { NID_key_usage, KU }, { NID_ext_key_usage, EKU },
	    { NID_basic_constraints, NO_CA }, { NID_subject_alt_name, SAN } },
};

/* Citadel 1.4: no name, and so a critical SAN. */
static const struct profile citadel_1_4 = {
	.issuer = "cluster.local",
	.serial = "7f0102030405060708090a0b0c0d0e0f",
	.from = "20260101000000Z", .to = "20260401000000Z",
	.ext = { { NID_key_usage, KU }, { NID_ext_key_usage, EKU },
	    { NID_basic_constraints, NO_CA },
	    { NID_subject_alt_name, "critical," SAN } },
};

static const struct profile *const profiles[] = { &citadel_1_0, &citadel_1_4,
	&istiod };

/* ---- what is in one ---- */

static void
same_bytes(const struct der *a, const void *p, size_t n)
{
	assert_int_equal(a->len, n);
	assert_memory_equal(a->p, p, n);
}

static void
check_facts(const struct profile *f)
{
	struct made m = make(f);
	const ASN1_BIT_STRING *sig;
	const unsigned char *p = m.p;
	unsigned char *tbs = NULL, n[256];
	BIGNUM *bn = NULL;
	struct cert *c;
	struct leaf l;
	X509 *x;
	int len;

	assert_int_equal(leaf_parse(m.p, m.n, &l), 1);
	assert_int_equal(cert_parse(m.p, m.n, &c, NULL), 0);
	x = d2i_X509(NULL, &p, (long)m.n);
	same_bytes(&l.der, m.p, m.n);
	same_bytes(&l.issuer, c->issuer.p, c->issuer.len);
	same_bytes(&l.subject, c->subject.p, c->subject.len);
	same_bytes(&l.spki, c->spki.p, c->spki.len);
	same_bytes(&l.uri, &SAN[4], strlen(SAN) - 4);
	same_bytes(&l.exponent, "\1\0\1", 3);
	assert_int_equal(l.nuri, 1);
	assert_int_equal(l.san.len, l.uri.len + 4);
	assert_int_equal(l.not_before, c->not_before);
	assert_int_equal(l.not_after, c->not_after);
	assert_int_equal(l.aki.p == NULL, c->aki.p == NULL);
	if (c->aki.p != NULL)
		same_bytes(&l.aki, c->aki.p, c->aki.len);
	len = i2d_re_X509_tbs(x, &tbs);
	same_bytes(&l.tbs, tbs, (size_t)len);
	X509_get0_signature(&sig, NULL, x);
	same_bytes(&l.signature, ASN1_STRING_get0_data(sig),
	    (size_t)ASN1_STRING_length(sig));
	EVP_PKEY_get_bn_param(leaf_key, OSSL_PKEY_PARAM_RSA_N, &bn);
	assert_int_equal(BN_bn2bin(bn, n), sizeof(n));
	same_bytes(&l.modulus, n, sizeof(n));
	BN_free(bn);
	OPENSSL_free(tbs);
	X509_free(x);
	cert_free(c);
	forget(&m);
}

static void
facts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(profiles); i++)
		check_facts(profiles[i]);
}

/* ---- shapes ---- */

enum answer { NOT_MINE, SAME, OTHER };

static enum answer
ask(const struct profile *f, const unsigned char shape[LEAF_SHAPE_LEN])
{
	struct made m = make(f);
	enum answer a = NOT_MINE;
	struct leaf l;

	if (leaf_parse(m.p, m.n, &l))
		a = memcmp(l.shape, shape, LEAF_SHAPE_LEN) == 0 ? SAME : OTHER;
	forget(&m);
	return a;
}

static void
shape_of(const struct profile *f, unsigned char shape[LEAF_SHAPE_LEN])
{
	struct made m = make(f);
	struct leaf l;

	assert_int_equal(leaf_parse(m.p, m.n, &l), 1);
	memcpy(shape, l.shape, LEAF_SHAPE_LEN);
	forget(&m);
}

/* One extension of istiod's replaced: what becomes of the leaf? */
static void
extensions(void **state)
{
	static const struct {
		int		 at, nid;
		const char	*value;
		enum answer	 want;
	} t[] = {
		{ AT_SAN, NID_subject_alt_name, "critical,URI:spiffe://a/b",
		    SAME },
		{ AT_SAN, NID_subject_alt_name, "critical," SAN ",DNS:a.svc",
		    SAME },
		{ AT_SAN, NID_subject_alt_name, "critical,DNS:x,IP:1.2.3.4,"
		    "IP:::1,email:a@b.c", SAME },
		{ AT_SAN, NID_subject_alt_name, SAN, OTHER },
		{ AT_SAN, NID_subject_alt_name, "critical,URI:http://a/b",
		    NOT_MINE },
		{ AT_SAN, NID_subject_alt_name, "critical,URI:spiffe://a/%41",
		    NOT_MINE },
		{ AT_SAN, NID_subject_alt_name, "critical," SAN ",RID:1.2.3",
		    NOT_MINE },
		{ AT_SAN, NID_subject_alt_name, "critical," SAN
		    ",otherName:1.2.3;UTF8:x", NOT_MINE },
		{ AT_SAN, NID_netscape_comment, "no SAN", NOT_MINE },
		{ AT_SAN, NID_ext_key_usage, EKU, NOT_MINE },
		{ AT_KU, NID_key_usage, "digitalSignature,keyEncipherment",
		    OTHER },
		{ AT_KU, NID_key_usage, "critical,digitalSignature",
		    NOT_MINE },
		{ AT_KU, NID_key_usage, KU ",keyCertSign", NOT_MINE },
		{ AT_KU, NID_subject_key_identifier, "0102", OTHER },
		{ AT_KU, NID_subject_key_identifier, "critical,0102",
		    NOT_MINE },
		{ AT_EKU, NID_ext_key_usage, "clientAuth,serverAuth", OTHER },
		{ AT_EKU, NID_ext_key_usage, "clientAuth", OTHER },
		{ AT_EKU, NID_ext_key_usage, "critical," EKU, OTHER },
		{ AT_EKU, NID_ext_key_usage, EKU ",codeSigning", NOT_MINE },
		{ AT_EKU, NID_ext_key_usage, "anyExtendedKeyUsage",
		    NOT_MINE },
		{ AT_EKU, NID_key_usage, KU, NOT_MINE },	/* twice */
		{ AT_EKU, NID_subject_alt_name, SAN, NOT_MINE },
		{ AT_EKU, NID_basic_constraints, NO_CA, NOT_MINE },
		{ AT_EKU, NID_name_constraints, "permitted;DNS:a", NOT_MINE },
		{ AT_EKU, NID_info_access, "OCSP;URI:http://a/", NOT_MINE },
		{ AT_BC, NID_basic_constraints, "CA:FALSE", OTHER },
		{ AT_BC, NID_basic_constraints, "critical,CA:TRUE",
		    NOT_MINE },
		{ AT_BC, NID_basic_constraints, "critical,CA:FALSE,pathlen:0",
		    NOT_MINE },
		{ AT_BC, NID_subject_key_identifier, "0102", OTHER },
		{ AT_AKI, NID_authority_key_identifier, "01", OTHER },
		{ AT_AKI, NID_authority_key_identifier, AKI "15", OTHER },
		{ AT_AKI, NID_certificate_policies, "DER:30053003"
		    "06012a", NOT_MINE },
		{ AT_AKI, NID_crl_distribution_points, "URI:http://a/",
		    NOT_MINE },
	};
	unsigned char shape[LEAF_SHAPE_LEN];
	struct profile f;
	enum answer got;
	size_t i;

	(void)state;
	shape_of(&istiod, shape);
	for (i = 0; i < COUNT(t); i++) {
		f = istiod;
		f.ext[t[i].at].nid = t[i].nid;
		f.ext[t[i].at].value = t[i].value;
		if ((got = ask(&f, shape)) != t[i].want)
			fail_msg("row %zu, %s: %d", i, t[i].value, got);
	}
	/* the order of two, and one that is gone */
	f = istiod;
	f.ext[AT_KU] = istiod.ext[AT_EKU];
	f.ext[AT_EKU] = istiod.ext[AT_KU];
	assert_int_equal(ask(&f, shape), OTHER);
	f.ext[AT_SAN] = istiod.ext[AT_AKI];
	f.ext[AT_AKI] = istiod.ext[AT_SAN];
	assert_int_equal(ask(&f, shape), OTHER);
	f = istiod;
	f.ext[AT_AKI] = istiod.ext[AT_SAN];
	f.ext[AT_SAN].value = NULL;
	assert_int_equal(ask(&f, shape), OTHER);
	f.ext[AT_AKI].value = NULL;
	assert_int_equal(ask(&f, shape), NOT_MINE);
	memset(f.ext, 0, sizeof(f.ext));
	assert_int_equal(ask(&f, shape), NOT_MINE);
}

/* An AKI that names issuer and serial, with the key identifier or without. */
static void
aki_forms(void **state)
{
	struct made m;
	struct leaf l;
	X509 *x, *by;
	const unsigned char *p;
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	static const char *const how[] = { "keyid,issuer:always",
		"issuer:always" };
	size_t i;

	(void)state;
	p = ca->der.p;
	by = d2i_X509(NULL, &p, (long)ca->der.len);
	for (i = 0; i < COUNT(how); i++) {
		m = make(&citadel_1_4);
		p = m.p;
		x = d2i_X509(NULL, &p, (long)m.n);
		forget(&m);
		X509V3_set_ctx(&ctx, by, x, NULL, NULL, 0);
		ext = X509V3_EXT_conf_nid(NULL, &ctx,
		    NID_authority_key_identifier, how[i]);
		assert_non_null(ext);
		X509_add_ext(x, ext, -1);
		X509_EXTENSION_free(ext);
		X509_sign(x, ca_key, EVP_sha256());
		m.p = NULL;
		m.n = (size_t)i2d_X509(x, &m.p);
		assert_int_equal(leaf_parse(m.p, m.n, &l), 0);
		forget(&m);
		X509_free(x);
	}
	X509_free(by);
}

static void
names_and_algorithms(void **state)
{
	unsigned char shape[LEAF_SHAPE_LEN];
	struct profile f = istiod;

	(void)state;
	shape_of(&istiod, shape);
	f.issuer = "cluster.locaL";
	assert_int_equal(ask(&f, shape), OTHER);
	f = istiod;
	f.utf8 = 1;
	assert_int_equal(ask(&f, shape), OTHER);
	f = istiod;
	f.o = "";
	assert_int_equal(ask(&f, shape), OTHER);
	f.o = "cluster.local";
	assert_int_equal(ask(&f, shape), NOT_MINE);
	f.o = "cluster.local.";
	assert_int_equal(ask(&f, shape), OTHER);
	f = istiod;
	f.md = EVP_sha384();
	assert_int_equal(ask(&f, shape), NOT_MINE);
	f.md = EVP_sha1();
	assert_int_equal(ask(&f, shape), NOT_MINE);
	f = istiod;
	f.version = 1;
	assert_int_equal(ask(&f, shape), NOT_MINE);
	f = istiod;
	f.key = ec_key;
	assert_int_equal(ask(&f, shape), NOT_MINE);
}

static EVP_PKEY *
rsa_of_bits(int bits, unsigned long exp, int odd)
{
	BIGNUM *n = BN_new();
	EVP_PKEY *key;

	BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
	if (!odd)
		BN_sub_word(n, 1);
	key = public_rsa("RSA", n, exp);
	BN_free(n);
	return key;
}

static void
keys_of_leaves(void **state)
{
	static const struct {
		int		bits, odd;
		unsigned long	exp;
		enum answer	want;
	} t[] = {
		{ 2048, 1, 65537, SAME }, { 2049, 1, 65537, SAME },
		{ 2055, 1, 65537, SAME }, { 3072, 1, 65537, SAME },
		{ 4096, 1, 65537, SAME }, { 2047, 1, 65537, NOT_MINE },
		{ 2040, 1, 65537, NOT_MINE }, { 1024, 1, 65537, NOT_MINE },
		{ 4097, 1, 65537, NOT_MINE }, { 2048, 0, 65537, NOT_MINE },
		{ 2048, 1, 3, NOT_MINE }, { 2048, 1, 65539, NOT_MINE },
		{ 2048, 1, 16777217, NOT_MINE },
	};
	unsigned char shape[LEAF_SHAPE_LEN];
	struct profile f;
	enum answer got;
	BIGNUM *n = NULL;
	size_t i;

	(void)state;
	shape_of(&istiod, shape);
	for (i = 0; i < COUNT(t); i++) {
		f = istiod;
		f.key = rsa_of_bits(t[i].bits, t[i].exp, t[i].odd);
		if ((got = ask(&f, shape)) != t[i].want)
			fail_msg("%d bits, row %zu: %d", t[i].bits, i, got);
		EVP_PKEY_free(f.key);
	}
	EVP_PKEY_get_bn_param(leaf_key, OSSL_PKEY_PARAM_RSA_N, &n);
	f = istiod;
	f.key = public_rsa("RSA-PSS", n, 65537);
	assert_int_equal(ask(&f, shape), NOT_MINE);
	EVP_PKEY_free(f.key);
	BN_free(n);
}

static void
serials(void **state)
{
	static const struct {
		const char	*hex;
		enum answer	 want;
	} t[] = {
		{ "01", SAME }, { "7f", SAME }, { "80", SAME },
		{ "7f00000000000000000000000000000000000000", SAME },
		{ "ff000000000000000000000000000000000000", SAME },
		/* 21 octets, with the one that keeps it positive, without */
		{ "ff00000000000000000000000000000000000000", NOT_MINE },
		{ "01ff00000000000000000000000000000000000000", NOT_MINE },
		{ "00", NOT_MINE }, { "-01", NOT_MINE },
		{ "-7f00000000000000000000000000000000000000", NOT_MINE },
	};
	unsigned char shape[LEAF_SHAPE_LEN];
	struct profile f = istiod;
	size_t i;

	(void)state;
	shape_of(&istiod, shape);
	for (i = 0; i < COUNT(t); i++) {
		f.serial = t[i].hex;
		if (ask(&f, shape) != t[i].want)
			fail_msg("serial %s", t[i].hex);
	}
}

#include "tests/unit/test_leaf.inc"

static void
trailing(void **state)
{
	struct made m = make(&istiod);
	unsigned char *more = malloc(LEAF_DER_MAX + 2);
	struct leaf l;

	(void)state;
	memcpy(more, m.p, m.n);
	more[m.n] = 0;
	assert_int_equal(leaf_parse(more, m.n, &l), 1);
	assert_int_equal(leaf_parse(more, m.n + 1, &l), 0);
	memcpy(more + m.n, "\5\0", 2);		/* a NULL of its own */
	assert_int_equal(leaf_parse(more, m.n + 2, &l), 0);
	free(more);
	forget(&m);
}

/* ---- signatures, and who is who ---- */

static void
signatures(void **state)
{
	struct mint d = { .o = "cluster.local", .from = -DAY, .to = DAY,
	    .bc = "critical,CA:TRUE", .by = ca_key };
	struct made m = make(&istiod);
	struct cert *other, *ec, *pss;
	BIGNUM *n = NULL;
	struct leaf l;
	size_t i;

	(void)state;
	EVP_PKEY_get_bn_param(ca_key, OSSL_PKEY_PARAM_RSA_N, &n);
	d.key = other_key;
	other = mint(&d);
	d.key = ec_key;
	ec = mint(&d);
	d.key = public_rsa("RSA-PSS", n, 65537);
	pss = mint(&d);
	EVP_PKEY_free(d.key);
	assert_int_equal(leaf_parse(m.p, m.n, &l), 1);
	for (i = 0; i < 3; i++) {	/* what is kept stays good */
		assert_int_equal(leaf_signed_by(&l, ca), 1);
		assert_int_equal(leaf_signed_by(&l, other), 0);
		assert_int_equal(leaf_signed_by(&l, ec), 0);
		assert_int_equal(leaf_signed_by(&l, pss), 0);
		m.p[m.n - 1] ^= 1;
		assert_int_equal(leaf_signed_by(&l, ca), 0);
		m.p[m.n - 1] ^= 1;
		m.p[20] ^= 1;		/* its serial */
		assert_int_equal(leaf_signed_by(&l, ca), 0);
		m.p[20] ^= 1;
	}
	l.signature.len--;
	assert_int_equal(leaf_signed_by(&l, ca), 0);
	cert_free(other);
	cert_free(ec);
	cert_free(pss);
	BN_free(n);
	forget(&m);
}

static void
apart(void **state)
{
	struct mint d = { .o = "a", .from = -DAY, .to = DAY,
	    .bc = "critical,CA:TRUE" };
	struct made m = make(&istiod);
	struct cert *c[4];
	struct leaf l;
	size_t i;

	(void)state;
	c[0] = ca;
	d.key = leaf_key;
	c[1] = mint(&d);	/* a CA with the leaf's own key */
	d.key = other_key;
	d.bc = NULL;
	c[2] = mint(&d);	/* not said to be a CA */
	assert_int_equal(cert_parse(m.p, m.n, &c[3], NULL), 0);
	assert_int_equal(leaf_parse(m.p, m.n, &l), 1);
	assert_int_equal(leaf_apart(&l, c, 0), 1);
	assert_int_equal(leaf_apart(&l, c, 1), 1);
	assert_int_equal(leaf_apart(&l, c, 2), 0);
	assert_int_equal(leaf_apart(&l, c + 1, 1), 0);
	assert_int_equal(leaf_apart(&l, c + 2, 1), 0);
	assert_int_equal(leaf_apart(&l, c + 3, 1), 0);
	for (i = 1; i < 4; i++)
		cert_free(c[i]);
	forget(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts),
		cmocka_unit_test(extensions),
		cmocka_unit_test(aki_forms),
		cmocka_unit_test(names_and_algorithms),
		cmocka_unit_test(keys_of_leaves),
		cmocka_unit_test(serials),
		cmocka_unit_test(times),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(trailing),
		cmocka_unit_test(signatures),
		cmocka_unit_test(apart),
	};

	pki_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
