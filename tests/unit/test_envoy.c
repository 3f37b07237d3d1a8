/*
 * What a proxy says of its certificates, of every age and form: the files of
 * tests/data/envoy, which are made.
 */
#include "tests/unit/unit.h"

#include "base/when.h"
#include "observe/envoy.h"

#define DIR	"tests/data/envoy/"
#define TEXT	65536
#define DEPTH	4000000

static struct {
	char	*p;
	size_t	 n;
} body;

static void
load(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), DIR "%s", name);
	if ((f = fopen(path, "r")) == NULL)
		fail_msg("%s", path);
	/* not a byte more than there is: the sanitizer watches */
	fseek(f, 0, SEEK_END);
	body.n = (size_t)ftell(f);
	rewind(f);
	body.p = malloc(body.n);
	assert_int_equal(fread(body.p, 1, body.n, f), body.n);
	fclose(f);
}

static int
put(char *out, size_t n, const char *s)
{
	return snprintf(out + n, TEXT - n, " %s", s);
}

static size_t
say(char *out, size_t n, const char *what, const struct proxy_cert *c)
{
	char text[WHEN_STRLEN];
	size_t i;

	n += (size_t)snprintf(out + n, TEXT - n, "%s %s", what, c->serial);
	n += (size_t)put(out, n, c->path == NULL ? "-" : c->path);
	when_format(c->valid_from, text);
	n += (size_t)put(out, n, c->has_from ? text : "-");
	when_format(c->expiration, text);
	n += (size_t)put(out, n, c->has_to ? text : "-");
	snprintf(text, sizeof(text), "%lld", (long long)c->days);
	n += (size_t)put(out, n, c->has_days ? text : c->wrapped ? "wrapped" :
	    "-");
	for (i = 0; i < c->nuri; i++)
		n += (size_t)put(out, n, c->uri[i]);
	if (c->domain != NULL)
		n += (size_t)put(out, n, c->domain);
	if (c->cert != NULL)
		n += (size_t)put(out, n, "whole");
	return n + (size_t)snprintf(out + n, TEXT - n, "\n");
}

static void
render(const struct proxy_certs *c, char *out)
{
	static const char *const forms[] = { "certs", "secrets", "ztunnel" };
	size_t i, n;

	n = (size_t)snprintf(out, TEXT, "%s\n", forms[c->form]);
	for (i = 0; i < c->nroot; i++)
		n = say(out, n, "root", &c->root[i]);
	for (i = 0; i < c->nleaf; i++)
		n = say(out, n, "leaf", &c->leaf[i]);
	if (c->others > 0)
		n += (size_t)snprintf(out + n, TEXT - n, "others %zu\n",
		    c->others);
	if (c->missing != NULL)
		snprintf(out + n, TEXT - n, "missing: %s\n", c->missing);
}

#define TD	"spiffe://cluster.local/ns/"
#define CART	TD "shop/sa/cart"
#define NEW	"ab12cd34ef56ab12cd34ef56ab12cd"
#define NEW_AT	" - 2026-01-05T09:30:00Z 2036-01-03T09:30:00Z "
#define OLD_AT	" - 2016-03-01T10:00:00Z 2026-02-27T10:00:00Z "
#define DAY_AT	" - 2026-01-10T00:00:00Z 2026-01-11T00:00:00Z "
#define ROOT	"root ab12cd34ef56ab12cd34ef56ab12cd4" NEW_AT "3645\n"
#define LEAF	"leaf 5ca1ab1e00d15ea5e0000000deadbeef" DAY_AT "0 " CART "\n"
#define FILE_ROOT "root c0ffee /etc/certs/root-cert.pem " \
		"2019-03-01T10:00:00Z 2020-02-29T10:00:00Z 299\n"
#define FILE_LEAF "leaf e1 /etc/certs/cert-chain.pem " \
		"2019-05-01T10:00:00Z 2019-07-30T10:00:00Z 71 " \
		TD "default/sa/httpbin\n"
