"""A server that is made to be killed: with people who log in by tokens, and rooms, on a data folder of its own."""

import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import securechat  # noqa: E402
from protocol import Connection  # noqa: E402
from waiting import until  # noqa: E402

TOKEN = re.compile(r"sck_[A-Za-z0-9_-]{86}")


class Appliance(securechat.Server):
    """With these people and public rooms. As a context manager it is initialised, and removed at the end.

    Sealing is not required: the suites read and write frames by themselves (protocol.py), and the trace reads them out
    of TLS. Clients of the command line seal here as everywhere."""

    def __init__(self, people, rooms, settings=None):
        # They send as fast as they can: how often people may is another suite's matter.
        super().__init__({
            "SECURECHAT_LOG_LEVEL": "warning", "SECURECHAT_SEALING_REQUIRED": "false",
            "SECURECHAT_LIMITS_ENABLED": "false", **(settings or {})})
        self.people, self.rooms, self.tokens = list(people), list(rooms), {}
        self.log_file = self.folder / "server.log"

    def __enter__(self):
        self.admin("init")
        for name in self.people:
            self.add_person(name)
            self.tokens[name] = TOKEN.search(self.admin("user", "token", name))[0]
        for room in self.rooms:
            self.admin("room", "add", room, "--public")
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, prefix=(), patience=60):
        """Starts the server under these words, and waits until somebody could log in; the seconds it took."""
        self.prefix = list(prefix)
        began = time.monotonic()
        self.launch()
        until(self.answers, patience, "the server answers on its port", pause=0.002)
        return time.monotonic() - began

    def launch(self):
        """Starts the server and waits for nothing."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                self.prefix + [securechat.PROGRAM, "serve", "--data", str(self.data)],
                env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def log(self):
        return self.log_file.read_text(errors="replace")[-4_000:]

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log()}")
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        """SIGKILL, as kill -9 does it; nothing when it has ended already."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def wait_for_end(self, patience):
        status = self.process.wait(patience)
        self.process = None
        return status

    def connect(self, name, context=None, **options):
        return Connection(self.port, self.tokens[name], context, **options)

    def connect_plain(self, **options):
        """Somebody who has not logged in."""
        return Connection(self.port, **options)

    def histories(self, name, after=None):
        """{room: its events}, read by one person over the protocol; after these sequences where given."""
        found = {}
        with self.connect(name) as connection:
            for room in self.rooms:
                room_id, _ = connection.subscribe(room)
                found[room] = connection.history(room_id, (after or {}).get(room, 0))
        return found

    def integrity(self):
        """What SQLite's own check says of a copy of the stopped server's history."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in ("chat.db", "chat.db-wal"):
            if (self.data / name).exists():
                shutil.copyfile(self.data / name, copy / name)
        return integrity_of(copy / "chat.db")


def integrity_of(path):
    database = sqlite3.connect(path)
    try:
        rows = database.execute("PRAGMA integrity_check").fetchall()
        foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        return "ok" if rows == [("ok",)] and not foreign else f"{rows[:5]} {foreign[:5]}"
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        database.close()
