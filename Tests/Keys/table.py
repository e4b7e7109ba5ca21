"""Every request against every scope: what a key was made for it may, and nothing else."""

import os
import pathlib
import re

import protocol
from protobuf import decode, first

NOBODY = bytes(16)
PUBLIC, PRIVATE = 1, 2
MEMBER, MODERATOR = 1, 2
MUTE = 1
ROOM_LIST, MEMBER_LIST, BLOCK_LIST, ROOM_DETAILS = 14, 15, 25, 26
# What a client says that is no request of somebody who has logged in.
OTHERS = {"ClientHello", "Authenticate", "Goodbye", "Rekey", "RekeyDone", "ListProviders"}


def requests(hall, plaza, name):
    """The request, the scope that it needs, its message, and what whoever has that scope is told: a kind of answer, or
    the name of a refusal. In an order in which each finds what it needs. `hall` is a private room of the asker's,
    `plaza` a public one that nobody is in, `name` a name that is free."""
    this, that, bob = (1, [(1, hall)]), (1, [(2, plaza)]), (2, [(2, "bob")])
    code = (1, [(1, "000000")])
    return [
        ("Ping", None, (4, []), protocol.PONG),
        ("Subscribe", "read", (7, [this]), protocol.SUBSCRIBED),
        ("ReadHistory", "read", (9, [(1, hall), (4, 9)]), protocol.HISTORY_PAGE),
        ("Search", "read", (40, [(1, "hello"), (2, [(1, hall)])]), protocol.SEARCH_RESULTS),
        ("Unsubscribe", "read", (8, [(1, hall)]), protocol.DONE),
        ("ListRooms", "read", (18, [(1, 1)]), ROOM_LIST),
        ("ListMembers", "read", (19, [this]), MEMBER_LIST),
        ("Send", "send", (6, [(1, hall), (2, os.urandom(16)), (3, [(1, "hello")])]), protocol.SENT),
        ("JoinRoom", "join", (12, [that]), protocol.ROOM),
        ("LeaveRoom", "join", (13, [that]), protocol.ROOM),
        ("OpenDirect", "join", (11, [(1, [(2, "bob")])]), protocol.ROOM),
        ("CreateRoom", "rooms", (10, [(1, name), (2, PUBLIC)]), protocol.ROOM),
        ("AddMember", "rooms", (14, [this, bob, (3, MEMBER)]), protocol.ROOM),
        ("SetRole", "rooms", (16, [this, bob, (3, MODERATOR)]), protocol.ROOM),
        ("Sanction", "rooms", (34, [this, bob, (3, MUTE), (4, 1)]), protocol.ROOM),
        ("RemoveMember", "rooms", (15, [this, bob]), protocol.ROOM),
        ("InvitePerson", "rooms", (32, [this, bob]), protocol.ROOM),
        ("WithdrawInvitation", "rooms", (33, [this, bob]), protocol.ROOM),
        ("MarkRead", "read", (41, [(1, hall), (2, 1)]), 41),
        ("SetPresence", "read", (42, [(1, 3)]), protocol.DONE),
        ("Typing", "send", (43, [(1, NOBODY)]), "not_subscribed"),
        ("ShowRoom", "read", (38, [this]), ROOM_DETAILS),
        ("Report", "send", (37, [(1, hall), (2, 1)]), "invalid_argument"),  # That event is no message.
        ("Block", "account", (35, [(1, [(2, "bob")]), (2, 1)]), protocol.DONE),
        ("ListBlocks", "account", (36, []), BLOCK_LIST),
        ("ChangeSettings", "rooms", (17, [this, (3, "a topic")]), protocol.ROOM),
        ("ListSessions", "account", (22, []), protocol.SESSION_LIST),
        ("NameSession", "account", (24, [(1, NOBODY), (2, "x")]), "unknown_session"),
        ("EndSession", "account", (23, [(1, NOBODY)]), "unknown_session"),
        ("MakeKey", "device", (26, [(1, name), (2, 1)]), protocol.KEY_MADE),
        ("BeginSecondFactor", "device", (28, []), protocol.FACTOR_OFFER),
        ("ConfirmSecondFactor", "device", (29, [(1, "000000")]), "wrong_code"),
        ("RemoveSecondFactor", "device", (30, [code]), "no_second_factor"),
        ("RenewRecoveryCodes", "device", (31, [code]), "no_second_factor"),
        ("MakeInvite", "device", (27, [(1, 1)]), "forbidden"),  # The asker is no administrator.
    ]


def in_the_schema():
    """The names of all requests."""
    schema = pathlib.Path(__file__).resolve().parents[2] / "Sources/Wire/Schema/securechat.proto"
    body = schema.read_text().split("message ClientMessage {")[1].split("}")[0]
    return set(re.findall(r"^    (\w+) \w+ = \d+;", body, re.MULTILINE)) - OTHERS


def told(connection, message):
    """The kind of the answer, or the name of the refusal; and what it says."""
    number = connection.post([message])
    while True:
        request, kind, data = connection.receive()
        if kind == protocol.DISCONNECT:
            protocol.raise_disconnect(data)
        if request != number:
            continue
        if kind != protocol.REFUSED:
            return kind, ""
        fields = decode(data)
        return first(fields, 2).decode(), first(fields, 3, b"").decode()


def room_made(connection, name):
    """A private room of the asker's."""
    return first(decode(connection.request(protocol.ROOM, [(10, [(1, name), (2, PRIVATE)])])), 1)


def check(report, server, device):
    """`device`: a connection of ada's, by password."""
    names = {name for name, *_ in requests(NOBODY, "", "")}
    report.check("the table has every request of the schema", names == in_the_schema(), names ^ in_the_schema())
    for scope in (*protocol.SCOPES, "device"):
        hall, plaza = room_made(device, f"hall-{scope}"), f"plaza-{scope}"
        server.admin("room", "add", plaza, "--public")
        key = None if scope == "device" else server.token("ada", scope)
        with protocol.Connection(server.port, key) as asker:
            if key is None:
                asker.log_in("ada", server.passwords["ada"])
            wrong, refused = [], 0
            for name, needs, message, expected in requests(hall, plaza, f"new-{scope}"):
                found, detail = told(asker, message)
                if needs in (None, scope) or key is None:
                    is_right = found == expected
                else:
                    refused += 1
                    is_right = found == "out_of_scope" and needs in detail.split()
                wrong += [] if is_right else [(name, found, detail)]
        granted = len(names) - refused
        report.check(f"{scope}: {granted} requests are granted, {refused} are out of scope", not wrong, wrong)
        # A message; a member more, muted and out, invited and not, another role and a topic; or nothing since it
        # was made.
        events = {"send": 3, "rooms": 9, "device": 10}.get(scope, 2)
        device.request(protocol.SUBSCRIBED, [(7, [(1, [(1, hall)])])])
        found = len(device.history(hall))
        device.request(protocol.DONE, [(8, [(1, hall)])])
        report.check(f"{scope}: what was refused left nothing behind", found == events, found)
