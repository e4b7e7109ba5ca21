"""Each bit of the length of a sealed frame flipped, toward the server and toward both clients. The bytes that are
missing then are there, whatever they are; and once they never come: then somebody's patience ends."""

import collections
import re
import time

from changes import lengthened
from client import FRAME_BYTES, PING, Broken, Disconnected
from middle import Middle
from own import FOUND_BY_CLIENT, TOLD_BY_SERVER, WAITING_AT_ONCE, at_once, meanwhile, scene
from repairs import FIRST_PLACE, Hand

BITS = range(32)
# A client pings after half of it, and waits for fifteen seconds.
IDLE_SECONDS, LONGEST_SILENCE = 20, 45


def verdict(length, broken):
    """Of a frame that was not empty; a length that no frame has is told at its fourth byte."""
    return "frame_too_large" if length > FRAME_BYTES else broken


def report_bits(report, words, results):
    """Of each bit: what was found, and what should have been."""
    counts = dict(collections.Counter(found for found, _ in results))
    strange = {bit: result for bit, result in enumerate(results) if result[0] != result[1]}
    report.check(f"{words} ({len(results)}): {counts}", len(results) > 10 and not strange, strange)


# ------------------------------------------------------------------------------------- the independent client

def check_lengths(report, stage):
    report_bits(report, "each bit of the length of a client's frame flipped", [to_server(stage, bit) for bit in BITS])
    report_bits(report, "each bit of the length of a server's frame flipped", [to_client(stage, bit) for bit in BITS])
    found = at_once(lambda bit: waiting_server(stage, bit), BITS, len(BITS))
    found = [each for each in found if each]
    report_bits(report, "and those that ask for bytes that never come", found)


def to_server(stage, bit):
    stated = []

    def harm(client):
        frame, length = lengthened(client.sending.seal(client.payload(PING)), bit, FRAME_BYTES)
        stated.append(length)
        client.transmit(frame)

    return stage.after(harm), verdict(*stated, "seal_broken")


def waiting_server(stage, bit):
    """The server's patience with a frame that has begun; `None` for a bit that does not make it longer."""
    with stage.enter() as client:
        client.socket.settimeout(30)
        frame = client.sending.seal(client.payload(PING))
        changed, length = lengthened(frame, bit, FRAME_BYTES)
        if len(changed) <= len(frame):
            return None
        client.transmit(changed[:len(frame)])
        return client.end(), "idle_timeout"


def to_client(stage, bit):
    stated = []

    def pong(frame, number):
        if number != 2:
            return frame
        frame, length = lengthened(frame, bit, FRAME_BYTES)
        stated.append(length)
        return frame

    with Middle(stage.port, to_client=pong) as middle, stage.enter(port=middle.port, binds=False) as ada:
        try:
            ada.ping()
            found = "answered"
        except (Broken, Disconnected, TimeoutError) as error:
            found = str(error)
    return found, verdict(*stated, "the code does not fit")


# ---------------------------------------------------------------------------------------- the program's own client

def check_own_lengths(report):
    """It finds what was done, or is told, and comes again unless it was told not to; no line is lost or doubled."""
    with scene() as stage, meanwhile(wait) as waited:
        expected = []
        for side, whose in (("to_server", "client"), ("to_client", "server")):
            results = at_once(lambda bit: goes_on(stage, side, bit), BITS)
            report_bits(report, f"the program, each bit of the length of a {whose}'s frame flipped",
                        [result[:2] for result in results])
            expected += [line for found, _, lines in results for line in lines if "goes on" in found]
        found = stage.said()
        report.check("and every line is there once", sorted(found) == sorted(expected), len(found))
        report.check("in its order", all(found.index(line) < found.index(line[:-1] + "2") for line in expected
                                         if line.endswith("1")))
        for words, holds, result in waited():
            report.check(words, holds, result)


def goes_on(stage, side, bit):
    """(what the program said and did, what it should have, its lines)."""
    stated = []

    def change(frame):
        frame, length = lengthened(frame, bit, FRAME_BYTES)
        stated.append(length)
        return frame

    lines = [f"{side} {bit} {number}" for number in (1, 2)]
    hand = Hand(change, 1)
    with Middle(stage.port, **{side: hand}) as middle:
        status, _, complaint = stage.send(middle.port, lines, patience=30)
    is_final = side == "to_server" and verdict(*stated, "") == "frame_too_large"
    wanted = verdict(*stated, "seal_broken" if side == "to_server" else "broken seal")
    return (reason(status, complaint, hand.connections), f"{wanted}, {'ends' if is_final else 'goes on'}", lines)


def reason(status, complaint, connections):
    """Why the one connection was lost, and whether the program went on by another."""
    found = [name for name, (_, words) in FOUND_BY_CLIENT.items()
             if "no connection (" in complaint and words in complaint]
    found += [name for name in re.findall(r"\(([a-z_]+)\)", complaint) if name in TOLD_BY_SERVER | {"idle_timeout": 3}]
    if len(found) != 1 or complaint.count("securechat: ") != 1:
        return f"status {status}, {found}: {complaint}"
    if (status, connections) == (0, 2):
        return f"{found[0]}, goes on"
    return f"{found[0]}, ends" if (status, connections) == (1, 1) else f"{found[0]}, {status}, {connections}"


class Swallowing(Hand):
    """Of its one connection no frame passes from that place on."""

    def __call__(self, frame, number):
        self.connections += number == 0
        return b"" if self.connections == 1 and number >= FIRST_PLACE else frame


def wait():
    """(what is checked, whether it holds, why not) of bytes that never come: a frame that has begun is not life,
    however many bytes of later ones it takes."""
    def visit(trick):
        side, hand, _ = trick
        begun = time.monotonic()
        with Middle(stage.port, **{side: hand}) as middle:
            status, _, complaint = stage.send(middle.port, ["waited for"], 30, LONGEST_SILENCE)
        return status, hand.connections, complaint, f"{time.monotonic() - begun:.0f} s"

    def longer(frame):
        return lengthened(frame, 13, 0)[0]

    tricks = {
        "a client's frame is longer than what comes": ("to_server", Hand(longer, 1), "(idle_timeout)"),
        "no frame of the client's comes": ("to_server", Swallowing(None, 1), "(idle_timeout)"),
        "no frame of the server's comes": ("to_client", Swallowing(None, 1), "no connection (the server fell silent)"),
        "a server's frame is left out": (
            "to_client", Hand(lambda frame: b"", 1), "(frame_seal_broken)"),
        "a server's frame is longer than what comes": ("to_client", Hand(longer, 1), "no connection ("),
    }
    with scene(SECURECHAT_LIMITS_IDLESECONDS=str(IDLE_SECONDS)) as stage:
        results = at_once(visit, tricks.values(), WAITING_AT_ONCE)
        found = stage.said()
    checks = [(f"the program goes on when {words}", result[:2] == (0, 2) and wanted in result[2], result)
              for (words, (_, _, wanted)), result in zip(tricks.items(), results)]
    return checks + [("and what it said is there, once each", found == ["waited for"] * len(tricks), found)]
