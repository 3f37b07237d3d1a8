#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/names.h"
#include "kube/node.h"
#include "observe/want.h"

#define ADMISSION "admissionregistration.k8s.io"

/* Secrets are got by name, never listed. */
const struct want wants[] = {
	{ "", "v1", "secrets", "Secret", "secret", IN_ISTIO_NS,
	    NAME_CA_SECRET, 0, 0 },
	{ "", "v1", "secrets", "Secret", "secret", IN_ISTIO_NS,
	    NAME_CACERTS, 0, 0 },
	{ "", "v1", "secrets", "Secret", "secret", IN_ISTIO_NS,
	    NAME_ISTIOD_TLS, 0, 0 },
	{ "", "v1", "configmaps", "ConfigMap", "configmap", IN_ISTIO_NS,
	    NAME_ROOT_CONFIGMAP, 1, 0 },
	{ "", "v1", "configmaps", "ConfigMap", "configmap", IN_ISTIO_NS,
	    NAME_SECURITY_CONFIGMAP, 1, 0 },
	{ "", "v1", "configmaps", "ConfigMap", "configmap", IN_ISTIO_NS,
	    NAME_MESH_CONFIGMAP, 1, 0 },
	{ "apps", "v1", "deployments", "Deployment", "deployment",
	    IN_ISTIO_NS, NULL, 0, 0 },
	{ ADMISSION, "v1", "mutatingwebhookconfigurations",
	    "MutatingWebhookConfiguration", "mutatingwebhookconfiguration",
	    IN_CLUSTER, NULL, 0, 0 },
	{ ADMISSION, "v1", "validatingwebhookconfigurations",
	    "ValidatingWebhookConfiguration",
	    "validatingwebhookconfiguration", IN_CLUSTER, NULL, 0, 0 },
	{ "certificates.k8s.io", "v1beta1", "clustertrustbundles",
	    "ClusterTrustBundle", "clustertrustbundle", IN_CLUSTER,
	    NAME_TRUST_BUNDLE, 0, 0 },
	{ "authentication.istio.io", "v1alpha1", "meshpolicies", "MeshPolicy",
	    "meshpolicy", IN_CLUSTER, "default", 0, 1 },
	{ "authentication.istio.io", "v1alpha1", "policies", "Policy",
	    "policy", IN_ALL_NS, NULL, 0, 1 },
	{ "security.istio.io", "v1beta1", "peerauthentications",
	    "PeerAuthentication", "peerauthentication", IN_ALL_NS, NULL, 0,
	    1 },
};

#define WANTS	(sizeof(wants) / sizeof(wants[0]))
const size_t wants_n = WANTS;
#define SECOND	(CLUSTER_REVISIONS_MAX + 3)

/* A version that older API servers (or newer Istios) have instead. */
static const struct {
	const char	*resource;
	const char	*version;
} older[] = {
	{ "mutatingwebhookconfigurations", "v1beta1" },
	{ "validatingwebhookconfigurations", "v1beta1" },
	{ "clustertrustbundles", "v1alpha1" },
};

struct cluster {
	const char			*istio_ns;
	const struct observe_options	*o;
	const struct sink		*sink;
	struct sink			 tap;	/* sink, listened to */
	const struct cluster_more	*more;
	struct kube_ask			 ask[WANTS + SECOND + CLUSTER_MORE_MAX];
	/* NULL: the question is more's */
	const struct want		*want[WANTS + SECOND +
					    CLUSTER_MORE_MAX];
	size_t				 first_more;
	size_t				 n;	/* asked so far, both waves */
	char				*named[CLUSTER_REVISIONS_MAX + 1];
	size_t				 nnamed;
	int				 again[WANTS];	/* in an older one */
	int				 bundles;	/* istiod writes them */
};

static const struct want want_configmap = {
	"", "v1", "configmaps", "ConfigMap", "configmap", IN_ISTIO_NS, NULL, 1,
	0
};

static void
add(struct cluster *c, const struct want *w, const char *version,
    const char *name)
{
	struct kube_ask *a = &c->ask[c->n];

	a->group = w->group;
	a->version = version;
	a->resource = w->resource;
	a->kind = w->kind;
	a->ns = w->where == IN_ISTIO_NS ? c->istio_ns : "";
	a->name = name;
	c->want[c->n++] = w;
}

static const struct want *
want_of(const struct cluster *c, const struct kube_ask *a)
{
	return c->want[a - c->ask];
}

/* The same question as its asker has it. */
static const struct kube_ask *
theirs(const struct cluster *c, const struct kube_ask *a)
{
	return &c->more->ask[(size_t)(a - c->ask) - c->first_more];
}

