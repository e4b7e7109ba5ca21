"""What a member may read: from the room's beginning or since they joined; and that what each reads is a chain."""

import stage
from protobuf import decode, first
from stage import (
    ALL, MEMBER, MODERATOR, PRIVATE, PUBLIC, SINCE_JOINING, add, content_of, deletion, edit, leave, opened, pin,
    reaction, read_room, remove, send, set_role, settings, subscribe)
import chain


def since_joining(report, cast):
    room = opened(cast.bob, "since", PUBLIC)
    early = [cast.bob.say(room, f"early {number}") for number in range(4)]
    gone = cast.bob.say(room, "soon gone")
    cast.bob.must(send(room, deletion(gone)), settings(room, visibility=SINCE_JOINING))
    outside = cast.mia.rooms(public=1)["since"]
    report.check("who never joined has nothing to read yet", outside.first > outside.head, outside)
    info, head, link = cast.mia.follow(room)
    report.check("a member reads from the event by which they joined", (info.first, head) == (early[-1] + 4,) * 2, info)
    late = [cast.bob.say(room, f"late {number}") for number in range(5)]
    cast.mia.sees_event(room, late[-1])
    for after, through in ((0, 0), (0, late[-1]), (2, 0), (info.first - 2, 0), (info.first - 1, late[-1])):
        found = [event.sequence for page in cast.mia.pages(room, after, through) for event in page]
        report.check(f"read from {after} through {through}, what is before is left out",
                     found == list(range(info.first, late[-1] + 1)), found)
    found = [list(cast.mia.pages(room, 0, through, most))
             for through, most in ((info.first - 1, 512), (1, 1), (0, 1), (0, 2))]
    reached = [[event.sequence for page in pages for event in page] for pages in found]
    report.check("also by small pages, and of nothing else", reached[:2] == [[], []]
                 and reached[2] == reached[3] == list(range(info.first, late[-1] + 1)), reached)
    report.check("what stands there is what was said", stage.protocol.text_of(cast.mia.read(room)[1]) == "late 0")
    told = cast.mia.codes(*(send(room, act) for act in (reaction(early[0]), edit(early[0]), deletion(early[0]))),
                          stage.tell_of(room, early[0], "look"))
    report.check("what is said of an earlier message is unknown_event, a report too", told == ["unknown_event"] * 4,
                 told)
    told = cast.mia.codes(*(send(room, reaction(each)) for each in (1, gone)))
    report.check("whatever it is that stands there", told == ["unknown_event"] * 2, told)
    report.check("and of a later one it is not", cast.mia.codes(send(room, reaction(late[0])),
                 stage.tell_of(room, late[0], "look")) == [None, None])
    return room, early, late


def changes_at_once(report, cast, room, early, late):
    old = cast.mia.details(room).visibility
    cast.bob.must(settings(room, visibility=ALL))
    found = cast.mia.rooms()["since"].first, cast.mia.details(room).visibility, old
    report.check("back to all: first is the room's first", found == (1, ALL, SINCE_JOINING), found)
    begins_soon(cast.mia, room, 1)
    events = cast.mia.read_from(room, 1)
    report.check("and an open subscription reads all of it", events[0].sequence == 1
                 and stage.protocol.text_of(events[early[0] - 1]) == "early 0" and not chain.problems(events))
    told = cast.mia.code(send(room, reaction(early[0])))
    report.check("and says what they like of it", told is None, told)
    cast.bob.must(settings(room, visibility=SINCE_JOINING))
    joined = early[-1] + 4
    begins_soon(cast.mia, room, joined)
    events = cast.mia.read_from(room, joined)
    told = cast.mia.code(send(room, reaction(early[1])))
    report.check("the other way round it is hidden from it", events[0].sequence == joined and told == "unknown_event"
                 and cast.mia.rooms()["since"].first == joined, (events[0].sequence, told))
    _, head, _ = cast.bob.follow(room)
    changes = [content_of(event)[1] for event in cast.bob.read_soon(room, early[-1], head - early[-1])
               if content_of(event)[0] == stage.SETTINGS_CHANGE]
    found = [first(fields, 4, ALL) for fields in changes]
    report.check("each change is an event of settings", found == [SINCE_JOINING, ALL, SINCE_JOINING], found)
    told = cast.bob.codes(settings(room, topic="another topic"))
    report.check("another setting leaves it", told == [None] and cast.mia.details(room).visibility == SINCE_JOINING)
    cast.kill()
    info, _, _ = cast.mia.follow(room)
    report.check("it survives a kill", info.first == joined and cast.mia.read(room)[0].sequence == joined, info)


def begins_soon(who, room, sequence):
    """Reads until the history begins there: each connection's loop hears of a change by itself."""
    return any(who.read(room)[0].sequence == sequence for _ in range(1_000))


