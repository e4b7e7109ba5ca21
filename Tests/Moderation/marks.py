"""Pins, blocks and reports."""

import stage
from stage import (
    MEMBER, MODERATOR, PIN, PRIVATE, PUBLIC, add, block, content_of, deletion, direct, edit, invite, message, opened,
    pin, reaction, read_room, send, settings, show, tell_of)

MOST_PINS = 100
SECRET = "the words of the message that is reported"


def pins(report, cast):
    room = opened(cast.bob, "pins", PUBLIC, max=MODERATOR, mia=MEMBER)
    said = [cast.mia.say(room, f"number {number}") for number in range(3)]
    _, head, _ = cast.mia.follow(room)
    cast.max.must(send(room, pin(said[2])), send(room, pin(said[0])))
    event = cast.mia.sees_event(room, head + 1)
    kind, fields = content_of(event)
    report.check("a pin is an event", (kind, stage.first(fields, 1), stage.first(fields, 2, 0), event.author_name) ==
                 (PIN, said[2], 0, "max"), fields)
    found = [who.details(room).pins for who in (cast.mia, cast.bob)]
    report.check("RoomDetails has the pins for everybody, in the order in which they were",
                 found == [[said[2], said[0]]] * 2, found)
    cast.bob.ask(send(room, pin(said[0])))
    report.check("pinned twice it is pinned once", sorted(cast.mia.details(room).pins) == sorted([said[2], said[0]]))
    told = cast.max.code(send(room, pin(said[2], 1))), cast.mia.details(room).pins
    report.check("a moderator takes it away", told == (None, [said[0]]), told)
    cast.max.ask(send(room, pin(said[1], 1)))
    report.check("what is not pinned is not either afterwards", cast.mia.details(room).pins == [said[0]])
    told = cast.max.codes(*(send(room, pin(target)) for target in (said[-1] + 1_000, 1)))
    report.check("what is not there, or no message, is not pinned", told == ["unknown_event", "invalid_argument"], told)
    cast.mia.must(send(room, deletion(said[0])))
    report.check("a deletion ends a pin", cast.bob.details(room).pins == [])
    told = cast.max.code(send(room, pin(said[0])))
    report.check("and what is deleted is not pinned", told == "deleted", told)
    cast.max.must(send(room, pin(said[1])))
    cast.kill()
    report.check("pins survive a kill", cast.mia.details(room).pins == [said[1]])
    cast.bob.must(settings(room, archived=1))
    told = cast.max.code(send(room, pin(said[2])))
    report.check("an archived room takes none", told == "archived", told)
    told = cast.tar.code(show(room))
    report.check("ShowRoom is for the asker's own rooms", told in ("not_a_member", "unknown_room"), told)


def most_pins(report, cast):
    room = opened(cast.bob, "many-pins", PUBLIC)
    told = cast.bob.ask(*(send(room, message(f"number {number}")) for number in range(MOST_PINS + 1)))
    said = [stage.protocol.read_sent(each.fields).sequence for each in told]
    told = [each.code for each in cast.bob.ask(*(send(room, pin(each)) for each in said))]
    report.check(f"{MOST_PINS} messages are pinned, and not one more", told == [None] * MOST_PINS + ["too_many"],
                 told[-3:])
    report.check("and all are in RoomDetails", cast.bob.details(room).pins == said[:-1])
    cast.bob.must(send(room, deletion(said[0])))
    told = cast.bob.code(send(room, pin(said[-1]))), cast.bob.details(room).pins == said[1:]
    report.check("with one deleted there is room for another", told == (None, True), told)


def in_direct(report, cast):
    """What a direct room knows of all this: pins and blocks."""
    room = read_room(cast.mia.must(direct("tom")).fields).id
    said = cast.mia.say(room, "just between us")
    told = [who.code(send(room, pin(said))) for who in (cast.mia, cast.tom)]
    report.check("in a direct room both pin", told[0] is None and cast.tom.details(room).pins == [said], told)
    told = cast.tom.code(send(room, pin(said, 1))), cast.mia.details(room).pins
    report.check("and take it away", told == (None, []), told)
    told = [*cast.mia.codes(
        invite(room, "tar"), stage.mute(room, "tom"), stage.ban(room, "tom"), stage.remove(room, "tom"),
        add(room, "tar"), settings(room, slow=5), settings(room, visibility=stage.SINCE_JOINING),
        settings(room, topic="x")),
        cast.tom.code(send(room, deletion(said)))]
    report.check("it knows no invitations, sanctions, slow mode and visibility, and its messages are their authors'",
                 None not in told and len(cast.mia.members(room)) == 2, told)
    told = cast.tom.code(tell_of(room, said, "why"))
    report.check("a message of it is reported as any other", told is None, told)


