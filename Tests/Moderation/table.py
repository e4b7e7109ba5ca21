"""Who may do what in a room: the table of docs/protocol.md, "Moderation", cell by cell."""

import json

import stage
from stage import (
    DELETION, INVITATION, MEMBER, MEMBERSHIP, MESSAGE, MODERATOR, OWNER, PIN, PRIVATE, PUBLIC, REACTION, SANCTION,
    SETTINGS_CHANGE, SINCE_JOINING, add, ban, deletion, edit, invite, kinds, message, mute, opened, pin, reaction,
    remove, send, set_role, settings, unban, unmute, withdraw)

ACTORS = {"stranger": "sol", "member": "mia", "moderator": "max", "owner": "oda"}
TARGETS = {"stranger": "tar", "member": "tom", "moderator": "tim", "owner": "tea"}
ROLES = {"mia": MEMBER, "max": MODERATOR, "oda": OWNER, "tom": MEMBER, "tim": MODERATOR, "tea": OWNER}
NAMES = ("bob", *ACTORS.values(), *TARGETS.values())
CODES = {"y": None, "f": "forbidden"}


def rows():
    """What is done, by which message; what stands before it; in which room; to whom, with what member, moderator and
    owner are told (y: granted, f: forbidden), and the events that come of it."""
    kicked, sanctioned, changed = [MEMBERSHIP], [SANCTION], [SETTINGS_CHANGE]
    return [
        ("put out", remove, None, PUBLIC, {"member": "fyy", "moderator": "ffy", "owner": "ffy"}, kicked),
        ("mute", mute, None, PUBLIC, {"member": "fyy", "moderator": "ffy", "owner": "fff"}, sanctioned),
        ("ban", ban, None, PUBLIC, {"member": "fyy", "moderator": "ffy", "owner": "ffy"}, kicked + sanctioned),
        ("ban", ban, None, PRIVATE, {"stranger": "fyy"}, sanctioned),
        ("lift the mute of", unmute, mute, PUBLIC, {"member": "fyy", "moderator": "ffy"}, sanctioned),
        ("lift the ban of", unban, ban, PUBLIC, {"stranger": "fyy"}, sanctioned),
        ("invite into a public room", invite, None, PUBLIC, {"stranger": "yyy"}, [INVITATION]),
        ("invite into a private room", invite, None, PRIVATE, {"stranger": "fyy"}, [INVITATION]),
        ("withdraw another's invitation, public, of", withdraw, invite, PUBLIC, {"stranger": "fyy"}, [INVITATION]),
        ("withdraw another's invitation, private, of", withdraw, invite, PRIVATE, {"stranger": "fyy"}, [INVITATION]),
        ("add as a member", add, None, PUBLIC, {"stranger": "fyy"}, kicked),
        ("add as a member, privately,", add, None, PRIVATE, {"stranger": "fyy"}, kicked),
        ("add as a moderator", lambda room, who: add(room, who, MODERATOR), None, PUBLIC, {"stranger": "ffy"}, kicked),
        ("add as an owner", lambda room, who: add(room, who, OWNER), None, PRIVATE, {"stranger": "ffy"}, kicked),
        ("make a moderator of", lambda room, who: set_role(room, who, MODERATOR), None, PUBLIC,
         {"member": "ffy", "owner": "ffy"}, kicked),
        ("make an owner of", lambda room, who: set_role(room, who, OWNER), None, PUBLIC,
         {"member": "ffy", "moderator": "ffy"}, kicked),
        ("make a member of", lambda room, who: set_role(room, who, MEMBER), None, PUBLIC,
         {"moderator": "ffy", "owner": "ffy"}, kicked),
        ("set the topic", lambda room, _: settings(room, topic="another"), None, PUBLIC, {None: "fyy"}, changed),
        ("set slow mode", lambda room, _: settings(room, slow=7), None, PUBLIC, {None: "fyy"}, changed),
        ("name it", lambda room, _: settings(room, name=f"renamed-{room.hex()}"), None, PUBLIC, {None: "ffy"}, changed),
        ("archive it", lambda room, _: settings(room, archived=1), None, PUBLIC, {None: "ffy"}, changed),
        ("take it back from the archive", lambda room, _: settings(room, archived=0),
         lambda room, _: settings(room, archived=1), PUBLIC, {None: "ffy"}, changed),
        ("set the visibility", lambda room, _: settings(room, visibility=SINCE_JOINING), None, PRIVATE, {None: "ffy"},
         changed),
    ]


