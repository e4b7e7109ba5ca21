"""The identity key changes: who pinned an older one follows, and nobody follows what does not lead on."""

import json
import os
import subprocess

import securechat
from client import Client, Disconnected, Distrusted
from middle import Middle
from protobuf import decode, encode, first
from rogue import Identity, Rogue, change, now


def key(server, *words):
    """What `securechat key` prints: fingerprint as bare digits, number."""
    shown = json.loads(server.admin("key", *words, "--json"))
    return shown["fingerprint"].removeprefix("sha256:"), shown["number"], shown["changes"]


def verdict(port, fingerprint, number=None, **options):
    """The fingerprint that a client ends up with, or why it does not."""
    try:
        with Client(port, fingerprint=fingerprint, number=number, **options) as client:
            return client.fingerprint
    except (Distrusted, Disconnected) as error:
        return error.args[0]


class Person:
    """Somebody with a home of their own, who has used `securechat tail` there before."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.pins = server.folder / f"home-{name}" / ".config/securechat/known_servers"

    def look(self, *words, port=None):
        """Exit code and complaints of one visit."""
        port, self.server.port = self.server.port, port or self.server.port
        try:
            process = self.server.client("tail", self.name, "--room", "square", "--no-follow", *words)
            complaint = process.communicate(timeout=60)[1].decode(errors="replace")
        finally:
            self.server.port = port
        return process.returncode, complaint

    def pin(self, port, fingerprint, number):
        self.pins.parent.mkdir(parents=True, exist_ok=True)
        self.pins.write_text(f"127.0.0.1:{port} sha256:{fingerprint} {number}\n")

    def pinned(self):
        return self.pins.read_text().split()[1:]


def check_rotation(report, stage):
    server, ada = stage.server, Person(stage.server, "ada")
    ada.look()
    keys = [key(server, "show")]
    report.check("the first key is number 0, and pinned so",
                 keys[0][1:] == (0, 0) and ada.pinned() == [f"sha256:{keys[0][0]}", "0"], (keys, ada.pinned()))
    with stage.enter("grace") as grace:
        keys.append(key(server, "rotate"))
        report.check("who is connected stays", grace.ping() is not None)
    report.check("the next has number 1", keys[1][1:] == (1, 1) and keys[1][0] != keys[0][0], keys)
    found = verdict(stage.port, keys[0][0], 0)
    report.check("a client that pinned the old key follows", found == keys[1][0], found)
    status, complaint = ada.look()
    report.check("so does the command line, and says so", status == 0 and "vouches for it" in complaint, complaint)
    report.check("and pins the new key with its number", ada.pinned() == [f"sha256:{keys[1][0]}", "1"], ada.pinned())
    report.check("the second time without a word", ada.look() == (0, ""), ada.look())
    keys += [key(server, "rotate") for _ in range(2)]
    for number in range(4):
        found = verdict(stage.port, keys[number][0], number)
        report.check(f"from key {number} to key 3", found == keys[3][0], found)
    check_restart(report, stage, keys)
    stage.fingerprint = keys[3][0]
    tampered(report, stage, keys)
    records = [json.loads(line) for line in server.admin("audit", "tail", "--json", "--count", "100").splitlines()]
    rotations = [entry for entry in records if entry.get("kind") == "identity_rotated"]
    report.check("the audit log has each change", len(rotations) == 3, rotations)


def check_restart(report, stage, keys):
    server = stage.server
    server.stop()
    whole = server.admin("check")
    report.check("check verifies the chain", "identity key 3, 3 changes: whole" in whole, whole)
    offline = key(server, "show")
    report.check("the key command works without a server too", offline == keys[3], offline)
    path = server.data / "keys" / "identity.pem"
    held = path.read_text()
    lines = held.splitlines()
    path.write_text("\n".join(lines[:-2] + lines[-1:]) + "\n")
    try:
        complaint = server.admin("check")
    except RuntimeError as error:
        complaint = str(error)
    report.check("and finds one that lacks an entry", "identity_chain_gap" in complaint, complaint)
    path.write_text(held)
    report.check("the key's file is its owner's alone", path.stat().st_mode & 0o777 == 0o600)
    server.start()


def tampered(report, stage, keys):
    """Somebody in between changes the entries on their way: the transcript's signature covers them."""
    def hello_changed(change_fields):
        def pass_on(frame, number):
            if number > 0:
                return frame
            message = decode(first(decode(frame[4:]), 1))
            hello = decode(message[2][0])
            hello[6] = change_fields(list(hello.get(6, [])))
            body = encode([(n, value) for n, values in sorted(hello.items()) for value in values])
            payload = encode([(1, [(1, first(message, 1, 0)), (2, body)])])
            return len(payload).to_bytes(4, "big") + payload
        return pass_on

    harms = {
        "altered": lambda entries: [entries[0][:-1] + bytes([entries[0][-1] ^ 1])] + entries[1:],
        "left out": lambda entries: entries[1:], "all left out": lambda entries: [],
        "swapped": lambda entries: entries[::-1], "twice": lambda entries: entries[:1] + entries,
    }
    for words, harm in harms.items():
        with Middle(stage.port, to_client=hello_changed(harm)) as middle:
            found = verdict(middle.port, keys[0][0], 0, binds=False)
        report.check(f"an entry of the chain {words} on its way: check 6", found == 6, found)


