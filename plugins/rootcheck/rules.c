/*
 * The rules, in the order of the contract.  Adding a rule is adding a row
 * here and its check.  Sources are paths in istio/istio at the tag before the
 * colon, "issue N" is istio/istio's.
 */
#include "plugins/rootcheck/state.h"

#define CERTS	(ROLE(ROLE_ROOT) | ROLE(ROLE_INTERMEDIATE) | \
		    ROLE(ROLE_TRUST) | ROLE(ROLE_WEBHOOK))
#define CAS	(ROLE(ROLE_ROOT) | ROLE(ROLE_INTERMEDIATE) | ROLE(ROLE_TRUST))
#define SIGNERS	(ROLE(ROLE_ROOT) | ROLE(ROLE_INTERMEDIATE))
#define ANCHORS	(ROLE(ROLE_ROOT) | ROLE(ROLE_TRUST))

const struct rc_rule rc_table[R_RULES] = {
[R_EXPIRED] = { {
	"expired", VERDICT_BAD,
	"{what} expired on {date}; {next}",
	"Every handshake that needs this certificate fails. Do not restart a "
	"CA whose root has expired before the secret is put right: Citadel "
	"and istiod refuse to start with it, while a running one goes on "
	"from memory.",
	"RFC 5280 section 4.1.2.5; 1.4.10:security/pkg/pki/util/"
	"keycertbundle.go (Verify); issues 14516, 25108" },
	ON_CERT, CERTS,
	HIDES(R_EXPIRES_CRITICAL) | HIDES(R_EXPIRES_SOON), rc_expired },
[R_EXPIRES_CRITICAL] = { {
	"expires-critical", VERDICT_BAD,
	"{what} expires on {date}, in {left}; {next}",
	"The remaining life is at most --crit (7d unless given).",
	"issue 14516: nothing in any log says so before the mesh is down" },
	ON_CERT, CERTS, HIDES(R_EXPIRES_SOON), rc_expires_critical },
[R_EXPIRES_SOON] = { {
	"expires-soon", VERDICT_WARN,
	"{what} expires on {date}, in {left}; {next}",
	"The remaining life is at most --warn (30d unless given).",
	"issue 14516" },
	ON_CERT, CERTS, 0, rc_expires_soon },
[R_NOT_YET_VALID] = { {
	"not-yet-valid", VERDICT_BAD,
	"{what} is not valid before {date}; wait, or issue it again with an "
	"earlier notBefore",
	"A certificate made on a machine whose clock or time zone is ahead "
	"is refused until then by everyone, and Go calls it \"expired or not "
	"yet valid\". Do not restart the CA meanwhile.",
	"RFC 5280 section 4.1.2.5; issues 29379, 32176" },
	ON_CERT, CERTS, 0, rc_not_yet_valid },
[R_CLOCK_SKEW] = { {
	"clock-skew", VERDICT_WARN,
	"this machine's clock is {skew} seconds {way} of the API server's; set "
	"it right, the days above are counted by it",
	"The API server's clock is the Date of its answers; 30 seconds are "
	"allowed for. Needs a cluster: over files there is no other clock to "
	"compare with.",
	"issues 29379, 32176" },
	ON_MESH, ROLE(ROLE_MESH), 0, rc_clock_skew },
[R_WEAK_SIGNATURE] = { {
	"weak-signature", VERDICT_WARN,
	"it is signed with {digest}, which Go refuses from 1.18 on (Istio "
	"1.14); issue it again with SHA-256 or better",
	"On a self-signed root nobody checks the signature, but what was "
	"made by the same tool usually has it too, and there it counts.",
	"Go 1.18 release notes, crypto/x509; issues 38049, 42178" },
	ON_CERT, CERTS, 0, rc_weak_signature },
[R_WEAK_KEY] = { {
	"weak-key", VERDICT_WARN,
	"its key is {kind} with {bits} bits; plan a CA with RSA 2048, P-256 or "
	"better",
	"Envoy refuses RSA keys under 2048 bits for its own certificate, and "
	"OpenSSL does from security level 2 on.",
	"NIST SP 800-57 part 1, table 2; Envoy 1.9 release notes; issue "
	"41993" },
	ON_CERT, CERTS, 0, rc_weak_key },
[R_NOT_A_CA] = { {
	"not-a-ca", VERDICT_BAD,
	"{how}, so Go and OpenSSL accept nothing that it has issued; replace "
	"it with a CA certificate",
	"BoringSSL (Envoy) does accept such a trust anchor, so proxies may "
	"talk to each other while istiod refuses them.",
	"RFC 5280 section 4.2.1.9" },
	ON_CERT, CAS, HIDES(R_NO_KEY_USAGE) | HIDES(R_NO_CERT_SIGN),
	rc_not_a_ca },
[R_NO_KEY_USAGE] = { {
	"no-key-usage", VERDICT_WARN,
	"it has no keyUsage extension, as Istio's own roots do; put it back "
	"(critical, keyCertSign) at the next re-sign",
	"Verifiers accept a CA without keyUsage, RFC 5280 asks for it, and "
	"it is the mark that the old transition script leaves.",
	"RFC 5280 section 4.2.1.3; 1.0.0:security/pkg/pki/util/"
	"generate_cert.go" },
	ON_CERT, CAS, 0, rc_no_key_usage },
[R_NO_CERT_SIGN] = { {
	"no-cert-sign", VERDICT_BAD,
	"its keyUsage lacks keyCertSign, so OpenSSL and BoringSSL accept "
	"nothing that it has issued; replace it",
	"A keyUsage that is there must allow what the certificate is used "
	"for.",
	"RFC 5280 section 4.2.1.3" },
	ON_CERT, CAS, 0, rc_no_cert_sign },
[R_KEY_MISMATCH] = { {
	"key-mismatch", VERDICT_BAD,
	"{key} {how}; the CA will not start with this pair, restore the right "
	"one before anything restarts it",
	"The public halves are compared, and whether the parts of an RSA key "
	"hold together; the key is wiped at once.",
	"1.4.10:security/pkg/pki/util/keycertbundle.go (Verify)" },
	ON_CERT, SIGNERS, 0, rc_key_mismatch },
[R_CHAIN_BROKEN] = { {
	"chain-broken", VERDICT_BAD,
	"the chain to root-cert.pem does not hold for {who}: {why} (at "
	"{where}); put the right cert-chain.pem and root-cert.pem together",
	"Judged as Go (istiod, when it loads cacerts) and BoringSSL (Envoy, "
	"at each handshake) do it, dates left aside.",
	"RFC 5280 section 6.1; 1.4.10:security/pkg/pki/util/"
	"keycertbundle.go (Verify)" },
	ON_CERT, SIGNERS, 0, rc_chain_broken },
[R_PATH_LENGTH] = { {
	"path-length", VERDICT_BAD,
	"its pathlen of {pathlen} does not allow the CAs below it; issue it "
	"again with room for them",
	"pathlen counts the CA certificates that may follow below, the leaf "
	"not counted.",
	"RFC 5280 section 4.2.1.9" },
	ON_CERT, SIGNERS, HIDES(R_CHAIN_BROKEN), rc_path_length },
[R_OUTLIVES_ISSUER] = { {
	"outlives-issuer", VERDICT_WARN,
	"it outlives its issuer '{issuer}', which ends on {date}; that date "
	"counts, renew the issuer first",
	"A chain is valid only while all of it is.",
	"RFC 5280 section 6.1.3; issues 18990, 59768" },
	ON_CERT, ROLE(ROLE_INTERMEDIATE), 0, rc_outlives_issuer },
[R_NOT_A_CERTIFICATE] = { {
	"not-a-certificate", VERDICT_WARN,
	"a PEM block '{label}' stands among the certificates and is ignored; "
	"take it out, or turn it into a CERTIFICATE block if it should count",
	"Go reads only blocks labelled CERTIFICATE: a TRUSTED CERTIFICATE, "
	"as openssl x509 -trustout writes it, is skipped without a word.",
	"RFC 7468 section 5; 1.4.10:security/pkg/pki/util/crypto.go" },
	ON_BLOCK, CERTS, 0, rc_not_a_certificate },
[R_KEY_IN_PUBLIC] = { {
	"key-in-public", VERDICT_BAD,
	"a private key stands in this {kind}, readable by everyone who can "
	"read it; consider the key stolen and replace the CA",
	"ConfigMaps, ClusterTrustBundles and webhook configurations are "
	"readable far beyond those who may read Secrets.",
	"kubernetes.io, Good practices for Kubernetes Secrets" },
	ON_BLOCK, CERTS, HIDES(R_NOT_A_CERTIFICATE), rc_key_in_public },
[R_DUPLICATE] = { {
	"duplicate", VERDICT_WARN,
	"it is the same certificate as {first} of this bundle; take one out",
	"Harmless to verifiers, but a sign that a bundle was composed by "
	"appending, and it counts against size limits.",
	"RFC 5280 section 6.1 does not need it" },
	ON_CERT, CERTS, 0, rc_duplicate },
[R_SAME_SUBJECT] = { {
	"same-subject-no-key-id", VERDICT_BAD,
	"it has the subject of {other} but another key, and without key "
	"identifiers BoringSSL (Envoy) cannot tell them apart: what one of "
	"them has issued fails; give the new root a subject of its own",
	"BoringSSL takes the first issuer whose name matches and does not "
	"try another when the signature fails.",
	"BoringSSL crypto/x509/x509_lu.cc (X509_STORE_CTX_get1_issuer); "
	"RFC 5280 section 4.2.1.2" },
	ON_CERT, ANCHORS, 0, rc_same_subject },
[R_EXPIRED_TWIN] = { {
	"expired-twin", VERDICT_BAD,
	"it has expired and {twin} of this bundle is its renewal: BoringSSL "
	"(Envoy) may still pick this one and refuse every handshake; take it "
	"out now",
	"Same subject, same key. OpenSSL and Go prefer the valid one, "
	"BoringSSL takes the first.",
	"BoringSSL crypto/x509/x509_lu.cc (X509_STORE_CTX_get1_issuer)" },
	ON_CERT, ANCHORS, HIDES(R_EXPIRED) | HIDES(R_EXPIRES_CRITICAL) |
	HIDES(R_EXPIRES_SOON), rc_expired_twin },
[R_AKI_PINS_ISSUER] = { {
	"aki-pins-issuer", VERDICT_WARN,
	"its authority key identifier names issuer and serial number, so "
	"re-signing the issuer with the same key would break it; replace this "
	"certificate before the issuer is renewed",
	"A re-signed issuer has a new serial number, and OpenSSL and "
	"BoringSSL then no longer take it for the one that is named.",
	"RFC 5280 section 4.2.1.1" },
	ON_CERT, SIGNERS, 0, rc_aki_pins_issuer },
[R_INCOMPLETE_CACERTS] = { {
	"incomplete-cacerts", VERDICT_BAD,
	"{missing} missing or empty: before 1.27 istiod signs with whatever it "
	"has, from 1.27 on it refuses to start; complete the secret or delete "
	"it",
	"All of ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem, or "
	"tls.crt, tls.key and ca.crt. Only root-cert.pem is legal with istiod "
	"1.5 to 1.26, which adds those roots to its own.",
	"1.27 release note check-cacerts-completeness; 1.5.10:pilot/pkg/"
	"bootstrap/istio_ca.go; issue 55696" },
	ON_OBJECT, ROLE(ROLE_ROOT), 0, rc_incomplete_cacerts },
[R_LATENT_CACERTS] = { {
	"latent-cacerts", VERDICT_WARN,
	"istiod has not loaded it: istio-ca-root-cert does not hold its root; "
	"the next restart of istiod (a drain, an update) will switch the mesh "
	"to this CA, so roll it out on purpose or delete it",
	"The files are read at start only. Two replicas started before and "
	"after would hand out leaves of two roots.",
	"1.31:pilot/pkg/bootstrap/istio_ca.go (detectSigningCABundle); issues "
	"57853, 44932" },
	ON_OBJECT, ROLE(ROLE_ROOT), 0, rc_latent_cacerts },
[R_LEFTOVER_CA] = { {
	"leftover-ca", VERDICT_OK,
	"a leftover: another CA is in force and nothing in the mesh hangs on "
	"this one; keep it as a way back or delete it",
	"Nothing else is judged on it. It would count again if the CA in "
	"force went away: the secret cacerts deleted, or Citadel's "
	"--self-signed-ca changed.",
	"1.4.10:install/kubernetes/helm/istio/charts/security; 1.5.10:pilot/"
	"pkg/bootstrap/istio_ca.go; 1.31:security/pkg/pki/ca/ca.go" },
	ON_CERT, ROLE(ROLE_LEFTOVER), 0, rc_leftover_ca },
[R_EXTERNAL_CA] = { {
	"external-ca", VERDICT_OK,
	"an external CA signs ({how}): there is no root here to rotate, see to "
	"it where that CA is kept",
	"EXTERNAL_CA, or ENABLE_CA_SERVER=false as istio-csr and managed "
	"meshes set it.",
	"1.31:pilot/pkg/bootstrap/istio_ca.go (createIstioRA)" },
	ON_MESH, ROLE(ROLE_MESH), 0, rc_external_ca },
[R_GITOPS_OWNER] = { {
	"gitops-owner", VERDICT_WARN,
	"{owner} manages this secret and would put the old root back after a "
	"rotation, Istio's own included; take the secret out of its hands "
	"first",
	"Asked only of secrets that Istio itself writes: a cacerts is meant "
	"to be managed elsewhere.",
	"1.31:security/pkg/pki/ca/selfsignedcarootcertrotator.go writes it" },
	ON_OBJECT, ROLE(ROLE_ROOT), 0, rc_gitops_owner },
[R_MTLS_OFF] = { {
	"mtls-off", VERDICT_OK,
	"mutual TLS is off for the whole mesh ({policy}): workloads are not "
	"affected now; rotate before you turn it on",
	"The CA, the webhooks and the control plane still use these "
	"certificates, so the dates above stay what they are.",
	"istio.io, Extending Self-Signed Certificate Lifetime" },
	ON_MESH, ROLE(ROLE_MESH), 0, rc_mtls_off },
[R_AUTO_ROTATES] = { {
	"auto-rotates", VERDICT_OK,
	"the built-in rotator of {version} {acts} {date} on, when {percent} % "
	"of its lifetime is left; watch that it does",
	"Self-signed roots only, with the same key. Present in 1.2.9, 1.3.5, "
	"1.4.0 and everything later; switched off by "
	"CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL of 0 or less.",
	"1.4.10:security/pkg/pki/ca/selfsignedcarootcertrotator.go" },
	ON_MESH, ROLE(ROLE_MESH), 0, rc_auto_rotates },
[R_SELF_SIGNATURE] = { {
	"self-signature", VERDICT_BAD,
	"it claims to be signed by its own key but the signature does not "
	"verify; replace it with the certificate that the CA really uses",
	"Verifiers do not check a trust anchor's own signature, so this "
	"shows a damaged or a wrong certificate that nothing else would.",
	"RFC 5280 section 3.2" },
	ON_CERT, ROLE(ROLE_ROOT) | ROLE(ROLE_TRUST) | ROLE(ROLE_WEBHOOK), 0,
	rc_self_signature },
[R_FIRST_BREAK] = { {
	"first-break", VERDICT_OK,
	"the first of all this {tense} on {date}: {kind} {object}{entry} "
	"{how}; plan everything before that day",
	"The earliest date at which something in force ends: the root, an "
	"intermediate, the published copy of the root, a webhook's "
	"caBundle, or the day on which a rotator renames the root. Its "
	"verdict is graded by --warn and --crit as the certificate's own.",
	"issues 14516, 14517, 19644" },
	ON_MESH, ROLE(ROLE_MESH), 0, rc_first_break },
};

