"""Invitations: who is told, what they see until they come in, how they come in, and how it ends."""

import stage
from stage import (
    INVITATION, MEMBER, MODERATOR, NOBODY, PRIVATE, PUBLIC, add, change_of, invite, join, leave, message, opened,
    read_room, remove, room_of, send, settings, show, subscribe, withdraw)


def invited_into(room):
    """For Person.sees: the RoomInfo that tells of it."""
    return lambda kind, data: kind == stage.protocol.ROOM and (
        info if (info := read_room(data)).id == room and info.invited else None)


def told_at_once(report, cast):
    for kind, inviter, what in ((PUBLIC, "mia", "a public"), (PRIVATE, "max", "a private")):
        room = opened(cast.bob, f"told-{kind}", kind, max=MODERATOR, mia=MEMBER)
        said = cast.bob.say(room, "secret of the house")
        cast.bob.must(settings(room, topic="of the house"))
        _, head, _ = cast.mia.follow(room)
        twin = cast.tar.again()
        answer = cast.people[inviter].ask(invite(room, "tar"))
        report.check(f"into {what} room: the answer is the room", answer.kind == stage.protocol.ROOM
                     and read_room(answer.fields).id == room, answer)
        infos = [who.sees(invited_into(room)) for who in (cast.tar, twin)]
        report.check("each of their connections is told at once, unasked, with invited and no role",
                     all((info.invited, info.role, info.kind) == (1, NOBODY, kind) for info in infos), infos)
        event = cast.mia.sees_event(room, head + 1)
        change = change_of(event)
        report.check("who is in the room sees an event: who, by whom",
                     (change.kind, change.name, change.lifted, event.author_name) == (INVITATION, "tar", 0, inviter),
                     change)
        mine = cast.tar.rooms().get(f"told-{kind}")
        report.check("it is in their ListRooms, with invited", mine and (mine.invited, mine.role) == (1, NOBODY), mine)
        told = cast.tar.codes((9, [(1, room)]), show(room), send(room, message("x")), stage.tell_of(room, said),
                              invite(room, "tea"))
        report.check("until they come in they read, show, send, report and invite nothing",
                     told[0] == "not_subscribed" and set(told[1:]) <= {"not_a_member", "unknown_room"}, told)
        report.check("nor are they sent events", not cast.tar.told_of(room) and not twin.told_of(room))
        twin.close()
        if kind == PRIVATE:
            told = cast.tar.code((19, [room_of(room)]))
            report.check("nor do they see who is in a private one", told in ("not_a_member", "unknown_room"), told)
            told = cast.tea.codes(join(room), subscribe(room, 1))
            report.check("for who is not invited it does not exist", told == ["unknown_room"] * 2
                         and "told-2" not in cast.tea.rooms(public=1), told)


def comes_in(report, cast):
    private = opened(cast.bob, "comes-in", PRIVATE, max=MODERATOR, mia=MEMBER)
    _, head, _ = cast.mia.follow(private)
    cast.max.must(invite(private, "tar"), invite(private, "tom"))
    info = read_room(cast.tar.must(join(private)).fields)
    report.check("JoinRoom comes in, as a member", (info.role, info.invited) == (MEMBER, 0), info)
    change = change_of(cast.mia.sees_event(private, head + 3))
    report.check("by an event of membership", (change.kind, change.name, change.role) ==
                 (stage.MEMBERSHIP, "tar", MEMBER), change)
    info, _, _ = cast.tom.follow(private)
    report.check("so does Subscribe with join", (info.role, info.invited) == (MEMBER, 0), info)
    said = cast.tar.say(private)
    report.check("then they say and read as the others", cast.tom.sees_event(private, said))
    report.check("and are not invited any more", not cast.tar.rooms()["comes-in"].invited)
    told = cast.max.code(invite(private, "tar"))
    report.check("who is a member is not invited", told == "already_member", told)
    told = cast.tar.codes(leave(private), join(private))
    report.check("an invitation is good once: who leaves does not come again by it", told == [None, "unknown_room"],
                 told)
    cast.bob.must(invite(private, "tar"), add(private, "tar"))
    mine = cast.tar.rooms()["comes-in"]
    cast.bob.must(remove(private, "tar"))
    told = cast.tar.code(join(private))
    report.check("who is invited and then added is a member, and once put out not invited", told == "unknown_room"
                 and (mine.role, mine.invited) == (MEMBER, 0), (mine, told))


