/* The table of rules; worst first, as records come. */
#include "plugins/proxyver/state.h"

#define HIDES(id) (1u << (id))

const struct pv_rule pv_table[PV_RULES] = {
[PV_UNKNOWN] = { {
	"version-unknown", VERDICT_UNKNOWN,
	"its version is not known: {why}; {next}",
	"A version is not guessed. What is not believed either: "
	"ISTIO_META_ISTIO_PROXY_VERSION, which stands still at 1.0.2 and at "
	"1.1.3 in the images of 1.0 to 1.2, the annotation "
	"sidecar.istio.io/status, whose version is a checksum, and istio.io/"
	"rev, which is a name.",
	"pilot/docker/Dockerfile.proxyv2, tag by tag; issues 9597, 13950, "
	"14263, 15094" },
	0, pv_unknown },
[PV_NO_HOT_RELOAD] = { {
	"no-hot-reload", VERDICT_BAD,
	"it never reloads a new root: it {how}; {next}",
	"pilot-agent 1.1.3 to 1.1.7 watches the certificate files themselves. "
	"The kubelet replaces a mounted Secret by moving a symbolic link, the "
	"files' inodes go, and the watch goes with them: Envoy is never "
	"restarted and goes on with the old root and an old certificate, "
	"until it expires.",
	"1.1.3 and 1.1.7:pilot/pkg/proxy/envoy/watcher.go; issue 14540" },
	HIDES(PV_BELOW_MINIMUM), pv_no_hot_reload },
[PV_TOO_OLD] = { {
	"control-plane-too-old", VERDICT_BAD,
	"Citadel {version} {how}; {next}",
	"Before 1.0.8 and 1.1.8 Citadel's self-signed root lives 365 days, and "
	"Citadel signs with what it read when it started. Istio's guide to "
	"replacing a root begins with upgrading it.",
	"1.0.7, 1.0.8, 1.1.7, 1.1.8:security/cmd/istio_ca/main.go "
	"(defaultSelfSignedCACertTTL); issue 14510; istio.io, Extending "
	"Self-Signed Certificate Lifetime" },
	HIDES(PV_RESTART) | HIDES(PV_BELOW_MINIMUM), pv_too_old },
[PV_BELOW_MINIMUM] = { {
	"below-minimum", VERDICT_WARN,
	"{version} is below {minimum}, which {who}; upgrade it",
	"Istio's guide asks for sidecars of 1.0.8 or later, in the line of 1.1 "
	"for 1.1.8 or later, before a root is replaced. --min asks for more, "
	"of the control plane too.",
	"istio.io, Extending Self-Signed Certificate Lifetime" },
	0, pv_below_minimum },
[PV_RESTART] = { {
	"restart-needed", VERDICT_WARN,
	"it does not learn a new root by itself: it {how}; {next}",
	"It does not learn a new root by itself. Until it is restarted it goes "
	"on with the old one, which is fine as long as that is valid, and no "
	"longer.",
	"1.4.10:security/pkg/nodeagent/caclient/client.go (node agent); "
	"ztunnel pull request 1775; 1.9.9:pilot/pkg/bootstrap/server.go "
	"(istiod); security/pkg/pki/ca/selfsignedcarootcertrotator.go "
	"(Citadel), tag by tag; 1.1.8:pilot/cmd/sidecar-injector/main.go and "
	"galley/pkg/crd/validation/webhook.go" },
	0, pv_restart },
[PV_NO_SIDECAR] = { {
	"pilot-without-sidecar", VERDICT_WARN,
	"Pilot has no sidecar and controlPlaneSecurity {is}: it reads its "
	"certificate and its clients' root once, so restart it after a root "
	"change",
	"With a sidecar, that terminates TLS for Pilot and reloads; without "
	"one Pilot does it itself, and loads everything when it starts. With "
	"controlPlaneSecurity off neither matters.",
	"1.1.8 to 1.4.10:pilot/pkg/bootstrap/server.go "
	"(initSecureGrpcServer)" },
	HIDES(PV_SECURED), pv_no_sidecar },
[PV_SECURED] = { {
	"control-plane-security", VERDICT_WARN,
	"controlPlaneSecurity {is}, and {part} reads the root of its MCP "
	"connections once, so restart it after a root change",
	"Galley, Pilot and Mixer speak MCP over mutual TLS then. They watch "
	"their certificate and key for changes, and not the root.",
	"1.4.10:pkg/mcp/creds/notifyWatcher.go" },
	0, pv_secured },
};

#define ROW(id)	&pv_table[id].rule

const struct rule *const pv_rules[] = {
	ROW(PV_NO_HOT_RELOAD), ROW(PV_BELOW_MINIMUM), ROW(PV_RESTART),
	ROW(PV_UNKNOWN), ROW(PV_NO_SIDECAR), ROW(PV_SECURED), ROW(PV_TOO_OLD),
	NULL
};
