"""What the audit log has of it all; and that what cannot be recorded is not done."""

import stage
from stage import (
    MODERATOR, PUBLIC, SINCE_JOINING, add, ban, block, deletion, invite, join, leave, message, mute, opened, reaction,
    remove, send, set_role, settings, tell_of, unban, unmute, withdraw)

SETTING = {"name", "topic", "history", "slow_seconds", "keep_days"}
OF_PERSON = {"room", "name"}
# What docs/audit.md says of the details.
DETAILS = {
    "room_created": {"name", "kind"}, "room_changed": SETTING, "room_archived": SETTING, "room_restored": SETTING,
    "member_added": OF_PERSON | {"role"}, "member_removed": OF_PERSON | {"role", "reason"},
    "role_changed": OF_PERSON | {"role"}, "member_muted": OF_PERSON | {"until", "reason"},
    "member_unmuted": OF_PERSON | {"reason"}, "person_banned": OF_PERSON | {"until", "reason"},
    "person_unbanned": OF_PERSON | {"reason"}, "person_invited": OF_PERSON, "invitation_withdrawn": OF_PERSON,
    "message_reported": {"room", "sequence", "author", "reason"}, "message_deleted": {"sequence"},
}


def acts(cast, room, said):
    """Who does what; the kind that is entered, whom it is about, and some of its details. None: nothing is entered."""
    bob, max, mia, tar = cast.bob, cast.max, cast.mia, cast.tar
    return [
        (bob, add(room, "max", MODERATOR), "member_added", "max", {"role": "moderator"}),
        (mia, join(room), None, None, {}),
        (max, settings(room, topic="tea"), "room_changed", None, {"topic": "tea"}),
        (max, settings(room, slow=30), "room_changed", None, {"slow_seconds": 30}),
        (max, settings(room, slow=0), "room_changed", None, {"slow_seconds": 0}),
        (max, mute(room, "mia", 60, "loud"), "member_muted", "mia", {"reason": "loud"}),
        (max, unmute(room, "mia", "calm"), "member_unmuted", "mia", {"reason": "calm"}),
        (max, remove(room, "mia", "off topic"), "member_removed", "mia", {"reason": "off topic"}),
        (mia, join(room), None, None, {}),
        (max, ban(room, "mia", 60, "spam"), "person_banned", "mia", {"reason": "spam"}),
        (max, unban(room, "mia", "sorry"), "person_unbanned", "mia", {"reason": "sorry"}),
        (max, invite(room, "tar"), "person_invited", "tar", {}),
        (tar, withdraw(room, "tar"), "invitation_withdrawn", "tar", {}),
        (bob, invite(room, "tar"), "person_invited", "tar", {}),
        (max, withdraw(room, "tar"), "invitation_withdrawn", "tar", {}),
        (mia, join(room), None, None, {}),
        (mia, tell_of(room, said[0], "rude"), "message_reported", "tom", {"sequence": said[0], "author": "tom",
                                                                          "reason": "rude"}),
        (max, send(room, deletion(said[1])), "message_deleted", "tom", {"sequence": said[1]}),
        (mia, block("tom"), None, None, {}), (mia, block("tom", 1), None, None, {}),
        (mia, send(room, reaction(said[0])), None, None, {}), (mia, leave(room), None, None, {}),
        (bob, set_role(room, "tom", MODERATOR), "role_changed", "tom", {"role": "moderator"}),
        (bob, settings(room, visibility=SINCE_JOINING), "room_changed", None, {}),
        (bob, settings(room, archived=1), "room_archived", None, {}),
        (bob, settings(room, archived=0), "room_restored", None, {}),
    ]


def entries(report, cast):
    room = opened(cast.bob, "trail", PUBLIC)
    cast.tom.must(join(room))
    said = [cast.tom.say(room, "words that are rude") for _ in range(2)]
    wanted = [("room_created", "bob", [], {"kind": "public"})]
    refused = []
    for who, act, kind, whom, details in acts(cast, room, said):
        answer = who.ask(act)
        refused += [(kind, answer.code)] if answer.code else []
        if kind:
            wanted.append((kind, who.name, [whom] if whom else [], details))
    report.check("each act is granted", not refused, refused)
    rows = stage.entered(cast.server)
    # The subjects of these are the person alone, or the room alone.
    names = {row["subjects"][0]: row["details"]["name"] for row in rows if row["kind"] == "person_added"}
    rooms = {row["details"]["name"]: row["subjects"][0] for row in rows if row["kind"] == "room_created"}
    rows = [row for row in rows if rooms["trail"] in row["subjects"]]
    found = [(row["kind"], names.get(row["actor"]), [names[each] for each in row["subjects"] if each in names])
             for row in rows]
    report.check("and entered once, in order, with who did it to whom", found == [each[:3] for each in wanted], found)
    wrong = [(row["kind"], row["details"]) for row, each in zip(rows, wanted)
             if set(row["details"]) != DETAILS[row["kind"]] - ({"reason"} - set(row["details"]))
             or any(row["details"][name] != value for name, value in each[3].items())]
    report.check("with the details of docs/audit.md, and no others", not wrong, wrong)
    histories = [row["details"]["history"] for row in rows if row["kind"] == "room_changed"]
    report.check("a change of visibility shows", len(set(histories[:-1])) == 1 and histories[-1] != histories[0],
                 histories)
    report.check("and the log verifies", "whole" in cast.server.admin("audit", "verify"))


def unwritten(report, cast):
    """audit.db cannot be opened: the last thing that this server is used for."""
    room = opened(cast.bob, "unwritten", PUBLIC, max=MODERATOR, mia=stage.MEMBER, tom=stage.MEMBER)
    cast.bob.must(ban(room, "tar"), mute(room, "tom"))
    said = cast.mia.say(room)
    cast.close()
    cast.server.stop()
    (cast.server.data / "audit.db").write_bytes(b"no database at all, and long enough to be read as one" * 100)
    cast.server.start()
    cast.enter()
    told = {name: cast.max.code(act) for name, act in {
        "mute": mute(room, "mia"), "unmute": unmute(room, "tom"), "ban": ban(room, "mia"), "unban": unban(room, "tar"),
        "put out": remove(room, "mia"), "invite": invite(room, "oda"), "topic": settings(room, topic="x"),
        "slow mode": settings(room, slow=9), "report": tell_of(room, said),
        "delete another's": send(room, deletion(said)),
    }.items()}
    report.check("what must be recorded and cannot be is refused", set(told.values()) == {"audit_unavailable"}, told)
    found = cast.max.members(room), cast.max.details(room), cast.tar.code(join(room))
    report.check("and not done", found[0]["mia"] == (stage.MEMBER, 0) and found[0]["tom"][1] and found[1].slow == 0
                 and found[2] == "banned", found)
    told = cast.mia.codes(send(room, message("chat goes on")), block("tom"), block("tom", 1), leave(room), join(room))
    report.check("messages, blocks, leaving and joining go on", told == [None] * 5, told)
