"""Snapshots of the real server while people chat and administrators work: each is restored elsewhere, and holds all
that was acknowledged before it, in its order, and nothing that the original does not have. Then kills, and changes.

By default short; the long run is --snapshots 100 --kills 100 --changes 10000."""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import changes  # noqa: E402
import protocol  # noqa: E402
import schedule  # noqa: E402
import securechat  # noqa: E402
import strangers  # noqa: E402

SENDERS = 4
COUNTED = ("people", "rooms", "events")


class Sender(threading.Thread):
    """Sends without a pause, and keeps what was acknowledged."""

    def __init__(self, port, token, room):
        super().__init__(daemon=True)
        self.connection = protocol.Connection(port, token)
        self.room, _ = self.connection.subscribe(room)
        self.acked, self.fault, self.is_done = [], None, threading.Event()

    def run(self):
        try:
            while not self.is_done.is_set():
                sent = self.connection.send(self.room, os.urandom(16), f"number {len(self.acked)}")
                self.acked.append((sent.sequence, sent.event_id))
        except (protocol.Disconnected, protocol.Refused, OSError) as error:
            self.fault = error


class Administrator(threading.Thread):
    """Adds people and rooms, makes tokens and ends sessions meanwhile."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.count, self.fault, self.is_done = server, 0, None, threading.Event()

    def run(self):
        try:
            while not self.is_done.is_set():
                self.count += 1
                self.server.admin("user", "add", f"person{self.count}")
                self.server.admin("room", "add", f"room{self.count}", "--public")
                self.server.token(f"person{self.count}")
                self.server.admin("user", "disable", f"person{self.count}")
        except RuntimeError as error:
            self.fault = error


def snapshot(server, *words):
    return json.loads(server.admin("snapshot", "create", "--json", *words))


def run(*words, **options):
    """A command of its own: exit code, output, complaint."""
    done = subprocess.run([securechat.PROGRAM, *map(str, words)], capture_output=True, timeout=120, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


@contextlib.contextmanager
def restored(file, *words):
    """A server on what the snapshot held."""
    other = securechat.Server({"SECURECHAT_SEALING_REQUIRED": "false"})
    try:
        other.data.rmdir()
        code, output, complaint = run("snapshot", "restore", file, "--json", *words, *other.options)
        if code != 0:
            raise RuntimeError(complaint)
        other.summary = json.loads(output)
        other.start()
        yield other
    finally:
        other.__exit__()


def events_of(server, password):
    connection = protocol.Connection(server.port)
    connection.log_in("ada", password)
    room, _ = connection.subscribe("square")
    return [(event.sequence, event.id, event.link) for event in connection.history(room)]


def check_live(report, server, folder, count):
    senders = [Sender(server.port, server.token("ada"), "square") for _ in range(SENDERS)]
    administrator = Administrator(server)
    for thread in [administrator, *senders]:
        thread.start()
    taken = []
    for number in range(count):
        time.sleep(random.uniform(0, 0.5))  # at a moment that nobody chose
        before = [event for sender in senders for event in list(sender.acked)]
        entry = snapshot(server, "--with-keys", "--output", str(folder / f"{number}.snapshot"))
        taken.append((entry, before))
    for thread in [administrator, *senders]:
        thread.is_done.set()
        thread.join(60)
    faults = [thread.fault for thread in [administrator, *senders] if thread.fault]
    report.check("nobody was refused or dropped meanwhile", not faults, faults)
    whole = events_of(server, server.passwords["ada"])
    stood = sorted(entry["stood_us"] / 1_000 for entry, _ in taken)
    sent = sum(len(sender.acked) for sender in senders)
    print(f"        {count} snapshots of up to {taken[-1][0]['events']} events beside {sent} messages and "
          f"{administrator.count} rounds of administration; the chat stood still for "
          f"{stood[len(stood) // 2]:.2f} ms, at most {stood[-1]:.2f} ms", flush=True)
    wrong = []
    for number, (entry, before) in enumerate(taken):
        with restored(entry["path"]) as other:
            found = events_of(other, server.passwords["ada"])
            # Who logs in is a member already: nothing is added by looking.
            missing = set(before) - {event[:2] for event in found}
            if found != whole[:len(found)] or missing or len(found) < len(before):
                wrong.append((number, len(found), len(missing)))
            whole_audit = "whole" in other.admin("audit", "verify")
            if not whole_audit or other.stop() != 0:
                wrong.append((number, "not whole"))
            held = json.loads(other.admin("check", "--json"))
            if [held[what] for what in COUNTED] != [entry[what] for what in COUNTED]:
                wrong.append((number, held, entry))
    report.check(f"each of {count} snapshots holds what was acknowledged before it, and a beginning of what there is",
                 not wrong, wrong)
    return pathlib.Path(taken[-1][0]["path"])


def check_rebirth(report, server, file):
    token = server.token("ada")
    with_token = snapshot(server, "--with-keys", "--output", str(file.parent / "token.snapshot"))
    with restored(with_token["path"]) as other:
        try:
            protocol.Connection(other.port, token)
            found = "let in"
        except (protocol.Refused, protocol.Disconnected) as error:
            found = error.args[0]
        report.check("a token of before the restore opens nothing", "wrong_credentials" in str(found), found)
        kinds = [json.loads(line).get("kind") for line in other.admin("audit", "export").splitlines()]
        report.check("the audit log tells of the restore", kinds.count("snapshot_restored") == 1, kinds[-5:])
    lines = [json.loads(line) for line in server.admin("audit", "export").splitlines()]
    made = [json.loads(line["details"]) for line in lines if line.get("kind") == "snapshot_made"]
    report.check("the original's tells of each snapshot",
                 any(details["path"] == with_token["path"] for details in made), made[-1:])


def check_keys(report, server, folder):
    entry = snapshot(server)
    report.check("a snapshot has no private keys unless it is told to", entry["keys"] is False)
    data = pathlib.Path(entry["path"])
    report.check("it goes to the data directory's snapshots", data.parent == server.data / "snapshots")
    report.check("and is its owner's alone", data.stat().st_mode & 0o777 == 0o600)
    report.check("list names it", entry["path"] in server.admin("snapshot", "list"))
    drilled = json.loads(server.admin("snapshot", "drill", "--json"))
    report.check("drill verifies it", drilled["events"] == entry["events"], drilled)
    code, _, complaint = run("snapshot", "create", "--output", data, *server.options, env=server.environment)
    report.check("nothing that is there is overwritten", code == 1 and "exist" in complaint.lower(), complaint)
    code, _, complaint = run("snapshot", "create", "--output", server.data / "chat.db", *server.options,
                             env=server.environment)
    report.check("least of all the history", code == 1 and "exist" in complaint.lower()
                 and "whole" in server.admin("audit", "verify"), complaint)
    (server.data / "audit-checkpoints.jsonl").rename(folder / "moved.jsonl")
    moved = snapshot(server)
    report.check("what may be moved away may be missing", run("snapshot", "verify", moved["path"])[0] == 0)
    (folder / "moved.jsonl").rename(server.data / "audit-checkpoints.jsonl")
    left = [path.name for path in data.parent.iterdir() if path.name != "last-verified" and path.suffix != ".snapshot"]
    report.check("and nothing else is left there", not left, left)
    target = folder / "without"
    code, _, complaint = run("snapshot", "restore", data, "--data", target)
    report.check("it is not restored without its keys", code == 1 and "--keys" in complaint, complaint)
    report.check("and nothing is left of the try", not target.exists() and not list(folder.glob("without.*")))
    with restored(data, "--keys", server.data / "keys") as other:
        report.check("with them it is", len(events_of(other, server.passwords["ada"])) > 0)
    other = securechat.Server()
    with other:
        words = ["restore", data, "--data", target, "--keys", other.data / "keys"]
        code, _, complaint = run("snapshot", *words)
        report.check("another server's keys do not fit",
                     code == 1 and "snapshot_of_another_key" in complaint, complaint)


def check_places(report, server, file):
    code, _, complaint = run("snapshot", "restore", file, "--data", server.data)
    report.check("a server that is there is not replaced unasked", code == 1 and "--replace" in complaint, complaint)
    code, _, complaint = run("snapshot", "restore", file, "--replace", "--data", server.data)
    report.check("nor one that runs", code == 1 and "process" in complaint, complaint)
    report.check("and nothing is left of the tries", not list(server.data.parent.glob("data.*")))
    other = securechat.Server({"SECURECHAT_SEALING_REQUIRED": "false"})
    other.admin("init")
    other.admin("room", "add", "mine", "--public")
    code, _, complaint = run("snapshot", "restore", file, "--replace", "--data", other.data)
    aside = other.data.parent / "data.replaced-1"
    report.check("nor by a snapshot of another server",
                 code == 1 and "snapshot_of_another_key" in complaint, complaint)
    own = ["--public-key", server.data / "keys/audit-public.pem"]
    code, _, complaint = run("snapshot", "restore", file, "--replace", *own, "--data", other.data)
    report.check("one that is stopped is set aside", code == 0 and str(aside) in complaint, complaint)
    link = other.folder / "link"
    link.symlink_to(file.parent)
    code, _, complaint = run("snapshot", "restore", file, "--replace", "--data", link)
    report.check("a link is not taken for a directory", code == 1 and link.is_symlink(), complaint)
    with other_server(other):
        report.check("and the snapshot is in its place", len(events_of(other, server.passwords["ada"])) > 0)
    other.data = aside
    other.options = ["--data", str(aside)]
    report.check("and what was there is whole", "mine" in other.admin("room", "list"))
    shutil.rmtree(other.folder)


@contextlib.contextmanager
def other_server(server):
    server.start()
    try:
        yield server
    finally:
        server.stop()


def check_stop(report, server, folder):
    """A server that is stopped while it makes one leaves nothing of it."""
    litter, made = [], 0
    for number in range(8):
        target = folder / f"stopped{number}.snapshot"
        process = subprocess.Popen(
            [securechat.PROGRAM, "snapshot", "create", "--output", str(target), *server.options],
            env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.15))  # at a moment that nobody chose
        status = server.stop()
        process.wait(60)
        made += target.exists()
        if status != 0 or list(folder.glob("*.partial")):
            litter.append((number, status, [path.name for path in folder.glob("*.partial")]))
        server.start()
    report.check(f"8 stops of the server that makes one ({made} were made): nothing is left", not litter, litter)


def check_root(report, server, file):
    """Root restores for the account that the server runs as, also where only root may rename."""
    if os.geteuid() != 0:
        return
    other = securechat.Server()
    other.admin("init")
    for path in [other.data, *other.data.rglob("*")]:
        os.chown(path, 65_534, 65_534)
    own = ["--public-key", server.data / "keys/audit-public.pem"]
    code, _, complaint = run("snapshot", "restore", file, "--replace", *own, "--data", other.data)
    owners = {path.stat().st_uid for path in [other.data, *other.data.rglob("*")]}
    report.check("root restores for the owner of the directory",
                 code == 0 and owners == {65_534}, (complaint, owners))
    shutil.rmtree(other.folder)


def check_kills(report, server, file, folder, rounds):
    """A kill of either side at a random moment leaves what was there."""
    lost, made = [], 0
    for number in range(rounds):
        target = folder / f"killed{number}.snapshot"
        process = subprocess.Popen(
            [securechat.PROGRAM, "snapshot", "create", "--output", str(target), *server.options],
            env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.15))  # at a moment that nobody chose
        server.stop(signal.SIGKILL)
        process.wait(60)
        made += target.exists()
        if target.exists() and run("snapshot", "verify", target)[0] != 0:
            lost.append((number, "a half snapshot under its own name"))
        server.start()
    report.check(f"{rounds} kills of the server that makes one ({made} were made): no half file, and it starts again",
                 not lost, lost)
    before = events_of(server, server.passwords["ada"])
    server.stop()
    for number in range(rounds):
        process = subprocess.Popen(
            [securechat.PROGRAM, "snapshot", "restore", str(file), "--replace", *server.options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.3))  # at a moment that nobody chose
        process.kill()
        process.wait()
        for aside in server.data.parent.glob("data.replaced-*"):
            # It was quicker than the kill: what was there is whole under its other name.
            if server.data.exists():
                if run("check", "--data", server.data)[0] != 0:
                    lost.append((number, "a restored directory that is not whole"))
                shutil.rmtree(server.data)
            aside.rename(server.data)
    server.start()
    after = events_of(server, server.passwords["ada"])
    report.check(f"{rounds} kills of a restore: what was there before is whole", after == before and not lost,
                 (len(after), len(before), lost))


def check_stopped(report, server, folder):
    server.stop()
    entry = snapshot(server, "--with-keys", "--output", str(folder / "stopped.snapshot"))
    code, output, complaint = run("snapshot", "verify", entry["path"], "--public-key",
                                  server.data / "keys/audit-public.pem", "--json")
    report.check("a server that does not run has snapshots too",
                 code == 0 and json.loads(output)["events"] == entry["events"], complaint)
    server.start()
    code, _, complaint = run("snapshot", "create", "--output", "/nowhere/at/all", *server.options,
                             env=server.environment)
    report.check("a place that is none is refused", code == 1 and "snapshot_failed" in complaint, complaint)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, default=6)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--changes", type=int, default=100)
    options = parser.parse_args()
    report = securechat.Report()
    # They send as fast as they are answered, for as long as it takes.
    settings = {"SECURECHAT_SEALING_REQUIRED": "false", "SECURECHAT_LIMITS_ENABLED": "false"}
    with securechat.Server(settings) as server:
        server.add_person("ada")
        server.admin("room", "add", "square", "--public")
        protocol.Connection(server.port, server.token("ada")).subscribe("square")
        folder = server.folder / "taken"
        folder.mkdir()
        file = check_live(report, server, folder, options.snapshots)
        check_rebirth(report, server, file)
        check_keys(report, server, folder)
        check_places(report, server, file)
        changes.check(report, server, file, options.changes)
        strangers.check_tools(report, server, folder)
        strangers.check_locks(report, server, folder)
        check_stopped(report, server, folder)
        check_stop(report, server, folder)
        check_root(report, server, file)
        check_kills(report, server, file, folder, options.kills)
    schedule.check(report)
    report.end()


main()
