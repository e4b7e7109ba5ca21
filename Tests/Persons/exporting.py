"""Exports of a room and of a person."""

import base64
import datetime
import hashlib
import json
import stat

import securechat
from securechat import json_lines
from stage import SETTINGS, Talker, command, deletion, edit, message, opaque, reaction


def content_digest(line):
    """From an export's line, by docs/protocol.md, section 11."""
    if "content_digest" in line:
        return bytes.fromhex(line["content_digest"])
    return hashlib.sha256(b"\x00" + bytes.fromhex(line["salt"]) + base64.b64decode(line["content"])).digest()


def identifier(text):
    return bytes.fromhex(text.replace("-", ""))


def milliseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000


def chain_problem(lines):
    """What is wrong with a room's export; None when every link holds and the last is the head's."""
    header, *rest = lines
    events = [line for line in rest if "seq" in line]
    link = bytes(32)
    for place, line in enumerate(events, start=1):
        if line["seq"] != place or ("content" in line) == ("content_digest" in line):
            return f"event {place}: {line}"
        parts = [b"\x01", link, identifier(line["room_id"]), place.to_bytes(8, "big"), identifier(line["id"]),
                 identifier(line["author"]), milliseconds(line["at"]).to_bytes(8, "big"), content_digest(line)]
        link = hashlib.sha256(b"".join(parts)).digest()
        if link.hex() != line["link"]:
            return f"event {place} does not follow"
    if (header["head"], header["link"]) != (len(events), link.hex()):
        return f"the head is another: {header}"
    return None


def talk(server):
    """Something of everything, in more than a page of history."""
    ada, ben = (Talker(server, name) for name in ("ada", "ben"))
    said = ada.say(message("hello, square"))
    ben.say(message("hello yourself", said))
    ada.say(edit(said, "hello, all"))
    ben.say(reaction(said, "👍"))
    ada.say(opaque("application/x-tea", b"\x00\xff\x01"))
    gone = ben.say(message("never mind"))
    ben.say(deletion(gone))
    # What only names somebody is not theirs.
    shown = json.loads(server.admin("user", "show", "ada", "--json"))[0]
    ben.say((3, [(1, "@ada is late again"), (4, identifier(shown["id"]))]))
    for number in range(600):
        ada.say(message(f"line {number} \"quoted\" \\ and 日本 \t"))
    return ada, ben


def check(report):
    with securechat.Server({**SETTINGS, "SECURECHAT_LIMITS_ENABLED": "false"}) as server:
        for name in ("ada", "ben", "mia"):
            server.add_person(name)
        server.admin("room", "add", "square")
        server.admin("room", "add", "cellar", "--private")
        server.admin("room", "members", "cellar", "--add", "ada")
        server.admin("room", "members", "square", "--add", "mia", "--role", "owner")
        ada, ben = talk(server)
        check_room(report, server)
        check_person(report, server, ada, ben)
        check_refusals(report, server)
        check_offline(report, server)


def check_room(report, server):
    lines = json_lines(server.admin("room", "export", "square").encode())
    header, end = lines[0], lines[-1]
    report.check("a room's export begins with the room", (header["type"], header["name"], header["kind"]) ==
                 ("room", "square", "public"), header)
    report.check("and ends with its counts",
                 end["type"] == "end" and end["lines"] == len(lines) - 1 and end["members"] == 3
                 and end["events"] == header["head"], end)
    report.check("every link holds, up to the head", chain_problem(lines) is None, chain_problem(lines))
    members = {line["name"]: line["role"] for line in lines if line["type"] == "member"}
    report.check("its members are in it", members == {"ada": "member", "ben": "member", "mia": "owner"}, members)
    tail = server.client("tail", "mia", "--room", "square", "--json", "--no-follow")
    shown = json_lines(tail.communicate(timeout=60)[0])
    events = [line for line in lines if "seq" in line]
    same = len(shown) <= len(events) and all(
        event.get(name) == value for event, line in zip(events, shown) for name, value in line.items())
    report.check("its events are those that tail prints", same and len(shown) >= len(events) - 1,
                 (len(shown), len(events)))
    report.check("what was deleted is not in it", "never mind" not in json.dumps(lines))
    changed = list(lines)
    place = next(index for index, line in enumerate(lines) if line.get("body") == "hello yourself")
    changed[place] = {**lines[place], "content": base64.b64encode(b"something else").decode()}
    report.check("whoever changes a line breaks the chain", chain_problem(changed) is not None)
    file = server.folder / "square.jsonl"
    out = command(server, "room", "export", "square", "--output", str(file))
    report.check("into a file that only its owner reads",
                 out[:2] == (0, b"") and stat.S_IMODE(file.stat().st_mode) == 0o600
                 and len(json_lines(file.read_bytes())) == len(lines), out)
    before = file.read_bytes()
    out = command(server, "room", "export", "square", "--output", str(file))
    report.check("never over one that is there", out[0] == 1 and file.read_bytes() == before, out)
    report.check("nothing half made is left", not list(server.folder.glob("*.partial")))


