"""One rotation, however often it is begun; and who cuts its requests."""
import json, os, stat, subprocess

from mesh import CA, HERE, NS, PARTS, Root, Wrong, must

ROTATE, TMP, CLUSTER = (os.environ[k] for k in ("ROTATE", "TMP",
                                                "CLUSTER_DIR"))
KUBECONFIG = os.path.join(CLUSTER, "kubeconfig")
DAYS = 100      # of the first new root
MORE = 10       # of the next one
PATIENCE = 120  # seconds of a run

class Rotation:
    """From the root that is in force now, with a state of its own."""
    number = 0

    def __init__(self, mesh, server=None):
        n = Rotation.number = Rotation.number + 1
        self.mesh, self.server = mesh, server
        self.state = os.path.join(TMP, "state", str(n))
        os.makedirs(self.state, mode=0o700)
        days = DAYS + MORE * n
        self.goal = ["--days", str(days), "--min-left", f"{days - MORE // 2}d"]
        self.start, self.since = mesh.root(), mesh.here()
        self.runs = 0

    def begin(self, *args, kill=None):
        self.runs += 1
        self.points = os.path.join(self.state, f"points-{self.runs}")
        self.out = os.path.join(self.state, f"out-{self.runs}")
        env = dict(os.environ, KUBECONFIG=KUBECONFIG, HOME=self.state,
                   XDG_STATE_HOME=os.path.join(self.state, "kept"),
                   KI_POINTS_LOG=self.points)
        os.makedirs(env["XDG_STATE_HOME"], mode=0o700, exist_ok=True)
        if kill is not None:
            env["KI_POINTS_KILL"] = str(kill)
        where = ["--server", self.server] if self.server else []
        with open(self.out, "wb") as f, open(self.out + ".err", "wb") as g:
            return subprocess.Popen(
                [ROTATE, *where, "--apply", "--yes", "--timeout", "60s",
                 *(args or self.goal)], env=env, stdout=f, stderr=g,
                stdin=subprocess.DEVNULL)

    def run(self, *args, kill=None):
        with self.begin(*args, kill=kill) as p:
            try:
                return p.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                p.kill()
                raise Wrong("it does not come to an end")

    def passed(self):
        """The points of the last run: VERB OBJECT."""
        with open(self.points) as f:
            return [line.rstrip("\n").split(" ", 1)[1] for line in f]

    def said(self):
        with open(self.out) as f:
            records = [line.rstrip("\n").split("\t") for line in f]
        with open(self.out + ".err") as f:
            return records, " | ".join(f.read().split("\n")[-6:])

    def backups(self):
        """Those that are complete: each is the secret that was in force."""
        found, top = [], os.path.join(self.state, "kept")
        for where, _, files in os.walk(top):
            mode = stat.S_IMODE(os.stat(where).st_mode)
            must(mode == 0o700, f"a directory has mode {mode:o}")
            for name in files:
                path = os.path.join(where, name)
                mode = stat.S_IMODE(os.stat(path).st_mode)
                must(mode == 0o600, f"{name} has mode {mode:o}")
                if name == "secret.yaml":
                    found.append(where)
        for where in found:
            with open(os.path.join(where, "secret.yaml"), "rb") as f:
                try:
                    secret = json.load(f)
                except ValueError as e:
                    raise Wrong(f"a backup does not parse: {e}")
            root = Root(secret)
            must(root.key == self.start.key, "a backup has another key")
            must(secret["kind"] == "Secret" and
                 secret["metadata"]["name"] == CA and
                 secret["metadata"]["namespace"] == NS, "a backup of what?")
        return found

    def old_ones(self):
        """Backups of the secret as it was before this rotation."""
        found = []
        for where in self.backups():
            with open(os.path.join(where, "secret.yaml"), "rb") as f:
                root = Root(json.load(f))
            if root.data == self.start.data and \
                    root.version == self.start.version:
                found.append(where)
        return found

    def files(self):
        """All that a run before the first write leaves: what the next sees."""
        found, top = [], os.path.join(self.state, "kept")
        for where, _, files in os.walk(top):
            depth = len(os.path.relpath(where, top).split(os.sep))
            found.append((depth, "") if where != top else (0, ""))
            for name in files:
                path = os.path.join(where, name)
                found.append((depth, name, os.stat(path).st_size))
        return tuple(sorted(found))

    def ours(self):
        """What rotate has written: NAME of a secret or deployment each."""
        done = []
        for verb, what, name, code, rotate in self.mesh.writes(self.since):
            if what == "secrets" and name == f"{NS}/{CA}":
                must(rotate and verb == "patch", f"{verb} of the CA secret "
                     f"by {'rotate' if rotate else 'somebody else'}")
            if rotate and code < 300:
                must(verb == "patch", f"{verb} of {what} {name}")
                done.append(name.split("/")[1])
        return done

    def between(self):
        """What holds wherever it was killed."""
        root, old = self.mesh.judge(self.start), self.old_ones()
        wrote = self.ours()
        must(wrote.count(CA) <= 1, f"{wrote.count(CA)} writes of the CA secret")
        if root.sha256 == self.start.sha256:
            must(not wrote, f"written before the CA secret: {wrote}")
            must(root.version == self.start.version, "the secret was written")
        else:
            must(wrote[:1] == [CA], f"written in this order: {wrote}")
            must(old, "the CA secret was written without a backup")
        return root

    def again(self):
        """The same command: it ends in done, and all in one write each."""
        status = self.run()
        self.end(status)

    def end(self, status):
        records, err = self.said()
        verdicts = {r[0] for r in records}
        must(status == 0 and verdicts <= {"done", "skip"} and any(
            r[0] == "done" and r[3:5] == ["goal", "goal-reached"]
            for r in records), f"exit {status}: " + "; ".join(
            " ".join(r) for r in records if r[0] not in ("done", "skip")) +
            f" ({err})")
        root = self.mesh.judge(self.start)
        must(root.sha256 != self.start.sha256, "the old root is in force")
        self.mesh.settled(root)
        must(self.old_ones(), "there is no backup of the old root")
        wrote = self.ours()
        must(sorted(wrote) == sorted([CA, *PARTS]),
             f"written in all: {' '.join(wrote)}")
        for name, mark in self.mesh.marks().items():
            must(mark == root.sha256, f"{name} was restarted for another root")
        self.order()

    def order(self):
        """Each part started anew behind what it reads when it starts."""
        log = list(enumerate(self.mesh.writes(self.since)))

        def last(verbs, what, name):
            return max((n for n, (v, w, o, code, _) in log if v in verbs and
                        w == what and code < 300 and
                        o.startswith(f"{NS}/{name}")), default=-1)
        reads = {"istio-citadel": CA}
        for part in PARTS:
            reads.setdefault(part, f"istio.{part}-service-account")
        for part, secret in reads.items():
            wrote = last(("patch", "update", "create"), "secrets", secret)
            must(wrote >= 0, f"{secret} was not written")
            must(last(("create",), "pods/binding", part + "-") > wrote,
                 f"{part} was not restarted behind the write of {secret}")

    def back(self, where, kill=None):
        """From wherever it is: the old certificate, and everybody on it."""
        if kill is not None:
            status = self.run("--rollback", where, kill=kill[0])
            must(status == -9 and self.passed()[-1] == kill[1],
                 f"exit {status} at {self.passed()[-1]}")
            self.mesh.judge(self.start)
        status = self.run("--rollback", where)
        records, err = self.said()
        must(status == 0 and records[-1][3:5] == ["goal", "goal-reached"],
             f"rollback: exit {status}: {records[-1:]} ({err})")
        root = self.mesh.judge(self.start)
        must(root.data == Root(json.load(open(os.path.join(
            where, "secret.yaml")))).data, "the CA secret is not the backup's")
        # Citadel signs for 90 days, whatever its root has left
        self.mesh.settled(root, "outlives-issuer")
        return root


# ---- cutting requests ----

class Server:
    """tests/server/server between the tool and the real one."""

    def __init__(self):
        self.faults = os.path.join(TMP, "faults")
        with open(os.path.join(CLUSTER, "port")) as f:
            upstream = "https://127.0.0.1:" + f.read().strip()
        self.set("none@NOWHERE")
        self.process = subprocess.Popen(
            [os.path.join(HERE, "..", "server", "server"), "--dir", CLUSTER,
             "--upstream", upstream, "--faults", self.faults, "--",
             "sh", "-c", 'echo "$PORT"; exec cat >/dev/null'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port = self.process.stdout.readline().strip()
        self.url = f"https://127.0.0.1:{port}"

    def set(self, fault):
        with open(self.faults + ".new", "w") as f:
            f.write(fault + "\n")
        os.rename(self.faults + ".new", self.faults)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
