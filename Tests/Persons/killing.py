"""A deletion that is killed: at the next start it is carried out to its end."""

import secrets
import signal
import sqlite3
import subprocess
import time

import chain
import protocol
import securechat
from stage import SETTINGS, Talker, files_with, message
from waiting import TooLate, until

NAME = "morwenna"
WORDS = "under the seventh willow"


def check(report, moments):
    took = kill(report, None)
    for moment in range(moments):
        kill(report, took * moment / moments)


def kill(report, moment):
    """Killed so many seconds after it has begun; None: when it has ended. How long it took to there."""
    with securechat.Server({**SETTINGS, "SECURECHAT_LIMITS_ENABLED": "false"}) as server:
        for name in (NAME, "ben"):
            server.add_person(name)
        rooms = ["square", "yard", "hall"]
        for room in rooms:
            server.admin("room", "add", room)
            hers, ben = Talker(server, NAME, room), Talker(server, "ben", room)
            for number in range(250):
                hers.connection.post_send(hers.room, secrets.token_bytes(16), f"{WORDS} {number}")
            hers.say(message(WORDS))
            ben.say(message("ben was here"))
        process = subprocess.Popen([securechat.PROGRAM, "user", "delete", NAME, "--yes", *server.options],
                                   env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until(lambda: deletions(server), 30, "the deletion has begun")
        began = time.monotonic()
        while (moment is None or time.monotonic() < began + moment) and process.poll() is None:
            time.sleep(0.002)
        spent = time.monotonic() - began
        server.stop(signal.SIGKILL)
        process.communicate(timeout=60)
        left = [row for row in deletions(server) if row[1] is None]
        server.start()
        name = f"killed after {spent:.2f} s, {'in its middle' if left else 'at its end'}"
        try:
            until(lambda: all(row[1] for row in deletions(server)), 60, "it is finished", pause=0.05)
            until(lambda: not files_with(server, NAME, WORDS), 60, "the files have forgotten", pause=0.25)
            problem = None
        except TooLate as late:
            problem = (late, deletions(server), files_with(server, NAME, WORDS), server.log())
        report.check(f"{name}: the next start carries it out", problem is None, problem)
        check_rooms(report, server, rooms, name)
        return spent


def check_rooms(report, server, rooms, name):
    found = []
    for room in rooms:
        ben = Talker(server, "ben", room)
        events = ben.history()
        found += chain.problems(events)
        told = [event for event in events if event.content and event.content[:1] == b"\x52"]
        if len(told) != 1:
            found.append(f"{room} was told {len(told)} times")
        if sum(protocol.text_of(event) == "ben was here" for event in events if event.author == ben_id(events)) != 1:
            found.append(f"in {room} ben is gone")
    server.admin("audit", "verify")
    report.check(f"{name}: each room is told once, and the chains hold", not found, found)


def ben_id(events):
    return events[-1].author if events[-1].author_name == "ben" else next(
        event.author for event in events if event.author_name == "ben")


def deletions(server):
    """Who is deleted, and when that was done, as it is stored."""
    with sqlite3.connect(f"file:{server.data}/chat.db?mode=ro", uri=True) as database:
        return database.execute("SELECT person, finished_at FROM deletions").fetchall()

