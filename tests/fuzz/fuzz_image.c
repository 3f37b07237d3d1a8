/*
 * Names of images: up to three of them, one a line.  Each is read a second
 * time another way; a digest behind it or a registry before it changes only
 * what image.h says; versions are in one total order; and what is told of a
 * line without its patch holds for every patch of it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "era/image.h"
#include "era/reload.h"

int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define REFS	3
#define DIGEST	"@sha256:0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"

/* ---- the second reading ---- */

/* A number's digits, its zeros in front gone: *digits of them; their value. */
static int
value(const char *s, size_t *digits)
{
	char text[8];
	size_t n;

	*digits = strspn(s, "0123456789");
	for (n = *digits; n > 1 && *s == '0'; n--)
		s++;
	if (n == 0 || n > 5)
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)n, s);
	return (int)strtol(text, NULL, 10);
}

/* Up to three numbers with dots between them, and where they end. */
static int
version_in(const char *tag, struct image *im)
{
	int part[3] = { 0, 0, 0 };
	size_t digits;
	int i;

	if (tag[0] == 'v')
		tag += 1;
	else if (strstr(tag, "release-") == tag)
		tag += 8;
	for (i = 0; i < 3; i++) {
		if ((part[i] = value(tag, &digits)) == -1)
			return 0;
		tag += digits;
		if (*tag != '.')
			break;
		if (i < 2)
			tag++;
	}
	if (i == 0 || part[0] > 1 || (*tag != '-' && *tag != '\0'))
		return 0;
	im->version.known = 1;
	im->version.major = part[0];
	im->version.minor = part[1];
	im->version.patch = part[2];
	im->has_patch = i == 2;
	if (*tag == '-')
		snprintf(im->variant, sizeof(im->variant), "%s", tag + 1);
	return 1;
}

/* What image_parse() should find, but for a colon that comes first of all. */
static void
expect(const char *ref, struct image *im)
{
	char *text = strdup(ref), *at, *base, *tag;

	memset(im, 0, sizeof(*im));
	if (text == NULL)
		abort();
	if ((at = strchr(text, '@')) != NULL)
		*at = '\0';
	base = strrchr(text, '/') == NULL ? text : strrchr(text, '/') + 1;
	if ((tag = strchr(base, ':')) != NULL)
		*tag++ = '\0';
	if (strcmp(ref, "") == 0 || strcmp(ref, "auto") == 0)
		im->says = IMAGE_NONE;
	else if (strstr(ref, "sha256:") == ref)
		im->says = IMAGE_DIGEST;
	else if (strlen(base) >= IMAGE_BASE_MAX)
		im->says = IMAGE_NO_VERSION;
	else {
		snprintf(im->base, sizeof(im->base), "%s", base);
		if (tag == NULL || *tag == '\0')
			im->says = at == NULL ? IMAGE_NO_TAG : IMAGE_DIGEST;
		else if (strlen(tag) >= IMAGE_TAG_MAX)
			im->says = IMAGE_NO_VERSION;
		else {
			snprintf(im->tag, sizeof(im->tag), "%s", tag);
			im->says = version_in(tag, im) ? IMAGE_VERSION :
			    IMAGE_NO_VERSION;
		}
	}
	free(text);
}

/* ---- what must be so ---- */

static void
same(const struct image *a, const struct image *b)
{
	if (a->says != b->says || strcmp(a->base, b->base) != 0 ||
	    strcmp(a->tag, b->tag) != 0 ||
	    strcmp(a->variant, b->variant) != 0 ||
	    a->version.known != b->version.known)
		abort();
	if (a->says == IMAGE_VERSION && (a->has_patch != b->has_patch ||
	    a->version.major != b->version.major ||
	    a->version.minor != b->version.minor ||
	    a->version.patch != b->version.patch))
		abort();
	if (a->says != IMAGE_VERSION && (a->version.known ||
	    a->variant[0] != '\0'))
		abort();
}

