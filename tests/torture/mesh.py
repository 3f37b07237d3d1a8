"""The mesh that tests/torture/rotate works on, as an onlooker sees it."""
import base64, http.client, json, os, subprocess, sys, threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cluster"))
import api, certificates
from api import Api, Cluster, Refused
from certificates import Bad, Certificate

NS, CA = "istio-system", "istio-ca-secret"
SECRET = f"/api/v1/namespaces/{NS}/secrets/{CA}"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NS}/deployments"
PARTS = ["istio-citadel", "istio-galley", "istio-pilot"]
MARK = "rotate.kubectl-istio/root-sha256"
MANAGER = "fieldManager=kubectl-istio-rotate"


class Wrong(Exception):
    """What must hold does not."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


def entry(secret, key):
    return base64.b64decode((secret.get("data") or {}).get(key) or "")


class Root:
    """The CA secret, whole: certificate and key belong together (S4)."""

    def __init__(self, secret):
        self.data = secret.get("data") or {}
        self.uid = secret["metadata"]["uid"]
        self.version = secret["metadata"]["resourceVersion"]
        self.key = entry(secret, "ca-key.pem")
        self.pem = entry(secret, "ca-cert.pem")
        try:
            self.cert = Certificate(self.pem)
            must(certificates.public(self.key) == self.cert.key,
                 "the CA secret's key is not that of its root")
        except Bad as e:
            raise Wrong(f"the CA secret: {e}")
        self.sha256 = self.cert.sha256


class Watcher(threading.Thread):
    """Sees each version of the CA secret, however short it lives."""

    def __init__(self, cluster, first):
        super().__init__(daemon=True)
        self.cluster, self.first = cluster, first
        self.wrong, self.versions = [], 0
        self.start()

    def run(self):
        connection = http.client.HTTPSConnection(
            self.cluster.host, context=self.cluster.tls)
        connection.request("GET", f"/api/v1/namespaces/{NS}/secrets?watch=1"
                           f"&fieldSelector=metadata.name%3D{CA}"
                           f"&resourceVersion={self.first.version}"
                           "&timeoutSeconds=7200")
        for line in connection.getresponse():
            event = json.loads(line)
            try:
                self.see(event["type"], event["object"])
            except Wrong as e:
                self.wrong.append(str(e))
        self.wrong.append("the watch of the CA secret ended")

    def see(self, kind, secret):
        must(kind == "MODIFIED", f"the CA secret was {kind}")
        root = Root(secret)
        self.versions += 1
        must(root.key == self.first.key, "the bytes of the CA's key changed")
        must(root.uid == self.first.uid, "the CA secret is another object")
        must(set(root.data) == set(self.first.data) and all(
            root.data[k] == v for k, v in self.first.data.items()
            if k != "ca-cert.pem"), "other entries of the CA secret changed")
        must(root.cert.subject == self.first.cert.subject,
             "the root's subject changed")


class Mesh:
    def __init__(self, kubeconfig, bin_dir, directory):
        self.cluster = Cluster(kubeconfig)
        self.api = Api(self.cluster, "torture", threading.Event())
        self.bin, self.d = bin_dir, directory
        self.audit = os.path.join(os.path.dirname(kubeconfig), "audit.log")

    # what there is

    def root(self):
        try:
            return Root(self.api("GET", SECRET))
        except Refused as e:
            raise Wrong(f"the CA secret cannot be read: {e}")

    def holders(self):
        """NAMESPACE/NAME: chain and trust of each workload's secret."""
        found = self.api.items("/api/v1/secrets?fieldSelector="
                               "type%3Distio.io%2Fkey-and-cert")
        return {api.name_of(s): (entry(s, "cert-chain.pem"),
                                 entry(s, "root-cert.pem")) for s in found}

    def deployments(self):
        return {d["metadata"]["name"]: d for d in self.api.items(DEPLOYMENTS)}

    def marks(self):
        return {name: d["spec"]["template"]["metadata"].get(
            "annotations", {}).get(MARK)
            for name, d in self.deployments().items()}

    def ready(self, name):
        d = self.deployments()[name]
        status = d["status"]
        return (status.get("observedGeneration", 0) >=
                d["metadata"]["generation"] and
                status.get("updatedReplicas") == 1 and
                status.get("availableReplicas") == 1 and
                status.get("replicas") == 1)

    # what was written, in order: the API server's own log

    def here(self):
        return os.path.getsize(self.audit)

    def writes(self, since):
        """(VERB, RESOURCE/SUBRESOURCE, NAMESPACE/NAME, HTTP, was it rotate)"""
        found = []
        with open(self.audit, "rb") as f:
            f.seek(since)
            for line in f:
                e = json.loads(line)
                ref = e.get("objectRef") or {}
                what = ref.get("resource", "")
                if ref.get("subresource"):
                    what += "/" + ref["subresource"]
                if e["stage"] == "ResponseComplete":
                    found.append((e["verb"], what, ref.get(
                        "namespace", "") + "/" + ref.get("name", ""),
                        e["responseStatus"]["code"],
                        MANAGER in e["requestURI"]))
        return found

    # the judges

    def certverify(self, *args):
        run = subprocess.run([os.path.join(self.bin,
                                           "kubectl-istio-certverify"),
                              "-o", "tsv", *args], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60)
        return run.returncode, run.stdout, run.stderr

    def openssl(self, root):
        """S1 once more: every chain under every root that anybody holds."""
        holders = self.holders()
        roots = {trust for _, trust in holders.values()} | {root.pem}
        files = []
        for n, chain in enumerate(sorted({c for c, _ in holders.values()})):
            files.append(os.path.join(self.d, f"chain-{n}.pem"))
            with open(files[-1], "wb") as f:
                f.write(chain)
        must(files, "there are no workloads")
        for pem in roots:
            with open(os.path.join(self.d, "anchor.pem"), "wb") as f:
                f.write(pem)
            run = subprocess.run(
                ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile",
                 f.name, *files], capture_output=True, text=True)
            must(run.returncode == 0, "openssl verify: " +
                 (run.stdout + run.stderr).strip().replace("\n", "; "))

    def judge(self, start):
        """S1 to S4, at any time; the CA's secret."""
        root = self.root()
        must(root.key == start.key, "the bytes of the CA's key changed")
        must(root.uid == start.uid, "the CA secret is another object")
        status, out, err = self.certverify()
        bad = [x for x in out.splitlines() if x[:3] in ("bad", "unk")]
        must(status in (0, 1) and not bad, f"certverify: exit {status}: " +
             "; ".join(bad[:3] or [err.strip()]))
        must(out, "certverify says nothing")
        self.openssl(root)
        return root

    def settled(self, root, but="nothing"):
        """The goal: everybody holds this root, and no finding but that."""
        for name, (_, trust) in self.holders().items():
            must(trust == root.pem, f"secret {name} holds another root")
        published = self.api("GET", f"/api/v1/namespaces/{NS}/configmaps/"
                             "istio-security")
        must(published["data"]["caTLSRootCert"].encode() in (
            root.pem, base64.b64encode(root.pem)),
            "ConfigMap istio-security holds another root")
        for name in PARTS:
            must(self.ready(name), f"{name} is not ready")
        status, out, err = self.certverify("--excuse", but)
        must(status == 0, f"certverify: exit {status}: " + "; ".join(
            [x for x in out.splitlines() if x[:2] != "ok"][:3] or [err]))