def check_rogues(report, stage):
    """Servers with keys of their own, before the independent client and the command line."""
    first_key, second, third, stranger = (Identity() for _ in range(4))
    server_id, other_id = os.urandom(16), os.urandom(16)
    one = change(1, first_key, second, server_id)
    two = change(2, second, third, server_id)
    deep = [change(n + 1, first_key, first_key, server_id) for n in range(17)]
    cases = [
        # the key shown, its number, the changes, the pinned number, what must come of it
        ("a chain that holds", third, 2, [one, two], 0, None),
        ("an entry altered", third, 2, [one[:-1] + bytes([one[-1] ^ 1]), two], 0, "identity_chain_wrong_signature"),
        ("an entry's number altered", third, 2, [change(7, first_key, second, server_id, stated=1), two], 0,
         "identity_chain_wrong_signature"),
        ("an entry signed by another key", third, 2, [change(1, first_key, second, server_id, signer=stranger), two], 0,
         "identity_chain_wrong_signature"),
        ("an entry of another key", third, 2, [change(1, stranger, second, server_id), two], 0,
         "identity_chain_wrong_key"),
        ("a chain that ends at another key", stranger, 2, [one, two], 0, "identity_chain_wrong_key"),
        ("a chain that begins later", third, 2, [two], 0, "identity_chain_gap"),
        ("a chain with a gap", third, 3, [one, change(3, second, third, server_id)], 1, "identity_chain_gap"),
        ("an entry of another server", third, 2, [change(1, first_key, second, other_id), two], 0,
         "identity_chain_wrong_server"),
        ("a chain of seventeen", first_key, 17, deep, 0, "identity_chain_too_deep"),
        ("an entry of tomorrow", third, 2, [one, change(2, second, third, server_id, valid_from=now() + 86_400_000)], 0,
         "identity_chain_not_yet_valid"),
        ("an entry that is none", third, 2, [one, b"\xff"], 0, "identity_chain_malformed"),
        ("a number that goes back", first_key, 0, [], 1, "identity_rolled_back"),
        ("an older key that leads on to a lower number", second, 1, [one], 3, "identity_rolled_back"),
        ("another key and no chain", third, 2, [], 0, "identity_unexpected"),
    ]
    person = Person(stage.server, "grace")
    with Rogue(first_key, server_id) as rogue:
        for words, identity, number, changes, pinned, expected in cases:
            rogue.identity, rogue.number, rogue.changes = identity, number, changes
            found = verdict(rogue.port, first_key.digest.hex(), pinned)
            wanted = {None: identity.digest.hex(), "identity_unexpected": 7}.get(expected, expected)
            report.check(f"{words}: {expected or 'followed'}", found == wanted, found)
            person.pin(rogue.port, first_key.digest.hex(), pinned)
            # What follows the hello is not said: who trusts this server waits for it, and is given up.
            status, complaint = person.look("--patience", "0", port=rogue.port)
            told = "vouches for it" in complaint if expected is None else expected in complaint
            report.check(f"the command line: {words}", status != 0 and told, complaint)
            kept = person.pinned() == [f"sha256:{first_key.digest.hex()}", str(pinned)]
            report.check(f"its pin stays unless it is followed: {words}", kept == (expected is not None))
        report.check("clients name the key that they pinned", set(rogue.known) == {first_key.digest}, rogue.known)


def check_replacement(report):
    """After a leak nothing vouches for the new key: it is compared by people."""
    with securechat.Server() as server:
        server.add_person("ada")
        server.admin("room", "add", "square", "--public")
        ada = Person(server, "ada")
        ada.look()
        old = key(server, "rotate")
        ada.look()
        try:
            server.admin("key", "replace")
            refused = False
        except RuntimeError as error:
            refused = "--compromised" in str(error)
        report.check("replace asks to say that the key has leaked", refused)
        new = key(server, "replace", "--compromised")
        report.check("it has a higher number and no chain", new[1:] == (2, 0) and new[0] != old[0], new)
        status, complaint = ada.look()
        report.check("everybody refuses it", status == 1 and "identity_unexpected" in complaint, complaint)
        status, complaint = ada.look("--fingerprint", f"sha256:{new[0]}")
        report.check("until they give its fingerprint", status == 0, complaint)
        report.check("which is pinned then", ada.pinned() == [f"sha256:{new[0]}", "2"], ada.pinned())
        audit = server.admin("audit", "tail", "--count", "100")
        report.check("the audit log says so", "identity_replaced" in audit, audit)
        report.check("and the chat goes on", ada.look() == (0, ""))
        depth = [key(server, "rotate") for _ in range(17)]
        report.check("the chain has sixteen entries at most", depth[-1][1:] == (19, 16), depth[-1])
        found = verdict(server.port, depth[0][0], 3)
        report.check("who missed sixteen changes follows them", found == depth[-1][0], found)
        found = verdict(server.port, new[0], 2)
        report.check("who missed seventeen compares", found == 7, found)
