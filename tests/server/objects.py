"""Answers for tests/server/server out of one file: a List, as kubectl prints it.

Lists and objects come whole, in JSON, in one page, whatever form was asked for;
of selectors, fieldSelector metadata.name, type and labelSelector NAME=VALUE are
kept to.  Resources that are not in KINDS are 404.  The file may be another one
at any time (mv): what then differs has a resourceVersion, and is an event for
who watches.
"""
import json, os, threading, urllib.parse

# of the API groups that every cluster has
KINDS = {k.lower() + "s": k for k in (
    "ConfigMap", "Deployment", "MutatingWebhookConfiguration", "Namespace",
    "Pod", "Secret", "ServiceAccount", "ValidatingWebhookConfiguration")}


class Objects:
    def __init__(self, file):
        self.file, self.lock, self.stamp = file, threading.Lock(), None
        self.version, self.raw, self.items, self.past = 0, {}, [], []
        self.fresh()

    def fresh(self):
        """Read anew, if it is another one."""
        with self.lock:
            stat = os.stat(self.file)
            if self.stamp == (stat.st_ino, stat.st_mtime_ns):
                return
            self.stamp = stat.st_ino, stat.st_mtime_ns
            with open(self.file) as f:
                items = json.load(f)["items"]
            raw = {(i["kind"], i["metadata"].get("namespace"),
                    i["metadata"]["name"]): json.dumps(i) for i in items}
            self.version += 1
            if self.version > 1:
                self.note(raw)
            self.raw, self.items = raw, items

    def note(self, raw):
        for key in {**self.raw, **raw}:
            if raw.get(key) != self.raw.get(key):
                what = "DELETED" if key not in raw else \
                    "MODIFIED" if key in self.raw else "ADDED"
                item = json.loads(raw.get(key) or self.raw[key])
                item["metadata"]["resourceVersion"] = str(self.version)
                self.past.append((self.version, what, item))

    def events(self, target, since):
        """The version that is now, and what came behind that one."""
        self.fresh()
        return self.version, [
            json.dumps({"type": what, "object": item}).encode() + b"\n"
            for version, what, item in self.past
            if version > since and (self.get(target, [item]) or
                                    {"items": []})["items"]]

    def get(self, target, items=None):
        """The object or the list of this path, or None."""
        if items is None:
            self.fresh()
            items = self.items
        path, _, query = target.partition("?")
        words = path.strip("/").split("/")[1:]
        group = "/".join(words[:2 if path.startswith("/apis/") else 1])
        words = words[group.count("/") + 1:]
        ns = None
        if words[:1] == ["namespaces"] and len(words) > 2:
            ns, words = words[1], words[2:]
        if not words or len(words) > 2:
            return None
        found = [i for i in items if i["apiVersion"] == group and
                 i["kind"] == KINDS.get(words[0]) and
                 (ns is None or i["metadata"].get("namespace") == ns)]
        if len(words) == 2:
            for i in found:
                if i["metadata"]["name"] == words[1]:
                    return i
            return None
        if words[0] not in KINDS:
            return None
        return self.list(found, KINDS[words[0]], group,
                         urllib.parse.parse_qs(query))

    def list(self, found, kind, group, query):
        for f in query.get("fieldSelector", [""])[0].split(","):
            name, _, want = f.partition("=")
            if name == "metadata.name":
                found = [i for i in found if i["metadata"]["name"] == want]
            elif name == "type":
                found = [i for i in found if i.get("type") == want]
        for f in query.get("labelSelector", [""])[0].split(","):
            name, _, want = f.partition("=")
            if name:
                found = [i for i in found if
                         i["metadata"].get("labels", {}).get(name) == want]
        # by the bytes of the key: shop-eu/a is before shop/a
        found.sort(key=lambda i: (i["metadata"].get("namespace", "") + "/" +
                                  i["metadata"]["name"]).encode())
        return {"kind": kind + "List", "apiVersion": group,
                "metadata": {"resourceVersion": str(self.version)},
                "items": found}
