"""Who did not write it reads it: a reader written from the page, sqlite3 and lmdb-utils, openssl; and snapshots that
are encrypted, to them and to the program."""

import json
import subprocess

import reader
import securechat

PASSPHRASE = "ten thousand lighthouses"


def run(*words, **options):
    done = subprocess.run([*map(str, words)], capture_output=True, timeout=120, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


def tables_of(database):
    """What sqlite3 says is in it: its own verdict, a digest of the content, and how many rows there are."""
    verdict = run("sqlite3", "-readonly", database, "PRAGMA integrity_check")[1].strip()
    code, digest, complaint = run("sqlite3", database, ".sha3sum")
    names = run("sqlite3", "-readonly", database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")[1]
    rows = {name: run("sqlite3", "-readonly", database, f"SELECT count(*) FROM {name}")[1].strip()
            for name in names.split()}
    return verdict, digest if code == 0 else complaint, rows


def dumped(folder):
    """What mdb_dump says is in an environment."""
    _, output, _ = run("mdb_dump", "-a", folder)
    found, name, lines = {}, None, None
    for line in output.splitlines():
        if line.startswith("database="):
            name = line.removeprefix("database=")
        elif line == "HEADER=END":
            lines = []
        elif line == "DATA=END":
            values = [bytes.fromhex(each) for each in lines]
            if name is not None:
                found[name] = dict(zip(values[::2], values[1::2]))
            name, lines = None, None
        elif lines is not None:
            lines.append(line.strip())
    return {name: records for name, records in found.items() if records}


def check_tools(report, server, folder):
    """Of a server that does not run: before, in the snapshot, and after."""
    server.stop()
    before = {name: tables_of(server.data / name) for name in ("chat.db", "audit.db")}
    state = dumped(server.data / "state.lmdb")
    entry = json.loads(server.admin("snapshot", "create", "--json", "--output", str(folder / "tools.snapshot")))
    _, manifest, parts = reader.read(
        folder / "tools.snapshot", public_key=reader.public_key_in(server.data / "keys/audit-public.pem"))
    report.check("a reader written from the page finds every part as the manifest says",
                 manifest["counts"]["events"] == entry["events"], manifest["counts"])
    (folder / "chat.db").write_bytes(parts["chat.db"])
    found = tables_of(folder / "chat.db")
    report.check("sqlite3 finds the history in it whole and the same: integrity, SHA3, counts",
                 found == before["chat.db"] and found[0] == "ok" and int(found[2]["events"]) > 0,
                 (found, before["chat.db"]))
    (folder / "audit.db").write_bytes(parts["audit.db"])
    found = tables_of(folder / "audit.db")
    report.check("and the audit log", found == before["audit.db"] and found[0] == "ok", (found, before["audit.db"]))
    records = reader.records_of(parts["state.records"])
    report.check("the sessions are what mdb_dump finds in state.lmdb",
                 records == state and len(records["sessions"]) > 0, (records.keys(), state.keys()))
    report.check("and mdb_stat reads it", run("mdb_stat", "-a", server.data / "state.lmdb")[0] == 0)
    after = {name: tables_of(server.data / name) for name in before}
    report.check("the server's own files hold what they held",
                 after["chat.db"] == before["chat.db"] and dumped(server.data / "state.lmdb") == state)
    server.start()


def check_locks(report, server, folder):
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    key = folder / "reader.pem"
    program = securechat.PROGRAM
    code, output, complaint = run(program, "snapshot", "key", "--output", key)
    report.check("a key pair is made, the private key for its owner alone",
                 code == 0 and key.stat().st_mode & 0o777 == 0o600 and f"{key}.pub" in output, complaint)
    report.check("and is not made over one that is there", run(program, "snapshot", "key", "--output", key)[0] == 1)
    both = [run("openssl", "pkey", "-in", key, "-noout", "-text")[1],
            run("openssl", "pkey", "-pubin", "-in", f"{key}.pub", "-noout", "-text")[1]]
    report.check("openssl reads both", all("X25519" in text for text in both), both)
    kinds = {
        "a passphrase": (["--passphrase-file", secret], ["--passphrase-file", secret], {"passphrase": PASSPHRASE}),
        "a public key": (["--encrypt-to", f"{key}.pub"], ["--decryption-key", key],
                         {"private_key": reader.private_key_in(key)})}
    for name, (lock, opens, parts) in kinds.items():
        check_lock(report, server, folder, name, lock, opens, parts)
    short = folder / "short"
    short.write_text("too short\n")
    code, _, complaint = run(program, "snapshot", "create", "--passphrase-file", short, *server.options)
    report.check("a short passphrase is refused", code == 1 and "12 characters" in complaint, complaint)


def check_lock(report, server, folder, name, lock, opens, parts):
    program = securechat.PROGRAM
    file = folder / f"locked to {name}.snapshot"
    entry = json.loads(server.admin(
        "snapshot", "create", "--json", "--with-keys", "--output", str(file), *map(str, lock)))
    report.check(f"encrypted to {name}: nothing of it can be read in the file",
                 not any(word in file.read_bytes() for word in (b"SQLite format", b"PRIVATE KEY", b"\x28\xb5\x2f\xfd")))
    _, manifest, found = reader.read(file, **parts)
    report.check("a reader written from the page opens it",
                 manifest["counts"]["events"] == entry["events"] and b"PRIVATE KEY" in found["keys/identity.pem"],
                 list(found))
    code, _, complaint = run(program, "snapshot", "verify", file)
    report.check("without it it is refused by name", code == 1 and "snapshot_locked" in complaint, complaint)
    wrong = folder / "wrong"
    wrong.write_text("ten thousand lighthouse\n")
    code, _, complaint = run(program, "snapshot", "verify", file, "--passphrase-file", wrong)
    report.check("so it is with another passphrase", code == 1 and "snapshot_locked" in complaint, complaint)
    code, output, complaint = run(program, "snapshot", "verify", file, "--json", *opens)
    report.check("the program opens it", code == 0 and json.loads(output)["events"] == entry["events"], complaint)
    target = folder / f"from {name}"
    code, _, complaint = run(program, "snapshot", "restore", file, "--data", target, *opens)
    report.check("and restores it, keys and all",
                 code == 0 and run(program, "check", "--data", target)[0] == 0, complaint)