#define BARE_ROOT "root c0ffee /etc/certs/root-cert.pem - - 299\n"
#define BARE_LEAF "leaf e1 /etc/certs/cert-chain.pem - - 71\n"
#define WHOLE_NEW "root " NEW NEW_AT "- whole\n"
#define WHOLE_OLD "root c0ffee1" OLD_AT "- whole\n"
#define WHOLE_CART "leaf d15ea5e" DAY_AT "- " CART " whole\n"

static const struct {
	const char	*file;
	const char	*want;
} files[] = {
	{ "1.28.json", "certs\n" ROOT LEAF },
	{ "1.16.json", "certs\n" ROOT
	    "leaf 5ca1ab1e00d15ea5e0000000deadbeef" DAY_AT "0 "
	    TD "istio-system/sa/istiod\n" },
	{ "1.4.json", "certs\n" FILE_ROOT FILE_LEAF },
	{ "1.4-numbers.json", "certs\n" FILE_ROOT FILE_LEAF },
	{ "1.2-overflow.json", "certs\n"
	    "root 9f00 /etc/certs/root-cert.pem 2019-03-01T10:00:00Z - 36196\n"
	    FILE_LEAF },
	{ "1.0.txt", "certs\n" BARE_ROOT BARE_LEAF "others 1\n" },
	{ "1.0-commas.txt", "certs\n" BARE_ROOT
	    "leaf e1 /etc/certs/a, Serial Number: 7, Days until Expiration: "
	    "8/cert-chain.pem - - 71\n" },
	{ "1.0-arrays.txt", "certs\n" BARE_ROOT BARE_LEAF },
	{ "1.13-expired.json", "certs\n"
	    "root c0ffee1" OLD_AT "wrapped\n"
	    "leaf e1" DAY_AT "wrapped " CART "\n"
	    "leaf e2 - - - wrapped " CART "\n" },
	/* two of its own, whom one of them is verified by, and the world's */
	{ "gateway.json", "certs\n" ROOT
	    "leaf 77" DAY_AT "0 " TD "istio-ingress/sa/gateway\n"
	    "others 4\n" },
	{ "lingering.json", "certs\n" ROOT "root c0ffee1" OLD_AT "3645\n"
	    LEAF "leaf e1" DAY_AT "0 " CART "\n" },
	{ "none.json", "certs\n" },
	{ "noise.txt", "certs\n" FILE_ROOT FILE_LEAF },
	{ "secrets.json", "secrets\n" WHOLE_OLD WHOLE_NEW WHOLE_CART
	    "others 1\n" },
	{ "secrets-list.json", "secrets\n" WHOLE_NEW WHOLE_CART },
	{ "secrets-spiffe.json", "secrets\n"
	    "root " NEW NEW_AT "- cluster.local whole\n"
	    "root 77 - 2025-06-01T00:00:00Z 2035-06-01T00:00:00Z - "
	    "elsewhere.example whole\n" WHOLE_CART },
	{ "secrets-waiting.json", "secrets\n" WHOLE_OLD WHOLE_NEW
	    "missing: its secret default has not been delivered\n" },
	{ "secrets-files.json", "secrets\n" },
	{ "ztunnel.json", "ztunnel\n" WHOLE_OLD WHOLE_NEW WHOLE_CART
	    "leaf 5eed" DAY_AT "- " TD "shop/sa/pay whole\n"
	    "missing: it has no certificate for " TD "shop/sa/new: "
	    "Initializing\n" },
	{ "ztunnel-old.json", "ztunnel\n" WHOLE_NEW WHOLE_CART },
	/* nor is the last of a chain one, unless it issued itself */
	{ "ztunnel-chain.json", "ztunnel\n" WHOLE_CART },
	{ "ztunnel-no-pem.json", "ztunnel\n" "root " NEW NEW_AT "-\n"
	    "leaf d15ea5e" DAY_AT "- " CART "\n" },
};

