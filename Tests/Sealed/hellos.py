"""Both hellos under a hand that flips their bytes one by one, and one that is said again."""

import collections
import gc
import json

from changes import flipped
from client import Client, Disconnected, Distrusted, Malformed
from fields import NO_MESSAGE, found_by, places
from middle import Middle
from sealing import Broken


class Flipping:
    """Flips the lowest bit of the byte at one place of each hello of a direction, as `fields.places` names it; and
    knows the places that the last hello had."""

    def __init__(self, side, place=None):
        self.side, self.place, self.places = side, place, []

    def __call__(self, frame, number):
        if number > 0:
            return frame
        self.places = places(frame, self.side)
        if self.place is None:
            return frame
        # A signature is a byte shorter now and then: its last byte then.
        name, before = self.place
        return flipped(frame, max(index for index, (other, count) in enumerate(self.places)
                                  if other == name and count <= before))


def check_hello_bytes(report, stage):
    """Each byte of both hellos flipped, those of the length too: nobody goes on with another hello than was said."""
    for side in ("to_server", "to_client"):
        hand, found, strange = Flipping(side), collections.Counter(), {}
        with Middle(stage.port, **{side: hand}) as middle:
            stage.enter(port=middle.port, binds=False).socket.close()
            all_places = hand.places
            for index, hand.place in enumerate(all_places):
                what = outcome(stage, middle)
                found[what] += 1
                if what not in found_by(hand.place, side, {}):
                    strange[hand.place] = what
                # What was raised holds its frames, and those their contexts and files, until somebody collects them.
                if index % 100 == 0:
                    gc.collect()
        report.check(f"each byte of the hello {side.replace('_', ' ')} flipped ({len(all_places)}): "
                     f"{dict(sorted(found.items()))}", len(all_places) > 100 and not strange, strange)


def outcome(stage, middle):
    """By what it was detected: the server's code, or the client's check of section 6, or what is said before that."""
    try:
        stage.enter(port=middle.port, binds=False).socket.close()
    except Distrusted as error:
        return f"check {error.args[0]}" if isinstance(error.args[0], int) else error.args[0]
    except (Disconnected, Broken) as error:
        return error.args[0]
    except Malformed:
        return NO_MESSAGE
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