static int
on_object(void *arg, const struct kube_ask *a, const struct node *obj,
    struct err *e)
{
	struct cluster *c = arg;

	if (want_of(c, a) == NULL)
		return c->more->sink->object(c->more->sink->arg, theirs(c, a),
		    obj, e);
	return observe_object(obj, "the API server", 0, c->o, &c->tap, e);
}

/* Ours are few: they are looked at as documents. */
static int
on_message(void *arg, const struct kube_ask *a,
    const struct ProtobufCMessage *m, struct err *e)
{
	struct cluster *c = arg;
	struct node *n;
	int ret;

	if (want_of(c, a) == NULL)
		return c->more->sink->message(c->more->sink->arg, theirs(c,
		    a), m, e);
	if ((n = kube_node(a, m)) == NULL)
		return err_nomem(e);
	ret = on_object(arg, a, n, e);
	kube_node_free(n);
	return ret;
}

/* The version that older servers have of it, or NULL. */
static const char *
older_of(const struct want *w)
{
	size_t i;

	for (i = 0; i < sizeof(older) / sizeof(older[0]); i++)
		if (strcmp(older[i].resource, w->resource) == 0)
			return older[i].version;
	return NULL;
}

static int
on_failed(void *arg, const struct kube_ask *a, const struct err *why,
    struct err *e)
{
	struct cluster *c = arg;
	const struct want *w = want_of(c, a);
	struct ref ref = { .ns = a->ns };

	if (w == NULL)
		return c->more->sink->failed(c->more->sink->arg, theirs(c, a),
		    why, e);
	if (why->class == ERR_ABSENT) {
		if (w >= wants && w < wants + WANTS)
			c->again[w - wants] = older_of(w) != NULL;
		return 0;
	}
	ref.kind = w->ref;
	ref.name = a->name == NULL ? "*" : a->name;
	if (c->sink->unknown == NULL)
		return 0;
	return c->sink->unknown(c->sink->arg, &ref, NULL, why, e);
}

/* Remember the name of another ConfigMap to ask for. */
static int
remember(struct cluster *c, const char *name, size_t len, struct err *e)
{
	size_t i;

	for (i = 0; i < c->nnamed; i++)
		if (strlen(c->named[i]) == len &&
		    strncmp(c->named[i], name, len) == 0)
			return 0;
	if (c->nnamed == CLUSTER_REVISIONS_MAX + 1)
		return err_set(e, ERR_LIMIT, "more than %d control planes in "
		    "namespace '%s'", CLUSTER_REVISIONS_MAX, c->istio_ns);
	if ((c->named[c->nnamed] = strndup(name, len)) == NULL)
		return err_nomem(e);
	c->nnamed++;
	return 0;
}

static int
revision(struct cluster *c, const char *rev, struct err *e)
{
	char name[OBSERVE_NAME_MAX + 1];
	int n;

	/* the default revision's is called "istio", and was asked for */
	if (rev == NULL || rev[0] == '\0' || strcmp(rev, "default") == 0)
		return 0;
	n = snprintf(name, sizeof(name), "%s-%s", NAME_MESH_CONFIGMAP, rev);
	if (n < 0 || (size_t)n >= sizeof(name))
		return 0;
	return remember(c, name, (size_t)n, e);
}

static int
renamed(struct cluster *c, const char *name, struct err *e)
{
	if (c->more != NULL && c->more->renamed != NULL)
		return c->more->renamed(c->more->arg, name, e);
	return remember(c, name, strlen(name), e);
}

/* What an istiod says of the ConfigMaps that it works with. */
static int
tap_deployment(void *arg, const struct deployment *d, struct err *e)
{
	struct cluster *c = arg;
	const struct name_value *v;
	size_t i, j;

	for (i = 0; i < d->ncontainer; i++)
		for (j = 0; j < d->container[i].nenv; j++) {
			v = &d->container[i].env[j];
			if (v->value == NULL || v->value[0] == '\0')
				continue;
			if (strcmp(v->name, NAME_ROOT_CONFIGMAP_ENV) == 0 &&
			    strcmp(v->value, NAME_ROOT_CONFIGMAP) != 0 &&
			    renamed(c, v->value, e) == -1)
				return -1;
			if (strcmp(v->name, "ENABLE_CLUSTER_TRUST_BUNDLE_API")
			    == 0 && strcmp(v->value, "true") == 0)
				c->bundles = 1;
			if (strcmp(v->name, "REVISION") == 0 &&
			    revision(c, v->value, e) == -1)
				return -1;
		}
	if (c->sink->deployment == NULL)
		return 0;
	return c->sink->deployment(c->sink->arg, d, e);
}

