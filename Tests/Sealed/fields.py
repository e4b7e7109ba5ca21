"""Where each byte of a hello stands, whether it says something or only announces what does, and by what it is found
that somebody flipped its lowest bit.

The fields are those of Sources/Wire/Schema, as docs/protocol.md names them: number, name, and what is within."""

import collections

from protobuf import read_varint

SHARE = {1: "group", 2: "key"}
LIMITS = {1: "frame_bytes", 2: "frame_bytes_before_authentication", 3: "body_bytes", 4: "window", 5: "subscriptions",
          6: "history_page_events", 7: "idle_seconds"}
CLIENT_OFFER = {1: "least_version", 2: "most_version", 3: "capabilities", 4: "nonce", 5: "agent", 6: "channel_binding",
                7: ("key_shares", SHARE), 8: "known_identity", 9: "exporter"}
SERVER_OFFER = {1: "version", 2: "capabilities", 3: "server_id", 4: "incarnation", 5: "time", 6: "nonce",
                7: ("limits", LIMITS), 8: "server_name", 9: "agent", 10: ("key_shares", SHARE)}
CREDENTIAL = {1: "id", 2: "server_id", 3: "purpose", 4: "not_before", 5: "not_after", 6: "public_key",
              7: "identity_number"}
SERVER_HELLO = {1: ("offer", SERVER_OFFER), 2: ("credential", CREDENTIAL), 3: "credential_signature",
                4: "transcript_signature", 5: "identity_key", 6: "changes"}
# What a frame is that holds a hello alone.
FRAMES = {
    "to_server": {1: ("message", {1: "request", 2: ("hello", {1: ("offer", CLIENT_OFFER)})})},
    "to_client": {1: ("message", {1: "request", 2: ("hello", SERVER_HELLO)})},
}
# A field's number and kind, and its length: behind the name of what it stands in.
HEAD = " announced"

# The client could not read the server's frame; it ended within a frame.
NO_MESSAGE, CUT = "no message", "cut"

# What is not named is found by the transcript's signature: both offers are signed as they were said and heard.
SIGNED = {"check 6"}
FOUND_BY = {
    "to_server": {
        # Of the length: too much, or the server waits for what never comes; or a byte too few.
        "length.0": {"frame_too_large"}, "length.1": {"frame_too_large"}, "length.2": {"handshake_timeout"},
        "length.3": {"handshake_timeout", "malformed"},
        # Both versions and the binding become 0; of a share only the group's number could be another and a share still.
        "offer.least_version": {"malformed"}, "offer.most_version": {"malformed"},
        "offer.channel_binding": {"malformed"},
    } | {name + HEAD: {"malformed"} for name in ("frame", "message", "hello", "offer", "offer.key_shares")},
    "to_client": {
        # Too much; the server's patience ends while the client waits for what never comes.
        "length.0": {"frame_too_large"}, "length.1": {CUT}, "length.2": {CUT},
        # A byte too few, or one that the server says when its patience ends, behind the hello.
        "length.3": {NO_MESSAGE},
        # A field that took another's bytes can leave a hello behind in which one is missing.
        "hello" + HEAD: {NO_MESSAGE, "check 1"},
        "offer.version": {"check 2"}, "offer.key_shares.group": {"check 2"},
        "offer.server_id": {"check 4"},  # for the credential says another
        "credential_signature": {"check 3"}, "identity_key": {"check 3"},
    } | {name + HEAD: {NO_MESSAGE} for name in ("frame", "message")}
    | {name + HEAD: {"check 1"} for name in ("offer", "offer.key_shares", "credential")}
    | {f"credential.{name}": {"check 3"} for name in CREDENTIAL.values()},
}


def found_by(place, side, differences):
    """The outcomes that are right for a flip at this place; `differences` are those of one client, by place or name."""
    name, _ = place
    return differences.get(place) or differences.get(name) or FOUND_BY[side].get(name) or SIGNED


def places(frame, side):
    """Each byte's place, in their order: a name and how many bytes of that name are before it. The name is that of a
    field, as `offer.nonce`, or `offer announced` for what is said of the fields within the offer.

    The two outermost messages are not named: what is within a hello is just called by its own name."""
    names = [f"length.{number}" for number in range(4)]
    walk(frame[4:], FRAMES[side], "", names)
    before = collections.Counter()
    found = []
    for name in names:
        name = name.removeprefix("message.").removeprefix("hello.")
        found.append((name, before[name]))
        before[name] += 1
    return found


def walk(data, fields, within, names):
    place = 0
    while place < len(data):
        key, begin = read_varint(data, place)
        field = fields[key >> 3]
        name, inner = (field, None) if isinstance(field, str) else field
        value, end = read_varint(data, begin)
        if key & 7 == 2:
            begin, end = end, end + value
        names += [(within or "frame") + HEAD] * (begin - place)
        path = f"{within}.{name}" if within else name
        if inner:
            walk(data[begin:end], inner, path, names)
        else:
            names += [path] * (end - begin)
        place = end
