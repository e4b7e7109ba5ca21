#!/usr/bin/env python3
"""Drives `securechat send --json` processes and writes down what they were told to send and what they said was stored.

A process of its own, so that no kill of a server can touch what is known of its promises. One JSON object a line:
{"fed": SENDER, "number", "body", "time"}, {"ack": SENDER, "time", …the ack as printed}, {"end": SENDER, "status"}.
Times are CLOCK_MONOTONIC in nanoseconds. On SIGTERM nothing more is sent, and it ends when all is acknowledged.

Usage: load.py CONFIGURATION, a file: {"program", "port", "record", "rate", "window", "people": [{"name", "token",
"room", "home"}]}. `rate`: lines a second and sender; `window`: lines of a sender that wait for their acks.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time


class Sender:
    """One `send` process: its lines go in, its acks come out."""

    def __init__(self, configuration, person):
        self.name, self.room = person["name"], person["room"]
        self.rate, self.window = configuration["rate"], configuration["window"]
        self.fed = self.acked = 0
        self.began, self.held = time.monotonic(), b""
        environment = {**os.environ, "HOME": person["home"], "SECURECHAT_TOKEN": person["token"]}
        environment["XDG_CONFIG_HOME"] = person["home"] + "/.config"
        with open(person["home"] + "/send.log", "ab") as log:
            self.process = subprocess.Popen(
                [configuration["program"], "send", "--server", f"127.0.0.1:{configuration['port']}", "--user",
                 self.name, "--room", self.room, "--accept-new", "--json", "-"],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        os.set_blocking(self.process.stdout.fileno(), False)

    @property
    def is_due(self):
        return (self.fed - self.acked < self.window
                and self.fed < (time.monotonic() - self.began) * self.rate)

    def feed(self, record):
        self.fed += 1
        body = f"{self.name} says {self.fed:06d} " + "x" * (self.fed * 37 % 400)
        record({"fed": self.name, "number": self.fed, "body": body})
        try:
            self.process.stdin.write(body.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # its end is read from its output

    def hear(self, record):
        """False when there is nothing more to come."""
        data = self.process.stdout.read(65_536)
        if data is None:
            return True
        *lines, self.held = (self.held + data).split(b"\n")
        for line in filter(None, lines):
            self.acked += 1
            record({"ack": self.name, **json.loads(line)})
        return bool(data)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        configuration = json.load(file)
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    with open(configuration["record"], "w", encoding="utf-8") as output:

        def record(entry):
            entry["time"] = time.monotonic_ns()
            output.write(json.dumps(entry) + "\n")
            output.flush()

        run([Sender(configuration, person) for person in configuration["people"]], record, stopping)


def run(senders, record, stopping):
    selector = selectors.DefaultSelector()
    for sender in senders:
        selector.register(sender.process.stdout, selectors.EVENT_READ, sender)
    is_closed = False
    while selector.get_map():
        for key, _ in selector.select(0.002):
            sender = key.data
            if not sender.hear(record):
                selector.unregister(sender.process.stdout)
                record({"end": sender.name, "status": sender.process.wait()})
        if stopping and not is_closed:
            is_closed = True
            for sender in senders:
                sender.process.stdin.close()
        if not stopping:
            for sender in senders:
                if sender.is_due:
                    sender.feed(record)


if __name__ == "__main__":
    main()
