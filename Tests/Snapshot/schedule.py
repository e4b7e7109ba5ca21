"""Snapshots that the server makes by itself: made, verified, encrypted where it was told to, and removed in time."""

import datetime
import json
import subprocess

import reader
import securechat
from waiting import until


def shelf(server):
    return sorted((server.data / "snapshots").glob("*.snapshot"))


def old(server, days):
    """A file that calls itself a snapshot of some days ago."""
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return server.data / "snapshots" / f"securechat-{moment:%Y%m%dT%H%M%S}.000Z.snapshot"


def expected(files):
    """Of the newest first: one of each of three days and of four months, by their names."""
    kept, files = set(), sorted(files, reverse=True)
    for length, most in [(8, 3), (6, 4)]:
        newest = {}
        for file in files:
            newest.setdefault(file.name.removeprefix("securechat-")[:length], file)
        kept |= set(list(newest.values())[:most])
    return kept


def status(server):
    return json.loads(server.admin("status", "--json"))


def check(report):
    server = securechat.Server({"SECURECHAT_SEALING_REQUIRED": "false", "SECURECHAT_SNAPSHOTS_EVERYHOURS": "1"})
    server.admin("init")
    key = server.folder / "reader.pem"
    subprocess.run([securechat.PROGRAM, "snapshot", "key", "--output", key], check=True, capture_output=True)
    (server.data / "snapshots").mkdir(mode=0o700)
    # The last days and some months, the newest hours old.
    stale = [old(server, days) for days in [0.1, *range(1, 9), 30, 60, 61, 90, 120, 150]]
    for file in stale:
        file.write_bytes(b"long ago")
    foreign = server.data / "snapshots/mine.snapshot"
    foreign.write_bytes(b"put here by somebody")
    server.settings.update({
        "SECURECHAT_SNAPSHOTS_ENCRYPTTO": f"{key}.pub", "SECURECHAT_SNAPSHOTS_DAILY": "3",
        "SECURECHAT_SNAPSHOTS_WEEKLY": "0", "SECURECHAT_SNAPSHOTS_MONTHLY": "4"})
    try:
        server.start()
        until(lambda: "verified" in server.log(), 60, "one is made and verified")
        made = [file for file in shelf(server) if file not in stale and file != foreign]
        report.check("one is made unasked when the newest is old", len(made) == 1, made)
        header, manifest, parts = reader.read(made[0], private_key=reader.private_key_in(key))
        report.check("it is encrypted to the key of the configuration, with the private keys",
                     "recipient" in header["lock"] and "keys/identity.pem" in parts, header)
        found = status(server)
        report.check("status says how old it is, and since when one is known to be whole",
                     0 <= found["snapshot_age"] < 120 and 0 <= found["snapshot_verified_age"] < 120, found)
        until(lambda: len(shelf(server)) < 8, 30, "old ones are removed")
        kept = [file for file in shelf(server) if file not in made]
        report.check("what nobody needs any more is removed, and nothing else",
                     set(kept) == {foreign, *expected([*stale, *made])} - set(made), kept)
        code = subprocess.run(
            [securechat.PROGRAM, "snapshot", "verify", made[0], "--decryption-key", key], capture_output=True)
        report.check("whoever has the key verifies it", code.returncode == 0, code.stderr)
        kinds = [json.loads(line).get("kind") for line in server.admin("audit", "export").splitlines()]
        report.check("the audit log tells of it", "snapshot_made" in kinds, kinds)
    finally:
        server.__exit__()
