"""People who talk, and what their server's files hold."""

import os
import subprocess

import protocol
import securechat

SETTINGS = {"SECURECHAT_SEALING_REQUIRED": "false"}


class Talker:
    """Somebody's connection in a room."""

    def __init__(self, server, name, room="square"):
        self.name = name
        self.connection = protocol.Connection(server.port, server.token(name, label=f"bench of {name}"))
        self.room, self.head = self.connection.subscribe(room)

    def say(self, *content):
        number = self.connection.post([(6, [(1, self.room), (2, os.urandom(16)), *content])])
        return protocol.read_sent(self.connection.answer(number, protocol.SENT)).sequence

    def history(self):
        return self.connection.history(self.room)


def message(text, reply_to=0):
    return 3, [(1, text)] + ([(3, reply_to)] if reply_to else [])


def opaque(kind, data):
    return 3, [(2, [(1, kind), (2, data)])]


def edit(target, text):
    return 4, [(1, target), (2, [(1, text)])]


def deletion(target):
    return 5, [(1, target)]


def reaction(target, text):
    return 6, [(1, target), (2, text)]


def command(server, *words):
    """A command that may fail: its status, output and errors."""
    done = subprocess.run([securechat.PROGRAM, *words, *server.options], env=server.environment, capture_output=True,
                          timeout=120, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


# What LMDB has freed, and the gaps in its pages, keep what was there for a while: docs/persons.md says so.
KEEPS = "state.lmdb"


def files_with(server, *texts, besides=()):
    """Which files of the data directory have one of these, in any case of its letters, but for folders of these
    names, and the sessions' own."""
    found = []
    for path in sorted(server.data.rglob("*")):
        relative = path.relative_to(server.data)
        if not path.is_file() or relative.parts[0] in (KEEPS, *besides):
            continue
        data = path.read_bytes().lower()
        found += [(str(relative), text) for text in texts if text.lower().encode() in data]
    return found
