"""The exec subresource for tests/server/server, by WebSocket (RFC 6455).

What the command does is its first word:
  echo WORDS    prints them, and exits with 0
  both OUT ERR  to stdout and to stderr
  exit N        prints nothing
  size N        prints N bytes of "x", in messages of at most 4096
  all           prints what it was asked: container and words, JSON
  pilot-agent, curl  what the proxy of NAMESPACE/POD says: the files of --proxies
                NAMESPACE/POD, with .dump if pilot-agent is asked for its
                config_dump; with .exit "N TEXT", N is its exit status and TEXT
                goes to stderr
  ANY version   what that program of NAMESPACE/POD says: NAMESPACE/POD.ANY of
                --proxies, and with .err behind it, what it says on stderr
What is done to it: --fault KIND@... as of every other request; the kinds here
are in FAULTS.
"""
import base64, hashlib, json, os, socket, struct, time, urllib.parse

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PROXIES = None
OFFERED = ("v5.channel.k8s.io", "v4.channel.k8s.io")

# of the answer, of frames, and of the channels
HEADS = ("badaccept", "noprotocol", "strange", "extension", "noupgrade",
         "http10", "nothttp", "longhead", "interims", "200", "302", "early")
FRAMES = ("fragments", "bytes", "pings", "masked", "text", "rsv", "hugeframe",
          "hugeclaim", "reserved", "loose", "pingflood", "longping", "badclose")
CHANNELS = ("v4", "nostatus", "closecode", "statusfirst", "garbledstatus",
            "notrun", "nocode", "dripstatus", "linger", "hang", "hanghead",
            "midreset", "midclose", "stderrflood", "empties", "others",
            "noise", "needsping", "stay")
FAULTS = HEADS + FRAMES + CHANNELS


def frame(op, data, fin=True, mask=False, rsv=0):
    n = len(data)
    head = bytes([(0x80 if fin else 0) | rsv << 4 | op])
    m = 0x80 if mask else 0
    if n < 126:
        head += bytes([m | n])
    elif n < 65536:
        head += struct.pack(">BH", m | 126, n)
    else:
        head += struct.pack(">BQ", m | 127, n)
    return head + (bytes(4) if mask else b"") + data


