"""What a recording of system calls says about a directory on a disk: what surely is on it, and what may be.

The model is that of POSIX, not of one file system: a write is on the disk when an fsync or fdatasync of its file that
began after it has returned 0 (or when the file was opened with O_DSYNC); until then each of its sectors may be there
or not, in any order. A sync that fails makes the kernel forget that what it covered was never written (fsync(2)): no
later sync brings it to the disk. A name (created, renamed, removed) is on the disk when its directory was
synced; until then a journal keeps the order of the changes of one directory, but any number of the last ones
may be missing.

Files that are written through memory maps and made anew at each start (-shm, lock.mdb) are left out.
"""

import os
import pathlib

from trace import descriptor, numbers_behind_strings, strings

SECTOR = 512
REBUILT = ("-shm", "/lock.mdb", ".sock")
WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2")
SYNCS = ("fsync", "fdatasync")


class Change:
    """Bytes written to a file, or its new length; done once the call has returned."""

    __slots__ = ("offset", "data", "length", "done", "is_forgotten")

    def __init__(self, offset=0, data=b"", length=None):
        self.offset, self.data, self.length = offset, data, length
        self.done = self.is_forgotten = False

    def apply(self, image, sectors=None):
        """To a file's bytes; only those sectors of the file, if given."""
        if self.length is not None:
            del image[self.length:]
            image.extend(bytes(self.length - len(image)))
            return
        end = self.offset + len(self.data)
        if sectors is None:
            grow(image, end)
            image[self.offset:end] = self.data
            return
        for sector in sectors:
            first, last = max(self.offset, sector * SECTOR), min(end, (sector + 1) * SECTOR)
            grow(image, last)
            image[first:last] = self.data[first - self.offset:last - self.offset]

    def without(self, later):
        """What is left of this change when a later one is done: it and what is beside that."""
        if later.length is not None:
            kept = self.data[:max(0, later.length - self.offset)]
            return [self.part(0, len(kept))] if self.length is None and kept else []
        if self.length is not None:
            return [self] if self.length >= later.offset + len(later.data) else []
        end, later_end = self.offset + len(self.data), later.offset + len(later.data)
        if later.offset >= end or later_end <= self.offset or not self.done:
            return [self]
        pieces = [(0, later.offset - self.offset), (later_end - self.offset, len(self.data))]
        return [self.part(first, last) for first, last in pieces if first < last]

    def part(self, first, last):
        piece = Change(self.offset + first, self.data[first:last])
        piece.done, piece.is_forgotten = self.done, self.is_forgotten
        return piece

    def is_in(self, image):
        if self.length is not None:
            return len(image) == self.length
        return image[self.offset:self.offset + len(self.data)] == self.data

    def part_in(self, image):
        """How many of its bytes are there, from the first on: a kill may stop a write between two pages."""
        found = image[self.offset:self.offset + len(self.data)]
        return next((index for index, byte in enumerate(found) if byte != self.data[index]), len(found))

    def sectors(self):
        return range(self.offset // SECTOR, (self.offset + max(len(self.data), 1) - 1) // SECTOR + 1)


def grow(image, size):
    if len(image) < size:
        image.extend(bytes(size - len(image)))


class File:
    """A file's bytes that are on the disk, and the changes since that may be."""

    def __init__(self, durable=b""):
        self.durable = bytearray(durable)
        self.pending = []

    def settle(self, covered):
        """Puts these changes on the disk. What is pending from before them - a failed sync leaves such - matters only
        where they do not write over it."""
        covered_ids, before = set(map(id, covered)), []
        for change in self.pending:
            if id(change) not in covered_ids:
                before.append(change)
                continue
            change.apply(self.durable)
            before = [part for earlier in before for part in earlier.without(change)]
        self.pending = before

    def newest(self):
        image = bytearray(self.durable)
        for change in self.pending:
            change.apply(image)
        return image


DIRECTORY = object()


class Naming:
    """A change of names: applied to a dictionary of path to File or DIRECTORY."""

    __slots__ = ("kind", "path", "to", "what")

    def __init__(self, kind, path, what=None, to=None):
        self.kind, self.path, self.what, self.to = kind, path, what, to

    @property
    def directory(self):
        return os.path.dirname(self.to or self.path)

    def apply(self, names):
        if self.kind == "add":
            names[self.path] = self.what
        elif self.kind == "remove":
            names.pop(self.path, None)
        else:
            for path in [path for path in names if path == self.path or path.startswith(self.path + "/")]:
                names[self.to + path[len(self.path):]] = names.pop(path)


class Open:
    """An open file: which, where the next write goes, whether each write is synced."""

    __slots__ = ("file", "path", "offset", "is_synced", "appends")

    def __init__(self, file, path, flags):
        self.file, self.path, self.offset = file, path, 0
        self.is_synced = "O_DSYNC" in flags or "O_SYNC" in flags
        self.appends = "O_APPEND" in flags


class Disk:
    """A directory, brought forward by `apply` moment by moment."""

    def __init__(self, root, first=None):
        """`first`: a copy of the directory as it was, all of it on the disk, when the recording began."""
        self.root = str(root).rstrip("/")
        self.names, self.durable_names, self.namings = {}, {}, []
        self.opened, self.under_way = {}, {}
        self.version = 0  # counts what became durable
        if first:
            for path in sorted(pathlib.Path(first).rglob("*")):
                self.load(self.root + str(path)[len(str(first)):], path)

    def load(self, name, path):
        if self.is_kept(name) and (path.is_dir() or path.is_file()):
            self.names[name] = DIRECTORY if path.is_dir() else File(path.read_bytes())
            self.durable_names[name] = self.names[name]

    def is_kept(self, path):
        return path.startswith(self.root + "/") and not path.endswith(REBUILT)

    def new_process(self):
        """The process has ended: its descriptors are closed. What it wrote stays in the kernel's memory."""
        self.opened.clear()
        self.under_way.clear()

    def settle_unfinished(self, folder):
        """After the process has ended: gives each call that never returned the result that the directory, as it is
        now, shows it to have had. Answers these calls."""
        settled = []
        for call, opened, changes in list(self.under_way.values()):
            if call.name in SYNCS:
                continue
            path = next((path for path, file in self.names.items() if file is opened.file), None)
            if path is None:
                continue  # a file that has lost its name
            real = (pathlib.Path(folder) / path[len(self.root) + 1:]).read_bytes()
            call.result = sum(change.part_in(real) for change in changes) or -1
            if call.name.endswith("truncate"):
                call.result = 0 if all(change.is_in(real) for change in changes) else -1
            settled.append(call)
        return settled

    def apply(self, moment):
        when = "return_" if moment.is_return else "enter_"
        handler = getattr(self, when + HANDLERS.get(moment.call.name, ""), None)
        if handler:
            handler(moment.call)

    # ---- writing a file

    def return_execute(self, call):
        if call.result == 0:
            self.new_process()

    def enter_write(self, call):
        number, path = descriptor(call)
        opened = self.opened.get(number)
        # A number of ours may meanwhile be a socket's: those are not recorded as opened.
        if not opened or not path.startswith(self.root) or opened.file is DIRECTORY:
            return
        data = b"".join(strings(call))
        if call.name.startswith("pwrite"):
            offset = numbers_behind_strings(call)[-1]
        else:
            offset = len(opened.file.newest()) if opened.appends else opened.offset
            opened.offset = offset + len(data)
        change = Change(offset, data)
        opened.file.pending.append(change)
        self.under_way[id(call)] = (call, opened, [change])

    def return_write(self, call):
        _, opened, changes = self.under_way.pop(id(call), (call, None, []))
        for change in changes:
            if call.result is None or call.result < 0:
                opened.file.pending.remove(change)
                continue
            if not call.name.startswith("pwrite"):
                opened.offset -= len(change.data) - call.result
            change.data = change.data[:call.result]
            self.completed(opened, change)

    def completed(self, opened, change):
        change.done = True
        if opened.is_synced:
            opened.file.settle([change])
            self.version += 1

    def enter_length(self, call):
        opened = self.opened.get(descriptor(call)[0])
        if opened and opened.file is not DIRECTORY:
            change = Change(length=int(call.text.rsplit(", ", 1)[1]))
            opened.file.pending.append(change)
            self.under_way[id(call)] = (call, opened, [change])

    def return_length(self, call):
        _, opened, changes = self.under_way.pop(id(call), (call, None, []))
        for change in changes:
            if call.result == 0:
                self.completed(opened, change)
            else:
                opened.file.pending.remove(change)

    def return_seek(self, call):
        opened = self.opened.get(descriptor(call)[0])
        if opened and call.result is not None and call.result >= 0:
            opened.offset = call.result

    # ---- syncs

    def enter_sync(self, call):
        opened = self.opened.get(descriptor(call)[0])
        if not opened:
            return
        if opened.file is DIRECTORY:
            covered = [naming for naming in self.namings if naming.directory == opened.path]
        else:
            covered = [change for change in opened.file.pending if change.done and not change.is_forgotten]
        self.under_way[id(call)] = (call, opened, covered)

    def return_sync(self, call):
        _, opened, covered = self.under_way.pop(id(call), (call, None, []))
        if opened is None or call.result is None:
            return
        if call.result != 0:
            for change in covered:
                if isinstance(change, Change):
                    change.is_forgotten = True
            return
        self.version += 1
        if opened.file is not DIRECTORY:
            still = set(map(id, opened.file.pending))
            opened.file.settle([change for change in covered if id(change) in still])
            return
        for naming in covered:
            if naming in self.namings:
                self.namings.remove(naming)
                naming.apply(self.durable_names)

    # ---- names

    def named(self, naming):
        naming.apply(self.names)
        self.namings.append(naming)

    def rename_pending(self, old, new):
        """A directory has another name: so have the names in it that are not on the disk yet."""
        for naming in self.namings:
            if naming.path.startswith(old + "/"):
                naming.path = new + naming.path[len(old):]

    def absolute(self, call, text):
        return os.path.normpath(os.path.join(descriptor(call)[1] or "/", text.decode("utf-8")))

    def return_open(self, call):
        if call.result is None or call.result < 0:
            return
        path = self.absolute(call, strings(call)[0])
        if path == self.root or self.names.get(path) is DIRECTORY:
            self.opened[call.result] = Open(DIRECTORY, path, "")
            return
        if not self.is_kept(path):
            self.opened.pop(call.result, None)
            return
        if path not in self.names:
            self.named(Naming("add", path, File()))
        opened = self.opened[call.result] = Open(self.names[path], path, call.text)
        if "O_TRUNC" in call.text:
            change = Change(length=0)
            opened.file.pending.append(change)
            self.completed(opened, change)

    def enter_close(self, call):
        # Another thread may be given the number before this call's return is written down.
        self.opened.pop(descriptor(call)[0], None)

    def return_directory(self, call):
        path = self.absolute(call, strings(call)[0])
        if call.result == 0 and self.is_kept(path):
            self.named(Naming("add", path, DIRECTORY))

    def return_link(self, call):
        """One file under another name, too."""
        old, new = (self.absolute(call, text) for text in strings(call)[:2])
        if call.result == 0 and self.is_kept(new):
            self.named(Naming("add", new, self.names[old]))

    def return_rename(self, call):
        old, new = (self.absolute(call, text) for text in strings(call)[:2])
        if call.result == 0 and self.is_kept(new):
            self.rename_pending(old, new)
            self.named(Naming("rename", old, to=new))

    def return_removal(self, call):
        path = self.absolute(call, strings(call)[0])
        if call.result == 0 and self.is_kept(path):
            self.named(Naming("remove", path))

    # ---- states of the disk

    def durable_file(self, name):
        """What surely is on the disk of one file; None when its name is not."""
        file = self.durable_names.get(f"{self.root}/{name}")
        return bytes(file.durable) if isinstance(file, File) else None

    def state(self, keep_names, image):
        """Path within the directory to bytes, None for a directory.

        keep_names: how many changes of a directory, of so many that may be missing, are there.
        image: the bytes of a file, of what is surely there and what may be.
        """
        names, kept = dict(self.durable_names), set()
        for directory in sorted({naming.directory for naming in self.namings}):
            pending = [naming for naming in self.namings if naming.directory == directory]
            kept.update(map(id, pending[:keep_names(len(pending))]))
        for naming in self.namings:
            if id(naming) in kept:
                naming.apply(names)
        images = {}
        for path, what in sorted(names.items()):
            if what is not DIRECTORY and id(what) not in images:
                images[id(what)] = bytes(image(what))
        return {
            path[len(self.root) + 1:]: None if what is DIRECTORY else images[id(what)]
            for path, what in names.items()}

    def newest(self):
        return self.state(lambda count: count, File.newest)


HANDLERS = {
    **dict.fromkeys(WRITES, "write"), "ftruncate": "length", "lseek": "seek", **dict.fromkeys(SYNCS, "sync"),
    **dict.fromkeys(("open", "openat", "creat"), "open"), "close": "close",
    **dict.fromkeys(("mkdir", "mkdirat"), "directory"), **dict.fromkeys(("rename", "renameat", "renameat2"), "rename"),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), "removal"), "link": "link", "execve": "execute",
}
# What the recording holds that the model has no rule for: a run that does such a thing to the directory is
# void.
UNKNOWN = (
    "openat2", "truncate", "fallocate", "linkat", "symlink", "symlinkat", "sync", "syncfs", "sendfile",
    "copy_file_range", "msync", "sync_file_range")


def write_state(state, folder):
    """A state of the disk as a real directory."""
    folder.mkdir(mode=0o700)
    for path, data in sorted(state.items()):
        if data is None:
            (folder / path).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, data in state.items():
        if data is not None and (folder / path).parent.is_dir():
            (folder / path).touch(mode=0o600)
            (folder / path).write_bytes(data)


def differences(state, folder):
    """Where a state is not what a real directory holds."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and not f"/{path.relative_to(folder)}".endswith(REBUILT)}
    expected = {path: data for path, data in state.items() if data is not None}
    return [path for path in sorted(set(found) | set(expected)) if found.get(path) != expected.get(path)]
