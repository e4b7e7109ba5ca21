"""The program's own client behind somebody who strips, downgrades, swaps, drops, cuts, repeats and reorders hellos.
Each trick ends with its code, and nobody is let in."""

import contextlib
import os
import ssl

from changes import (
    cut, first_frame, framed, hello_changed, with_field, with_last_share, with_own_share, without, without_shares)
from client import part, plain_frame
from fields import CUT, NO_MESSAGE
from middle import HangUp, Middle
from own import LET_IN, WAITING_AT_ONCE, at_once, meanwhile, scene
from protobuf import decode, encode, first
from rogue import Identity, Rogue
from sealing import P256, X25519

OTHER_NONCE, OTHER_ID = bytes(32), bytes(16)
PLAIN_PING = plain_frame([(1, 9), (4, [])])
# Whoever stands there may end a connection before anything is sealed, and say so in the server's name; with words that
# would paint a terminal.
WORDS = "\x1b[31mgo to http://evil.example\x07\r\n"
GOODBYE = [(5, [(1, 1006), (2, "disabled"), (3, WORDS)])]
TOO_OLD = [(5, [(1, 1004), (2, "unsupported_version"), (3, WORDS)])]


class Mute(Middle):
    """Ends TLS, and never says a word."""

    def serve(self, raw):
        with contextlib.suppress(OSError), self.context.wrap_socket(raw, server_side=True) as client:
            while client.recv(65_536):
                pass


def old_tls(port):
    middle = Middle(port)
    middle.context.minimum_version, middle.context.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    return middle


def recorded(stage, side):
    """The first frame of a direction, of a visit that nobody disturbed."""
    kept = []

    def keep(frame):
        kept.append(frame)
        return frame

    with Middle(stage.port, **{side: first_frame(keep)}) as middle:
        if stage.visit(middle.port, "nothing was changed") != LET_IN:
            raise RuntimeError("an undisturbed visit failed")
    return kept[0]


def hello_of(frame):
    """Its fields, one value each."""
    message = decode(first(decode(frame[4:]), 1))
    return {number: values[0] for number, values in decode(message[2][0]).items()}


def halves_swapped(frame):
    middle = len(frame) // 2
    return frame[middle:] + frame[:middle]


def halved(frame):
    """Two frames of it."""
    middle = len(frame) // 2
    return framed(frame[4:middle]) + framed(frame[middle:])


def hang_up(frame):
    raise HangUp(frame[:-1])


def silent(frame, number):
    return b""


def last_then_first():
    """The hello comes behind the frame that follows it."""
    held = []

    def pass_on(frame, number):
        if number == 0:
            held.append(frame)
            return b""
        return frame + held.pop() if held else frame

    return pass_on


# ----------------------------------------------------------------------------------------------------- the tricks

def offers():
    """What is stripped from what either side offers, or put in its place."""
    other_group = encode([(1, 77), (2, bytes(32))])
    return {
        # the trick: its code, and what is done to the two hellos
        "the shares stripped from the client's offer": ("sealing_required", {"to_server": without_shares}),
        "its best share stripped": ("check 6", {"to_server": with_last_share}),
        "another share in its place": ("check 6", {"to_server": with_own_share}),
        "a group of nobody's in its place": ("sealing_required", {"to_server": with_field(7, other_group)}),
        "its share cut short": ("malformed", {"to_server": with_field(7, encode([(1, X25519), (2, bytes(31))]))}),
        "the share stripped from the server's offer": ("check 6", {"to_client": without_shares}),
        "another share in the server's place": ("check 6", {"to_client": with_own_share}),
        "a share of the other group in the server's place": (
            "check 6", {"to_client": with_field(10, encode([(1, P256), (2, b"\x04" + bytes(64))]))}),
        "a share of nobody's group in the server's place": ("check 1", {"to_client": with_field(10, other_group)}),
        "the binding stripped": ("check 6", {"to_server": without(6, 9)}),
        "the exporter stripped": ("check 6", {"to_server": without(9)}),
        "another exporter": ("check 6", {"to_server": with_field(9, OTHER_NONCE)}),
        "an exporter that is bound to nothing": ("malformed", {"to_server": without(6)}),
        "the known identity stripped": ("check 6", {"to_server": without(8)}),
        "another known identity": ("check 6", {"to_server": with_field(8, OTHER_NONCE)}),
        "another nonce of the client's": ("check 6", {"to_server": with_field(4, os.urandom(32))}),
        "a nonce cut short": ("malformed", {"to_server": with_field(4, bytes(31))}),
        "a capability that the client has not": ("check 6", {"to_server": with_field(3, "plain-frames")}),
        "a capability that it did not offer": ("check 2", {"to_client": with_field(2, "plain-frames")}),
        "other limits": ("check 6", {"to_client": with_field(7, encode([(1, 4_096)]))}),
        "another time": ("check 6", {"to_client": with_field(5, 1)}),
        "another history": ("check 6", {"to_client": with_field(4, OTHER_ID)}),
        "the server's nonce cut short": ("check 1", {"to_client": with_field(6, bytes(31))}),
    }


