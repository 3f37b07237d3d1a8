/* The table of rules: what a step is, what stops it, and why. */
#include "plugins/rotate/state.h"

const struct rule ro_table[RO_IDS] = {
[RO_NOT_SEEN] = {
	"ca-not-seen", VERDICT_UNKNOWN,
	"the CA's secret cannot be seen: {why}",
	"Nothing is planned on a guess.",
	"the answer of the API server" },
[RO_ABSENT] = {
	"ca-secret-absent", VERDICT_UNKNOWN,
	"there is no CA secret; a Citadel or istiod that starts now makes a "
	"new key, and nobody would trust it: put the old one back at once, "
	"from a backup (kubectl istio rotate --rollback DIR --apply), or from "
	"the file that the old script left in its working directory",
	"The old root-transition.sh deletes the secret and then creates it. "
	"Where it died in between, the key is only in memory of the CA that "
	"still runs, in a backup, and in the files that the script wrote. Do "
	"not restart the CA before the secret is back.",
	"1.4.10:security/pkg/pki/ca/ca.go (NewSelfSignedIstioCAOptions)" },
[RO_EXTERNAL] = {
	"external-ca", VERDICT_UNKNOWN,
	"the certificates of this mesh come from another CA ({who}): its root "
	"is not Istio's to replace",
	"Replace the root where it is kept; certverify shows who has it.",
	"1.31:pilot/pkg/bootstrap/istio_ca.go (createIstioRA)" },
[RO_PLUGGED] = {
	"plugged-in-ca", VERDICT_UNKNOWN,
	"the CA in force is plugged in (cacerts): sign its certificate anew "
	"with the CA that issued it, and put it into cacerts",
	"The key of its root is not in the cluster. istiod reloads a new "
	"intermediate of the same root; another root is another procedure.",
	"1.5.10:pilot/pkg/bootstrap/istio_ca.go" },
[RO_NO_ROOT] = {
	"not-a-certificate", VERDICT_UNKNOWN,
	"its ca-cert.pem holds no certificate that can be read; put the whole "
	"secret back from a backup (kubectl replace)",
	"A CA that starts under it exits.",
	"1.4.10:security/pkg/pki/util/keycertbundle.go (Verify)" },
[RO_KEY_MISMATCH] = {
	"key-mismatch", VERDICT_UNKNOWN,
	"its private key {how}: nothing can be signed with it; put the whole "
	"secret back from a backup (kubectl replace)",
	"A CA that starts under it exits, and one that runs goes on with what "
	"it has in memory.",
	"1.4.10:security/pkg/pki/util/keycertbundle.go (Verify)" },
[RO_STRANGE] = {
	"unknown-key", VERDICT_UNKNOWN,
	"nobody trusts this key: all {n} certificates and copies of a root "
	"that were seen are of another one, so a CA has made it anew; stop the "
	"CA (scale it to 0), put the old secret back as it was from a backup "
	"(kubectl replace), and start the CA",
	"Where the secret of a CA is missing when it starts, it makes a new "
	"key, and no leaf of the old one validates under it. To go on with "
	"the new key means an outage until everything has been issued anew.",
	"1.4.10:security/pkg/pki/ca/ca.go (NewSelfSignedIstioCAOptions)" },
[RO_NOT_YET] = {
	"root-not-yet-valid", VERDICT_UNKNOWN,
	"the root is not valid before {date}: its CA ran by a clock that was "
	"ahead; wait until then, since a new one cannot begin earlier",
	"A CA that starts under it exits.",
	"1.4.10:security/pkg/pki/util/keycertbundle.go (Verify); issue 29379" },
[RO_INAPPLICABLE] = {
	"same-key-inapplicable", VERDICT_UNKNOWN,
	"the root cannot be signed anew with its own key: {why}",
	"A new root of the same key is only a way where everyone goes on "
	"trusting the leaves of the old one under it. Where that does not "
	"hold, a new key is needed, which must be trusted everywhere before "
	"it is used: that is another procedure.",
	"RFC 5280 sections 4.2.1.1, 4.2.1.3 and 4.2.1.9" },
[RO_IMMUTABLE] = {
	"immutable-secret", VERDICT_UNKNOWN,
	"it is immutable, and would have to be deleted to be changed, which "
	"this tool never does: stop the CA (scale it to 0), make the secret "
	"anew without immutable, from a backup of it, and start the CA",
	"The API server refuses every change of an immutable Secret. A CA "
	"that starts while it is deleted makes a new key.",
	"Kubernetes, Secrets (immutable)" },
[RO_OWNER] = {
	"gitops-owner", VERDICT_UNKNOWN,
	"{owner} keeps it, too, and would put the old one back: change it "
	"there, or take it out of there first (--excuse gitops-owner goes on "
	"all the same)",
	"Judged by managedFields, labels, annotations and ownerReferences.",
	"the owners' own documentation of their marks" },
[RO_SKEW] = {
	"clock-skew", VERDICT_UNKNOWN,
	"this machine's clock is {seconds} s {side} the API server's: set it "
	"right first, since the new root's dates come from it",
	"A root that is not valid yet for the nodes breaks every handshake "
	"(issue 29379).",
	"the Date header of the API server; issues 29379, 32176" },
[RO_TOO_OLD] = {
	"control-plane-too-old", VERDICT_UNKNOWN,
	"this Citadel may go on with the root that it keeps in memory, and "
	"write that back: upgrade it to 1.0.8 or 1.1.8 or later first",
	"Istio's guide to replacing a root begins with upgrading Citadel.",
	"issue 14510; istio.io, Extending Self-Signed Certificate Lifetime" },
[RO_FROM] = {
	"from-differs", VERDICT_UNKNOWN,
	"the root in force is {sha256}, not the one that --from names, nor a "
	"successor of it that a backup or a consumer shows",
	"--from makes sure that a run that comes too late does nothing.",
	"kubectl-istio-rotate(1)" },
[RO_BACK_KEY] = {
	"other-key", VERDICT_UNKNOWN,
	"the secret has another key (or key identifier) than the backup: to "
	"put the backup back would strand every certificate that was issued "
	"since",
	"A rollback is the same step backwards: the same key, the old "
	"certificate.",
	"RFC 5280 section 6.1" },
[RO_BACK_ENDED] = {
	"backup-expired", VERDICT_UNKNOWN,
	"the backup's root has expired: a CA that starts under it exits",
	"Sign a new one with the same key instead: kubectl istio rotate.",
	"1.4.10:security/pkg/pki/util/keycertbundle.go (Verify)" },
[RO_UNMANAGED] = {
	"unmanaged-namespace", VERDICT_UNKNOWN,
	"once the root differs, this Citadel deletes the secrets of namespace "
	"{ns}, which it does not manage, and pods run there: upgrade it to "
	"1.4.9, or label the namespace ca.istio.io/override=true, or accept "
	"the loss (--accept-loss {ns})",
	"Citadel 1.3.0 to 1.4.8 deletes them instead of leaving them alone.",
	"1.3.0 to 1.4.8:security/pkg/k8s/controller/workloadsecret.go "
	"(scrtUpdated)" },
[RO_BARE_POD] = {
	"bare-pod", VERDICT_UNKNOWN,
	"no controller would make it again, so it is not deleted: do that "
	"yourself, or excuse it",
	"--roll-workloads restarts controllers, and never deletes a pod.",
	"Kubernetes, Pods" },
[RO_UNKNOWN] = {
	"not-examined", VERDICT_UNKNOWN,
	"it could not be examined: {why}; excuse it by name (--excuse) to go "
	"on without it",
	"Who cannot be seen may be the one who breaks.",
	"kubectl istio certverify" },
[RO_ENDS_SOON] = {
	"ends-soon", VERDICT_WARN,
	"the root ends on {date}, in {days} days: put one of {new} days, of "
	"the same key and name, in its place",
	"Old and new leaves validate under both, so no handshake fails while "
	"they are mixed, until the old one ends.",
	"istio/istio pull request 17330; RFC 5280 section 6.1" },
[RO_NAMED] = {
	"named", VERDICT_WARN,
	"the root, which ends on {date}, is the one that --from names: put one "
	"of {new} days, of the same key and name, in its place",
	"Given with the root in force, --from signs anew, whatever is left.",
	"kubectl-istio-rotate(1)" },
[RO_SPELLING] = {
	"other-spelling", VERDICT_WARN,
	"the root spells its name in other bytes than {leaves} leaves name "
	"their issuer in ({others} in the root's), and everything written in "
	"Go refuses them: put a root of the same key with the leaves' bytes "
	"in its place",
	"The old root-transition.sh encodes the name as UTF8String, where Go "
	"writes PrintableString. Envoy and OpenSSL compare names canonically, "
	"Go (Pilot, istiod, pilot-agent, the API server) byte for byte. Those "
	"who bear the other spelling wait until they are issued anew.",
	"go1.19:src/crypto/x509/verify.go, cert_pool.go" },
[RO_ROLLBACK] = {
	"rollback", VERDICT_WARN,
	"put the backup's certificate back",
	"The same step backwards, with the same proofs.",
	"kubectl-istio-rotate(1)" },
[RO_KEEP_OLD] = {
	"keep-the-old", VERDICT_WARN,
	"keep the whole secret, whose root ends on {date}, where only you can "
	"read it",
	"A directory of mode 0700 under XDG_STATE_HOME or --backup-dir; "
	"--rollback reads it.",
	"kubectl-istio-rotate(1)" },
[RO_READS_ONCE] = {
	"reads-once", VERDICT_WARN,
	"{kind} {name} {why}: {what}",
	"By the annotation that kubectl rollout restart writes. Long-lived "
	"connections through its pods end.",
	"era/reload.c has the file of each part and version" },
[RO_LEFT_TO_YOU] = {
	"left-to-you", VERDICT_OK,
	"{kind} {name} {why}: kubectl rollout restart {kind} {name} -n {ns}",
	"--restart none leaves restarts to you.",
	"kubectl-istio-rotate(1)" },
[RO_BEHIND] = {
	"behind", VERDICT_WARN,
	"{n} of {all} {who}: they get it by themselves, and are waited for; "
	"{cost}",
	"Citadel needs about 0.2 s for each secret, and the kubelet up to a "
	"minute and a half to bring it to the pod, where Envoy is "
	"hot-restarted: connections that outlive its drain time (45 s by "
	"default) end.",
	"1.4.10:security/pkg/k8s/controller/workloadsecret.go; 1.1.8:pilot/"
	"pkg/proxy/envoy/watcher.go" },
[RO_BROKEN] = {
	"broken-otherwise", VERDICT_WARN,
	"{rule}: {what}",
	"A new root does not mend it: see kubectl istio certverify --explain "
	"RULE.",
	"kubectl istio certverify" },
[RO_NO_RELOAD] = {
	"no-hot-reload", VERDICT_OK,
	"its proxy goes on with the old root until that ends: restart it "
	"before (--roll-workloads restarts its controller)",
	"pilot-agent 1.1.3 to 1.1.7 loses its watch at the first change.",
	"1.1.3 and 1.1.7:pilot/pkg/proxy/envoy/watcher.go; issue 14540" },
[RO_REACHED] = {
	"goal-reached", VERDICT_OK,
	"the root is good until {date}, {days} days from now, and all {all} "
	"who must trust it do",
	"Nothing is to be done.",
	"kubectl istio certverify" },
[RO_NO_RIGHT] = {
	"no-right", VERDICT_UNKNOWN,
	"you may not {verb} {resource}: --print-rbac prints what this needs",
	"Asked of the API server before anything is written.",
	"Kubernetes, SelfSubjectAccessReview" },
[RO_CHANGED] = {
	"ca-secret-changed", VERDICT_UNKNOWN,
	"somebody else has changed it meanwhile, and not to a successor of its "
	"root: nothing was written; look who, and run this again",
	"The write carries the resourceVersion that was examined, backed up "
	"and proved; the API server refused it.",
	"Kubernetes API concepts, resource versions" },
[RO_UNPROVED] = {
	"not-proved", VERDICT_UNKNOWN,
	"under the new root it would be {rule}: {what}",
	"Every leaf that can be seen must validate under the old root and the "
	"new one, by OpenSSL's rules and Go's, before anything is written.",
	"kubectl istio certverify --root" },
};