/* From memory that ends with it. */
static void
parse(const char *before, const char *ref, const char *behind,
    struct image *im)
{
	size_t n = strlen(before) + strlen(ref) + strlen(behind) + 1;
	char *copy = malloc(n);

	if (copy == NULL)
		abort();
	snprintf(copy, n, "%s%s%s", before, ref, behind);
	if (image_parse(copy, im) != im->says)
		abort();
	free(copy);
}

static void
has_parts(const char *ref, const struct image *im)
{
	size_t len = strlen(im->variant);

	if (strstr(ref, im->base) == NULL || strstr(ref, im->tag) == NULL ||
	    strlen(im->base) >= IMAGE_BASE_MAX ||
	    strlen(im->tag) >= IMAGE_TAG_MAX)
		abort();
	if (len > 0 && (len >= strlen(im->tag) ||
	    strcmp(im->tag + strlen(im->tag) - len, im->variant) != 0 ||
	    im->tag[strlen(im->tag) - len - 1] != '-'))
		abort();
}

/* A digest behind it, a registry with a port before it. */
static void
around(const char *ref, const struct image *im)
{
	struct image with, want = *im;

	parse("", ref, DIGEST, &with);
	if (im->says == IMAGE_NO_TAG)
		want.says = IMAGE_DIGEST;
	if (im->says != IMAGE_NONE)
		same(&with, &want);
	else if (with.says != IMAGE_DIGEST || strcmp(with.base, ref) != 0)
		abort();
	/* words that are no names, alone */
	if (im->says == IMAGE_NONE || strstr(ref, "sha256:") == ref)
		return;
	parse("host:5000/x/", ref, "", &with);
	same(&with, im);
}

/* ---- what a part's image is called ---- */

/* NAME is one of these, "=NAME" nothing but it. */
static const char *const called[PARTS] = {
	[PART_PROXY] = "proxyv2 =proxy =proxy_debug =proxytproxy",
	[PART_ZTUNNEL] = "ztunnel",
	[PART_CITADEL] = "citadel",
	[PART_PILOT] = "pilot",
	[PART_GALLEY] = "galley",
	[PART_INJECTOR] = "sidecar_injector",
	[PART_MIXER] = "mixer",
	[PART_NODE_AGENT] = "node-agent-k8s",
	[PART_ISTIOD] = "pilot",
};

/* Does a name stand at the beginning or at the end of it, and by itself? */
static int
stands_in(const char *base, const char *name, size_t n)
{
	const char *p, *end = base + strlen(base);

	if (*name == '=')
		return strlen(base) == n - 1 &&
		    strncmp(base, name + 1, n - 1) == 0;
	for (p = base; p + n <= end; p++) {
		if (memcmp(p, name, n) != 0 || (p > base && p + n < end))
			continue;
		if ((p == base || p[-1] == '-' || p[-1] == '_') &&
		    (p + n == end || p[n] == '-' || p[n] == '_'))
			return 1;
	}
	return 0;
}

static int
is_called(const char *base, enum part part)
{
	const char *s = called[part];
	size_t n;

	for (; s != NULL && *s != '\0'; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		if (stands_in(base, s, n))
			return 1;
	}
	return 0;
}

static int
is_vendors(const char *base)
{
	const char *p;

	for (p = base; *p != '\0'; p++)
		if ((*p == '-' || *p == '_') &&
		    (strncmp(p + 1, "rhel", 4) == 0 ||
		    strncmp(p + 1, "ubi", 3) == 0))
			return 1;
	return 0;
}

static void
check_parts(const struct image *im)
{
	enum image_says want;
	struct image got;
	int part;

	for (part = PART_NONE; part < PARTS; part++) {
		got = *im;
		want = im->says;
		if (want == IMAGE_VERSION || want == IMAGE_NO_VERSION) {
			if (!is_called(im->base, (enum part)part))
				want = IMAGE_RENAMED;
			else if (is_vendors(im->base))
				want = IMAGE_VENDOR;
		}
		if (image_check(&got, (enum part)part) != want ||
		    got.says != want ||
		    got.version.known != (want == IMAGE_VERSION) ||
		    strcmp(got.base, im->base) != 0 ||
		    strcmp(got.tag, im->tag) != 0)
			abort();
		/* asked again it says the same */
		if (image_check(&got, (enum part)part) != want)
			abort();
	}
}