class Halls:
    """A fresh room for each attempt, with one of each role to act and one of each to be acted upon."""

    def __init__(self, cast):
        self.cast, self.count = cast, 0

    def open(self, kind):
        self.count += 1
        return opened(self.cast.bob, f"hall-{self.count}", kind, **ROLES)

    def attempt(self, room, actor, act, made):
        """What the actor is told, and the events that came of it: so many, if it is granted."""
        bob, who = self.cast.bob, self.cast.people[ACTORS[actor]]
        _, head, _ = bob.follow(room)
        code = who.code(act)
        events = bob.read_soon(room, head, len(made) if code is None else 0)
        return code, kinds(events), {event.author_name for event in events} <= {who.name}


def wanted_of(codes, kind, made):
    """What stranger, member, moderator and owner are to be told, and what comes of it."""
    told = {"stranger": "unknown_room" if kind == PRIVATE else "not_a_member"}
    told.update({role: CODES[code] for role, code in zip(("member", "moderator", "owner"), codes)})
    return {role: (code, made if code is None else [], True) for role, code in told.items()}


def cells(report, cast):
    halls = Halls(cast)
    for name, act, before, kind, targets, made in rows():
        for target, codes in targets.items():
            who, found = TARGETS.get(target), {}
            for actor in ACTORS:
                room = halls.open(kind)
                if before:
                    cast.bob.must(before(room, who))
                found[actor] = halls.attempt(room, actor, act(room, who), made)
            wanted = wanted_of(codes, kind, made)
            report.check(f"{name} {target or ''}: {codes}", found == wanted, differing(found, wanted))


def differing(found, wanted):
    return {actor: (found[actor], "instead of", wanted[actor]) for actor in found if found[actor] != wanted[actor]}


def about_messages(report, cast):
    """Whether a moderator deletes what another moderator or an owner said, and an owner what an owner said, the page
    answers in two ways: its table means people of a lesser role, section 9 everybody. So it is not asked here."""
    halls = Halls(cast)
    halls.count = 1_000
    for target, codes in {"member": "fyy", "moderator": "f?y", "owner": "f??"}.items():
        found = {}
        for actor, code in zip(ACTORS, "f" + codes):
            if code != "?":
                room = halls.open(PUBLIC)
                said = cast.people[TARGETS[target]].say(room)
                found[actor] = halls.attempt(room, actor, send(room, deletion(said)), [DELETION])
        wanted = {actor: each for actor, each in wanted_of(codes.replace("?", "f"), PUBLIC, [DELETION]).items()
                  if actor in found}
        report.check(f"delete a message of a {target}: {codes}", found == wanted, differing(found, wanted))
    for name, make, made in (("delete a message of somebody who has left", deletion, DELETION), ("pin", pin, PIN)):
        found = {}
        for actor in ACTORS:
            room = halls.open(PUBLIC)
            said = cast.tom.say(room)
            if make is deletion:
                cast.tom.must(stage.leave(room))
            found[actor] = halls.attempt(room, actor, send(room, make(said)), [made])
        wanted = wanted_of("fyy", PUBLIC, [made])
        report.check(f"{name}: fyy", found == wanted, differing(found, wanted))


def own_words(report, cast):
    """What everybody in a room may."""
    for kind, code in ((PUBLIC, "not_a_member"), (PRIVATE, "unknown_room")):
        room = opened(cast.bob, f"words-{kind}", kind, **ROLES)
        _, head, _ = cast.bob.follow(room)
        theirs, found, others = cast.tom.say(room), {}, {}
        for actor, name in ACTORS.items():
            who = cast.people[name]
            own = theirs if actor == "stranger" else who.say(room)
            acts = [message("x"), message("x", theirs), reaction(theirs), edit(own), deletion(own)]
            found[actor] = who.codes(*(send(room, act) for act in acts))
            others[actor] = who.code(send(room, edit(theirs)))
        wanted = {actor: [code if actor == "stranger" else None] * 5 for actor in ACTORS}
        report.check(f"each role sends, answers, reacts, edits and deletes its own; a stranger gets {code}",
                     found == wanted, found)
        wanted = {actor: code if actor == "stranger" else "forbidden" for actor in ACTORS}
        report.check("nobody edits what is another's", others == wanted, others)
        # What was deleted has no kind any more, nor has its edit.
        events = cast.bob.read_soon(room, head, 19)
        report.check("and the room's history has just what was granted",
                     kinds(events) == [MESSAGE, *[0, MESSAGE, MESSAGE, REACTION, 0, DELETION] * 3], kinds(events))


