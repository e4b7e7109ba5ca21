"""What the parts of this suite share: a server whose rule is changed while it runs, and people with a connection."""

import collections
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import chain  # noqa: E402
import protocol  # noqa: E402
import securechat  # noqa: E402
from protobuf import decode, first  # noqa: E402
from waiting import TooLate, until  # noqa: E402

ROOM_LIST, ROOM_DETAILS = 14, 26
PATIENCE = 60

Room = collections.namedtuple("Room", "id name head first")
Subscribed = collections.namedtuple("Subscribed", "room head link common changed")
Page = collections.namedtuple("Page", "events more first")


class RuledServer(securechat.Server):
    """A server that reads its settings from a file, which is changed while it runs."""

    def __init__(self, prefix=()):
        super().__init__({"SECURECHAT_LIMITS_ENABLED": "false"}, prefix)
        self.file, self.more = self.folder / "config.json", {}
        self.options += ["--config", str(self.file)]
        for name in ("SECURECHAT_LISTEN_ADDRESS", "SECURECHAT_LISTEN_PORT"):
            del self.settings[name]  # a setting would win over the file
        self.write({})

    def write(self, rule):
        values = {"listen": {"address": "127.0.0.1", "port": self.port}, "sealing": {"required": False},
                  "history": rule, **self.more}
        self.file.write_text(json.dumps(values))

    def rule(self, **rule):
        """The rule from now on, which counts at once; the log's line about it."""
        before = len(self.whole_log())
        self.write(rule)
        self.process.send_signal(signal.SIGHUP)
        return until(lambda: next((line for line in self.whole_log()[before:].splitlines()
                                   if "configuration was read again" in line), None), PATIENCE, "the rule is read")

    def whole_log(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def files_with(self, text):
        """Where on the disk it still stands."""
        return [str(path.relative_to(self.data)) for path in self.data.rglob("*")
                if path.is_file() and text.encode() in path.read_bytes()]

    def shown(self, room):
        return json.loads(self.admin("room", "show", room, "--json"))[0]


class Person:
    """A connection that follows a room."""

    def __init__(self, server, name, room="square", key=None):
        self.server, self.name = server, name
        self.key = key or server.token(name, "read", "send", "join", "rooms", "account")
        self.connection = Overheard(server.port, self.key)
        self.room, self.head = self.connection.subscribe(room)

    def close(self):
        self.connection.close()

    def say(self, text, send_id=None, reply_to=0):
        return self.post((3, [(1, text)] + ([(3, reply_to)] if reply_to else [])), send_id=send_id)

    def post(self, *content, send_id=None):
        """What is said, acknowledged."""
        number = self.connection.post([(6, [(1, self.room), (2, send_id or os.urandom(16)), *content])])
        return protocol.read_sent(self.connection.answer(number, protocol.SENT))

    def say_many(self, texts):
        """As many at once as a connection may have under way."""
        receipts, waiting = [], []
        for text in texts:
            waiting.append(self.connection.post_send(self.room, os.urandom(16), text))
            if len(waiting) == 200:
                receipts += [self.connection.answer(number, protocol.SENT) for number in waiting]
                waiting = []
        receipts += [self.connection.answer(number, protocol.SENT) for number in waiting]
        return [protocol.read_sent(data) for data in receipts]

    def code(self, *content, send_id=None):
        """The code by which it is refused; None when it is taken."""
        return code_of(lambda: self.post(*content, send_id=send_id))

    def page(self, after, through=0, most=512):
        fields = decode(self.connection.request(
            protocol.HISTORY_PAGE, [(9, [(1, self.room), (2, after), (3, through), (4, most)])]))
        events = [protocol.read_event(each) for each in fields.get(2, [])]
        return Page(events, bool(first(fields, 3, 0)), first(fields, 4, 0))

    def history(self):
        return self.connection.history(self.room)

    def info(self):
        """The room, as the list of rooms has it."""
        fields = decode(self.connection.request(ROOM_LIST, [(18, [])]))
        rooms = [decode(each) for each in fields.get(1, [])]
        mine = next(each for each in rooms if first(each, 1) == self.room)
        return Room(self.room, first(mine, 3, b"").decode(), first(mine, 7, 0), first(mine, 9, 0))

    def details(self):
        """Its days, and what is pinned."""
        fields = decode(self.connection.request(ROOM_DETAILS, [(38, [(1, [(1, self.room)])])]))
        return first(fields, 5, 0), protocol.packed(fields, 4)

    def keep(self, days):
        self.connection.request(protocol.ROOM, [(17, [(1, [(1, self.room)]), (7, days)])])

    def resume(self, held, incarnation):
        """On another connection, with what is held."""
        other = Overheard(self.server.port, self.key)
        checkpoints = [(2, [(1, event.sequence), (2, event.link)]) for event in held]
        fields = decode(other.request(
            protocol.SUBSCRIBED, [(7, [(1, [(1, self.room)]), *checkpoints, (3, incarnation)])]))
        other.close()
        head = decode(first(fields, 2, b""))
        return Subscribed(
            first(decode(first(fields, 1)), 9, 0), first(head, 1, 0), first(head, 2),
            first(decode(first(fields, 3, b"")), 1, 0), bool(first(fields, 4, 0)))

    def begins_at(self, sequence, patience=PATIENCE):
        """Waits until the history begins there; whether it does."""
        try:
            until(lambda: self.info().first == sequence, patience, f"the history begins at {sequence}", 0.05)
            return True
        except TooLate:
            return False


class Overheard(protocol.Connection):
    """A connection that keeps the server's hello, and the events that are pushed."""

    def __init__(self, *arguments, **options):
        self.pushed = []
        super().__init__(*arguments, **options)

    def answer(self, number, kind):
        while True:
            request, found, data = self.receive()
            if found == protocol.EVENT:
                self.pushed.append(protocol.read_event(data))
            if found == protocol.DISCONNECT:
                protocol.raise_disconnect(data)
            if request != number:
                continue
            if found == protocol.REFUSED:
                protocol.raise_refused(data)
            if found == protocol.HELLO:
                self.hello = data
            assert found == kind, f"request {number}: {kind} was to come, {found} came"
            return data

    @property
    def incarnation(self):
        return first(decode(first(decode(self.hello), 1)), 4)


def code_of(action):
    try:
        action()
    except protocol.Refused as refusal:
        return refusal.name
    return None


def problems(events):
    """Of a history that begins in the middle: its first event is what the others are held to."""
    return chain.problems(events) if events[0].sequence == 1 else chain.problems(events[1:], events[0])


def settings_of(event):
    """What an event of settings says; None for another kind."""
    change = first(decode(event.content), 3)
    return decode(change) if change is not None else None


def edit(target):
    return 4, [(1, target), (2, [(1, "other words")])]


def deletion(target):
    return 5, [(1, target)]


def reaction(target):
    return 6, [(1, target), (2, "👍")]


def pin(target):
    return 7, [(1, target)]