class Exec:
    def __init__(self, handler, fault):
        self.h = handler
        self.fault = fault
        self.out = handler.wfile
        query = urllib.parse.parse_qs(handler.path.partition("?")[2],
                                      keep_blank_values=True)
        self.words = query.get("command", [])
        self.query = query
        self.code = 0

    def send(self, data):
        if self.fault == "bytes":
            for i in range(len(data)):
                self.out.write(data[i:i + 1])
                self.out.flush()
        else:
            self.out.write(data)
            self.out.flush()

    def message(self, channel, data):
        data = bytes([channel]) + data
        if self.fault == "fragments":
            # control frames come between the parts, and a part can be empty
            self.send(frame(2, b"", fin=False))
            for i in range(0, len(data), 3):
                self.send(frame(0, data[i:i + 3], fin=False))
                self.send(frame(9, b"between"))
            self.send(frame(0, b""))
        else:
            self.send(frame(2, data))

    def status(self):
        """What the command's end looks like on the error channel."""
        code = int(self.words[1]) if self.words[0] == "exit" else self.code
        if self.fault == "notrun":
            return {"metadata": {}, "status": "Failure", "code": 500,
                    "reason": "InternalError", "message":
                    "Internal error occurred: no such file"}
        if code == 0:
            return {"metadata": {}, "status": "Success"}
        causes = [{"reason": "ExitCode", "message": str(code)}]
        if self.fault == "nocode":
            causes = []
        return {"metadata": {}, "status": "Failure",
                "reason": "NonZeroExitCode", "message":
                "command terminated with non-zero exit code",
                "details": {"causes": causes}}

    def command(self):
        """stdout and stderr, in messages."""
        what, args = self.words[0], self.words[1:]
        if what == "echo":
            yield 1, " ".join(args).encode()
        elif what == "both":
            yield 1, args[0].encode()
            yield 2, args[1].encode()
        elif what == "size":
            n = int(args[0])
            while n > 0:
                yield 1, b"x" * min(n, 4096)
                n -= 4096
        elif args == ["version"]:
            yield from self.version(what)
        elif what in ("pilot-agent", "curl"):
            yield from self.proxy(what, args)
        elif what == "all":
            del self.query["command"]
            yield 1, json.dumps([self.query, self.words],
                                sort_keys=True).encode()

    def file_of_pod(self):
        words = self.h.path.split("?")[0].split("/")
        return os.path.join(PROXIES, words[-4], words[-2])

    def version(self, what):
        name = "%s.%s" % (self.file_of_pod(), what)
        if not os.path.exists(name) and not os.path.exists(name + ".err"):
            self.code = 126
            yield 2, b"no such file"
        for channel, path in ((1, name), (2, name + ".err")):
            if os.path.exists(path):
                with open(path, "rb") as f:
                    yield channel, f.read()

    def proxy(self, what, args):
        name = self.file_of_pod()
        if what == "pilot-agent" and args[-1] != "certs":
            name += ".dump"
        if os.path.exists(name + ".exit"):
            with open(name + ".exit") as f:
                code, text = f.read().split(" ", 1)
            self.code = int(code)
            yield 2, text.encode()
        if os.path.exists(name):
            with open(name, "rb") as f:
                body = f.read()
            for i in range(0, len(body), 4096):
                yield 1, body[i:i + 4096]

    # ---- the answer ----

    def head(self):
        h, fault = self.h, self.fault
        key = h.headers["Sec-WebSocket-Key"] or ""
        offered = [p.strip() for p in
                   (h.headers["Sec-WebSocket-Protocol"] or "").split(",")]
        good = h.headers["Upgrade"] == "websocket" and \
            h.headers["Connection"] == "Upgrade" and \
            h.headers["Sec-WebSocket-Version"] == "13" and \
            len(base64.b64decode(key)) == 16 and \
            tuple(offered) == OFFERED and \
            h.headers["Accept"] in (None, "*/*")    # else a kubelet says 406
        if not good:
            raise ValueError("no WebSocket is asked for: %s" % h.headers)
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        if fault == "badaccept":
            accept = accept[::-1]
        lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: WebSocket",
                 b"Connection: keep-alive, upgrade",
                 b"Sec-WebSocket-Accept: " + accept]
        if fault == "noupgrade":
            del lines[1]
        if fault == "http10":
            lines[0] = b"HTTP/1.0 101 Switching Protocols"
        if fault == "strange":
            lines.append(b"Sec-WebSocket-Protocol: channel.k8s.io")
        elif fault != "noprotocol":
            lines.append(b"Sec-WebSocket-Protocol: " +
                         OFFERED[fault == "v4"].encode())
        if fault == "extension":
            lines.append(b"Sec-WebSocket-Extensions: permessage-deflate")
        if fault == "longhead":
            lines.append(b"X-Long: " + b"x" * 20000)
        text = b"\r\n".join(lines) + b"\r\n\r\n"
        if fault == "interims":
            text = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + text
        if fault == "nothttp":
            text = b"SSH-2.0-OpenSSH_9.2p1\r\n"
        return text

    def run(self):
        h, fault = self.h, self.fault
        h.close_connection = True
        if fault == "hanghead":
            self.send(b"HTTP/1.1 101 Switch")
            return self.wait()
        if fault in ("200", "302"):
            return self.send(b"HTTP/1.1 %s Well\r\nContent-Length: 2\r\n"
                             b"Location: http://127.0.0.2:1/\r\n\r\nhi"
                             % fault.encode())
        text = self.head()
        if fault == "early":
            # all of it in one packet
            parts, send = [text], self.send
            self.send = parts.append
            self.talk()
            return send(b"".join(parts))
        self.send(text)
        if fault == "nothttp":
            return self.wait()
        if fault in HEADS and fault != "interims":
            return self.wait(2)
        self.talk()
        if fault == "stay":
            return self.wait()

    def wait(self, seconds=60):
        """Until the other side goes, at most."""
        self.h.connection.settimeout(seconds)
        try:
            while self.h.rfile.read1(4096):
                pass
        except OSError:
            pass

    # ---- the messages ----

    def break_frames(self):
        f = self.fault
        data = {
            "masked": frame(2, b"\x01abc", mask=True),
            "text": frame(1, b"\x01abc"),
            "rsv": frame(2, b"\x01abc", rsv=4),
            "hugeframe": frame(2, b"\x01" + b"x" * (3 << 20)),
            "hugeclaim": b"\x82\x7f\x7f" + b"\xff" * 7 + b"\x01",
            "reserved": frame(3, b"\x01abc"),
            "loose": frame(0, b"\x01abc"),
            "pingflood": frame(9, b"") * 5000,
            "longping": frame(9, b"p" * 126),
            "badclose": frame(8, b"\x00\x01"),
        }.get(f)
        if data is None:
            return False
        self.send(data)
        self.wait()
        return True

    def break_channels(self):
        f = self.fault
        if f == "hang":
            self.wait()
        elif f == "midclose":
            self.send(frame(2, b"\x01abc")[:3])
        elif f == "midreset":
            self.h.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.send(frame(2, b"\x01abc")[:3])
            os.close(self.h.connection.detach())
            raise ConnectionResetError
        elif f == "stderrflood":
            for _ in range(300):
                self.message(2, b"e" * 8192)
            self.wait()
        elif f == "nostatus":
            self.message(1, b"abc")
            self.send(frame(8, b""))
        elif f == "closecode":
            self.send(frame(8, b"\x03\xf3because of \xc3\xa4"))
        elif f == "garbledstatus":
            self.message(3, b"it is well")
        else:
            return False
        return True

    def needs_pong(self):
        self.send(frame(9, b"are you there"))
        head = self.h.rfile.read(2)
        mask = self.h.rfile.read(4)
        data = self.h.rfile.read(head[1] & 0x7f)
        text = bytes(c ^ mask[i % 4] for i, c in enumerate(data))
        if head != b"\x8a\x8d" or text != b"are you there":
            raise ValueError("no pong: %r %r" % (head, text))

    def talk(self):
        f = self.fault
        if f in FRAMES and self.break_frames() or \
                f in CHANNELS and self.break_channels():
            return
        if f == "empties":
            for channel in range(4):
                self.message(channel, b"")
        if f == "others":
            self.message(255, b"\x01")
            self.message(0, b"what")
            self.message(9, b"is this")
            self.send(frame(2, b""))
        if f == "needsping":
            self.needs_pong()
        if f == "statusfirst":
            self.message(3, json.dumps(self.status()).encode())
        for channel, data in self.command():
            if f == "pings":
                self.send(frame(9, b"") + frame(10, b"unasked"))
            if f == "noise":
                self.message(2, b"noise " * 1000)
            self.message(channel, data)
        end = json.dumps(self.status()).encode()
        if f == "dripstatus":
            for i in range(0, len(end), 5):
                self.message(3, end[i:i + 5])
        elif f != "statusfirst":
            self.message(3, end)
        if f == "linger":
            # without a close, the output's end comes late
            time.sleep(0.3)
            self.message(1, b" late")
        if f != "stay":
            self.send(frame(8, b"\x03\xe8"))
            # a close with pongs unread would be a reset
            if f != "early":
                self.wait(2)