/* An answer, read and told: what it is called, and what must come of it. */
static void
understood(const char *name, const char *p, size_t n, const char *want)
{
	static char got[TEXT];
	struct err e = ERR_INIT;
	char *answer = malloc(n + 1);
	struct proxy_certs c;
	struct arena a;

	assert_non_null(answer);
	memcpy(answer, p, n);
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	if (envoy_parse(answer, n, &a, &c, &e) == -1)
		fail_msg("%s: %s", name, e.msg);
	/* nothing of it may point into the answer */
	free(answer);
	render(&c, got);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n%swant:\n%s", name, got, want);
	envoy_release(&c);
	arena_release(&a);
}

static void
test_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		load(files[i].file);
		understood(files[i].file, body.p, body.n, files[i].want);
		free(body.p);
	}
}

static void
refused(const char *p, size_t n, enum err_class class, const char *want)
{
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	assert_int_equal(envoy_parse(p, n, &a, &c, &e), -1);
	assert_int_equal(e.class, class);
	if (strncmp(e.msg, want, strlen(want)) != 0)
		fail_msg("'%s', not '%s'", e.msg, want);
	envoy_release(&c);
	arena_release(&a);
}

static void
test_refused(void **state)
{
	static const struct {
		const char	*file;
		const char	*want;
	} cases[] = {
		{ "cut.json", "the answer ends before it is complete" },
		{ "refused.txt", "it is no list of certificates: 'Error: "
		    "failed to execute command on Envoy: Get "
		    "\"http://127.0.0.1:15000/certs\": c'" },
		{ "not.json", "certificates: line 1: not JSON" },
		{ "secrets-broken.json", "configs: ROOTCA: #1: " },
	};
	static const struct {
		const char	*text;
		const char	*want;
	} texts[] = {
		{ "", "the answer is empty" },
		{ " \r\n\t", "the answer is empty" },
		{ "{}", "it is no list of certificates: '{}'" },
		{ "[]\n", "it is no list of certificates: '[]'" },
		{ "{\"certificates\": {}}",
		    "it is no list of certificates: '{" },
		{ "{\"certificates\"}", "it is not JSON" },
		{ "{\"certificates\":}", "it is not JSON" },
		{ "{certificates: []}", "it is not JSON" },
		{ "{\"certificates\": [[]]}", "certificates: item 1: " },
		{ "{\"certificates\": [{}]} {\"x\": \"",
		    "the answer ends before it is complete" },
		{ "{\"certificates\": [{\"identity\":\"x\",\"certChain\":["
		    "{\"pem\":\"?\"}]}]}", "certificates: certChain: " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		load(cases[i].file);
		refused(body.p, body.n, ERR_FORMAT, cases[i].want);
		free(body.p);
	}
	for (i = 0; i < COUNT(texts); i++)
		refused(texts[i].text, strlen(texts[i].text), ERR_FORMAT,
		    texts[i].want);
}

/* One certificate's members, and what becomes of them. */
static void
test_details(void **state)
{
	static const struct {
		const char	*details;
		const char	*want;
	} cases[] = {
#define D(serial, more) \
	"\"serial_number\":\"" serial "\",\"valid_from\":" \
	"\"2019-03-01T10:00:00Z\"," more
#define F " - 2019-03-01T10:00:00Z "
		{ D("0000", "\"days_until_expiration\":\"-3\""),
		    "leaf 0" F "- -3" },
		{ D("000aB", "\"days_until_expiration\":\"1000000\""),
		    "leaf ab" F "- 1000000" },
		{ D("0x1", "\"days_until_expiration\":\"1000001\""),
		    "leaf " F "- wrapped" },
		{ D("", "\"days_until_expiration\":1e3"), "leaf " F "- -" },
		{ D("g", "\"days_until_expiration\":\"12d\""),
		    "leaf " F "- -" },
		{ D("1", "\"days_until_expiration\":\"\""), "leaf 1" F "- -" },
		{ D("1", "\"days_until_expiration\":null"), "leaf 1" F "- -" },
		/* a root of Go's, which ends with the calendar */
		{ D("1", "\"days_until_expiration\":\"2914000\","
		    "\"expiration_time\":\"9999-12-31T23:59:59Z\""),
		    "leaf 1" F "9999-12-31T23:59:59Z wrapped" },
		{ D("1", "\"expiration_time\":\"2019-03-01T10:00:00Z\""),
		    "leaf 1" F "2019-03-01T10:00:00Z -" },
		{ D("1", "\"expiration_time\":\"2019-03-01T09:59:59Z\""),
		    "leaf 1" F "- -" },
		{ D("1", "\"expiration_time\":\"soon\""), "leaf 1" F "- -" },
		/* 64 digits, and one more */
		{ D("00fedcba9876543210fedcba9876543210fedcba9876543210"
		    "fedcba9876543210", "\"x\":1"),
		    "leaf fedcba9876543210fedcba9876543210fedcba9876543210"
		    "fedcba9876543210" F "- -" },
		{ D("1fedcba9876543210fedcba9876543210fedcba9876543210"
		    "fedcba9876543210", "\"x\":1"), "leaf " F "- -" },
	};
	char text[1024], want[1024], got[TEXT];
	struct proxy_certs c;
	struct arena a;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "{\"certificates\":[{"
		    "\"cert_chain\":[{%s,\"subject_alt_names\":[{\"uri\":"
		    "\"spiffe://a/ns/b/sa/c\"}]}]}]}", cases[i].details);
		snprintf(want, sizeof(want), "certs\n%s "
		    "spiffe://a/ns/b/sa/c\n", cases[i].want);
		arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
		if (envoy_parse(text, strlen(text), &a, &c, &e) == -1)
			fail_msg("%s", e.msg);
		render(&c, got);
		assert_string_equal(got, want);
		envoy_release(&c);
		arena_release(&a);
	}
}

