"""Single changes to a snapshot's file: each is refused by its name."""

import concurrent.futures
import hashlib
import json
import random
import subprocess

import securechat
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# What is said of a file that is not what was written.
BROKEN = ("snapshot_damaged", "not_a_snapshot", "snapshot_newer")
TRAILER = 96


def flipped(data, dice):
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1:]


def cut(data, dice):
    return data[:dice.randrange(len(data))]


def swapped(data, dice):
    one, other = sorted(dice.sample(range(len(data) - 600), 2))
    size = min(500, other - one)
    return data[:one] + data[other:other + size] + data[one + size:other] + data[one:one + size] + data[other + size:]


def left_out(data, dice):
    place = dice.randrange(len(data) - 600)
    return data[:place] + data[place + dice.randrange(1, 500):]


def put_in(data, dice):
    place = dice.randrange(len(data) + 1)
    return data[:place] + dice.randbytes(dice.randrange(1, 500)) + data[place:]


def signed_by(key, data):
    """With another key named in the header: whole, but for whose it is."""
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    mark, line, rest = data.split(b"\n", 2)
    header = json.loads(line)
    header["key"] = public.hex()
    body = mark + b"\n" + json.dumps(header, separators=(",", ":"), sort_keys=True).encode() + b"\n" + rest[:-TRAILER]
    digest = hashlib.sha256(body).digest()
    return body + digest + key.sign(b"securechat snapshot 1\0" + digest)


def signed_anew(data, dice):
    """Something changed, and all of it signed again by somebody who has not the server's key."""
    return signed_by(Ed25519PrivateKey.generate(), flipped(data[:-TRAILER], dice) + data[-TRAILER:]
                     if dice.random() < 0.5 else data)


def digest_anew(data, dice):
    """The digest made anew, the signature left as it was."""
    body = data[:-TRAILER]
    place = dice.randrange(200, len(body))
    body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1:]
    return body + hashlib.sha256(body).digest() + data[-64:]


KINDS = {
    "flips": (flipped, BROKEN), "cuts": (cut, BROKEN), "swaps": (swapped, BROKEN), "gaps": (left_out, BROKEN),
    "additions": (put_in, BROKEN), "digests made anew": (digest_anew, BROKEN),
    "signatures by another key": (signed_anew, (*BROKEN, "snapshot_of_another_key"))}


def verdict(file, public_key, content):
    file.write_bytes(content)
    done = subprocess.run(
        [securechat.PROGRAM, "snapshot", "verify", str(file), "--public-key", str(public_key)],
        capture_output=True, timeout=120)
    file.unlink()
    return done.returncode, done.stderr.decode(errors="replace")


def attempt(number, data, folder, public_key):
    """What was wrong with the answer to one change, if anything."""
    dice = random.Random(number)
    name = list(KINDS)[number % len(KINDS)]
    make, codes = KINDS[name]
    content = data
    while content == data:
        try:
            content = make(data, dice)
        except (json.JSONDecodeError, ValueError):
            continue  # the flip took the header's form: nothing to sign anew
    code, complaint = verdict(folder / f"changed{number}", public_key, content)
    return None if code == 1 and any(each in complaint for each in codes) else (number, name, code, complaint)


def check(report, server, file, count):
    data = file.read_bytes()
    public_key = server.data / "keys/audit-public.pem"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda number: attempt(number, data, file.parent, public_key), range(count))
        wrong = [result for result in results if result]
    report.check(f"{count} changes of {len(KINDS)} kinds: each refused by name", not wrong, wrong[:5])
    code, complaint = verdict(file.parent / "unchanged", public_key, data)
    report.check("the file itself is whole", code == 0, complaint)
    own = signed_by(Ed25519PrivateKey.generate(), data)
    code, complaint = verdict(file.parent / "another", public_key, own)
    report.check("the same signed by another key is told as that",
                 code == 1 and "snapshot_of_another_key" in complaint, complaint)
