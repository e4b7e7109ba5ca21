"""Who is muted, put out or banned: what they are told, what they may still do, how long it lasts. On a server whose
clock this suite sets."""

import os

import stage
from protobuf import decode, first
from stage import (
    BAN, FOR_EVER, MEMBER, MEMBERSHIP, MODERATOR, MUTE, NOBODY, OWNER, PRIVATE, PUBLIC, SANCTION, UNSUBSCRIBED, add,
    ban, change_of, content_of, deletion, edit, invite, join, leave, message, mute, opened, pin, reaction, remove, send,
    settings, subscribe, unban, unmute)

HOUR, DAY = 3_600, 86_400
NAMES = ("bob", "max", "mia", "tom", "tar", "oda")


class Watch:
    """The clock of the server, which goes on only."""

    def __init__(self, clock):
        self.clock, self.ahead = clock, 0

    def on(self, seconds):
        self.ahead += seconds
        self.clock.set(self.ahead)


def words_of(who, room, own, others):
    """What somebody is told who tries each thing that is sent: a message, an answer, an edit, a reaction, a pin."""
    return who.codes(*(send(room, each) for each in (
        message("x"), message("x", others), edit(own), reaction(others), pin(others))))


def muted(report, cast, watch):
    room = opened(cast.bob, "muted", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER)
    others, own, slip = cast.bob.say(room), cast.mia.say(room), cast.mia.say(room, "a slip")
    kept = os.urandom(16)
    cast.mia.must(send(room, message("once"), send_id=kept))
    _, head, _ = cast.mia.follow(room)
    cast.tom.follow(room)
    report.check("a mute is answered by the room", cast.max.ask(mute(room, "mia", HOUR, "too loud")).kind == 13)
    event = cast.tom.sees_event(room, head + 1)
    change = change_of(event)
    report.check("and is an event for everybody, with whom, until when and why",
                 (change.kind, change.name, change.what, change.reason, change.lifted, event.author_name)
                 == (SANCTION, "mia", MUTE, "too loud", 0, "max") and change.until == event.at + HOUR * 1_000, change)
    told = words_of(cast.mia, room, own, others)
    report.check("who is muted sends neither messages, answers, edits, reactions nor pins", told[:4] == ["muted"] * 4
                 and told[4] in ("muted", "forbidden"), told)
    answer = cast.mia.ask(send(room, message("x")))
    report.check("and is told how long it lasts", 0 < answer.retry <= HOUR * 1_000, answer)
    report.check("but deletes what is their own", cast.mia.code(send(room, deletion(slip))) is None)
    report.check("and not what is others'", cast.mia.code(send(room, deletion(others))) in ("muted", "forbidden"))
    report.check("a retry of what was acknowledged before is answered as it was",
                 cast.mia.code(send(room, message("once"), send_id=kept)) is None)
    said = cast.bob.say(room, "can you read this?")
    report.check("and reads on", cast.mia.sees_event(room, said) and cast.mia.read(room)[-1].sequence == said)
    found = cast.mia.details(room).muted_until, cast.tom.members(room)["mia"], cast.tom.details(room).muted_until
    report.check("until when is in RoomDetails, and in everybody's MemberList",
                 found == (change.until, (MEMBER, change.until), 0), found)
    told = cast.mia.codes(leave(room), join(room), send(room, message("x")))
    report.check("it lasts though they leave and come again", told == [None, None, "muted"], told)
    told = [*cast.max.codes(remove(room, "mia"), add(room, "mia")), cast.mia.code(send(room, message("x")))]
    report.check("or are put out and added", told == [None, None, "muted"], told)
    cast.kill()
    answer = cast.mia.ask(send(room, message("x")))
    report.check("and though the server is killed", answer.code == "muted" and 0 < answer.retry <= HOUR * 1_000, answer)
    watch.on(HOUR - 60)
    early = cast.mia.code(send(room, message("x")))
    watch.on(61)
    told = early, cast.mia.code(send(room, message("x")))
    report.check("it ends by itself, when it was said to", told == ("muted", None), told)
    found = cast.mia.details(room).muted_until
    report.check("muted_until may be over then", found in (0, change.until), found)


