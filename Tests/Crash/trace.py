"""A recording of system calls by strace, as a list of moments in the order in which they happened.

strace stops a thread when it enters a call and again when it has returned, and writes both stops down one after the
other, from one thread. So when A's return stands before B's entry, A was over before B began; and no thread can have
learned of A's outcome before A's return was written. That order is all the proofs rest on; clocks are not used.
"""

import collections
import re
import time

# One stop. `call` is shared by the entry and the return of one call.
Moment = collections.namedtuple("Moment", "index is_return call")

RECORDED = (
    "open,openat,openat2,creat,close,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync,"
    "sync_file_range,sync,syncfs,ftruncate,truncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,mkdir,"
    "mkdirat,rmdir,link,linkat,symlink,symlinkat,lseek,dup,dup2,dup3,sendfile,copy_file_range,msync,execve")


class Call:
    """A system call: its name, its arguments as text, what it returned (None while it has not)."""

    __slots__ = ("thread", "name", "text", "result", "entered", "returned")

    def __init__(self, thread, name, text):
        self.thread, self.name, self.text = thread, name, text
        self.result = self.entered = self.returned = None

    def __repr__(self):
        return f"{self.name}({self.text[:80]}) = {self.result}"


def recorder(log, calls=RECORDED):
    """The words before a command that record it into a file. The command itself stays our child (-D)."""
    return [
        "strace", "-D", "-f", "-qq", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-e", "signal=none",
        "-e", f"trace={calls}", "-o", str(log)]


def injector(log, call, fault):
    """The words before a command that inject a fault into a call, as `signal=SIGKILL:when=3`. Without --seccomp-bpf,
    with which strace 6.1 counts but sends no signal."""
    return [
        "strace", "-D", "-f", "-qq", "-y", "-e", f"trace={call}", "-e", f"inject={call}:{fault}", "-o", str(log)]


LINE = re.compile(r"^(\d+) +(.*)$", re.S)
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.S)
ENTRY = re.compile(r"^(\w+)\((.*)$", re.S)
RETURN = re.compile(r"^(.*)\) += (-?\d+|\?)(.*)$", re.S)


def read(log):
    """All moments of a recording."""
    moments, under_way = [], {}
    with open(log, encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = LINE.match(line.rstrip("\n"))
            if match:
                add(moments, under_way, int(match[1]), match[2])
    return moments


def add(moments, under_way, thread, text):
    resumed = RESUMED.match(text)
    if resumed:
        call = under_way.pop(thread, None)
        if call:
            finish(moments, call, resumed[2])
        return
    entry = ENTRY.match(text)
    if not entry:
        return  # an exit, a signal
    rest = entry[2]
    cut = rest.rfind(" <unfinished ...>")
    call = Call(thread, entry[1], rest[:cut] if cut >= 0 else rest)
    call.entered = len(moments)
    moments.append(Moment(call.entered, False, call))
    if cut >= 0:
        under_way[thread] = call
    else:
        finish(moments, call, "")


def finish(moments, call, rest):
    match = RETURN.match(rest if rest else call.text)
    if match:  # its arguments alone, of a call that never returned too
        call.text = call.text + match[1] if rest else match[1]
    if not match or match[2] == "?":
        return  # it never returned
    call.result = int(match[2])
    call.returned = len(moments)
    moments.append(Moment(call.returned, True, call))


def settle(moments, call):
    """A call that never returned has got a result: its return is the last moment."""
    call.returned = len(moments)
    moments.append(Moment(call.returned, True, call))


# ---- arguments

DESCRIPTOR = re.compile(r"^(-?\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2}|[^>\\])*)>")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


def plain(text):
    """Text as it was before -xx wrote all of it in hexadecimal."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def descriptor(call):
    """(number, path) of a call's first argument."""
    match = DESCRIPTOR.match(call.text)
    if not match:
        return None, ""
    number = -100 if match[1] == "AT_FDCWD" else int(match[1])
    return number, plain(match[2]).encode("latin-1").decode("utf-8", "replace")


def strings(call):
    """All strings among a call's arguments, as bytes. One that was cut short is an error of the recording."""
    found = []
    for match in STRING.finditer(call.text):
        if match[2]:
            raise ValueError(f"the recording cut the data of {call.name} short")
        found.append(bytes.fromhex(match[1].replace("\\x", "")))
    return found


def numbers_behind_strings(call):
    """The arguments after the last string."""
    rest = call.text[call.text.rfind('"') + 1:].lstrip(", ")
    return [int(part, 0) for part in rest.split(", ") if re.fullmatch(r"-?(0x)?[0-9a-f]+", part)]


def ended(log):
    """Whether strace has written the whole of it: with -D nobody waits for strace."""
    return not any(str(log) in command for command in running_commands())


def running_commands():
    import glob
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if command.startswith("strace "):
            yield command


def wait_until_written(log, seconds=60):
    end = time.monotonic() + seconds
    while not ended(log):
        if time.monotonic() > end:
            raise AssertionError(f"strace does not end: {log}")
        time.sleep(0.02)
