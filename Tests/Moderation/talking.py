"""The same at the command line: what people type into `chat`."""

import os
import re
import select
import signal
import subprocess
import time

import securechat
import stage
from stage import (
    INVITATION, MEMBER, MEMBERSHIP, MODERATOR, PIN, PRIVATE, PUBLIC, SANCTION, SETTINGS_CHANGE, SINCE_JOINING,
    change_of, content_of, create, invite, mute, opened, settings)

PASSWORD = "correct horse battery"


def client(server, command, name, room, *words, **options):
    """A command of theirs, by their key: it costs no hashing of a password, which most of these do not need."""
    key = server.keys.get(name)
    if not key:
        return server.client(command, name, "--room", room, *words, **options)
    home = server.folder / f"home-{name}"
    home.mkdir(exist_ok=True)
    environment = {**server.environment, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "SECURECHAT_TOKEN": key}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([securechat.PROGRAM, command, "--server", f"127.0.0.1:{server.port}", "--user", name,
                             "--accept-new", "--room", room, *words], env=environment, **options)


def typed(server, name, room, *lines):
    """What somebody's `chat` says who types this, and its exit status."""
    chat = client(server, "chat", name, room, stdin=subprocess.PIPE)
    output, complaint = chat.communicate("\n".join([*lines, "/quit", ""]).encode(), timeout=60)
    return output.decode() + complaint.decode(), chat.returncode


def people(server):
    """zoe comes by her password, as only a device makes links."""
    server.passwords["zoe"] = PASSWORD
    file = server.folder / "password-zoe"
    file.write_text(PASSWORD)
    server.admin("user", "add", "zoe", "--password-file", str(file), "--admin")
    server.admin("user", "add", "ada")
    server.keys = {"ada": server.token("ada", *stage.protocol.SCOPES)}


def conversation(report, cast, server):
    """Each command once, by somebody who may all of it; what comes of it is in the room's history."""
    zoe = stage.Person(server, "zoe", server.token("zoe", *stage.protocol.SCOPES))
    room = opened(zoe, "parlour", PUBLIC, bob=MODERATOR, mia=MEMBER)
    zoe.must(stage.add(room, "tom"))
    said = cast.mia.say(room, "rude words")
    _, head, _ = cast.bob.follow(room)
    lines = [
        "/rules", "/topic of tea", "/slow 10m", "/history joined", f"/pin #{said}", "/rules", f"/unpin #{said}",
        f"/report #{said} it is rude", "/invite ada", "/uninvite ada", "/mute mia 1h too loud", "/unmute mia",
        "/mute mia", "/unmute mia", "/kick mia bye bye", "/ban tom 2d spam spam", "/unban tom", "/ban ada",
        "/block bob", "/blocks", "/unblock bob", "/slow off", "/history all", "/link 2 2d"]
    words, status = typed(server, "zoe", "parlour", *lines)
    report.check("chat: each command is understood and granted", status == 0, words)
    events = cast.bob.read_soon(room, head, 18)
    found = [change_of(event)[:2] if content_of(event)[0] in (MEMBERSHIP, SANCTION, INVITATION)
             else content_of(event)[0] for event in events]
    sanction, invitation = (SANCTION, "mia"), (INVITATION, "ada")
    wanted = [SETTINGS_CHANGE] * 3 + [PIN] * 2 + [invitation] * 2 + [sanction] * 4 + [
        (MEMBERSHIP, "mia"), (MEMBERSHIP, "tom"), (SANCTION, "tom"), (SANCTION, "tom"), (SANCTION, "ada"),
        SETTINGS_CHANGE, SETTINGS_CHANGE]
    report.check("and each does what it says", found == wanted and {event.author_name for event in events} == {"zoe"},
                 found)
    changes = [change_of(event) for event in events if content_of(event)[0] in (MEMBERSHIP, SANCTION)]
    spans = [round((change_of(event).until - event.at) / 1_000) for event in events if content_of(event)[0] == SANCTION
             and not change_of(event).lifted and change_of(event).until != stage.FOR_EVER]
    report.check("with its time and its reason", spans == [3_600, 2 * 86_400]
                 and [change.reason for change in changes if change.reason]
                 == ["too loud", "bye bye", "spam spam", "spam spam"]
                 and [change.until for change in changes if not change.lifted].count(stage.FOR_EVER) == 2, changes)
    shown = [line for line in words.splitlines() if "600" in line and f"#{said}" in line]
    report.check("/rules shows slow mode, visibility and pins", shown, words)
    report.check("/blocks shows who is blocked", re.search(r"block\w*:? bob", words) and zoe.blocks() == [], words)
    rows = stage.entered(server, "message_reported")
    report.check("/report is in the audit log", rows and rows[-1]["details"]["reason"] == "it is rude", rows)
    report.check("/link prints a link", re.search(r"securechat://\S+#token=scn_", words) is not None)
    zoe.close()


