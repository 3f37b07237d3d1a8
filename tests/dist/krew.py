#!/usr/bin/env python3
"""What krew does with a plugin, as far as it can refuse one.

	krew.py check NAME.yaml			the manifest alone
	krew.py install NAME.yaml ARCHIVE ROOT	unpack it and link its command

Rules: sigs.k8s.io/krew pkg/index/validation and cmd/validate-krew-manifest
(the manifest), internal/download/downloader.go (what an archive may hold),
internal/installation (what goes where).  Exit status 1: refused, and why.
"""
import glob
import gzip
import hashlib
import io
import os
import posixpath
import re
import shutil
import stat
import sys
import tarfile

import yaml

SEMVER = re.compile(
    r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")
DEVICES = re.compile(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]")
PLATFORMS = [(o, a) for o in ("windows", "linux", "darwin")
             for a in ("386", "amd64", "arm64")]
PLATFORMS += [("linux", "arm"), ("linux", "ppc64le")]
SPEC = {"version", "homepage", "shortDescription", "description", "caveats",
        "platforms"}
PLATFORM = {"uri", "sha256", "bin", "selector", "files"}
LICENCES = {"LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING", "COPYING.txt",
            "COPYING.md", "LICENSES"}


def refuse(why):
    sys.exit("krew: " + why)


def need(truth, why):
    if not truth:
        refuse(why)


def text(value):
    return isinstance(value, str) and value != ""


def selects(selector, system, arch):
    """Kubernetes' label selector, over the labels os and arch."""
    labels = {"os": system, "arch": arch}
    for key, value in (selector.get("matchLabels") or {}).items():
        need(key in labels, "a selector's key is %r" % key)
        if labels[key] != value:
            return False
    for e in selector.get("matchExpressions") or []:
        need(e.get("key") in labels, "a selector's key is %r" % e.get("key"))
        operator, values = e.get("operator"), e.get("values") or []
        if operator == "In":
            fits = labels[e["key"]] in values
        elif operator == "NotIn":
            fits = labels[e["key"]] not in values
        else:
            fits = operator == "Exists"
        if not fits:
            return False
    return True


def check_platform(p):
    need(set(p) <= PLATFORM, "unknown field: %s" % (set(p) - PLATFORM))
    need(text(p.get("uri")), "a platform without uri")
    need(re.fullmatch("[0-9a-f]{64}", str(p.get("sha256"))),
         "sha256 is not 64 lower-case hexadecimal digits")
    need(text(p.get("bin")), "a platform without bin")
    need(".." not in p["bin"].split("/"), "bin leads out of the archive")
    if "files" in p:
        need(p["files"], "files is there and empty")
        for f in p["files"]:
            need(text(f.get("from")) and text(f.get("to")),
                 "a file without from or to")
            to = posixpath.normpath(f["to"])
            need(to == f["to"] and not to.startswith(("..", "/")),
                 "to is not clean: %r" % f["to"])


def check(path):
    with open(path, encoding="utf-8") as f:
        m = yaml.safe_load(f)
    name = os.path.basename(path)[:-len(".yaml")]
    need(m.get("apiVersion") == "krew.googlecontainertools.github.com/v1alpha2",
         "apiVersion")
    need(m.get("kind") == "Plugin", "kind")
    need(set(m) == {"apiVersion", "kind", "metadata", "spec"}, "its fields")
    need(m["metadata"].get("name") == name, "its name is not its file's")
    need(re.fullmatch(r"[\w-]+", name, re.A), "its name")
    need(not DEVICES.fullmatch(name), "its name is a device of Windows")
    spec = m["spec"]
    need(set(spec) <= SPEC, "unknown field: %s" % (set(spec) - SPEC))
    need(SEMVER.fullmatch(str(spec.get("version"))),
         "version is not v1.2.3: %r" % spec.get("version"))
    need(text(spec.get("homepage")), "no homepage")
    short = spec.get("shortDescription")
    need(text(short) and "\n" not in short, "shortDescription is not a line")
    need(len(short) <= 50, "shortDescription is over 50 characters")
    for field in ("description", "caveats"):
        need(text(spec.get(field)), "no " + field)
        for line in spec[field].split("\n"):
            need(len(line) <= 80, field + " is over 80 columns")
    need(spec.get("platforms"), "no platforms")
    for p in spec["platforms"]:
        check_platform(p)
        need(p.get("selector"), "a platform without selector")
    for system, arch in PLATFORMS:
        fits = [p for p in spec["platforms"]
                if selects(p["selector"], system, arch)]
        need(len(fits) <= 1, "two platforms for %s/%s" % (system, arch))
    for p in spec["platforms"]:
        need(any(selects(p["selector"], *x) for x in PLATFORMS),
             "a selector that fits no platform")
    return name, spec


def unpack(data, into):
    """downloader.go: regular files and directories, nowhere else."""
    need(data[:2] == b"\x1f\x8b", "the archive is not gzip")
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as tar:
        for t in tar:
            need(".." not in t.name and not t.name.startswith(("/", "\\")),
                 "a suspicious path: %r" % t.name)
            to = os.path.join(into, t.name)
            if t.isdir():
                os.makedirs(to, exist_ok=True)
                continue
            need(t.isreg(), "%s is neither file nor directory" % t.name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with open(to, "wb") as f:
                shutil.copyfileobj(tar.extractfile(t), f)
            os.chmod(to, t.mode & 0o777)


def move(source, target, files):
    for f in files:
        found = glob.glob(os.path.join(source, f["from"]))
        need(found, "nothing is called %r" % f["from"])
        for x in found:
            to = os.path.join(target, f["to"])
            if f["to"].endswith("/") or os.path.isdir(to) or f["to"] == ".":
                to = os.path.join(to, os.path.basename(x))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.move(x, to)


def install(path, archive, root):
    name, spec = check(path)
    with open(archive, "rb") as f:
        data = f.read()
    ours = [p for p in spec["platforms"]
            if p["uri"].endswith("/" + os.path.basename(archive))]
    need(len(ours) == 1, "no platform has this archive")
    p = ours[0]
    need(hashlib.sha256(data).hexdigest() == p["sha256"], "the digest differs")
    raw = os.path.join(root, "download")
    store = os.path.join(root, "store", name, spec["version"])
    os.makedirs(raw)
    os.makedirs(store)
    unpack(data, raw)
    move(raw, store, p.get("files") or [{"from": "*", "to": "."}])
    need(LICENCES & set(os.listdir(store)), "no licence is installed")
    command = os.path.join(store, p["bin"])
    need(os.path.isfile(command), "bin is not there: %s" % p["bin"])
    need(stat.S_IMODE(os.stat(command).st_mode) & 0o111, "bin cannot be run")
    os.makedirs(os.path.join(root, "bin"))
    os.symlink(command, os.path.join(
        root, "bin", "kubectl-" + name.replace("-", "_")))


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        install(*sys.argv[2:5])
