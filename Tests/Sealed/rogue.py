"""A server that is not what it should be: it proves itself by keys of its own, with whatever changes of its identity
key a test wants to see refused. It says hello and no more."""

import datetime
import hashlib
import os
import socket
import struct
import threading

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from client import part, share
from middle import server_context
from protobuf import decode, encode, first
from sealing import X25519, Exchange

PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


class Identity:
    """An RSA identity key."""

    def __init__(self):
        self.private = rsa.generate_private_key(65_537, 2_048)
        self.public = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.digest = hashlib.sha256(self.public).digest()

    def sign(self, data):
        return self.private.sign(data, PSS, hashes.SHA256())


def change(number, old, new, server, signer=None, valid_from=None, stated=None):
    """An encoded IdentityChange; `signer` and `stated` are for those that lie."""
    valid_from = now() if valid_from is None else valid_from
    statement = b"".join(map(part, [
        b"securechat/1 identity change", struct.pack(">Q", number), server, old.digest, new.digest,
        struct.pack(">q", valid_from)]))
    return encode([(1, number if stated is None else stated), (2, server), (3, old.public), (4, new.digest),
                   (5, valid_from), (6, (signer or old).sign(statement))])


def now():
    return int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1_000)


class Rogue:
    """Listens; `identity`, `number` and `changes` are what it says next, `clock` how far its clock is ahead, `shares`
    what it seals by (`None`: one that is right), `purpose` and `validity` those of its credential, the latter in
    milliseconds from now."""

    def __init__(self, identity, server_id):
        self.identity, self.server_id, self.number, self.changes, self.clock = identity, server_id, 0, [], 0
        self.shares, self.purpose, self.validity = None, "securechat hello", (-60_000, 3_600_000)
        self.context = server_context()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.known = []  # what clients said that they know
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # or who waits in `accept` would wait on
        self.listener.close()

    def accept(self):
        try:
            while True:
                raw, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(raw,), daemon=True).start()
        except OSError:
            pass  # the listener is closed

    def serve(self, raw):
        try:
            raw.settimeout(20)
            with self.context.wrap_socket(raw, server_side=True) as client:
                header = self.read(client, 4)
                message = decode(first(decode(self.read(client, struct.unpack(">I", header)[0])), 1))
                payload = encode([(1, [(2, self.hello(first(decode(message[2][0]), 1)))])])
                client.sendall(struct.pack(">I", len(payload)) + payload)
                client.recv(1)  # until the client has had enough
        except OSError:
            pass

    @staticmethod
    def read(client, count):
        data = b""
        while len(data) < count:
            more = client.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def hello(self, client_offer):
        """The fields of a ServerHello that is right in all but its changes, if those are wrong."""
        fields = decode(client_offer)
        self.known.append(first(fields, 8))
        binding = first(fields, 9, b"")
        limits = [(1, 1_048_576), (2, 4_096), (3, 65_536), (4, 256), (5, 1_000), (6, 512), (7, 120)]
        shares = [share(Exchange(X25519))] if self.shares is None else self.shares
        offer = encode([
            (1, 1), (3, self.server_id), (4, os.urandom(16)), (5, now() + self.clock), (6, os.urandom(32)),
            (7, limits), (8, "rogue"), (9, "rogue/1")] + [(10, each) for each in shares])
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        credential = encode([
            (1, os.urandom(16)), (2, self.server_id), (3, self.purpose), (4, now() + self.validity[0]),
            (5, now() + self.validity[1]), (6, point), (7, self.number)])
        transcript = b"".join(map(part, [
            b"securechat/1 hello", binding, client_offer, offer, self.identity.public, credential] + self.changes))
        return [
            (1, offer), (2, credential),
            (3, self.identity.sign(part(b"securechat/1 credential") + part(credential))),
            (4, key.sign(transcript, ec.ECDSA(hashes.SHA256()))), (5, self.identity.public),
        ] + [(6, each) for each in self.changes]
