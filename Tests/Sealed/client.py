"""A client of its own, written from docs/protocol.md alone: hello, the server's proof, login, chat, change of keys.

Blocking, one thread a connection. What it says is in `say` and the methods on top; `transmit` puts any bytes on
the wire, for those who mean harm."""

import collections
import hashlib
import hmac
import os
import pathlib
import socket
import ssl
import struct
import sys
import tempfile
import time

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
from protobuf import decode, encode, first, signed  # noqa: E402
from sealing import OVERHEAD, P256, X25519, Broken, Exchange  # noqa: E402

HELLO, AUTHENTICATED, PONG, DISCONNECT, REFUSED, SENT, EVENT, SUBSCRIBED, HISTORY_PAGE = 2, 3, 4, 5, 6, 7, 8, 9, 11
REKEYED = 18
NONE, TLS_EXPORTER = 0, 1
FRAME_BYTES = 1_048_576 + OVERHEAD
# What reads messages says of bytes that are none: one ends too early, or is of a kind that no message has.
UNDECODABLE = (ValueError, IndexError)
BINDING_LABEL = b"EXPORTER-Channel-Binding"


class Distrusted(Exception):
    """The server's proof does not hold; the argument is the number of the check in section 6 that failed."""


class ChainBroken(Distrusted):
    """The changes of the identity key do not hold, or lead back; the argument is the code."""


class Disconnected(Exception):
    """The connection is over; the argument is the name of the server's code, "closed", or "cut" within a frame."""


class Malformed(Exception):
    """Before anything is sealed: the server's bytes are no message, or another than its hello alone."""


class Refused(Exception):
    """A request was refused; the argument is the name of the code."""


def part(data):
    return struct.pack(">I", len(data)) + data


def share(exchange):
    return [(1, exchange.group), (2, exchange.share)]


def exporter(context_log):
    """32 bytes of the TLS exporter (RFC 9266), from the exporter's secret as TLS logs it."""
    for line in pathlib.Path(context_log).read_text(encoding="ascii").splitlines():
        if line.startswith("EXPORTER_SECRET"):
            secret = bytes.fromhex(line.split()[2])
    name = {32: "sha256", 48: "sha384"}[len(secret)]
    empty = hashlib.new(name).digest()
    derived = expand_label(name, secret, BINDING_LABEL, empty, len(secret))
    return expand_label(name, derived, b"exporter", empty, 32)


def expand_label(name, secret, label, context, length):
    """HKDF-Expand-Label of RFC 8446, section 7.1."""
    label = b"tls13 " + label
    info = struct.pack(">HB", length, len(label)) + label + bytes([len(context)]) + context + b"\x01"
    return hmac.digest(secret, info, name)[:length]


