/* What leaves and copies of the root say about roots. */
#include "cmd/rotate/run.h"
#include "tests/unit/mint.h"

#define DAY	86400L
#define PEM_MAX	16384

static EVP_PKEY *key, *other_key, *pod_key;
static struct cert *old, *older, *new, *stranger;

static struct cert *
a_root(EVP_PKEY *k, long to)
{
	const struct mint m = { .o = "cluster.local", .key = k,
	    .from = -300 * DAY, .to = to, .bc = "critical,CA:TRUE",
	    .ku = "critical,keyCertSign", .ski = "hash" };

	return mint(&m);
}

static void
put(struct buf *b, const struct cert *c)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.len);
	BIO *bio = BIO_new(BIO_s_mem());
	char *s;
	long n;

	assert_int_equal(PEM_write_bio_X509(bio, x), 1);
	n = BIO_get_mem_data(bio, &s);
	assert_int_equal(buf_append(b, s, (size_t)n, NULL), 0);
	BIO_free(bio);
	X509_free(x);
}

struct seeing {
	struct run	 r;
	struct ca	 ca;
	struct leaves	*v;
	struct look	 l;
	struct buf	 text;
	struct entry	 entry;
};

static void
begin(struct seeing *s, const struct cert *root, const uint8_t *from)
{
	struct err e;

	memset(s, 0, sizeof(*s));
	s->r.params.from = from;
	s->ca.fact.root = root;
	buf_init(&s->text, PEM_MAX, "a text");
	buf_init(&s->l.issuer, CERT_DER_MAX, "a name");
	assert_int_equal(leaves_new(&s->r, &s->ca, &s->v, &e), 0);
}

static const struct entry *
entry_of(struct seeing *s, const struct cert *a, const struct cert *b)
{
	buf_reset(&s->text);
	put(&s->text, a);
	if (b != NULL)
		put(&s->text, b);
	s->entry.seen.state = SEEN_PRESENT;
	s->entry.text = buf_str(&s->text);
	s->entry.len = s->text.len;
	return &s->entry;
}

static const struct ro_view *
end(struct seeing *s)
{
	struct err e;

	assert_int_equal(leaves_end(s->v, &s->l, &e), 0);
	leaves_free(s->v);
	buf_release(&s->text);
	buf_release(&s->l.issuer);
	return &s->l.view;
}

static void
test_copies(void **state)
{
	const struct {
		struct cert	*a, *b;
		int64_t		 former;
	} rows[] = {
		{ old, NULL, old->not_after },
		{ new, NULL, 0 },
		{ stranger, NULL, 0 },
		{ old, new, 0 },	/* the one in force is there, too */
		{ new, old, 0 },
		{ old, older, old->not_after },
		{ older, old, old->not_after },
		{ stranger, older, older->not_after },
	};
	struct seeing s;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		begin(&s, new, older->sha256);
		assert_int_equal(leaves_copy(s.v, entry_of(&s, rows[i].a,
		    rows[i].b), &e), 0);
		end(&s);
		assert_int_equal(s.l.view.former, rows[i].former);
		assert_int_equal(s.l.view.succeeds, rows[i].a == older ||
		    rows[i].b == older);
	}
}

/* Nothing to hold it against, nothing there, nothing that can be read. */
static void
test_nothing(void **state)
{
	struct seeing s;
	struct err e;

	(void)state;
	begin(&s, NULL, NULL);
	assert_int_equal(leaves_copy(s.v, entry_of(&s, old, NULL), &e), 0);
	assert_int_equal(end(&s)->former, 0);
	begin(&s, new, NULL);
	entry_of(&s, old, NULL);
	s.entry.seen.state = SEEN_ABSENT;
	assert_int_equal(leaves_copy(s.v, &s.entry, &e), 0);
	s.entry.seen.state = SEEN_PRESENT;
	s.entry.len -= 40;
	assert_int_equal(leaves_copy(s.v, &s.entry, &e), 0);
	assert_int_equal(end(&s)->former, 0);
}