static int
tap_ca_secret(void *arg, const struct ca_secret *f, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->ca_secret(c->sink->arg, f, e);
}

static int
tap_trust_copy(void *arg, const struct trust_copy *f, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->trust_copy(c->sink->arg, f, e);
}

static int
tap_webhook(void *arg, const struct webhook *f, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->webhook(c->sink->arg, f, e);
}

static int
tap_policy(void *arg, const struct mtls_policy *f, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->mtls_policy(c->sink->arg, f, e);
}

static int
tap_mesh_config(void *arg, const struct mesh_config *f, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->mesh_config(c->sink->arg, f, e);
}

static int
tap_unknown(void *arg, const struct ref *f, const char *entry,
    const struct err *why, struct err *e)
{
	struct cluster *c = arg;

	return c->sink->unknown(c->sink->arg, f, entry, why, e);
}

/* Everything goes through, and Deployments are looked at on the way. */
static void
set_tap(struct cluster *c)
{
	const struct sink *s = c->sink;

	memset(&c->tap, 0, sizeof(c->tap));
	c->tap.arg = c;
	c->tap.deployment = tap_deployment;
	c->tap.ca_secret = s->ca_secret == NULL ? NULL : tap_ca_secret;
	c->tap.trust_copy = s->trust_copy == NULL ? NULL : tap_trust_copy;
	c->tap.webhook = s->webhook == NULL ? NULL : tap_webhook;
	c->tap.mtls_policy = s->mtls_policy == NULL ? NULL : tap_policy;
	c->tap.mesh_config = s->mesh_config == NULL ? NULL : tap_mesh_config;
	c->tap.unknown = s->unknown == NULL ? NULL : tap_unknown;
}

static int
on_listed(void *arg, const struct kube_ask *a, const char *version,
    struct err *e)
{
	struct cluster *c = arg;
	const struct kube_sink *s = c->more->sink;

	return want_of(c, a) != NULL || s->listed == NULL ? 0 :
	    s->listed(s->arg, theirs(c, a), version, e);
}

static int
fetch(struct cluster *c, struct kube *k, size_t from, struct err *e)
{
	struct kube_sink ks = {
		.object = on_object, .failed = on_failed, .arg = c,
		.message = c->more == NULL ? NULL : on_message,
		.listed = c->more == NULL ? NULL : on_listed
	};

	if (c->n == from)
		return 0;
	return kube_fetch(k, c->ask + from, c->n - from, &ks, e);
}

static int
clocks(const struct cluster *c, const struct kube *k, struct err *e)
{
	struct clocks f;

	if (c->sink->clocks == NULL ||
	    !kube_clock(k, &f.server, &f.ours))
		return 0;
	return c->sink->clocks(c->sink->arg, &f, e);
}

/* Everything whose name is known, and what somebody else asks for. */
static void
first_wave(struct cluster *c)
{
	size_t i;

	for (i = 0; i < WANTS; i++)
		if (!wants[i].policy || c->sink->mtls_policy != NULL)
			add(c, &wants[i], wants[i].version, wants[i].name);
	c->first_more = c->n;
	for (i = 0; c->more != NULL && i < c->more->n; i++) {
		c->ask[c->n] = c->more->ask[i];
		c->want[c->n++] = NULL;
	}
}

/* What the first one named. */
static void
second_wave(struct cluster *c)
{
	size_t i;

	for (i = 0; i < WANTS; i++)
		if (c->again[i] && (c->bundles || strcmp(wants[i].kind,
		    "ClusterTrustBundle") != 0))
			add(c, &wants[i], older_of(&wants[i]), wants[i].name);
	for (i = 0; i < c->nnamed; i++)
		add(c, &want_configmap, "v1", c->named[i]);
}

int
observe_cluster(struct kube *k, const char *istio_ns,
    const struct observe_options *o, const struct sink *sink,
    const struct cluster_more *more, struct err *e)
{
	struct cluster *c;
	int ret = -1;
	size_t i, first;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return err_nomem(e);
	c->istio_ns = istio_ns;
	c->o = o;
	c->sink = sink;
	c->more = more;
	set_tap(c);
	first_wave(c);
	first = c->n;
	if (fetch(c, k, 0, e) == -1)
		goto out;
	second_wave(c);
	if (fetch(c, k, first, e) == 0)
		ret = clocks(c, k, e);
out:
	for (i = 0; i < c->nnamed; i++)
		free(c->named[i]);
	free(c);
	return ret;
}
