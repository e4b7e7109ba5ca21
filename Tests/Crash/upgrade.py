"""Upgrades that do not come to their end: killed at a system call, with a call that fails, or cut off by the power.

The data are those of the oldest format that Tests/Upgrade keeps, as a kill left them. Whatever happens, the directory
holds the old databases whole or the new ones whole, with every row; and the next command of the same version brings it
to the new form, with one record of the upgrade and one snapshot. A directory that was half upgraded by nothing else
than this is what the next start finds, so what it finds is looked at first, by Python's own SQLite.
"""

import collections
import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile

import formats
import securechat
import trace
from checker import short
from disk import UNKNOWN, Disk, differences, write_state
from power_cut import CUTS, Cut, choose, state_after

# What an upgrade changes the disk with, and what it may fail at besides.
CHANGING = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "rmdir", "mkdir", "link")
FAILING = {
    "EIO": ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "rmdir", "mkdir", "link",
            "openat", "pread64"),
    "ENOSPC": ("pwrite64", "write", "mkdir", "link", "rename")}
CODE = re.compile(r"^securechat: (?:(\w+): |storage (\w+): |(/))", re.M)
COMMAND = ("room", "list")


class Ground:
    """A directory of an older format, made anew for each try."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="securechat-"))
        self.data, self.log = self.folder / "data", self.folder / "calls.log"
        self.kept = formats.kept()[0]
        self.settings = {**os.environ, "SECURECHAT_SNAPSHOTS_EVERYHOURS": "0"}

    def __enter__(self):
        self.renew()
        self.before = formats.Tables(self.look_at(self.data))
        self.renew()
        self.run()
        self.today = formats.number_of(self.data / "chat.db")
        if self.today == self.kept.number:
            raise AssertionError("there is no older format among those that are kept")
        self.renew()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def renew(self):
        self.kept.unpack(self.data)

    def run(self, prefix=(), data=None):
        """A command that opens the stores; its exit status and complaint."""
        done = subprocess.run(
            [*prefix, securechat.PROGRAM, *COMMAND, "--data", str(data or self.data)], env=self.settings,
            capture_output=True, timeout=120)
        if prefix:
            trace.wait_until_written(self.log)
        return done.returncode, done.stderr.decode(errors="replace")

    def look_at(self, data):
        """A copy, which SQLite may work in."""
        copy = self.folder / "look"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.sock", "*-shm"))
        return copy

    def problems_found(self, data):
        """Of a directory before anything of ours sees it: the old databases or the new, whole. (which, problems)"""
        copy = self.look_at(data)
        ready = copy / "upgrade.ready/data"
        for name in formats.DATABASES:
            if (ready / name).exists():
                logs = [path for path in (copy / f"{name}-wal",) if path.exists() and path.stat().st_size]
                if logs:
                    return "new", [f"{logs} of the old is beside what is ready"]
                os.replace(ready / name, copy / name)
        number = formats.number_of(copy / "chat.db")
        which = {self.kept.number: "old", self.today: "new"}.get(number, f"format {number}")
        found = formats.integrity(copy) + self.before.lost(formats.Tables(copy))
        return which, found + ([] if which in ("old", "new") else [which])

    def problems_afterwards(self, data=None):
        """Of what the next command makes of it."""
        data = data or self.data
        status, complaint = self.run(data=data)
        if status != 0:
            return [f"the next command ended with {status}: {complaint[-300:]}"]
        found = [] if formats.number_of(data / "chat.db") == self.today else ["it is not upgraded"]
        tables = formats.Tables(data)
        found += formats.integrity(data) + self.before.lost(tables)
        # What a snapshot was made in may be left of a cut: the next one removes it.
        told, snapshots = tables.kinds().count("upgraded"), list((data / "snapshots").glob("*.snapshot"))
        if told != 1:
            found.append(f"the upgrade is recorded {told} times")
        if len(snapshots) != 1:
            found.append(f"snapshots: {[path.name for path in snapshots]}")
        left = [path.name for path in data.iterdir() if path.name.startswith(("upgrade.", "audit.db.", "state.lmdb."))]
        return found + ([f"left: {left}"] if left else [])


def counted(ground):
    """How many of each call a thread makes at the most, where nothing happens to it."""
    ground.renew()
    status, complaint = ground.run(trace.recorder(ground.log, ",".join(sorted({*CHANGING, "openat", "pread64"}))))
    if status != 0:
        raise AssertionError(complaint)
    counts = collections.Counter((m.call.name, m.call.thread) for m in trace.read(ground.log) if not m.is_return)
    most = collections.Counter()
    for (name, _), count in counts.items():
        most[name] = max(most[name], count)
    return most


def chosen(most, calls, count, chance):
    """(call, number): all of them, or so many of each call, the first and the last among them."""
    for call in calls:
        numbers = range(1, most[call] + 1)
        if count is not None and len(numbers) > count:
            numbers = sorted({1, most[call], *chance.sample(numbers, count - 2)})
        for number in numbers:
            yield call, number


def check_the_check(report, ground):
    """What must not be is found."""
    found = []
    for harm in (lose_a_row, pair_with_a_log, change_a_row):
        ground.renew()
        harm(ground.data)
        if not ground.problems_found(ground.data)[1]:
            found.append(harm.__name__)
    report.check("a row that is lost, one that is changed, and another file's log are found", not found, found)


def lose_a_row(data):
    alter(data, "DELETE FROM events WHERE position = (SELECT max(position) FROM events)")


def change_a_row(data):
    alter(data, "UPDATE members SET role = role + 1 WHERE room = (SELECT min(room) FROM members)")


def pair_with_a_log(data):
    (data / "upgrade.ready/data").mkdir(parents=True)
    shutil.copyfile(data / "chat.db", data / "upgrade.ready/data/chat.db")


def alter(data, sql):
    with contextlib.closing(sqlite3.connect(data / "chat.db")) as database:
        database.execute(sql)
        database.commit()


def kill(report, count, seed):
    """At so many of each call; None for all."""
    chance, failures, found = random.Random(seed), [], collections.Counter()
    with Ground() as ground:
        check_the_check(report, ground)
        most = counted(ground)
        print(f"        calls of an upgrade: {dict(most)}", flush=True)
        for call, number in chosen(most, CHANGING, count, chance):
            ground.renew()
            status, _ = ground.run(trace.injector(ground.log, call, f"signal=SIGKILL:when={number}"))
            which, problems = ground.problems_found(ground.data)
            found[f"{which}, {'killed' if status == -9 else 'untouched'}"] += 1
            problems += ground.problems_afterwards()
            if problems:
                failures.append(f"{call} {number} ({which}): {short(problems)}")
                print(f"        {failures[-1][:1_000]}", flush=True)
        print(f"        {sum(found.values())} kills: {dict(found)}", flush=True)
        report.check("a kill at any call of an upgrade leaves the old or the new, and the next start ends it",
                     not failures, short(failures))
        report.check("kills left the old ones and the new ones", found["old, killed"] and found["new, killed"], found)


def fail(report, count, seed):
    """At so many of each call; None for all."""
    chance, failures, found = random.Random(seed), [], collections.Counter()
    with Ground() as ground:
        most = counted(ground)
        for error, calls in FAILING.items():
            for call, number in chosen(most, calls, count, chance):
                ground.renew()
                status, complaint = ground.run(trace.injector(ground.log, call, f"error={error}:when={number}"))
                which, problems = ground.problems_found(ground.data)
                code = CODE.findall(complaint)
                name = "done" if status == 0 else next(filter(None, code[-1]), "") if code else "no code"
                found[f"{error}, {which}, {name}"] += 1
                has_begun = "error while loading shared libraries" not in complaint
                if has_begun and (status not in (0, 1) or status == 1 and not code):
                    problems.append(f"ended with {status} and said {complaint[-300:]!r}")
                if status == 0 and which != "new":
                    problems.append("it was said to be done")
                problems += ground.problems_afterwards()
                if problems:
                    failures.append(f"{error} at {call} {number} ({which}): {short(problems)}")
                    print(f"        {failures[-1][:1_000]}", flush=True)
        print(f"        {sum(found.values())} failing calls: {dict(found)}", flush=True)
        report.check("a call that fails in an upgrade leaves the old or the new, and says a code", not failures,
                     short(failures))
        report.check("full disks were told by their code", any("storage_full" in name for name in found), found)


def record(ground):
    """An upgrade that is recorded: its moments, and the directory before it."""
    ground.renew()
    before = ground.folder / "before"
    shutil.copytree(ground.data, before)
    status, complaint = ground.run(trace.recorder(ground.log))
    if status != 0:
        raise AssertionError(complaint)
    moments = trace.read(ground.log)
    disk = Disk(ground.data, before)
    for moment in moments:
        if moment.call.name in UNKNOWN and disk.root in trace.plain(moment.call.text):
            raise ValueError(f"the model has no rule for {moment.call}")
        disk.apply(moment)
    unexplained = differences(disk.newest(), ground.data)
    if unexplained:
        raise ValueError(f"the recording does not explain these files: {unexplained}")
    return before, moments


def states(ground, before, moments, cuts):
    disk, rest = Disk(ground.data, before), collections.deque(cuts)
    for moment in moments:
        disk.apply(moment)
        while rest and rest[0].moment == moment.index:
            yield rest[0], state_after(disk, rest[0])
            rest.popleft()


def power(report, count, seed):
    """So many states that a power cut could leave."""
    chance, failures, found = random.Random(seed), [], collections.Counter()
    with Ground() as ground:
        before, moments = record(ground)
        cuts = choose([moments], count, chance)
        # Around the renames by which the new files come: each of them in each way.
        renames = [m for m in moments if m.call.name == "rename" and "/upgrade." in trace.plain(m.call.text)]
        cuts += [Cut(0, m.index, kind, chance.getrandbits(32)) for m in renames for kind in CUTS]
        for cut, state in states(ground, before, moments, sorted(cuts)):
            data = ground.folder / "cut"
            shutil.rmtree(data, ignore_errors=True)
            write_state(state, data)
            which, problems = ground.problems_found(data)
            found[which] += 1
            problems += ground.problems_afterwards(data)
            if problems:
                failures.append(f"{cut} ({which}): {short(problems)}")
                print(f"        {failures[-1][:1_000]}", flush=True)
        print(f"        {len(moments)} moments, {sum(found.values())} states: {dict(found)}", flush=True)
        report.check("a power cut in an upgrade leaves the old or the new, and the next start ends it",
                     not failures and sum(found.values()) == len(cuts), short(failures))
        report.check("power cuts left the old ones and the new ones", found["old"] and found["new"], found)
