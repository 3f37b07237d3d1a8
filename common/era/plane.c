#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "era/era.h"
#include "mesh/names.h"

static const char *
lookup(const struct name_value *v, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return v[i].value;
	return NULL;
}

static const struct container *
container(const struct deployment *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->ncontainer; i++)
		if (strcmp(d->container[i].name, name) == 0)
			return &d->container[i];
	return NULL;
}

static int
labelled(const struct deployment *d, const char *name, const char *value)
{
	const char *v = lookup(d->label, d->nlabel, name);

	return v != NULL && strcmp(v, value) == 0;
}

/* Go's strconv.ParseBool, which Istio's flags and env go through. */
static enum era_flag
parse_bool(const char *s)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE",
	    "True" };
	static const char *const no[] = { "0", "f", "F", "false", "FALSE",
	    "False" };
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcmp(s, yes[i]) == 0)
			return FLAG_TRUE;
		if (strcmp(s, no[i]) == 0)
			return FLAG_FALSE;
	}
	return FLAG_UNSET;
}

/* The last --NAME or --NAME=VALUE among the arguments. */
static enum era_flag
bool_arg(const struct container *c, const char *name)
{
	enum era_flag flag = FLAG_UNSET;
	size_t i, len = strlen(name);
	const char *a;

	for (i = 0; i < c->narg; i++) {
		a = c->arg[i];
		if (strncmp(a, "--", 2) != 0 || strncmp(a + 2, name, len) != 0)
			continue;
		if (a[2 + len] == '\0')
			flag = FLAG_TRUE;
		else if (a[2 + len] == '=')
			flag = parse_bool(a + 3 + len);
	}
	return flag;
}

/* A Go duration: "1h", "90m0s", "-1s", "0".  -1 if it is not one. */
static int
parse_duration(const char *s, long *out)
{
	double total = 0, n;
	int negative;
	char *end;

	negative = *s == '-';
	if (negative || *s == '+')
		s++;
	if (strcmp(s, "0") == 0) {
		*out = 0;
		return 0;
	}
	if (*s == '\0')
		return -1;
	while (*s != '\0') {
		if ((*s < '0' || *s > '9') && *s != '.')
			return -1;
		n = strtod(s, &end);
		s = end;
		if (strncmp(s, "ms", 2) == 0) {
			n /= 1000;
			s += 2;
		} else if (*s == 'h' || *s == 'm' || *s == 's') {
			n *= *s == 'h' ? 3600 : *s == 'm' ? 60 : 1;
			s++;
		} else
			return -1;
		total += n;
	}
	if (total > 1e12)
		return -1;
	*out = (long)(negative ? -total : total);
	return 0;
}

static void
learn_rotator(struct control_plane *cp, const struct container *c)
{
	const char *s;
	char *end;
	long n;

	/* 1.4.10:security/cmd/istio_ca/main.go, 1.31:pilot/pkg/bootstrap/ */
	/* istio_ca.go: the same names in both */
	s = lookup(c->env, c->nenv,
	    "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL");
	if (s != NULL && parse_duration(s, &n) == 0)
		cp->check_interval = n > 0 ? n : 0;
	s = lookup(c->env, c->nenv,
	    "CITADEL_SELF_SIGNED_ROOT_CERT_GRACE_PERIOD_PERCENTILE");
	if (s == NULL)
		return;
	n = strtol(s, &end, 10);
	if (end != s && *end == '\0' && n >= 0 && n <= 100)
		cp->grace_percent = (int)n;
}

static void
learn_external(struct control_plane *cp, const struct container *c)
{
	const char *s;

	/* 1.31:pilot/pkg/bootstrap/istio_ca.go, createIstioRA */
	s = lookup(c->env, c->nenv, "EXTERNAL_CA");
	if (s != NULL && *s != '\0') {
		snprintf(cp->external, sizeof(cp->external), "EXTERNAL_CA=%s",
		    s);
		return;
	}
	/* 1.31:pilot/pkg/features: what istio-csr and managed CAs set */
	s = lookup(c->env, c->nenv, "ENABLE_CA_SERVER");
	if (s != NULL && parse_bool(s) == FLAG_FALSE)
		snprintf(cp->external, sizeof(cp->external),
		    "ENABLE_CA_SERVER=%s", s);
}

