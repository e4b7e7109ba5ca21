"""Power cut: the states that a cut could leave are rebuilt from a recorded run, and each is opened by the real server.

The recorded run holds a start, load, kill -9, a start on what that left, load again with what was not acknowledged
repeated, an end in order, and one more start. At each chosen moment of it the power fails: what a sync covered
is on the disk, the rest lost, kept, torn or reordered (see `CUTS`; the model stands in disk.py). The server is
started on the result. Everything acknowledged before the cut must be there, in its place; everything shown too;
rooms dense and chained; SQLite's own check clean; and the server must take a new message.
"""

import collections
import os
import random
import shutil
import time

import chain
from appliance import Appliance, integrity_of
from checker import short
from crowd import send_ids
from disk import Disk, File, write_state
from protocol import text_of
from recording import Recording, told, wait_for
from tls_trace import said

# A cut: after which moment of which run, in which way.
Cut = collections.namedtuple("Cut", "run moment kind seed")


# ---- what a cut does to a file

def lost(file, chance):
    return bytearray(file.durable)


def kept(file, chance):
    return file.newest()


def some_writes(file, chance):
    """Any of the writes, whole, as if the disk had reordered them."""
    image = bytearray(file.durable)
    for change in file.pending:
        if chance.random() < 0.5:
            change.apply(image)
    return image


def some_sectors(file, chance):
    """Any sectors of any of the writes."""
    image = bytearray(file.durable)
    for change in file.pending:
        if change.length is not None:
            if chance.random() < 0.5:
                change.apply(image)
            continue
        change.apply(image, [sector for sector in change.sectors() if chance.random() < 0.5])
    return image


def torn_end(file, chance):
    """All but the last write, and of that its first sectors."""
    image = bytearray(file.durable)
    for change in file.pending[:-1]:
        change.apply(image)
    for change in file.pending[-1:]:
        sectors = list(change.sectors())
        change.apply(image, sectors[:chance.randint(0, len(sectors))] if change.length is None else None)
    return image


