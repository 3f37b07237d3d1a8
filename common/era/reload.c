#include <string.h>

#include "era/reload.h"

#define LAST	99999	/* no version has a number as big as this */
#define ANY	-1

#define ALL	{ 0, 0, 0 }, { LAST, 0, 0 }
#define HOT \
	"watches the directory of its certificates: Envoy is hot-restarted " \
	"about two minutes after its secret has changed"
#define AGENT \
	"learns a new root with its next certificate, within half of " \
	"SECRET_TTL (12 of 24 hours)"
#define AT_ONCE	"restart its pod to have it at once"
#define ONCE \
	"reads the root that it trusts istiod by once, when it starts"
#define ZTUNNEL \
	"learns a new root with its next certificates, within half of " \
	"SECRET_TTL (12 of 24 hours), and re-reads the root that it trusts " \
	"istiod by"
#define CITADEL_ONCE \
	"reads its secret once, when it starts"
#define CITADEL_LATER \
	"re-reads its secret within two hours (its root certificate rotator)"
#define NODE_AGENT \
	"gets its certificates from the node agent, which reads the root " \
	"once, when it starts"
#define TOO_OLD \
	"keeps the root in memory, and makes roots of one year"

const struct reload reloads[] = {
/* sidecars and gateways with mounted Secrets; the kubelet takes 60 to 90 s */
{ PART_PROXY, DELIVERY_FILES, { 0, 0, 0 }, { 1, 1, 3 }, RELOAD_ALONE, HOT,
    NULL, "1.1.2:pilot/pkg/proxy/envoy/watcher.go" },
{ PART_PROXY, DELIVERY_FILES, { 1, 1, 3 }, { 1, 1, 8 }, RELOAD_NEVER,
    "watches the files of its certificates, and the kubelet's first change "
    "ends that",
    "upgrade it to 1.1.8 or later, or restart its pod after the root has "
    "changed",
    "1.1.3 and 1.1.7:pilot/pkg/proxy/envoy/watcher.go; issue 14540" },
{ PART_PROXY, DELIVERY_FILES, { 1, 1, 8 }, { 1, 5, 0 }, RELOAD_ALONE, HOT,
    NULL, "1.1.8:pilot/pkg/proxy/envoy/watcher.go" },
{ PART_PROXY, DELIVERY_FILES, { 1, 5, 0 }, { LAST, 0, 0 }, RELOAD_ALONE,
    "has its certificates mounted: its agent watches the files", NULL,
    "1.5.0:pilot/cmd/pilot-agent/main.go; 1.8.0:security/pkg/nodeagent/"
    "cache/secretcache.go" },
/* SDS */
{ PART_PROXY, DELIVERY_NODE_AGENT, { 0, 0, 0 }, { 1, 5, 0 }, RELOAD_RESTART,
    NODE_AGENT, "restart the DaemonSet istio-nodeagent after a root change",
    "1.4.10:security/pkg/nodeagent/caclient/client.go" },
{ PART_PROXY, DELIVERY_NODE_AGENT, { 1, 5, 0 }, { LAST, 0, 0 }, RELOAD_ALONE,
    AGENT, AT_ONCE, "1.5.0: the node agent is gone, the agent serves SDS" },
{ PART_PROXY, DELIVERY_AGENT, ALL, RELOAD_ALONE, AGENT,
    AT_ONCE, "1.31:security/pkg/nodeagent/cache/secretcache.go (the root is "
    "the last certificate of the answer to a CSR)" },
/* ambient: ztunnel pull request 1775 */
{ PART_ZTUNNEL, ANY, { 0, 0, 0 }, { 1, 28, 6 }, RELOAD_RESTART, ONCE,
    "restart the DaemonSet ztunnel after a root change",
    "ztunnel pull request 1775, in 1.28.6" },
{ PART_ZTUNNEL, ANY, { 1, 28, 6 }, { 1, 29, 0 }, RELOAD_ALONE, ZTUNNEL, NULL,
    "ztunnel pull request 1775, in 1.28.6" },
{ PART_ZTUNNEL, ANY, { 1, 29, 0 }, { 1, 29, 2 }, RELOAD_RESTART, ONCE,
    "restart the DaemonSet ztunnel after a root change",
    "ztunnel pull request 1775, in 1.29.2" },
{ PART_ZTUNNEL, ANY, { 1, 29, 2 }, { LAST, 0, 0 }, RELOAD_ALONE, ZTUNNEL,
    NULL, "ztunnel pull request 1775, in 1.29.2 and 1.30.0" },
/* Citadel: issue 14510, and the rotator tag by tag */
{ PART_CITADEL, ANY, { 0, 0, 0 }, { 1, 0, 8 }, RELOAD_RESTART, TOO_OLD,
    "upgrade it to 1.0.8 or later before the root is replaced",
    "1.0.7 and 1.0.8:security/cmd/istio_ca/main.go; issue 14510" },
{ PART_CITADEL, ANY, { 1, 0, 8 }, { 1, 1, 0 }, RELOAD_RESTART, CITADEL_ONCE,
    "restart it after a root change",
    "1.0.8:security/pkg/pki/ca/ca.go" },
{ PART_CITADEL, ANY, { 1, 1, 0 }, { 1, 1, 8 }, RELOAD_RESTART, TOO_OLD,
    "upgrade it to 1.1.8 or later before the root is replaced",
    "1.1.7 and 1.1.8:security/cmd/istio_ca/main.go; issue 14510" },
{ PART_CITADEL, ANY, { 1, 1, 8 }, { 1, 2, 9 }, RELOAD_RESTART, CITADEL_ONCE,
    "restart it after a root change", "1.2.8:security/pkg/pki/ca/ca.go" },
{ PART_CITADEL, ANY, { 1, 2, 9 }, { 1, 3, 0 }, RELOAD_ALONE, CITADEL_LATER,
    NULL, "1.2.9:security/pkg/pki/ca/selfsignedcarootcertrotator.go" },
{ PART_CITADEL, ANY, { 1, 3, 0 }, { 1, 3, 5 }, RELOAD_RESTART, CITADEL_ONCE,
    "restart it after a root change", "1.3.4:security/pkg/pki/ca/ca.go" },
{ PART_CITADEL, ANY, { 1, 3, 5 }, { LAST, 0, 0 }, RELOAD_ALONE,
    CITADEL_LATER, NULL,
    "1.3.5:security/pkg/pki/ca/selfsignedcarootcertrotator.go" },
/* what Citadel's secret is mounted into; controlPlaneSecurity is a rule */
{ PART_PILOT, ANY, ALL, RELOAD_ALONE,
    "has nothing to reload", NULL,
    "1.4.10:pilot/pkg/bootstrap/server.go" },
{ PART_MIXER, ANY, ALL, RELOAD_ALONE,
    "has nothing to reload", NULL,
    "1.4.10:pkg/mcp/creds/notifyWatcher.go" },
{ PART_GALLEY, ANY, { 0, 0, 0 }, { 1, 0, 8 }, RELOAD_RESTART,
    "keeps its webhook's certificate", "restart it after a root change",
    "1.1.8:galley/pkg/crd/validation/webhook.go; istio.io, Extending "
    "Self-Signed Certificate Lifetime" },
{ PART_GALLEY, ANY, { 1, 0, 8 }, { 1, 1, 0 }, RELOAD_ALONE,
    "reloads its webhook's certificate", NULL,
    "istio.io, Extending Self-Signed Certificate Lifetime" },
{ PART_GALLEY, ANY, { 1, 1, 0 }, { 1, 1, 8 }, RELOAD_RESTART,
    "keeps its webhook's certificate", "restart it after a root change",
    "1.1.8:galley/pkg/crd/validation/webhook.go" },
{ PART_GALLEY, ANY, { 1, 1, 8 }, { LAST, 0, 0 }, RELOAD_ALONE,
    "reloads its webhook's certificate and caBundle", NULL,
    "1.1.8:galley/pkg/crd/validation/webhook.go" },
{ PART_INJECTOR, ANY, { 0, 0, 0 }, { 1, 0, 8 }, RELOAD_RESTART,
    "keeps the caBundle of its webhook", "restart it after a root change",
    "1.1.8:pilot/cmd/sidecar-injector/main.go; istio.io, Extending "
    "Self-Signed Certificate Lifetime" },
{ PART_INJECTOR, ANY, { 1, 0, 8 }, { 1, 1, 0 }, RELOAD_ALONE,
    "puts the new root into its webhook's caBundle", NULL,
    "istio.io, Extending Self-Signed Certificate Lifetime" },
{ PART_INJECTOR, ANY, { 1, 1, 0 }, { 1, 1, 8 }, RELOAD_RESTART,
    "keeps the caBundle of its webhook", "restart it after a root change",
    "1.1.8:pilot/cmd/sidecar-injector/main.go" },
{ PART_INJECTOR, ANY, { 1, 1, 8 }, { LAST, 0, 0 }, RELOAD_ALONE,
    "puts the new root into its webhook's caBundle", NULL,
    "1.1.8:pilot/cmd/sidecar-injector/main.go (patchCertLoop)" },
{ PART_NODE_AGENT, ANY, ALL, RELOAD_RESTART,
    "reads the root from ConfigMap istio-security once, when it starts",
    "restart the DaemonSet istio-nodeagent after a root change",
    "1.4.10:security/pkg/nodeagent/caclient/client.go" },
/* istiod */
{ PART_ISTIOD, ANY, { 0, 0, 0 }, { 1, 10, 0 }, RELOAD_RESTART,
    "serves the certificate that it made when it started",
    "restart it after a root change",
    "1.9.9:pilot/pkg/bootstrap/server.go" },
{ PART_ISTIOD, ANY, { 1, 10, 0 }, { LAST, 0, 0 }, RELOAD_ALONE,
    "makes itself a new certificate within a minute; restart it before the "
    "old root ends, since it reads its clients' root once",
    NULL, "1.10.0:pilot/pkg/bootstrap/server.go "
    "(watchRootCertAndGenKeyCert); 1.31 (createPeerCertVerifier)" },
};

