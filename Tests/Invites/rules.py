"""What a link lets in, how often, for how long and where to; and what it is refused for."""

import base64
import json

import links
import protocol
import securechat
from clock import LIBRARY, Clock
from links import PASSWORD, come, entered, invites, link, logs_in, outcome, people
from waiting import until

MEMBER, MODERATOR = 1, 2


def uses(report, server):
    once = link(server)
    report.check("a link lets somebody in who is nobody yet", come(server, once["token"], "Ada") is None
                 and "Ada" in people(server) and logs_in(server, "ada"))
    told = come(server, once["token"], "Bea")
    report.check("once, if nothing else is said", told == "wrong_credentials" and "Bea" not in people(server), told)
    many = link(server, "--uses", "3")
    told = [come(server, many["token"], name) for name in ("bea", "cleo", "dora", "eve")]
    report.check("or as often as it says", told == [None] * 3 + ["wrong_credentials"], told)
    listed = link(server, "--uses", "1000", "--expires", "12h")
    come(server, listed["token"], "fay")
    found = invites(server).get(listed["id"], {})
    report.check("how often is left can be seen", (found.get("uses"), found.get("uses_left")) == (1000, 999), found)
    report.check("one that is used up is gone", once["id"] not in invites(server) and many["id"] not in invites(server))
    report.check("who comes is nobody's administrator", not people(server)["fay"]["is_administrator"])
    chief = link(server, "--admin")
    report.check("unless the link says so", come(server, chief["token"], "gil") is None
                 and people(server)["gil"]["is_administrator"])
    with protocol.Connection(server.port) as connection:
        given = connection.come(link(server)["token"], "hal", PASSWORD)
    report.check("the login is as any other: tokens, and a credential for the device",
                 given.access.startswith("ey") and given.refresh.startswith("scr_") and given.device, given)
    with protocol.Connection(server.port, token=given.access):
        report.check("and the tokens let in", True)


def names(report, server):
    token = link(server, "--uses", "2")["token"]
    told = [come(server, token, name) for name in ("ada", "ADA", "with blank", "", "x" * 65, "-x", "cIeo")]
    report.check("names are those that people may have", told[:3] == ["name_taken", "name_taken", "invalid_name"]
                 and told[3:6] == ["invalid_name"] * 3 and told[6] == "name_taken", told)
    told = [come(server, token, "ida", password) for password in ("short", "password")]
    report.check("passwords too", told == ["invalid_argument"] * 2, told)
    with protocol.Connection(server.port) as connection:
        told = [outcome(lambda: connection.come(token, name, PASSWORD)) for name in ("ada", "bea", "ida")]
    report.check("on one connection somebody may look for a free name", told == ["name_taken"] * 2 + [None], told)
    with protocol.Connection(server.port) as connection:
        told = [outcome(lambda: connection.come(token, "ada", PASSWORD)) for _ in range(3)]
    report.check("a few times", told == ["name_taken"] * 2 + ["authentication_failed"], told)
    report.check("nothing of it uses the link up", come(server, token, "jon") is None)


def rooms(report, server):
    for name in ("hall", "den"):
        server.admin("room", "add", name, "--private")
    server.add_person("kim")
    for room in ("hall", "den"):
        server.admin("room", "members", room, "--add", "kim")
    watcher = protocol.Connection(server.port, token=server.token("kim"))
    heads = {name: watcher.subscribe(name) for name in ("hall", "den")}
    made = link(server, "--uses", "2", "--room", "hall", "--room", "den", "--role", "moderator")
    come(server, made["token"], "lea")
    # Both entries come by themselves, each the next of its room.
    events = {}
    while len(events) < 2:
        _, kind, data = watcher.receive()
        if kind == protocol.EVENT:
            event = protocol.read_event(data)
            events[event.room] = event
    told = [(events[room].sequence - head, protocol.membership_of(events[room]), events[room].author_name)
            for room, head in heads.values()]
    report.check("those who are in a room see who enters it, as its next event",
                 told == [(1, ("lea", MODERATOR), "lea")] * 2, told)
    roles = {each["name"]: each["role"] for each in json.loads(server.admin("room", "members", "hall", "--json"))}
    report.check("in the role that the link gives", roles.get("lea") == "moderator", roles)
    server.admin("room", "archive", "den")
    report.check("a room that is archived meanwhile is passed over", come(server, made["token"], "mia") is None
                 and "mia" in server.admin("room", "members", "hall")
                 and "mia" not in server.admin("room", "members", "den"))
    watcher.close()


