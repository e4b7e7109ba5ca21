"""A file system of some MiB, for a server that is to run out of room: ext4 on a loop device, else a tmpfs, and none
where neither can be mounted."""

import os
import pathlib
import shutil
import subprocess


class SmallDisk:
    """A context manager; `kind` says what it is, and is None where this process may mount nothing."""

    def __init__(self, folder, megabytes):
        self.folder = pathlib.Path(folder)
        self.image, self.path = self.folder / "disk.img", self.folder / "disk"
        self.megabytes, self.kind = megabytes, None

    def __enter__(self):
        self.path.mkdir()
        if self.mount_image():
            self.kind = "ext4 on a loop device"
        elif quiet("mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m,mode=0700", "tmpfs", str(self.path)):
            self.kind = "tmpfs"
        return self

    def mount_image(self):
        if not shutil.which("mkfs.ext4"):
            return False
        with open(self.image, "wb") as file:
            file.truncate(self.megabytes << 20)
        # Without a journal and blocks of root's there is more for the server, and nothing hidden from it.
        return (quiet("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", str(self.image))
                and quiet("mount", "-o", "loop", str(self.image), str(self.path)))

    def __exit__(self, *_):
        # The folder that it lies in is removed next; what is mounted there must not be.
        if self.kind:
            subprocess.run(["umount", "-l", str(self.path)], check=False)

    def free(self):
        room = os.statvfs(self.path)
        return room.f_bavail * room.f_frsize

    def fill(self, leave=0):
        """Takes all room but so many bytes by a file; its path. With nothing left to the last byte: each write that the
        disk still takes is made."""
        filler = self.path / "filler"
        number = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = 65_536
            while size:
                left = self.free() - leave
                if leave and left < size:
                    size //= 2
                    continue
                try:
                    written = os.write(number, bytes(min(size, left) if leave else size))
                except OSError:
                    written = 0
                if written == 0:
                    size //= 2
        finally:
            os.close(number)
        return filler


def quiet(*words):
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
