"""Certificates for tests/cluster/citadel, as Go's crypto/x509 writes them.

DER is put together here, so that dates, and the bytes of names, are ours to
choose; the openssl command makes the keys and the signatures.
"""
import base64, datetime, functools, hashlib, os, re, secrets, subprocess

UTC = datetime.timezone.utc
RSA = bytes.fromhex("06092a864886f70d010101")
SHA256_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
SHA256_EC = bytes.fromhex("300a06082a8648ce3d040302")
KEY_USAGE, BASIC, ALT_NAMES = b"\x55\x1d\x0f", b"\x55\x1d\x13", b"\x55\x1d\x11"
SUBJECT_KEY, AUTHORITY_KEY = b"\x55\x1d\x0e", b"\x55\x1d\x23"
EXTENDED = b"\x55\x1d\x25"
SERVER, CLIENT = (bytes.fromhex("06082b06010505070301"),
                  bytes.fromhex("06082b06010505070302"))


class Bad(Exception):
    """What Citadel does not take; says why."""


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n >= 128:
        size = n.to_bytes((n.bit_length() + 7) // 8, "big")
        return bytes([tag, 0x80 | len(size)]) + size + body
    return bytes([tag, n]) + body


def content(der):
    n, i = der[1], 2
    if n & 0x80:
        i += n & 0x7f
        n = int.from_bytes(der[2:i], "big")
    if len(der) != i + n:
        raise Bad("not DER")
    return der[i:]


def parts(der):
    """What is in a constructed one, each whole."""
    body, found = content(der), []
    while body:
        n, i = body[1], 2
        if n & 0x80:
            i += n & 0x7f
            n = int.from_bytes(body[2:i], "big")
        if len(body) < i + n:
            raise Bad("DER is cut short")
        found.append(body[:i + n])
        body = body[i + n:]
    return found


def date(der):
    text = content(der).decode()
    if der[0] == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    at = datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ")
    return at.replace(tzinfo=UTC).timestamp()


def time_der(at):
    at = datetime.datetime.fromtimestamp(int(at), UTC)
    if 1950 <= at.year < 2050:
        return tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())


def pem(kind, der):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines,
                      f"-----END {kind}-----", ""]).encode()


class Certificate:
    """The first one of some PEM."""

    def __init__(self, text):
        found = re.search(rb"-----BEGIN CERTIFICATE-----([^-]*)"
                          rb"-----END CERTIFICATE-----", text)
        if not found:
            raise Bad("no certificate")
        try:
            self.der = base64.b64decode(found[1])
            self.read()
        except (ValueError, IndexError) as e:
            raise Bad(f"not a certificate: {e}")
        self.sha256 = hashlib.sha256(self.der).hexdigest()

    def read(self):
        fields = parts(parts(self.der)[0])
        if fields[0][0] == 0xa0:
            fields.pop(0)
        _, _, self.issuer, validity, self.subject, self.key = fields[:6]
        self.begin, self.end = map(date, parts(validity))
        self.extension = {}
        for field in fields[6:]:
            if field[0] != 0xa3:
                continue
            for extension in parts(parts(field)[0]):
                found = parts(extension)
                self.extension[content(found[0])] = content(found[-1])

    def organization(self):
        """The text of the first O."""
        for rdn in parts(self.subject):
            kind, value = parts(parts(rdn)[0])
            if content(kind) == b"\x55\x04\x0a":
                return content(value)


def openssl(*args, key=None, data=b""):
    """Its output; KEY in an argument is a key that no file and no list of
    processes shows."""
    fds = []
    if key is not None:
        fds = [os.memfd_create("key")]
        os.write(fds[0], key)
        args = [f"/proc/self/fd/{fds[0]}" if a == "KEY" else a for a in args]
    try:
        run = subprocess.run(["openssl", *args], input=data, pass_fds=fds,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        for fd in fds:
            os.close(fd)
    if run.returncode:
        raise Bad(f"openssl {args[0]}: {run.stderr.decode().strip()}")
    return run.stdout


def new_key():
    return openssl("genrsa", "-traditional", "2048")


@functools.lru_cache
def public(key):
    return openssl("pkey", "-in", "KEY", "-pubout", "-outform", "DER", key=key)


def extension(oid, value, critical=True):
    return tlv(0x30, tlv(6, oid), b"\x01\x01\xff" if critical else b"",
               tlv(4, value))


def certificate(issuer, subject, begin, end, spki, extensions, signer, key):
    """PEM, signed with key, whose public half is signer."""
    algorithm = SHA256_RSA if RSA in parts(signer)[0] else SHA256_EC
    serial = secrets.randbits(128).to_bytes(17, "big").lstrip(b"\0") or b"\0"
    if serial[0] & 0x80:
        serial = b"\0" + serial
    tbs = tlv(0x30, bytes.fromhex("a003020102"), tlv(2, serial), algorithm,
              issuer, tlv(0x30, time_der(begin), time_der(end)), subject,
              spki, tlv(0xa3, tlv(0x30, *extensions)))
    signature = openssl("dgst", "-sha256", "-sign", "KEY", key=key, data=tbs)
    return pem("CERTIFICATE", tlv(0x30, tbs, algorithm,
                                  tlv(3, b"\0", signature)))


def organization(text):
    """A subject of one O, as Go writes it."""
    printable = re.fullmatch(rb"[A-Za-z0-9 '()+,\-./:=?]*", text)
    return tlv(0x30, tlv(0x31, tlv(0x30, tlv(6, b"\x55\x04\x0a"), tlv(
        0x13 if printable else 0x0c, text))))


def root(org, now, days, key):
    """As Citadel makes its own: no SKI, one key usage."""
    spki, name = public(key), organization(org)
    return certificate(name, name, now, now + days * 86400, spki, [
        extension(KEY_USAGE, bytes.fromhex("03020204")),
        extension(BASIC, bytes.fromhex("30030101ff"))], spki, key)


def leaf(uri, dns, now, days, ca, ca_key, leaf_key):
    """As Citadel signs it; critical names are those of 1.2 and later."""
    extensions = [extension(KEY_USAGE, bytes.fromhex("030205a0")),
                  extension(EXTENDED, tlv(0x30, SERVER, CLIENT), False),
                  extension(BASIC, b"\x30\x00")]
    if SUBJECT_KEY in ca.extension:
        extensions.append(extension(AUTHORITY_KEY, tlv(0x30, tlv(
            0x80, content(ca.extension[SUBJECT_KEY]))), False))
    extensions.append(extension(ALT_NAMES, tlv(
        0x30, tlv(0x86, uri.encode()), *(tlv(0x82, d.encode()) for d in dns))))
    return certificate(ca.subject, tlv(0x30), now, now + days * 86400,
                       public(leaf_key), extensions, ca.key, ca_key)
