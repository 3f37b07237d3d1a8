#include <string.h>

#include "era/part.h"

static const char proxy_container[] = "istio-proxy";
static const char managed[] = "gateway.istio.io/managed";

/* One sign of a part: a container's name and one label of its pod. */
static const struct {
	const char	*container;
	const char	*label;
	const char	*value;
	enum part	 part;
} signs[] = {
	/* 1.0.0 to 1.4.10: install/kubernetes/helm/istio/charts/CHART/ */
	/* templates/deployment.yaml; 1.5's operator chart: app=citadel */
	{ "citadel", "istio", "citadel", PART_CITADEL },
	{ "citadel", "app", "security", PART_CITADEL },
	{ "citadel", "app", "citadel", PART_CITADEL },
	/* 1.5.0 to 1.31: manifests/charts/istio-control/istio-discovery; */
	/* before Pilot, since both can be labelled istio=pilot */
	{ "discovery", "app", "istiod", PART_ISTIOD },
	{ "discovery", "istio", "istiod", PART_ISTIOD },
	{ "discovery", "istio", "pilot", PART_PILOT },
	{ "discovery", "app", "pilot", PART_PILOT },
	{ "galley", "istio", "galley", PART_GALLEY },
	{ "galley", "app", "galley", PART_GALLEY },
	{ "sidecar-injector-webhook", "istio", "sidecar-injector",
	    PART_INJECTOR },
	{ "sidecar-injector-webhook", "app", "sidecarInjectorWebhook",
	    PART_INJECTOR },
	{ "mixer", "istio", "mixer", PART_MIXER },
	/* 1.1.0 to 1.4.10: charts/nodeagent */
	{ "nodeagent", "istio", "nodeagent", PART_NODE_AGENT },
	{ "nodeagent", "app", "nodeagent", PART_NODE_AGENT },
	/* 1.18 to 1.31: manifests/charts/ztunnel/templates/daemonset.yaml */
	{ "istio-proxy", "app", "ztunnel", PART_ZTUNNEL },
};

const char *
part_label(const struct pod *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nlabel; i++)
		if (strcmp(p->label[i].name, name) == 0)
			return p->label[i].value;
	return NULL;
}

static int
label_is(const struct pod *p, const char *name, const char *value)
{
	const char *v = part_label(p, name);

	return v != NULL && strcmp(v, value) == 0;
}

enum part
part_of(const struct pod *p, const struct container *c)
{
	struct image im;
	size_t i;

	/* native sidecars are all that is Istio's and runs on in there */
	if (c->init)
		return strcmp(c->name, proxy_container) == 0 ? PART_PROXY :
		    PART_NONE;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strcmp(c->name, signs[i].container) == 0 &&
		    label_is(p, signs[i].label, signs[i].value))
			return signs[i].part;
	/* 1.30: PILOT_ENABLE_AGENTGATEWAY; one without Istio has no label */
	if (strcmp(c->name, "agentgateway") == 0)
		return part_label(p, managed) != NULL ? PART_AGENTGATEWAY :
		    PART_NONE;
	if (strcmp(c->name, proxy_container) != 0)
		return PART_NONE;
	/* what runs can be a digest, which has no name */
	image_parse(c->running != NULL ? c->running : c->image, &im);
	if (im.base[0] == '\0')
		image_parse(c->image, &im);
	return strstr(im.base, "ztunnel") != NULL ? PART_ZTUNNEL : PART_PROXY;
}

/* The word behind "proxy" among the arguments: sidecar, router ... */
static const char *
proxy_type(const struct container *c)
{
	size_t i;

	for (i = 0; i + 1 < c->narg; i++)
		if (strcmp(c->arg[i], "proxy") == 0)
			return c->arg[i + 1];
	return "";
}

/* Gateways whose arguments are somebody's own. */
static enum role
role_by_labels(const struct pod *p)
{
	static const char *const gateways[] = {
		managed, "istio.io/gateway-name",
		"gateway.networking.k8s.io/gateway-name",
	};
	const char *v;
	size_t i;

	/* 1.22: pilot/pkg/config/kube/gateway/deploymentcontroller.go; 1.30: */
	/* istio.io-agentgateway-waypoint-controller */
	if (label_is(p, "gateway.networking.k8s.io/gateway-class-name",
	    "istio-waypoint") || ((v = part_label(p, managed)) != NULL &&
	    (strstr(v, "mesh-controller") != NULL ||
	    strstr(v, "waypoint") != NULL)))
		return ROLE_WAYPOINT;
	for (i = 0; i < sizeof(gateways) / sizeof(gateways[0]); i++)
		if (part_label(p, gateways[i]) != NULL)
			return ROLE_GATEWAY;
	v = part_label(p, "istio");
	if (v != NULL && (strcmp(v, "ingress") == 0 ||
	    strstr(v, "gateway") != NULL))
		return ROLE_GATEWAY;
	return ROLE_SIDECAR;
}

