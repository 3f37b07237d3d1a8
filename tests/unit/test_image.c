/* What a reference says, and that nothing hostile makes it say a version. */
#include "tests/unit/unit.h"

#include "era/image.h"

#define LONG 70000

/*
 * Each reference is read from memory that ends with it, so that the address
 * sanitizer sees a step too far.
 */
static enum image_says
parse(const char *ref, struct image *im)
{
	size_t n = strlen(ref) + 1;
	char *copy = malloc(n);
	enum image_says says;

	assert_non_null(copy);
	memcpy(copy, ref, n);
	says = image_parse(copy, im);
	free(copy);
	assert_int_equal(says, im->says);
	return says;
}

static const struct {
	const char	*ref;
	enum image_says	 says;
	const char	*base, *tag;
	int		 major, minor, patch;	/* patch -1: not said */
	const char	*variant;
} refs[] = {
	/* registries, with and without a port */
	{ "docker.io/istio/proxyv2:1.4.10", IMAGE_VERSION, "proxyv2", "1.4.10",
	    1, 4, 10, "" },
	{ "istio/proxyv2:1.1.8", IMAGE_VERSION, "proxyv2", "1.1.8",
	    1, 1, 8, "" },
	{ "proxyv2:1.1.8", IMAGE_VERSION, "proxyv2", "1.1.8", 1, 1, 8, "" },
	{ "host:5000/x/proxyv2:1.4.3", IMAGE_VERSION, "proxyv2", "1.4.3",
	    1, 4, 3, "" },
	{ "host:5000/proxyv2", IMAGE_NO_TAG, "proxyv2", "", 0, 0, 0, "" },
	{ "host:1.4/proxyv2", IMAGE_NO_TAG, "proxyv2", "", 0, 0, 0, "" },
	{ "[::1]:5000/istio/proxyv2:1.4.3", IMAGE_VERSION, "proxyv2", "1.4.3",
	    1, 4, 3, "" },
	{ "[::1]:5000/istio/proxyv2", IMAGE_NO_TAG, "proxyv2", "",
	    0, 0, 0, "" },
	{ "[2001:db8::1:2]/proxyv2:1.4-dev", IMAGE_VERSION, "proxyv2",
	    "1.4-dev", 1, 4, -1, "dev" },
	/* digests */
	{ "istio/proxyv2@sha256:0a1b", IMAGE_DIGEST, "proxyv2", "",
	    0, 0, 0, "" },
	{ "istio/proxyv2:1.4.3@sha256:0a1b", IMAGE_VERSION, "proxyv2", "1.4.3",
	    1, 4, 3, "" },
	{ "[::1]:5000/istio/proxyv2:1.4.3-debug@sha256:0a1b", IMAGE_VERSION,
	    "proxyv2", "1.4.3-debug", 1, 4, 3, "debug" },
	{ "istio/proxyv2:latest@sha256:0a1b", IMAGE_NO_VERSION, "proxyv2",
	    "latest", 0, 0, 0, "" },
	{ "istio/proxyv2@sha256:1.4.3", IMAGE_DIGEST, "proxyv2", "",
	    0, 0, 0, "" },
	{ "sha256:0a1b", IMAGE_DIGEST, "", "", 0, 0, 0, "" },
	{ "x/proxyv2@sha256:0a1b/y:1.4.3", IMAGE_DIGEST, "proxyv2", "",
	    0, 0, 0, "" },
	/* tags */
	{ "p:v1.20.3", IMAGE_VERSION, "p", "v1.20.3", 1, 20, 3, "" },
	{ "p:0.8.0", IMAGE_VERSION, "p", "0.8.0", 0, 8, 0, "" },
	{ "p:1.11.2-asm.17-distroless", IMAGE_VERSION, "p",
	    "1.11.2-asm.17-distroless", 1, 11, 2, "asm.17-distroless" },
	{ "p:1.10", IMAGE_VERSION, "p", "1.10", 1, 10, -1, "" },
	{ "p:1.9-alpha.5fd9", IMAGE_VERSION, "p", "1.9-alpha.5fd9",
	    1, 9, -1, "alpha.5fd9" },
	{ "p:release-1.1-latest-daily", IMAGE_VERSION, "p",
	    "release-1.1-latest-daily", 1, 1, -1, "latest-daily" },
	{ "p:master-latest-daily", IMAGE_NO_VERSION, "p",
	    "master-latest-daily", 0, 0, 0, "" },
	{ "p:latest", IMAGE_NO_VERSION, "p", "latest", 0, 0, 0, "" },
	{ "p:1", IMAGE_NO_VERSION, "p", "1", 0, 0, 0, "" },
	{ "p:1.", IMAGE_NO_VERSION, "p", "1.", 0, 0, 0, "" },
	{ "p:1.4.", IMAGE_NO_VERSION, "p", "1.4.", 0, 0, 0, "" },
	{ "p:1..4", IMAGE_NO_VERSION, "p", "1..4", 0, 0, 0, "" },
	{ "p:.1.4", IMAGE_NO_VERSION, "p", ".1.4", 0, 0, 0, "" },
	{ "p:1.4.5.6", IMAGE_NO_VERSION, "p", "1.4.5.6", 0, 0, 0, "" },
	{ "p:1.4.5x", IMAGE_NO_VERSION, "p", "1.4.5x", 0, 0, 0, "" },
	{ "p:1.4:1.5", IMAGE_NO_VERSION, "p", "1.4:1.5", 0, 0, 0, "" },
	{ "p:1.4_5", IMAGE_NO_VERSION, "p", "1.4_5", 0, 0, 0, "" },
	{ "p:-1.4.5", IMAGE_NO_VERSION, "p", "-1.4.5", 0, 0, 0, "" },
	{ "p:1.-4.5", IMAGE_NO_VERSION, "p", "1.-4.5", 0, 0, 0, "" },
	{ "p:+1.4.5", IMAGE_NO_VERSION, "p", "+1.4.5", 0, 0, 0, "" },
	{ "p: 1.4.5", IMAGE_NO_VERSION, "p", " 1.4.5", 0, 0, 0, "" },
	{ "p:vv1.4.5", IMAGE_NO_VERSION, "p", "vv1.4.5", 0, 0, 0, "" },
	{ "p:v", IMAGE_NO_VERSION, "p", "v", 0, 0, 0, "" },
	{ "p:release-", IMAGE_NO_VERSION, "p", "release-", 0, 0, 0, "" },
	{ "p:2.0.1", IMAGE_NO_VERSION, "p", "2.0.1", 0, 0, 0, "" },
	{ "p:2024.01.02", IMAGE_NO_VERSION, "p", "2024.01.02", 0, 0, 0, "" },
	/* numbers that would wrap around to 1.4.3 */
	{ "p:4294967297.4.3", IMAGE_NO_VERSION, "p", "4294967297.4.3",
	    0, 0, 0, "" },
	{ "p:1.4294967300.3", IMAGE_NO_VERSION, "p", "1.4294967300.3",
	    0, 0, 0, "" },
	{ "p:1.4.18446744073709551619", IMAGE_NO_VERSION, "p",
	    "1.4.18446744073709551619", 0, 0, 0, "" },
	{ "p:1.4.100000", IMAGE_NO_VERSION, "p", "1.4.100000", 0, 0, 0, "" },
	{ "p:1.4.99998", IMAGE_VERSION, "p", "1.4.99998", 1, 4, 99998, "" },
	/* nothing at all */
	{ "", IMAGE_NONE, "", "", 0, 0, 0, "" },
	{ "auto", IMAGE_NONE, "", "", 0, 0, 0, "" },
	{ "auto:1.4.3", IMAGE_VERSION, "auto", "1.4.3", 1, 4, 3, "" },
	{ "x/auto", IMAGE_NO_TAG, "auto", "", 0, 0, 0, "" },
	{ "p:", IMAGE_NO_TAG, "p", "", 0, 0, 0, "" },
	{ "p:@sha256:0a", IMAGE_DIGEST, "p", "", 0, 0, 0, "" },
};

