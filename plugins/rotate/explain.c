/* The pages of --explain: why each rule matters, and what to do. */
#include "plugins/rotate/rotate.h"

const struct rule_page ro_pages[] = {
{
	"ca-not-seen",
	"Whatever would be written might be wrong: without the secret it is "
	"not known which key and which name the mesh trusts.",
	"Mend what the message says, mostly a right to get secrets in the "
	"CA's namespace (--print-rbac), or -i for another one; then run it "
	"again."
},
{
	"ca-secret-absent",
	"The CA that runs has the only copy of the key in memory. If it "
	"restarts, it makes a new key, and every workload refuses what that "
	"signs.",
	"Do not restart or upgrade the CA. Put the secret back from a backup "
	"now (--rollback DIR --apply, or kubectl create -f). Then run "
	"rootcheck."
},
{
	"external-ca",
	"Replacing what Istio keeps would change nothing: another CA signs.",
	"Renew the root where that CA is kept; afterwards see by certverify "
	"who has it."
},
{
	"plugged-in-ca",
	"The root's key is elsewhere, as it should be, so nobody can sign "
	"here.",
	"Have the CA above sign the intermediate again, with the same key if "
	"you can, and update cacerts. For a new root, trust both first."
},
{
	"not-a-certificate",
	"A CA that starts with this exits, and so nothing is issued any more.",
	"Put the whole secret back from a backup with kubectl replace. Do not "
	"restart the CA before."
},
{
	"key-mismatch",
	"A root signed by another key would be trusted by nobody; the CA that "
	"runs still has the right one in memory.",
	"Put the right pair back from a backup with kubectl replace, and do "
	"not restart the CA before."
},
{
	"unknown-key",
	"The mesh runs on certificates of a key that is not here any more. As "
	"they are renewed by the new one, connections fail one after the "
	"other.",
	"Quickly: scale the CA to 0, put the old secret back from a backup, "
	"scale it up, and see by certverify. Without a backup: trust both "
	"roots, and issue everything anew; that is an outage."
},
{
	"root-not-yet-valid",
	"A new root would have to begin before this one does, or be as "
	"useless until then.",
	"Compare clocks. Wait until the date in the message; or put a former "
	"root of the same key back."
},
{
	"same-key-inapplicable",
	"Under a new root of the same key some leaves would be refused, so "
	"the change would be the outage that it should prevent.",
	"See in the message what it hangs on. Make a new root with a new key "
	"in a second trust bundle first, wait for everyone, then switch."
},
{
	"immutable-secret",
	"It cannot be changed in place, and in the gap between deleting and "
	"making it anew a CA makes a new key.",
	"Scale the CA to 0 first, then delete and create the secret without "
	"immutable, then scale it up."
},
{
	"gitops-owner",
	"It would put the old root back at its next sync, perhaps after that "
	"has ended.",
	"Suspend it for this secret, or change the secret in its source to "
	"the new one. --excuse gitops-owner if you know that it will not."
},
{
	"clock-skew",
	"The new root's dates come from this clock: ahead of the nodes' it is "
	"not valid for them yet.",
	"Set this machine's clock, or run it elsewhere."
},
{
	"control-plane-too-old",
	"It keeps the old root in memory and can write it back over the new "
	"one.",
	"Upgrade Citadel to 1.0.8, 1.1.8 or later, then run this again."
},
{
	"from-differs",
	"Somebody has changed the root since you looked, so your reason for a "
	"change may be gone.",
	"Run kubectl istio rootcheck. If a change is still wanted, name the "
	"SHA-256 that it shows."
},
{
	"other-key",
	"All certificates since then are of the new key; the old root would "
	"refuse them all.",
	"Do not roll back. Go forward from the root in force, or choose a "
	"backup of the same key."
},
{
	"backup-expired",
	"Going back to a root that has ended is an outage, and the CA does "
	"not start with it.",
	"Run kubectl istio rotate without --rollback: it signs the same key "
	"for longer."
},
{
	"unmanaged-namespace",
	"Pods there lose the secrets that they mount, and fail at their next "
	"restart.",
	"Upgrade Citadel to 1.4.9, or label the namespace "
	"ca.istio.io/override=true, or see that nothing there needs the mesh, "
	"and say --accept-loss."
},
{
	"bare-pod",
	"Its proxy never learns the new root and fails when the old one ends. "
	"Deleting it would be for ever.",
	"Delete and make it yourself at a time that suits, before the old "
	"root ends."
},
{
	"not-examined",
	"If this one does not trust the new root, you would learn it by its "
	"failure.",
	"Mend what the message says, or look yourself and excuse it by name."
},
{
	"no-right",
	"A change that stops in the middle for want of a right is worse than "
	"none, so it does not begin.",
	"Give the rights that --print-rbac prints to who runs this, or run it "
	"as who has them (--as)."
},
{
	"ca-secret-changed",
	"Somebody else rotates, or the rotator of Istio does, at the same "
	"time. Nothing of yours was written.",
	"Look at managedFields for who it was. Run it again: it starts from "
	"what is there now."
},
{
	"not-proved",
	"After the write this workload would be refused. It was found before "
	"anything changed.",
	"Explain the rule in the message with certverify. Mend the leaf "
	"(delete its secret, restart the pod), then run it again."
},
{
	"ends-soon",
	"At its end every handshake of the mesh fails at the same second; "
	"changed in time, none does.",
	"Read the other steps, then run it with --apply. It asks before it "
	"writes."
},
{
	"named",
	"Nothing is wrong with the root: you asked for another one by --from.",
	"Run it with --apply if that is still what you want."
},
{
	"other-spelling",
	"Envoys talk on, and everything in Go refuses those leaves: no "
	"configuration, no new certificates, no webhooks.",
	"Run it with --apply: the new root has the spelling of the leaves."
},
{
	"rollback",
	"The mesh goes back to the older root, and to its older end.",
	"Check that date, then --apply. Before it comes, rotate again."
},
{
	"keep-the-old",
	"It is the way back, and if the secret is lost, the only copy of the "
	"key.",
	"Put the directory where only few can read it and where it survives "
	"this machine; or seal it: --backup-encrypt-to."
},
{
	"reads-once",
	"It goes on with the root that it read at its start, and fails when "
	"that ends.",
	"--apply restarts it, a rollout at a time. If it must be at another "
	"hour: --restart none."
},
{
	"left-to-you",
	"The new root is there and this one does not have it. The old root's "
	"end is its end.",
	"Run the command of the message before the old root ends."
},
{
	"behind",
	"All is well meanwhile, since old and new are valid side by side.",
	"Wait: --apply does, or certverify --wait. If it stands still, see "
	"the CA's log."
},
{
	"broken-otherwise",
	"It was broken before, and a rotation is no cure; it is said so that "
	"you do not take it for the rotation's fault.",
	"kubectl istio certverify --explain with the rule of the message."
},
{
	"no-hot-reload",
	"After the old root's end this proxy refuses everybody, and nothing "
	"tells before.",
	"Restart its controller, or have --roll-workloads do it. Better, "
	"upgrade the sidecar to 1.1.8 or later."
},
{
	"goal-reached",
	"The root lasts, and whoever must trust it does.",
	"Keep the backup. Put the date of the message into a calendar."
},
{ NULL, NULL, NULL }
};
