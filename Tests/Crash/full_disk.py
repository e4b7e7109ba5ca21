"""Full disk: a real one, of a few megabytes. Sends are refused with `storage_full`, reading goes on, nothing that was
acknowledged is lost, and when there is room again the server takes messages by itself."""

import os
import shutil
import subprocess
import time

from appliance import Appliance
from checker import problems, short
from crowd import Ack, send_ids
from protocol import Refused
from waiting import until

ROOM, WHO = "alpha", "ada"


class FullDisk:
    """Somebody who sends while the disk fills up, and after."""

    def __init__(self, appliance):
        self.appliance, self.ids, self.acks, self.slowest = appliance, send_ids(), [], 0.0

    def send(self, connection, room_id, size):
        """The name of the refusal; None when it was acknowledged."""
        send_id, body = next(self.ids), f"{len(self.acks):06d}".ljust(size, "x")
        began = time.monotonic()
        try:
            sent = connection.send(room_id, send_id, body)
        except Refused as refused:
            return refused.name
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
        self.acks.append(Ack(ROOM, sent.sequence, sent.event_id, send_id, WHO, body, 0))
        return None


def fill(folder, leave):
    """Takes all room but so many bytes; the file that takes it."""
    ballast = folder / "ballast"
    with open(ballast, "wb") as file:
        room = os.statvfs(folder)
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - leave))
    return ballast


def run(report, megabytes=96):
    """On a tmpfs, which only root may mount."""
    with Appliance([WHO], [ROOM]) as appliance:
        disk = appliance.folder / "disk"
        disk.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(disk)]
        if subprocess.run(words, capture_output=True, check=False).returncode != 0:
            print("        full disk: not root, no disk of its own to fill", flush=True)
            return
        try:
            shutil.copytree(appliance.data, disk / "data", ignore=lambda folder, names: [
                name for name in names if name.endswith(".sock")])
            os.chmod(disk / "data", 0o700)
            appliance.data = disk / "data"
            appliance.start()
            check(report, appliance, disk)
        finally:
            appliance.kill()
            subprocess.run(["umount", "-l", str(disk)], check=False)


def check(report, appliance, disk):
    person = FullDisk(appliance)
    with appliance.connect(WHO) as connection:
        room_id, _ = connection.subscribe(ROOM)
        first = person.send(connection, room_id, 100)
        report.check("full disk: a message is taken while there is room", first is None, str(first))
        ballast = fill(disk, leave=512 * 1_024)
        refusals = [person.send(connection, room_id, 8_000) for _ in range(400)]
        names = {name for name in refusals if name}
        report.check("full disk: refused with storage_full, and nothing else", names == {"storage_full"}, str(names))
        report.check("full disk: every answer within a second", person.slowest < 1, f"{person.slowest:.2f} s")
        report.check(
            "full disk: what was acknowledged can be read meanwhile",
            len(connection.history(room_id)) >= len(person.acks))
        ballast.unlink()
        until(lambda: person.send(connection, room_id, 100) is None, 5, "a message is taken again", pause=0.1)
        report.check("full disk: messages are taken again when there is room", True)
        report.check("full disk: the server went on, without a restart", appliance.process.poll() is None)
    histories = appliance.histories(WHO)
    found = problems(person.acks, [], histories)
    report.check("full disk: every acknowledged message is there", not found, short(found))
    appliance.stop()
    report.check("full disk: SQLite finds the history whole", appliance.integrity() == "ok")
