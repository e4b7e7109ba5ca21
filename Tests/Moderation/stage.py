"""What the parts of this suite share: people with a connection that forgets nothing of what they were told, and the
requests of docs/protocol.md, "Moderation", as messages."""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import protocol  # noqa: E402
import securechat  # noqa: E402
from protobuf import decode, first, signed  # noqa: E402
from waiting import TooLate, until  # noqa: E402

SETTINGS = {"SECURECHAT_SEALING_REQUIRED": "false", "SECURECHAT_LIMITS_ENABLED": "false"}
PUBLIC, PRIVATE, DIRECT = 1, 2, 3
NOBODY, MEMBER, MODERATOR, OWNER = 0, 1, 2, 3
MUTE, BAN = 1, 2
ALL, SINCE_JOINING = 1, 2
FOR_EVER = (1 << 63) - 1
# The kinds of an event's content, and of the server's messages.
MESSAGE, MEMBERSHIP, SETTINGS_CHANGE, EDIT, DELETION, REACTION, PIN, SANCTION, INVITATION = range(1, 10)
UNSUBSCRIBED, ROOM_LIST, MEMBER_LIST, BLOCK_LIST, ROOM_DETAILS = 10, 14, 15, 25, 26

Answer = collections.namedtuple("Answer", "code kind fields retry detail")
Room = collections.namedtuple("Room", "id kind name topic archived role head members first invited")
Details = collections.namedtuple("Details", "visibility slow muted_until pins")


# ------------------------------------------------------------------------------------------------------ messages

def room_of(room):
    """A reference: by id or by name."""
    return 1, [(1 if isinstance(room, bytes) else 2, room)]


def person_of(name, field=2):
    return field, [(1 if isinstance(name, bytes) else 2, name)]


def create(name, kind):
    return 10, [(1, name), (2, kind)]


def direct(name):
    return 11, [person_of(name, 1)]


def join(room):
    return 12, [room_of(room)]


def leave(room):
    return 13, [room_of(room)]


def add(room, name, role=MEMBER):
    return 14, [room_of(room), person_of(name), (3, role)]


def remove(room, name, reason=""):
    return 15, [room_of(room), person_of(name), (3, reason)]


def set_role(room, name, role):
    return 16, [room_of(room), person_of(name), (3, role)]


def settings(room, name=None, topic=None, archived=None, visibility=None, slow=None):
    fields = zip(range(2, 7), (name, topic, archived, visibility, slow))
    return 17, [room_of(room), *((number, value) for number, value in fields if value is not None)]


def invite(room, name):
    return 32, [room_of(room), person_of(name)]


def withdraw(room, name):
    return 33, [room_of(room), person_of(name)]


def sanction(room, name, kind, seconds=0, reason="", lifted=0):
    return 34, [room_of(room), person_of(name), (3, kind), (4, seconds), (5, lifted), (6, reason)]


def mute(room, name, seconds=0, reason=""):
    return sanction(room, name, MUTE, seconds, reason)


def unmute(room, name, reason=""):
    return sanction(room, name, MUTE, 0, reason, 1)


def ban(room, name, seconds=0, reason=""):
    return sanction(room, name, BAN, seconds, reason)


def unban(room, name, reason=""):
    return sanction(room, name, BAN, 0, reason, 1)


def block(name, lifted=0):
    return 35, [person_of(name, 1), (2, lifted)]


def tell_of(room, sequence, reason=""):
    """Report."""
    return 37, [(1, room), (2, sequence), (3, reason)]


def show(room):
    return 38, [room_of(room)]


def subscribe(room, joins=0, held=(), incarnation=None):
    checkpoints = [(2, [(1, event.sequence), (2, event.link)]) for event in held]
    return 7, [room_of(room), *checkpoints, *([(3, incarnation)] if incarnation else []), (4, joins)]


def send(room, *content, send_id=None):
    return 6, [(1, room), (2, send_id or os.urandom(16)), *content]


def message(text, reply_to=0):
    return 3, [(1, text)] + ([(3, reply_to)] if reply_to else [])


def edit(target, text="other words"):
    return 4, [(1, target), (2, [(1, text)])]


def deletion(target):
    return 5, [(1, target)]


def reaction(target, text="👍"):
    return 6, [(1, target), (2, text)]


def pin(target, removed=0):
    return 7, [(1, target), (2, removed)]


# ------------------------------------------------------------------------------------------------------- readers

