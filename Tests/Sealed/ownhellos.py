"""The program's own client and each byte of both hellos flipped on its way: its verdict fits the field that was hit."""

import collections

from changes import first_frame, lengthened
from fields import NO_MESSAGE, found_by
from hellos import Flipping
from middle import Middle
from own import LET_IN, at_once, scene

# Where the program's words differ from those of the client that was written from the protocol's page.
OWN = {
    "to_server": {},
    "to_client": {
        # Where the others see the connection end, it says that it ended within a frame.
        "length.1": {"frame_cut"}, "length.2": {"frame_cut"},
        # A byte that the server says when its patience ends, and that is read as one behind the hello in its frame.
        "length.3": {NO_MESSAGE, "check 1"},
        # It knows no group 3, and so no share of it.
        "offer.key_shares.group": {"check 1"},
        # It reads on in a field that nobody needs, until the signature shows it.
        "offer.limits announced": {"check 1", "check 6"},
        # The tag of the algorithm's NULL: another encoding of the same key may be taken for a key still, and verifies
        # then; but it is not the one that the server signed its hello with.
        ("identity_key", 17): {"check 3", "check 6"},
    },
}
FRAME_LIMIT = {"to_server": 4_096, "to_client": 1_048_576}
# What is found where something stands behind the hello in its frame, and where its end is missing.
BESIDE = {"to_server": ("unexpected_message", "malformed"), "to_client": ("check 1", NO_MESSAGE)}


def words(side):
    return side.replace("_", " ")


class Counting:
    """Lets a direction's frames pass and counts them."""

    def __init__(self):
        self.frames = 0

    def __call__(self, frame, number):
        self.frames += 1
        return frame


def attempt(stage, side, place):
    """The outcome of a visit with this byte flipped; whoever has a wrong hello says nothing more."""
    hand, counting = Flipping(side, place), Counting()
    changes = {"to_server": counting, **{side: hand}}
    with Middle(stage.port, **changes) as middle:
        outcome = stage.visit(middle.port)
    went_on = side == "to_client" and counting.frames != 1
    return f"{outcome}, and it said {counting.frames} frames" if went_on else outcome


def check_own_hellos(report):
    with scene() as stage:
        for side in ("to_server", "to_client"):
            check_bytes(report, stage, side)
            check_lengths(report, stage, side)
        found = stage.said()
        report.check("nobody was let in whose hello was changed", set(found) == {"nothing was changed"}, found)


def check_bytes(report, stage, side):
    hand = Flipping(side)
    with Middle(stage.port, **{side: hand}) as middle:
        outcome = stage.visit(middle.port, "nothing was changed")
    report.check(f"the program is let in when nothing is changed {words(side)}", outcome == LET_IN, outcome)
    outcomes = at_once(lambda place: attempt(stage, side, place), hand.places)
    strange = {place: outcome for place, outcome in zip(hand.places, outcomes)
               if outcome not in found_by(place, side, OWN[side])}
    counts = dict(sorted(collections.Counter(outcomes).items()))
    report.check(f"the program, each byte of the hello {words(side)} flipped ({len(outcomes)}): {counts}",
                 len(outcomes) > 100 and not strange, strange)


def check_lengths(report, stage, side):
    """Each bit of a hello's length, and as many bytes behind it as are missing then."""
    longer, shorter = BESIDE[side]

    def visit(bit):
        expected = []

        def change(frame):
            changed, length = lengthened(frame, bit, FRAME_LIMIT[side])
            expected.append(
                "frame_too_large" if length > FRAME_LIMIT[side] else longer if len(changed) > len(frame) else shorter)
            return changed

        with Middle(stage.port, **{side: first_frame(change)}) as middle:
            # It comes twice where the first end came while it was thinking of whom it talks to.
            return stage.visit(middle.port), expected[0]

    results = at_once(visit, range(32))
    counts = dict(collections.Counter(outcome for outcome, _ in results))
    strange = {bit: result for bit, result in enumerate(results) if result[0] != result[1]}
    report.check(f"the program, each bit of the length of the hello {words(side)} flipped (32): {counts}",
                 not strange, strange)