/* Which namespaces Citadel serves: 1.3.0:security/cmd/istio_ca/main.go. */
static void
learn_namespaces(struct control_plane *cp, const struct container *c)
{
	const char *s;

	s = lookup(c->env, c->nenv, "CITADEL_ENABLE_NAMESPACES_BY_DEFAULT");
	if (s != NULL)
		cp->by_default = parse_bool(s);
}

/* Who signs istiod's own certificate, and where it publishes its root: */
/* 1.31:pilot/pkg/features/{pilot,experimental}.go */
static void
learn_publishing(struct control_plane *cp, const struct container *c)
{
	const char *s;

	s = lookup(c->env, c->nenv, "PILOT_CERT_PROVIDER");
	if (s != NULL)
		snprintf(cp->provider, sizeof(cp->provider), "%s", s);
	s = lookup(c->env, c->nenv, NAME_ROOT_CONFIGMAP_ENV);
	if (s != NULL && *s != '\0')
		snprintf(cp->configmap, sizeof(cp->configmap), "%s", s);
	s = lookup(c->env, c->nenv, "ENABLE_CLUSTER_TRUST_BUNDLE_API");
	if (s != NULL && parse_bool(s) == FLAG_TRUE)
		cp->cluster_bundle = 1;
}

/* Keep the older of two: revisions live side by side during an upgrade. */
static void
learn_version(struct version *old, const char *image)
{
	struct version v;

	if (version_of_image(image, &v) &&
	    (!old->known || version_compare(&v, old) < 0))
		*old = v;
}

void
era_init(struct control_plane *cp)
{
	memset(cp, 0, sizeof(*cp));
	snprintf(cp->configmap, sizeof(cp->configmap), "%s",
	    NAME_ROOT_CONFIGMAP);
	cp->check_interval = -1;
	cp->grace_percent = -1;
}

void
era_learn(struct control_plane *cp, const struct deployment *d)
{
	const struct container *c;

	/* 1.0.0 to 1.4.10: install/kubernetes/helm/.../security/templates */
	c = container(d, "citadel");
	if (c == NULL && labelled(d, "istio", "citadel") && d->ncontainer > 0)
		c = &d->container[0];
	if (c != NULL) {
		cp->citadel = 1;
		learn_version(&cp->citadel_version, c->image);
		cp->self_signed = bool_arg(c, "self-signed-ca");
		learn_namespaces(cp, c);
		learn_rotator(cp, c);
		return;
	}
	/* 1.5.0 to 1.31: manifests/charts/istio-control/istio-discovery */
	c = container(d, "discovery");
	if (c != NULL && (labelled(d, "app", "istiod") ||
	    strncmp(d->ref.name, "istiod", strlen("istiod")) == 0)) {
		cp->istiod = 1;
		learn_version(&cp->istiod_version, c->image);
		learn_external(cp, c);
		learn_publishing(cp, c);
		learn_rotator(cp, c);
	}
}

enum era
era_of(const struct control_plane *cp, const struct era_signs *signs)
{
	if (cp->istiod)
		return ERA_ISTIOD;
	if (cp->citadel)
		return ERA_CITADEL;
	if (signs->root_configmap)
		return ERA_ISTIOD;
	if (signs->security_configmap || signs->workload_secret)
		return ERA_CITADEL;
	return ERA_UNKNOWN;
}

const struct version *
era_version(const struct control_plane *cp, enum era era)
{
	return era == ERA_CITADEL ? &cp->citadel_version : &cp->istiod_version;
}