class Client:
    """Connected, and unless `hello` is false greeted; `token`: logged in. `number` is that of the pinned key."""

    def __init__(
            self, port, token=None, fingerprint=None, groups=(X25519, P256), binds=True, hello=True, number=None,
            stated=None):
        self.incoming, self.held = bytearray(), collections.deque()
        self.generation = self.next_sending = None
        self.last_request, self.expected, self.expected_number = 0, fingerprint, number
        with tempfile.NamedTemporaryFile() as log:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["securechat/1"])
            context.keylog_filename = log.name
            self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20))
            self.binding = exporter(log.name) if binds else b""
        self.stated = self.binding if stated is None else stated  # of the exporter, in the offer
        self.exchanges = [Exchange(group) for group in groups]
        try:
            if hello:
                self.greet()
            if token:
                self.log_in([(2, token)])
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # ------------------------------------------------------------------------------------------------ hello

    def offer(self):
        fields = [(1, 1), (2, 1), (4, os.urandom(32)), (5, "independent/1")]
        fields += [(6, TLS_EXPORTER)] if self.binding else []
        fields += [(8, bytes.fromhex(self.expected))] if self.expected else []
        fields += [(9, self.stated)] if self.stated else []
        return encode(fields + [(7, share(exchange)) for exchange in self.exchanges])

    def greet(self, frames=None):
        """`frames` makes the bytes that are sent out of the hello; its frame by default."""
        self.client_offer = self.offer()
        self.transmit((frames or plain_frame)([(2, [(1, self.client_offer)])]))
        try:
            _, kind, data = self.receive()
            message = decode(data)
        except UNDECODABLE as error:
            raise Malformed(str(error)) from error
        if kind == DISCONNECT:
            raise Disconnected(name_of(data))
        if kind != HELLO or self.held:
            raise Malformed("a message that is no hello, or is behind it in its frame")
        self.judge(message)

    def judge(self, hello):
        """The eight checks of section 6, in their order; then the keys."""
        if not all(isinstance(first(hello, number), bytes) for number in range(1, 6)):
            raise Distrusted(1)
        offer_bytes, credential_bytes, identity = first(hello, 1), first(hello, 2), first(hello, 5)
        try:
            offer, credential = decode(offer_bytes), decode(credential_bytes)
            shares = [decode(each) for each in offer.get(10, [])]
        except UNDECODABLE as error:
            raise Distrusted(1) from error
        point = first(credential, 6, b"")
        if len(first(offer, 6, b"")) != 32 or len(point) != 65:
            raise Distrusted(1)
        offered = {exchange.group: exchange for exchange in self.exchanges}
        if first(offer, 1) != 1 or offer.get(2) or len(shares) > 1 or any(first(s, 1) not in offered for s in shares):
            raise Distrusted(2)
        try:
            key = load_der_public_key(identity)
            if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
                raise Distrusted(3)
            mask = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            signed_credential = part(b"securechat/1 credential") + part(credential_bytes)
            key.verify(first(hello, 3), signed_credential, mask, hashes.SHA256())
        except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
            raise Distrusted(3) from error
        if first(credential, 3) != b"securechat hello" or first(credential, 2) != first(offer, 3):
            raise Distrusted(4)
        now = time.time() * 1000
        if not signed(first(credential, 4)) - 600_000 <= now <= signed(first(credential, 5)) + 600_000:
            raise Distrusted(5)
        changes = hello.get(6, [])
        transcript = b"".join(map(part, [
            b"securechat/1 hello", self.binding, self.client_offer, offer_bytes, identity,
            credential_bytes] + changes))
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            public.verify(first(hello, 4), transcript, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise Distrusted(6) from error
        self.fingerprint = hashlib.sha256(identity).hexdigest()
        self.number = first(credential, 7, 0)
        self.follow(changes, first(offer, 3), now)
        if not shares:
            raise Distrusted(8)
        exchange = offered[first(shares[0], 1)]
        self.generation = exchange.agree(first(shares[0], 2), hashlib.sha256(transcript).digest())
        self.sending, self.receiving = self.generation.client, self.generation.server

    def follow(self, changes, server, now):
        """Check 7: the pinned key, or one that it leads to."""
        if len(changes) > 16:
            raise ChainBroken("identity_chain_too_deep")
        if self.expected_number is not None and self.number < self.expected_number:
            raise ChainBroken("identity_rolled_back")
        if self.expected in (None, self.fingerprint):
            if changes:
                raise ChainBroken("identity_chain_malformed")
            if self.expected_number not in (None, self.number):
                raise ChainBroken("identity_chain_gap")
            return
        if not changes:
            raise Distrusted(7)
        try:
            entries = [decode(change) for change in changes]
        except UNDECODABLE as error:
            raise ChainBroken("identity_chain_malformed") from error
        number = self.number - len(entries)
        if first(entries[-1], 1, 0) != self.number or self.expected_number not in (None, number) or number < 0:
            raise ChainBroken("identity_chain_gap")
        trusted = bytes.fromhex(self.expected)
        for entry in entries:
            number += 1
            trusted = verify_change(entry, number, trusted, server, now)
        if trusted.hex() != self.fingerprint:
            raise ChainBroken("identity_chain_wrong_key")

    def log_in(self, method):
        return self.request(AUTHENTICATED, [(3, method)])

    # ------------------------------------------------------------------------------------------------ frames

    def transmit(self, data):
        self.socket.sendall(data)

    def payload(self, *bodies):
        """Messages of these bodies, with numbers of their own."""
        messages = []
        for body in bodies:
            self.last_request += 1
            messages.append((1, [(1, self.last_request)] + body))
        return encode(messages)

    def say(self, *bodies):
        """In one frame; the number of the last of them."""
        self.transmit(self.sending.seal(self.payload(*bodies)))
        return self.last_request

    def receive(self):
        """The next message of the server: (request, kind, bytes)."""
        while not self.held:
            self.held.extend(messages_of(self.receive_payload()))
        return self.held.popleft()

    def receive_payload(self):
        body = self.receive_body()
        if self.generation is None:
            return body
        payload = self.receiving.open(body)
        messages = list(messages_of(payload))
        for place, (_, kind, data) in enumerate(messages):
            if kind == REKEYED:
                if place != len(messages) - 1:
                    raise AssertionError("a message behind Rekeyed in its frame")
                self.take_rekeyed(data)
        return payload

    def receive_body(self):
        while len(self.incoming) < 4:
            self.fill()
        length = struct.unpack(">I", self.incoming[:4])[0]
        if length > FRAME_BYTES:
            raise Broken("frame_too_large")
        while len(self.incoming) < 4 + length:
            self.fill()
        body = bytes(self.incoming[4:4 + length])
        del self.incoming[:4 + length]
        return body

    def fill(self):
        try:
            data = self.socket.recv(65_536)
        except ConnectionError:
            data = b""
        if not data:
            raise Disconnected("cut" if self.incoming else "closed")
        self.incoming += data

    # ------------------------------------------------------------------------------------------------ requests

    def answer(self, number, kind):
        while True:
            request, found, data = self.receive()
            if found == DISCONNECT:
                raise Disconnected(name_of(data))
            if request != number:
                continue
            if found == REFUSED:
                raise Refused(name_of(data))
            assert found == kind, (found, kind)
            return data

    def request(self, kind, body):
        return self.answer(self.say(body), kind)

    def ping(self):
        return self.request(PONG, PING)

    def join(self, room):
        """Its id; its events come from now on."""
        fields = decode(self.request(SUBSCRIBED, [(7, [(1, [(2, room)]), (4, 1)])]))
        return first(decode(first(fields, 1)), 1)

    def send(self, room, text):
        return self.request(SENT, [(6, [(1, room), (2, os.urandom(16)), (3, [(1, text)])])])

    def next_text(self):
        """Of the next message that somebody has sent."""
        while True:
            _, kind, data = self.receive()
            if kind == DISCONNECT:
                raise Disconnected(name_of(data))
            body = first(decode(first(decode(data), 7, b"")), 1) if kind == EVENT else None
            if body is not None:
                return first(decode(body), 1).decode()

    def end(self):
        """What the server says last."""
        try:
            while True:
                _, kind, data = self.receive()
                if kind == DISCONNECT:
                    return name_of(data)
        except Disconnected as error:
            return error.args[0]

    # ---------------------------------------------------------------------------------------- changing keys

    def begin_rekey(self, group=X25519):
        self.exchange = Exchange(group)
        return self.say([(20, [(1, share(self.exchange))])])

    def take_rekeyed(self, data):
        """From the next frame on the server seals by its new key."""
        answer = decode(first(decode(data), 1))
        assert first(answer, 1) == self.exchange.group
        self.generation = self.exchange.agree(first(answer, 2), self.generation.chain)
        self.receiving, self.next_sending = self.generation.server, self.generation.client

    def finish_rekey(self):
        self.say([(21, [])])
        self.sending, self.next_sending = self.next_sending, None

    def rekey(self, group=X25519):
        self.answer(self.begin_rekey(group), REKEYED)
        self.finish_rekey()


def verify_change(entry, number, trusted, server, now):
    """The fingerprint of the key that this change leads to."""
    if first(entry, 1, 0) != number:
        raise ChainBroken("identity_chain_gap")
    if first(entry, 2) != server:
        raise ChainBroken("identity_chain_wrong_server")
    old, new, valid_from = first(entry, 3, b""), first(entry, 4, b""), signed(first(entry, 5, 0))
    if hashlib.sha256(old).digest() != trusted:
        raise ChainBroken("identity_chain_wrong_key")
    statement = b"".join(map(part, [
        b"securechat/1 identity change", struct.pack(">Q", number), server, trusted, new,
        struct.pack(">q", valid_from)]))
    try:
        key = load_der_public_key(old)
        key.verify(first(entry, 6, b""), statement, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    except (InvalidSignature, ValueError) as error:
        raise ChainBroken("identity_chain_wrong_signature") from error
    if valid_from > now + 600_000:
        raise ChainBroken("identity_chain_not_yet_valid")
    return new


PING = [(4, [])]


def plain_frame(*bodies):
    payload = encode([(1, body) for body in bodies])
    return struct.pack(">I", len(payload)) + payload


def messages_of(payload):
    for message in decode(payload).get(1, []):
        fields = decode(message)
        kind = next((number for number in fields if number != 1), 0)
        yield first(fields, 1, 0), kind, first(fields, kind, b"")


def name_of(data):
    return first(decode(data), 2, b"").decode()