def mistyped(report, cast, server):
    lines = ["/mute", "/kick", "/ban", "/invite", "/pin x", "/unpin", "/slow x", "/slow", "/history x", "/report",
             "/block"]
    words, status = typed(server, "zoe", "parlour", *lines)
    missed = [line for line in lines if f"{line.split()[0]}: not understood" not in words]
    report.check("chat: what is half a command is not understood", status == 1 and not missed, (missed, words))
    lines = ["/mute nobody-of-this-name", "/kick nobody-of-this-name", "/pin #999999", "/report #999999 why",
             "/slow 3w"]
    words, status = typed(server, "zoe", "parlour", *lines)
    told = [re.search(r"\((\w+)\)", line)[1] for line in words.splitlines() if re.match(r"-- line \d+:.*\(\w+\)", line)]
    report.check("and what is refused is told with its code and line", told == [
        "unknown_person", "unknown_person", "unknown_event", "unknown_event", "invalid_argument"], words)
    opened(cast.bob, "lounge", PUBLIC)
    words, _ = typed(server, "ada", "lounge", "/help")
    missed = [name for name in (
        "invite", "uninvite", "kick", "mute", "unmute", "ban", "unban", "pin", "unpin", "rules", "topic", "slow",
        "history", "report", "block", "unblock", "blocks", "link") if not re.search(rf"/{name}\b", words)]
    report.check("/help lists them all", not missed, missed)
    told = [typed(server, "ada", "lounge") for _ in range(5)]
    report.check("who says nothing but /quit has done all of it, five times", [status for _, status in told] == [0] * 5,
                 [words for words, status in told if status])


def from_the_other_side(report, cast, server):
    """What they meet whom it is done to."""
    room = opened(cast.bob, "salon", PUBLIC)
    early = cast.bob.say(room, "said before ada came")
    cast.bob.must(settings(room, visibility=SINCE_JOINING))
    words, status = typed(server, "ada", "salon", "hello there", "/rules")
    report.check("chat: who comes later is shown nothing of before, and talks", status == 0
                 and "ada: hello there" in words and "before ada came" not in words, words)
    tail = client(server, "tail", "ada", "salon", "--since", "0", "--json", "--no-follow")
    rows = securechat.json_lines(tail.communicate(timeout=60)[0])
    report.check("tail begins in the middle too", tail.returncode == 0 and rows[0]["seq"] == early + 2
                 and "before ada came" not in str(rows), rows)
    cast.bob.must(mute(room, "ada", 3_600))
    words, status = typed(server, "ada", "salon", "let me speak")
    report.check("who is muted is told so", status == 1 and "(muted)" in words, words)
    cast.bob.must(stage.unmute(room, "ada"))
    cast.bob.must(settings(room, slow=3_600))
    words, status = typed(server, "ada", "salon", "one of two", "two of two")
    report.check("who has to wait is told so, and what they said before is sent", status == 1
                 and "ada: one of two" in words and "(slow_mode)" in words and "ada: two of two" not in words, words)
    cast.bob.must(settings(room, slow=0), stage.ban(room, "ada"))
    words, status = typed(server, "ada", "parlour-of-ada", "/join salon")
    report.check("who is banned is told so", status == 1 and "(banned)" in words, words)
    cast.bob.must(stage.unban(room, "ada"), create("den", PRIVATE), invite("den", "ada"))
    words, status = typed(server, "ada", "salon", "/rooms", "/join den", "here I am")
    report.check("who is invited sees the room and goes in", status == 0 and re.search(r"den.*invited", words)
                 and re.search(r"ada: here I am", words) and "ada" in cast.bob.members("den"), words)


