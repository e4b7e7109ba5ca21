"""People who speak the protocol themselves, each on a thread: they send, repeat what was not acknowledged, and keep
what they were told. Where the command line's clients are not enough: keys of the connections kept, windows chosen."""

import collections
import itertools
import os
import ssl
import threading
import time

from protocol import (
    DISCONNECT, EVENT, REFUSED, SENT, Disconnected, Refused, client_context, raise_disconnect, read_event, read_sent)
from protobuf import decode, first

# What a person was promised: their words stand at this place under this id.
Ack = collections.namedtuple("Ack", "room sequence id send_id author body time")


def send_ids():
    """Ids as UUIDs of version 7, each greater than the one before."""
    high = (time.time_ns() // 1_000_000) << 16 | 0x7000
    for number in itertools.count():
        yield (high << 64 | 1 << 63 | number << 32 | int.from_bytes(os.urandom(4), "big")).to_bytes(16, "big")


class Speaker(threading.Thread):
    """Sends `count` messages to a room, `window` at a time in flight; ends when all are acknowledged, or told to.
    Their words are numbered from `first` on, so that nobody says the same twice."""

    def __init__(self, appliance, name, room, count, window=1, key_log=None, first=1, body_bytes=200):
        super().__init__(name=name, daemon=True)
        self.appliance, self.room, self.window = appliance, room, window
        self.context = client_context(key_log)
        ids = send_ids()
        self.waiting = collections.deque(
            (next(ids), f"{name} says {number:06d} ".ljust(40 + number * 97 % body_bytes, "x"))
            for number in range(first, first + count))
        self.in_flight = collections.OrderedDict()
        self.acks, self.seen, self.refusals, self.losses = [], {}, collections.Counter(), collections.Counter()
        self.stopping, self.failure, self.patience = threading.Event(), None, 60

    def run(self):
        try:
            while (self.waiting or self.in_flight) and not self.stopping.is_set():
                try:
                    self.converse()
                except (Disconnected, Refused) as error:
                    self.losses[error.name] += 1
                    self.stopping.wait(0.02)
                except (OSError, ssl.SSLError):
                    self.losses["lost"] += 1
                    self.stopping.wait(0.02)
        except BaseException as error:
            self.failure = error

    def converse(self):
        """One connection, for as long as it lasts and there is something to say."""
        with self.appliance.connect(self.name, self.context, patience=self.patience) as connection:
            room_id, _ = connection.subscribe(self.room)
            requests = {}
            self.waiting.extendleft((send_id, body) for send_id, body in reversed(self.in_flight.items()))
            self.in_flight.clear()
            while (self.waiting or self.in_flight) and not self.stopping.is_set():
                while self.waiting and len(self.in_flight) < self.window:
                    send_id, body = self.waiting.popleft()
                    self.in_flight[send_id] = body
                    requests[connection.post_send(room_id, send_id, body)] = send_id
                self.hear(connection.receive(), requests)

    def hear(self, message, requests):
        request, kind, data = message
        if kind == SENT:
            sent = read_sent(data)
            body = self.in_flight.pop(sent.send_id)
            self.acks.append(
                Ack(self.room, sent.sequence, sent.event_id, sent.send_id, self.name, body, time.monotonic_ns()))
        elif kind == EVENT:
            event = read_event(data)
            self.seen[event.sequence] = event
        elif kind == REFUSED:
            fields = decode(data)
            name = first(fields, 2, b"").decode()
            self.refusals[name] += 1
            if request in requests:
                send_id = requests[request]
                self.waiting.appendleft((send_id, self.in_flight.pop(send_id)))
            raise Refused(name, first(fields, 3, b"").decode())
        elif kind == DISCONNECT:
            raise_disconnect(data)


def finish(speakers, patience):
    """Waits for all of them; raises what one of them ended with."""
    end = time.monotonic() + patience
    for speaker in speakers:
        speaker.join(max(0, end - time.monotonic()))
        if speaker.failure:
            raise speaker.failure
        if speaker.is_alive():
            speaker.stopping.set()
            raise AssertionError(
                f"{speaker.name} still waits: {len(speaker.waiting)} to send, {len(speaker.in_flight)} in flight, "
                f"refused {dict(speaker.refusals)}, lost {dict(speaker.losses)}")
