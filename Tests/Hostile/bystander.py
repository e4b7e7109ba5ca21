#!/usr/bin/env python3
"""Somebody who chats on, in a process of their own: bystander.py PORT ROOM RATE BYTES TOKEN…

Each sends RATE messages a second, and prints how long each took from the moment at which it was due until its ack:
one line a message, "SECONDS_SINCE_START MILLISECONDS". Until its input is closed; then it hears out what was sent, and
ends with 0 only if every message was acked.
"""

import pathlib
import selectors
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Crash"))
from crowd import send_ids  # noqa: E402
from protocol import DISCONNECT, SENT, Connection, raise_disconnect, server_messages  # noqa: E402


HEARD_OUT_WITHIN = 20


class Bystander:
    """One person: what was sent, and when it was due."""

    def __init__(self, port, room, token, rate, size, offset):
        self.connection = Connection(port, token)
        self.room_id, _ = self.connection.subscribe(room)
        self.ids, self.text, self.pause = send_ids(), "x" * size, 1 / rate
        self.due, self.sent = time.monotonic() + offset, {}

    def send_if_due(self, now):
        while self.due <= now:
            request = self.connection.post_send(self.room_id, next(self.ids), self.text)
            self.sent[request] = self.due
            self.due += self.pause

    def hear(self, began):
        connection = self.connection
        connection.fill()
        while connection.socket.pending():
            connection.fill()
        while len(connection.incoming) >= 4:
            length = int.from_bytes(connection.incoming[:4], "big")
            if len(connection.incoming) < 4 + length:
                return
            for request, kind, data in server_messages(bytes(connection.incoming[4:4 + length])):
                if kind == DISCONNECT:
                    raise_disconnect(data)
                if kind == SENT and request in self.sent:
                    now = time.monotonic()
                    print(f"{now - began:.3f} {(now - self.sent.pop(request)) * 1_000:.3f}", flush=True)
            del connection.incoming[:4 + length]


def main():
    port, room, rate, size, *tokens = sys.argv[1:]
    people = [
        Bystander(int(port), room, token, float(rate), int(size), number / float(rate) / len(tokens))
        for number, token in enumerate(tokens)]
    selector = selectors.DefaultSelector()
    for person in people:
        selector.register(person.connection.socket, selectors.EVENT_READ, person)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    began = time.monotonic()
    print("began", flush=True)
    while True:
        pause = max(0, min(person.due for person in people) - time.monotonic())
        for key, _ in selector.select(pause):
            if key.data is None:
                return hear_out(people, selector, began)
            key.data.hear(began)
        for person in people:
            person.send_if_due(time.monotonic())


def hear_out(people, selector, began):
    """Whether every message that was sent is acked in the end."""
    selector.unregister(sys.stdin)
    end = time.monotonic() + HEARD_OUT_WITHIN
    while any(person.sent for person in people) and time.monotonic() < end:
        for key, _ in selector.select(end - time.monotonic()):
            key.data.hear(began)
    return not any(person.sent for person in people)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