def over_the_protocol(report, server):
    server.add_person("nan")
    with protocol.Connection(server.port) as connection:
        connection.log_in("nan", server.passwords["nan"])
        told = outcome(connection.make_invite)
    report.check("who is no administrator makes no link", told == "forbidden", told)
    admin = protocol.Connection(server.port)
    admin.log_in("gil", PASSWORD)
    server.admin("room", "add", "square", "--public")
    made = admin.make_invite(uses=2, seconds=3_600, rooms=["square"])
    links.told.append(made.token)
    report.check("an administrator does", made.token.startswith("scn_") and come(server, made.token, "olaf") is None
                 and "olaf" in server.admin("room", "members", "square"), made)
    told = [outcome(lambda: admin.make_invite(**wish)) for wish in (
        {"uses": 1_001}, {"seconds": 59}, {"seconds": 90 * 86_400 + 1}, {"uses": 2, "administrator": True},
        {"rooms": ["square"] * 17}, {"rooms": ["hall"]}, {"rooms": ["square"], "role": MODERATOR}, {"role": 9})]
    report.check("within limits and the rights that they have themselves", told == [
        "invalid_argument", "invalid_argument", "invalid_argument", "invalid_argument", "too_large", "unknown_room",
        "not_a_member", "invalid_argument"], told)
    admin.close()
    return made


def makers(report, server):
    admin = protocol.Connection(server.port)
    admin.log_in("gil", PASSWORD)
    made = admin.make_invite(uses=5)
    links.told.append(made.token)
    admin.close()
    first = come(server, made.token, "pat")
    server.admin("user", "disable", "gil")
    later = come(server, made.token, "quin")
    server.admin("user", "enable", "gil")
    told = (first, later, come(server, made.token, "quin"))
    report.check("a link dies with its maker's right to make it, and stays dead",
                 told == (None, "wrong_credentials", "wrong_credentials"), told)
    found = [each for each in invites(server).values() if each.get("maker") == "gil"]
    report.check("and is in no list any more", not found, found)
    revoked = link(server, "--uses", "9")
    come(server, revoked["token"], "ron")
    server.admin("user", "uninvite", revoked["id"])
    told = come(server, revoked["token"], "sam")
    report.check("one that is taken back lets nobody in; who came by it stays", told == "wrong_credentials"
                 and "ron" in people(server) and revoked["id"] not in invites(server), told)
    status, words = links.complaint(server, "user", "uninvite", revoked["id"])
    report.check("it cannot be taken back twice", status == 1 and "unknown_invite" in words, words)


def recorded(report, server):
    made = link(server, "--uses", "2", "--room", "square")
    come(server, made["token"], "tess")
    server.admin("user", "uninvite", made["id"])
    rows = [row for row in entered(server, "invite_opened", "person_added", "invite_revoked")
            if row["details"].get("invite") == made["id"]]
    report.check("making, use and end of a link are in the audit log, under its id",
                 [row["kind"] for row in rows] == ["invite_opened", "person_added", "invite_revoked"], rows)
    report.check("with what it was for", rows[0]["details"]["uses"] == 2 and rows[0]["details"]["role"] == "member"
                 and rows[1]["details"]["name"] == "tess" and rows[2]["details"]["left"] == 1, rows)
    failed = until(lambda: [row for row in entered(server, "login_failed") if row["details"]["method"] == "newcomer"],
                   30, "failed ones are entered")
    report.check("refused ones too, without the name that was wished for",
                 all("user" not in row["details"] and "unknown_user" not in row["details"] for row in failed), failed)


