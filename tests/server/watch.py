"""Watches for tests/server/server: what is in a recorded one.

A recorded watch is a raw HTTP answer whose body holds events: in protobuf
frames of a 4-byte big-endian length, in JSON lines.
"""
import json, struct

# faults that are in the events; all others are of whole answers
FAULTS = (None, "json", "ends", "breaks", "410event", "500event", "garbled",
          "silence")


def varint(b, i):
    v = shift = 0
    while True:
        v |= (b[i] & 0x7f) << shift
        shift += 7
        i += 1
        if not b[i - 1] & 0x80:
            return v, i


def field(b, *numbers):
    """The bytes of a field of a message, or of one in it."""
    for number in numbers:
        i, found = 0, b""
        while i < len(b):
            tag, i = varint(b, i)
            n, after = varint(b, i)
            if tag & 7 == 2:
                if tag >> 3 == number:
                    found = b[after:after + n]
                i = after + n
            else:
                i = {0: after, 1: i + 8, 5: i + 4}[tag & 7]
        b = found
    return b


def events(body, proto):
    """Every event's resourceVersion and bytes."""
    if not proto:
        for line in body.splitlines(keepends=True):
            meta = json.loads(line)["object"]["metadata"]
            yield int(meta["resourceVersion"]), line
        return
    while body:
        n = 4 + struct.unpack(">I", body[:4])[0]
        frame, body = body[:n], body[n:]
        # WatchEvent, RawExtension, "k8s\0" and Unknown, the object
        raw = field(frame[4:], 2, 1)
        yield int(field(raw[4:], 2, 1, 6)), frame


def put(number, value):
    if isinstance(value, int):
        return bytes([number << 3, value & 0x7f | 0x80, value >> 7])
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def error(code, reason, proto):
    """An ERROR event and the Status in it."""
    if not proto:
        return json.dumps({"type": "ERROR", "object": {
            "kind": "Status", "apiVersion": "v1", "status": "Failure",
            "reason": reason.decode(), "code": code}}).encode() + b"\n"
    status = put(2, b"Failure") + put(4, reason) + put(6, code)
    raw = b"k8s\0" + put(1, put(1, b"v1") + put(2, b"Status")) + put(2, status)
    event = put(1, b"ERROR") + put(2, put(1, raw))
    return struct.pack(">I", len(event)) + event