static void
references(void **state)
{
	struct image im;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refs); i++) {
		if (parse(refs[i].ref, &im) != refs[i].says ||
		    strcmp(im.base, refs[i].base) != 0 ||
		    strcmp(im.tag, refs[i].tag) != 0 ||
		    strcmp(im.variant, refs[i].variant) != 0)
			fail_msg("%s: says %d, base '%s', tag '%s', variant "
			    "'%s'", refs[i].ref, im.says, im.base, im.tag,
			    im.variant);
		assert_int_equal(im.version.known,
		    refs[i].says == IMAGE_VERSION);
		if (refs[i].says != IMAGE_VERSION)
			continue;
		if (im.version.major != refs[i].major ||
		    im.version.minor != refs[i].minor ||
		    im.has_patch != (refs[i].patch != -1) ||
		    (im.has_patch && im.version.patch != refs[i].patch))
			fail_msg("%s: is %d.%d.%d (%d)", refs[i].ref,
			    im.version.major, im.version.minor,
			    im.version.patch, im.has_patch);
	}
	assert_int_equal(image_parse(NULL, &im), IMAGE_NONE);
}

static void
by_number(void **state)
{
	/* each later than the one before it */
	static const char *const order[] = {
		"p:0.8.0", "p:1.0.0", "p:1.0.9", "p:1.0.10", "p:1.1.8",
		"p:1.1.10", "p:1.1.17", "p:1.2.0", "p:1.9.9", "p:1.10.0",
		"p:1.10.10", "p:1.11.0", "p:1.20.3", "p:1.31.0", "p:1.100.0",
	};
	struct image a, b;
	size_t i, k;
	int c;

	(void)state;
	for (i = 0; i < COUNT(order); i++)
		for (k = 0; k < COUNT(order); k++) {
			parse(order[i], &a);
			parse(order[k], &b);
			c = version_compare(&a.version, &b.version);
			if ((c > 0) - (c < 0) != (i > k) - (i < k))
				fail_msg("%s and %s", order[i], order[k]);
		}
}

