"""Writes for tests/server/server: the objects that recorded answers became.

As the API server has it (apiserver pkg/endpoints/handlers/patch.go, create.go),
as far as the tests need it: a merge patch of what is there, with its uid and
resourceVersion as preconditions, if it has them; a POST to a collection, where
a name is taken once; SelfSubjectAccessReview.  Lists do not see any of it.
"""
import copy, json, uuid

MERGE = "application/merge-patch+json"


def merge(to, patch):
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    out = dict(to) if isinstance(to, dict) else {}
    for k, v in patch.items():
        if v is None:
            out.pop(k, None)
        else:
            out[k] = merge(out.get(k), v)
    return out


class Store:
    def __init__(self, deny):
        self.deny = deny
        self.objects = {}
        self.version = 1000000

    def get(self, path):
        if path not in self.objects:
            return None
        return 200, {"Content-Type": "application/json"}, \
            json.dumps(self.objects[path]).encode()

    def find(self, path, recorded):
        if path in self.objects:
            return self.objects[path]
        got = recorded(path)
        return json.loads(got[2]) if got and got[0] == 200 else None

    def keep(self, path, obj, dry):
        obj = copy.deepcopy(obj)
        if not dry:
            self.version += 1
            obj["metadata"]["resourceVersion"] = str(self.version)
            self.objects[path] = obj
        return obj

    def write(self, method, path, kind, body, dry, recorded):
        """What became of it: a status, and the object or (reason, message)."""
        doc = json.loads(body)
        if method == "POST" and path.endswith("/selfsubjectaccessreviews"):
            return self.review(doc)
        if method == "PATCH":
            return self.patch(path, kind, doc, dry, recorded)
        if kind != "application/json":
            return 415, ("UnsupportedMediaType", kind)
        path += "/" + doc["metadata"]["name"]
        if self.find(path, recorded):
            return 409, ("AlreadyExists", "it already exists")
        doc["metadata"]["uid"] = str(uuid.uuid4())
        return 201, self.keep(path, doc, dry)

    def patch(self, path, kind, doc, dry, recorded):
        if kind != MERGE:
            return 415, ("UnsupportedMediaType", kind)
        obj = self.find(path, recorded)
        if obj is None:
            return 404, ("NotFound", '"%s" not found' % path)
        meta = doc.get("metadata", {})
        # these two mean whatever is there
        if meta.get("resourceVersion") not in (
                None, "", "0", obj["metadata"]["resourceVersion"]):
            return 409, ("Conflict", "the object has been modified")
        if meta.get("uid") not in (None, obj["metadata"].get("uid")):
            return 422, ("Invalid", "metadata.uid: field is immutable")
        return 200, self.keep(path, merge(obj, doc), dry)

    def review(self, doc):
        of = doc["spec"]["resourceAttributes"]
        resource = of["resource"]
        if "subresource" in of:
            resource += "/" + of["subresource"]
        doc.setdefault("metadata", {})
        doc["status"] = {"allowed": of["verb"] + "/" + resource
                         not in self.deny}
        return 201, doc