def read_room(data):
    fields = decode(data)
    numbers = [first(fields, number, 0) for number in range(5, 11)]
    return Room(first(fields, 1), first(fields, 2, 0), first(fields, 3, b"").decode(), first(fields, 4, b"").decode(),
                *numbers)


def read_details(fields):
    return Details(first(fields, 1, 0), first(fields, 2, 0), signed(first(fields, 3, 0)), protocol.packed(fields, 4))


def content_of(event):
    """Its kind, by its number, and its fields; 0 where it is erased."""
    fields = decode(event.content)
    kind = next(iter(fields), 0)
    return kind, decode(first(fields, kind)) if kind else {}


def kinds(events):
    return [content_of(event)[0] for event in events]


Change = collections.namedtuple("Change", "kind name role reason until lifted what")


def change_of(event):
    """What a membership, a sanction or an invitation says; `what`: mute or ban."""
    kind, fields = content_of(event)
    name = first(fields, 3 if kind == MEMBERSHIP else 2, b"").decode()
    if kind == MEMBERSHIP:
        return Change(kind, name, first(fields, 2, 0), first(fields, 4, b"").decode(), 0, 0, 0)
    if kind == INVITATION:
        return Change(kind, name, 0, "", 0, first(fields, 3, 0), 0)
    return Change(kind, name, 0, first(fields, 6, b"").decode(), signed(first(fields, 4, 0)), first(fields, 5, 0),
                  first(fields, 3, 0))


# -------------------------------------------------------------------------------------------------------- people

class Person:
    """A connection by a key. What the server says unasked is kept, in its order."""

    def __init__(self, server, name, key):
        self.server, self.name, self.key = server, name, key
        self.connection = protocol.Connection(server.port, key)
        self.unasked = []

    def again(self):
        """Another connection of the same person."""
        return Person(self.server, self.name, self.key)

    def close(self):
        self.connection.close()

    def post(self, *messages):
        return [self.connection.post([each]) for each in messages]

    def take(self):
        """The next thing that the server says; the request that it answers."""
        request, kind, data = self.connection.receive()
        if kind == protocol.DISCONNECT:
            protocol.raise_disconnect(data)
        if request == 0:
            self.unasked.append((kind, data))
        return request, kind, data

    def answers(self, numbers):
        """The answers to these requests, in their order."""
        found = {}
        while len(found) < len(numbers):
            request, kind, data = self.take()
            if request not in numbers:
                continue
            fields = decode(data)
            if kind == protocol.REFUSED:
                found[request] = Answer(first(fields, 2).decode(), kind, fields, first(fields, 4, 0),
                                        first(fields, 3, b"").decode())
            else:
                found[request] = Answer(None, kind, data, 0, "")
        return [found[number] for number in numbers]

    def ask(self, *messages):
        """The answers, in the order of the requests; of one request the answer itself."""
        told = self.answers(self.post(*messages))
        return told[0] if len(told) == 1 else told

    def code(self, message):
        """The name of the code that it is refused with; None when it is granted."""
        return self.ask(message).code

    def codes(self, *messages):
        return [self.code(each) for each in messages]

    def must(self, *messages):
        """Requests that are part of the scenery: the last answer."""
        told = self.answers(self.post(*messages))
        if any(each.code for each in told):
            raise AssertionError(f"{self.name}: {[(each.code, each.detail) for each in told if each.code]}")
        return told[-1]

    def say(self, room, text="words", reply_to=0):
        """The sequence of a message."""
        return protocol.read_sent(self.must(send(room, message(text, reply_to))).fields).sequence

    def follow(self, room):
        """Subscribes, and joins what can be joined; the room, and the last event's sequence and link."""
        fields = decode(self.must(subscribe(room, 1)).fields)
        head = decode(first(fields, 2, b""))
        return read_room(first(fields, 1)), first(head, 1, 0), first(head, 2)

    def read(self, room, after=0):
        """The history: of a room that is followed."""
        return [event for page in self.pages(room, after) for event in page]

    def read_soon(self, room, after, count):
        """The history, once it has so many events more: what another connection was told of a moment ago may be read
        a moment later on this one."""
        try:
            return until(lambda: [found] if len(found := self.read(room, after)) >= count else None, 5, "events")[0]
        except TooLate:
            return self.read(room, after)

    def read_from(self, room, sequence):
        """The history, once it begins there."""
        try:
            return until(lambda: found if (found := self.read(room))[0].sequence == sequence else None, 5, "it does")
        except TooLate:
            return self.read(room)

    def pages(self, room, after=0, through=0, most=512):
        """Page by page."""
        while True:
            page = decode(self.must((9, [(1, room), (2, after), (3, through), (4, most)])).fields)
            events = [protocol.read_event(each) for each in page.get(2, [])]
            yield events
            if not first(page, 3, 0):
                return
            if not events:
                raise AssertionError(f"an empty page after {after}, and more to come")
            after = events[-1].sequence

    def rooms(self, public=0):
        """ListRooms: by their names."""
        found, after = {}, b""
        while True:
            fields = decode(self.must((18, [(1, public), (2, after)])).fields)
            rooms = [read_room(each) for each in fields.get(1, [])]
            found.update({room.name: room for room in rooms})
            if not first(fields, 2, 0):
                return found
            after = rooms[-1].id

    def members(self, room):
        """ListMembers: role and muted_until, by name."""
        fields = decode(self.must((19, [room_of(room)])).fields)
        rows = map(decode, fields.get(1, []))
        return {first(decode(first(row, 1)), 2).decode(): (first(row, 2, 0), signed(first(row, 3, 0))) for row in rows}

    def details(self, room):
        """ShowRoom."""
        return read_details(decode(self.must(show(room)).fields))

    def blocks(self):
        rows = decode(self.must((36, [])).fields).get(1, [])
        return [first(decode(row), 2).decode() for row in rows]

    def sees(self, wanted):
        """Waits for something unasked: the first that `wanted(kind, data)` gives something for."""
        place = 0
        while True:
            while place < len(self.unasked):
                found = wanted(*self.unasked[place])
                if found:
                    return found
                place += 1
            self.take()

    def sees_event(self, room, sequence):
        return self.sees(lambda kind, data: kind == protocol.EVENT and is_event(data, room, sequence))

    def told_of(self, room):
        """What came unasked of a room, in its order: its events, and UNSUBSCRIBED."""
        events = [(kind, protocol.read_event(data) if kind == protocol.EVENT else first(decode(data), 1))
                  for kind, data in self.unasked if kind in (protocol.EVENT, UNSUBSCRIBED)]
        return [UNSUBSCRIBED if kind == UNSUBSCRIBED else event for kind, event in events
                if (event if kind == UNSUBSCRIBED else event.room) == room]

    def told_rooms(self):
        """RoomInfo that came unasked."""
        return [read_room(data) for kind, data in self.unasked if kind == protocol.ROOM]