def check_person(report, server, ada, ben):
    text = server.admin("user", "export", "ada")
    lines = json_lines(text.encode())
    header, end = lines[0], lines[-1]
    report.check("a person's export begins with the person",
                 (header["type"], header["name"], header["administrator"], header["has_password"]) ==
                 ("person", "ada", False, True), header)
    events = [line for line in lines if "seq" in line]
    own = [line for line in events if line["author"] == header["id"]]
    report.check("and ends with its counts", end["type"] == "end" and end["lines"] == len(lines) - 1
                 and end["events"] == len(events), end)
    report.check("all that they said is in it", sum(line["type"] == "message" for line in own) == 602
                 and sum(line["type"] == "edit" for line in own) == 1, len(own))
    about = [line for line in events if line["author"] != header["id"]]
    report.check("and what is said of them, and nothing else of others",
                 [(line["type"], line["room"]) for line in about] == [("membership", "cellar")], about)
    kinds = {line["type"] for line in lines}
    report.check("their rooms and sessions too", {"membership", "session", "entry"} <= kinds, kinds)
    rooms = {line["room"] for line in lines if line["type"] == "membership" and "role" in line}
    report.check("every room", rooms == {"cellar", "square"}, rooms)
    names = [line["name"] for line in lines if line["type"] == "session"]
    report.check("sessions by their names", names == ["bench of ada"], names)
    report.check("the audit log's entries of them, and of nobody else",
                 all(f"person:{header['id']}" in [line["actor"], *line["subjects"]]
                     for line in lines if line["type"] == "entry")
                 and any(line["kind"] == "person_exported" for line in lines if line["type"] == "entry"))
    hidden = [secret for secret in ("scrypt", "sck_", "scr_", server.passwords["ada"]) if secret in text]
    report.check("and no secrets", not hidden, hidden)


def check_refusals(report, server):
    for words, code in [(("room", "export", "nowhere"), "unknown_room"), (("user", "export", "nobody"),
                                                                          "unknown_person")]:
        out = command(server, *words, "--output", str(server.folder / "none"))
        report.check(f"{' '.join(words)}: {code}", out[0] == 1 and code in out[2], out)
    report.check("and no file is made", not (server.folder / "none").exists())
    log = server.admin("audit", "tail", "--count", "20", "--json")
    kinds = [json.loads(line)["kind"] for line in log.splitlines()]
    report.check("exports are in the audit log", kinds.count("room_exported") == 2
                 and kinds.count("person_exported") == 1, kinds)


def check_offline(report, server):
    online = [json_lines(server.admin(*words).encode())
              for words in (("room", "export", "square"), ("user", "export", "ben"))]
    server.stop()
    offline = [json_lines(server.admin(*words).encode())
               for words in (("room", "export", "square"), ("user", "export", "ben"))]
    report.check("without a server a room's export is the same", online[0] == offline[0])
    strip = [[line for line in lines if line["type"] not in ("entry", "end")] for lines in (online[1], offline[1])]
    report.check("and a person's, but for what the audit log has since", strip[0] == strip[1])
    server.start()
