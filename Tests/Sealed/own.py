"""The program's own client, one visit after another to a server that somebody stands before; each ends with one code.

It comes by a proxy that ends TLS with a certificate of its own. The client has pinned the server's identity, so it
accepts any certificate, and the server trusts the proxy, so that its exporter gives nobody away: the hello alone is
what protects the two."""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

import securechat
from fields import CUT, NO_MESSAGE
from rotation import key

LET_IN = "let in"
# Two processors can do no more; who waits needs none of them.
AT_ONCE, WAITING_AT_ONCE = 4, 16
# The client gives up a hello after fifteen seconds. More is a hang.
LONGEST = 60
# How the program ends, by its exit status and its words: the codes of this suite. First what the client finds: the
# checks of docs/protocol.md, section 6, and what it says of frames and of connections.
FOUND_BY_CLIENT = {
    "check 1": (1, "the server's proof is wrong: it cannot be decoded"),
    "check 2": (1, "the server's proof is wrong: it chose what was not offered"),
    "check 3": (1, "the server's proof is wrong: its identity key did not sign its credential"),
    "check 4": (1, "the server's proof is wrong: its credential is for something else"),
    "check 5": (1, "the server's proof is wrong: its credential is not valid at this time"),
    "check 6": (1, "the server's proof is wrong: its signature is not for this connection"),
    "check 7": (1, "(identity_unexpected)"),
    "check 8": (1, "the server's proof is wrong: it does not seal its connections"),
    NO_MESSAGE: (3, "(frame_malformed)"),
    "frame_too_large": (3, "(frame_too_large)\n"),
    "empty": (3, "(frame_empty)"),
    "broken seal": (3, "(frame_seal_broken)"),
    "out of place": (3, "a message came that had no place there"),
    CUT: (3, "the server closed the connection\n"),
    "frame_cut": (3, "(frame_cut)"),
    "silence": (3, "no answer in time"),
    "no TLS": (3, "the server is not reachable: TLS: "),
}
# Then what it is told by the server; after the last three it would come again, if it had the patience.
TOLD_BY_SERVER = dict.fromkeys(
    ["malformed", "frame_too_large", "unexpected_message", "unsupported_version", "disabled", "sealing_required"], 1
) | dict.fromkeys(["seal_broken", "hello_repeated", "handshake_timeout"], 3)


def code(status, output, complaint):
    """The one code that the program ended with; anything else is told as it is, and is none."""
    if (status, output, complaint) == (0, "", ""):
        return LET_IN
    found = [name for name, (exit_status, words) in FOUND_BY_CLIENT.items()
             if words in complaint and status == exit_status]
    found += [name for name in re.findall(r"\(([a-z_]+)\)", complaint) if TOLD_BY_SERVER.get(name) == status]
    is_clear = complaint.count("securechat: ") == 1 and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", complaint)
    if len(found) == 1 and not output and is_clear:
        return found[0]
    return f"status {status}, {found}: {output}{complaint}"


class Scene:
    """A server that trusts its proxies, and ada, who visits it."""

    def __init__(self, server):
        self.server, self.port = server, server.port
        server.add_person("ada")
        server.admin("room", "add", "square", "--public")
        # By a key of a program, which costs the server no password's hash.
        self.token = server.token("ada")
        self.fingerprint = key(server, "show")[0]

    def visit(self, port, words="said by who was let in", **options):
        """The code of a visit at this port; whom it expects there stays as it is."""
        return code(*self.send(port, [words], patience=0, **options))

    def first_visit(self, port):
        """The code of a visit by somebody who trusts whom they meet first; nobody is trusted after a failure."""
        home = tempfile.mkdtemp(prefix="visit-", dir=self.server.folder)
        command = [securechat.PROGRAM, "send", "--server", f"127.0.0.1:{port}", "--user", "ada", "--room", "square",
                   "--accept-new", "--patience", "0", "said by who was let in"]
        environment = {**self.server.environment, "HOME": home, "XDG_CONFIG_HOME": home, "SECURECHAT_TOKEN": self.token}
        done = subprocess.run(command, env=environment, capture_output=True, timeout=LONGEST)
        pins = os.path.join(home, "securechat", "known_servers")
        if os.path.exists(pins) and os.path.getsize(pins) > 0 and done.returncode != 0:
            return "a pin is kept"
        shutil.rmtree(home)
        return code(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def send(self, port, lines, patience, longest=LONGEST, fingerprint=None):
        """Exit status, output and complaints of `securechat send` with these lines, one message each."""
        home = tempfile.mkdtemp(prefix="visit-", dir=self.server.folder)
        pins = os.path.join(home, "securechat", "known_servers")
        pinned = f"127.0.0.1:{port} sha256:{fingerprint or self.fingerprint} 0\n"
        os.mkdir(os.path.dirname(pins))
        with open(pins, "w", encoding="ascii") as file:
            file.write(pinned)
        command = [securechat.PROGRAM, "send", "--server", f"127.0.0.1:{port}", "--user", "ada", "--room", "square",
                   "--patience", str(patience), "-"]
        environment = {**self.server.environment, "HOME": home, "XDG_CONFIG_HOME": home, "SECURECHAT_TOKEN": self.token}
        try:
            done = subprocess.run(command, input="\n".join(lines).encode() + b"\n", env=environment,
                                  capture_output=True, timeout=longest)
        except subprocess.TimeoutExpired:
            return None, "", f"still there after {longest} s"
        with open(pins, encoding="ascii") as file:
            if file.read() != pinned:
                return None, "", "another pin"
        shutil.rmtree(home)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def said(self):
        """What stands in the room."""
        process = self.server.client("tail", "ada", "--room", "square", "--no-follow", "--json")
        events = map(json.loads, process.communicate(timeout=60)[0].splitlines())
        return [event["body"] for event in events if event["type"] == "message"]


@contextlib.contextmanager
def scene(**settings):
    with securechat.Server({"SECURECHAT_LISTEN_TRUSTEDPROXIES": "127.0.0.1", **settings}) as server:
        yield Scene(server)


@contextlib.contextmanager
def meanwhile(work):
    """Does it beside what is within; then the function given answers what came of it. For work that only waits."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result


def at_once(visit, items, most=AT_ONCE):
    """What `visit` answers to each, in their order; so many are under way at a time."""
    with concurrent.futures.ThreadPoolExecutor(most) as pool:
        return list(pool.map(visit, items))
