"""Answers for tests/server/server out of one file: a List, as kubectl prints it.

Lists and objects come whole, in JSON, in one page, whatever form was asked for;
of selectors, fieldSelector metadata.name, type and labelSelector NAME=VALUE are
kept to.  Resources that are not in KINDS are 404.
"""
import json, urllib.parse

# of the API groups that every cluster has
KINDS = {k.lower() + "s": k for k in (
    "ConfigMap", "Deployment", "MutatingWebhookConfiguration", "Namespace",
    "Pod", "Secret", "ServiceAccount", "ValidatingWebhookConfiguration")}


class Objects:
    def __init__(self, file):
        with open(file) as f:
            self.items = json.load(f)["items"]

    def get(self, target):
        """(code, object) or None."""
        path, _, query = target.partition("?")
        words = path.strip("/").split("/")[1:]
        group = "/".join(words[:2 if path.startswith("/apis/") else 1])
        words = words[group.count("/") + 1:]
        ns = None
        if words[:1] == ["namespaces"] and len(words) > 2:
            ns, words = words[1], words[2:]
        if not words or len(words) > 2:
            return None
        found = [i for i in self.items if i["apiVersion"] == group and
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
                "metadata": {"resourceVersion": "1"}, "items": found}