/* What is one, what is another, and what is noise. */
static void
test_texts(void **state)
{
#define L(serial, path) "{\"cert_chain\":[{\"serial_number\":\"" serial \
	"\",\"path\":\"" path "\"}]}"
	static const struct {
		const char	*text;
		const char	*want;
	} cases[] = {
		{ "{\"certificates\":[" L("1", "/etc/certs/a") ","
		    L("1", "/etc/certs/b") "," L("01", "/etc/certs/a") "]}",
		    "certs\nleaf 1 /etc/certs/a - - -\n"
		    "leaf 1 /etc/certs/b - - -\n" },
		{ "{\"certificates\":[" L("1", "/etc/certs-of-mine/a") "]}",
		    "certs\nothers 1\n" },
		/* brackets in strings, and quotes that end none */
		{ "{\"m\":\"\\\"}{ \\\\\",\"certificates\":["
		    L("2", "/etc/certs/\\\"]}") "]} {\"m\":\"}\"}",
		    "certs\nleaf 2 /etc/certs/\"]} - - -\n" },
		{ "x {\n,\n {\"certificates\":[" L("3", "/etc/certs/a")
		    "]}} {", "certs\nleaf 3 /etc/certs/a - - -\n" },
		{ "{\"certificates\":[]},{\"certificates\":["
		    L("4", "/etc/certs/a") "]}\r\n\r\n",
		    "certs\nleaf 4 /etc/certs/a - - -\n" },
		/* the last of a chain that is no root */
		{ "{\"certificates\":[{\"identity\":\"spiffe://a\","
		    "\"certChain\":[{\"serialNumber\":\"255\"},"
		    "{\"serialNumber\":\"9\"}]}]}",
		    "ztunnel\nleaf ff - - - - spiffe://a\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		understood(cases[i].text, cases[i].text,
		    strlen(cases[i].text), cases[i].want);
}

/* ---- limits ---- */

struct big {
	char	*p;
	size_t	 n, room;
};

static void
add(struct big *b, const char *s)
{
	size_t n = strlen(s);

	if (b->n + n > b->room) {
		b->room = (b->room + n) * 2;
		b->p = realloc(b->p, b->room);
	}
	memcpy(b->p + b->n, s, n);
	b->n += n;
}

/* Every leaf many times over: the last of them may be one too many. */
static void
many(size_t different, int ret)
{
	struct big b = { NULL, 0, 0 };
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;
	char text[160];
	size_t i;

	add(&b, "{\"certificates\":[{}");
	for (i = 0; i < 4 * different; i++) {
		snprintf(text, sizeof(text), ",{\"cert_chain\":[{"
		    "\"serial_number\":\"%zx\",\"subject_alt_names\":[{"
		    "\"uri\":\"spiffe://a\"}]}]}", i % different);
		add(&b, text);
	}
	add(&b, "]}");
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	assert_int_equal(envoy_parse(b.p, b.n, &a, &c, &e), ret);
	if (ret == -1) {
		assert_int_equal(e.class, ERR_LIMIT);
		assert_string_equal(e.msg, "certificates: it has more than "
		    "1024 different leaves");
	} else
		assert_int_equal(c.nleaf, different);
	envoy_release(&c);
	arena_release(&a);
	free(b.p);
}

static void
test_limits(void **state)
{
	size_t n = ENVOY_BODY_MAX + 1;
	char *p = malloc(n);
	struct proxy_certs c;
	struct arena a;
	struct err e = ERR_INIT;

	(void)state;
	many(ENVOY_CERTS_MAX, 0);
	many(ENVOY_CERTS_MAX + 1, -1);
	memset(p, ' ', n);
	refused(p, n, ERR_LIMIT, "the answer is over the limit of 16777216 "
	    "bytes");
	/* what else is in a dump is not even read */
	memset(p, '[', DEPTH);
	memset(p + DEPTH, ']', DEPTH);
	memcpy(p, "{\"other\":", 9);
	memcpy(p + 2 * DEPTH - 9, ",\"certificates\":[]}", 19);
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	if (envoy_parse(p, 2 * DEPTH + 10, &a, &c, &e) == -1)
		fail_msg("%s", e.msg);
	envoy_release(&c);
	/* and one that is all depth */
	memset(p, '{', n - 1);
	refused(p, n - 1, ERR_FORMAT, "the answer ends");
	arena_release(&a);
	free(p);
}

/* Of a dump what is too deep is passed over, and said if that was all. */
static void
test_too_deep(void **state)
{
	static const char secrets[] = "{\"@type\":\"type.googleapis.com/"
	    "envoy.admin.v3.SecretsConfigDump\"},";
	char text[512], deep[200];
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;

	(void)state;
	memset(deep, '[', 100);
	memset(deep + 100, ']', 99);
	deep[199] = '\0';
	snprintf(text, sizeof(text), "{\"configs\":[{\"a\":%s]}]}", deep);
	refused(text, strlen(text), ERR_LIMIT, "configs, item 1: it is nested "
	    "over the limit of 64");
	snprintf(text, sizeof(text), "{\"configs\":[%s{\"a\":%s]}]}", secrets,
	    deep);
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	assert_int_equal(envoy_parse(text, strlen(text), &a, &c, &e), 0);
	assert_int_equal(c.form, PROXY_SECRETS);
	envoy_release(&c);
	arena_release(&a);
}

/* A small arena: an error, and all is given back. */
static void
test_arena(void **state)
{
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;
	size_t max;
	int ret = -1;

	(void)state;
	load("secrets.json");
	for (max = 0; ret == -1; max += 64) {
		arena_init(&a, max, "what a proxy holds");
		ret = envoy_parse(body.p, body.n, &a, &c, &e);
		if (ret == -1)
			assert_int_equal(e.class, ERR_LIMIT);
		envoy_release(&c);
		arena_release(&a);
	}
	assert_true(max > 256 && max < 16384);
	free(body.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_too_deep),
		cmocka_unit_test(test_arena),
	};

	pki_init();
	return cmocka_run_group_tests_name("envoy", tests, NULL, NULL);
}
