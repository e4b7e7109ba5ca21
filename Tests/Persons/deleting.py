"""The end of a person: what is gone, what stays, and what is refused."""

import json
import stat

import chain
import protocol
import securechat
from protobuf import decode, first
from stage import SETTINGS, Talker, command, edit, files_with, message, reaction
from waiting import TooLate, until

NAME = "quintessa"
WORDS = ["the heron nests behind the quarry", "the heron nests beneath the bridge", "zwölf boxkämpfer jagen viktor"]


def check(report):
    with securechat.Server({**SETTINGS, "SECURECHAT_LIMITS_ENABLED": "false"}) as server:
        for name in (NAME, "ben", "mia"):
            server.add_person(name)
        server.admin("room", "add", "square")
        server.admin("room", "members", "square", "--add", "mia", "--role", "owner")
        hers, ben = Talker(server, NAME), Talker(server, "ben")
        numbers = talk(server, hers, ben)
        check_refusals(report, server)
        before = {event.sequence: event for event in ben.history()}
        receipt = delete(report, server)
        check_history(report, ben, before, numbers)
        check_files(report, server)
        check_logins(report, server)
        check_receipt(report, server, receipt)
        check_rest(report, server, ben)


def talk(server, hers, ben):
    first_words = hers.say(message(WORDS[0]))
    hers.say(edit(first_words, WORDS[1]))
    kept = ben.say(message("what about the bridge?", first_words))
    hers.say(reaction(kept, "seltsam"))
    for number in range(300):
        hers.say(message(f"{WORDS[2]} {number}"))
        ben.say(message(f"ben counts {number}"))
    # Named in other people's doings, in sessions, links and the audit log.
    server.admin("room", "add", "cellar", "--private")
    server.admin("room", "members", "cellar", "--add", NAME)
    server.admin("room", "members", "cellar", "--remove", NAME)
    server.admin("user", "invite", NAME)
    with protocol.Connection(server.port) as device:
        device.log_in(NAME, server.passwords[NAME])
    try:
        with protocol.Connection(server.port) as wrong:
            wrong.log_in(NAME, "wrong password")
    except protocol.Refused:
        pass
    return first_words, kept


def check_refusals(report, server):
    out = command(server, "user", "delete", "nobody", "--yes")
    report.check("nobody of that name", out[0] == 1 and "unknown_person" in out[2], out)
    out = command(server, "user", "delete", "ben")
    report.check("where nobody can be asked it wants --yes", out[0] == 2 and "--yes" in out[2], out)
    out = command(server, "user", "delete", "mia", "--yes")
    report.check("a room keeps its owner", out[0] == 1 and "last_owner" in out[2] and "square" in out[2], out)
    admins = [line["name"] for line in json.loads(server.admin("user", "list", "--json")) if line["is_administrator"]]
    for name in admins:
        out = command(server, "user", "delete", name, "--yes")
        report.check("the server keeps an administrator", out[0] == 1 and "last_administrator" in out[2], out)
    shown = json.loads(server.admin("user", "show", "mia", "--json"))
    report.check("and whoever was refused is as before", not shown[0]["is_disabled"], shown)


def delete(report, server):
    watcher = Talker(server, NAME)
    file = server.folder / "receipt.json"
    out = command(server, "user", "delete", NAME, "--yes", "--receipt", str(file))
    if not report.check("a person is deleted", out[0] == 0, out):
        return {}
    receipt = json.loads(out[1])
    report.check("the receipt is kept for its owner alone",
                 json.loads(file.read_text()) == receipt and stat.S_IMODE(file.stat().st_mode) == 0o600)
    try:
        while True:
            _, kind, data = watcher.connection.receive()
            if kind == protocol.DISCONNECT:
                protocol.raise_disconnect(data)
    except protocol.Disconnected as end:
        report.check("their connections end", end.name == "disabled", end.name)
    except OSError as error:
        report.check("their connections end", False, error)
    return receipt


