"""A bound on the number of events, which needs no clock: what goes, what stays, and what everybody is told of it."""

import json
import os
import subprocess
import threading
import time

import stage
from stage import deletion, edit, pin, problems, protocol, reaction, securechat, until

SECRET = "the treasure lies under the fifth lighthouse"
KEPT = 20


def removal(report, server):
    ada, ben = stage.Person(server, "ada"), stage.Person(server, "ben")
    ids = [os.urandom(16) for _ in range(60)]
    said = [ada.say(f"number {number} of the words, {SECRET}", ids[number]) for number in range(60)]
    for number in (3, 50):
        report.check("the owner pins", ada.code(pin(said[number].sequence)) is None)
    before = ben.history()
    report.check("a history is whole unless somebody says otherwise", before[0].sequence == 1
                 and not problems(before) and ben.info().first == 1)
    head = ben.info().head
    line = server.rule(keepEvents=KEPT)
    report.check("the rule counts at once, and the log says so", "history.keepEvents" in line, line)
    first = head - KEPT + 1
    report.check("of each room the last events stay", ben.begins_at(first), ben.info())
    left = ben.history()
    report.check("they are the same events, and a chain up to the head",
                 left == before[first - 1:] and not problems(left), (left[0], len(left)))
    report.check("the list of rooms, the details and the operator say where it begins",
                 ben.info().first == first == server.shown("square")["first"]
                 and ben.details()[1] == [said[50].sequence], (ben.info(), ben.details()))
    retries(report, ada, ids, said, first)
    about(report, ada, said, first)
    reading(report, ben, before, first)
    for who in (ada, ben):
        who.close()
    return before, first


def retries(report, ada, ids, said, first):
    gone = [number for number in range(60) if said[number].sequence < first]
    again = [ada.say(f"number {number} of the words, {SECRET}", ids[number]) for number in gone]
    report.check("who sends again what was removed has the first ack", again == [said[number] for number in gone])
    told = ada.code((3, [(1, "other words")]), send_id=ids[gone[0]])
    report.check("and other words under its id are refused", told == "id_reused", told)
    report.check("nothing is stored by that", ada.info().head == said[-1].sequence + 2, ada.info())


def about(report, ada, said, first):
    gone, left = said[3].sequence, said[-1].sequence
    told = [ada.code(content) for content in (edit(gone), reaction(gone), pin(gone), deletion(gone))]
    told += [ada.code((3, [(1, "yes"), (3, gone)]))]
    tell = [(37, [(1, ada.room), (2, gone), (3, "look")])]
    told += [stage.code_of(lambda: ada.connection.request(protocol.DONE, tell))]
    report.check("what is said of a removed message is unknown_event, as of one that never was",
                 told == ["unknown_event"] * 6, told)
    told = [ada.code(content) for content in (reaction(left), edit(left))]
    report.check("of one that is left it is not", told == [None, None], told)


def reading(report, ben, before, first):
    page = ben.page(2, most=5)
    report.check("a page from before the beginning says where there is something to read",
                 page.first >= first and page.events[0].sequence == page.first, page)
    page = ben.page(1, 3)
    report.check("and one of what is gone altogether too", not page.events and page.first >= first, page)
    now = ben.info().first
    page = ben.page(now - 1, most=5)
    report.check("from the beginning on nothing is left out", page.first == 0 and page.events[0].sequence == now, page)
    incarnation = ben.connection.incarnation
    told = ben.resume([before[9], before[4]], incarnation)
    report.check("who held what was removed is told where it begins, and of no other history",
                 told.room >= first and not told.changed and told.common == 0, told)
    last = ben.history()[-1]
    told = ben.resume([last, before[4]], incarnation)
    report.check("who holds what is left goes on", told.common == last.sequence and not told.changed, told)
    told = ben.resume([before[9]], os.urandom(16))
    report.check("of another history's events nobody can say that they are these", told.changed, told)


