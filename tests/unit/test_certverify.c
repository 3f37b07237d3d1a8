/*
 * certverify over facts as they come from a cluster: many workloads of a class,
 * with the rotten ones among them, and what changes while somebody waits.
 * What it says of each kind of mesh is in tests/catalogue/certverify.
 */
#include "tests/unit/mint.h"

#include "mesh/names.h"
#include "plugins/certverify/certverify.h"

#define DAY	86400L
#define MANY	40

static EVP_PKEY *ca_key, *other_key, *key[3];

struct pem {
	char	*p;
	size_t	 n;
};

static struct pem
pem_of(BIO *bio)
{
	struct pem t;
	char *p;

	t.n = (size_t)BIO_get_mem_data(bio, &p);
	t.p = malloc(t.n);
	memcpy(t.p, p, t.n);
	BIO_free(bio);
	return t;
}

static struct pem
pem_cert(X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, x);
	X509_free(x);
	return pem_of(bio);
}

static struct pem
pem_key(EVP_PKEY *k)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey_traditional(bio, k, NULL, NULL, 0, NULL,
	    NULL);
	return pem_of(bio);
}

static struct pem
root_of(EVP_PKEY *k, int utf8, long to)
{
	const struct mint m = {
		.o = "cluster.local", .utf8 = utf8, .key = k, .from = -DAY,
		.to = to, .bc = "critical,CA:TRUE",
		.ku = "critical,keyCertSign"
	};

	return pem_cert(mint_x509(&m));
}

/* A leaf of Citadel's profile, of a namespace and its account default. */
static struct pem
leaf_of(EVP_PKEY *k, EVP_PKEY *by, const char *ns, long to)
{
	static long serial = 5000;
	X509_NAME *issuer = mint_name("cluster.local", 0);
	X509_NAME *none = X509_NAME_new();
	X509 *x = X509_new();
	char san[128];

	snprintf(san, sizeof(san), "critical,URI:spiffe://cluster.local/ns/%s/"
	    "sa/default", ns);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_set_issuer_name(x, issuer);
	X509_set_subject_name(x, none);
	X509_set_pubkey(x, k);
	ASN1_TIME_set(X509_getm_notBefore(x), T0 - 3600);
	ASN1_TIME_set(X509_getm_notAfter(x), T0 + to);
	mint_ext(x, NID_key_usage, "critical,digitalSignature,keyEncipherment");
	mint_ext(x, NID_ext_key_usage, "serverAuth,clientAuth");
	mint_ext(x, NID_basic_constraints, "critical,CA:FALSE");
	mint_ext(x, NID_subject_alt_name, san);
	X509_sign(x, by, EVP_sha256());
	X509_NAME_free(issuer);
	X509_NAME_free(none);
	return pem_cert(x);
}

static struct entry
entry(const char *name, const struct pem *t)
{
	struct entry en;

	memset(&en, 0, sizeof(en));
	en.name = name;
	if (t == NULL)
		return en;
	en.seen.state = SEEN_PRESENT;
	en.text = t->p;
	en.len = t->n;
	return en;
}

static struct workload
workload(const char *ns, const struct pem *chain, const struct pem *k,
    const struct pem *root)
{
	struct workload w;

	memset(&w, 0, sizeof(w));
	w.ref.kind = "secret";
	w.ref.ns = ns;
	w.ref.name = "istio.default";
	w.chain = entry(NAME_WORKLOAD_CHAIN, chain);
	w.key = entry(NAME_WORKLOAD_KEY, k);
	w.root = entry(NAME_ROOT_KEY, root);
	return w;
}

static void
feed(struct cv *cv, const struct workload *w)
{
	struct sink s = cv_sink(cv);
	struct err e;

	assert_int_equal(s.workload(s.arg, w, &e), 0);
}

static void
feed_ca(struct cv *cv, const struct pem *root)
{
	struct sink s = cv_sink(cv);
	struct ca_secret f;
	struct err e;

	memset(&f, 0, sizeof(f));
	f.ref.kind = "secret";
	f.ref.ns = "istio-system";
	f.ref.name = NAME_CA_SECRET;
	f.layout = CA_SELF_SIGNED;
	f.cert = entry("ca-cert.pem", root);
	assert_int_equal(bundle_parse(root->p, root->n, &f.cert.bundle, &e),
	    0);
	assert_int_equal(s.ca_secret(s.arg, &f, &e), 0);
	bundle_release(&f.cert.bundle);
}

static struct cv *
new_cv(void)
{
	const struct cv_params p = {
		.now = T0, .warn = 7 * DAY, .istio_ns = "istio-system"
	};
	struct cv *cv;
	struct err e;

	assert_int_equal(cv_new(&p, &cv, &e), 0);
	return cv;
}

/* What came of it: "verdict rule ns" a line. */
struct said {
	char	text[16384];
	size_t	n;
};