static const struct {
	const char	*ref;
	enum part	 part;
	enum image_says	 says;
} checks[] = {
	{ "istio/proxyv2:1.4.3", PART_PROXY, IMAGE_VERSION },
	{ "istio/proxy:0.8.0", PART_PROXY, IMAGE_VERSION },
	{ "istio/proxy_debug:1.0.0", PART_PROXY, IMAGE_VERSION },
	{ "istio/proxytproxy:1.1.0", PART_PROXY, IMAGE_VERSION },
	{ "rancher/mirrored-istio-proxyv2:1.4.3", PART_PROXY, IMAGE_VERSION },
	{ "x/istio_proxyv2:1.4.3", PART_PROXY, IMAGE_VERSION },
	{ "x/proxyv2-tls:1.4.3", PART_PROXY, IMAGE_VERSION },
	{ "x/proxyv2_tls:1.4.3", PART_PROXY, IMAGE_VERSION },
	{ "x/my-proxy:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/proxy-x:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/my-proxy_debug:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/proxyv20:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/aproxyv2:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/proxyv2.x:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "x/roxyv2:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "proxyv2/x:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "istio/pilot:1.4.3", PART_PROXY, IMAGE_RENAMED },
	{ "istio/ztunnel:1.28.6", PART_PROXY, IMAGE_RENAMED },
	{ "istio/ztunnel:1.28.6", PART_ZTUNNEL, IMAGE_VERSION },
	{ "istio/proxyv2:1.28.6", PART_ZTUNNEL, IMAGE_RENAMED },
	{ "istio/citadel:1.4.3", PART_CITADEL, IMAGE_VERSION },
	{ "istio/pilot:1.4.3", PART_PILOT, IMAGE_VERSION },
	{ "istio/pilot:1.5.0", PART_ISTIOD, IMAGE_VERSION },
	{ "rancher/mirrored-istio-pilot:1.20.3", PART_ISTIOD, IMAGE_VERSION },
	{ "istio/galley:1.4.3", PART_GALLEY, IMAGE_VERSION },
	{ "istio/sidecar_injector:1.4.3", PART_INJECTOR, IMAGE_VERSION },
	{ "istio/mixer:1.4.3", PART_MIXER, IMAGE_VERSION },
	{ "istio/node-agent-k8s:1.4.3", PART_NODE_AGENT, IMAGE_VERSION },
	{ "istio/mixer:1.4.3", PART_GALLEY, IMAGE_RENAMED },
	{ "istio/proxyv2:1.4.3", PART_NONE, IMAGE_RENAMED },
	/* a vendor's own numbers */
	{ "maistra/proxyv2-ubi8:1.1.3", PART_PROXY, IMAGE_VENDOR },
	{ "rh/proxyv2-rhel8:1.1.3", PART_PROXY, IMAGE_VENDOR },
	{ "rh/proxyv2_rhel9:1.1.3", PART_PROXY, IMAGE_VENDOR },
	{ "rh/proxyv2-rhel8:2.4", PART_PROXY, IMAGE_VENDOR },
	{ "rh/pilot-rhel8:1.1.3", PART_ISTIOD, IMAGE_VENDOR },
	/* what says nothing goes on saying why */
	{ "istio/proxyv2:latest", PART_PROXY, IMAGE_NO_VERSION },
	{ "istio/proxyv2", PART_PROXY, IMAGE_NO_TAG },
	{ "x/y", PART_PROXY, IMAGE_NO_TAG },
	{ "x/y@sha256:0a", PART_PROXY, IMAGE_DIGEST },
	{ "sha256:0a", PART_CITADEL, IMAGE_DIGEST },
	{ "", PART_PROXY, IMAGE_NONE },
	{ "auto", PART_PROXY, IMAGE_NONE },
};

static void
names(void **state)
{
	struct image im;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(checks); i++) {
		parse(checks[i].ref, &im);
		if (image_check(&im, checks[i].part) != checks[i].says ||
		    im.says != checks[i].says)
			fail_msg("%s as part %d: %d, not %d", checks[i].ref,
			    (int)checks[i].part, im.says, checks[i].says);
	}
}