/* ---- versions ---- */

static long long
weight(const struct version *v)
{
	return (v->major * 100000LL + v->minor) * 100000LL + v->patch;
}

static int
sign(long long n)
{
	return (n > 0) - (n < 0);
}

static void
total_order(const struct version *v, size_t n)
{
	size_t i, j, k;
	int c;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			c = version_compare(&v[i], &v[j]);
			if (sign(c) != sign(weight(&v[i]) - weight(&v[j])) ||
			    sign(c) != -sign(version_compare(&v[j], &v[i])))
				abort();
			if (version_at_least(&v[i], v[j].major, v[j].minor,
			    v[j].patch) != (c >= 0))
				abort();
			for (k = 0; k < n && c <= 0; k++)
				if (version_compare(&v[j], &v[k]) <= 0 &&
				    version_compare(&v[i], &v[k]) > 0)
					abort();
		}
}

/* What Istio's guide says. */
static int
is_old(const struct version *v)
{
	return v->major == 0 || (v->major == 1 && v->minor < 2 && v->patch < 8);
}

/* What a line says without its patch is what all its patches say. */
static void
line(const struct version *from)
{
	static const int patches[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9999, 99998
	};
	const size_t n = sizeof(patches) / sizeof(patches[0]);
	const struct reload *r, *first;
	struct version v = *from;
	int part, d, agree;
	size_t i;

	for (part = PART_NONE; part < PARTS; part++)
		for (d = DELIVERY_FILES; d <= DELIVERY_AGENT; d++) {
			r = reload_of((enum part)part, (enum delivery)d, from,
			    0);
			first = NULL;
			agree = 1;
			for (i = 0; i < n; i++) {
				const struct reload *one;

				v.patch = patches[i];
				one = reload_of((enum part)part,
				    (enum delivery)d, &v, 1);
				if (r != NULL && one != r)
					abort();
				if (i == 0)
					first = one;
				agree &= one == first;
			}
			if (agree != (r == first))
				abort();
		}
	for (i = 0; i < n; i++) {
		v.patch = patches[i];
		if (reload_is_old(&v, 1) != is_old(&v) ||
		    (reload_is_old(from, 0) != -1 &&
		    reload_is_old(from, 0) != is_old(&v)))
			abort();
	}
	if ((reload_is_old(from, 0) == -1) != (from->major == 1 &&
	    from->minor < 2))
		abort();
}

static void
check(const char *ref, struct version *v, size_t *n)
{
	struct image im, want, null;
	struct version by;

	parse("", ref, "", &im);
	/* no name begins with a colon */
	if (ref[0] != ':') {
		expect(ref, &want);
		same(&im, &want);
		around(ref, &im);
	}
	has_parts(ref, &im);
	check_parts(&im);
	if (image_parse(NULL, &null) != IMAGE_NONE)
		abort();
	if (version_of_image(ref, &by) != by.known ||
	    (by.known && (im.says != IMAGE_VERSION ||
	    version_compare(&by, &im.version) != 0)) ||
	    (!by.known && im.says == IMAGE_VERSION && im.has_patch))
		abort();
	if (im.says != IMAGE_VERSION)
		return;
	line(&im.version);
	v[(*n)++] = im.version;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct version v[REFS];
	char *text, *s, *end;
	size_t i, found = 0;

	if ((text = malloc(n + 1)) == NULL)
		abort();
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	for (s = text, i = 0; s != NULL && i < REFS; i++, s = end) {
		if ((end = strchr(s, '\n')) != NULL)
			*end++ = '\0';
		check(s, v, &found);
	}
	total_order(v, found);
	free(text);
	return 0;
}
