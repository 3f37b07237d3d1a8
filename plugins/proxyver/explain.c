/* The pages of --explain: why each rule matters, and what to do. */
#include "plugins/proxyver/proxyver.h"

const struct rule_page pv_pages[] = {
{
	"version-unknown",
	"An old proxy may hide behind it: one that never reloads a root, and "
	"is found out when the old root ends.",
	"Run the command of the message (kubectl exec ... pilot-agent, or "
	"envoy --version). Give images a tag that says the version; a digest "
	"alone does not."
},
{
	"no-hot-reload",
	"Once the root has changed and the old one has ended, this proxy "
	"fails, and everything that it stands before. Nothing in its log says "
	"so earlier.",
	"Upgrade the sidecar to 1.1.8 or later. If that cannot be tonight: "
	"restart the pod after the root has changed, and before the old one "
	"ends."
},
{
	"control-plane-too-old",
	"A Citadel like this can put the old root back after you replaced it, "
	"and makes roots of one year.",
	"Upgrade Citadel to 1.0.8 or 1.1.8 first, then replace the root, then "
	"restart it once more."
},
{
	"below-minimum",
	"Such sidecars were not tested with a root that changes, and Istio's "
	"own guide does not promise that they follow.",
	"Upgrade it: inject again and restart the pod. For --min it is your "
	"own limit, and says nothing of roots."
},
{
	"restart-needed",
	"It goes on with the old root as long as that is valid, so nothing "
	"seems wrong after the change. It fails when the old one ends.",
	"Change the root first, wait until it is everywhere (certverify "
	"--wait), then restart what the message names, well before the old "
	"root's last day."
},
{
	"pilot-without-sidecar",
	"After the change of a root Pilot refuses proxies with new "
	"certificates, or they refuse it: the mesh stands still with the "
	"configuration that it has.",
	"kubectl rollout restart deployment istio-pilot -n istio-system, once "
	"the new root is in its secret."
},
{
	"control-plane-security",
	"Configuration stops to flow between Galley, Pilot and Mixer, without "
	"an error in any workload: what is deployed afterwards never takes "
	"effect.",
	"Restart the part in the message after the root has changed: Galley "
	"first, then Pilot, then Mixer."
},
{ NULL, NULL, NULL }
};
