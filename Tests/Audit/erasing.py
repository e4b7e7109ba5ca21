"""Erasing a person's details: by the command, with a server and without, and when the server is killed meanwhile."""

import re
import signal
import subprocess

import securechat
import verifier
from trail import entries, export, fail_login, holding, kinds, opened, program_says, refused, told
from waiting import until


def talk_about(server, name):
    """Entries of every way in: administration, logins that succeed and fail, and some that are only counted yet."""
    server.add_person(name)
    for act in ["invite", "token", "disable", "enable"]:
        server.admin("user", act, name)
    server.client("send", name, "--room", "yard", "hello").wait(60)
    right, server.passwords[name] = server.passwords[name], "wrong"
    for _ in range(2):
        fail_login(server, name)
    server.passwords[name] = right


def erasing(report, server, key):
    """A person's details go, by the command; the chain still verifies, and the bytes are in no file."""
    unknown = refused(server, "audit", "erase", "--person", "nobody")
    report.check("nobody of that name", "unknown_person" in unknown, unknown)
    before = program_says(export(server), key)[1]
    report.check("nothing is erased yet", " 0 of them erased" in before, before)
    total = 0
    for name, runs in [("quintessa", True), ("zebediah", False)]:
        talk_about(server, name)
        # The person stays in chat.db, with the name: a record in the outbox would have it as JSON.
        record = f'{{"name":"{name}"'
        how = "" if runs else ", without a server"
        if not runs:
            server.stop()
        said = server.admin("audit", "erase", "--person", name)
        count = int(re.search(r"details of (\d+) entries", said)[1])
        total += count
        report.check(f"erase says how many{how}", count >= 8, said)
        report.check(f"the name is in no file of the audit log{how}",
                     not [file for file in holding(server, name) if file.startswith("audit")], holding(server, name))
        report.check(f"and in no record of the outbox{how}", not holding(server, record), holding(server, record))
        again = server.admin("audit", "erase", "--person", name)
        report.check(f"again there is nothing to erase{how}", "of 0 entries" in again, again)
        if not runs:
            server.start()
        lines = export(server)
        erased_by_it(report, lines, name, how, count, total)
        status, says = program_says(lines, key)
        report.check(f"the chain verifies and says how many are erased{how}",
                     status == 0 and f" {total} of them erased" in says, says)
        report.check(f"by the page too{how}", verifier.verify(lines, verifier.read_public_key(key)) is None)
    report.check("nothing was set aside", "log_set_aside" not in kinds(lines))
    said = server.client("send", "zebediah", "--room", "yard", "still here")
    report.check("the person chats on", said.wait(60) == 0, said.stderr.read())


def erased_by_it(report, lines, name, how, count, total):
    row = [row for row in entries(lines) if row["kind"] == "details_erased"][-1]
    report.check(f"that it was done is entered, without the name{how}",
                 told(row) == {"count": count} and row["actor"] == "operations" and len(row["subjects"]) == 1, row)
    erased = [row for row in entries(lines) if row["details"] is None]
    mine = [other for other in erased if row["subjects"][0] in [other["actor"], *other["subjects"]]]
    report.check(f"those and no others are erased{how}",
                 len(erased) == total and len(mine) == count and name not in "".join(lines), erased)


def erasing_and_a_kill(report, server, key):
    """Killed while it erases: what was begun is done when it is asked again, and everything verifies."""
    server.add_person("morwenna")
    for _ in range(20):
        server.admin("user", "token", "morwenna")
    before = stored_erasings(server)
    command = subprocess.Popen(
        [securechat.PROGRAM, "audit", "erase", "--person", "morwenna", "--data", str(server.data)],
        env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: stored_erasings(server) > before, 30, "the erasing has begun")
    server.stop(signal.SIGKILL)
    command.wait(60)
    server.start()
    server.admin("audit", "erase", "--person", "morwenna")
    lines = export(server)
    status, says = program_says(lines, key)
    report.check("killed while it erases, asked again: all is erased and verifies",
                 status == 0 and "morwenna" not in "".join(lines)
                 and not [file for file in holding(server, "morwenna") if file.startswith("audit")], says)


def stored_erasings(server):
    with opened(server, "audit") as audit:
        return audit.execute("SELECT count(*) FROM entries WHERE kind = 'details_erased'").fetchone()[0]