static void
test_too_much(void **state)
{
	size_t len = BUNDLE_BYTES_MAX + 1;
	char *text = calloc(len, 1);
	struct workload f;
	struct seeing s;
	struct err e;

	(void)state;
	begin(&s, new, NULL);
	s.entry.seen.state = SEEN_PRESENT;
	s.entry.text = text;
	s.entry.len = len;
	assert_int_equal(leaves_copy(s.v, &s.entry, &e), 0);
	/* anybody who may write a secret could stop us with it */
	memset(&f, 0, sizeof(f));
	f.root = s.entry;
	assert_int_equal(leaves_add(s.v, &f, &e), 0);
	f.chain = s.entry;
	assert_int_equal(leaves_add(s.v, &f, &e), 0);
	f.root.seen.state = SEEN_ABSENT;
	assert_int_equal(leaves_add(s.v, &f, &e), 0);
	assert_int_equal(end(&s)->former, 0);
	free(text);
}

static struct cert *
a_leaf(EVP_PKEY *by, int utf8)
{
	const struct mint m = { .o = "pod", .issuer = "cluster.local",
	    .issuer_utf8 = utf8, .key = pod_key, .by = by, .to = DAY };

	return mint(&m);
}

static void
add(struct seeing *s, EVP_PKEY *by, int utf8)
{
	struct cert *leaf = a_leaf(by, utf8);
	struct workload f;
	struct err e;

	memset(&f, 0, sizeof(f));
	f.chain = *entry_of(s, leaf, NULL);
	assert_int_equal(leaves_add(s->v, &f, &e), 0);
	cert_free(leaf);
}

/* What most of them call their issuer. */
static void
test_spelling(void **state)
{
	struct seeing s;
	struct cert *leaf = a_leaf(key, 1);

	(void)state;
	begin(&s, new, NULL);
	add(&s, key, 1);
	add(&s, key, 0);
	add(&s, key, 1);
	assert_int_equal(leaves_end(s.v, &s.l, NULL), 0);
	assert_true(der_equal(&s.l.view.issuer, &leaf->issuer));
	assert_int_equal(s.l.view.nissuer, 2);
	assert_int_equal(s.l.view.nother, 1);
	buf_reset(&s.l.issuer);
	end(&s);
	begin(&s, new, NULL);
	add(&s, other_key, 1);		/* they say nothing of this key */
	assert_int_equal(end(&s)->nissuer, 0);
	cert_free(leaf);
}

/* A leaf that the CA issued, and one that somebody made himself. */
static void
test_pins(void **state)
{
	struct mint m = { .o = "pod", .issuer = "cluster.local",
	    .key = pod_key, .to = DAY, .aki_of = "0102", .aki_pins = 1 };
	struct workload f;
	struct seeing s;
	struct cert *leaf;
	struct err e;
	int ours;

	(void)state;
	for (ours = 0; ours < 2; ours++) {
		m.by = ours ? key : other_key;
		leaf = mint(&m);
		assert_true(leaf->aki_pins);
		begin(&s, new, NULL);
		memset(&f, 0, sizeof(f));
		f.chain = *entry_of(&s, leaf, NULL);
		assert_int_equal(leaves_add(s.v, &f, &e), 0);
		end(&s);
		assert_int_equal(s.l.view.ca.inapplicable != NULL, ours);
		cert_free(leaf);
	}
}

static void
test_secret(void **state)
{
	struct workload f;
	struct seeing s;
	struct err e;

	(void)state;
	memset(&f, 0, sizeof(f));
	begin(&s, new, NULL);
	f.root = *entry_of(&s, new, NULL);
	assert_int_equal(leaves_add(s.v, &f, &e), 0);
	f.root = *entry_of(&s, old, NULL);
	assert_int_equal(leaves_add(s.v, &f, &e), 0);
	assert_int_equal(end(&s)->former, old->not_after);
}

static int
roots_new(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	pod_key = EVP_EC_gen("P-256");
	old = a_root(key, 20 * DAY);
	older = a_root(key, 10 * DAY);
	new = a_root(key, 3650 * DAY);
	stranger = a_root(other_key, 3650 * DAY);
	return 0;
}

static int
roots_free(void **state)
{
	(void)state;
	cert_free(old);
	cert_free(older);
	cert_free(new);
	cert_free(stranger);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(pod_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_spelling),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, roots_new, roots_free);
}