def own_invitations(report, cast):
    room, found = opened(cast.bob, "own-invitations", PUBLIC, **ROLES), {}
    for actor in ("member", "moderator", "owner"):
        who = cast.people[ACTORS[actor]]
        found[actor] = [*who.codes(invite(room, "tar"), withdraw(room, "tar")),
                        who.code(invite(room, "tar")), cast.tar.code(withdraw(room, "tar"))]
    report.check("each role invites into a public room and withdraws its own; who is invited declines",
                 found == {actor: [None] * 4 for actor in found}, found)
    private = opened(cast.bob, "own-invitations-private", PRIVATE, **ROLES)
    found = {}
    for actor in ("moderator", "owner"):
        who = cast.people[ACTORS[actor]]
        found[actor] = [*who.codes(invite(private, "tar"), withdraw(private, "tar")),
                        who.code(invite(private, "tar")), cast.tar.code(withdraw(private, "tar"))]
    report.check("so it is in a private one", found == {actor: [None] * 4 for actor in found}, found)


def operator(report, cast, server):
    """What the command line has commands for."""
    for kind in ("--public", "--private"):
        room = f"operators{kind}".replace("--", "-")
        server.admin("room", "add", room, kind)
        for name, role in (("mia", "member"), ("max", "moderator"), ("oda", "owner"), ("tea", "owner")):
            server.admin("room", "members", room, "--add", name, "--role", role)
        roles = {row["name"]: row["role"] for row in json.loads(server.admin("room", "members", room, "--json"))}
        report.check(f"the operator adds in every role, {kind}",
                     roles == {"mia": "member", "max": "moderator", "oda": "owner", "tea": "owner"}, roles)
        for name in ("mia", "max", "tea"):
            server.admin("room", "members", room, "--remove", name)
        seen, _, _ = cast.oda.follow(room)
        events = cast.oda.read_soon(seen.id, 0, seen.head)
        report.check("and puts out whoever it is", cast.oda.members(room).keys() == {"oda"}
                     and all(event.author == bytes(16) for event in events), cast.oda.members(room))
        server.admin("room", "archive", room)
        shut = cast.oda.code(send(seen.id, message("x")))
        server.admin("room", "archive", room, "--undo")
        report.check("and archives, and takes back", (shut, cast.oda.code(send(seen.id, message("x")))) ==
                     ("archived", None), shut)


def last_owner(report, cast):
    room = opened(cast.bob, "last-owner", PUBLIC, mia=MEMBER, oda=OWNER)
    told = cast.bob.codes(remove(room, "oda"), stage.leave(room), set_role(room, "bob", MEMBER))
    report.check("of two owners one is put out; the last one can neither leave nor be lowered",
                 told == [None, "last_owner", "last_owner"], told)
    told = cast.bob.codes(remove(room, "bob"), ban(room, "bob"))
    report.check("nor put out or ban themselves", set(told) <= {"last_owner", "forbidden"}
                 and cast.bob.members(room)["bob"] == (OWNER, 0) and cast.mia.follow(room)[0].members == 2, told)
    cast.bob.must(add(room, "oda", OWNER))
    told = [cast.bob.code(ban(room, "oda")), cast.bob.code(stage.leave(room))]
    report.check("of two owners one is banned, and leaves the last one behind", told == [None, "last_owner"], told)
    alone = opened(cast.bob, "alone", PUBLIC)
    report.check("but who is alone may leave", cast.bob.code(stage.leave(alone)) is None)


PARTS = (cells, about_messages, own_words, own_invitations, last_owner)
