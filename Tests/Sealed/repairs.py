"""The program's own client behind a proxy that the operator trusts and that breaks frames: found at the end that the
frame was for, mended by another connection, and no message lost or doubled by it."""

import json
import subprocess

import securechat
from middle import Middle

LINES = 200
# The first frames of either side are the hello, the login and the room; then come messages and acknowledgements.
# On a second connection room and messages may share a frame.
FIRST_PLACE, LATER_PLACE = 3, 2


def flipped(frame):
    return frame[:-1] + bytes([frame[-1] ^ 1])


CHANGES = {
    "flipped": flipped,
    "doubled": lambda frame: frame + frame,
    "cut short": lambda frame: (len(frame) - 5).to_bytes(4, "big") + frame[4:-1],
}


class Hand:
    """Changes one frame of each of so many connections."""

    def __init__(self, change, connections):
        self.change, self.left, self.connections = change, connections, 0

    def __call__(self, frame, number):
        self.connections += number == 0
        place = FIRST_PLACE if self.connections == 1 else LATER_PLACE
        if number != place or not self.left:
            return frame
        self.left -= 1
        return self.change(frame)


def say(server, hand, side, words, *options):
    """The exit code of `securechat send` with these lines, behind that hand; and its complaints."""
    with Middle(server.port, **{side: hand}) as middle:
        port, server.port = server.port, middle.port
        try:
            process = server.client("send", "ada", "--room", "square", *options, "-", stdin=subprocess.PIPE)
        finally:
            server.port = port
        complaint = process.communicate("\n".join(words).encode() + b"\n", timeout=120)[1].decode()
    return process.returncode, complaint


def said(server):
    process = server.client("tail", "ada", "--room", "square", "--no-follow", "--json")
    lines = process.communicate(timeout=60)[0].splitlines()
    return [event["body"] for event in map(json.loads, lines) if event["type"] == "message"]


def check_repairs(report):
    with securechat.Server({"SECURECHAT_LISTEN_TRUSTEDPROXIES": "127.0.0.1"}) as server:
        server.add_person("ada")
        server.admin("room", "add", "square", "--public")
        expected = []
        for side, whose in (("to_server", "client"), ("to_client", "server")):
            for words, change in CHANGES.items():
                lines = [f"{whose}, {words}, {number}" for number in range(LINES)]
                hand = Hand(change, 1)
                status, complaint = say(server, hand, side, lines)
                expected += lines
                report.check(f"the program goes on when a frame of the {whose}'s is {words}",
                             (status, hand.left, hand.connections) == (0, 0, 2), (status, complaint, vars(hand)))
        found = said(server)
        report.check("and every line is there once, in its order", found == expected, found[:3])
        hand = Hand(flipped, 1_000)
        status, complaint = say(server, hand, "to_client", ["never acknowledged"], "--patience", "3")
        report.check("it gives up where every connection breaks", status == 3 and hand.connections > 1,
                     (status, complaint, hand.connections))
        entries = [json.loads(line) for line in server.admin("audit", "export").splitlines()]
        reasons = {json.loads(row["details"])["reason"] for row in entries if row.get("kind") == "connection_tampered"}
        report.check("the audit log tells of broken seals", reasons == {"seal_broken"}, reasons)
