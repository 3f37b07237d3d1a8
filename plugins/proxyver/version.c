/* Which version a container runs, who says so, and what follows. */
#include <stdio.h>
#include <string.h>

#include "plugins/proxyver/state.h"

const char *
pv_source_name(enum pv_source s)
{
	static const char *const names[] = {
		NULL, "image-tag", "spec-tag", "label", "agent"
	};

	return names[s];
}

/* A version that stands alone, as a tag would say it. */
static int
parse(const char *v, const char *who, struct image *im)
{
	char ref[IMAGE_TAG_MAX + 16];

	if (strlen(v) >= IMAGE_TAG_MAX || strpbrk(v, "/:@") != NULL)
		return 0;
	snprintf(ref, sizeof(ref), "%s:%s", who, v);
	return image_parse(ref, im) == IMAGE_VERSION;
}

/*
 * What Istio's charts say of gateways, ztunnel and the control plane (1.24 on,
 * manifests/charts/.../_helpers.tpl).  On an application's pod the label is
 * the application's version, so a sidecar has none.
 */
static void
by_label(struct pv_case *c)
{
	const char *of, *v;
	struct image im;

	of = part_label(c->pod, "app.kubernetes.io/part-of");
	v = part_label(c->pod, "app.kubernetes.io/version");
	if (c->role == ROLE_SIDECAR || c->part == PART_AGENTGATEWAY ||
	    of == NULL || strcmp(of, "istio") != 0 || v == NULL ||
	    !parse(v, "label", &im))
		return;
	c->image = im;
	c->source = PV_LABEL;
}

static void
find(struct pv_case *c)
{
	const char *running = c->container->running, *by;

	c->source = PV_NOTHING;
	c->ref = running == NULL ? c->container->image : running;
	by = part_image(c->container, c->part, &c->image);
	if (by != NULL) {
		c->source = by == running ? PV_IMAGE_TAG : PV_SPEC_TAG;
		c->ref = by;
	} else if (c->image.says == IMAGE_DIGEST)
		by_label(c);
}

/* Is it below --min: 1, 0, or -1 if the patch would decide. */
static int
below(const struct pv_case *c)
{
	struct version first = c->image.version, last = first;
	int a, b;

	if (!c->params->has_min || !first.known)
		return 0;
	if (!c->image.has_patch) {
		first.patch = 0;
		last.patch = 99998;
	}
	a = version_compare(&first, &c->params->min) < 0;
	b = version_compare(&last, &c->params->min) < 0;
	return a == b ? a : -1;
}

/* What follows from the version. */
static void
decide(struct pv_case *c)
{
	const struct version *v = &c->image.version;

	c->reload = NULL;
	c->old = c->below = 0;
	if (c->source == PV_NOTHING)
		return;
	c->reload = reload_of(c->part, part_delivery(c->pod, v), v,
	    c->image.has_patch);
	/* the guide asks it of proxies, and of Citadel (too-old) */
	if (c->part == PART_PROXY)
		c->old = reload_is_old(v, c->image.has_patch);
	c->below = below(c);
}

int
pv_version_unknown(const struct pv_case *c)
{
	return c->source == PV_NOTHING || c->reload == NULL || c->old == -1 ||
	    c->below == -1;
}

/* Its own word, where nobody else's is enough. */
static int
by_agent(struct pv_case *c)
{
	struct image im;

	if (c->said == NULL || c->said->version == NULL ||
	    !parse(c->said->version, "agent", &im) ||
	    (c->source != PV_NOTHING && !im.has_patch))
		return 0;
	c->image = im;
	c->source = PV_AGENT;
	return 1;
}

void
pv_version(struct pv_case *c)
{
	find(c);
	decide(c);
	if (pv_version_unknown(c) && by_agent(c))
		decide(c);
}

int
pv_parse_min(const char *s, struct pv_params *p, struct err *e)
{
	char ref[VERSION_LEN + 8];
	struct image im;

	snprintf(ref, sizeof(ref), "min:%.40s", s);
	if (strlen(s) > 40 || s[strspn(s, "0123456789.")] != '\0' ||
	    image_parse(ref, &im) != IMAGE_VERSION)
		return err_set(e, ERR_USAGE, "invalid argument \"%.64s\" for "
		    "\"--min\" flag: want a version of Istio like 1.20 or "
		    "1.20.3", s);
	p->has_min = 1;
	p->min = im.version;
	return 0;
}
