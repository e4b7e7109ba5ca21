#!/usr/bin/env python3
"""Hostile clients, in a process of their own: attacks.py KIND PORT COUNT [TOKEN ROOM]. Prints one JSON object a line.

{"open": COUNT} when all of them stand, then at the end {"closed": …, "last": …, "codes": …}: how many the server
had closed within the patience, after how many seconds the last, and what code it gave to how many.
"""

import collections
import json
import os
import pathlib
import resource
import select
import socket
import ssl
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Crash"))
from crowd import send_ids  # noqa: E402
from protobuf import decode, first  # noqa: E402
from protocol import DISCONNECT, Connection, client_context, frame, server_messages  # noqa: E402

PATIENCE = 25
KERNEL_TAKES = 6 * 1_024 * 1_024  # the most that a socket's buffer holds (tcp(7), tcp_wmem), and an outbox
CLOSED_STATES = (7, 8)  # TCP_CLOSE, TCP_CLOSE_WAIT of linux/tcp.h
HTTP = b"GET / HTTP/1.1\r\nHost: chat\r\n\r\n"


def say(**words):
    print(json.dumps(words), flush=True)


def address(number):
    """A source address of its own for each two hundred: nobody's limit for one address is meant here."""
    return f"127.0.{1 + number // 200 // 250}.{1 + number // 200 % 250}"


def tcp(port, number):
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address(number), 0))


def client_hello(size):
    """The first bytes of a real ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        client_context().wrap_bio(incoming, outgoing).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()[:size]


def open_raw(port, count, first_words):
    found = []
    for number in range(count):
        connection = tcp(port, number)
        words = first_words(number)
        if words:
            connection.sendall(words)
        found.append(connection)
        if number % 50 == 49:
            select.select([], [], [], 0.08)  # a pace that leaves the machine to those who are attacked
    return found


def wait_for_closing(connections, began):
    """How many were closed by the other side, and when the last."""
    poll, rest, last = select.epoll(), {}, 0.0
    for connection in connections:
        rest[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN | select.EPOLLRDHUP)
    while rest and time.monotonic() < began + PATIENCE:
        for number, _ in poll.poll(0.1):
            if is_over(rest[number]):
                poll.unregister(number)
                rest.pop(number).close()
                last = time.monotonic() - began
    return len(connections) - len(rest), last


def is_over(connection):
    try:
        return connection.recv(65_536) == b""
    except (BlockingIOError, socket.timeout):
        return False
    except OSError:
        return True


def raw_attack(words):
    def attack(port, count, *_):
        began = time.monotonic()
        connections = open_raw(port, count, words)
        say(open=count)
        closed, last = wait_for_closing(connections, began if count < 1_000 else time.monotonic())
        say(closed=closed, last=round(last, 2), codes={})
    return attack


def unfinished(number):
    """A third says nothing, a third a part of its hello, a third all of it and then nothing."""
    hello = client_hello(10_000) if number % 3 == 2 else b""
    return [b"", HALF_HELLO, hello][number % 3]


HALF_HELLO = client_hello(60)


# ------------------------------------------------------------------------------------------------ within TLS

def code_of(connection, patience, trickle=None):
    """What the server said last before it closed; sends a byte now and then if asked to."""
    connection.socket.settimeout(0.5)
    end, code = time.monotonic() + patience, "still open"
    while time.monotonic() < end:
        try:
            data = connection.socket.recv(65_536)
            if not data:
                return "closed" if code == "still open" else code
            connection.incoming += data
        except (socket.timeout, ssl.SSLWantReadError):
            try:
                if trickle:
                    connection.socket.send(trickle)
            except OSError:
                pass  # closed: what it said is still to be read
        except OSError:
            return "closed" if code == "still open" else code
        while len(connection.incoming) >= 4:
            length = struct.unpack(">I", connection.incoming[:4])[0]
            if len(connection.incoming) < 4 + length:
                break
            for _, kind, body in server_messages(bytes(connection.incoming[4:4 + length])):
                if kind == DISCONNECT:
                    code = first(decode(body), 2, b"").decode()
            del connection.incoming[:4 + length]
    return code


def framed_attack(words, trickle=None, logs_in=False):
    def attack(port, count, token=None, *_):
        began = time.monotonic()
        connections = [
            Connection(port, token if logs_in else None, source=address(number)) for number in range(count)]
        for connection in connections:
            connection.socket.sendall(words)
        say(open=count)
        codes, last = collections.Counter(), 0.0
        for connection in connections:
            codes[code_of(connection, max(1, began + PATIENCE - time.monotonic()), trickle)] += 1
            last = time.monotonic() - began
        say(closed=count - codes["still open"], last=round(last, 2), codes=codes)
    return attack


class Unnamed:
    """TLS, without a word of which protocol is to be spoken within."""

    def __init__(self, port, number):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket, self.incoming = context.wrap_socket(tcp(port, number)), bytearray()


def unnamed_protocol(port, count, *_):
    began = time.monotonic()
    connections = [Unnamed(port, number) for number in range(count)]
    say(open=count)
    codes = collections.Counter(code_of(connection, PATIENCE) for connection in connections)
    say(closed=count - codes["still open"], last=round(time.monotonic() - began, 2), codes=codes)


def never_read(port, count, token, *_):
    """Follow a room where somebody says much, and never read. TCP itself tells when the server has given them up."""
    connections = []
    for number in range(count):
        connection = Connection(port, token, source=address(number), receive_buffer=16_384)
        connection.subscribe("flood")
        connections.append(connection)
    say(open=count)
    began, rest, last = time.monotonic(), set(connections), 0.0
    with Connection(port, token) as speaker:
        room_id, _ = speaker.subscribe("flood")
        ids, said = send_ids(), 0
        while rest and time.monotonic() < began + PATIENCE:
            speaker.send(room_id, next(ids), "x" * 32_000)
            said += 32_000
            if said < KERNEL_TAKES:
                began = time.monotonic()  # so far the kernel may have taken all of it
            for connection in list(rest):
                if connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in CLOSED_STATES:
                    rest.remove(connection)
                    last = time.monotonic() - began
    say(closed=count - len(rest), last=round(last, 2), codes={})


ATTACKS = {
    "garbage": raw_attack(lambda number: os.urandom(1_000)),
    "http": raw_attack(lambda number: HTTP),
    "handshakes": raw_attack(unfinished),
    "half-frame": framed_attack(struct.pack(">I", 100) + b"\x0a"),
    "trickle": framed_attack(struct.pack(">I", 4_000) + b"\x0a", trickle=b"\x00"),
    "huge-frame": framed_attack(struct.pack(">I", 0xFFFF_FFFF)),
    "huge-frame-later": framed_attack(struct.pack(">I", 0xFFFF_FFFF), logs_in=True),
    "nonsense": framed_attack(struct.pack(">I", 64) + os.urandom(64)),
    "no-protocol": unnamed_protocol,
    "early-request": framed_attack(frame([(1, 9), (18, [])])),
    "never-read": never_read,
}


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    kind, port, count, *rest = sys.argv[1:]
    ATTACKS[kind](int(port), int(count), *rest)


if __name__ == "__main__":
    main()