def lost_answer(report, server):
    """The connection is cut when the person is made, and before they are told."""
    token = link(server)["token"]
    connection = protocol.Connection(server.port)
    connection.post([(3, [(4, [(1, token), (2, "ute"), (3, PASSWORD)])])])
    until(lambda: "ute" in people(server), 30, "the person is made")
    connection.close()
    told = come(server, token, "ute")
    report.check("who comes again after a lost answer is known by name and password",
                 told == "wrong_credentials" and logs_in(server, "ute"), told)


def secrets(report, server):
    """After everything else: no token stands anywhere."""
    log = (server.folder / "server.log").read_bytes()
    stored = {file.name: file.read_bytes() for file in server.data.rglob("*") if file.is_file()}
    stored["server.log"], stored["export"] = log, server.admin("audit", "export").encode()
    wanted = [form for token in links.told for form in (
        token.encode(), token[4:].encode(), base64.urlsafe_b64decode(token[4:] + "="))]
    found = [name for name, data in stored.items() if any(form in data for form in wanted)]
    report.check("no token is in any file, log or export",
                 not found and len(links.told) > 10 and b"tess" in b"".join(stored.values()), found)


PARTS = (uses, names, rooms, over_the_protocol, makers, recorded, lost_answer)


def expiry(report):
    if not report.check("libfaketime is there", LIBRARY):
        return
    server = securechat.Server(links.SETTINGS)
    clock = Clock(server.folder)
    server.prefix = clock.prefix
    with server:
        short, long = link(server, "--uses", "5", "--expires", "2m"), link(server, "--uses", "5")
        first = come(server, short["token"], "ada")
        clock.set(3 * 60)
        told = first, come(server, short["token"], "bea"), come(server, long["token"], "bea")
        report.check("a link is good until it expires", told == (None, "wrong_credentials", None), told)
        report.check("and not listed any more", list(invites(server)) == [long["id"]], invites(server))
        clock.set(7 * 86_400 - 60)
        first = come(server, long["token"], "cleo")
        clock.set(7 * 86_400 + 60)
        told = first, come(server, long["token"], "dora")
        report.check("which is after seven days, if nothing else is said", told == (None, "wrong_credentials"), told)


def charges(report):
    settings = {**links.SETTINGS, "SECURECHAT_LIMITS_ADDRESSLOGINS": "4"}
    with securechat.Server(settings) as server:
        token = link(server, "--uses", "9")["token"]
        told = [come(server, token, name) for name in ("paul", "ben", "carl", "dan", "emil", "finn")]
        report.check("who comes by a good link costs the address nothing", told == [None] * 6, told)
        told = [come(server, token, "pau1"), *(come(server, "scn_" + "A" * 43, "gus") for _ in range(3))]
        report.check("a wrong token, or a name that was hashed for in vain, does",
                     told == ["name_taken"] + ["wrong_credentials"] * 3, told)
        told = come(server, token, "gus")
        report.check("and then it has to wait", told == "rate_limited" and "gus" not in people(server), told)


def hang_ups(report):
    """Who goes while the password is hashed pays for it: else whoever has a link could have it hashed without end."""
    settings = {**links.SETTINGS, "SECURECHAT_LIMITS_ADDRESSLOGINS": "4"}
    for kind, field in (("newcomer", 4), ("person", 3)):
        with securechat.Server(settings) as server:
            server.add_person("ada")
            other = link(server)["token"]
            made = link(server) if kind == "newcomer" else links.personal(server, "ada")
            for number in range(4):
                login = [(1, made["token"]), (2, f"ghost{number}"), (3, PASSWORD)]
                if kind == "person":
                    login = [(1, made["token"]), (2, PASSWORD)]
                connection = protocol.Connection(server.port)
                connection.post([(3, [(field, login)])])
                connection.close()

            def told():
                """A good link with a name that is taken costs nothing, and has to wait as everybody does."""
                return come(server, other, "ada")

            until(lambda: told() == "rate_limited", 30, f"the link for a {kind}: the address has to wait")
            report.check(f"the link for a {kind}: who hangs up while a password is hashed is charged",
                         told() == "rate_limited" and not [name for name in people(server) if "ghost" in name])