static int
on_finding(void *arg, const struct cv_finding *f, struct err *e)
{
	struct said *s = arg;

	(void)e;
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	    "%s %s %s%s\n", verdict_name(f->verdict), f->rule == NULL ? "-" :
	    f->rule->id, f->ns, f->stale ? " stale" : "");
	assert_null(strchr(f->message, '{'));
	return 0;
}

static struct cv_summary
end(struct cv *cv, struct said *s)
{
	struct cv_summary sum;
	struct err e = ERR_INIT;

	memset(&sum, 0, sizeof(sum));
	memset(s, 0, sizeof(*s));
	if (cv_judge(cv, &e) == -1 ||
	    cv_end(cv, on_finding, s, &sum, &e) == -1)
		fail_msg("%s", e.msg);
	return sum;
}

/*
 * Forty of one class, and every few one that differs in what the shape does
 * not hold: who signed it, its dates, its key, a bit of its signature.
 */
static void
test_among_many(void **state)
{
	struct pem root = root_of(ca_key, 0, 3650 * DAY), chain, k, flip;
	struct cv *cv = new_cv();
	char ns[MANY][16], want[8192];
	struct workload w;
	struct said said;
	struct cv_summary sum;
	size_t i, n = 0;

	(void)state;
	feed_ca(cv, &root);
	for (i = 0; i < MANY; i++) {
		const char *verdict = "ok -";
		EVP_PKEY *mine = key[i % 3], *by = ca_key;
		long to = 60 * DAY;

		snprintf(ns[i], sizeof(ns[i]), "ns-%02zu", i);
		if (i % 8 == 3) {
			by = other_key;
			verdict = "bad chain-invalid";
		} else if (i % 8 == 4) {
			to = -1;
			verdict = "bad expired";
		} else if (i % 8 == 5) {
			mine = key[(i + 1) % 3];
			verdict = "bad key-mismatch";
		}
		chain = leaf_of(key[i % 3], by, i % 8 == 6 ? "nobody" : ns[i],
		    to);
		if (i % 8 == 6)
			verdict = "bad identity-mismatch";
		k = pem_key(mine);
		w = workload(ns[i], &chain, &k, &root);
		feed(cv, &w);
		n += (size_t)snprintf(want + n, sizeof(want) - n,
		    "%s %s%s\n", verdict, ns[i], by == ca_key ? "" : " stale");
		free(chain.p);
		free(k.p);
	}
	/* its last block of base64: a bit of the signature */
	chain = leaf_of(key[0], ca_key, "z", 60 * DAY);
	k = pem_key(key[0]);
	flip = chain;
	flip.p[flip.n - 40] = flip.p[flip.n - 40] == 'A' ? 'B' : 'A';
	w = workload("z", &flip, &k, &root);
	feed(cv, &w);
	snprintf(want + n, sizeof(want) - n, "bad chain-invalid z stale\n"
	    "ok - \n");
	sum = end(cv, &said);
	assert_string_equal(said.text, want);
	assert_int_equal(sum.workloads, MANY + 1);
	assert_int_equal(sum.pairs, 1);
	free(chain.p);
	free(k.p);
	free(root.p);
	cv_free(cv);
}

/* The CA comes last, and is another: what was judged by class still holds. */
static void
test_ca_last(void **state)
{
	struct pem old = root_of(ca_key, 0, 300 * DAY);
	struct pem twin = root_of(ca_key, 0, 3650 * DAY);
	struct pem utf8 = root_of(ca_key, 1, 3650 * DAY);
	struct pem other = root_of(other_key, 0, 3650 * DAY);
	struct pem chain, k = pem_key(key[0]);
	const struct {
		const struct pem	*ca;
		const char		*want;
	} cases[] = {
		{ &old, "ok - a\nok - b\nok - \n" },
		{ &twin, "warn stale-root a stale\nwarn stale-root b stale\n"
		    "ok - \n" },
		{ &utf8, "bad go-rejects a stale\nbad go-rejects b stale\n" },
		{ &other, "bad root-not-trusted a stale\n"
		    "bad root-not-trusted b stale\n" },
	};
	struct workload w;
	struct said said;
	struct cv *cv;
	const char *ns;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		cv = new_cv();
		for (ns = "ba"; *ns != '\0'; ns++) {
			char name[2] = { *ns, '\0' };

			chain = leaf_of(key[0], ca_key, name, 60 * DAY);
			w = workload(name, &chain, &k, &old);
			feed(cv, &w);
			free(chain.p);
		}
		feed_ca(cv, cases[i].ca);
		end(cv, &said);
		assert_string_equal(said.text, cases[i].want);
		cv_free(cv);
	}
	free(old.p);
	free(twin.p);
	free(utf8.p);
	free(other.p);
	free(k.p);
}

