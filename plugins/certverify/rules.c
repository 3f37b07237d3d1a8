/* The table of rules; worst first, as records come. */
#include "plugins/certverify/state.h"

const struct rule cv_table[V_RULES] = {
[V_EXPIRED] = {
	"expired", VERDICT_BAD,
	"its certificate has expired on {date}; find out why it was not "
	"renewed ({who}), and restart what still uses it",
	"Citadel renews at half the life, the agent's SDS too, so an expired "
	"certificate means that nobody renews it any more.",
	"RFC 5280 section 4.1.2.5; 1.4.10:security/pkg/k8s/controller/"
	"workloadsecret.go" },
[V_NOT_YET_VALID] = {
	"not-yet-valid", VERDICT_BAD,
	"its certificate is not valid yet; compare the clock of the CA with "
	"the nodes'",
	"A certificate from the future: the CA's clock was ahead when it "
	"signed. From 1.11 on leaves begin two minutes in the past.",
	"RFC 5280 section 4.1.2.5; issues 29379, 25108, 32176" },
[V_KEY_MISMATCH] = {
	"key-mismatch", VERDICT_BAD,
	"its private key {how}; delete the secret, and Citadel makes another",
	"Nothing that loads this pair can start or shake hands. Compared are "
	"the public halves, and of an RSA key whether its parts hold "
	"together: Go and BoringSSL refuse one whose parts do not, which "
	"OpenSSL loads.",
	"RFC 8017 section 3.2; crypto/rsa PrivateKey.Validate; BoringSSL "
	"RSA_check_key" },
[V_IDENTITY] = {
	"identity-mismatch", VERDICT_BAD,
	"its certificate {how}; it must name namespace {ns} and service "
	"account {account} and nothing else; delete the secret, and Citadel "
	"makes another",
	"Peers authorize by the SPIFFE identity, the one URI in the "
	"certificate. A pair that was copied from another namespace speaks "
	"for that one.",
	"SPIFFE X509-SVID section 2; 1.4.10:pkg/spiffe/spiffe.go" },
[V_CHAIN_INVALID] = {
	"chain-invalid", VERDICT_BAD,
	"its chain does not validate under {against}: {who} says: {why} "
	"({where}); {next}",
	"Every verifier of the mesh, or Envoy and Go at least, would refuse "
	"it. Validated is the whole path, as a client and as a server, each "
	"signature verified: text that looks alike is no proof.",
	"RFC 5280 section 6; X509_verify_cert(3); crypto/x509 Verify" },
[V_GO_REJECTS] = {
	"go-rejects", VERDICT_BAD,
	"under {against} {yes} {what}, but everything written in Go (Pilot, "
	"istiod, pilot-agent, the API server) refuses it: {why} ({where}); "
	"{next}",
	"Go compares names byte for byte, takes no SHA-1, and wants CA:TRUE "
	"in an anchor. A root that was made anew with openssl has its subject "
	"in UTF8String where Istio's has PrintableString: Envoy goes on, and "
	"what is in Go breaks.",
	"crypto/x509/verify.go (isValid, RawIssuer); istio/tools:bin/"
	"root-transition.sh" },
[V_OPENSSL_REJECTS] = {
	"openssl-rejects", VERDICT_BAD,
	"under {against} Go accepts {what}, but {who} refuses it: {why} "
	"({where}); {next}",
	"BoringSSL and OpenSSL want the key identifiers to agree where both "
	"are there, look no further once an issuer was found, and end a path "
	"at a self-signed certificate only. Go does none of this.",
	"crypto/x509/v3_purp.c (X509_check_akid), x509_vfy.c" },
[V_NOT_TRUSTED] = {
	"root-not-trusted", VERDICT_BAD,
	"it does not trust {force}: {how}; {next}",
	"Asked is whether a certificate that the CA issues today would "
	"validate here. It would not, so whoever holds this refuses every "
	"peer that was renewed since.",
	"RFC 5280 section 6; issues 21009, 44600, 36723, 46494" },
[V_TRUST_MISSING] = {
	"trust-missing", VERDICT_BAD,
	"namespace {ns} has no {name}: pods that start there do not trust "
	"istiod; look into istiod's log, and at its rights",
	"istiod writes its root into every namespace that it serves, and the "
	"agents of pods there read it to talk to istiod.",
	"1.31:pilot/pkg/serviceregistry/kube/controller/"
	"namespacecontroller.go; issues 24931, 26259, 57651" },
[V_EXPIRED_TWIN] = {
	"expired-twin", VERDICT_BAD,
	"it holds an expired certificate of a root beside a valid one of the "
	"same name and key; take the expired one out: Envoy takes whichever "
	"comes first",
	"BoringSSL takes the first issuer that fits, without a look at its "
	"dates. Whether it works hangs on the order.",
	"BoringSSL crypto/x509/x509_lu.c (X509_STORE_CTX_get1_issuer)" },
[V_WEBHOOK_STALE] = {
	"webhook-stale", VERDICT_BAD,
	"the caBundle of webhook {hook} {how}, so the API server cannot call "
	"it; {next}",
	"The API server verifies the webhook's server with the caBundle and "
	"nothing else. With a stale one no pod is injected, or no "
	"configuration is accepted, and restarts during an outage fail, too.",
	"issues 14517, 5947, 6186, 37120, 60774" },
[V_PAIR_FAILS] = {
	"pair-fails", VERDICT_BAD,
	"{refuser} refuses the certificate of {other}: {who} says: {why}; so "
	"do all workloads like them; bring both onto one root",
	"Each of them is in order by itself, and together they cannot talk. "
	"Workloads are compared by class: the same profile of certificate, "
	"the same signer, the same intermediates, the same trust anchors.",
	"RFC 5280 section 6; X509_verify_cert(3)" },
[V_STALE_ROOT] = {
	"stale-root", VERDICT_WARN,
	"it does not hold {force} but one with the same name and key, good "
	"until {date}; {next}",
	"Same key, same name, same key identifier: certificates of both are "
	"accepted under either, until the older one ends.",
	"1.4.10:security/pkg/pki/ca/selfsignedcarootcertrotator.go; pull "
	"request 17330" },
[V_OUTLIVES] = {
	"outlives-issuer", VERDICT_WARN,
	"its certificate lives until {date}, but its issuer {issuer} only "
	"until {until}, and with that it ends, too; renew the issuer first",
	"Istio does not shorten a leaf to its issuer's life before 1.31.",
	"issues 18990, 59766, 59768" },
[V_EXPIRES_SOON] = {
	"expires-soon", VERDICT_WARN,
	"its certificate expires on {date}; it should have been renewed long "
	"ago: see that {who} is running",
	"Citadel renews a secret at half its life, 45 days by default.",
	"1.4.10:security/cmd/istio_ca/main.go (workloadCertGracePeriodRatio)"
	},
[V_ORPHAN] = {
	"orphan", VERDICT_OK,
	"left over from Citadel: with istiod nobody uses it or renews it; "
	"delete it when no pod mounts it any more",
	"istiod hands certificates to the proxies itself, and never looks at "
	"secrets of this type.",
	"1.5.0:pilot/pkg/bootstrap/istio_ca.go" },
[V_OPTED_OUT] = {
	"opted-out", VERDICT_OK,
	"its namespace opted out of Citadel: it is nobody's to renew, or it "
	"would be {finding}",
	"Labels ca.istio.io/override and ca.istio.io/env, and Citadel's own "
	"default. Citadel 1.3.0 to 1.4.8 deletes such secrets once the root "
	"differs; 1.4.9 and 1.4.10 leave them.",
	"1.4.10:security/pkg/k8s/controller/workloadsecret.go "
	"(namespaceIsManaged, scrtUpdated)" },
[V_ACCOUNT_GONE] = {
	"service-account-gone", VERDICT_OK,
	"its service account {account} is gone, so nothing can run with it, "
	"or it would be {finding}; delete the secret",
	"Citadel deletes the secret of an account when it sees the account "
	"go; one that it missed stays.",
	"1.4.10:security/pkg/k8s/controller/workloadsecret.go (saDeleted)" },
[V_FOREIGN_CA] = {
	"foreign-ca", VERDICT_OK,
	"the caBundle of webhook {hook} is another CA's on purpose: {how}",
	"Chiron (1.4), PILOT_CERT_PROVIDER and istiod-tls have the webhook's "
	"server certificate signed by another CA, the cluster's own for one.",
	"1.4.10:security/pkg/k8s/chiron; 1.31:pilot/pkg/bootstrap/server.go"
	},
[V_ENVOY_ROOT] = {
	"envoy-stale-root", VERDICT_BAD,
	"it holds {what}; {how}; {next}",
	"What a proxy has loaded is not always what its secret says: 1.1.3 to "
	"1.1.7 stop to look, and others need a restart. It is a warning if "
	"the root that it holds has the same name and key, which does until "
	"that ends, or if it is left over in a listener beside the root in "
	"force.",
	"1.1.3 and 1.1.7:pilot/pkg/proxy/envoy/watcher.go; issue 14540; envoy "
	"issues 4661, 39985" },
[V_ENVOY_LEAF] = {
	"envoy-stale-leaf", VERDICT_WARN,
	"it serves a certificate {mine}, good until {date}, but its secret "
	"{secret} has one of {since}; {how}; {next}",
	"The secret was renewed and the proxy did not load it: it goes on "
	"with the old certificate until that expires, and with the old root.",
	"1.1.3 and 1.1.7:pilot/pkg/proxy/envoy/watcher.go; issue 14540" },
[V_NOT_ASKED] = {
	"not-asked", VERDICT_UNKNOWN,
	"{why}; {next}",
	"What the proxy holds could not be learned, or not well enough: it "
	"did not answer, it has no certificate of the mesh yet, or /certs "
	"does not tell, since it lists only the first root of a bundle.",
	"envoy issue 4661; 1.0.8:pilot/cmd/pilot-agent/request.go" },
};

#define ROW(id)	&cv_table[id]

const struct rule *const cv_rules[] = {
	ROW(V_NOT_TRUSTED), ROW(V_STALE_ROOT), ROW(V_CHAIN_INVALID),
	ROW(V_GO_REJECTS), ROW(V_OPENSSL_REJECTS), ROW(V_KEY_MISMATCH),
	ROW(V_IDENTITY), ROW(V_EXPIRED), ROW(V_NOT_YET_VALID),
	ROW(V_EXPIRES_SOON), ROW(V_OUTLIVES), ROW(V_EXPIRED_TWIN),
	ROW(V_TRUST_MISSING), ROW(V_WEBHOOK_STALE), ROW(V_FOREIGN_CA),
	ROW(V_ORPHAN), ROW(V_OPTED_OUT), ROW(V_ACCOUNT_GONE),
	ROW(V_PAIR_FAILS), ROW(V_ENVOY_ROOT), ROW(V_ENVOY_LEAF),
	ROW(V_NOT_ASKED), NULL
};