const size_t reloads_n = sizeof(reloads) / sizeof(reloads[0]);

static int
compare(const struct version *v, int patch, const int with[3])
{
	struct version a = *v, b = { 1, with[0], with[1], with[2] };

	a.patch = patch;
	return version_compare(&a, &b);
}

static const struct reload *
row(enum part part, enum delivery d, const struct version *v, int patch)
{
	const struct reload *r;

	for (r = reloads; r < reloads + reloads_n; r++)
		if (r->part == part &&
		    (r->delivery == ANY || r->delivery == (int)d) &&
		    compare(v, patch, r->from) >= 0 &&
		    compare(v, patch, r->below) < 0)
			return r;
	return NULL;
}

const struct reload *
reload_of(enum part part, enum delivery d, const struct version *v,
    int has_patch)
{
	const struct reload *first, *last;

	if (!v->known)
		return NULL;
	first = row(part, d, v, has_patch ? v->patch : 0);
	last = row(part, d, v, has_patch ? v->patch : LAST - 1);
	return first == last ? first : NULL;
}

int
reload_is_old(const struct version *v, int has_patch)
{
	static const int line0[3] = { 1, 0, 8 }, line1[3] = { 1, 1, 8 };
	const int *floor = v->major == 1 && v->minor == 1 ? line1 : line0;
	int first, last;

	first = compare(v, has_patch ? v->patch : 0, floor) < 0;
	last = compare(v, has_patch ? v->patch : LAST - 1, floor) < 0;
	return first == last ? first : -1;
}
