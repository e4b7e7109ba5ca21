"""Links at the command line: how operators make them, and what somebody meets who opens one."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import links
import securechat
from links import PASSWORD, come, complaint, invites, link


class Terminal:
    """A client command in a terminal of its own (pty(7))."""

    def __init__(self, home, *words, **environment):
        home.mkdir(exist_ok=True)
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ.update(HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"), **environment)
            os.execv(securechat.PROGRAM, [securechat.PROGRAM, *words])
        self.seen = ""

    def sees(self, pattern, patience=60):
        end = time.monotonic() + patience
        while not re.search(pattern, self.seen) and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.terminal, 65_536).decode(errors="replace")
                except OSError:  # the other end is gone
                    break
        return re.search(pattern, self.seen)

    def types(self, text):
        os.write(self.terminal, f"{text}\r".encode())

    def ends(self, patience=30):
        """The exit status; the process is killed if it does not end."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.sees("(?!)", 0.2)
            number, status = os.waitpid(self.process, os.WNOHANG)
            if number:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        return None


def operators(report, server):
    plain = server.admin("user", "invite")
    links.told.append(re.search(r"token=([^&]+)", plain)[1])
    report.check("user invite without a name prints one link", re.fullmatch(
        rf"securechat://[^/]+:{server.port}/#token=scn_[\w-]{{43}}&fingerprint=sha256:[0-9a-f]{{64}}\n", plain), plain)
    made = link(server, "--uses", "7", "--expires", "30d", "--room", "hall", "--role", "moderator")
    found = invites(server)[made["id"]]
    report.check("user invites has all of it, but the link", found["uses_left"] == 7 and found["rooms"] == ["hall"]
                 and found["role"] == "moderator" and found.get("maker") is None
                 and found["expires_at"] == made["expires_at"] and made["token"] not in json.dumps(found), found)
    table = server.admin("user", "invites")
    report.check("as a table too", all(word in table for word in ("7 of 7", "hall", "operator", made["id"])), table)
    server.admin("user", "uninvite", made["id"])
    for words, status, what in (
            (["--uses", "0"], 1, "invalid_argument"), (["--uses", "1001"], 1, "invalid_argument"),
            (["--uses", "2", "--admin"], 1, "one use"), (["--expires", "59s"], 1, "invalid_argument"),
            (["--expires", "91d"], 1, "invalid_argument"), (["--expires", "soon"], 2, "expires"),
            (["--expires", "99999999999999999999w"], 2, "expires"), (["--expires", "9999999w"], 2, "expires"),
            (["--room", "nowhere"], 1, "unknown_room"), (["--role", "owner"], 2, "--room"),
            (["kim", "--uses", "2"], 2, "for a person"), (["nobody-here"], 1, "unknown_person")):
        told = complaint(server, "user", "invite", *words)
        report.check(f"user invite {' '.join(words)} is refused", told[0] == status and what in told[1], told)
    report.check("and leaves nothing behind", all(each["uses"] != 2 or each.get("maker") for each in
                                                  invites(server).values()))
    link_of_kim = server.admin("user", "invite", "kim")
    report.check("with a name it is the link that it was", "#token=sci_" in link_of_kim and "user=kim" in link_of_kim)


def offline(report, server):
    """No server runs: the commands open the stores themselves."""
    made = link(server, "--uses", "2", "--room", "square")
    report.check("without a server links are made and listed all the same", invites(server)[made["id"]]["uses"] == 2)
    other = link(server)
    server.admin("user", "uninvite", other["id"])
    report.check("and taken back", other["id"] not in invites(server))
    server.start()
    told = come(server, made["token"], "vera"), come(server, other["token"], "will")
    report.check("and count when it runs again", told == (None, "wrong_credentials"), told)


def by_link(server, home, url, *words, **environment):
    # The link says where the server is by its name, which not every machine resolves.
    url = re.sub(r"//[^/]+/", f"//127.0.0.1:{server.port}/", url)
    return Terminal(server.folder / home, "chat", "--link", url, *words, **environment)


