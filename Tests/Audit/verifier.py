"""An audit log's export, verified from docs/audit.md alone: nothing of the server's own code is in here.

verify() answers None for a log that holds, else the first bad place as ("entry", 7) or ("checkpoint", 2).
Ed25519 (RFC 8032) is written out below, so that the suite needs the standard library only.
"""

import hashlib
import json

# --- RFC 8032, 5.1: the curve edwards25519 -------------------------------------------------------------

P = 2 ** 255 - 19
Q = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if (x & 1) != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def _add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2 ** 255 - 1), number >> 255
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _same(one, other):
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def ed25519_holds(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = _point(public), _point(signature[:32])
    factor = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or factor >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % Q
    return _same(_times(factor, BASE), _add(nonce, _times(challenge, key)))


# --- docs/audit.md -------------------------------------------------------------------------------------

def read_public_key(path):
    """The 32 bytes of a PEM file of SubjectPublicKeyInfo (RFC 8410)."""
    import base64
    lines = [line for line in open(path).read().split("\n") if line and not line.startswith("-----")]
    return base64.b64decode("".join(lines))[-32:]


def sha256(data):
    return hashlib.sha256(data).digest()


def number(value, count=8):
    return value.to_bytes(count, "big", signed=False)


def text(value):
    data = value.encode()
    return number(len(data), 4) + data


def details_digest(entry):
    return sha256(b"\0" + bytes.fromhex(entry["salt"]) + entry["details"].encode())


def body_digest(entry):
    parts = [b"\1", bytes.fromhex(entry["id"]), number(entry["at"]), text(entry["kind"]), text(entry["actor"])]
    parts += [number(len(entry["subjects"]), 4)] + [text(subject) for subject in entry["subjects"]]
    return sha256(b"".join(parts) + bytes.fromhex(entry["details_digest"]))


def link(previous, sequence, body):
    return sha256(b"\2" + previous + number(sequence) + body)


def genesis(log):
    return sha256(b"\3" + bytes.fromhex(log))


def signed_form(log, checkpoint, marks_digest):
    return (
        b"securechat audit checkpoint 1\0" + bytes.fromhex(log) + number(checkpoint["number"])
        + number(checkpoint["sequence"]) + number(checkpoint["at"]) + bytes.fromhex(checkpoint["link"])
        + marks_digest)


def checkpoint_holds(public, log, checkpoint):
    if "marks" in checkpoint:
        marks_digest = sha256(bytes.fromhex(checkpoint["marks"]))
    else:
        marks_digest = bytes.fromhex(checkpoint["marks_digest"])
    return checkpoint["key"] == sha256(public).hex() and ed25519_holds(
        public, signed_form(log, checkpoint, marks_digest), bytes.fromhex(checkpoint["signature"]))


def verify(lines, public):
    """The first bad place of an export, or None."""
    rows = [json.loads(line) for line in lines]
    if not rows or rows[0]["type"] != "header" or rows[0]["public_key"] != public.hex():
        return ("header", 0)
    log = rows[0]["log"]
    head, covered, checkpoints = genesis(log), 0, 0
    marks, claim, unexplained = [], None, {}
    for row in rows[1:]:
        if row["type"] == "entry":
            place = covered + len(marks) + 1
            body = body_digest(row)
            head = link(head, place, body)
            marks.append(body[:8])
            holds = row["sequence"] == place and row["link"] == head.hex()
            if row["details"] is not None:
                holds = holds and details_digest(row).hex() == row["details_digest"]
            if not holds and claim is None:
                claim = ("entry", place)
            is_erasure = row["kind"] == "details_erased"
            if is_erasure:
                unexplained = {
                    parties: first for parties, first in unexplained.items() if not parties & set(row["subjects"])}
            if row["details"] is None:
                parties = frozenset() if is_erasure else frozenset([row["actor"], *row["subjects"]])
                unexplained.setdefault(parties, place)
            continue
        checkpoints += 1
        if not checkpoint_holds(public, log, row) or row["number"] != checkpoints:
            return claim or ("checkpoint", checkpoints)
        signed = bytes.fromhex(row["marks"])
        signed = [signed[at:at + 8] for at in range(0, len(signed), 8)]
        if signed != marks:
            same = 0
            while same < min(len(signed), len(marks)) and signed[same] == marks[same]:
                same += 1
            bad = ("entry", covered + same + 1)
            return claim if claim is not None and claim[1] < bad[1] else bad
        if claim is not None:
            return claim
        if row["sequence"] != covered + len(marks) or row["link"] != head.hex():
            return ("checkpoint", checkpoints)
        covered, marks = row["sequence"], []
    if claim is not None:
        return claim
    if marks or not checkpoints:
        return ("entry", covered + len(marks) + 1)
    return ("entry", min(unexplained.values())) if unexplained else None