def downgrades():
    return {
        "versions that nobody speaks": (
            "unsupported_version", {"to_server": chained(with_field(1, 2), with_field(2, 2))}),
        "a version more": ("check 6", {"to_server": with_field(2, 2)}),
        "version 0": ("malformed", {"to_server": with_field(1, 0)}),
        "no version": ("malformed", {"to_server": without(1, 2)}),
        "the server's version 0": ("check 2", {"to_client": with_field(1, 0)}),
        "the server's version 2": ("check 2", {"to_client": with_field(1, 2)}),
        "TLS 1.2": ("no TLS", {"proxy": old_tls}),
    }


def chained(*changes):
    def pass_on(frame, number):
        for change in changes:
            frame = change(frame, number)
        return frame
    return pass_on


def swaps(stage, other):
    """What another installation, or an earlier connection, said in the place of what the server says."""
    stolen, earlier = hello_of(recorded(other, "to_client")), hello_of(recorded(stage, "to_client"))
    stranger = Identity()

    def swapped(*numbers, hello=stolen):
        return {"to_client": hello_changed(lambda own: {**own, **{number: hello[number] for number in numbers}})}

    def vouched_by_stranger(own):
        return {**own, 3: stranger.sign(part(b"securechat/1 credential") + part(own[2])), 5: stranger.public}

    return {
        "another server's credential": ("check 3", swapped(2)),
        "with that server's word for it": ("check 3", swapped(2, 3)),
        "with its identity key too": ("check 4", swapped(2, 3, 5)),
        "and its offer": ("check 6", swapped(1, 2, 3, 5)),
        "all that it said to somebody": ("check 6", swapped(1, 2, 3, 4, 5)),
        "another server's identity key": ("check 3", swapped(5)),
        "another server's word": ("check 3", swapped(3)),
        "another server's proof": ("check 6", swapped(4)),
        "another server's offer": ("check 4", swapped(1)),
        "another server": ("check 7", {"target": other.port}),
        "the server's credential, vouched for by a stranger": (
            "check 6", {"to_client": hello_changed(vouched_by_stranger)}),
        "an earlier offer": ("check 6", swapped(1, hello=earlier)),
        "an earlier proof": ("check 6", swapped(4, hello=earlier)),
        "all of an earlier hello": ("check 6", swapped(1, 2, 3, 4, 5, hello=earlier)),
        "a field less": ("check 1", {"to_client": hello_changed(lambda own: {**own, 2: b""})}),
        "no proof": ("check 6", {"to_client": hello_changed(lambda own: {**own, 4: b""})}),
        "a change of keys that nobody asked for": (
            "check 6", {"to_client": hello_changed(lambda own: {**own, 6: b"\x08\x01"})}),
    }


def frames(stage):
    """Frames of hellos cut, repeated, reordered, replaced: those that are found at once."""
    client, server = recorded(stage, "to_server"), recorded(stage, "to_client")
    to_server = {
        "a byte less": ("malformed", lambda f: cut(f, 1)),
        "half of it and no more": (CUT, hang_up),
        "in two frames": ("malformed", halved),
        "its halves swapped": ("frame_too_large", halves_swapped),
        "said twice": ("seal_broken", lambda f: f + f),
        "said twice in one frame": ("unexpected_message", lambda f: framed(f[4:] * 2)),
        "behind a request": ("unexpected_message", lambda f: PLAIN_PING + f),
        "before a request": ("seal_broken", lambda f: f + PLAIN_PING),
        "with a request in its frame": ("unexpected_message", lambda f: framed(f[4:] + PLAIN_PING[4:])),
        "behind an empty frame": ("malformed", lambda f: bytes(4) + f),
        "of an earlier connection": ("hello_repeated", lambda f: client),
        "a request in its place": ("unexpected_message", lambda f: PLAIN_PING),
        "the server's own in its place": ("malformed", lambda f: server),
    }
    to_client = {
        "a byte less": (NO_MESSAGE, lambda f: cut(f, 1)),
        "half of it and no more": ("frame_cut", hang_up),
        "in two frames": (NO_MESSAGE, halved),
        "its halves swapped": ("frame_too_large", halves_swapped),
        "said twice": ("broken seal", lambda f: f + f),
        "said twice in one frame": ("check 1", lambda f: framed(f[4:] * 2)),
        "before a plain message": ("broken seal", lambda f: f + plain_frame(GOODBYE)),
        "with a message in its frame": ("check 1", lambda f: framed(f[4:] + plain_frame(GOODBYE)[4:])),
        "behind an empty frame": ("empty", lambda f: bytes(4) + f),
        "of an earlier connection": ("check 6", lambda f: server),
        "a pong in its place": ("out of place", lambda f: plain_frame([(1, 1), (4, [(1, 1)])])),
        "an end that speaks of a login in its place": ("out of place", lambda f: plain_frame(GOODBYE)),
        "an end in its place": ("unsupported_version", lambda f: plain_frame(TOO_OLD)),
        "the client's own in its place": ("check 1", lambda f: client),
    }
    return {
        f"the {whose} hello, {words}": (expected, {side: first_frame(change)})
        for whose, side, tricks in (("client's", "to_server", to_server), ("server's", "to_client", to_client))
        for words, (expected, change) in tricks.items()
    }