def forgotten(report, server):
    """From the disk, the index and the words of the commands."""
    ada = stage.Person(server, "ada")
    server.rule(keepEvents=KEPT)
    report.check("what was said since has taken the place of as much", ada.begins_at(ada.info().head - KEPT + 1))
    ada.close()
    with protocol.Connection(server.port, server.token("ben", "read")) as connection:
        found = connection.search_all("lighthouse", room="square")
        report.check("a search finds what is left alone", 0 < len(found) <= KEPT
                     and all(each.event.sequence > 40 for each in found), len(found))
    only = "number 7 of the words"
    try:
        until(lambda: not server.files_with(only), stage.PATIENCE, "it is gone")
    except stage.TooLate:
        pass
    report.check("soon it is on the disk no more, while the server runs", not server.files_with(only),
                 server.files_with(only))
    for since in ("0", "1"):
        tail = server.client("tail", "ben", "--room", "square", "--since", since, "--json", "--no-follow")
        output, complaint = tail.communicate(timeout=60)
        lines = securechat.json_lines(output)
        report.check(f"tail --since {since} begins where the history does",
                     tail.returncode == 0 and len(lines) == KEPT, (len(lines), complaint))
    listed = server.admin("room", "list")
    report.check("the operator's list has where it begins", "FIRST" in listed, listed)
    entry = json.loads(server.admin("snapshot", "create", "--json", "--output", str(server.folder / "kept.snapshot")))
    verified = subprocess.run([securechat.PROGRAM, "snapshot", "verify", entry["path"]], capture_output=True)
    report.check("a snapshot of it verifies", verified.returncode == 0, verified.stderr)
    server.stop()
    report.check("nor is it when the server has stopped", not server.files_with(only), server.files_with(only))
    whole = json.loads(server.admin("check", "--json"))
    report.check("the server's own check begins there too, and finds nothing wrong", whole["events"] >= KEPT, whole)
    server.start()


class Follower(threading.Thread):
    """Reads what is pushed, until it has seen the last."""

    def __init__(self, server, last):
        super().__init__(daemon=True)
        self.person = stage.Person(server, "ben")
        self.last, self.sequences, self.fault = last, [self.person.head], None

    def run(self):
        try:
            while self.sequences[-1] < self.last:
                _, kind, data = self.person.connection.receive()
                if kind == protocol.EVENT:
                    self.sequences.append(protocol.read_event(data).sequence)
                if kind == protocol.GAP:
                    raise AssertionError("a follower that reads was told of a gap")
        except (protocol.Disconnected, OSError, AssertionError) as error:
            self.fault = error


def meanwhile(report, server):
    """A long history goes while people chat: nobody waits for it, and who follows misses nothing."""
    server.rule()
    ada = stage.Person(server, "ada")
    ada.say_many(f"filling {number} " + "words " * 20 for number in range(12_000))
    alone = [timed(ada) for _ in range(100)]
    last = ada.info().head + 300
    follower = Follower(server, last)
    follower.start()
    begun = ada.info().first
    server.rule(keepEvents=100)
    beside, seen = [], set()
    for _ in range(300):
        beside.append(timed(ada))
        seen.add(ada.info().first)
    follower.join(30)
    report.check("who follows is pushed every event while old ones go",
                 not follower.fault and follower.sequences == list(range(follower.sequences[0], last + 1)),
                 (follower.fault, follower.sequences[-1], last))
    report.check("it goes piece by piece", len([each for each in seen if each > begun]) > 1, sorted(seen))
    report.check("in the end it is as short as it is to be", ada.begins_at(ada.info().head - 99), ada.info())
    print(f"        acks: alone {middle(alone)}, beside a removal {middle(beside)}")
    report.check("acknowledgements do not wait for it", sorted(beside)[len(beside) // 2] < 0.25, middle(beside))
    report.check("what is left is a chain", not problems(ada.history()))
    ada.close()


def timed(person):
    began = time.monotonic()
    person.say("in between")
    return time.monotonic() - began


def middle(times):
    times = sorted(times)
    return f"{times[len(times) // 2] * 1_000:.1f} ms in the middle, {times[-1] * 1_000:.1f} ms at most"


def kills(report, server, rounds):
    """Killed while it removes: after each start the history is whole from its beginning on, and never longer again."""
    wrong, begins = [], []
    for number in range(rounds):
        ada = stage.Person(server, "ada")
        server.rule()
        ada.say_many(f"round {number}: {place} " + "words " * 10 for place in range(4_000))
        start, head = ada.info().first, ada.info().head
        server.rule(keepEvents=50)
        try:
            until(lambda: ada.info().first > start, stage.PATIENCE, "it has begun", 0.001)
        except stage.TooLate:
            wrong.append((number, "it does not begin"))
        at_least = ada.info().first
        ada.close()
        server.write({})
        server.stop(stage.signal.SIGKILL)
        server.start()
        ben = stage.Person(server, "ben")
        events, info = ben.history(), ben.info()
        begins.append((info.first - start, head - info.first))
        if info.first < at_least or events[0].sequence != info.first or info.head != head or problems(events):
            wrong.append((number, info, at_least, head))
        ben.close()
    report.check(f"{rounds} kills while it removes: what is left is whole", not wrong, wrong)
    report.check("some of them in the middle of it", any(left > 60 for _, left in begins), begins)
    server.stop()
    report.check("and the check says so too", "whole" in server.admin("check"))
    server.start()
