"""Many newcomers for few uses, and a server that is killed among them."""

import re
import signal
import subprocess
import threading

from links import PASSWORD, SETTINGS, entered, invites, link, logs_in, people
import protocol
import securechat
from waiting import until

CROWD, USES = 50, 10


class Newcomer(threading.Thread):
    """Comes once; its code, or what became of the connection."""

    def __init__(self, server, token, name, granted=None):
        super().__init__(daemon=True)
        self.name, self.granted, self.code = name, granted, "lost"
        self.token, self.port = token, server.port

    def run(self):
        try:
            with protocol.Connection(self.port, patience=120) as connection:
                while True:
                    try:
                        connection.come(self.token, self.name, PASSWORD)
                        self.code = None
                        if self.granted:
                            self.granted.release()
                        return
                    except protocol.Refused as error:
                        self.code = error.name
                        if error.name != "busy":
                            return
        except (protocol.Disconnected, OSError) as error:
            self.code = getattr(error, "name", "lost")


def everybody(server, token, names, granted=None):
    threads = [Newcomer(server, token, name, granted) for name in names]
    for thread in threads:
        thread.start()
    return threads


def codes(threads):
    for thread in threads:
        thread.join(180)
    return {thread.name: thread.code for thread in threads}


def sessions(server):
    """How many there are in state.lmdb, whose they may be (Debian: lmdb-utils)."""
    said = subprocess.run(["mdb_stat", "-s", "sessions", str(server.data / "state.lmdb")], capture_output=True,
                          check=True, timeout=60).stdout.decode()
    return int(re.search(r"Entries: (\d+)", said)[1])


def crowd(report, server):
    """Of fifty who come at once by a link for ten, ten are in."""
    before, opened = people(server).keys(), sessions(server)
    made = link(server, "--uses", str(USES))
    told = codes(everybody(server, made["token"], [f"crowd{number}" for number in range(CROWD)]))
    inside = {name for name, code in told.items() if code is None}
    report.check(f"of {CROWD} who come at once by a link for {USES}, {USES} are in", len(inside) == USES
                 and set(told.values()) == {None, "wrong_credentials"}, sorted(map(str, told.values())))
    report.check("and just those are people", people(server).keys() - before == inside)
    rows = [row for row in entered(server, "person_added") if row["details"].get("invite") == made["id"]]
    report.check("each of them once in the audit log", sorted(row["details"]["name"] for row in rows) == sorted(inside))
    report.check("who was too late leaves no session behind", until(
        lambda: sessions(server) == opened + USES, 30, "ten sessions more"))
    report.check("the link is gone", made["id"] not in invites(server))


def kills(report):
    """The server is killed as the first, third … of them is told; afterwards people and uses agree, and all come
    again."""
    with securechat.Server(SETTINGS) as server:
        for number, moment in enumerate((1, 3, 5, 9)):
            killed(report, server, f"round{number}-", moment)
        report.check("the audit log verifies after all this", server.admin("audit", "verify"))


def killed(report, server, prefix, moment):
    made = link(server, "--uses", str(USES))
    names = [f"{prefix}{place}" for place in range(30)]
    granted = threading.Semaphore(0)
    threads = everybody(server, made["token"], names, granted)
    for _ in range(moment):
        granted.acquire(timeout=60)
    server.stop(signal.SIGKILL)
    told = codes(threads)
    server.start()
    there = {name for name in people(server) if name.startswith(prefix)}
    left = invites(server).get(made["id"], {}).get("uses_left", 0)
    acked = {name for name, code in told.items() if code is None}
    report.check(f"killed as {moment} are in: people and uses agree", len(there) == USES - left,
                 f"{len(there)} people, {left} uses left")
    report.check("  who was told to be in, is", len(acked) >= moment and acked <= there, acked - there)
    again = codes(everybody(server, made["token"], names))
    inside = {name for name in people(server) if name.startswith(prefix)}
    report.check(f"  when all come again {USES} are in", len(inside) == USES and there <= inside
                 and {name for name, code in again.items() if code is None} == inside - there, sorted(inside))
    report.check("  and those whose answer was lost by their password",
                 all(logs_in(server, name) for name in sorted(there - acked)[:3]))
