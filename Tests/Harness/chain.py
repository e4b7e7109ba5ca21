"""A room's history checked by its own evidence: dense, in time's order, linked (docs/protocol.md, "Digest chain")."""

import hashlib

EMPTY = bytes(32)


def content_digest(event):
    """What stays of a content that was erased; of one that is there, everybody computes it."""
    if not event.content:
        return event.content_digest
    return hashlib.sha256(b"\x00" + event.salt + event.content).digest()


def link(previous, event):
    numbers = event.sequence.to_bytes(8, "big"), (event.at & (1 << 64) - 1).to_bytes(8, "big")
    parts = [b"\x01", previous, event.room, numbers[0], event.id, event.author, numbers[1], content_digest(event)]
    return hashlib.sha256(b"".join(parts)).digest()


def problems(events, before=None):
    """What is wrong with a room's history, as sentences; none when all is well. `before`: the event, already checked,
    that the first of these follows; None when it is the room's first."""
    previous, at, last = (before.link, before.at, before.sequence) if before else (EMPTY, 0, 0)
    for place, event in enumerate(events, start=last + 1):
        if event.sequence != place:
            return [f"sequence {event.sequence} stands at place {place}"]
        if event.at < at:
            return [f"event {place} is older than the one before"]
        if bool(event.content) == bool(event.content_digest):
            return [f"event {place} has both its content and a digest, or neither"]
        if link(previous, event) != event.link:
            return [f"event {place} does not follow its predecessor in the chain"]
        previous, at = event.link, event.at
    return []
