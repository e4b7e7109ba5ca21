"""A snapshot's file, read from docs/snapshots.md alone: nothing of the server's own code is in here."""

import hashlib
import json

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BOX = 64 * 1024
TAG = 16


class Locked(Exception):
    """It is encrypted, and this does not open it."""


def stream_key(lock, passphrase, private_key):
    if "passphrase" in lock:
        costs = lock["passphrase"]
        salt = bytes.fromhex(costs["salt"])
        secret = hashlib.scrypt(
            passphrase.encode(), salt=salt, n=1 << costs["logN"], r=costs["r"], p=costs["p"], dklen=32,
            maxmem=512 << 20)
    else:
        ephemeral, recipient = (bytes.fromhex(lock["recipient"][name]) for name in ("ephemeral", "recipient"))
        salt = ephemeral + recipient
        secret = private_key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    return HKDF(hashes.SHA256(), 32, salt, b"securechat snapshot 1 stream").derive(secret)


def opened(boxes, key):
    cipher, text, number = AESGCM(key), b"", 0
    while boxes:
        box, boxes = boxes[:BOX + TAG], boxes[BOX + TAG:]
        nonce = number.to_bytes(11, "big") + (b"\0" if boxes else b"\1")
        try:
            text += cipher.decrypt(nonce, box, None)
        except InvalidTag:
            raise Locked(number) from None
        number += 1
    return text


class Bytes:
    """Taken from the front; called with how many."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def __call__(self, count):
        self.place += count
        assert self.place <= len(self.data), "it ends early"
        return self.data[self.place - count:self.place]

    def is_over(self):
        return self.place == len(self.data)


def parts_of(stream):
    """The parts by their names, in their order."""
    found, take = {}, Bytes(stream)
    while (tag := take(1)) != b"\4":
        assert tag == b"\1", tag
        name, pieces = take(take(1)[0]).decode(), []
        while (tag := take(1)) == b"\2":
            count = int.from_bytes(take(4), "big")
            assert count <= 1 << 20, count
            pieces.append(take(count))
        assert tag == b"\3" and name not in found, (tag, name)
        found[name] = b"".join(pieces)
    assert take.is_over(), "something behind the end"
    return found


def read(file, passphrase=None, private_key=None, public_key=None):
    """Header, manifest and parts, each held against what is said of it."""
    data = file.read_bytes()
    mark, line, _ = data.split(b"\n", 2)
    assert mark == b"SecureChat snapshot", mark
    header = json.loads(line)
    body, digest, signature = data[:-96], data[-96:-64], data[-64:]
    assert hashlib.sha256(body).digest() == digest
    Ed25519PublicKey.from_public_bytes(public_key or bytes.fromhex(header["key"])).verify(
        signature, b"securechat snapshot 1\0" + digest)
    stream = body[len(mark) + len(line) + 2:]
    if lock := header.get("lock"):
        stream = opened(stream, stream_key(lock, passphrase, private_key))
    found = parts_of(zstandard.ZstdDecompressor().decompressobj().decompress(stream))
    manifest = json.loads(found.pop("manifest"))
    stated = [(part["name"], part["bytes"], part["sha256"]) for part in manifest["parts"]]
    assert stated == [(name, len(part), hashlib.sha256(part).hexdigest()) for name, part in found.items()]
    return header, manifest, found


def records_of(part):
    """state.records: for each database its keys with their values."""
    found, take = {}, Bytes(part)
    while not take.is_over():
        database = take(take(1)[0]).decode()
        key = take(int.from_bytes(take(4), "big"))
        found.setdefault(database, {})[key] = take(int.from_bytes(take(4), "big"))
    return found


def private_key_in(file):
    return serialization.load_pem_private_key(file.read_bytes(), None)


def public_key_in(file):
    key = serialization.load_pem_public_key(file.read_bytes())
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
