"""A file system of 16 MiB that another program fills to its last byte and frees, again and again, while people send:
the server stays up, refuses with a code within a second, takes messages again by itself within five, and loses
nothing that it acknowledged."""

import json
import os
import shutil
import subprocess
import threading
import time

import securechat
from appliance import Appliance
from checker import problems, short
from crowd import Ack, send_ids
from protocol import Disconnected, Refused
from small_disk import SmallDisk
from waiting import until

ROOM, PEOPLE = "alpha", ["ada", "bob", "eve"]
REFUSALS = {"storage_full", "storage_low"}
MEGABYTES = 16
# What a refusal and the way back may take, in seconds.
ANSWERED_WITHIN, RESUMED_WITHIN = 1.0, 5.0


class Sender(threading.Thread):
    """Says one thing after the other, and keeps what became of each: a line of (began, took, refusal or None)."""

    def __init__(self, appliance, name, size):
        super().__init__(name=name, daemon=True)
        self.appliance, self.size = appliance, size
        self.acks, self.outcomes, self.cuts, self.failure = [], [], [], None
        self.ending = threading.Event()

    def run(self):
        ids, number = send_ids(), 0
        try:
            with self.appliance.connect(self.name) as connection:
                room_id, _ = connection.subscribe(ROOM)
                while not self.ending.is_set():
                    number += 1
                    self.say(connection, room_id, next(ids), f"{self.name} {number:06d} ".ljust(self.size, "x"))
        except Disconnected as cut:
            self.cuts.append(str(cut))
        except BaseException as error:
            self.failure = error

    def say(self, connection, room_id, send_id, body):
        began, refusal = time.monotonic(), None
        try:
            sent = connection.send(room_id, send_id, body)
            self.acks.append(Ack(ROOM, sent.sequence, sent.event_id, send_id, self.name, body, 0))
        except Refused as refused:
            refusal = refused.name
        self.outcomes.append((began, time.monotonic() - began, refusal))
        # As fast as a person's client would come back, so that the disk is not filled by messages alone.
        self.ending.wait(0.02 if refusal is None else 0.05)

    def after(self, moment):
        """What became of those that were sent from this moment on."""
        return [outcome for outcome in list(self.outcomes) if outcome[0] >= moment]


