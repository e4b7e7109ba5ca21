"""Ages, on a clock that is set: the operator's days, a room's own, and how long a send is remembered."""

import json
import os
import subprocess

import stage
from stage import settings_of

DAY = 86_400


def rights(report, server):
    """Who may say how long a room is kept, and what everybody is told of it."""
    ada, ben = stage.Person(server, "ada"), stage.Person(server, "ben")
    told = [stage.code_of(lambda days=days, who=who: who.keep(days))
            for who, days in ((ben, 30), (ada, 36_501), (ada, 36_500), (ada, 7))]
    report.check("an owner says after how many days, a member does not",
                 told == ["forbidden", "invalid_argument", None, None], told)
    report.check("members are shown it", ben.details()[0] == 7, ben.details())
    changes = [settings_of(event) for event in ben.history()]
    found = [stage.first(each, 6, 0) for each in changes if each is not None]
    report.check("each change is an event of settings", found[-2:] == [36_500, 7], found)
    lines = [json.loads(line) for line in server.admin("audit", "export").splitlines()]
    found = [json.loads(line["details"])["keep_days"] for line in lines if line.get("kind") == "room_changed"]
    report.check("and in the audit log", found[-2:] == [36_500, 7], found)
    server.admin("room", "keep", "square", "30")
    report.check("the operator says it too", server.shown("square")["keep_days"] == 30 == ben.details()[0])
    server.admin("room", "keep", "square", "forever")
    report.check("and takes it back", server.shown("square")["keep_days"] == 0 == ben.details()[0])
    wrong = subprocess.run([stage.securechat.PROGRAM, "room", "keep", "square", "soon", *server.options],
                           env=server.environment, capture_output=True)
    report.check("what are no days is used wrongly", wrong.returncode == 2, wrong)
    typed = "/keep 7\n/rules\n/keep soon\n/keep forever\n/rules\n/quit\n"
    client = server.client("chat", "ada", "--room", "square", stdin=subprocess.PIPE)
    words = client.communicate(typed.encode(), timeout=60)[0].decode()
    for name, expected in {"it is set": "removed after 7 days", "it is shown": "what was said is removed after 7 days",
                           "and taken back": "kept for ever", "what are no days is not understood": "/keep: not",
                           "the event says so": "kept for 7 days"}.items():
        report.check(f"chat: {name}", expected in words, words)
    ada.close()
    ben.close()


def ages(report, server, clock):
    """Three rooms: one has its own days, one fewer than the operator's and one more."""
    people = {room: stage.Person(server, "ada", room) for room in ("short", "plain", "long")}
    people["short"].keep(7)
    people["long"].keep(90)
    ids = {room: os.urandom(16) for room in people}
    old = {room: who.say("of today", ids[room]) for room, who in people.items()}
    clock.set(20 * DAY)
    for who in people.values():
        who.say("of later")
    begin = {room: who.info().first for room, who in people.items()}
    report.check("young as they are, nothing goes", set(begin.values()) == {1}, begin)
    server.rule()
    gone = people["short"].begins_at(old["short"].sequence + 1)
    report.check("a room's own days count without any of the operator's", gone, people["short"].info())
    server.rule(keepDays=30)
    clock.set(31 * DAY)
    server.rule(keepDays=30)
    found = {room: people[room].begins_at(old[room].sequence + 1) for room in ("plain", "long")}
    report.check("the shorter of both counts", all(found.values()), found)
    report.check("in a room of its own days all has gone", people["short"].begins_at(people["short"].info().head + 1),
                 people["short"].info())
    report.check("and none of it can be read", people["short"].history() == [])
    said = people["short"].say("and it goes on")
    report.check("what is said next is the next", people["short"].history()[0].sequence == said.sequence
                 and people["short"].info().first == said.sequence, people["short"].info())
    memory(report, server, clock, people["short"])
    for who in people.values():
        who.close()


def memory(report, server, clock, who):
    """A send is remembered for thirty days, and not for ever."""
    name = os.urandom(16)
    first = who.say("once", name)
    clock.set((31 + 29) * DAY)
    server.rule(keepDays=30)
    report.check("what was said goes after its seven days", who.begins_at(who.info().head + 1), who.info())
    report.check("sent again after 29 days, it has its first ack", who.say("once", name) == first)
    server.stop()
    server.start()
    again = stage.Person(server, "ada", "short")
    report.check("also after a restart", again.say("once", name) == first)
    clock.set((31 + 31) * DAY)
    server.rule(keepDays=30)
    after = []

    def is_forgotten():
        after.append(again.say("once", name))
        return after[-1] != first

    stage.until(is_forgotten, stage.PATIENCE, "it is forgotten", 0.1)
    report.check("some time after thirty it is forgotten", after[-1].sequence == again.info().head, after[-1])
    again.close()


def play(report, server, clock):
    rights(report, server)
    ages(report, server, clock)
    server.stop()
    report.check("the check finds all of it whole", "whole" in server.admin("check"))
    report.check("the audit log verifies", "whole" in server.admin("audit", "verify"))
    server.start()
