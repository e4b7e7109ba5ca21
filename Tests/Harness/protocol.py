"""The native protocol from the outside, after docs/protocol.md: enough of a client to test a server with.

Blocking, one thread a connection. It does not check the server's proof: what it tests is what the server keeps.
"""

import collections
import os
import socket
import ssl
import struct

from protobuf import decode, encode, first, read_varint, signed

ALPN = "securechat/1"
HELLO, AUTHENTICATED, PONG, DISCONNECT, REFUSED, SENT, EVENT, SUBSCRIBED = 2, 3, 4, 5, 6, 7, 8, 9
HISTORY_PAGE, GAP, ROOM, DONE = 11, 12, 13, 16
SESSION_LIST, KEY_MADE, INVITE_MADE, FACTOR_OFFER, RECOVERY_CODES = 19, 21, 22, 23, 24
SEARCH_RESULTS = 40
# Of keys, in the order of their numbers.
SCOPES = {"read": 1, "send": 2, "join": 3, "rooms": 4, "account": 5}

Event = collections.namedtuple(
    "Event", "room sequence id author author_name at content salt content_digest link")
Sent = collections.namedtuple("Sent", "room send_id sequence event_id at")
Login = collections.namedtuple("Login", "access refresh device")
Key = collections.namedtuple("Key", "token session expires")
Session = collections.namedtuple("Session", "id kind name expires current scopes")
Invite = collections.namedtuple("Invite", "token id expires")
# A message and the edit that says what it says now, and a page of them.
Found = collections.namedtuple("Found", "event edit")
Results = collections.namedtuple("Results", "found more cursor behind")


class Refused(Exception):
    """A request was refused: its code's name, and what was said."""

    def __init__(self, name, detail):
        super().__init__(f"{name}: {detail}")
        self.name = name


class Disconnected(Exception):
    """The connection ended; with the server's code when it said one."""

    def __init__(self, name, detail=""):
        super().__init__(f"{name}: {detail}")
        self.name = name