def rogues():
    """What servers with keys of their own say that prove themselves rightly, and are those that are expected: nobody
    else could have said it for them."""
    fresh = [(1, X25519), (2, os.urandom(32))]
    minutes = 60_000
    return {
        "no share": ("check 8", {"shares": []}),
        "two shares": ("check 1", {"shares": [fresh, fresh]}),
        "a share of nobody's group": ("check 1", {"shares": [[(1, 77), (2, bytes(32))]]}),
        "a share of the wrong length": ("check 1", {"shares": [[(1, X25519), (2, bytes(31))]]}),
        "a share of no order": ("check 1", {"shares": [[(1, X25519), (2, bytes(32))]]}),
        "a point that is not on the curve": ("check 1", {"shares": [[(1, P256), (2, b"\x04" + bytes(64))]]}),
        "a credential of yesterday": ("check 5", {"validity": (-60 * minutes, -11 * minutes)}),
        "a credential of tomorrow": ("check 5", {"validity": (11 * minutes, 60 * minutes)}),
        "a credential for something else": ("check 4", {"purpose": "securechat login"}),
        # Who gets that far has passed all checks; it says no more than its hello.
        "a credential of just now": (CUT, {"validity": (-60 * minutes, -9 * minutes)}),
    }


def silences():
    """Those that end with somebody's patience: the server's ten seconds, the client's fifteen."""
    # What comes after the hello is sealed, and read as if it were one: bytes that are no message, or all unknown.
    unreadable = {NO_MESSAGE, CUT}
    return {
        "the client's hello, left out": ("handshake_timeout", {"to_server": first_frame(lambda f: b"")}),
        "the client's hello, cut, its length not": ("handshake_timeout", {"to_server": first_frame(lambda f: f[:-1])}),
        "the server's hello, left out": (unreadable, {"to_client": first_frame(lambda f: b"")}),
        "all that the server says left out": (CUT, {"to_client": silent}),
        "the server's hello, behind what follows it": (unreadable, {"to_client": last_then_first()}),
        "the server's hello, cut by half, its length not": (
            "frame_cut", {"to_client": first_frame(lambda f: f[:len(f) // 2])}),
        "nobody answers": ("silence", {"proxy": Mute}),
    }


def attempt(stage, changes, words="said by who was let in"):
    changes = dict(changes)
    proxy, target = changes.pop("proxy", Middle), changes.pop("target", stage.port)
    with proxy(target, **changes) as middle:
        return stage.visit(middle.port, words)


def check_rogues(report, stage):
    identity = Identity()

    def attempt_rogue(trick):
        with Rogue(identity, OTHER_ID) as rogue:
            vars(rogue).update(trick[1])
            return stage.visit(rogue.port, fingerprint=identity.digest.hex())

    tricks = {f"a server of its own keys, {words}": trick for words, trick in rogues().items()}
    told(report, tricks, at_once(attempt_rogue, tricks.values()))


def check_first_use(report, stage):
    """Whoever trusts whom they meet first has nothing to compare with: what they pin must be what the server meant."""
    stranger = Identity()

    def vouched_by_stranger(own):
        return {**own, 3: stranger.sign(part(b"securechat/1 credential") + part(own[2])), 5: stranger.public}

    def encoded_otherwise(own):
        # The tag of the algorithm's NULL: a key still, for some, and another fingerprint.
        return {**own, 5: own[5][:17] + bytes([own[5][17] ^ 1]) + own[5][18:]}

    tricks = {
        "the server's credential, vouched for by a stranger": ({"check 6"}, vouched_by_stranger),
        "the server's key, encoded otherwise": ({"check 3", "check 6"}, encoded_otherwise)}
    for words, (expected, change) in tricks.items():
        with Middle(stage.port, to_client=hello_changed(change)) as middle:
            outcome = stage.first_visit(middle.port)
        report.check(f"at the first visit: {words}: {' or '.join(sorted(expected))}", outcome in expected, outcome)


def check_tricks(report):
    with scene() as stage, scene() as other:
        tricks, waiting = {**offers(), **downgrades(), **swaps(stage, other), **frames(stage)}, silences()

        def play(trick):
            return attempt(stage, trick[1])

        with meanwhile(lambda: at_once(play, waiting.values(), WAITING_AT_ONCE)) as waited:
            told(report, tricks, at_once(play, tricks.values()))
            told(report, waiting, waited())
        check_rogues(report, stage)
        check_first_use(report, stage)
        outcome = attempt(stage, {}, "nothing was changed")
        report.check("whom nobody tricks is let in", outcome == LET_IN, outcome)
        found = stage.said() + other.said()
        report.check("and nobody else was", set(found) == {"nothing was changed"}, found)


def told(report, tricks, outcomes):
    for (words, (expected, _)), outcome in zip(tricks.items(), outcomes):
        expected = expected if isinstance(expected, set) else {expected}
        report.check(f"the program: {words}: {' or '.join(sorted(expected))}", outcome in expected, outcome)
