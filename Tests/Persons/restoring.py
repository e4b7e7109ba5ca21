"""An older snapshot brings nobody back."""

import json

import securechat
from killing import deletions
from stage import SETTINGS, Talker, command, files_with, message
from waiting import until

NAME = "zebediah"
WORDS = "three keys for one door"


def check(report):
    with securechat.Server({**SETTINGS, "SECURECHAT_LIMITS_ENABLED": "false"}) as server:
        for name in (NAME, "ben"):
            server.add_person(name)
        server.admin("room", "add", "square")
        Talker(server, NAME).say(message(WORDS))
        Talker(server, "ben").say(message("ben was here"))
        snapshot = json.loads(server.admin("snapshot", "create", "--with-keys", "--json"))["path"]
        kept = server.folder / "kept.snapshot"
        kept.write_bytes(open(snapshot, "rb").read())
        file = server.folder / "receipt.json"
        out = command(server, "user", "delete", NAME, "--yes", "--receipt", str(file))
        report.check("deleted after a snapshot was made", out[0] == 0, out)
        held = {line.get("path"): line for line in json.loads(file.read_text())["held"]}
        report.check("the receipt names the snapshot, and when it goes",
                     snapshot in held and held[snapshot]["made_at"] and "removed_by_schedule" in held[snapshot], held)
        server.stop()
        server.admin("snapshot", "restore", str(kept), "--replace")
        server.start()
        until(lambda: deletions(server) and all(row[1] for row in deletions(server)), 60, "it is done again",
              pause=0.05)
        until(lambda: not files_with(server, NAME, WORDS, besides=["snapshots"]), 60, "forgotten again", pause=0.25)
        names = [line["name"] for line in json.loads(server.admin("user", "list", "--json"))]
        report.check("restored in the place of the server, the person is deleted again at the start",
                     NAME not in names and "ben" in names, names)
        server.stop()
        # A machine that knows nothing of it has the receipt.
        other = server.folder / "other"
        server.options = ["--data", str(other)]
        server.data = other
        server.admin("snapshot", "restore", str(kept))
        server.start()
        names = [line["name"] for line in json.loads(server.admin("user", "list", "--json"))]
        report.check("restored elsewhere the person is there", NAME in names, names)
        out = command(server, "user", "delete", "--again", str(file))
        names = [line["name"] for line in json.loads(server.admin("user", "list", "--json"))]
        report.check("and the receipt deletes them once more", out[0] == 0 and NAME not in names, (out, names))
        server.stop()
        out = command(server, "user", "delete", "ben", "--yes")
        report.check("without a server somebody is deleted too", out[0] == 0, out)
        found = files_with(server, "ben was here", NAME, WORDS)
        report.check("and gone from the files when that is answered", not found, found)
        server.admin("check")