def run(report, times):
    """With the reserve that a disk of this size has; then without one, so that only the disk itself refuses."""
    fill_and_free(report, "full", times, {})
    fill_and_free(report, "full without a reserve", max(1, times // 3), {"SECURECHAT_DISK_RESERVEMEGABYTES": "0"})


def fill_and_free(report, name, times, settings):
    with Appliance(PEOPLE, [ROOM], settings) as appliance, SmallDisk(appliance.folder, MEGABYTES) as disk:
        if not disk.kind:
            print(f"        SKIPPED {name}: this process may mount no file system (it needs root)", flush=True)
            return
        print(f"        a disk of {MEGABYTES} MiB: {disk.kind}", flush=True)
        move(appliance, disk)
        appliance.start()
        try:
            Run(report, name, appliance, disk, not settings).check(times)
        finally:
            appliance.kill()


def move(appliance, disk):
    """The data, and the log, onto the small disk."""
    shutil.copytree(appliance.data, disk.path / "data", ignore=lambda folder, names: [
        name for name in names if name.endswith(".sock")])
    os.chmod(disk.path / "data", 0o700)
    appliance.data = disk.path / "data"
    appliance.options = ["--data", str(appliance.data)]
    appliance.log_file = disk.path / "server.log"


class Run:
    """One server on one disk. `has_reserve`: whether the server refuses before the disk does."""

    def __init__(self, report, name, appliance, disk, has_reserve):
        self.report, self.name, self.appliance, self.disk = report, name, appliance, disk
        self.has_reserve = has_reserve
        self.senders = [Sender(appliance, person, 700) for person in PEOPLE]

    def holds(self, what, holds, detail=""):
        return self.report.check(f"{self.name}: {what}", holds, detail)

    def check(self, times):
        process = self.appliance.process
        for sender in self.senders:
            sender.start()
        until(lambda: all(len(sender.acks) > 20 for sender in self.senders), 30, "messages are taken")
        returns, left = [], []
        for number in range(1, times + 1):
            left.append(self.fill())
            if number == 1:
                self.while_full()
            returns.append(self.free())
        for sender in self.senders:
            sender.ending.set()
        for sender in self.senders:
            sender.join(30)
        outcomes = [outcome for sender in self.senders for outcome in sender.outcomes]
        names = {refusal for _, _, refusal in outcomes if refusal}
        refused = [took for _, took, refusal in outcomes if refusal]
        slowest = max(took for _, took, _ in outcomes)
        self.holds("not a byte was left of the disk, each time", max(left) == 0, str(left))
        self.holds("refused with a code, and nothing else", names and names <= REFUSALS, str(names))
        self.holds("each refusal, and each ack, within a second", slowest <= ANSWERED_WITHIN, f"{slowest:.2f} s")
        self.holds(f"messages are taken again within five seconds, {times} times", max(returns) <= RESUMED_WITHIN,
                   str(returns))
        self.holds("nobody was disconnected, and the server is the same process",
                   not any(sender.cuts or sender.failure for sender in self.senders) and process.poll() is None,
                   str([(sender.cuts, sender.failure) for sender in self.senders]))
        acks = [ack for sender in self.senders for ack in sender.acks]
        print(f"        {len(acks)} acknowledged, {len(refused)} refused, the slowest in {max(refused) * 1000:.0f} ms; "
              f"taken again after {max(returns):.2f} s at the most", flush=True)
        self.whole(acks)

    def fill(self):
        """Until everybody was refused; what the server gives up meanwhile is taken too. The least that was left."""
        full, least = time.monotonic(), None

        def refused():
            nonlocal least
            self.disk.fill()
            least = min(self.disk.free(), self.disk.free() if least is None else least)
            return all(
                any(outcome[2] for outcome in sender.after(full)) for sender in self.senders)

        until(refused, 20, "everybody is refused")
        return least

    def free(self):
        (self.disk.path / "filler").unlink()
        freed = time.monotonic()

        def taken():
            return all(any(not outcome[2] for outcome in sender.after(freed)) for sender in self.senders)

        until(taken, 20, "messages are taken again", pause=0.02)
        return time.monotonic() - freed

    def while_full(self):
        """With not a byte left: who reads reads, and the operator is told."""
        with self.appliance.connect(PEOPLE[0]) as reader:
            room_id, _ = reader.subscribe(ROOM)
            events = reader.history(room_id)
        self.holds("somebody comes by a key meanwhile and reads the history", len(events) > 60, str(len(events)))
        if self.has_reserve:
            status = until(lambda: full_status(self.appliance), 5, "the status says that the disk is full")
            self.holds("the status says so", status["disk"]["free"] < status["disk"]["reserve"], str(status))

    def whole(self, acks):
        """What was acknowledged is there: now, after kill -9, and by the program's own check and SQLite's."""
        found = problems(acks, [], self.appliance.histories(PEOPLE[0]))
        self.holds("every acknowledged message is there", not found, short(found))
        self.appliance.kill()
        self.appliance.start()
        found = problems(acks, [], self.appliance.histories(PEOPLE[0]))
        self.holds("and after kill -9 and a start", not found, short(found))
        status = self.appliance.stop()
        self.holds("the server ends in order", status == 0, str(status))
        done = subprocess.run(
            [securechat.PROGRAM, "check", *self.appliance.options], env=self.appliance.environment,
            capture_output=True, timeout=60)
        self.holds("securechat check finds it whole", done.returncode == 0, done.stderr.decode())
        self.holds("and SQLite", self.appliance.integrity() == "ok")


def full_status(appliance):
    status = json.loads(appliance.admin("status", "--json"))
    return status if status["disk"]["state"] == "full" else None
