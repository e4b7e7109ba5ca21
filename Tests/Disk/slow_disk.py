"""A disk whose syncs take 200 ms more, for a time, while as much is sent as connections may have under way: queues and
memory stay bounded, what does not fit is refused with `busy`, every ack stands, and when the disk is fast again all
is as before."""

import pathlib
import statistics
import struct
import subprocess
import threading
import time

from appliance import Appliance
from checker import problems, short
from crowd import Ack, send_ids
from protobuf import decode, encode, first
from protocol import DONE, REFUSED, SENT, Disconnected, read_sent
from waiting import until

ROOM, PEOPLE, MIB = "alpha", ["ada", "bob", "eve", "mia"], 1 << 20
DELAY_MS = 200
# Of memory that the queues may take in all: the sequencer's, and the connections' windows.
QUEUES = 160 * MIB


class Poster(threading.Thread):
    """A connection with a full window, always: what is acknowledged or refused makes room for the next."""

    WINDOW = 100

    def __init__(self, appliance, name, size):
        super().__init__(name=name, daemon=True)
        self.connection = appliance.connect(name)
        self.room_id, _ = self.connection.subscribe(ROOM)
        # To hear of everything that is said would be more work here than the server has.
        self.connection.request(DONE, [(8, [(1, self.room_id)])])
        self.size, self.number, self.ids = size, 0, send_ids()
        self.waiting, self.acks, self.times, self.refusals = {}, [], [], {}
        self.ending, self.failure = threading.Event(), None

    def run(self):
        try:
            while not self.ending.is_set() or self.waiting:
                self.fill()
                self.hear(*self.connection.receive())
        except Disconnected as cut:
            self.failure = str(cut)
        except OSError as error:
            self.failure = repr(error)

    def fill(self):
        """What the window has room for, in one frame."""
        messages = []
        while len(self.waiting) < self.WINDOW and not self.ending.is_set():
            self.number += 1
            self.connection.last_request += 1
            send_id = next(self.ids)
            body = f"{self.name} {id(self)} {self.number:07d} ".ljust(self.size, "x")
            self.waiting[self.connection.last_request] = (send_id, body, time.monotonic())
            send = (6, [(1, self.room_id), (2, send_id), (3, [(1, body)])])
            messages.append([(1, self.connection.last_request), send])
        if messages:
            payload = encode([(1, message) for message in messages])
            self.connection.socket.sendall(struct.pack(">I", len(payload)) + payload)

    def hear(self, request, kind, data):
        if request not in self.waiting:
            return
        send_id, body, began = self.waiting.pop(request)
        if kind == SENT:
            sent = read_sent(data)
            self.acks.append(Ack(ROOM, sent.sequence, sent.event_id, send_id, self.name, body, 0))
            self.times.append((began, time.monotonic() - began))
        elif kind == REFUSED:
            name = first(decode(data), 2, b"").decode()
            self.refusals[name] = self.refusals.get(name, 0) + 1

    def slowest_hundredth(self, since):
        times = [took for began, took in self.times if began >= since]
        return statistics.quantiles(times, n=100)[-1] if len(times) > 1 else float("inf")


class SlowSyncs:
    """Every sync of a process's takes longer, from entering to leaving."""

    def __init__(self, process, folder):
        self.words = [
            "strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-e",
            f"inject=fdatasync,fsync:delay_enter={DELAY_MS * 1000}", "-o", str(folder / "syncs"), "-p", str(process)]
        self.trace = folder / "syncs"

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until(lambda: self.trace.exists() or self.process.poll() is not None, 10, "strace is attached")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def count(self):
        return self.trace.read_text(errors="replace").count("DELAYED")


def memory_of(process):
    fields = pathlib.Path(f"/proc/{process}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * 4_096


def run(report, seconds):
    if subprocess.run(["strace", "-V"], capture_output=True, check=False).returncode != 0:
        print("        SKIPPED slow: there is no strace", flush=True)
        return
    # The limit of memory is another suite's; here queues alone have to hold.
    with Appliance(PEOPLE, [ROOM], {"SECURECHAT_MEMORY_LIMIT": "4096"}) as appliance:
        appliance.start()
        posters = [Poster(appliance, name, 400) for name in PEOPLE for _ in range(4)]
        for poster in posters:
            poster.start()
        until(lambda: sum(len(poster.acks) for poster in posters) > 2_000, 60, "messages are taken")
        before = memory_of(appliance.process.pid)
        try:
            most, slow, fast = flow(appliance, posters, seconds)
            check(report, appliance, posters, before, most, slow, fast)
        finally:
            appliance.kill()


def flow(appliance, posters, seconds):
    """The most memory, and the moments at which the slowness began and ended."""
    most = 0
    with SlowSyncs(appliance.process.pid, appliance.folder) as syncs:
        slow = time.monotonic()
        while time.monotonic() - slow < seconds:
            most = max(most, memory_of(appliance.process.pid))
            time.sleep(0.1)
        delayed = syncs.count()
    print(f"        {delayed} syncs took {DELAY_MS} ms more", flush=True)
    assert delayed > seconds, "the syncs were not delayed"
    return most, slow, time.monotonic()


def check(report, appliance, posters, before, most, slow, fast):
    until(lambda: all(poster.failure or any(began > fast for began, _ in poster.times) for poster in posters), 10,
          "everybody has acks of the fast disk again")
    report.check("slow: within ten seconds of a fast disk everybody has acks", True)
    for poster in posters:
        poster.ending.set()
    for poster in posters:
        poster.join(60)
    times = max(poster.slowest_hundredth(slow) for poster in posters)
    acks = [ack for poster in posters for ack in poster.acks]
    refusals = {}
    for poster in posters:
        for name, count in poster.refusals.items():
            refusals[name] = refusals.get(name, 0) + count
    report.check("slow: nobody was cut off, and the server is the same process",
                 not any(poster.failure for poster in posters) and appliance.process.poll() is None,
                 str([poster.failure for poster in posters if poster.failure][:3]))
    report.check("slow: refused, if anything, with busy", set(refusals) <= {"busy"}, str(refusals))
    report.check("slow: 99 of 100 acks within five seconds", times < 5, f"{times:.2f} s")
    report.check("slow: memory is bounded", most - before < QUEUES,
                 f"from {before / MIB:.0f} to {most / MIB:.0f} MiB")
    print(f"        {len(acks)} acknowledged, refused {refusals}; 99 of 100 acks within {times:.2f} s; memory from "
          f"{before / MIB:.0f} to {most / MIB:.0f} MiB", flush=True)
    found = problems(acks, [], appliance.histories(PEOPLE[0]))
    report.check("slow: every acknowledged message is there", not found, short(found))
    appliance.kill()
    appliance.start()
    found = problems(acks, [], appliance.histories(PEOPLE[0]))
    report.check("slow: and after kill -9 and a start", not found, short(found))