/* What holds for whatever comes in. */
static void
invariants(const char *ref)
{
	struct image im;
	enum image_says says;
	int part;

	for (part = PART_NONE; part < PARTS; part++) {
		says = parse(ref, &im);
		assert_true(says == IMAGE_VERSION || says == IMAGE_NONE ||
		    says == IMAGE_DIGEST || says == IMAGE_NO_TAG ||
		    says == IMAGE_NO_VERSION);
		assert_non_null(memchr(im.base, '\0', sizeof(im.base)));
		assert_non_null(memchr(im.tag, '\0', sizeof(im.tag)));
		assert_non_null(memchr(im.variant, '\0', sizeof(im.variant)));
		assert_null(strpbrk(im.base, "/@"));
		assert_null(strchr(im.tag, '@'));
		assert_int_equal(im.version.known, says == IMAGE_VERSION);
		if (says == IMAGE_VERSION) {
			assert_in_range(im.version.major, 0, 1);
			assert_in_range(im.version.minor, 0, 99999);
			assert_in_range(im.version.patch, 0, 99999);
		} else
			assert_string_equal(im.variant, "");
		image_check(&im, (enum part)part);
		if (says != IMAGE_VERSION && im.says == IMAGE_VERSION)
			fail_msg("'%.99s' has a version from nowhere", ref);
	}
}

/* Every string of up to five of these. */
static void
punctuation(void **state)
{
	static const char chars[] = ":@/.-1v";
	char ref[6];
	size_t n, k, i, all = 1;

	(void)state;
	for (n = 1; n <= 5; n++) {
		all *= sizeof(chars) - 1;
		for (i = 0; i < all; i++) {
			size_t rest = i;

			for (k = 0; k < n; k++) {
				ref[k] = chars[rest % (sizeof(chars) - 1)];
				rest /= sizeof(chars) - 1;
			}
			ref[n] = '\0';
			invariants(ref);
		}
	}
}

static void
hostile(void **state)
{
	static const char *const bad[] = {
		":", "::", ":::", "@", "@@", "@@@", "/", "//", "///", ":/",
		"/:", ":@", "@:", "@/", "/@", "...", "---", ":::1.4.3",
		":1.4.3", "/:1.4.3", "x/:1.4.3", "@1.4.3", "@@1.4.3",
		"proxyv2@:1.4.3", "proxyv2@@:1.4.3", "proxyv2::1.4.3",
		"proxyv2:1.4.3:1.4.3", "proxyv2:1.4.3/", "proxyv2:1.4.3/x",
		"proxyv2/:1.4.3", " proxyv2:1.4.3", "proxyv2 :1.4.3",
		"PROXYV2:1.4.3", "proxyv2:1.4.3 ", "proxyv2:1.4.3\n",
		"proxyv2:1.4.3\t", "proxyv2\n:1.4.3", "proxyv2:\0011.4.3",
		"proxyv2:\xff\xfe", "\xff\xff\xff", "proxyv2:\xd9\xa1.4.3",
		"proxyv2:1.4.3\xe2\x80\xae", "sha256:", "sha256:1.4.3",
		"sha256:@proxyv2:1.4.3", "%s%s%n:1.4.3", "proxyv2:%n%s",
		"proxyv2:1,4,3", "proxyv2:0x1.4.3", "proxyv2:1e0.4.3",
		"proxyv2:1.4.3+x", "proxyv2:1.4.3~1", "[::1]", "[::1]:5000",
		"[::1]:1.4.3", "[", "]", "[:", "]:1",
	};
	struct image im;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		invariants(bad[i]);
		parse(bad[i], &im);
		if (image_check(&im, PART_PROXY) == IMAGE_VERSION)
			fail_msg("'%s' has a version", bad[i]);
	}
}

