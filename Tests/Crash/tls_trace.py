"""What the server said to its clients, read out of a recording of its system calls.

The clients of these tests keep the keys of their TLS connections (SSLKEYLOGFILE's format); with these every record the
server wrote is opened, by OpenSSL's own AES-GCM. So each answer is known by the very call that wrote its first byte.
"""

import bisect
import collections
import ctypes
import ctypes.util
import hashlib
import hmac
import struct

from protocol import server_messages
from trace import descriptor, strings

# A message of the server: the index of the moment at which the first byte of its record was about to be
# written.
Said = collections.namedtuple("Said", "index connection request kind data")

SOCKET_WRITES = ("write", "writev", "sendto", "sendmsg")
SUITES = {32: (hashlib.sha256, 16, b"EVP_aes_128_gcm"), 48: (hashlib.sha384, 32, b"EVP_aes_256_gcm")}
APPLICATION_DATA, SET_TAG = 0x17, 0x11

crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for name in ["EVP_CIPHER_CTX_new", "EVP_aes_128_gcm", "EVP_aes_256_gcm"]:
    getattr(crypto, name).restype = ctypes.c_void_p


def expand(digest, secret, label, length):
    """HKDF-Expand-Label of RFC 8446, section 7.1, without a context."""
    label = b"tls13 " + label
    info = struct.pack(">HB", length, len(label)) + label + b"\x00\x01"
    return hmac.new(secret, info, digest).digest()[:length]


class RecordKey:
    """Opens the records that were sealed with one traffic secret, in their order."""

    def __init__(self, secret):
        digest, size, cipher = SUITES[len(secret)]
        self.key, self.iv = expand(digest, secret, b"key", size), expand(digest, secret, b"iv", 12)
        self.cipher, self.sequence = getattr(crypto, cipher.decode())(), 0

    def open(self, header, sealed):
        """The content type and the plaintext; None when it was sealed with another key."""
        nonce = bytes(a ^ b for a, b in zip(self.iv, self.sequence.to_bytes(12, "big")))
        plain = aead_open(self.cipher, self.key, nonce, header, sealed[:-16], sealed[-16:])
        if plain is None:
            return None
        self.sequence += 1
        plain = plain.rstrip(b"\x00")
        return plain[-1], plain[:-1]


def aead_open(cipher, key, nonce, header, sealed, tag):
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    try:
        length, plain = ctypes.c_int(), ctypes.create_string_buffer(len(sealed) + 16)
        crypto.EVP_DecryptInit_ex(context, ctypes.c_void_p(cipher), None, key, nonce)
        crypto.EVP_DecryptUpdate(context, None, ctypes.byref(length), header, len(header))
        crypto.EVP_DecryptUpdate(context, plain, ctypes.byref(length), sealed, len(sealed))
        crypto.EVP_CIPHER_CTX_ctrl(context, SET_TAG, 16, ctypes.c_char_p(tag))
        tail = ctypes.create_string_buffer(16)
        is_whole = crypto.EVP_DecryptFinal_ex(context, tail, ctypes.byref(length)) == 1
        return plain.raw[:len(sealed)] if is_whole else None
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def secrets_of(key_log):
    """The server's secrets of each connection: [(for the handshake, for what follows)]."""
    found = collections.defaultdict(dict)
    with open(key_log, encoding="ascii") as lines:
        for line in lines:
            if line.startswith("SERVER_"):
                label, client, secret = line.split()
                found[client][label] = bytes.fromhex(secret)
    labels = ("SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0")
    return [tuple(each[label] for label in labels) for each in found.values() if all(l in each for l in labels)]


def streams(moments):
    """What was written to each socket: {socket: (bytes, [(offset, index of the moment)])}."""
    found = {}
    for moment in moments:
        if moment.is_return or moment.call.name not in SOCKET_WRITES:
            continue
        number, path = descriptor(moment.call)
        if not path.startswith("socket:") and not path.startswith("TCP"):
            continue
        result = moment.call.result
        data = b"".join(strings(moment.call))
        # A call that was killed has written nothing that we can know of, or all of it.
        data = data if result is None else data[:max(result, 0)]
        stream, places = found.setdefault(path, (bytearray(), []))
        if data:
            places.append((len(stream), moment.index))
            stream += data
    return found


def records(stream):
    """(offset, header, body) of each whole TLS record."""
    place = 0
    while place + 5 <= len(stream):
        length = struct.unpack(">H", stream[place + 3:place + 5])[0]
        if place + 5 + length > len(stream):
            return
        yield place, bytes(stream[place:place + 5]), bytes(stream[place + 5:place + 5 + length])
        place += 5 + length


def moment_of(places, offset):
    return places[bisect.bisect_right(places, offset, key=lambda place: place[0]) - 1][1]


def plaintext(stream, pairs):
    """(offset, bytes) of what the application wrote into a TLS stream; None when no key opens it."""
    pieces, keys, is_opened = [], None, False
    for offset, header, body in records(stream):
        if header[0] != APPLICATION_DATA:
            continue
        if keys is None:
            keys, opened = matching(pairs, header, body)
            if keys is None:
                return None
        else:
            opened = keys[0].open(header, body)
            if opened is None and len(keys) == 2:
                keys = keys[1:]
                opened = keys[0].open(header, body)
            if opened is None:
                raise ValueError("a record of a known connection cannot be opened")
        if opened[0] == APPLICATION_DATA:
            pieces.append((offset, opened[1]))
    return pieces


def matching(pairs, header, body):
    """The keys of the connection whose first sealed record this is, and what it says."""
    for pair in pairs:
        keys = [RecordKey(secret) for secret in pair]
        opened = keys[0].open(header, body)
        if opened is not None:
            return keys, opened
    return None, None


def said(moments, key_log):
    """Every message of the server, in the order of the moments at which their records began to be written."""
    found, pairs = [], secrets_of(key_log)
    for connection, (stream, places) in streams(moments).items():
        pieces = plaintext(stream, pairs) if stream[:1] == b"\x16" else None
        for offset, payload in frames(pieces or []):
            index = moment_of(places, offset)
            found += [Said(index, connection, *message) for message in server_messages(payload)]
    return sorted(found, key=lambda message: message.index)


def frames(pieces):
    """(offset of the record in which it begins, payload) of each whole frame."""
    held, starts = bytearray(), []
    for offset, data in pieces:
        starts.append((len(held), offset))
        held += data
    place = 0
    while place + 4 <= len(held):
        length = struct.unpack(">I", held[place:place + 4])[0]
        if place + 4 + length > len(held):
            return
        yield moment_of(starts, place), bytes(held[place + 4:place + 4 + length])
        place += 4 + length