def muted_for_good(report, cast, watch):
    room = opened(cast.bob, "for-good", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER, oda=OWNER)
    cast.max.must(mute(room, "mia"))
    answer, found = cast.mia.ask(send(room, message("x"))), cast.mia.details(room).muted_until
    report.check("with no seconds it is until it is lifted, and there is no retry_after_ms",
                 (answer.code, answer.retry, found) == ("muted", 0, FOR_EVER), (answer, found))
    cast.kill()
    watch.on(20 * DAY)
    answer = cast.mia.ask(send(room, message("x")))
    report.check("also after a kill, and twenty days later", (answer.code, answer.retry) == ("muted", 0), answer)
    _, head, _ = cast.tom.follow(room)
    cast.max.must(unmute(room, "mia", "be good"))
    change = change_of(cast.tom.sees_event(room, head + 1))
    told = cast.mia.code(send(room, message("x"))), cast.mia.details(room).muted_until
    report.check("lifted it is over, by an event with its reason", told == (None, 0) and
                 (change.name, change.what, change.lifted, change.reason) == ("mia", MUTE, 1, "be good"),
                 (told, change))
    told = cast.max.codes(mute(room, "mia", 60), mute(room, "mia", 60), mute(room, "mia"))
    found = cast.mia.details(room).muted_until
    report.check("of several mutes the last one counts", told == [None] * 3 and found == FOR_EVER, (told, found))
    cast.max.must(mute(room, "mia", 60))
    answer = cast.mia.ask(send(room, message("x")))
    report.check("also where it is the shorter one", answer.code == "muted" and 0 < answer.retry <= 60_000, answer)
    cast.max.must(unmute(room, "mia"))
    cast.max.ask(unmute(room, "mia"))
    report.check("lifted twice it is not there either", cast.mia.code(send(room, message("x"))) is None
                 and cast.mia.details(room).muted_until == 0)
    told = [cast.bob.code(mute(room, who)) for who in ("oda", "bob")]
    report.check("nobody mutes an owner, nor themselves as one", told[0] == "forbidden" and told[1] is not None
                 and cast.bob.code(send(room, message("x"))) is None, told)


def muted_moderator(report, cast, _):
    room = opened(cast.bob, "moderator-muted", PUBLIC, max=MODERATOR, mia=MEMBER)
    others, own = cast.mia.say(room), cast.max.say(room)
    cast.bob.must(mute(room, "max", HOUR))
    told = cast.max.codes(send(room, message("x")), send(room, pin(others)), send(room, deletion(others)),
                          send(room, deletion(own)))
    report.check("a moderator who is muted pins nothing and deletes what is their own alone",
                 told == ["muted"] * 3 + [None], told)


def fenced(cast, who, fence):
    """Everything that the server had for them before this moment has come."""
    who.sees_event(fence, cast.bob.say(fence))


def put_out(report, cast, _):
    room, fence = (opened(cast.bob, name, PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER) for name in ("out", "fence"))
    _, head, _ = cast.tom.follow(room)
    cast.mia.follow(room), cast.mia.follow(fence)
    report.check("a moderator puts somebody out", cast.max.code(remove(room, "mia", "off topic")) is None)
    change = change_of(cast.tom.sees_event(room, head + 1))
    report.check("which everybody in the room sees, with the reason",
                 (change.kind, change.name, change.role, change.reason) == (MEMBERSHIP, "mia", NOBODY, "off topic"),
                 change)
    cast.bob.say(room, "is she gone?")
    fenced(cast, cast.mia, fence)
    seen = cast.mia.told_of(room)
    report.check("who is put out is sent that, Unsubscribed and nothing after it", len(seen) == 2
                 and seen[0].sequence == head + 1 and seen[1] == UNSUBSCRIBED, seen)
    told = cast.mia.codes((9, [(1, room)]), send(room, message("x")), (19, [stage.room_of(room)]), stage.show(room))
    report.check("and reads, sends and lists no more", told[0] == "not_subscribed" and told[1] == "not_a_member"
                 and told[3] is not None, told)
    told = cast.mia.codes(join(room), send(room, message("x")))
    report.check("and may come again", told == [None, None], told)


