/* The pages of --explain: why each rule matters, and what to do. */
#include "plugins/rootcheck/rootcheck.h"

const struct rule_page rc_pages[] = {
{
	"expired",
	"Nothing that chains to it is accepted any more: proxies refuse each "
	"other, and a CA that restarts now exits instead of starting. A "
	"webhook's ends injection or configuration.",
	"Leave Citadel or istiod running. The root of a self-signed CA: sign "
	"it anew with its key (kubectl istio rotate). A plugged-in one: have "
	"its own CA issue it again, and put it into cacerts. A webhook's: see "
	"that whoever patches it runs."
},
{
	"expires-critical",
	"On that day every connection that hangs on it fails at once, at the "
	"same second in the whole mesh, and no component says a word before.",
	"Act today. A self-signed root: kubectl istio rotate prints the "
	"steps. A plugged-in one: ask the CA above it for a new certificate. "
	"Then see by certverify that everyone has it."
},
{
	"expires-soon",
	"A new root needs time to reach everyone: leaves of istiod's are "
	"renewed within 12 hours, mounted secrets within minutes, and what "
	"reads its root once only when it is restarted.",
	"Plan the change now, while old and new can live side by side: "
	"kubectl istio rotate for a self-signed root, the CA above it for "
	"another."
},
{
	"not-yet-valid",
	"Proxies whose clock says that it is too early refuse it, and a CA "
	"that restarts meanwhile exits. It can last as many hours as a time "
	"zone is wide.",
	"Compare the clocks first: this machine's, the CA's, the nodes'. If "
	"it is minutes, wait. If it is hours, put the former certificate of "
	"the same key back while that is still valid, or issue it again by a "
	"right clock."
},
{
	"clock-skew",
	"All days here are counted by this machine's clock, and so are the "
	"dates of a root that is signed here. One that begins in the future "
	"breaks each handshake until then.",
	"Set this machine's clock (NTP), or run the check where the clock is "
	"right. If it is the API server's that is off, look at the nodes', "
	"too."
},
{
	"weak-signature",
	"The mesh goes on until it is upgraded to Istio 1.14. Then everything "
	"in Go refuses what is signed like this: istiod, the agents, the API "
	"server's webhooks.",
	"Before that upgrade, issue it again with SHA-256. It often comes "
	"from LibreSSL's openssl, as macOS has it: name -sha256 on the "
	"command line."
},
{
	"weak-key",
	"Some verifiers refuse such keys today, and others after an update of "
	"theirs, so it may fail at a bad moment. The key cannot be mended by "
	"a new certificate.",
	"Make a new CA key, RSA of 2048 bits or P-256, and trust it "
	"everywhere beside the old one before it signs anything."
},
{
	"not-a-ca",
	"Which half of the mesh works is decided by the library in use. Envoy "
	"takes it, and Pilot or istiod do not: proxies talk to each other and "
	"get no configuration.",
	"Issue it with basicConstraints CA:TRUE, critical, same key and same "
	"subject, and put it where this one is."
},
{
	"no-key-usage",
	"Nothing fails by this today. It is how a root looks that was renewed "
	"by the old script or by hand, whose name may then be spelled "
	"otherwise than its leaves have it, which certverify shows as "
	"go-rejects.",
	"Nothing tonight. The next root that kubectl istio rotate signs has "
	"it again."
},
{
	"no-cert-sign",
	"OpenSSL and BoringSSL refuse every leaf under it: Envoy is "
	"BoringSSL, so no proxy accepts another.",
	"Issue the certificate again with keyCertSign in its keyUsage, same "
	"key and same subject."
},
{
	"key-mismatch",
	"The CA that runs has the right pair in memory and goes on. The next "
	"restart ends it: a drain or an update is enough.",
	"Do not restart the CA. Put the pair back that belongs together, from "
	"a backup, with kubectl replace; then run this again."
},
{
	"chain-broken",
	"Leaves carry this chain, so whoever gets it has no way from the leaf "
	"to the root. istiod refuses to start with it.",
	"cert-chain.pem begins with ca-cert.pem's issuer, or itself, and each "
	"certificate is signed by the next one, up to root-cert.pem. Put them "
	"in this order, then restart istiod."
},
{
	"path-length",
	"Everyone who verifies counts the CAs below, finds one too many, and "
	"refuses the leaf.",
	"Ask the CA above for a certificate with a greater pathlen, or with "
	"none, or sign leaves with this CA itself."
},
{
	"outlives-issuer",
	"Whoever looks at this certificate alone plans for the wrong day: "
	"with its issuer's end, it is refused as well.",
	"Renew the issuer first, by the CA above it, and then this one. Go by "
	"the earlier date until then."
},
{
	"not-a-certificate",
	"A root that somebody meant to add is not trusted, or a key has got "
	"where certificates belong.",
	"Look at the block's label. openssl x509 -in FILE -out FILE2, without "
	"-trustout, makes a CERTIFICATE of a TRUSTED one. Anything else: take "
	"it out."
},
{
	"key-in-public",
	"If it is the CA's key, whoever can read this can be every workload "
	"of the mesh. Taking it out does not undo that.",
	"Take it out now. Then find out what it is the key of: openssl pkey "
	"-pubout, and compare. Is it the CA's, make a new CA with a new key; "
	"a re-signed root does not help."
},
{
	"duplicate",
	"Nothing fails. It doubles what is sent to every namespace, and the "
	"next append doubles it again, until a ConfigMap's or an annotation's "
	"limit is met.",
	"Take one of them out when you next change the bundle, and see what "
	"appends to it."
},
{
	"same-subject-no-key-id",
	"Envoy takes the first certificate of that name, sees the signature "
	"fail, and looks no further. Which leaves fail hangs on the order in "
	"the bundle.",
	"Give the new root another subject. Until then keep the root first "
	"that signs most of the leaves, and take out what nobody needs."
},
{
	"expired-twin",
	"Envoy may take the expired one for the issuer although a valid one "
	"is there, and refuses every peer. OpenSSL and Go show no fault: a "
	"check with them is green.",
	"Take the expired certificate out of the bundle. Order does not help "
	"for certain."
},
{
	"aki-pins-issuer",
	"All is well until the issuer is renewed with the same key, which is "
	"what a rotation does. Then Envoy and OpenSSL refuse this one.",
	"Have it issued again with a key identifier only (openssl: "
	"authorityKeyIdentifier=keyid), before the issuer is renewed."
},
{
	"incomplete-cacerts",
	"The version decides what happens at the next restart: an older "
	"istiod may sign by another CA than you think, a newer one does not "
	"start.",
	"Put all four files in, from where the CA is kept. Was it left by "
	"mistake and self-signed is meant: delete the secret, and do not "
	"restart istiod in between."
},
{
	"latent-cacerts",
	"It waits like a mine: at a restart that nobody planned, the mesh "
	"gets another root, and workloads with the old one refuse the new.",
	"If it is meant: see that both roots are trusted everywhere (a "
	"root-cert.pem with both), then restart istiod on purpose. If not: "
	"delete the secret."
},
{
	"leftover-ca",
	"Nothing hangs on it, so its dates are no alarm. But it holds a CA "
	"key, and it is what would come into force again.",
	"Keep it while you may want to go back; else save it where only you "
	"can read it, and delete it."
},
{
	"external-ca",
	"A rotation of Istio's would change nothing here, and the dates that "
	"count are kept elsewhere.",
	"Watch the root where it is kept (cert-manager, a cloud's CA), and "
	"use certverify to see whether everyone has it."
},
{
	"gitops-owner",
	"A rotation would be undone at the next sync, at any hour, and the "
	"old root may be expired by then.",
	"Take the secret out of the tool's hands (Argo CD: ignoreDifferences; "
	"Flux: suspend; Helm: out of the chart), then rotate."
},
{
	"mtls-off",
	"Workloads talk without certificates now, so an expired root would "
	"not show in traffic. It shows the day that somebody turns mutual TLS "
	"on.",
	"Treat the other records as if it were on. Rotate before it is turned "
	"on."
},
{
	"auto-rotates",
	"You may have nothing to do: Istio signs the root anew by itself. But "
	"it tells nobody, and 1.2.9, 1.2.10, 1.3.5, 1.3.6 and 1.4.0 to 1.4.2 "
	"change the root's organization by it (issue 19644), which breaks "
	"handshakes.",
	"Look again after the date in the message. If the root has not "
	"changed, read the CA's log, or do it by kubectl istio rotate."
},
{
	"self-signature",
	"What is stored is not what the CA signs with, or it was damaged on "
	"its way. Verifiers do not notice until the names or the key do not "
	"fit.",
	"Compare its SHA-256 with a backup's, or of what workloads hold "
	"(certverify). Put the right certificate back before the CA restarts."
},
{
	"first-break",
	"It is the one date to put into a calendar: everything else here ends "
	"later.",
	"See the record that it names for what to do. Use --warn with the "
	"time that you need to plan."
},
{ NULL, NULL, NULL }
};
