"""Both hellos under a hand that flips their bytes one by one, and one that is said again."""

import collections
import gc
import json
import struct

from client import Client, Disconnected, Distrusted
from cryptography.exceptions import UnsupportedAlgorithm
from middle import Middle
from sealing import Broken

# By the server, or by what the client checks of the server's proof.
EXPECTED = {
    "to_server": {"malformed", "check 6"},
    "to_client": {"malformed", "check 1", "check 2", "check 3", "check 4", "check 6"},
}
# Of a length that is another: too long, or one waits for bytes that never come until the server's patience ends.
OF_A_LENGTH = {"frame_too_large", "handshake_timeout", "closed", "malformed"}
# What reads messages and keys says of bytes that are none: the client's `malformed`.
MALFORMED = (ValueError, IndexError, struct.error, UnsupportedAlgorithm)


def check_hello_bytes(report, stage):
    """Each byte of both hellos flipped, those of the length too: nobody goes on with another hello than was said."""
    for side in ("to_server", "to_client"):
        hello, flipped, found = [], None, collections.defaultdict(list)

        def change(frame, number):
            if number > 0:
                return frame
            hello[:] = [frame]
            if flipped is None:
                return frame
            # A signature is a byte shorter now and then, and the hello with it.
            place = min(flipped, len(frame) - 1)
            return frame[:place] + bytes([frame[place] ^ 1]) + frame[place + 1:]

        with Middle(stage.port, **{side: change}) as middle:
            stage.enter(port=middle.port, binds=False).socket.close()
            size = len(hello[0])
            for flipped in range(size):
                found[outcome(stage, middle)].append(flipped)
                # What was raised holds its frames, and those their contexts and files, until somebody collects them.
                if flipped % 100 == 0:
                    gc.collect()
        strange = {what: places for what, places in found.items()
                   if what not in EXPECTED[side] and (what not in OF_A_LENGTH or places[-1] > 3)}
        counts = {what: len(places) for what, places in sorted(found.items())}
        report.check(f"each byte of the hello {side.replace('_', ' ')} flipped ({size}): {counts}",
                     size > 100 and not strange, strange)


def outcome(stage, middle):
    """By what it was detected: the server's code, or the client's check of section 6."""
    try:
        stage.enter(port=middle.port, binds=False).socket.close()
    except Distrusted as error:
        return f"check {error.args[0]}" if isinstance(error.args[0], int) else error.args[0]
    except (Disconnected, Broken) as error:
        return error.args[0] if error.args else "seal_broken"
    except MALFORMED:
        return "malformed"
    except TimeoutError:
        return "no answer"
    return "let in"


def check_repeated(report, stage):
    """A hello that somebody recorded wins nothing, and is told apart."""
    kept = []

    def record(frame, number):
        if number == 0:
            kept.append(frame)
        return frame

    with Middle(stage.port, to_server=record) as middle, stage.enter(port=middle.port, binds=False) as ada:
        ada.ping()
    for words in ("again", "and again"):
        with Client(stage.port, binds=False, hello=False) as other:
            try:
                other.greet(lambda _: kept[0])
                found = "answered"
            except Disconnected as error:
                found = error.args[0]
        report.check(f"a hello said {words}: hello_repeated", found == "hello_repeated", found)
    # The checks before this one broke seals and stood between with a certificate of their own.
    rows = [json.loads(line) for line in stage.server.admin("audit", "export").splitlines()]
    reasons = {json.loads(row["details"])["reason"] for row in rows if row.get("kind") == "connection_tampered"}
    report.check("the audit log tells of all that was tampered with",
                 reasons == {"seal_broken", "channel_binding_mismatch", "hello_repeated"}, reasons)
