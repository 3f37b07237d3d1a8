/*
 * Leaves as Citadel issues them say the same of their issuer, read in short or
 * whole: a comment before the PEM is all that stands between the two.
 */
#include "cmd/rotate/run.h"
#include "pki/pem.h"
#include "tests/unit/leaves.h"

#define LEAVES 5

static const struct entry *
entry_of(struct buf *text, const struct made *m, const char *before)
{
	static struct entry en;
	struct err e;

	buf_reset(text);
	assert_int_equal(buf_puts(text, before, &e), 0);
	assert_int_equal(pem_write(text, "CERTIFICATE", m->p, m->n, &e), 0);
	memset(&en, 0, sizeof(en));
	en.seen.state = SEEN_PRESENT;
	en.text = buf_str(text);
	en.len = text->len;
	return &en;
}

/* Three of one spelling, one of another, and one of another name. */
static void
look(const struct cert *root, const char *before, struct look *l)
{
	struct run r = { .params = { .days = 1 } };
	struct ca secret = { .fact = { .root = root } };
	struct profile f = istiod;
	struct workload w;
	struct leaves *v;
	struct buf text;
	struct made m;
	struct err e;
	int i;

	memset(l, 0, sizeof(*l));
	buf_init(&l->issuer, CERT_DER_MAX, "a name");
	buf_init(&text, BUNDLE_BYTES_MAX, "a text");
	assert_int_equal(leaves_new(&r, &secret, &v, &e), 0);
	for (i = 0; i < LEAVES; i++) {
		f.utf8 = i == 1;
		f.issuer = i == 2 ? "other.local" : "cluster.local";
		m = make(&f);
		memset(&w, 0, sizeof(w));
		w.chain = *entry_of(&text, &m, before);
		assert_int_equal(leaves_add(v, &w, &e), 0);
		forget(&m);
	}
	assert_int_equal(leaves_end(v, l, &e), 0);
	leaves_free(v);
	buf_release(&text);
}

static void
test_same(void **state)
{
	struct look quick, whole;

	(void)state;
	look(ca, "", &quick);
	look(ca, "a comment\n", &whole);
	assert_int_equal(quick.view.nissuer, 3);
	assert_int_equal(quick.view.nother, 2);
	assert_true(der_equal(&quick.view.issuer, &ca->subject));
	assert_int_equal(whole.view.nissuer, 3);
	assert_int_equal(whole.view.nother, 2);
	assert_true(der_equal(&whole.view.issuer, &ca->subject));
	assert_int_equal(quick.view.strangers, 0);
	buf_release(&quick.issuer);
	buf_release(&whole.issuer);
}

/* Of another CA's key they are strangers, whatever they call it. */
static void
test_strangers(void **state)
{
	struct mint m = { .o = "cluster.local", .key = other_key,
	    .from = -DAY, .to = 900 * DAY, .bc = "critical,CA:TRUE",
	    .ku = "critical,keyCertSign", .ski = AKI };
	struct cert *root = mint(&m);
	struct look quick, whole;

	(void)state;
	look(root, "", &quick);
	look(root, "a comment\n", &whole);
	assert_int_equal(quick.view.nissuer, 0);
	assert_int_equal(whole.view.nissuer, 0);
	assert_int_equal(quick.view.strangers, LEAVES);
	assert_int_equal(whole.view.strangers, LEAVES);
	buf_release(&quick.issuer);
	buf_release(&whole.issuer);
	cert_free(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