def at_once(report, cast):
    """Once the owner has been answered, nobody reads by what held before for long, on whatever connection."""
    room = opened(cast.bob, "at-once", PUBLIC)
    cast.bob.say(room)
    people = [cast.people[name].again() for name in ("max", "mia", "tom", "tar")]
    people = [(who, who.follow(room)[1]) for who in people]
    twins = [(who.again(), joined) for who, joined in people]
    for who, _ in twins:
        who.follow(room)
    wrong, tries = {}, 0
    for who, joined in people + twins:
        for visibility, begins in ((SINCE_JOINING, joined), (ALL, 1)) * 8:
            cast.bob.must(settings(room, visibility=visibility))
            tries += 1
            if not begins_soon(who, room, begins):
                wrong[(who.name, visibility)] = wrong.get((who.name, visibility), 0) + 1
    for who, _ in people + twins:
        who.close()
    report.check(f"a change of visibility is soon in force for everybody, {tries} times", not wrong, wrong)


def moves(report, cast, room, early, late):
    joined = early[-1] + 4
    cast.bob.must(set_role(room, "mia", MODERATOR))
    promoted = cast.mia.rooms()["since"].first
    told = cast.mia.code(send(room, pin(early[0])))
    cast.bob.must(send(room, pin(early[1])), send(room, pin(late[1])))
    pins = cast.mia.details(room).pins, cast.bob.details(room).pins
    report.check("another role moves nothing", promoted == joined, promoted)
    report.check("a moderator pins no message that they may not read", told == "unknown_event", told)
    report.check("and is shown no such pin", pins == ([late[1]], [early[1], late[1]]), pins)
    own = cast.mia.say(room, "mine")
    cast.bob.must(set_role(room, "mia", MEMBER))
    cast.mia.must(leave(room))
    info, head, _ = cast.mia.follow(room)
    told = cast.mia.codes(send(room, edit(own)), send(room, reaction(late[0])))
    report.check("who leaves and comes again reads from then on", info.first == head and
                 [event.sequence for event in cast.mia.read(room)] == [head], info)
    report.check("and edits not even their own of before", told == ["unknown_event"] * 2, told)
    report.check("nor is shown pins of before", cast.mia.details(room).pins == [])
    cast.bob.must(remove(room, "mia"), add(room, "mia"))
    again = cast.mia.rooms()["since"]
    report.check("who is put out and added too", again.first == again.head, again)


def resumes(report, cast):
    """Who held more than they may read now, and who held less."""
    room = opened(cast.bob, "resumes", PRIVATE, tom=MEMBER)
    said = [cast.bob.say(room, f"number {number}") for number in range(5)]
    cast.tom.follow(room)
    old = cast.tom.read(room)
    cast.bob.must(settings(room, visibility=SINCE_JOINING), remove(room, "tom"))
    cast.bob.say(room, "while he was away")
    cast.bob.must(add(room, "tom"))
    last = cast.bob.say(room, "welcome back")
    tom, incarnation = cast.tom.again(), incarnation_of(cast)
    fields = decode(tom.must(subscribe(room, held=[old[-1], old[2]], incarnation=incarnation)).fields)
    info, head = read_room(first(fields, 1)), decode(first(fields, 2))
    report.check("who comes again with what they held is told where their history begins now",
                 info.first == last - 1 and info.first - 1 > old[-1].sequence, info)
    report.check("and what was read before is still of this history", not first(fields, 4, 0)
                 and first(decode(first(fields, 3, b"")), 1, 0) == old[-1].sequence, fields.get(3))
    events = [event for page in tom.pages(room, max(old[-1].sequence, info.first - 1), last) for event in page]
    report.check("they begin anew there, and it is a chain up to the head", [event.sequence for event in events] ==
                 [last - 1, last] and not chain.problems(events[1:], events[0]) and events[-1].link == first(head, 2))
    events = tom.read(room, old[-1].sequence)
    report.check("what lies between is left out, also of who held what is before it", events[0].sequence == last - 1)
    tom.close()


def incarnation_of(cast):
    """What the server's hello says."""
    with Overheard(cast.server.port) as connection:
        return first(decode(first(decode(connection.hello), 1)), 4)


class Overheard(stage.protocol.Connection):
    """A connection that keeps the server's hello."""

    def answer(self, number, kind):
        data = super().answer(number, kind)
        self.hello = data if kind == stage.protocol.HELLO else self.hello
        return data


def chains(report, cast, names):
    """Everybody reads each of their rooms anew, from where they may."""
    begun = {"beginning": 0, "middle": 0}
    for name in names:
        who, wrong = cast.people[name].again(), []
        for room in who.rooms().values():
            if room.invited:
                continue
            info, head, link = who.follow(room.id)
            events = who.read_soon(room.id, 0, head - info.first + 1)
            problems = chain.problems(events[1:], events[0]) if info.first > 1 else chain.problems(events)
            if problems or events[0].sequence != info.first or (events[-1].sequence, events[-1].link) != (head, link):
                wrong.append((room.name, info.first, head, problems))
            begun["middle" if info.first > 1 else "beginning"] += 1
        who.close()
        report.check(f"what {name} reads is a chain up to the head, in each room", not wrong, wrong)
    report.check("of whole histories, and of ones that begin in the middle", all(begun.values()), begun)


def play(report, cast):
    room, early, late = since_joining(report, cast)
    changes_at_once(report, cast, room, early, late)
    at_once(report, cast)
    moves(report, cast, room, early, late)
    resumes(report, cast)
