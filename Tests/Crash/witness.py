"""The process that drives the senders (load.py), and the readers, as a test that kills their server sees them."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import securechat
from protocol import text_of
from crowd import Ack
from waiting import until

LOAD = pathlib.Path(__file__).with_name("load.py")


class Witness:
    """Eight senders by the command line, their acks in a file; each in one of the rooms."""

    def __init__(self, appliance, people, rate=500, window=4):
        self.folder = appliance.folder
        self.record = self.folder / "record"
        self.entries, self.place = [], 0
        self.fed, self.said, self.acks, self.ends = {}, {name: set() for name in people}, [], {}
        self.places = {}  # (room, sequence) -> the send that was told it
        configuration = {
            "program": securechat.PROGRAM, "port": appliance.port, "record": str(self.record), "rate": rate,
            "window": window, "people": [
                {"name": name, "token": appliance.tokens[name], "home": home(self.folder, name),
                 "room": appliance.rooms[number % len(appliance.rooms)]}
                for number, name in enumerate(people)]}
        (self.folder / "load.json").write_text(json.dumps(configuration))
        self.rooms = {person["name"]: person["room"] for person in configuration["people"]}
        self.process = subprocess.Popen([sys.executable, str(LOAD), str(self.folder / "load.json")])

    def read(self):
        """Takes in what was written down since."""
        if not self.record.exists():
            return self
        with open(self.record, "rb") as file:
            file.seek(self.place)
            data = file.read()
        whole = data[:data.rfind(b"\n") + 1]
        self.place += len(whole)
        for line in whole.splitlines():
            self.take(json.loads(line))
        return self

    def take(self, entry):
        if "fed" in entry:
            self.fed.setdefault(entry["fed"], []).append(entry)
            self.said[entry["fed"]].add(entry["body"])
        elif "ack" in entry:
            self.acks.append(entry)
        else:
            self.ends[entry["end"]] = entry["status"]

    @property
    def last_ack(self):
        return self.acks[-1]["time"] if self.acks else 0

    def in_flight(self):
        """Lines that were given to a sender and not acknowledged yet."""
        return sum(map(len, self.fed.values())) - len(self.acks)

    def stop(self, patience=120):
        """No more is sent; waits until all is acknowledged."""
        self.process.send_signal(signal.SIGTERM)
        until(lambda: self.process.poll() is not None, patience, "all that was sent is acknowledged", pause=0.05)
        return self.read()

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def home(folder, name):
    path = folder / f"home-{name}"
    path.mkdir(exist_ok=True)
    return str(path)


def bare(identifier):
    """An id as the command line prints it, as bytes."""
    return bytes.fromhex(identifier.replace("-", ""))


def witnessed(witness, ledger, end=None, start=0):
    """Acks with the words they were for. An ack names no words: they are those at its place, if its sender said them
    and nobody else was told the same place; else None, which nobody says, so that the checker reports it."""
    found = []
    for entry in witness.acks[start:end]:
        name, room, sequence = entry["ack"], witness.rooms[entry["ack"]], entry["seq"]
        event = ledger.at(room, sequence)
        body = text_of(event) if event else None
        is_first = witness.places.setdefault((room, sequence), entry["client_id"]) == entry["client_id"]
        if body not in witness.said[name] or not is_first:
            body = None
        found.append(Ack(room, sequence, bare(entry["id"]), bare(entry["client_id"]), name, body, entry["time"]))
    return found


def unsaid(witness, histories):
    """After all was acknowledged: every line given to a sender is in the history exactly once."""
    texts = {}
    for events in histories.values():
        for event in events:
            texts[text_of(event)] = texts.get(text_of(event), 0) + 1
    return [
        f"{entry['body'][:30]} stands {texts.get(entry['body'], 0)} times in the history"
        for entries in witness.fed.values() for entry in entries if texts.get(entry["body"], 0) != 1]


class Reader:
    """A `tail --json` that stays through every kill; what it printed is kept in a file."""

    def __init__(self, appliance, name, room):
        self.room, self.path = room, appliance.folder / f"tail-{name}-{room}"
        environment = {
            **os.environ, "HOME": home(appliance.folder, name), "SECURECHAT_TOKEN": appliance.tokens[name]}
        environment["XDG_CONFIG_HOME"] = environment["HOME"] + "/.config"
        with open(self.path, "wb") as output, open(appliance.folder / f"tail-{name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [securechat.PROGRAM, "tail", "--server", f"127.0.0.1:{appliance.port}", "--user", name, "--room",
                 room, "--accept-new", "--since", "0", "--json"],
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=log)

    def seen(self):
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    def problems(self, histories):
        """Dense, without a repetition, and each as it stands in the history."""
        found, events = [], histories[self.room]
        for place, line in enumerate(self.seen(), start=1):
            if line["seq"] != place:
                return [f"a reader of {self.room} saw {line['seq']} at place {place}"]
            if place > len(events):
                return [f"a reader of {self.room} saw {place}, which is not in the history"]
            event = events[place - 1]
            text = text_of(event)
            if bare(line["id"]) != event.id or (text is not None and line["body"] != text):
                found.append(f"a reader of {self.room} saw another event at {place}")
        return found

    def stop(self):
        self.process.kill()
        self.process.wait()