def ends(report, cast):
    private = opened(cast.bob, "ends", PRIVATE, max=MODERATOR, mia=MEMBER)
    _, head, _ = cast.mia.follow(private)
    cast.max.must(invite(private, "tar"))
    report.check("who is invited declines", cast.tar.ask(withdraw(private, "tar")).kind == stage.protocol.ROOM)
    event = cast.mia.sees_event(private, head + 2)
    change = change_of(event)
    report.check("which is an event, of their own doing",
                 (change.kind, change.name, change.lifted, event.author_name) == (INVITATION, "tar", 1, "tar"), change)
    told = cast.tar.codes(join(private), subscribe(private, 1), withdraw(private, "tar"))
    report.check("then the room does not exist for them any more", told == ["unknown_room"] * 3
                 and "ends" not in cast.tar.rooms(public=1), told)
    for who in ("max", "bob"):
        cast.max.must(invite(private, "tar"))
        cast.people[who].must(withdraw(private, "tar"))
        told = cast.tar.code(join(private))
        report.check(f"withdrawn by {who}, it lets nobody in", told == "unknown_room", told)
    public = opened(cast.bob, "ends-publicly", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER)
    cast.mia.must(invite(public, "tar"))
    told = cast.tom.code(withdraw(public, "tar")), cast.mia.code(withdraw(public, "tar"))
    report.check("a member withdraws their own, and no other's", told == ("forbidden", None)
                 and "ends-publicly" not in cast.tar.rooms(), told)


def twice(report, cast):
    """What is there already, and what is not."""
    room = opened(cast.bob, "twice", PRIVATE, max=MODERATOR)
    cast.max.must(invite(room, "tar"))
    cast.max.ask(invite(room, "tar"))
    report.check("invited twice they are invited once", [name for name in cast.tar.rooms()].count("twice") == 1
                 and cast.tar.code(withdraw(room, "tar")) is None and cast.tar.code(join(room)) == "unknown_room")
    cast.bob.ask(withdraw(room, "tar"))
    cast.bob.ask(withdraw(room, "max"))
    report.check("withdrawing what is not there changes nothing", cast.bob.members(room).keys() == {"bob", "max"})
    told = cast.bob.codes(invite(room, "nobody-of-this-name"), invite("no-room-of-this-name", "tar"),
                          invite(room, bytes(range(16))))
    report.check("nobody and nowhere are said to be so",
                 told == ["unknown_person", "unknown_room", "unknown_person"], told)
    cast.bob.must(settings(room, archived=1))
    cast.bob.ask(invite(room, "tar"))
    report.check("into an archived room nobody comes", cast.tar.code(join(room)) in ("archived", "unknown_room")
                 and "tar" not in cast.bob.members(room))


def restart(report, cast):
    private = opened(cast.bob, "kept", PRIVATE)
    declined = opened(cast.bob, "not-kept", PRIVATE)
    cast.bob.must(invite(private, "tar"), invite(declined, "tar"))
    cast.tar.must(withdraw(declined, "tar"))
    cast.kill()
    mine = cast.tar.rooms()
    report.check("an invitation survives a kill, and so does its end", mine["kept"].invited and "not-kept" not in mine)
    told = cast.tar.code(join(private)), cast.tar.code(join(declined))
    report.check("and is good then", told == (None, "unknown_room"), told)
    info = read_room(cast.tar.must(leave(private)).fields)
    report.check("who has left is neither a member nor invited", (info.role, info.invited) == (NOBODY, 0), info)


PARTS = (told_at_once, comes_in, ends, twice, restart)