def blocks(report, cast):
    room = opened(cast.mia, "blocks", PUBLIC, tom=MODERATOR)
    toms = [opened(cast.tom, name, kind) for name, kind in (("toms", PUBLIC), ("toms-private", PRIVATE))]
    info = read_room(cast.mia.must(direct("tom")).fields)
    said = cast.tom.say(info.id, "before")
    cast.mia.must(direct("max"))
    cast.mia.follow(room)
    cast.tom.follow(room)
    cast.tom.ask((4, []))
    before = len(cast.tom.unasked)
    report.check("a block is answered by Done", cast.mia.ask(block("tom")).kind == stage.protocol.DONE)
    report.check("and listed", cast.mia.blocks() == ["tom"] and cast.tom.blocks() == [], cast.mia.blocks())
    told = cast.tom.codes(send(info.id, message("after")), send(info.id, message("after", said)),
                          send(info.id, edit(said)), send(info.id, reaction(said)))
    report.check("whom somebody has blocked says nothing in the direct room that there is", told == ["blocked"] * 4,
                 told)
    told = [cast.tom.code(act(where, "mia")) for act in (add, invite) for where in toms]
    report.check("and neither adds nor invites them anywhere, as an owner neither", told == ["blocked"] * 4, told)
    told = cast.tom.codes(add(toms[0], "max"), invite(toms[1], "max"), direct("max"))
    report.check("others they do", told == [None] * 3, told)
    heard = cast.tom.say(room, "hello, all")
    report.check("in rooms of many they say what they like, and the server sends it", cast.mia.sees_event(room, heard))
    told = cast.max.code(add(toms[0], "mia")) if cast.max.code(stage.join(toms[0])) else None
    report.check("whom nobody has blocked is not concerned", told in (None, "forbidden") and
                 cast.max.code(send(read_room(cast.max.must(direct("mia")).fields).id, message("hi"))) is None, told)
    news = [kind for kind, data in cast.tom.unasked[before:] if not stage.is_event(data, room, heard)
            and not (kind == stage.protocol.ROOM)]
    report.check("the blocked are told nothing", not news, news)
    cast.tar.must(block("tom"))
    told = cast.tom.code(direct("tar"))
    report.check("whom somebody has blocked opens no direct room with them", told == "blocked"
                 and len(cast.tar.rooms()) == sum(1 for each in cast.tar.rooms().values() if each.kind != stage.DIRECT))
    cast.kill()
    told = cast.mia.blocks(), cast.tom.code(send(info.id, message("after"))), cast.tom.code(direct("tar"))
    report.check("a block survives a kill", told == (["tom"], "blocked", "blocked"), told)
    cast.mia.ask(block("tom"))
    report.check("blocked twice is blocked once", cast.mia.blocks() == ["tom"])
    return info.id, toms


def lifted(report, cast, room, toms):
    answer = cast.mia.ask(block("tom", 1))
    report.check("a block is lifted", answer.kind == stage.protocol.DONE and cast.mia.blocks() == [], answer)
    told = cast.tom.codes(send(room, message("after")), invite(toms[0], "mia"), add(toms[1], "mia"), direct("mia"))
    report.check("then they write, invite and add again", told == [None] * 4, told)
    cast.mia.ask(block("tom", 1))
    told = cast.mia.blocks(), cast.tom.code(send(room, message("again")))
    report.check("lifting what is not there changes nothing", told == ([], None), told)
    cast.tar.must(block("tom", 1))
    told = cast.tom.code(direct("tar"))
    report.check("and a direct room is opened", told is None, told)
    told = cast.mia.code(block("nobody-of-this-name"))
    report.check("nobody is blocked who is nobody", told == "unknown_person", told)
    cast.mia.must(block("tom"))
    cast.kill()
    cast.mia.must(block("tom", 1))
    cast.kill()
    report.check("that it is lifted survives a kill too", cast.mia.blocks() == [])


def reports(report, cast):
    room = opened(cast.bob, "reports", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER)
    said, gone = cast.tom.say(room, SECRET), cast.tom.say(room)
    cast.tom.must(send(room, deletion(gone)))
    for who in (cast.tom, cast.max):
        who.follow(room)
    answer = cast.mia.ask(tell_of(room, said, "it is rude"))
    report.check("a report is answered by Done", answer.kind == stage.protocol.DONE, answer)
    told = cast.mia.codes(tell_of(room, said + 1_000, "x"), tell_of(room, 1, "x"), tell_of(room, gone, "x"))
    report.check("of what is not there, is no message or was deleted, it is refused", told[0] == "unknown_event"
                 and None not in told[1:2], told)
    told = cast.tar.code(tell_of(room, said, "x"))
    report.check("by who is not in the room, too", told == "not_a_member", told)
    later = cast.bob.say(room, "later")
    for who in (cast.tom, cast.max):
        who.sees_event(room, later)
    found = [[event.sequence for event in who.told_of(room)] for who in (cast.tom, cast.max)]
    report.check("nobody in the room is told", found == [[later]] * 2, found)
    rows = stage.entered(cast.server, "message_reported")
    rows = [row for row in rows if row["details"].get("room") == "reports"]
    details = rows[0]["details"] if rows else {}
    report.check("the audit log has who, of what, whose and why, once", len(rows) == 1
                 and len(rows[0]["subjects"]) == 2 and rows[0]["actor"].startswith("person:")
                 and (details["sequence"], details["author"], details["reason"]) == (said, "tom", "it is rude"), rows)
    report.check("and not the message's words", SECRET not in cast.server.admin("audit", "export"))


def play(report, cast):
    for part in (pins, most_pins, in_direct):
        part(report, cast)
    lifted(report, cast, *blocks(report, cast))
    reports(report, cast)
