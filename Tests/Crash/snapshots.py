"""Snapshots that are not made, and restores that are not done, to the end: killed at a system call, with a call that
fails, or cut off by the power.

Of a snapshot there is the whole file under its name, or none; and the data that it was made of are what they were. Of a
restore there is the whole directory under its name, or none, and the next restore makes it.
"""

import collections
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

import formats
import securechat
import trace
from checker import short
from disk import Disk, write_state
from power_cut import CUTS, Cut, choose, state_after
from upgrade import CHANGING, CODE, FAILING, chosen, counted

# Who the history is, whose sessions are good, and the record of a restore.
REBORN = ("meta", "people", "audit_outbox")


class Ground:
    """A directory of today's form, a snapshot of it, and a folder in which each try takes place."""

    def __init__(self, is_restore):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="securechat-"))
        self.is_restore = is_restore
        self.log, self.source = self.folder / "calls.log", self.folder / "source"
        self.place = self.folder / "place"
        self.snapshot, self.keys = self.folder / "whole.snapshot", self.source / "keys"

    def __enter__(self):
        formats.kept()[-1].unpack(self.source)
        # Of today's form from here on.
        self.command(["room", "list", "--data", self.source])
        self.before = formats.Tables(self.source)
        self.command(["snapshot", "create", "--output", self.snapshot, "--data", self.source])
        self.renew()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def renew(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        if not self.is_restore:
            shutil.copytree(self.source, self.place / "data")

    def words(self, place):
        if self.is_restore:
            return ["snapshot", "restore", self.snapshot, "--keys", self.keys, "--data", place / "data"]
        return ["snapshot", "create", "--output", place / "made.snapshot", "--data", place / "data"]

    def run(self, prefix=(), place=None):
        """Exit status and complaint."""
        done = subprocess.run(
            [*prefix, securechat.PROGRAM, *map(str, self.words(place or self.place))], env={**os.environ},
            capture_output=True, timeout=120)
        if prefix:
            trace.wait_until_written(self.log)
        return done.returncode, done.stderr.decode(errors="replace")

    def command(self, words):
        done = subprocess.run([securechat.PROGRAM, *map(str, words)], capture_output=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode(errors="replace"))

    def problems(self, place=None):
        """(whether it is done, what is wrong with what is there, and with another try)"""
        place = place or self.place
        made = place / ("data" if self.is_restore else "made.snapshot")
        is_done, found = made.exists(), []
        try:
            if not is_done:
                status, complaint = self.run(place=place)
                found += [] if status == 0 else [f"the next try ended with {status}: {complaint[-300:]}"]
            if self.is_restore:
                self.command(["check", "--data", made])
            else:
                self.command(["snapshot", "verify", made, "--public-key", self.keys / "audit-public.pem"])
            tables = formats.Tables(place / "data")
            found += self.before.lost(tables, changing=REBORN if self.is_restore else ())
        except (AssertionError, OSError) as error:
            found.append(str(error)[-300:])
        return ("done" if is_done else "not done"), found


def sweep(report, is_restore, count, seed):
    """Kills and failing calls, at so many of each call; None for all."""
    what = "restore" if is_restore else "snapshot"
    chance, failures, found = random.Random(seed), [], collections.Counter()
    with Ground(is_restore) as ground:
        most = counted(ground)
        faults = [("signal=SIGKILL", CHANGING), *((f"error={error}", calls) for error, calls in FAILING.items())]
        for fault, calls in faults:
            for call, number in chosen(most, calls, count, chance):
                ground.renew()
                status, complaint = ground.run(trace.injector(ground.log, call, f"{fault}:when={number}"))
                is_done, problems = ground.problems()
                found[f"{fault}, {is_done}"] += 1
                has_begun = "error while loading shared libraries" not in complaint
                # What is done may not be told any more.
                is_told = CODE.search(complaint) or is_done == "done" and "output cannot be written" in complaint
                if has_begun and (status not in (0, 1, -9) or status == 1 and not is_told):
                    problems.append(f"ended with {status} and said {complaint[-300:]!r}")
                if status == 0 and is_done != "done":
                    problems.append("it was said to be done")
                if problems:
                    failures.append(f"{fault} at {call} {number} ({is_done}): {short(problems)}")
                    print(f"        {failures[-1][:1_000]}", flush=True)
    print(f"        {what}: {sum(found.values())} faults: {dict(found)}", flush=True)
    report.check(f"{what}: a kill or a failing call at any moment leaves all of it or nothing", not failures,
                 short(failures))


def power(report, is_restore, count, seed):
    """So many states that a power cut could leave."""
    what = "restore" if is_restore else "snapshot"
    chance, failures, found = random.Random(seed), [], collections.Counter()
    with Ground(is_restore) as ground:
        before = ground.folder / "before"
        shutil.copytree(ground.place, before)
        status, complaint = ground.run(trace.recorder(ground.log))
        if status != 0:
            raise AssertionError(complaint)
        moments = trace.read(ground.log)
        cuts = choose([moments], count, chance)
        # Around the call that gives it its name: in each way.
        target = str(ground.words(ground.place)[-1] if is_restore else ground.place / "made.snapshot")
        cuts += [Cut(0, m.index, kind, chance.getrandbits(32)) for m in moments if m.call.name in ("rename", "link")
                 and trace.strings(m.call)[1].decode() == target for kind in CUTS]
        disk, rest = Disk(ground.place, before), collections.deque(sorted(cuts))
        for moment in moments:
            disk.apply(moment)
            while rest and rest[0].moment == moment.index:
                cut = rest.popleft()
                place = ground.folder / "cut"
                shutil.rmtree(place, ignore_errors=True)
                write_state(state_after(disk, cut), place)
                is_done, problems = ground.problems(place)
                found[is_done] += 1
                if problems:
                    failures.append(f"{cut} ({is_done}): {short(problems)}")
                    print(f"        {failures[-1][:1_000]}", flush=True)
    print(f"        {what}: {len(moments)} moments, {sum(found.values())} states: {dict(found)}", flush=True)
    report.check(f"{what}: a power cut leaves all of it or nothing", not failures and sum(found.values()) == len(cuts),
                 short(failures))


def run(report, count, states, seed):
    for is_restore in (False, True):
        sweep(report, is_restore, count, seed)
        power(report, is_restore, states, seed)
