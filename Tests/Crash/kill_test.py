"""Kill test: the server is killed under load again and again, and keeps every promise it made.

Half of the kills come at a random moment, half exactly when a thread of the server enters its Nth fdatasync (strace
injects the signal). Eight senders and two readers of the command line live through all of them; another process
writes down what the senders were told. After each kill SQLite checks a copy of what was left; after each restart the
whole history is read and compared with every ack so far.
"""

import os
import random
import time

import trace
from appliance import Appliance
from checker import Ledger, short
from waiting import until
from witness import Reader, Witness, unsaid, witnessed

SENDERS = [f"sender{number}" for number in range(8)]
READERS = ["reader0", "reader1"]


class Cycles:
    """What is known from kill to kill."""

    def __init__(self, appliance, witness, chance):
        self.appliance, self.witness, self.chance = appliance, witness, chance
        self.ledger, self.checked = Ledger(appliance.rooms), 0
        self.restarts, self.in_flight, self.failures = [], 0, []
        self.kinds = {"random": 0, "fdatasync": 0}

    def cycle(self, number):
        """One kill, and the start after it."""
        before = self.witness.read().last_ack
        if number % 2:
            self.kill_at_sync(before)
        else:
            self.kill_at_random(before)
        integrity = self.appliance.integrity()
        if integrity != "ok":
            self.failures.append(f"kill {number}: integrity_check: {integrity}")
        acked_before = len(self.witness.read().acks)
        # The first server of a cycle may be one that is to die at a sync: this one only shows what is left.
        self.restarts.append(self.appliance.start())
        self.check(number, acked_before)

    def kill_at_random(self, before):
        self.load_flows(before)
        moment = time.monotonic() + self.chance.uniform(0, 0.4)
        until(lambda: time.monotonic() >= moment, 5, "the moment to kill", pause=0.001)
        self.note_flight(before)
        self.appliance.kill()
        self.kinds["random"] += 1

    def kill_at_sync(self, before):
        """This server is replaced by one that dies at a sync. Each thread counts its own: the sequencer's come
        fastest, so it is nearly always a commit's."""
        self.appliance.kill()
        log = self.appliance.folder / "inject.log"
        count = self.chance.randint(4, 60)
        self.appliance.start(trace.injector(log, "fdatasync", f"signal=SIGKILL:when={count}"))
        ended = until(
            lambda: self.note_flight(before) and self.appliance.process.poll() is not None, 60,
            f"the server dies at fdatasync {count}", pause=0.001)
        self.appliance.wait_for_end(1)
        trace.wait_until_written(log)
        self.kinds["fdatasync"] += bool(ended)

    def load_flows(self, before):
        until(lambda: self.witness.read().last_ack > before, 60, "sends are acknowledged again")

    def note_flight(self, before):
        """Whether sends were in flight is what was so when the server was last seen alive."""
        self.witness.read()
        self.was_in_flight = self.witness.last_ack > before and self.witness.in_flight() > 0
        return True

    def check(self, number, acks):
        self.in_flight += self.was_in_flight
        found = self.ledger.extend(self.appliance.histories(READERS[0], self.ledger.heads()))
        found += self.ledger.ack_problems(witnessed(self.witness, self.ledger, acks, self.checked))
        self.checked = acks
        if found:
            self.failures.append(f"kill {number}: {short(found)}")
            print(f"        {self.failures[-1]}", flush=True)


def run(report, cycles, seed=None):
    seed = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
    with Appliance(SENDERS + READERS, ["alpha", "beta"]) as appliance:
        appliance.start()
        witness = Witness(appliance, SENDERS)
        readers = [Reader(appliance, name, room) for name, room in zip(READERS, appliance.rooms)]
        known = Cycles(appliance, witness, random.Random(seed))
        try:
            for number in range(cycles):
                known.cycle(number)
            witness.stop()
            finish(report, known, readers, cycles, seed)
        finally:
            witness.kill()
            for reader in readers:
                reader.stop()


def finish(report, known, readers, cycles, seed):
    histories = known.appliance.histories(READERS[1])
    for reader in readers:
        until(
            lambda: len(reader.seen()) >= len(histories[reader.room]), 60,
            f"the reader of {reader.room} has all of it", pause=0.1)
    ledger = Ledger(histories)
    found = ledger.extend(histories)
    found += ledger.ack_problems(witnessed(known.witness, ledger)) + unsaid(known.witness, histories)
    for reader in readers:
        found += reader.problems(histories)
    events = sum(map(len, histories.values()))
    print(
        f"        seed {seed}: {known.kinds}, in flight at {known.in_flight} of {cycles}; {len(known.witness.acks)} "
        f"acks, {events} events; restart to first accept {min(known.restarts):.3f} to {max(known.restarts):.3f} s")
    report.check(f"kill: after each of {cycles} kills all is there that was acknowledged", not known.failures,
                 short(known.failures))
    report.check("kill: at the end every line is there once, and readers saw the history", not found, short(found))
    report.check("kill: at least nine in ten kills came with sends in flight", known.in_flight >= 0.9 * cycles,
                 f"{known.in_flight} of {cycles}")
    report.check("kill: senders ended in order", set(known.witness.ends.values()) <= {0}, str(known.witness.ends))
    status = known.appliance.stop()
    report.check("kill: the server ends in order at last", status == 0, str(status))
    integrity = known.appliance.integrity()
    report.check("kill: SQLite finds the history whole", integrity == "ok", integrity)