/* --wait: one by one they come in order again, and judging does not grow. */
static void
test_again(void **state)
{
	struct pem old = root_of(other_key, 0, 300 * DAY);
	struct pem new = root_of(ca_key, 0, 3650 * DAY);
	struct pem was = leaf_of(key[0], other_key, "a", 60 * DAY);
	struct pem is = leaf_of(key[1], ca_key, "a", 60 * DAY);
	struct pem k0 = pem_key(key[0]), k1 = pem_key(key[1]);
	struct trust_copy t = {
		.ref = { "configmap", "a", NAME_ROOT_CONFIGMAP, NULL, NULL },
		.source = TRUST_CA_ROOT_CERT
	};
	struct workload stale = workload("a", &was, &k0, &old);
	struct workload fine = workload("a", &is, &k1, &new);
	struct workload half = workload("a", &is, &k1, &old);
	struct cv *cv = new_cv();
	struct said said, again;
	struct cv_summary sum;
	struct err e;
	int i, s;

	(void)state;
	feed_ca(cv, &new);
	feed(cv, &stale);
	end(cv, &said);
	assert_string_equal(said.text, "bad root-not-trusted a stale\n");
	for (i = 0; i < 3; i++) {
		assert_int_equal(cv_again_workload(cv, &stale, &s, &e), 0);
		assert_int_equal(s, 1);
		assert_int_equal(cv_again_workload(cv, &half, &s, &e), 0);
		assert_int_equal(s, 1);
		assert_int_equal(cv_again_workload(cv, &fine, &s, &e), 0);
		assert_int_equal(s, 0);
		t.entry = entry(NAME_ROOT_KEY, &old);
		assert_int_equal(cv_again_trust(cv, &t, &s, &e), 0);
		assert_int_equal(s, 1);
		t.entry = entry(NAME_ROOT_KEY, &new);
		assert_int_equal(cv_again_trust(cv, &t, &s, &e), 0);
		assert_int_equal(s, 0);
	}
	/* what was judged at first has not changed */
	memset(&again, 0, sizeof(again));
	assert_int_equal(cv_end(cv, on_finding, &again, &sum, &e), 0);
	assert_string_equal(again.text, said.text);
	cv_free(cv);
	free(old.p);
	free(new.p);
	free(was.p);
	free(is.p);
	free(k0.p);
	free(k1.p);
}

/* More kinds than there is room for are said to be so. */
static void
test_limit(void **state)
{
	struct pem root = root_of(ca_key, 0, 3650 * DAY);
	struct pem k = pem_key(key[0]), chain, roots;
	struct cv *cv = new_cv();
	struct workload w;
	struct said said;
	char ns[16];
	int i;

	(void)state;
	feed_ca(cv, &root);
	for (i = 0; i <= CV_PAIRED_MAX; i++) {
		/* a set of its own each: the root, i + 1 times */
		roots.n = root.n * (size_t)(i + 1);
		roots.p = malloc(roots.n);
		for (int j = 0; j <= i; j++)
			memcpy(roots.p + root.n * (size_t)j, root.p, root.n);
		snprintf(ns, sizeof(ns), "ns-%03d", i);
		chain = leaf_of(key[0], ca_key, ns, 60 * DAY);
		w = workload(ns, &chain, &k, &roots);
		feed(cv, &w);
		free(chain.p);
		free(roots.p);
	}
	end(cv, &said);
	assert_non_null(strstr(said.text, "ok - ns-064\nunknown - \n"));
	cv_free(cv);
	free(root.p);
	free(k.p);
}

/* Every rule can be looked up, and says where it comes from. */
static void
test_rules(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; cv_rules[i] != NULL; i++) {
		assert_true(strlen(cv_rules[i]->hint) > 20);
		assert_true(strlen(cv_rules[i]->source) > 5);
		for (j = 0; j < i; j++)
			assert_string_not_equal(cv_rules[i]->id,
			    cv_rules[j]->id);
	}
	assert_int_equal(i, 22);
}

#include "tests/unit/test_certverify.inc"

static int
setup(void **state)
{
	size_t i;

	(void)state;
	pki_init();
	ca_key = EVP_RSA_gen(2048);
	other_key = EVP_RSA_gen(2048);
	for (i = 0; i < COUNT(key); i++)
		key[i] = EVP_RSA_gen(2048);
	proxies_setup();
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	proxies_teardown();
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other_key);
	for (i = 0; i < COUNT(key); i++)
		EVP_PKEY_free(key[i]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_among_many),
		cmocka_unit_test(test_ca_last),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_proxy_root),
		cmocka_unit_test(test_proxy_leaf),
		cmocka_unit_test(test_proxy_secret),
		cmocka_unit_test(test_proxy_grace),
		cmocka_unit_test(test_proxy_unknown),
		cmocka_unit_test(test_proxy_next),
	};

	return cmocka_run_group_tests_name("certverify", tests, setup,
	    teardown);
}