def client_context(key_log=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([ALPN])
    if key_log:
        context.keylog_filename = str(key_log)
    return context


def frame(*messages):
    payload = encode([(1, message) for message in messages])
    return struct.pack(">I", len(payload)) + payload


def read_event(data):
    fields = decode(data)
    return Event(
        first(fields, 1), first(fields, 2, 0), first(fields, 3), first(fields, 4),
        first(fields, 5, b"").decode(), signed(first(fields, 6, 0)), first(fields, 7, b""), first(fields, 8),
        first(fields, 9), first(fields, 10))


def read_sent(data):
    fields = decode(data)
    return Sent(
        first(fields, 1), first(fields, 2), first(fields, 3, 0), first(fields, 4), signed(first(fields, 5, 0)))


def read_login(data):
    fields = decode(data)
    return Login(*(first(fields, number, b"").decode() for number in (2, 5, 4)))


def membership_of(event):
    """Whose membership an event changes: name and role; None for another kind of event."""
    change = first(decode(event.content), 2)
    fields = decode(change) if change is not None else None
    return fields and (first(fields, 3, b"").decode(), first(fields, 2, 0))


def text_of(event):
    """The words of a message; None for another kind of event."""
    body = first(decode(event.content), 1)
    text = first(decode(body), 1) if body is not None else None
    return text.decode("utf-8") if text is not None else None


def server_messages(payload):
    """(request, kind, bytes) of each message in a frame from the server."""
    for message in decode(payload).get(1, []):
        fields = decode(message)
        kind = next((number for number in fields if number != 1), 0)
        yield first(fields, 1, 0), kind, first(fields, kind, b"")


def said(found):
    """The words of what was found, as they are now."""
    if found.edit is None:
        return text_of(found.event)
    body = first(decode(first(decode(found.edit.content), 4)), 2)
    return first(decode(body), 1).decode("utf-8")


class Connection:
    """One connection, said hello and, with a token, logged in."""

    def __init__(self, port, token=None, context=None, source=None, patience=30, receive_buffer=None):
        self.incoming = bytearray()
        self.held = collections.deque()
        self.last_request = 0
        raw = socket.socket()
        try:
            raw.settimeout(patience)
            if receive_buffer:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if source:
                raw.bind((source, 0))
            raw.connect(("127.0.0.1", port))
            self.socket = (context or client_context()).wrap_socket(raw)
        except BaseException:
            raw.close()
            raise
        offer = encode([(1, 1), (2, 1), (4, os.urandom(32)), (5, "tests")])
        self.request(HELLO, [(2, [(1, offer)])])
        if token is not None:
            self.request(AUTHENTICATED, [(3, [(2, token)])])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # ------------------------------------------------------------------------------------------ frames and
    # requests

    def post(self, body):
        """Sends a request; its number."""
        self.last_request += 1
        self.socket.sendall(frame([(1, self.last_request)] + body))
        return self.last_request

    def receive(self):
        """The next message of the server: (request, kind, bytes)."""
        while not self.held:
            while len(self.incoming) < 4:
                self.fill()
            length = struct.unpack(">I", self.incoming[:4])[0]
            while len(self.incoming) < 4 + length:
                self.fill()
            self.held.extend(server_messages(bytes(self.incoming[4:4 + length])))
            del self.incoming[:4 + length]
        return self.held.popleft()

    def fill(self):
        try:
            data = self.socket.recv(65_536)
        except ssl.SSLError as error:
            raise Disconnected("lost", str(error)) from error
        except ConnectionError as error:
            raise Disconnected("lost", str(error)) from error
        if not data:
            raise Disconnected("closed")
        self.incoming += data

    def answer(self, number, kind):
        """The answer to a request; what else comes meanwhile is dropped. Raises Refused, Disconnected."""
        while True:
            request, found, data = self.receive()
            if found == DISCONNECT:
                raise_disconnect(data)
            if request != number:
                continue
            if found == REFUSED:
                raise_refused(data)
            if found != kind:
                raise AssertionError(f"request {number}: {kind} was to come, {found} came")
            return data

    def request(self, kind, body):
        return self.answer(self.post(body), kind)

    # ----------------------------------------------------------------------------------------------------
    # requests

    def log_in(self, name, password, code="", device=""):
        """By password, and a code of the second factor where the person has one."""
        return read_login(self.request(
            AUTHENTICATED, [(3, [(1, [(1, name), (2, password), (3, device), (4, code)])])]))

    def come(self, token, name, password):
        """By a link that is open to new people."""
        return read_login(self.request(
            AUTHENTICATED, [(3, [(4, [(1, token), (2, name), (3, password)])])]))

    def make_invite(self, uses=0, seconds=0, administrator=False, rooms=(), role=0):
        fields = decode(self.request(INVITE_MADE, [(27, [
            (1, uses), (2, seconds), (3, int(administrator)), *((4, [(2, room)]) for room in rooms), (5, role)])]))
        return Invite(first(fields, 1).decode(), first(fields, 2), first(fields, 3, 0))

    def offer_factor(self):
        """A second factor that is not confirmed: its URI, and its secret in Base32."""
        fields = decode(self.request(FACTOR_OFFER, [(28, [])]))
        return first(fields, 1).decode(), first(fields, 2).decode()

    def confirm_factor(self, code):
        """The recovery codes."""
        return recovery_codes(self.request(RECOVERY_CODES, [(29, [(1, code)])]))

    def remove_factor(self, **proof):
        """By code= or password=."""
        self.request(DONE, [(30, [(1, factor_proof(**proof))])])

    def renew_recovery_codes(self, **proof):
        return recovery_codes(self.request(RECOVERY_CODES, [(31, [(1, factor_proof(**proof))])]))

    def make_key(self, name, *scopes, seconds=0):
        """A program's key, of scopes by their names or numbers."""
        body = [(1, name)] + [(2, SCOPES.get(scope, scope)) for scope in scopes] + [(3, seconds)]
        fields = decode(self.request(KEY_MADE, [(26, body)]))
        return Key(first(fields, 1).decode(), first(fields, 2), signed(first(fields, 3, 0)))

    def sessions(self):
        """The person's own."""
        names = {number: name for name, number in SCOPES.items()}
        return [
            Session(
                first(each, 1), {1: "device", 2: "key"}[first(each, 2)], first(each, 3, b"").decode(),
                signed(first(each, 6, 0)), bool(first(each, 7, 0)), [names[scope] for scope in packed(each, 8)])
            for each in map(decode, decode(self.request(SESSION_LIST, [(22, [])])).get(1, []))]

    def end_session(self, session):
        self.request(DONE, [(23, [(1, session)])])

    def subscribe(self, room):
        """Joins a public room and follows it; its id and head sequence."""
        fields = decode(self.request(SUBSCRIBED, [(7, [(1, [(2, room)]), (4, 1)])]))
        head = decode(first(fields, 2, b""))
        return first(decode(first(fields, 1)), 1), first(head, 1, 0)

    def post_send(self, room_id, send_id, text):
        return self.post([(6, [(1, room_id), (2, send_id), (3, [(1, text)])])])

    def send(self, room_id, send_id, text):
        return read_sent(self.answer(self.post_send(room_id, send_id, text), SENT))

    def search(self, query, room=None, author=None, since=0, until=0, cursor=b"", most=0):
        """A page of what is found; `room` and `author` by name, or by id as bytes."""
        def reference(whom):
            return [(1, whom)] if isinstance(whom, bytes) else [(2, whom)]

        body = [(1, query), (4, since), (5, until), (6, cursor), (7, most)]
        body += [(2, reference(room))] if room else []
        body += [(3, reference(author))] if author else []
        fields = decode(self.request(SEARCH_RESULTS, [(40, body)]))
        found = [[read_event(event) for event in decode(each).get(1, [])] for each in fields.get(1, [])]
        return Results(
            [Found(events[0], events[1] if len(events) > 1 else None) for events in found],
            bool(first(fields, 2, 0)), first(fields, 3, b""), bool(first(fields, 4, 0)))

    def search_all(self, query, **options):
        """Everything that is found, page by page."""
        found, cursor = [], b""
        while True:
            page = self.search(query, cursor=cursor, **options)
            found += page.found
            if not page.more:
                return found
            cursor = page.cursor

    def history(self, room_id, after=0):
        """All events of a room after a sequence."""
        events = []
        while True:
            last = events[-1].sequence if events else after
            page = decode(self.request(HISTORY_PAGE, [(9, [(1, room_id), (2, last), (4, 512)])]))
            events += [read_event(event) for event in page.get(2, [])]
            if not first(page, 3, 0):
                return events


def packed(fields, number):
    """The numbers of a repeated field, which proto3 packs."""
    found = []
    for value in fields.get(number, []):
        place = 0
        while isinstance(value, bytes) and place < len(value):
            one, place = read_varint(value, place)
            found.append(one)
        found += [value] if isinstance(value, int) else []
    return found


def factor_proof(code=None, password=None):
    return [(1, code)] if password is None else [(2, password)]


def recovery_codes(data):
    return [code.decode() for code in decode(data).get(1, [])]


def raise_refused(data):
    fields = decode(data)
    raise Refused(first(fields, 2, b"").decode(), first(fields, 3, b"").decode())


def raise_disconnect(data):
    fields = decode(data)
    raise Disconnected(first(fields, 2, b"").decode(), first(fields, 3, b"").decode())