enum role
part_role(const struct pod *p, const struct container *c, enum part part)
{
	const char *type;

	if (part == PART_ZTUNNEL)
		return ROLE_ZTUNNEL;
	if (part == PART_AGENTGATEWAY)
		return role_by_labels(p) == ROLE_WAYPOINT ? ROLE_WAYPOINT :
		    ROLE_GATEWAY;
	if (part != PART_PROXY)
		return ROLE_CONTROL_PLANE;
	/* pilot/cmd/pilot-agent: proxy sidecar|router|ingress|waypoint */
	type = proxy_type(c);
	if (strcmp(type, "waypoint") == 0)
		return ROLE_WAYPOINT;
	if (strcmp(type, "router") == 0 || strcmp(type, "ingress") == 0)
		return ROLE_GATEWAY;
	return strcmp(type, "sidecar") == 0 ? ROLE_SIDECAR : role_by_labels(p);
}

static int
says_version(const char *ref, enum part part, struct image *im)
{
	image_parse(ref == NULL ? "" : ref, im);
	return image_check(im, part) == IMAGE_VERSION;
}

const char *
part_image(const struct container *c, enum part part, struct image *im)
{
	const char *first = c->running != NULL ? c->running : c->image;
	struct image spec;

	if (says_version(first, part, im))
		return first;
	if (c->running == NULL || im->says != IMAGE_DIGEST ||
	    !says_version(c->image, part, &spec))
		return NULL;
	*im = spec;
	return c->image;
}

const char *
role_name(enum role r)
{
	static const char *const roles[] = {
		"sidecar", "gateway", "waypoint", "ztunnel", "control-plane"
	};

	return roles[r];
}

const char *
part_name(enum part part)
{
	static const char *const parts[PARTS] = {
		"", "the proxy", "ztunnel", "agentgateway", "Citadel", "Pilot",
		"Galley", "the sidecar injector", "Mixer", "the node agent",
		"istiod"
	};

	return parts[part];
}

int
part_completed(const struct pod *p)
{
	return strcmp(p->phase, "Succeeded") == 0 ||
	    strcmp(p->phase, "Failed") == 0;
}

int
part_has_sidecar(const struct pod *p)
{
	size_t i;

	for (i = 0; i < p->ncontainer; i++)
		if (strcmp(p->container[i].name, proxy_container) == 0)
			return 1;
	return 0;
}

enum delivery
part_delivery(const struct pod *p, const struct version *v)
{
	static const char secret[] = "istio.", uds[] = "/var/run/sds";
	const struct volume *vol;
	int files = 0;
	size_t i;

	for (i = 0; i < p->nvolume; i++) {
		vol = &p->volume[i];
		/* 1.1.0 to 1.4.10: injection-template.yaml, sds-uds-path; */
		/* gateways mount the Secret as well, and do not use it */
		if (vol->host_path != NULL &&
		    strncmp(vol->host_path, uds, strlen(uds)) == 0)
			return DELIVERY_NODE_AGENT;
		files |= vol->secret != NULL &&
		    strncmp(vol->secret, secret, strlen(secret)) == 0;
	}
	/* from 1.5 on only where global.mountMtlsCerts asks for it */
	return files || (v->known && !version_at_least(v, 1, 5, 0)) ?
	    DELIVERY_FILES : DELIVERY_AGENT;
}

/* ---- controlPlaneSecurity ---- */

/* The value of --NAME=VALUE, or of --NAME VALUE; NULL if it is not there. */
static const char *
arg_value(const struct container *c, const char *name)
{
	const char *a, *value = NULL;
	size_t i, n = strlen(name);

	for (i = 0; i < c->narg; i++) {
		a = c->arg[i];
		if (strncmp(a, "--", 2) != 0 || strncmp(a + 2, name, n) != 0)
			continue;
		if (a[2 + n] == '=')
			value = a + 3 + n;
		else if (a[2 + n] == '\0')
			value = i + 1 < c->narg ? c->arg[i + 1] : "";
	}
	return value;
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* 1.0.8 to 1.4.10: charts/pilot/templates/deployment.yaml */
static enum era_flag
pilot_secured(const struct pod *p, const struct container *c,
    const struct version *v)
{
	const char *s;
	size_t i;

	if ((s = arg_value(c, "mcpServerAddrs")) != NULL)
		return begins(s, "mcps://") ? FLAG_TRUE : FLAG_FALSE;
	for (i = 0; i < p->ncontainer; i++)
		if (strcmp(p->container[i].name, proxy_container) == 0 &&
		    (s = arg_value(&p->container[i],
		    "controlPlaneAuthPolicy")) != NULL)
			return strcmp(s, "MUTUAL_TLS") == 0 ? FLAG_TRUE :
			    FLAG_FALSE;
	if ((s = arg_value(c, "secureGrpcAddr")) == NULL)
		return FLAG_UNSET;
	if (s[0] == '\0')
		return FLAG_FALSE;
	/* 1.0's chart writes the address whatever the setting */
	return version_at_least(v, 1, 1, 0) ? FLAG_TRUE : FLAG_UNSET;
}

enum era_flag
part_secured(const struct pod *p, const struct container *c, enum part part,
    const struct version *v)
{
	const char *s;

	switch (part) {
	case PART_PILOT:
		return pilot_secured(p, c, v);
	case PART_GALLEY:	/* charts/galley; 1.0's only validates */
		s = arg_value(c, "insecure");
		return s != NULL && strcmp(s, "false") == 0 ? FLAG_TRUE :
		    FLAG_FALSE;
	case PART_MIXER:	/* charts/mixer */
		s = arg_value(c, "configStoreURL");
		return s != NULL && begins(s, "mcps://") ? FLAG_TRUE :
		    FLAG_FALSE;
	default:
		return FLAG_UNSET;
	}
}
