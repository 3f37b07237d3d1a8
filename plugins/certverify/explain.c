/* The pages of --explain: why each rule matters, and what to do. */
#include "plugins/certverify/certverify.h"

const struct rule_page cv_pages[] = {
{
	"expired",
	"Its peers refuse it now. That nobody renewed it means that the next "
	"ones may follow.",
	"Is Citadel or istiod running, and does its log show errors of "
	"signing? Mend that first. Then delete the secret, or restart the "
	"pod, for a new certificate."
},
{
	"not-yet-valid",
	"Peers refuse it until its day comes. All certificates of that CA "
	"from the same hour are likely to be so.",
	"Compare the clock of the CA's node with the others'. Put it right, "
	"then delete the secret or restart the pod."
},
{
	"key-mismatch",
	"A proxy that loads it does not start; one that runs goes on with the "
	"old pair until a restart.",
	"Delete the secret and see that Citadel makes a new one within a "
	"minute; then restart pods that do not pick it up."
},
{
	"identity-mismatch",
	"Authorization goes by this name: the workload is refused what it may "
	"do, or may do what another may. If nobody copied the secret by "
	"mistake, treat it as an intrusion.",
	"Delete the secret; Citadel makes one for the right account. Find out "
	"who wrote it: managedFields and the audit log."
},
{
	"chain-invalid",
	"Peers that verify it refuse the connection. If many records say the "
	"same, it is the root or an intermediate; if it is one, it is this "
	"workload.",
	"See what the message says of who refuses at which certificate. For a "
	"plugged-in CA see rootcheck's chain-broken; else delete the secret "
	"or restart the pod."
},
{
	"go-rejects",
	"Traffic between proxies goes on, so nobody notices; but this "
	"workload gets no configuration from Pilot or istiod, and webhooks "
	"may be refused.",
	"Compare the subject's bytes: a root of the same key with the old "
	"spelling mends it at once. kubectl istio rotate writes it."
},
{
	"openssl-rejects",
	"Checks written in Go call it fine, and proxies, which are BoringSSL, "
	"refuse it.",
	"See that root and leaf agree in their key identifiers. After a root "
	"with another one, every leaf must be issued anew: restart the pods, "
	"or put the old root back by kubectl istio rotate --rollback."
},
{
	"root-not-trusted",
	"It breaks as soon as its peers are renewed, one after the other, "
	"within hours or days of a root's change. It looks like random "
	"failures first.",
	"Secrets: see that Citadel runs and is allowed to write. ConfigMaps: "
	"istiod's log. Running pods of istiod's: restart them. If the CA has "
	"a new key that nobody trusts, do not restart anything: see rotate's "
	"unknown-key."
},
{
	"trust-missing",
	"Pods that run go on. A new one in this namespace gets no certificate "
	"and does not become ready.",
	"Is the namespace left out by discoverySelectors, as you want it? "
	"Else see istiod's log for namespace-controller, and its right to "
	"create ConfigMaps."
},
{
	"expired-twin",
	"Envoy takes the first one that fits, expired or not, and then "
	"refuses every peer. OpenSSL and Go show no fault.",
	"Take the expired certificate out of the bundle where it is made: "
	"cacerts' root-cert.pem, or the trust bundle's source."
},
{
	"webhook-stale",
	"The next pod that starts may get no sidecar or not start at all, "
	"just when you restart things to mend the rest.",
	"Restart whoever patches it (istiod; the sidecar injector or Galley "
	"with Citadel) and look again. If a manifest in git sets the "
	"caBundle, take it out of there."
},
{
	"pair-fails",
	"Each is healthy alone, so no check of one of them finds it; calls "
	"between the two fail, and only those.",
	"Find out which of both has the older root, by the records of either, "
	"and renew that one: delete its secret, or restart its pods."
},
{
	"stale-root",
	"Nothing fails before the older root ends. Whoever still has it then, "
	"fails.",
	"Wait for Citadel (minutes) or for the next renewal (12 hours with "
	"istiod), with --wait. Who does not follow: restart its pods."
},
{
	"outlives-issuer",
	"Its own date is no comfort: on the issuer's last day it is refused "
	"as well.",
	"Renew the root or the intermediate now (rootcheck names it); leaves "
	"follow by themselves."
},
{
	"expires-soon",
	"It should have been replaced long ago, so renewal is broken, and "
	"others will be here soon.",
	"Is Citadel running, may it write secrets, does it manage this "
	"namespace? Delete the secret to see whether it makes another."
},
{
	"orphan",
	"Its date means nothing: no proxy loads it. It is a private key that "
	"lies about.",
	"Delete it when no pod mounts it any more (kubectl get pods -A -o "
	"json, volumes)."
},
{
	"opted-out",
	"Citadel will never renew it. It is in order only as long as nothing "
	"there uses the mesh.",
	"If workloads there do use mutual TLS, label the namespace "
	"ca.istio.io/override=true. Before a rotation see rotate's "
	"unmanaged-namespace."
},
{
	"service-account-gone",
	"Nothing can run with it, so its state does no harm.",
	"Delete the secret."
},
{
	"foreign-ca",
	"A rotation of the mesh's root does not touch it, and does not renew "
	"it.",
	"Watch that CA's dates for themselves. If it is not meant, see how "
	"istiod is told: PILOT_CERT_PROVIDER, istiod-tls."
},
{
	"envoy-stale-root",
	"The secret or the ConfigMap is right, and the process is not: every "
	"check of objects is green while this proxy refuses its renewed peers.",
	"Restart the pod. If many are so, see proxyver for no-hot-reload, and "
	"restart them by their controllers."
},
{
	"envoy-stale-leaf",
	"When the certificate that it serves expires, callers refuse this "
	"pod, whatever the secret holds by then.",
	"Restart the pod. If it comes again, upgrade the sidecar: see "
	"proxyver."
},
{
	"not-asked",
	"It may be well or it may be the one that breaks: nobody looked.",
	"Do what the message says, mostly a right (pods/exec), a pod that is "
	"not ready, or --bundle; or look yourself: kubectl exec POD -c "
	"istio-proxy -- pilot-agent request GET certs."
},
{ NULL, NULL, NULL }
};
