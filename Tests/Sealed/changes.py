"""What somebody between the two makes of frames and of hellos: functions for `Middle`, and for those who are rude by
themselves."""

import struct

from client import plain_frame, share
from protobuf import decode, encode, first
from sealing import X25519, Exchange


def framed(body):
    return struct.pack(">I", len(body)) + body


def cut(frame, count):
    """So many bytes fewer, and its length says so."""
    return framed(frame[4:-count])


def joined(frames):
    return framed(b"".join(frame[4:] for frame in frames))


def flipped(frame, place, mask=1):
    return frame[:place] + bytes([frame[place] ^ mask]) + frame[place + 1:]


def lengthened(frame, bit, limit):
    """With this bit of its length flipped, and behind it the bytes that are missing then, unless nobody waits for so
    many; and what length it states."""
    length = struct.unpack(">I", frame[:4])[0] ^ 1 << bit
    missing = 4 + length - len(frame) if length <= limit else 0
    return struct.pack(">I", length) + frame[4:] + bytes(max(0, missing)), length


def first_frame(change):
    """Of a direction; the others pass."""
    return lambda frame, number: change(frame) if number == 0 else frame


def hello_changed(change):
    """The first frame of a direction with its hello's fields changed: `change` is given and answers them."""
    def changed(frame):
        message = decode(first(decode(frame[4:]), 1))
        hello = change({number: values[0] for number, values in decode(message[2][0]).items()})
        return plain_frame([(1, first(message, 1, 0)), (2, list(hello.items()))])
    return first_frame(changed)


def offer_changed(change):
    """As above, for the fields of the offer within: a list of (number, value)."""
    def changed(hello):
        offer = [(number, value) for number, values in decode(hello[1]).items() for value in values]
        return {**hello, 1: encode(change(offer))}
    return hello_changed(changed)


def without(*numbers):
    return offer_changed(lambda offer: [field for field in offer if field[0] not in numbers])


def with_field(number, value):
    """In place of what is there under this number."""
    return offer_changed(lambda offer: [field for field in offer if field[0] != number] + [(number, value)])


without_shares = without(7, 10)
with_last_share = offer_changed(lambda offer: [f for f in offer if f[0] != 7] + [f for f in offer if f[0] == 7][-1:])
with_own_share = offer_changed(lambda offer: [
    (number, encode(share(Exchange(X25519))) if number in (7, 10) else value) for number, value in offer])
