"""A disk that is so full that messages are refused: removing what is old makes room, and nothing else is needed."""

import os
import pathlib
import shutil
import sys

import stage
from stage import until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Disk"))
from small_disk import SmallDisk  # noqa: E402

MEGABYTES, RESERVE = 64, 2 << 20
WORDS = "words and more words of some length " * 40


def play(report, server):
    server.stop()
    with SmallDisk(server.folder, MEGABYTES) as disk:
        if not disk.kind:
            print("        SKIPPED: this process may mount no file system (it needs root)", flush=True)
            return
        data = disk.path / "data"
        shutil.copytree(server.data, data, ignore=shutil.ignore_patterns("*.sock"))
        os.chmod(data, 0o700)
        server.options[server.options.index(str(server.data))] = str(data)
        server.data = data
        server.more["disk"] = {"reserveMegabytes": 2}
        server.write({})
        server.start()
        try:
            squeezed(report, server, disk)
        finally:
            server.stop()


def squeezed(report, server, disk):
    ada = stage.Person(server, "ada")
    ada.say_many(f"{number} {WORDS}" for number in range(8_000))
    before = (server.data / "chat.db").stat().st_size
    disk.fill(leave=RESERVE - (300 << 10))
    refused = until(lambda: ada.code((3, [(1, "one more")])), stage.PATIENCE, "the disk is full", 0.2)
    report.check("on a disk that is full messages are refused", refused == "storage_full", refused)
    server.rule(keepEvents=50)
    gone = ada.begins_at(ada.info().head - 49, 3 * stage.PATIENCE)
    report.check("what is old is removed all the same", gone, ada.info())
    taken = until(lambda: ada.code((3, [(1, "one more")])) is None, stage.PATIENCE, "messages are taken", 0.2)
    after = (server.data / "chat.db").stat().st_size
    report.check("the history's file is smaller, and messages are taken again, by that alone",
                 taken and after < before / 2, (before, after, disk.free()))
    report.check("what is left is a chain", not stage.problems(ada.history()))
    ada.close()