/* BEFORE, n times c, BEHIND. */
static char *
make(const char *before, int c, size_t n, const char *behind)
{
	size_t b = strlen(before), a = strlen(behind);
	char *s = malloc(b + n + a + 1);

	assert_non_null(s);
	memcpy(s, before, b);
	memset(s + b, c, n);
	memcpy(s + b + n, behind, a + 1);
	return s;
}

static const struct {
	const char	*before;
	int		 c;
	size_t		 n;
	const char	*behind;
	int		 version;	/* does it say one, of a proxy? */
} longs[] = {
	{ "istio/proxyv2:", 'a', LONG, "", 0 },
	{ "istio/proxyv2:", '1', LONG, "", 0 },
	{ "istio/proxyv2:", '9', LONG, ".4.3", 0 },
	{ "istio/proxyv2:1.", '9', LONG, ".3", 0 },
	{ "istio/proxyv2:1.4.", '9', LONG, "", 0 },
	{ "istio/proxyv2:1.4.", '9', 100, "", 0 },
	/* not one cut to what fits */
	{ "istio/proxyv2:1.4.3-", 'a', LONG, "", 0 },
	{ "istio/proxyv2:1.4.3", '.', LONG, "", 0 },
	{ "istio/proxyv2:1.4.3", ':', LONG, "", 0 },
	{ "istio/proxyv2:", '0', LONG, "1.4.3", 0 },
	/* a tag of 128 is one, of 129 is none */
	{ "istio/proxyv2:1.4.3-", 'a', 122, "", 1 },
	{ "istio/proxyv2:1.4.3-", 'a', 123, "", 0 },
	{ "istio/proxyv2:1.4.3-", 'a', 122, "@sha256:0a", 1 },
	{ "istio/proxyv2:1.4.3-", 'a', 123, "@sha256:0a", 0 },
	/* a base of 255 fits, of 256 does not */
	{ "istio/proxyv2-", 'x', 247, ":1.4.3", 1 },
	{ "istio/proxyv2-", 'x', 248, ":1.4.3", 0 },
	{ "istio/proxyv2-", 'x', LONG, ":1.4.3", 0 },
	{ "istio/", 'x', LONG, "-proxyv2:1.4.3", 0 },
	/* where it says nothing, length does not matter */
	{ "", 'a', LONG, "/istio/proxyv2:1.4.3", 1 },
	{ "host:5000", '/', LONG, "proxyv2:1.4.3", 1 },
	{ "", ':', LONG, "/proxyv2:1.4.3", 1 },
	{ "istio/proxyv2:1.4.3@sha256:", 'a', LONG, "", 1 },
	{ "istio/proxyv2:1.4.3", '@', LONG, "", 1 },
	{ "istio/proxyv2", '@', LONG, ":1.4.3", 0 },
	{ "", ':', LONG, "", 0 }, { "", '@', LONG, "", 0 },
	{ "", '/', LONG, "", 0 }, { "", '-', LONG, "", 0 },
	{ "sha256:", 'a', LONG, "", 0 },
};

static void
long_ones(void **state)
{
	struct image im;
	size_t i;
	char *s;

	(void)state;
	for (i = 0; i < COUNT(longs); i++) {
		s = make(longs[i].before, longs[i].c, longs[i].n,
		    longs[i].behind);
		invariants(s);
		parse(s, &im);
		image_check(&im, PART_PROXY);
		if ((im.says == IMAGE_VERSION) != longs[i].version)
			fail_msg("%s, %zu times '%c', %s: says %d",
			    longs[i].before, longs[i].n, longs[i].c,
			    longs[i].behind, im.says);
		if (longs[i].version) {
			assert_int_equal(im.version.major, 1);
			assert_int_equal(im.version.minor, 4);
			assert_int_equal(im.version.patch, 3);
		}
		free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references),
		cmocka_unit_test(by_number),
		cmocka_unit_test(names),
		cmocka_unit_test(punctuation),
		cmocka_unit_test(hostile),
		cmocka_unit_test(long_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
