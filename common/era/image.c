#include <stdio.h>
#include <string.h>

#include "era/image.h"

#define NUMBER_MAX 100000	/* no part of a version is as big as this */

/*
 * What Istio calls its images, 1.0.0 to 1.31: docker/ and tools/docker.yaml.
 * exact: so ordinary a word that only the bare name is Istio's.
 */
static const struct {
	enum part	 part;
	const char	*name;
	int		 exact;
} names[] = {
	{ PART_PROXY, "proxyv2", 0 },
	{ PART_PROXY, "proxy", 1 },		/* up to 0.8 */
	{ PART_PROXY, "proxy_debug", 1 },
	{ PART_PROXY, "proxytproxy", 1 },
	{ PART_ZTUNNEL, "ztunnel", 0 },
	{ PART_CITADEL, "citadel", 0 },
	{ PART_PILOT, "pilot", 0 },
	{ PART_ISTIOD, "pilot", 0 },
	{ PART_GALLEY, "galley", 0 },
	{ PART_INJECTOR, "sidecar_injector", 0 },
	{ PART_MIXER, "mixer", 0 },
	{ PART_NODE_AGENT, "node-agent-k8s", 0 },
};

/*
 * Names whose tags are the versions of another product: OpenShift Service Mesh
 * and Maistra (proxyv2-rhel8:2.4, proxyv2-ubi8:2.0.1).
 */
static const char *const vendors[] = { "-rhel", "-ubi", "_rhel", "_ubi" };

/* Read a number at *p and step over it; -1 if there is none or it is huge. */
static int
number(const char **p)
{
	int n = 0;

	if (**p < '0' || **p > '9')
		return -1;
	while (**p >= '0' && **p <= '9') {
		n = n * 10 + (*(*p)++ - '0');
		if (n >= NUMBER_MAX)
			return -1;
	}
	return n;
}

/* MAJOR.MINOR[.PATCH], and what stands behind it. */
static int
read_version(struct image *im, const char *p)
{
	static const char release[] = "release-";
	struct version v = { 1, 0, 0, 0 };

	if (strncmp(p, release, strlen(release)) == 0)
		p += strlen(release);
	else if (*p == 'v')
		p++;
	if ((v.major = number(&p)) == -1 || *p++ != '.' ||
	    (v.minor = number(&p)) == -1 || v.major > 1)
		return 0;
	if (*p == '.') {
		p++;
		if ((v.patch = number(&p)) == -1)
			return 0;
		im->has_patch = 1;
	}
	if (*p != '\0' && *p != '-')
		return 0;
	snprintf(im->variant, sizeof(im->variant), "%s", *p == '-' ? p + 1 : p);
	im->version = v;
	return 1;
}

static int
copy(char *out, size_t size, const char *p, size_t n)
{
	if (n >= size)
		return -1;
	memcpy(out, p, n);
	out[n] = '\0';
	return 0;
}

/* The base and the tag; -1 if either is longer than may be. */
static int
split(struct image *im, const char *ref)
{
	size_t end = strcspn(ref, "@"), base = 0, colon = 0, i;

	for (i = 0; i < end; i++) {
		if (ref[i] == '/') {
			base = i + 1;
			colon = 0;
		} else if (ref[i] == ':' && colon == 0)
			colon = i;
	}
	if (copy(im->base, sizeof(im->base), ref + base,
	    (colon == 0 ? end : colon) - base) == -1)
		return -1;
	return colon == 0 ? 0 : copy(im->tag, sizeof(im->tag),
	    ref + colon + 1, end - colon - 1);
}

enum image_says
image_parse(const char *ref, struct image *im)
{
	memset(im, 0, sizeof(*im));
	/* the gateway chart's "auto" is what the injector replaces */
	if (ref == NULL || ref[0] == '\0' || strcmp(ref, "auto") == 0)
		return im->says = IMAGE_NONE;
	/* what containerd says of an image whose name is gone */
	if (strncmp(ref, "sha256:", strlen("sha256:")) == 0)
		return im->says = IMAGE_DIGEST;
	if (split(im, ref) == -1)
		return im->says = IMAGE_NO_VERSION;
	if (im->tag[0] == '\0')
		return im->says = strchr(ref, '@') != NULL ? IMAGE_DIGEST :
		    IMAGE_NO_TAG;
	return im->says = read_version(im, im->tag) ? IMAGE_VERSION :
	    IMAGE_NO_VERSION;
}

static int
is_joint(char c)
{
	return c == '-' || c == '_';
}

/* "NAME", "x-NAME" or "NAME-x". */
static int
is_called(const char *base, const char *name, int exact)
{
	size_t n = strlen(name), len = strlen(base);

	if (strcmp(base, name) == 0)
		return 1;
	if (exact || len <= n)
		return 0;
	return (strncmp(base, name, n) == 0 && is_joint(base[n])) ||
	    (strcmp(base + len - n, name) == 0 && is_joint(base[len - n - 1]));
}

enum image_says
image_check(struct image *im, enum part part)
{
	int called = 0;
	size_t i;

	if (im->says != IMAGE_VERSION && im->says != IMAGE_NO_VERSION)
		return im->says;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		called |= names[i].part == part && is_called(im->base,
		    names[i].name, names[i].exact);
	if (!called)
		im->says = IMAGE_RENAMED;
	for (i = 0; called && i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (strstr(im->base, vendors[i]) != NULL)
			im->says = IMAGE_VENDOR;
	if (im->says != IMAGE_VERSION)
		im->version.known = 0;
	return im->says;
}