def check_history(report, ben, before, numbers):
    first_words, kept = numbers
    after = {event.sequence: event for event in ben.history()}
    report.check("the chain holds, from the first event to the head",
                 not chain.problems([after[sequence] for sequence in sorted(after)]))
    report.check("no event is another than it was", all(
        (after[sequence].link, after[sequence].author) == (event.link, event.author)
        for sequence, event in before.items()))
    author = before[first_words].author
    says = [event for sequence, event in after.items() if event.author == author and event.content]
    report.check("nothing that they said is there", not says, says[:3])
    report.check("what others said is", protocol.text_of(after[kept]) == "what about the bridge?")
    told = [event for sequence, event in after.items() if event.content and 10 in decode(event.content)]
    report.check("the room is told once, by the operator",
                 len(told) == 1 and told[0].author == bytes(16)
                 and first(decode(first(decode(told[0].content), 10)), 1) == author, told)
    left = protocol.membership_of(after[max(after)])
    report.check("and that they are no member", left is not None and left[0].startswith("deleted-") and left[1] == 0,
                 left)
    names = {event.author_name for event in after.values() if event.author == author}
    report.check("the author has another name", len(names) == 1 and next(iter(names)).startswith("deleted-"), names)


def check_files(report, server):
    # The index keeps its texts without accents.
    texts = [NAME, *WORDS, "zwolf boxkampfer jagen viktor", f"bench of {NAME}"]
    try:
        until(lambda: not files_with(server, *texts), 60, "the files have forgotten it", pause=0.25)
        found = []
    except TooLate:
        found = files_with(server, *texts)
    report.check("no file but the sessions' has their name or their words", not found, found)


def check_logins(report, server):
    answers = []
    for name in (NAME, "never-was"):
        try:
            with protocol.Connection(server.port) as connection:
                connection.log_in(name, server.passwords[NAME])
            answers.append("granted")
        except protocol.Refused as refusal:
            answers.append((refusal.name, str(refusal)))
    report.check("they log in no more, and are told what nobody is told",
                 answers[0] == answers[1] and answers[0][0] == "wrong_credentials", answers)
    shown = json.loads(server.admin("user", "list", "--json"))
    gone = [line for line in shown if line["name"].startswith("deleted-")]
    report.check("they are a placeholder in the list", len(gone) == 1 and gone[0]["is_disabled"], shown)
    for words in [("enable",), ("invite",), ("token",), ("export",)]:
        out = command(server, "user", *words, gone[0]["name"])
        report.check(f"which is nobody to `user {words[0]}`", out[0] == 1 and "unknown_person" in out[2], out)
    server.add_person(NAME)
    report.check("the name can be had again", NAME in server.admin("user", "list"))
    out = command(server, "user", "delete", NAME, "--yes")
    report.check("and deleted again", out[0] == 0, out)


def check_receipt(report, server, receipt):
    erased = receipt.get("erased", {})
    wanted = {"messages": 301, "edits": 1, "reactions": 1, "rooms": 2, "passwords": 1}
    report.check("the receipt counts what was erased",
                 all(erased.get(kind) == count for kind, count in wanted.items())
                 and erased.get("mentions", 0) >= 3 and erased.get("sessions", 0) >= 3
                 and erased.get("audit_entries", 0) >= 5, erased)
    report.check("and names nobody", NAME not in json.dumps(receipt))
    whats = [held["what"] for held in receipt.get("held", [])]
    report.check("it tells of copies elsewhere", any("elsewhere" in what for what in whats), whats)
    again = command(server, "user", "delete", "--again", str(server.folder / "receipt.json"))
    report.check("once more it is the same", again[0] == 0 and json.loads(again[1])["erased"] == erased, again)


def check_rest(report, server, ben):
    rows = [json.loads(line) for line in server.admin("audit", "export").splitlines()]
    kinds = [row["kind"] for row in rows if row["type"] == "entry"]
    report.check("the audit log has the deletion, and the erasing",
                 kinds.count("person_deleted") == 2 and "details_erased" in kinds, kinds[-8:])
    report.check("without the name", NAME not in json.dumps(rows))
    server.admin("audit", "verify")
    made = json.loads(server.admin("snapshot", "create", "--json"))["path"]
    server.admin("snapshot", "drill")
    found = ben.connection.search_all("heron") + ben.connection.search_all("boxkampfer")
    report.check("nobody finds what they said", not found, found)
    late = Talker(server, "ben")
    report.check("people go on", late.say(message("still here")) > 0)
    server.stop()
    server.admin("check")
    server.start()
    report.check("check, audit verify and snapshots are content", True)
    report.check("a snapshot that is made now has nothing of it", made not in
                 [held.get("path") for held in json.loads((server.folder / "receipt.json").read_text())["held"]])
