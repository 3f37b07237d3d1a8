"""The way of tests/cluster/citadel to the API server, and its log."""
import base64, datetime, http.client, json, ssl, subprocess, sys, tempfile
import threading, time, urllib.parse

OVER = threading.Event()  # everything is to end
OUT = sys.stderr
LOCK = threading.Lock()
PATIENCE = 60  # seconds without a server: the test is long gone


def stamp(at=None):
    at = datetime.datetime.fromtimestamp(time.time() if at is None else at,
                                         datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def log(who, what):
    with LOCK:
        print(stamp(), who, what, file=OUT, flush=True)


class Stopped(Exception):
    pass


class Refused(Exception):
    """An answer that says no; str is its code and reason."""

    def __init__(self, code, status):
        super().__init__(f"{code} {status.get('reason', '')}")
        self.code = code


class Cluster:
    """The way there: one for all."""

    def __init__(self, kubeconfig):
        config = json.loads(subprocess.check_output(
            ["kubectl", "--kubeconfig", kubeconfig, "config", "view",
             "--raw", "--flatten", "--minify", "-o", "json"]))
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        self.host = urllib.parse.urlsplit(cluster["server"]).netloc
        decode = base64.b64decode
        self.tls = ssl.create_default_context(
            cadata=decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as f:
            f.write(decode(user["client-certificate-data"]) +
                    decode(user["client-key-data"]))
            f.flush()
            self.tls.load_cert_chain(f.name)


class Api:
    """One connection, and the patience for a server that comes again."""

    def __init__(self, cluster, who, stop):
        self.cluster, self.who, self.stop = cluster, who, stop
        self.connection = None

    def once(self, verb, path, body, kind):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                self.cluster.host, timeout=10, context=self.cluster.tls)
        self.connection.request(verb, path, body, {
            "Content-Type": kind, "Accept": "application/json",
            "User-Agent": self.who.split()[0]})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def __call__(self, verb, path, body=None, kind="application/json"):
        body = None if body is None else json.dumps(body)
        down = None
        while not self.stop.is_set() and not OVER.is_set():
            try:
                code, text = self.once(verb, path, body, kind)
                if code < 500 and code != 429:
                    break
                why = str(code)
            except (OSError, http.client.HTTPException) as e:
                self.connection, why = None, type(e).__name__
            if down is None:
                log(self.who, f"waits for the API server: {why}")
                down = time.monotonic()
            elif time.monotonic() - down > PATIENCE:
                log(self.who, "waits no longer")
                OVER.set()
            self.stop.wait(0.3)
        else:
            raise Stopped
        if code >= 300:
            raise Refused(code, json.loads(text or "{}"))
        return json.loads(text)

    def items(self, path):
        return self("GET", path)["items"]

    def merge(self, path, body):
        return self("PATCH", path, body, "application/merge-patch+json")


def path(kind, ns=None, name=None):
    return "/api/v1" + (f"/namespaces/{ns}" if ns else "") + f"/{kind}" + (
        f"/{name}" if name else "")


def name_of(o):
    return f"{o['metadata']['namespace']}/{o['metadata']['name']}"
