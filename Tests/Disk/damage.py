"""Files whose bytes were changed, before a start and under the running server: the store is refused or only read, by
name; the command that the message names brings the data back; and what is not damaged goes on."""

import json
import shlex
import shutil
import sqlite3
import struct
import subprocess

import securechat
from appliance import Appliance
from checker import problems, short
from crowd import Ack, send_ids
from protocol import Refused
from waiting import until

ROOM, PEOPLE = "alpha", ["ada", "bob"]
PAGE = 4_096
MESSAGES = 300


def run(report):
    # The index reads the history as soon as a server starts: what it has read is in memory, and can be read on.
    with Appliance(PEOPLE, [ROOM], {"SECURECHAT_SEARCH_ENABLED": "false"}) as appliance:
        Damage(report, appliance).check()


class Damage:
    def __init__(self, report, appliance):
        self.report, self.appliance = report, appliance
        self.ids, self.acks = send_ids(), []
        self.whole = appliance.folder / "whole"

    def check(self):
        self.prepare()
        for name, spoil in [
            ("the header", lambda file: overwrite(file, 0, 100)),
            ("the schema", lambda file: overwrite(file, 100, PAGE - 100)),
            ("the people's page", lambda file: overwrite(file, offset_of(file, "people"), PAGE)),
            ("half of the file", lambda file: cut(file)),
        ]:
            self.refuses_to_start(name, spoil)
        self.restores()
        for name, spoil in [
            ("an inner page of the history", lambda file: overwrite(file, offset_of(file, "events"), PAGE)),
            ("leaves of the history", spoil_leaves),
        ]:
            self.only_reads(name, spoil, False)
            self.only_reads(name, spoil, True)
        self.audit_log(False)
        self.audit_log(True)
        self.sessions()

    def prepare(self):
        """A history of some hundred pages, and a snapshot of it that was verified."""
        self.start()
        with self.appliance.connect("ada") as ada:
            room_id, _ = ada.subscribe(ROOM)
            for number in range(MESSAGES):
                send_id, body = next(self.ids), f"{number:06d}".ljust(2_000, "x")
                sent = ada.send(room_id, send_id, body)
                self.acks.append(Ack(ROOM, sent.sequence, sent.event_id, send_id, "ada", body, 0))
        with self.appliance.connect("bob") as bob:
            bob.subscribe(ROOM)
        self.appliance.admin("snapshot", "create")
        self.appliance.admin("snapshot", "drill")
        self.snapshot = next(path for path in (self.appliance.data / "snapshots").glob("*.snapshot"))
        self.appliance.stop()
        shutil.copytree(self.appliance.data, self.whole, ignore=shutil.ignore_patterns("*.sock"))

    def start(self):
        """Waits for the control socket too: without it a command would take the directory for its own."""
        self.appliance.start()
        until(lambda: securechat.Server.answers(self.appliance), 10, "the control socket answers")

    def renew(self):
        """The data as it was whole."""
        self.appliance.kill()
        for path in self.appliance.folder.glob("data*"):
            shutil.rmtree(path)
        shutil.copytree(self.whole, self.appliance.data)
        self.appliance.log_file.write_text("")

    def history_file(self):
        return self.appliance.data / "chat.db"

    # ---- the history

    def refuses_to_start(self, name, spoil):
        self.renew()
        spoil(self.history_file())
        self.appliance.launch()
        status = self.appliance.wait_for_end(30)
        self.report.check(f"damaged at the start, {name}: the server ends with 1", status == 1, str(status))
        self.names_all(name, self.appliance.log())
        done = subprocess.run(
            [securechat.PROGRAM, "check", *self.appliance.options], env=self.appliance.environment,
            capture_output=True, timeout=60)
        self.report.check(f"damaged at the start, {name}: so says check", done.returncode == 1, done.stdout.decode())

    def names_all(self, name, text):
        wanted = [f"{self.history_file()} is damaged: ", str(self.snapshot), "was verified", "snapshot restore"]
        missing = [word for word in wanted if word not in text]
        self.report.check(f"{name}: file, finding, snapshot and command are named", not missing, f"{missing} in {text}")

    def restores(self):
        """The command of the last message, as it stands there."""
        command = self.appliance.log().split("Stop the server, then: ")[1].splitlines()[0].strip()
        words = shlex.split(command)
        done = subprocess.run(
            [securechat.PROGRAM, *words[1:]], env=self.appliance.environment, capture_output=True, timeout=60)
        self.report.check("the command that is named restores", done.returncode == 0, done.stderr.decode())
        self.start()
        self.report.check("and the server serves", self.appliance.process.poll() is None)
        # Keys of programs end with a restoring; passwords are as they were.
        with self.appliance.connect_plain() as ada:
            ada.log_in("ada", self.appliance.passwords["ada"])
            room_id, _ = ada.subscribe(ROOM)
            found = problems(self.acks, [], {ROOM: ada.history(room_id)})
        self.report.check("with every message of the snapshot", not found, short(found))
        self.appliance.stop()

    def only_reads(self, name, spoil, while_it_runs):
        name = f"{name}, {'under the running server' if while_it_runs else 'before a start'}"
        self.renew()
        if while_it_runs:
            self.start()
            spoil(self.history_file())
        else:
            spoil(self.history_file())
            self.start()
        with self.appliance.connect("ada") as ada:
            room_id, head = ada.subscribe(ROOM)
            read = outcome(lambda: ada.history(room_id))
            self.report.check(f"{name}: what cannot be read is refused", read == "storage_damaged", read)
            sent = [outcome(lambda: ada.send(room_id, next(self.ids), "hello")) for _ in range(3)]
            self.report.check(f"{name}: nothing is written any more", sent == ["storage_damaged"] * 3, str(sent))
        shown = until(self.damaged, 5, "the status names the store")
        self.names_all(name, shown[0]["advice"])
        text = until(lambda: self.told(), 5, "the log names the store")
        with self.appliance.connect("bob") as bob:
            _, again = bob.subscribe(ROOM)
        self.report.check(f"{name}: others come in and hear of the room", again == head, f"{again}, not {head}")
        refusal = self.command_refusal("room", "add", "hall", "--public")
        self.report.check(f"{name}: so is administration refused", "storage_damaged" in refusal, refusal)
        self.report.check(
            f"{name}: the same process, and the log says it once",
            self.appliance.process.poll() is None and self.appliance.log_file.read_text().count("is damaged: ") == 1,
            text)
        self.appliance.stop()

    def damaged(self):
        return json.loads(self.appliance.admin("status", "--json"))["damaged"]

    def told(self):
        text = self.appliance.log_file.read_text()
        return text if "is damaged: " in text else None

    def command_refusal(self, *words):
        done = subprocess.run(
            [securechat.PROGRAM, *words, *self.appliance.options], env=self.appliance.environment,
            capture_output=True, timeout=60)
        return done.stderr.decode() if done.returncode else "done"

    # ---- the others

    def audit_log(self, while_it_runs):
        name = f"audit log, {'under the running server' if while_it_runs else 'before a start'}"
        self.renew()
        file = self.appliance.data / "audit.db"
        if while_it_runs:
            self.start()
            overwrite(file, PAGE, file.stat().st_size - PAGE)
            # Who reads finds it out; the next to be entered waits in the outbox.
            self.command_refusal("audit", "export")
            self.command_refusal("room", "add", "lobby", "--public")
        else:
            overwrite(file, 0, PAGE)
            self.start()
        shown = until(self.damaged, 10, "the status names the store")
        self.report.check(f"{name}: named", shown[0]["path"] == str(file), str(shown))
        refusal = self.command_refusal("room", "add", "hall", "--public")
        self.report.check(f"{name}: administration is refused", "audit_unavailable" in refusal, refusal)
        with self.appliance.connect("ada") as ada:
            room_id, _ = ada.subscribe(ROOM)
            sent = outcome(lambda: ada.send(room_id, next(self.ids), "hello"))
        self.report.check(f"{name}: people chat", sent == "done", sent)
        self.appliance.stop()
        for path in self.appliance.data.glob("audit.db*"):
            path.rename(self.appliance.folder / f"set-aside-{while_it_runs}-{path.name}")
        self.start()
        again = self.command_refusal("room", "add", "hall", "--public")
        self.report.check(f"{name}: out of the way, another begins", again == "done" and not self.damaged(), again)
        self.appliance.stop()

    def sessions(self):
        self.renew()
        file = self.appliance.data / "state.lmdb" / "data.mdb"
        overwrite(file, 0, file.stat().st_size)
        self.start()
        with self.appliance.connect_plain() as ada:
            ada.log_in("ada", self.appliance.passwords["ada"])
            room_id, _ = ada.subscribe(ROOM)
            found = problems(self.acks, [], {ROOM: ada.history(room_id)})
        aside = (self.appliance.data / "state.lmdb.damaged-1").is_dir()
        self.report.check("sessions: set aside, and people log in anew", aside and not found, short(found))
        self.appliance.stop()


def outcome(ask):
    try:
        ask()
        return "done"
    except Refused as refused:
        return refused.name


def overwrite(path, offset, count):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * count)


def cut(path):
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2 // PAGE * PAGE)


def offset_of(path, table):
    """Where a table's first page stands."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        page, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    finally:
        database.close()
    return (page - 1) * PAGE


def spoil_leaves(path):
    """The headers of all leaves of the events but the last, where the next event goes."""
    inner = path.read_bytes()[offset_of(path, "events"):][:PAGE]
    assert inner[0] == 5, "the table of events has inner pages"
    cells = struct.unpack(">H", inner[3:5])[0]
    for place in struct.unpack(f">{cells}H", inner[12:12 + 2 * cells]):
        leaf = struct.unpack(">I", inner[place:place + 4])[0]
        overwrite(path, (leaf - 1) * PAGE, 8)