def is_event(data, room, sequence):
    event = protocol.read_event(data)
    return event if (event.room, event.sequence) == (room, sequence) else None


class Cast:
    """People of a server, each with a key that may everything a key may."""

    def __init__(self, server, *names):
        self.server, self.keys, self.people = server, {}, {}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.hire, names))
        self.enter()

    def hire(self, name):
        self.server.admin("user", "add", name)
        self.keys[name] = self.server.token(name, *protocol.SCOPES)

    def close(self):
        """A server that stops waits for who is there."""
        for person in self.people.values():
            person.close()

    def enter(self):
        """Everybody connects anew."""
        self.close()
        self.people = {name: Person(self.server, name, key) for name, key in self.keys.items()}

    def kill(self):
        """The server is killed, and starts again."""
        self.server.stop(9)
        self.server.start()
        self.enter()

    def __getattr__(self, name):
        return self.people[name]


def opened(owner, name, kind, **roles):
    """A room of the owner's with these people in it; its id."""
    made = owner.ask(create(name, kind), *(add(name, who, role) for who, role in roles.items()))
    made = made if isinstance(made, list) else [made]
    if any(each.code for each in made):
        raise AssertionError(f"{name}: {[each.code for each in made]}")
    return read_room(made[0].fields).id


def entered(server, *wanted):
    """The audit log's entries of these kinds, with their details read."""
    rows = map(json.loads, server.admin("audit", "export").rstrip("\n").split("\n"))
    rows = [row for row in rows if row["type"] == "entry" and (not wanted or row["kind"] in wanted)]
    return [dict(row, details=json.loads(row["details"])) for row in rows]


def complaint(server, *words):
    """Exit status and words of an operator's command."""
    done = subprocess.run([securechat.PROGRAM, *words, "--data", str(server.data)], env=server.environment,
                          capture_output=True, timeout=60)
    return done.returncode, done.stderr.decode()