def nothing_later(report, cast, _):
    """Who is put out reads and reads, while others go on behind the one that puts them out."""
    room = opened(cast.bob, "nothing-later", PUBLIC)
    late = []
    for name in ("mia", "tom", "tar", "oda") * 4:
        who = cast.people[name].again()
        _, last, _ = who.follow(room)
        asked = cast.bob.post(remove(room, name), *(send(room, message(f"after {number}")) for number in range(4)))
        seen = []
        while not (answer := who.ask((9, [(1, room), (2, last), (3, 1 << 62), (4, 512)]))).code:
            seen = [stage.protocol.read_event(each) for each in decode(answer.fields).get(2, [])] or seen
        put_out = stage.protocol.read_sent(cast.bob.answers(asked)[1].fields).sequence - 1
        pushed = [event for event in who.told_of(room) if event != UNSUBSCRIBED]
        late += [(name, event.sequence - put_out) for event in seen + pushed if event.sequence > put_out]
        who.close()
    report.check("nobody is sent or reads an event after the one that puts them out, 16 times", not late, late)


def banned(report, cast, watch):
    room = opened(cast.bob, "banned", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER)
    fence = opened(cast.bob, "fence-of-banned", PUBLIC, mia=MEMBER)
    twin = cast.mia.again()
    _, head, _ = cast.tom.follow(room)
    for who in (cast.mia, twin):
        who.follow(room), who.follow(fence)
    report.check("a moderator bans somebody", cast.max.code(ban(room, "mia", HOUR, "spam")) is None)
    events = [cast.tom.sees_event(room, head + number) for number in (1, 2)]
    out, change = map(change_of, events)
    report.check("they are put out by an event of membership", (out.kind, out.name, out.role) ==
                 (MEMBERSHIP, "mia", NOBODY), out)
    report.check("before the one that says so", (change.kind, change.name, change.what, change.reason, change.lifted) ==
                 (SANCTION, "mia", BAN, "spam", 0) and change.until == events[1].at + HOUR * 1_000, change)
    cast.bob.say(room, "is she gone?")
    for who, which in ((cast.mia, "one"), (twin, "each")):
        fenced(cast, who, fence)
        seen = who.told_of(room)
        report.check(f"{which} of their connections is sent the event of membership, Unsubscribed and no later event",
                     seen[-2:] == [events[0], UNSUBSCRIBED] and len([each for each in seen if each != UNSUBSCRIBED
                                                                      and each.sequence > head]) == 1, seen)
    told = cast.mia.codes((9, [(1, room)]), send(room, message("x")), join(room), subscribe(room, 1), subscribe(room))
    report.check("they read and send no more, and come in neither by joining nor by subscribing",
                 told[0] == "not_subscribed" and told[1] in ("not_a_member", "banned") and told[2:4] == ["banned"] * 2
                 and told[4] in ("not_a_member", "banned"), told)
    told = [cast.bob.code(add(room, "mia")), cast.bob.code(invite(room, "mia")), cast.tom.code(invite(room, "mia"))]
    report.check("nor are they added or invited, by owners neither", told == ["banned"] * 3, told)
    code, words = stage.complaint(cast.server, "room", "members", "banned", "--add", "mia")
    report.check("nor by the operator", code == 1 and "banned" in words, words)
    cast.kill()
    report.check("nor after a kill", cast.mia.code(join(room)) == "banned")
    watch.on(HOUR - 60)
    early = cast.mia.code(join(room))
    watch.on(61)
    told = early, cast.mia.code(join(room)), cast.mia.code(send(room, message("back")))
    report.check("it ends by itself", told == ("banned", None, None), told)


