"""Fields that are not what they must be, and keys that were not made for it."""

import stage
from stage import (
    BAN, MEMBER, MODERATOR, MUTE, PUBLIC, SINCE_JOINING, ban, block, invite, mute, opened, person_of, pin,
    remove, room_of, sanction, send, settings, show, tell_of, unban, withdraw)

LONGEST, TOO_LONG = "é" * 256, "é" * 256 + "x"


def limits(report, cast):
    room = opened(cast.bob, "limits", PUBLIC, mia=MEMBER, tom=MEMBER)
    said = cast.mia.say(room)
    _, head, _ = cast.bob.follow(room)
    acts = {"a mute": lambda why: mute(room, "mia", 60, why), "a ban": lambda why: ban(room, "mia", 60, why),
            "a lifting": lambda why: stage.unmute(room, "mia", why),
            "putting out": lambda why: remove(room, "mia", why),
            "a report": lambda why: tell_of(room, said, why)}
    for name, act in acts.items():
        told = cast.bob.codes(act(TOO_LONG), *(act(f"why{bad}not") for bad in "\n\r\x07\0\x7f\u0085"))
        report.check(f"{name}: a reason over 512 bytes is too_large, one with control characters is none",
                     told == ["too_large"] + ["invalid_argument"] * 6, told)
    bad = {
        "no kind of sanction": sanction(room, "mia", 0), "an unknown kind": sanction(room, "mia", 3),
        "a kind far off": sanction(room, "mia", 99), "slow mode over the limit": settings(room, slow=21_601),
        "slow mode far over it": settings(room, slow=(1 << 32) - 1),
        "an unknown visibility": settings(room, visibility=3),
        "a sanction of nobody": (34, [room_of(room), (3, MUTE)]),
        "a sanction nowhere": (34, [person_of("mia"), (3, BAN)]),
        "an invitation of nobody": (32, [room_of(room)]), "an invitation nowhere": (32, [person_of("mia")]),
        "a withdrawal of nobody": (33, [room_of(room)]), "a block of nobody": (35, []), "a room of no name": (38, []),
        "an id that is none": invite(room, b"short"),
    }
    told = {name: cast.bob.code(message) for name, message in bad.items()}
    report.check("what is missing or not what it must be is invalid_argument",
                 set(told.values()) == {"invalid_argument"}, {name: code for name, code in told.items()
                                                              if code != "invalid_argument"})
    told = cast.bob.codes(mute(room, "nobody-of-this-name"), ban("no-room-of-this-name", "mia"),
                          show("no-room-of-this-name"), tell_of(bytes(range(16)), 1))
    report.check("who and what is not there is said to be so",
                 told == ["unknown_person", "unknown_room", "unknown_room", "unknown_room"], told)
    said = cast.bob.say(room, "nothing of it was done")
    events = [event.sequence for event in cast.bob.read_soon(room, head, 1)]
    report.check("what was refused had no effect", events == [said] == [head + 1] and
                 cast.bob.members(room)["mia"] == (MEMBER, 0), (events, head))
    told = cast.bob.codes(mute(room, "mia", 60, LONGEST), remove(room, "mia", LONGEST), settings(room, slow=21_600),
                          tell_of(room, said, LONGEST))
    found = cast.bob.details(room).slow
    report.check("at the limits it is granted", told == [None] * 4 and found == 21_600, (told, found))


def needs(room, said):
    """Each request of this suite: the scope that it needs, and its message. Those whom it is about are others'."""
    return {
        "InvitePerson": ("rooms", invite(room, "tar")), "WithdrawInvitation": ("rooms", withdraw(room, "tar")),
        "Sanction, a mute": ("rooms", mute(room, "tom", 1)), "Sanction, a ban": ("rooms", ban(room, "tom")),
        "Sanction, lifted": ("rooms", unban(room, "tom")), "RemoveMember": ("rooms", remove(room, "bob", "why")),
        "ChangeSettings": ("rooms", settings(room, visibility=SINCE_JOINING, slow=1)), "ShowRoom": ("read", show(room)),
        "Block": ("account", block("tar")), "ListBlocks": ("account", (36, [])),
        "Report": ("send", tell_of(room, said)),
        "Send, a pin": ("send", send(room, pin(said))),
    }


def scopes(report, cast, server):
    for scope in stage.protocol.SCOPES:
        room = opened(cast.mia, f"scope-{scope}", PUBLIC, tom=MEMBER, bob=MODERATOR)
        said = cast.tom.say(room)
        key = stage.Person(server, "mia", server.token("mia", scope))
        wrong = {}
        for name, (needed, act) in needs(room, said).items():
            answer = key.ask(act)
            if needed == scope:
                is_right = answer.code is None
            else:
                is_right = answer.code == "out_of_scope" and needed in answer.detail.split()
            if not is_right:
                wrong[name] = answer
        key.close()
        report.check(f"a key for {scope} may what its scope says, and is told which scope the others need", not wrong,
                     wrong)
    report.check("no block came of it but the one", cast.mia.blocks() == ["tar"], cast.mia.blocks())
    cast.mia.must(block("tar", 1))
    cast.mia.must(stage.create("for-join", stage.PRIVATE), invite("for-join", "tar"))
    key = stage.Person(server, "tar", server.token("tar", "read"))
    told = key.codes(stage.join("for-join"), stage.subscribe("for-join", 1))
    key.close()
    report.check("an invitation is taken by a key for join alone", told == ["out_of_scope"] * 2
                 and cast.tar.code(stage.join("for-join")) is None, told)
