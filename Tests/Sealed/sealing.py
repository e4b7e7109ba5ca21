"""The sealed layer, after docs/protocol.md, section 20: agreement, keys, frames. Over PyPI's `cryptography`."""

import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256, X25519 = 1, 2
OVERHEAD = 16 + 32
LABEL = b"securechat/1 seal"


class Broken(Exception):
    """A frame that the keys do not open."""


class Exchange:
    """One side's fresh key pair for one agreement."""

    def __init__(self, group):
        self.group = group
        if group == X25519:
            self.private = x25519.X25519PrivateKey.generate()
            self.share = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
            self.share = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def agree(self, share, salt):
        """The generation that follows; salt: the transcript's digest, or the chain of the keys before."""
        if self.group == X25519:
            agreed = self.private.exchange(x25519.X25519PublicKey.from_public_bytes(share))
        else:
            peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), share)
            agreed = self.private.exchange(ec.ECDH(), peer)
        secret = hmac.digest(salt, agreed, "sha256")  # HKDF-Extract
        return Generation(HKDFExpand(hashes.SHA256(), 184, LABEL).derive(secret))


class Generation:
    """What one agreement gave: the keys of both directions, and what the next one is bound to."""

    def __init__(self, keys):
        self.client, self.server, self.chain = Direction(keys[:76]), Direction(keys[76:152]), keys[152:]


class Direction:
    """The keys of one direction, and how many frames they have sealed or opened."""

    def __init__(self, keys):
        self.raw = keys
        self.cipher, self.code_key, self.iv, self.count = AESGCM(keys[:32]), keys[32:64], keys[64:], 0

    def nonce(self):
        return bytes(a ^ b for a, b in zip(self.iv, bytes(4) + struct.pack(">Q", self.count)))

    def seal(self, payload):
        """A whole frame."""
        header = struct.pack(">I", len(payload) + OVERHEAD)
        bound = header + struct.pack(">Q", self.count)
        sealed = self.cipher.encrypt(self.nonce(), payload, bound)
        self.count += 1
        return header + sealed + hmac.digest(self.code_key, bound + sealed, "sha256")

    def open(self, body):
        """The payload of a frame, of which this is what follows the header."""
        bound = struct.pack(">IQ", len(body), self.count)
        sealed, code = body[:-32], body[-32:]
        if len(body) <= OVERHEAD or not hmac.compare_digest(code, hmac.digest(self.code_key, bound + sealed, "sha256")):
            raise Broken("the code does not fit")
        try:
            payload = self.cipher.decrypt(self.nonce(), sealed, bound)
        except InvalidTag as error:
            raise Broken("the tag does not fit") from error
        self.count += 1
        return payload
