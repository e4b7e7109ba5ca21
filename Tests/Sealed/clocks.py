"""Two clocks that differ: the person is told, and a server whose clock steps keeps its sealed connections."""

import os
import threading

import securechat
from client import Client, Disconnected, Distrusted, Refused
from clock import LIBRARY, Clock
from rogue import Identity, Rogue
from rotation import Person
from sealing import Broken
from waiting import until

DAY = 86_400
WORDS_OF_A_STEP = 100


def check_clock(report, stage):
    """The command line tells its person when the two clocks differ."""
    identity, person = Identity(), Person(stage.server, "grace")
    cases = [(0, None), (3_660, "this machine's clock is 1 hour "), (-90, "ahead of the server's"), (20, None)]
    with Rogue(identity, os.urandom(16)) as rogue:
        for lead, words in cases:
            rogue.clock = lead * 1_000
            person.pin(rogue.port, identity.digest.hex(), 0)
            _, complaint = person.look("--patience", "0", port=rogue.port)
            told = "this machine's clock" in complaint
            report.check(f"a server whose clock is {lead} s ahead: {words or 'nothing is said'}",
                         words in complaint if words else not told, complaint)


class Talker(threading.Thread):
    """Says a word after another on a sealed connection, changing keys where it is told to, and waits for answers."""

    def __init__(self, stage_port, token):
        super().__init__(daemon=True)
        self.client = Client(stage_port, token)
        self.room = self.client.join("square")
        self.count, self.fault = 0, None
        self.is_done, self.is_rekeying = threading.Event(), threading.Event()

    def run(self):
        try:
            while not self.is_done.is_set():
                self.client.send(self.room, f"word {self.count}")
                if self.is_rekeying.is_set():
                    self.client.rekey()
                    self.is_rekeying.clear()
                self.count += 1
        except (Broken, Disconnected, Refused, OSError) as error:
            self.fault = error

    def goes_on(self):
        wanted = self.count + WORDS_OF_A_STEP
        self.is_rekeying.set()
        until(lambda: self.fault or self.count >= wanted and not self.is_rekeying.is_set(), 60, "words are said")
        return self.fault is None


def enters(port, token):
    try:
        Client(port, token).socket.close()
    except Distrusted as error:
        return error.args[0]
    return "let in"


def check_steps(report):
    """A day forth and back under sealed connections; who comes meanwhile does not trust such a clock."""
    if not report.check("libfaketime is there", LIBRARY):
        return
    server = securechat.Server()
    clock = Clock(server.folder)
    server.prefix = clock.prefix
    with server:
        server.add_person("ada")
        server.admin("room", "add", "square", "--public")
        token = server.token("ada")
        talker = Talker(server.port, token)
        talker.start()
        # A credential lives for a day: yesterday's is good until now, and ten minutes more.
        for words, seconds, verdict in [("a day forth", DAY, 5), ("back", 0, "let in"), ("a day back", -DAY, "let in"),
                                        ("two days back", -2 * DAY, 5), ("to now again", 0, "let in")]:
            clock.set(seconds)
            report.check(f"the server's clock goes {words}: the sealed connection goes on, keys change",
                         talker.goes_on(), talker.fault)
            found = enters(server.port, token)
            report.check(f"who comes now: {verdict}", found == verdict, found)
        talker.is_done.set()
        talker.join(30)