def newcomer(report, server):
    made = link(server, "--uses", "2", "--room", "hall")
    person = by_link(server, "home-xena", made["link"], "--room", "hall")
    asked = person.sees("Your name, as others will see it: ")
    person.types("Xena")
    person.sees("New password for Xena:")
    person.types(PASSWORD)
    person.sees("The same again:")
    person.types(PASSWORD)
    report.check("who opens a link is asked for a name and a new password, and is in",
                 asked and person.sees("Xena at ") and PASSWORD not in person.seen, person.seen)
    person.types("hello, I am new here")
    report.check("and can talk in its room", person.sees("Xena: hello, I am new here"), person.seen)
    person.types("/quit")
    report.check("which ends in order", person.ends() == 0, person.seen)
    kept = server.folder / "home-xena/.config/securechat/known_devices"
    report.check("the device is known from then on", kept.exists() and "xena" in kept.read_text().lower())
    again = by_link(server, "home-xena", made["link"], "--user", "xena", SECURECHAT_PASSWORD=PASSWORD)
    report.check("who opens it again, by the same name and password, comes in without another use",
                 again.sees("Xena at ") and invites(server)[made["id"]]["uses_left"] == 1, again.seen)
    again.types("/quit")
    again.ends()
    other = by_link(server, "home-other", made["link"], "--user", "xena", SECURECHAT_PASSWORD="another password")
    report.check("somebody else is told that the name is taken", other.ends() == 1 and "name_taken" in other.seen,
                 other.seen)
    blind = subprocess.run([securechat.PROGRAM, "chat", "--link", made["link"]], stdin=subprocess.DEVNULL,
                           env={**server.environment, "SECURECHAT_PASSWORD": PASSWORD, "HOME": str(server.folder)},
                           capture_output=True, timeout=60, start_new_session=True)
    report.check("a script has to say the name", blind.returncode == 2 and b"--user" in blind.stderr, blind.stderr)
    wrong = by_link(server, "home-other", made["link"], "--user", "a b", SECURECHAT_PASSWORD=PASSWORD)
    report.check("a name that is none is refused with its code", wrong.ends() == 1 and "invalid_name" in wrong.seen,
                 wrong.seen)
    report.check("and the use is still there", come(server, made["token"], "yara") is None)


def administrators(report, server):
    file = server.folder / "password-zoe"
    file.write_text(PASSWORD)
    server.admin("user", "add", "zoe", "--password-file", str(file), "--admin")
    server.passwords["zoe"] = PASSWORD
    chat = Terminal(server.folder / "home-zoe", "chat", "--server", f"127.0.0.1:{server.port}", "--user", "zoe",
                    "--accept-new", "--room", "square", SECURECHAT_PASSWORD=PASSWORD)
    chat.sees("square, ")
    chat.types("/link 5 2d")
    found = chat.sees(r"(securechat://\S+#token=(scn_[\w-]{43})&fingerprint=sha256:[0-9a-f]{64})")
    report.check("/link prints a link to where one is",
                 found and f"//127.0.0.1:{server.port}/" in found[1], chat.seen)
    if not found:
        return
    links.told.append(found[2])
    mine = [each for each in invites(server).values() if each.get("maker") == "zoe"]
    report.check("for as many as was said, into the room where one is",
                 [(each["uses"], each["rooms"]) for each in mine] == [(5, ["square"])], mine)
    report.check("and lets in", come(server, found[2], "abel") is None
                 and chat.sees("abel is member"), chat.seen)
    for line, what in (("/link 5 2x", "not understood"), ("/link 1001", "invalid_argument")):
        chat.types(line)
        report.check(f"{line} is refused", chat.sees(what), chat.seen)
    chat.types("/quit")
    chat.ends()
    chat = Terminal(server.folder / "home-xena", "chat", "--server", f"127.0.0.1:{server.port}", "--user", "xena",
                    "--accept-new", "--room", "square", SECURECHAT_PASSWORD=PASSWORD)
    chat.sees("square, ")
    chat.types("/link")
    report.check("who is no administrator is told so", chat.sees(r"forbidden"), chat.seen)
    chat.types("/quit")
    chat.ends()


PARTS = (operators, newcomer, administrators)
