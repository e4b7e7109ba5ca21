"""Failing calls: EIO at each Nth fdatasync, ENOSPC at each Nth write, until a run ends untouched.

A full disk is refused with a code, and nothing is in doubt. After a failed sync the outcome is unknown: nobody
is acknowledged or shown anything, the server starts itself anew from the disk, and whoever asks again with the
same id gets one event. The runs are recorded, and order_proof.py holds that nothing was acknowledged that the
disk model calls lost - a sync that follows a failed one proves nothing.
"""

import collections

import order_proof
import trace
from appliance import Appliance
from checker import problems, short
from recording import Recording, wait_for
from waiting import until

PEOPLE = ["ada", "grace", "edsger"]
# What a client hears begins with one of these.
ANSWERS = ("write", "writev", "sendto", "sendmsg")


class Sweep:
    """Runs with a failure at one call each."""

    def __init__(self, call, error, messages):
        self.call, self.error, self.messages, self.failures = call, error, messages, []
        self.told, self.refused_to_start, self.struck = collections.Counter(), 0, 0

    def strike(self, number):
        """False when no thread came to its Nth such call: the run ended untouched."""
        with Appliance(PEOPLE, ["alpha"]) as appliance:
            recording = Recording(appliance)
            if not self.start(appliance, recording, number):
                return True
            speakers = recording.speak([(name, "alpha", self.messages, 4) for name in PEOPLE])
            try:
                self.keep_up(appliance, recording, speakers)
            except AssertionError as error:
                self.failures.append(f"{self.call} {number}: {error}")
                appliance.kill()
                return True
            is_struck = any(self.has_failed(moment) for moments in recording.runs for moment in moments)
            self.struck += is_struck
            for speaker in speakers:
                self.told.update(speaker.refusals + speaker.losses)
            self.check(number, appliance, recording, speakers)
            return is_struck

    def start(self, appliance, recording, number):
        """A failure while the server starts must stop it, with a reason; the next start then succeeds."""
        try:
            recording.start(fault=f"{self.call}:error={self.error}:when={number}")
            return True
        except RuntimeError:
            self.refused_to_start += 1
            if appliance.process.wait() <= 0 or not appliance.log().strip():
                self.failures.append(f"{self.call} {number}: no reason was given at start: {appliance.log()[-300:]}")
            appliance.start()
            appliance.kill()
            return False

    def keep_up(self, appliance, recording, speakers):
        """Sees the speakers to their end. A server that ended after the failure, for its supervisor to start again,
        is started again."""
        def over():
            if appliance.process.poll() is not None:
                recording.ended()
                recording.start()
            return not any(speaker.is_alive() for speaker in speakers)
        until(over, 60, "all is acknowledged, after a restart if need be")
        wait_for(speakers, 1)
        self.histories = appliance.histories(PEOPLE[0])
        appliance.kill()
        recording.ended()

    def has_failed(self, moment):
        return moment.is_return and moment.call.name == self.call and moment.call.result == -1

    def check(self, number, appliance, recording, speakers):
        acks = [ack for speaker in speakers for ack in speaker.acks]
        seen = [(speaker.room, event) for speaker in speakers for event in speaker.seen.values()]
        found = problems(acks, seen, self.histories) + order_proof.prove_all(recording).early
        expected = {f"{name} says {n:06d}" for name in PEOPLE for n in range(1, self.messages + 1)}
        if not expected <= {ack.body[:len(ack.author) + 12].strip() for ack in acks}:
            found.append("not all was acknowledged")
        integrity = appliance.integrity()
        if integrity != "ok":
            found.append(integrity)
        if found:
            self.failures.append(f"{self.call} {number}: {short(found)}")
            print(f"        {self.failures[-1][:1_000]}", flush=True)


def first_in_service(call, messages):
    """Which of its thread's such calls is the first that a message causes: an untouched run shows it."""
    with Appliance(PEOPLE, ["alpha"]) as appliance:
        recording = Recording(appliance)
        recording.start()
        wait_for(recording.speak([(name, "alpha", messages, 4) for name in PEOPLE]))
        appliance.kill()
        recording.ended()
    is_serving, counts = False, collections.Counter()
    for moment in recording.runs[0]:
        if moment.is_return:
            continue
        _, path = trace.descriptor(moment.call)
        is_serving = is_serving or moment.call.name in ANSWERS and path.startswith("socket:")
        if moment.call.name == call:
            counts[moment.call.thread] += 1
            if is_serving and path.endswith("chat.db-wal"):
                return counts[moment.call.thread]
    raise AssertionError(f"no message caused a {call}")


def run(report, call, error, code, messages, is_whole=True, limit=10_000):
    """`messages` of each of three people in each run; senders are to be told `code`, or nobody if there is none.
    A sweep that is not whole begins where the server serves, and goes on for `limit` calls."""
    first = 1 if is_whole else first_in_service(call, messages)
    sweep, number, limit = Sweep(call, error, messages), first, first + limit - 1
    while number <= limit and sweep.strike(number):
        number += 1
    print(
        f"        {error} at {call} {first} to {number - 1} of each thread: struck while serving {sweep.struck} "
        f"times, at start {sweep.refused_to_start}; told {dict(sweep.told)}", flush=True)
    what = f"{error} at each {call}"
    report.check(f"{what}: one event a send, in its place, none acknowledged in doubt", not sweep.failures,
                 short(sweep.failures))
    if code:
        report.check(f"{what}: senders were told `{code}`", sweep.told[code] > 0, str(dict(sweep.told)))
    report.check(f"{what}: struck", sweep.struck + sweep.refused_to_start > 0)