class Talk:
    """A `chat` that goes on, while others do things."""

    def __init__(self, server, name, room):
        self.client = client(server, "chat", name, room, stdin=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.seen = ""

    def types(self, line):
        self.client.stdin.write(f"{line}\n".encode())
        self.client.stdin.flush()

    def sees(self, words, patience=30, times=1):
        end = time.monotonic() + patience
        while self.seen.count(words) < times and time.monotonic() < end:
            if select.select([self.client.stdout], [], [], 0.2)[0]:
                found = os.read(self.client.stdout.fileno(), 65_536)
                if not found:
                    break
                self.seen += found.decode()
        return self.seen.count(words) >= times

    def ends(self):
        self.types("/quit")
        self.client.communicate(timeout=60)
        return self.client.returncode


def shown_at_start(server, name, room, last):
    """What is shown of a room up to these words."""
    chat = Talk(server, name, room)
    seen = chat.sees(last) and chat.seen
    chat.ends()
    return seen


def blocked_words(report, cast, server):
    room = opened(cast.bob, "yard", PUBLIC, tom=MEMBER)
    chat = Talk(server, "ada", "yard")
    chat.sees("yard, ")
    for what, ends, said in (("/block tom", "blocked: tom", "words of the blocked"),
                             ("/unblock tom", "blocked nobody", "words of tom, who may speak")):
        chat.types(what)
        chat.types("/blocks")
        chat.sees(ends)
        cast.tom.say(room, said)
        cast.bob.say(room, f"after {what}")
        chat.sees(f"bob: after {what}")
    report.check("chat shows nothing of what the blocked say in rooms of many", "words of the blocked" not in chat.seen,
                 chat.seen)
    report.check("and all of it once that is over", "tom: words of tom, who may speak" in chat.seen, chat.seen)
    for number in range(8):
        for what, ends in (("block", "hear no more from tom"), ("unblock", "hear from tom again")):
            count = chat.seen.count(ends)
            chat.types(f"/{what} tom")
            chat.sees(ends, times=count + 1)
            cast.tom.say(room, f"{what}ed {number}")
            cast.bob.say(room, f"mark {what} {number}")
            chat.sees(f"bob: mark {what} {number}")
    wrong = [words for words in re.findall(r"tom: (?:un)?blocked \d", chat.seen) if "unblocked" not in words]
    missed = [number for number in range(8) if f"tom: unblocked {number}" not in chat.seen]
    report.check("from the moment at which it says so, eight times", not wrong and not missed, (wrong, missed))
    count = chat.seen.count("blocked: tom")
    chat.types("/block tom")
    chat.types("/blocks")
    chat.sees("blocked: tom", times=count + 1)
    report.check("and ends in order", chat.ends() == 0, chat.seen)
    told = [shown_at_start(server, "ada", "yard", f"mark unblock {number}") for _ in range(6)]
    shown = [words for words in told if "words of the blocked" in words]
    report.check("nor when it shows what was said before, six times", all(told) and not shown, shown)
    report.check("who is blocked is refused in a direct room", cast.tom.code(stage.direct("ada")) == "blocked")


def comes_again(report, cast, server):
    """A client that holds what it may not read on from any more: it was away when the server was killed and its person
    put out and added."""
    room = opened(cast.bob, "gallery", PUBLIC, ada=MEMBER)
    cast.bob.must(settings(room, visibility=SINCE_JOINING))
    cast.bob.say(room, "before it")
    chat = Talk(server, "ada", "gallery")
    chat.sees("bob: before it")
    os.kill(chat.client.pid, signal.SIGSTOP)
    cast.kill()
    cast.bob.must(stage.remove(room, "ada"))
    cast.bob.say(room, "while she was away")
    cast.bob.must(stage.add(room, "ada"))
    cast.bob.say(room, "welcome back")
    os.kill(chat.client.pid, signal.SIGCONT)
    report.check("a client that holds less than it may read on from begins anew there", chat.sees("bob: welcome back")
                 and "while she was away" not in chat.seen, chat.seen)
    chat.types("here I am")
    report.check("and goes on", chat.sees("ada: here I am") and chat.ends() == 0, chat.seen)


def play(report, cast, server):
    people(server)
    conversation(report, cast, server)
    mistyped(report, cast, server)
    from_the_other_side(report, cast, server)
    comes_again(report, cast, server)
    blocked_words(report, cast, server)