def banned_for_good(report, cast, watch):
    room = opened(cast.bob, "banned-for-good", PUBLIC, max=MODERATOR, tom=MEMBER)
    _, head, _ = cast.tom.follow(room)
    cast.max.must(ban(room, "tar"))
    change = change_of(cast.tom.sees_event(room, head + 1))
    report.check("somebody who never was in is banned too, by one event alone", (change.kind, change.name, change.what,
                 change.until) == (SANCTION, "tar", BAN, FOR_EVER), change)
    watch.on(20 * DAY)
    cast.kill()
    report.check("until it is lifted, whatever happens", cast.tar.code(join(room)) == "banned")
    report.check("banned again they are still out", cast.max.code(ban(room, "tar")) is None
                 and cast.tar.code(join(room)) == "banned")
    _, head, _ = cast.tom.follow(room)
    cast.max.must(unban(room, "tar", "second chance"))
    change = change_of(cast.tom.sees_event(room, head + 1))
    report.check("lifted once they may come, and the event says so", cast.tar.code(join(room)) is None and
                 (change.name, change.what, change.lifted, change.reason) == ("tar", BAN, 1, "second chance"), change)
    cast.max.ask(unban(room, "tar"))
    report.check("lifting what is not there changes nothing", cast.bob.members(room)["tar"] == (MEMBER, 0))
    cast.kill()
    report.check("and it stays lifted", cast.tar.codes(leave(room), join(room)) == [None, None])
    cast.max.must(mute(room, "tar"), ban(room, "tar"), unban(room, "tar"))
    cast.tar.must(join(room))
    told = cast.tar.code(send(room, message("x")))
    report.check("who was muted until it is lifted is so after a ban, too", told == "muted", told)
    room = opened(cast.bob, "banned-privately", PRIVATE, tom=MEMBER)
    cast.bob.must(invite(room, "tar"), ban(room, "tar"), ban(room, "tom"))
    told = cast.tar.code(join(room)), cast.tom.code(join(room)), cast.bob.code(invite(room, "tar"))
    report.check("an invitation lets nobody in who is banned then; a private room does not exist for them",
                 told[0] in ("banned", "unknown_room") and told[1:] == ("unknown_room", "banned"), told)
    cast.bob.must(unban(room, "tar"), invite(room, "tar"))
    report.check("and once it is lifted they are invited again", cast.tar.code(join(room)) is None)


def slow(report, cast, watch):
    room = opened(cast.bob, "slow", PUBLIC, max=MODERATOR, mia=MEMBER, tom=MEMBER)
    cast.tom.follow(room)
    _, head, _ = cast.mia.follow(room)
    cast.max.must(settings(room, slow=60))
    kind, fields = content_of(cast.tom.sees_event(room, head + 1))
    report.check("slow mode is an event of settings, and in RoomDetails", kind == stage.SETTINGS_CHANGE
                 and first(fields, 5, 0) == 60 and cast.mia.details(room).slow == 60, fields)
    kept = os.urandom(16)
    said = stage.protocol.read_sent(cast.mia.must(send(room, message("one"), send_id=kept)).fields).sequence
    answer = cast.mia.ask(send(room, message("two")))
    report.check("a member waits between two messages, and is told how long",
                 answer.code == "slow_mode" and 0 < answer.retry <= 60_000, answer)
    report.check("an answer is a message", cast.mia.code(send(room, message("two", said))) == "slow_mode")
    report.check("others have a wait of their own", cast.tom.code(send(room, message("me"))) is None)
    told = cast.mia.codes(send(room, edit(said)), send(room, reaction(said)))
    report.check("edits and reactions do not wait", told == [None, None], told)
    again = cast.mia.ask(send(room, message("one"), send_id=kept))
    report.check("nor does a retry, which is answered as before", again.code is None
                 and stage.protocol.read_sent(again.fields).sequence == said, again)
    told = [who.code(send(room, message(text))) for who in (cast.max, cast.bob) for text in "ab"]
    report.check("moderators and owners do not wait", told == [None] * 4, told)
    watch.on(61)
    told = cast.mia.codes(send(room, message("two")), send(room, message("three")))
    report.check("after the wait the next one goes", told == [None, "slow_mode"], told)
    cast.bob.must(settings(room, slow=21_600))
    watch.on(21_601)
    told = [cast.mia.code(send(room, message("four"))), cast.mia.code(send(room, message("five")))]
    cast.kill()
    found = cast.mia.details(room).slow
    told.append(cast.mia.code(send(room, message("five"))))
    report.check("a restart forgives the last wait, and keeps the mode", told == [None, "slow_mode", None]
                 and found == 21_600, (told, found))
    told = [cast.mia.code(leave(room)), cast.mia.code(join(room)), cast.mia.code(send(room, message("six")))]
    cast.max.must(settings(room, slow=0))
    told += cast.mia.codes(send(room, message("six")), send(room, message("seven")))
    report.check("without slow mode nobody waits", told[3:] == [None, None], told)


PARTS = (muted, muted_for_good, muted_moderator, put_out, nothing_later, banned, banned_for_good, slow)
