"""What the parts of this suite share: the log of a server that runs, read in several ways."""

import contextlib
import json
import pathlib
import sqlite3
import subprocess
import tempfile

import securechat


@contextlib.contextmanager
def opened(server, name, writes=False):
    """A connection that is closed at the end, not only let go: one that is left over keeps the index of a write-ahead
    log that the server has long made anew, and the next one in this process would share it."""
    mode = "rw" if writes else "ro"
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/{name}.db?mode={mode}", uri=True)) as database:
        with database:
            yield database


def export(server):
    return server.admin("audit", "export").splitlines()


def entries(lines):
    return [row for row in map(json.loads, lines) if row["type"] == "entry"]


def kinds(lines):
    return [row["kind"] for row in entries(lines)]


def told(row):
    return json.loads(row["details"])


def program_says(lines, key, *words):
    """Exit status and output of `audit verify` on these lines, far from any server."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "export.jsonl"
        file.write_text("".join(line + "\n" for line in lines))
        done = subprocess.run(
            [securechat.PROGRAM, "audit", "verify", str(file), "--public-key", str(key), *words],
            capture_output=True, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode()


def fail_login(server, name):
    wrong = server.client("send", name, "--room", "hall", "x")
    return wrong.wait(60)


def holding(server, text):
    """The files of the log and of the outbox that hold these bytes."""
    return [name for name in ["audit.db", "audit.db-wal", "chat.db", "chat.db-wal", "audit-checkpoints.jsonl"]
            if (server.data / name).exists() and text.encode() in (server.data / name).read_bytes()]


def refused(server, *words):
    """What a command that is refused says."""
    done = subprocess.run(
        [securechat.PROGRAM, *words, "--data", str(server.data)], env=server.environment, capture_output=True,
        timeout=60)
    return done.stderr.decode() if done.returncode == 1 else f"ended with {done.returncode}"
