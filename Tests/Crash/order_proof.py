"""The proof that no ack byte leaves before the fdatasync that covers it (G1), for every ack of a recorded run.

For each message of the server that tells of an event - the ack to its sender, the event to its readers - two things
are read out of the recording:

* by which write to which socket its first byte left: TLS is opened with the clients' keys (tls_trace.py), and the
  index of the moment at which that call was *entered* is taken;
* what surely was on the disk at that moment: only bytes that a sync covered which began after they were written and
  had *returned* 0 before (disk.py). From these bytes alone chat.db and chat.db-wal are made, SQLite itself
  recovers them, and the event must be there, in its place, under its id.

strace writes all moments down from one thread and holds each thread meanwhile, so an index less than another's is a
"before" in fact (trace.py). A server that acknowledges before the sync, syncs another file, syncs before it
wrote all of the transaction or trusts a sync that failed is found out. `doctored` makes such recordings, to
prove that.
"""

import pathlib
import sqlite3
import tempfile

from disk import Disk
from recording import told
from trace import Moment, descriptor

SEQUENCE_BITS = 40


class DurableHistory:
    """The events that are on the disk for sure, as SQLite finds them."""

    def __init__(self, disk, folder):
        self.disk, self.folder, self.version, self.events = disk, pathlib.Path(folder), None, {}

    def current(self):
        if self.version != self.disk.version:
            self.version = self.disk.version
            self.events = self.read()
        return self.events

    def read(self):
        for name in ("chat.db", "chat.db-wal", "chat.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
            data = self.disk.durable_file(name)
            if data is not None:
                (self.folder / name).write_bytes(data)
        database = sqlite3.connect(self.folder / "chat.db")
        try:
            rows = database.execute(
                "SELECT rooms.id, position & ?, events.id FROM events JOIN rooms ON rooms.key = position >> ?",
                ((1 << SEQUENCE_BITS) - 1, SEQUENCE_BITS)).fetchall()
            return {(room, sequence): event for room, sequence, event in rows}
        finally:
            database.close()


class Findings:
    """What a proof found: how many acks and shown events it looked at, and those that left too early."""

    def __init__(self):
        self.acks, self.shown, self.syncs, self.early = [], 0, 0, []


def is_sync_of_log(moment):
    """The history's: the audit's log is synced by a thread of its own, and covers no ack."""
    is_sync = moment.is_return and moment.call.name == "fdatasync"
    return is_sync and descriptor(moment.call)[1].endswith("/chat.db-wal")


def prove(disk: Disk, moments, said, findings):
    """Walks through one run. `disk` is brought forward with it, for the next run."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        history = DurableHistory(disk, folder)
        pending = sorted(said, key=lambda message: message.index)
        place = 0
        for moment in moments:
            while place < len(pending) and pending[place].index <= moment.index:
                look_at(pending[place], history, findings)
                place += 1
            disk.apply(moment)
            if is_sync_of_log(moment):
                findings.syncs += 1
        disk.new_process()
    return findings


def look_at(message, history, findings):
    for kind, room, sequence, event in told(message):
        if kind == "ack":
            findings.acks.append((room, sequence, event))
        else:
            findings.shown += 1
        if history.current().get((room, sequence)) != event:
            findings.early.append(f"{kind} of {sequence} left at moment {message.index}, before it was on the disk")


def prove_all(recording):
    """Every run of a recording, one after the other, on one disk."""
    disk, findings = Disk(recording.appliance.data, recording.before), Findings()
    for moments, said in zip(recording.runs, recording.said()):
        prove(disk, moments, said, findings)
    return findings


# ---- the proof's proof

def syncs_of_log(moments):
    return [moment for moment in moments if is_sync_of_log(moment)]


def sync_before(moments, ack):
    return max((m for m in syncs_of_log(moments) if m.index < ack.index), key=lambda m: m.index)


def with_ack_before_sync(moments, ack):
    """As if the ack's record had been written a moment before the sync that covers it returned: its new index."""
    return ack._replace(index=sync_before(moments, ack).index)


def with_failed_sync(moments, ack):
    """As if that sync had failed."""
    return with_call(moments, sync_before(moments, ack).call, lambda call: setattr(call, "result", -1))


def with_sync_of_another_file(moments, ack):
    """As if it had been a sync of a file that has nothing to do with it."""
    return with_call(moments, sync_before(moments, ack).call, lambda call: setattr(call, "text", "999</elsewhere>"))


def with_call(moments, old, change):
    import copy
    new = copy.copy(old)
    change(new)
    return [Moment(m.index, m.is_return, new) if m.call is old else m for m in moments]
