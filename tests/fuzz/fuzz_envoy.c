/*
 * What a proxy says of its certificates, and what is made of it.  The first
 * byte says what kind of pod it is from, the rest is the answer.
 *
 * A fact is canonical and within its limits, each certificate is there once;
 * noise around an answer, and the answer said twice, change nothing in it; a
 * small arena makes an error of it and no more.  Of any fact comes at least one
 * record, whole, the heaviest first, and the same ones again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "observe/envoy.h"
#include "pki/serial.h"
#include "plugins/certverify/certverify.h"

#define T0	INT64_C(1768000000)	/* 2026-01-09 */
#define NOISE	"2026-01-09\tinfo\tasking {it}\n"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* tests/data/envoy has answers that speak of it. */
static const char root[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQTCB56ADAgECAhAAqxLNNO9WqxLNNO9WqxLNMAoGCCqGSM49BAMCMBgxFjAU\n"
    "BgNVBAoMDWNsdXN0ZXIubG9jYWwwHhcNMjYwMTA1MDkzMDAwWhcNMzYwMTAzMDkz\n"
    "MDAwWjAYMRYwFAYDVQQKDA1jbHVzdGVyLmxvY2FsMFkwEwYHKoZIzj0CAQYIKoZI\n"
    "zj0DAQcDQgAEU9234dBtj4e45TEmmC26o1p4NV5tcwOu4vHoAsPHpgPOegwhipP9\n"
    "BffsRrQvc9ycUv6/g+t6pZ4gnn0KiaTpA6MTMBEwDwYDVR0TAQH/BAUwAwEB/zAK\n"
    "BggqhkjOPQQDAgNJADBGAiEA/uOO7Ivsk/nxpBtoAE4awfk4rK5u6jMuVRyYnAdV\n"
    "RcQCIQCKZYaYDIINdhBNU6xoqNfrP9NroYmFxYwxSdkMAseiow==\n"
    "-----END CERTIFICATE-----\n";

/* ---- facts ---- */

static void
check_cert(const struct proxy_cert *c)
{
	size_t i, n = strlen(c->serial);

	if (n > SERIAL_DIGITS || strspn(c->serial, "0123456789abcdef") !=
	    n || (n > 1 && c->serial[0] == '0'))
		abort();
	if (c->path != NULL && (c->path[0] == '\0' ||
	    strlen(c->path) > ENVOY_PATH_MAX))
		abort();
	if (c->nuri > ENVOY_URIS_MAX)
		abort();
	for (i = 0; i < c->nuri; i++)
		if (c->uri[i] == NULL)
			abort();
	if (c->has_days && (c->wrapped || c->days > ENVOY_DAYS_MAX ||
	    c->days < -ENVOY_DAYS_MAX))
		abort();
	if (c->cert == NULL && c->has_from && c->has_to &&
	    c->expiration < c->valid_from)
		abort();
}

static int
same_text(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static int
same(const struct proxy_cert *a, const struct proxy_cert *b)
{
	return strcmp(a->serial, b->serial) == 0 &&
	    same_text(a->path, b->path) && same_text(a->domain, b->domain) &&
	    a->has_from == b->has_from && a->valid_from == b->valid_from &&
	    (a->cert == NULL || b->cert == NULL ||
	    cert_equal(a->cert, b->cert));
}

static void
check_list(const struct proxy_cert *v, size_t n)
{
	size_t i, j;

	if (n > ENVOY_CERTS_MAX)
		abort();
	for (i = 0; i < n; i++) {
		check_cert(&v[i]);
		for (j = 0; j < i && v[i].serial[0] != '\0'; j++)
			if (same(&v[i], &v[j]))
				abort();
	}
}

static void
check_same(const struct proxy_cert *a, size_t na, const struct proxy_cert *b,
    size_t nb)
{
	size_t i;

	if (na != nb)
		abort();
	for (i = 0; i < na; i++)
		if (!same(&a[i], &b[i]) || a[i].has_to != b[i].has_to ||
		    a[i].nuri != b[i].nuri || a[i].days != b[i].days)
			abort();
}

/* The same answer, with something before and behind it. */
static void
again(const struct proxy_certs *c, int ret, const char *before,
    const char *p, size_t n, const char *behind, size_t nb)
{
	size_t na = strlen(before);
	char *text = malloc(na + n + nb + 1);
	struct proxy_certs d;
	struct err e = ERR_INIT;
	struct arena a;

	if (text == NULL)
		abort();
	memcpy(text, before, na);
	memcpy(text + na, p, n);
	text[na + n] = '\n';
	memcpy(text + na + n + 1, behind, nb);
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	if (envoy_parse(text, na + n + nb + 1, &a, &d, &e) != ret)
		abort();
	if (ret == 0) {
		check_same(c->root, c->nroot, d.root, d.nroot);
		check_same(c->leaf, c->nleaf, d.leaf, d.nleaf);
	}
	envoy_release(&d);
	arena_release(&a);
	free(text);
}

static void
small(const char *p, size_t n, size_t max)
{
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, max, "what a proxy holds");
	if (envoy_parse(p, n, &a, &c, &e) == -1 && e.msg[0] == '\0')
		abort();
	envoy_release(&c);
	arena_release(&a);
}

/* ---- judgement ---- */

struct sent {
	enum verdict	last;
	size_t		n;
	uint32_t	hash;
};

static int
on_finding(void *arg, const struct cv_finding *f, struct err *e)
{
	/* unknown, bad, warn, ok */
	struct sent *s = arg;
	const char *m;

	(void)e;
	if ((s->n > 0 && f->verdict > s->last) || f->message[0] == '\0' ||
	    (f->verdict == VERDICT_OK && s->n > 0) ||
	    (f->verdict == VERDICT_OK) != (f->rule == NULL) ||
	    f->first != (s->n == 0))
		abort();
	s->last = f->verdict;
	s->n++;
	for (m = f->message; *m != '\0'; m++)
		s->hash = (s->hash ^ (unsigned char)*m) * 16777619;
	return 0;
}

static struct cv *
mesh(int known)
{
	const struct cv_params p = { .now = T0, .warn = 7 * 86400,
	    .istio_ns = "istio-system" };
	struct ca_secret f = { .ref = { "secret", "istio-system",
	    NAME_CA_SECRET, NULL, NULL }, .layout = CA_SELF_SIGNED };
	struct cv *cv;
	struct sink s;
	struct err e;

	if (cv_new(&p, &cv, &e) == -1)
		abort();
	s = cv_sink(cv);
	f.cert.name = "ca-cert.pem";
	f.cert.seen.state = SEEN_PRESENT;
	f.cert.text = root;
	f.cert.len = sizeof(root) - 1;
	if (bundle_parse(root, sizeof(root) - 1, &f.cert.bundle, &e) == -1 ||
	    (known && s.ca_secret(s.arg, &f, &e) == -1) ||
	    cv_judge(cv, &e) == -1)
		abort();
	bundle_release(&f.cert.bundle);
	return cv;
}

static void
judge(struct cv *cv, uint8_t kind, const struct proxy_certs *c)
{
	static const char *const images[] = {
		"istio/proxyv2:1.1.5", "istio/proxyv2:1.20.3",
		"istio/ztunnel:1.28.0", "acme"
	};
	struct container ct = { .name = "istio-proxy",
	    .image = images[kind & 3] };
	const struct volume vol = { "istio-certs", "istio.cart", NULL };
	struct pod p = { .ref = { "pod", "shop", "cart-0", NULL, NULL },
	    .phase = "Running", .container = &ct, .ncontainer = 1,
	    .volume = &vol, .nvolume = kind >> 2 & 1 };
	struct sent s[2] = { { VERDICT_OK, 0, 0 }, { VERDICT_OK, 0, 0 } };
	struct cv_summary sum;
	struct err e = ERR_INIT;
	int i;

	for (i = 0; i < 2; i++) {
		cv_sum(cv, &sum);
		if (cv_proxy(cv, &p, c, NULL, on_finding, &s[i], &sum,
		    &e) == -1)
			abort();
		if (s[i].n == 0 || sum.records != s[i].n || sum.objects != 1)
			abort();
	}
	if (s[0].n != s[1].n || s[0].hash != s[1].hash)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct cv *cv[2];
	const char *body = (const char *)p + 1;
	struct proxy_certs c;
	struct err e = ERR_INIT;
	struct arena a;
	int ret;

	if (cv[0] == NULL) {
		cv[0] = mesh(0);
		cv[1] = mesh(1);
	}
	if (n == 0)
		return 0;
	arena_init(&a, ENVOY_FACTS_MAX, "what a proxy holds");
	ret = envoy_parse(body, n - 1, &a, &c, &e);
	if (ret == -1 && (e.msg[0] == '\0' || e.class == ERR_NONE))
		abort();
	check_list(c.root, c.nroot);
	check_list(c.leaf, c.nleaf);
	again(&c, ret, NOISE, body, n - 1, NOISE, sizeof(NOISE) - 1);
	if (ret == 0) {
		again(&c, 0, "", body, n - 1, body, n - 1);
		judge(cv[*p >> 3 & 1], *p, &c);
	}
	small(body, n - 1, n * 4);
	envoy_release(&c);
	arena_release(&a);
	return 0;
}