#define ROW(id)	&ro_table[id]

const struct rule *const ro_rules[] = {
	ROW(RO_NOT_SEEN), ROW(RO_ABSENT), ROW(RO_EXTERNAL), ROW(RO_PLUGGED),
	ROW(RO_NO_ROOT), ROW(RO_KEY_MISMATCH), ROW(RO_STRANGE), ROW(RO_NOT_YET),
	ROW(RO_INAPPLICABLE),
	ROW(RO_IMMUTABLE), ROW(RO_OWNER), ROW(RO_SKEW), ROW(RO_TOO_OLD),
	ROW(RO_FROM), ROW(RO_BACK_KEY), ROW(RO_BACK_ENDED), ROW(RO_UNMANAGED),
	ROW(RO_BARE_POD), ROW(RO_UNKNOWN), ROW(RO_NO_RIGHT), ROW(RO_CHANGED),
	ROW(RO_UNPROVED), ROW(RO_ENDS_SOON), ROW(RO_NAMED), ROW(RO_SPELLING),
	ROW(RO_ROLLBACK), ROW(RO_KEEP_OLD), ROW(RO_READS_ONCE),
	ROW(RO_BEHIND), ROW(RO_BROKEN), ROW(RO_LEFT_TO_YOU),
	ROW(RO_NO_RELOAD), ROW(RO_REACHED), NULL
};