def later_first(file, chance):
    """The later half of the writes is there, the earlier is not."""
    image = bytearray(file.durable)
    for change in file.pending[len(file.pending) // 2:]:
        change.apply(image)
    return image


def size_first(file, chance):
    """The file has its new length, but zeros where the writes belong: what a journal of metadata alone leaves."""
    image, newest = bytearray(file.durable), file.newest()
    image.extend(bytes(max(0, len(newest) - len(image))))
    return image


CUTS = {
    "lost": lost, "kept": kept, "writes": some_writes, "sectors": some_sectors, "torn": torn_end,
    "reordered": later_first, "size": size_first}


def state_after(disk, cut):
    chance = random.Random(cut.seed)
    spoil = CUTS[cut.kind]

    def keep_names(count):
        return {"lost": 0, "kept": count}.get(cut.kind, chance.randint(0, count))

    def image(file):
        return spoil(file, chance) if isinstance(file, File) else file

    return disk.state(keep_names, image)


# ---- the cuts

def choose(runs, count, chance):
    """Cuts spread over all runs: half at any moment, half around syncs, where something is always on its way."""
    moments = [(run, m.index) for run, moments in enumerate(runs) for m in moments]
    syncs = [
        (run, m.index) for run, moments in enumerate(runs) for m in moments
        if m.call.name in ("fsync", "fdatasync", "ftruncate", "unlink", "rename") and not m.is_return]
    kinds, cuts = list(CUTS), []
    for number in range(count):
        run, moment = chance.choice(syncs if number % 2 else moments)
        cuts.append(Cut(run, moment, kinds[number % len(kinds)], chance.getrandbits(32)))
    return sorted(cuts)


def promised_before(recording, said_in_runs, cut):
    """(acks, shown) as {(room id, sequence): event id} of all that left before the cut."""
    promises = {"ack": {}, "event": {}}
    for run, messages in enumerate(said_in_runs[:cut.run + 1]):
        for message in messages:
            if run == cut.run and message.index > cut.moment:
                break
            for kind, room, sequence, event in told(message):
                promises[kind][(room, sequence)] = event
    return promises["ack"], promises["event"]


def states(recording, cuts):
    """(cut, state) in the order of time."""
    disk, rest = Disk(recording.appliance.data, recording.before), collections.deque(cuts)
    for run, moments in enumerate(recording.runs):
        for moment in moments:
            disk.apply(moment)
            while rest and (rest[0].run, rest[0].moment) == (run, moment.index):
                yield rest[0], state_after(disk, rest[0])
                rest.popleft()
        disk.new_process()


# ---- opening a state

class Opener:
    """Starts the real server on states of its disk, one after the other, and looks at what it then serves."""

    def __init__(self, recording, words):
        self.appliance, self.words = recording.appliance, words
        self.number, self.ids = 0, send_ids()

    def problems(self, state, acks, shown):
        self.appliance.data = self.appliance.folder / f"cut-{self.number}"
        self.number += 1
        write_state(state, self.appliance.data)
        try:
            self.appliance.start()
            return self.look(acks, shown)
        except Exception as error:  # a server that does not start, or ends: the state's fault, not the test's
            return [f"{type(error).__name__}: {error}"]
        finally:
            self.appliance.kill()
            shutil.rmtree(self.appliance.data, ignore_errors=True)

    def look(self, acks, shown):
        histories, found = {}, []
        with self.appliance.connect(self.appliance.people[0]) as connection:
            for room in self.appliance.rooms:
                room_id, _ = connection.subscribe(room)
                histories[room_id] = connection.history(room_id)
                sent = connection.send(room_id, next(self.ids), "after the cut")
                if sent.sequence != len(histories[room_id]) + 1:
                    found.append(f"a new message stands at {sent.sequence}")
        for events in histories.values():
            found += chain.problems(events)
        found += self.missing("acknowledged", acks, histories)
        found += self.missing("shown", shown, histories) + self.repeated(histories)
        self.appliance.kill()
        integrity = integrity_of(self.appliance.data / "chat.db")
        return found if integrity == "ok" else found + [f"integrity_check: {integrity}"]

    def missing(self, what, promised, histories):
        found = []
        for (room, sequence), event in promised.items():
            events = histories.get(room, [])
            if sequence > len(events):
                found.append(f"{sequence} was {what} and is lost: the history ends at {len(events)}")
            elif events[sequence - 1].id != event:
                found.append(f"{sequence} is another event than was {what}")
            elif text_of(events[sequence - 1]) not in self.words and text_of(events[sequence - 1]) is not None:
                found.append(f"{sequence} has words that nobody said")
        return found

    @staticmethod
    def repeated(histories):
        """Every word of the run's speakers is one message at most, retries and all."""
        words = collections.Counter(
            text_of(event) for events in histories.values() for event in events if text_of(event) != "after the cut")
        return [f"stored {count} times: {word[:40]}" for word, count in words.items() if word and count > 1]


# ---- the run

def record(appliance, messages):
    """The run that will be cut."""
    recording, plan = Recording(appliance), []
    for number, name in enumerate(appliance.people):
        plan.append((name, appliance.rooms[number % len(appliance.rooms)], messages, 1 + 5 * number))
    recording.start()
    speakers = recording.speak(plan)
    half = len(plan) * messages // 2
    while sum(len(speaker.acks) for speaker in speakers) < half:
        time.sleep(0.005)
        if any(speaker.failure for speaker in speakers):
            break
    appliance.kill()
    recording.ended()
    recording.start()
    wait_for(speakers)
    appliance.stop()
    recording.ended()
    recording.start()
    wait_for(recording.speak([(name, room, 3, 1) for name, room, *_ in plan], first=messages + 1))
    appliance.kill()
    recording.ended()
    return recording


def run(report, messages, count, seed=None):
    """`messages` of each of four senders, cut in `count` ways."""
    seed = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
    with Appliance([f"sender{number}" for number in range(4)], ["alpha", "beta"]) as appliance:
        recording = record(appliance, messages)
        said_in_runs = [said(moments, recording.key_log) for moments in recording.runs]
        cuts = choose(recording.runs, count, random.Random(seed))
        acks, shown = promised_before(recording, said_in_runs, Cut(len(recording.runs), 0, "", 0))
        calls = sum(map(len, recording.runs))
        print(f"        seed {seed}: {calls} moments, {len(acks)} acks, {len(shown)} events shown, {len(cuts)} cuts")
        report.check("power cut: the recorded run acknowledged and showed events", bool(acks) and bool(shown))
        words = {ack.body for speaker in recording.speakers for ack in speaker.acks}
        opener, failures, kinds = Opener(recording, words), [], collections.Counter()
        for cut, state in states(recording, cuts):
            found = opener.problems(state, *promised_before(recording, said_in_runs, cut))
            kinds[cut.kind] += 1
            if found:
                failures.append(f"{cut}: {short(found)}")
                print(f"        {failures[-1][:1_000]}", flush=True)
        print(f"        opened: {dict(kinds)}", flush=True)
        report.check(
            f"power cut: {count} states opened by the real server, nothing acknowledged lost",
            not failures and sum(kinds.values()) == count, f"{len(failures)} of {sum(kinds.values())}")