#define ROW(id)	&rc_table[id].rule

const struct rule *const rc_rules[] = {
	ROW(R_EXPIRED), ROW(R_EXPIRES_CRITICAL), ROW(R_EXPIRES_SOON),
	ROW(R_NOT_YET_VALID), ROW(R_CLOCK_SKEW), ROW(R_WEAK_SIGNATURE),
	ROW(R_WEAK_KEY), ROW(R_NOT_A_CA), ROW(R_NO_KEY_USAGE),
	ROW(R_NO_CERT_SIGN), ROW(R_KEY_MISMATCH), ROW(R_CHAIN_BROKEN),
	ROW(R_PATH_LENGTH), ROW(R_OUTLIVES_ISSUER), ROW(R_NOT_A_CERTIFICATE),
	ROW(R_KEY_IN_PUBLIC), ROW(R_DUPLICATE), ROW(R_SAME_SUBJECT),
	ROW(R_EXPIRED_TWIN), ROW(R_AKI_PINS_ISSUER), ROW(R_INCOMPLETE_CACERTS),
	ROW(R_LATENT_CACERTS), ROW(R_LEFTOVER_CA), ROW(R_EXTERNAL_CA),
	ROW(R_GITOPS_OWNER), ROW(R_MTLS_OFF), ROW(R_AUTO_ROTATES),
	ROW(R_SELF_SIGNATURE), ROW(R_FIRST_BREAK), NULL
};
